#!/usr/bin/python3
"""count.py TESTLOG.json NAME: what a run of `meson test` came to.

A program that speaks TAP counts as many tests as it reports, another one as one; one that
ends badly without having reported a failure (a crash, a plan not kept), or that reports nothing
and does not say that it skipped (status 77, or "1..0 # SKIP why"), as one failed test.
Prints the failures and what was skipped, and at last "PASSED FAILED".
"""
import json
import re
import sys

POINT = re.compile(r"^(not )?ok\b *-? *(\d+ *-? *)?([^#]*)(?:# *(SKIP|TODO)\b *(.*))?", re.I)


NOTHING = re.compile(r"^1\.\.0\b *(?:# *SKIP\w*\b *(.*))?", re.I | re.M)


def points(stdout):
    """(passed, failed, skipped) test points of a TAP text, as lists of names."""
    passed, failed, skipped = [], [], []
    for line in stdout.splitlines():
        match = POINT.match(line)
        if not match:
            continue
        name, directive = match.group(3).strip(), (match.group(4) or "").upper()
        if directive == "SKIP":
            skipped.append((name + " " + match.group(5)).strip())
        elif match.group(1) and directive != "TODO":
            failed.append(name)
        else:
            passed.append(name)
    return passed, failed, skipped


def main():
    n_passed = n_failed = 0
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        for line in log:
            test = json.loads(line)
            passed, failed, skipped = points(test.get("stdout", ""))
            good = test["result"] in ("OK", "EXPECTEDFAIL")
            if test["result"] == "SKIP" and not skipped:
                why = NOTHING.search(test.get("stdout", ""))
                if why or test.get("returncode") == 77:
                    skipped.append(why.group(1) or "" if why else "")
                else:
                    failed.append("reports nothing")
            elif not good and test["result"] != "SKIP" and not failed:
                failed.append(test["result"].lower())
            elif good and not passed and not skipped:
                passed.append("")
            n_passed += len(passed)
            n_failed += len(failed)
            for name in failed:
                print("FAILED: %s: %s: %s" % (sys.argv[2], test["name"], name))
            for name in skipped:
                print("skipped: %s: %s %s" % (sys.argv[2], test["name"], name))
    print(n_passed, n_failed)


main()
