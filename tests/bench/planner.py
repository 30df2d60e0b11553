#!/usr/bin/python3
"""Where `auto` is slower than the best engine, over a grid of systems, channels, blocks and types.

    tests/bench/planner.py build/tests/bench_planner [FILE.csv]

The program measures (a minute); with a FILE its lines are kept there, or taken from there if it
exists. Prints each cell where the engine that the costs choose takes more than 1.2 times the best
one, and the worst ratio. A cell that is too slow is measured again by itself? No: run it again."""
import collections
import csv
import os
import subprocess
import sys

LIMIT = 1.2
KEYS = "system", "order", "width", "channels", "block", "dtype"


def read(program, path):
    if path and os.path.exists(path):
        with open(path) as file:
            return list(csv.DictReader(file))
    text = subprocess.run([program], capture_output=True, check=True, text=True).stdout
    if path:
        with open(path, "w") as file:
            file.write(text)
    return list(csv.DictReader(text.splitlines()))


def main():
    rows = read(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
    cells = collections.defaultdict(dict)
    for row in rows:
        cells[tuple(row[key] for key in KEYS)][row["engine"]] = row
    ratios = []
    for key, engines in cells.items():
        best = min(engines.values(), key=lambda r: float(r["ns"]))
        auto = min(engines.values(), key=lambda r: float(r["cost"]))
        ratio = float(auto["ns"]) / float(best["ns"])
        ratios.append(ratio)
        if ratio > LIMIT:
            print("%-9s order %-4s width %-2s channels %-3s block %-5s %s" % key,
                  " %5.2f " % ratio, ", ".join("%s %s ns (said %s)%s" % (
                      e, r["ns"], r["cost"], "*" if r is auto else "") for e, r in engines.items()))
    ratios.sort()
    over = sum(r > LIMIT for r in ratios)
    print("%d cells, %d over %.1f, worst %.2f, 99%% of them below %.2f" % (
        len(ratios), over, LIMIT, ratios[-1], ratios[int(0.99 * (len(ratios) - 1))]))
    return over > 0


sys.exit(main())
