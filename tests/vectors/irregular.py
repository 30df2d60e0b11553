#!/usr/bin/python3
"""Writes irregular_vectors.h: outputs of systems over irregular time, from 512-bit arithmetic
(reference.py). ./irregular.py > irregular_vectors.h"""
import random

import numpy as np

from hard_cases import (EPS, complex_jordan, distance, in_units, jordan, legs, mixed, perturbed,
                        rotated, ss, stable)
from reference import Irregular, System


def times(T, frames, rng):
    steps = T * rng.exponential(size=frames)
    steps[::3] = T
    steps[4] = T * 1e-6
    steps[9] = T * 1e3
    return np.cumsum(steps)


def numbers(name, values):
    values = [float(v) for v in np.ravel(values)]
    rows = [", ".join("%.17g" % v for v in values[k:k + 4]) for k in range(0, len(values), 4)]
    print("static const double %s[] = {%s};" % (name, ",\n    ".join(rows) or "0"))


def main():
    cases = [
        ("stable", ss(stable(4, 104), inputs=2, outputs=2), 0.3),
        ("integrators", ss(mixed(np.diag([0, 0, -1.0]) + np.eye(3, k=1), 3)), 0.2),
        ("stiff", ss(rotated(np.diag([-1e-2, -1, -1e3, -1e6]), 6)), 1e-3),
        ("stiff_lower", ss(np.tril(np.outer([1, 30, 1e3, 1e6], [-1, -1, -1, -1]))), 0.1),
        ("defective", ss(jordan(-2, 4)), 0.7),
        ("defective_pairs", ss(mixed(complex_jordan(-0.5, 3, 2), 1)), 0.3),
        ("units", in_units(ss(stable(4, 404)), [40, -40, 13, -27]), 0.5),
        ("blocks", ss(np.array([[-1, 7, 0, 0, 0], [-7, -1, 0, 0, 0], [0, 0, 0, 1, 0],
                                [0, 0, -9, -1, 0], [0, 0, 0, 0, -4.0]]), inputs=2), 0.2),
        ("legs16", ss(*legs(16)), 0.02),
    ]
    print("/* Written by irregular.py; do not edit. */\n#ifndef IRREGULAR_VECTORS_H\n"
          "#define IRREGULAR_VECTORS_H\n\n#include \"sinew/system.h\"\n")
    rows = []
    for k, (name, system, T) in enumerate(cases):
        rng = np.random.default_rng(k)
        s = System(system)
        frames = 24
        t, u, x0 = times(T, frames, rng), rng.normal(size=(frames, s.inputs)), rng.normal(size=s.order)
        for part, value in zip("ABCD", (s.A, s.B, s.C, s.D)):
            numbers("%s_%s" % (name, part), [[float(v) for v in row] for row in value])
        numbers(name + "_times", t)
        numbers(name + "_u", u)
        numbers(name + "_x0", x0)
        allowed = []
        for method in ("zoh", "foh"):
            y = Irregular(s, method).run(t, u, x0)
            numbers("%s_%s" % (name, method), [[float(v) for v in row] for row in y])
            cond = max(distance(Irregular(System(perturbed(system, random.Random(j))), method)
                                .run(t, u, x0), y) for j in range(3))
            allowed.append(20 * (10 + s.order) * max(EPS, cond))
        rows.append("    {\"%s\", {%d, %d, %d, %s}, %s_times, %s_u, %s_x0, {%s_zoh, %s_foh}, {%.3g, %.3g}}," % (
            name, s.order, s.inputs, s.outputs, ", ".join("%s_%s" % (name, p) for p in "ABCD"),
            name, name, name, name, name, *allowed))
    print("enum { IRREGULAR_FRAMES = 24 };")
    print("static const struct {\n    const char *name;\n    sinew_matrices system;\n"
          "    const double *times, *u, *x0, *y[2]; /* zoh, foh */\n"
          "    double allowed[2]; /* 20 (10 + n) max(2^-52, condition), of the peak */\n} irregular_vectors[] = {")
    print("\n".join(rows))
    print("};\n\n#endif")


main()
