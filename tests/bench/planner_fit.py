#!/usr/bin/python3
"""Costs fitted to what tests/bench/planner.c measured: a row of the table in costs_default.c.

    SINEW_SIMD=avx2 build/tests/bench_planner > 1.csv     (some times, on a quiet machine)
    tests/bench/planner_fit.py avx2 1.csv [2.csv ...]

Least squares of the relative errors, none below zero, with less weight for what does not fit: scan
first, which says what a call takes, then the other engines. Work that a row never does costs 0. The
errors go to standard error."""
import sys

import numpy
from scipy.optimize import nnls

from planner import read


def solve(work, ns, known):
    """What is not known of the costs, such that work @ costs is about ns; and the errors."""
    free = (work != 0).any(0) & numpy.isnan(known)
    left = ns - work @ numpy.nan_to_num(known)
    weight = 1 / ns
    for _ in range(25):
        costs = nnls(work[:, free] * weight[:, None], left * weight)[0]
        error = numpy.abs(numpy.log((work[:, free] @ costs + ns - left) / ns))
        weight = 1 / ns / numpy.sqrt(numpy.maximum(error, 0.03))
    known[free] = costs
    return error


def main():
    simd, paths = sys.argv[1], sys.argv[2:]
    rows = [row for engines in read(None, paths).values() for row in engines.values()
            if row["engine"] == row["ran"]]
    fields = list(rows[0])
    names = fields[fields.index("cost") + 1:]
    known = numpy.full(len(names), numpy.nan)
    for engine in "scan", "block", "convolve":
        own = [row for row in rows if row["engine"] == engine]
        work = numpy.array([[float(row[name]) for name in names] for row in own])
        ns = numpy.array([float(row["ns"]) * float(row["block"]) for row in own])
        error = solve(work, ns, known)
        print("%-9s error: median %.3f, 90%% below %.3f, worst %.3f" % (
            engine, numpy.median(error), numpy.quantile(error, 0.9), error.max()), file=sys.stderr)
        if engine == "scan":
            known = numpy.where([name.startswith(("call", "scan")) for name in names], known,
                                numpy.nan)
    print('{"%s",\n {%s}},' % (simd, ", ".join("%.3g" % cost for cost in numpy.nan_to_num(known))))


main()
