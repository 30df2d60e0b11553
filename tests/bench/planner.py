#!/usr/bin/python3
"""Where `auto` is slower than the best engine, over a grid of systems, channels, blocks and types.

    tests/bench/planner.py build/tests/bench_planner [FILE.csv ...]

The program measures each engine of each cell, a minute or two of processor time; with FILES what
it printed before is taken instead, and of several the least time of each cell, which is what to do
on a machine that others use. Prints each cell where the engine that is estimated to be fastest takes
more than 1.2 times the time of the best one, and a summary. SINEW_SIMD counts."""
import collections
import csv
import subprocess
import sys

LIMIT = 1.2
KEYS = "system", "order", "width", "channels", "block", "dtype"


def texts(program, paths):
    if not paths:
        yield subprocess.run([program], capture_output=True, check=True, text=True).stdout
    for path in paths:
        with open(path) as file:
            yield file.read()


def read(program, paths):
    """The rows by cell and engine."""
    cells = collections.defaultdict(dict)
    for text in texts(program, paths):
        for row in csv.DictReader(text.splitlines()):
            engines = cells[tuple(row[key] for key in KEYS)]
            last = engines.setdefault(row["engine"], row)
            if float(row["ns"]) < float(last["ns"]):
                engines[row["engine"]] = row
    return cells


def main():
    cells = read(sys.argv[1], sys.argv[2:])
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


if __name__ == "__main__":
    sys.exit(main())
