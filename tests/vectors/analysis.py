#!/usr/bin/python3
"""Time responses, group delays, crossovers and zeros in 60 digits.

Writes analysis_vectors.h beside itself. Crossovers are roots of polynomials in w, group delays
derivatives of the phase by mpmath's diff, time responses mpmath's expm: nothing of it is how the
library does it.
"""
import os

from mpmath import mp, mpf, mpc, arg, diff, exp, expm, eye, inf, lu_solve, matrix, pi, polyroots, tan

mp.dps = 60


def number(x):
    return mp.nstr(mpf(x), 17, min_fixed=0, max_fixed=0, strip_zeros=False)


def text(values):
    return "{%s}" % ", ".join(number(v) for v in values)


def pairs(roots):
    return "{%s}" % (", ".join("{%s, %s}" % (number(mpf(r.real)), number(mpf(r.imag)))
                               for r in map(mp.mpmathify, roots)) or "{0, 0}")


# ---- loops: zeros, poles, gain ----

def loops():
    q = mpf("1e-4")
    light = mp.sqrt(1 - q * q)
    half = mp.sqrt(mpf(3)) / 2
    yield "three_lags", [], [0, -1, -2], 1
    yield "conditional", [-2, -2], [0, 0, 0], 5
    yield "light_damping", [], [0, mpc(-q, light), mpc(-q, -light)], mpf("0.01")
    yield "slow", [], [0, -1], mpf("1e-9")
    yield "four_lags", [], [-1, -1, -1, -1], 10
    yield "butterworth", [], [mpc("-0.5", half), mpc("-0.5", -half), -1], 2
    yield "upside_down", [-4], [-1, -2], -3
    yield "never_one", [], [-1, -1], mpf("0.25")
    yield "static", [], [], mpf("-0.5")
    yield "notched", [mpc(0, 3), mpc(0, -3)], [-1, -2, -5, 0], 20


def poly(roots):
    c = [mpf(1)]
    for r in roots:
        c = [a - r * b for a, b in zip(c + [0], [0] + c)]
    return [mp.re(v) for v in c]


def on_axis(c):
    """Coefficients in w of a polynomial in s = jw."""
    n = len(c) - 1
    return [v * mpc(0, 1) ** (n - k) for k, v in enumerate(c)]


def times(a, b):
    out = [mpc(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for k, y in enumerate(b):
            out[i + k] += x * y
    return out


def positive_roots(c):
    """Simple positive real roots: crossings, no touches."""
    c = [mp.re(v) for v in c]
    while c and c[0] == 0:
        c = c[1:]
    low = 0
    while c and c[-1] == 0:
        c, low = c[:-1], low + 1
    if len(c) < 2:
        return []
    roots = polyroots(c, maxsteps=500, extraprec=600)
    return sorted(mp.re(r) for r in roots if mp.re(r) > 0 and abs(mp.im(r)) < mpf("1e-25") * abs(r))


def crossovers(zeros, poles, gain):
    num, den = on_axis([gain * v for v in poly(zeros)]), on_axis(poly(poles))
    conj = [mp.conj(v) for v in num], [mp.conj(v) for v in den]
    nn, dd = times(num, conj[0]), times(den, conj[1])
    nn = [mpc(0)] * (len(dd) - len(nn)) + nn
    size = [a - b for a, b in zip(nn, dd)]
    turn = [mp.im(v) for v in times(num, conj[1])]

    def at(w):
        return gain * mp.fprod(mpc(0, w) - z for z in zeros) / mp.fprod(mpc(0, w) - p for p in poles)
    found = [(w, at(w), 0) for w in positive_roots(size)]
    found += [(w, at(w), 1) for w in positive_roots(turn) if mp.re(at(w)) < 0]
    if 0 not in poles and mp.re(at(0)) < 0:
        found.append((mpf(0), at(0), 1))
    if len(zeros) == len(poles) and gain < 0:
        found.append((inf, mpc(gain), 1))
    return sorted(found, key=lambda f: f[0])


def write_loops(out):
    table = []
    for name, zeros, poles, gain in loops():
        found = crossovers(zeros, poles, mpf(gain))
        out.write("static const sinew_complex %s_zeros[] = %s;\n" % (name, pairs(zeros)))
        out.write("static const sinew_complex %s_poles[] = %s;\n" % (name, pairs(poles)))
        rows = ["{%s, {%s, %s}, %d}" % ("INFINITY" if w == inf else number(w), number(mp.re(h)),
                                        number(mp.im(h)), kind) for w, h, kind in found]
        out.write("static const sinew_crossover %s_crossovers[] = {%s};\n"
                  % (name, ",\n    ".join(rows) or "{0, {0, 0}, 0}"))
        table.append('    {"%s", %s_zeros, %d, %s_poles, %d, %s, %s_crossovers, %d},\n'
                     % (name, name, len(zeros), name, len(poles), number(gain), name, len(found)))
    out.write("static const loop_case loop_cases[] = {\n%s};\n\n" % "".join(table))


# ---- group delay ----

def delay(response, w):
    h = response(w)
    return -mp.im(diff(response, w) / h)


def write_delays(out):
    zeros = [mpc("-0.3", 4), mpc("-0.3", -4), mpc(2, 0), mpc(0, 7), mpc(0, -7)]
    poles = [mpc("-0.01", 1), mpc("-0.01", -1), -3, mpc("-0.5", 6), mpc("-0.5", -6), mpf("-1e-3")]
    rads = [mpf(v) for v in ("0", "1e-4", "0.5", "0.99", "1", "2.5", "3.9", "7", "7.5", "40", "1e4")]

    def h(w):
        s = mpc(0, w)
        return mpf("1.5") * mp.fprod(s - z for z in zeros) / mp.fprod(s - p for p in poles)
    # beside the zero on the axis, where h itself is 0, as the limit
    values = [delay(h, w if w != 7 else w + mpf("1e-25")) for w in rads]
    out.write("static const sinew_complex delay_zeros[] = %s;\n" % pairs(zeros))
    out.write("static const sinew_complex delay_poles[] = %s;\n" % pairs(poles))
    out.write("static const double delay_rad[] = %s;\n" % text(rads))
    out.write("static const double delay_s[] = %s;\n" % text(values))
    # by the bilinear rule at 10 frames a second
    step = mpf(1) / 10
    hz = [mpf(v) for v in ("1e-4", "0.5", "0.99", "1", "2.5", "6", "10", "20", "30")]

    def warped(w):
        return h(2 / step * tan(w * step / 2))
    out.write("static const double bilinear_rad[] = %s;\n" % text(hz))
    out.write("static const double bilinear_delay_s[] = %s;\n" % text(delay(warped, w) for w in hz))


# ---- a system of two inputs and two outputs ----

A = [[-1, 2, 0], [-2, -1, "0.5"], ["0.1", 0, -5]]
B = [[1, 0], [0, 2], ["0.5", -1]]
C = [[1, 0, 1], [0, "1.5", -1]]
D = [["0.5", 0], [0, -1]]


def write_times(out):
    a, b, c, d = (matrix([[mpf(v) for v in row] for row in m]) for m in (A, B, C, D))
    x0 = matrix([mpf(1), mpf(-2), mpf("0.5")])
    step = mpf("0.25")
    frames = (0, 1, 2, 7, 30)
    steps, impulses, starts = [], [], []
    for k in frames:
        block = mp.zeros(5, 5)
        for i in range(3):
            for j in range(3):
                block[i, j] = a[i, j] * step * k
            for j in range(2):
                block[i, 3 + j] = b[i, j] * step * k
        whole = expm(block)
        f, g = whole[0:3, 0:3], whole[0:3, 3:5]
        steps += list(c * g + d)
        impulses += list(c * f * b)
        starts += list(c * f * x0)
    for name, m in zip("ABCD", (a, b, c, d)):
        out.write("static const double time_%s[] = %s;\n" % (name, text(m)))
    out.write("static const double time_x0[] = %s;\n" % text(x0))
    out.write("static const size_t time_frames[] = {%s};\n" % ", ".join(map(str, frames)))
    out.write("static const double time_step[] = %s;\n" % text(steps))
    out.write("static const double time_impulse[] = %s;\n" % text(impulses))
    out.write("static const double time_start[] = %s;\n" % text(starts))
    rads = [mpf(v) for v in ("0", "0.7", "2", "9", "300")]

    def response(i, j):
        return lambda w: (c * lu_solve(mpc(0, w) * eye(3) - a, b[:, j]) + d[:, j])[i]
    out.write("static const double time_rad[] = %s;\n" % text(rads))
    out.write("static const double time_delay[] = %s;\n"
              % text(delay(response(i, j), w) for w in rads for i in range(2) for j in range(2)))
    # of the same, held for 0.25 s
    block = mp.zeros(5, 5)
    block[0:3, 0:3], block[0:3, 3:5] = a * step, b * step
    whole = expm(block)
    f, g = whole[0:3, 0:3], whole[0:3, 3:5]

    def held(i, j):
        return lambda w: (c * lu_solve(exp(mpc(0, w * step)) * eye(3) - f, g[:, j]) + d[:, j])[i]
    rads = [mpf(v) for v in ("0", "0.7", "2", "9", "12")]
    out.write("static const double held_rad[] = %s;\n" % text(rads))
    out.write("static const double held_delay[] = %s;\n"
              % text(delay(held(i, j), w) for w in rads for i in range(2) for j in range(2)))


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "analysis_vectors.h"), "w") as out:
        out.write("/* Written by analysis.py; do not edit. */\n#ifndef ANALYSIS_VECTORS_H\n"
                  "#define ANALYSIS_VECTORS_H\n\n#include <math.h>\n#include <stddef.h>\n\n"
                  "#include \"sinew/analysis.h\"\n\n"
                  "typedef struct loop_case {\n    const char *name;\n"
                  "    const sinew_complex *zeros;\n    size_t n_zeros;\n"
                  "    const sinew_complex *poles;\n    size_t n_poles;\n    double gain;\n"
                  "    const sinew_crossover *crossovers;\n    size_t count;\n} loop_case;\n\n")
        write_loops(out)
        write_delays(out)
        write_times(out)
        out.write("\n#endif\n")


if __name__ == "__main__":
    main()
