#!/usr/bin/python3
"""exports.py NM LIBRARY FOLDER: the shared library shows what the headers declare with
SINEW_API and nothing else. Names that begin with _ are the toolchain's. TAP."""
import glob
import os
import re
import subprocess
import sys

DECLARED = re.compile(r"\bSINEW_API\b[^;(]*?\b(\w+)\s*\(")
nm, library, folder = sys.argv[1:]
headers = glob.glob(os.path.join(folder, "sinew", "*.h"))
listing = subprocess.run([nm, "-D", "--defined-only", library], check=True,
                         stdout=subprocess.PIPE, universal_newlines=True).stdout
shown = {line.split()[-1].split("@")[0] for line in listing.splitlines()}
shown = {name for name in shown if not name.startswith("_")}
declared = set()
for header in headers:
    with open(header, encoding="utf-8") as text:
        bare = re.sub(r"/\*.*?\*/|^\s*#.*?$", "", text.read(), flags=re.S | re.M)
        declared |= set(DECLARED.findall(bare))


def report(number, wrong, what):
    for name in sorted(wrong):
        print("#", name)
    print("%s %d - %s" % ("not ok" if wrong else "ok", number, what))


print("1..3")
report(1, {name for name in shown if not name.startswith("sinew_")}, "only sinew_* is shown")
report(2, shown - declared, "nothing is shown that no header declares")
report(3, declared - shown if declared else {"no declarations found"}, "all that is declared is there")
