#!/usr/bin/python3
"""Writes ssm_vectors.h: what discretizations are, to 120 digits, rounded once.

Every truth is computed from the doubles that the test hands to the library, by another road than
the library's: matrices by a Taylor exponential of the block matrix, filters by partial fractions
of the factors in high precision.
"""
import math

import mpmath as mp

mp.mp.dps = 130
RATE = 48000


def real(x):
    return mp.mpf(x)


def double(x):
    return float(mp.nstr(x, 40)) if not isinstance(x, float) else x


def text(values):
    return "{" + ", ".join("%.17g" % double(v) for v in values) + "}"


def rows(matrix):
    return [matrix[i, j] for i in range(matrix.rows) for j in range(matrix.cols)]


# --- matrices ---------------------------------------------------------------------------------

def zeros(rows_, cols):
    return [[0.0] * cols for _ in range(rows_)]


def jordan(value, n):
    return [[value if i == j else 1.0 if j == i + 1 else 0.0 for j in range(n)] for i in range(n)]


def complex_jordan():
    A = zeros(4, 4)
    for k in (0, 2):
        A[k][k] = A[k + 1][k + 1] = -0.125
        A[k][k + 1], A[k + 1][k] = 3.0, -3.0
    A[0][2] = A[1][3] = 1.0
    return A


def full(n, shift):
    """A full matrix of small binary fractions, from a linear congruence."""
    seed, A = 12345, zeros(n, n)
    for i in range(n):
        for j in range(n):
            seed = (1103515245 * seed + 12345) % 2**31
            A[i][j] = ((seed >> 16) % 65 - 32) / 16.0 + (shift if i == j else 0.0)
    return A


def stiff():
    """Upper triangular, -1e-2 .. -1e6 on the diagonal, and as much beside it."""
    d = [-0.01, -1.0, -100.0, -1e4, -1e6]
    return [[d[i] if i == j else -d[i] / 2 if j > i else 0.0 for j in range(5)] for i in range(5)]


def units():
    """full(4) in units that differ by 2^80."""
    A = full(4, -4.0)
    s = [2.0**-40, 2.0**-13, 2.0**13, 2.0**40]
    return [[A[i][j] * s[i] / s[j] for j in range(4)] for i in range(4)], s


def far_from_normal():
    """Two resonators, as position and speed, in coordinates that mix all four: integers."""
    A = mp.matrix([[0, 1, 0, 0], [-4000000, -100, 0, 0], [0, 0, 0, 1], [0, 0, -9000000, -60]])
    P = mp.matrix([[1, 2, 0, 1], [1, 3, 1, 1], [2, 1, 1, 0], [1, 0, 1, 0]])
    M = P * A * P**-1 * mp.det(P)
    return [[float(mp.nint(M[i, j])) for j in range(4)] for i in range(4)]


def column(*values):
    return [[float(v)] for v in values]


def cases():
    one4, row4 = column(1, 1, 1, 1), [[1.0, 2.0, -1.0, 0.5]]
    scaled, s = units()
    yield "integrator", [[0.0]], [[2.0]], [[3.0]], [[0.0]], 0.5
    yield "double integrator", [[0.0, 1.0], [0.0, 0.0]], column(0, 1), [[1.0, 0.0]], [[0.0]], 0.25
    yield "zero A", zeros(2, 2), [[1.0, 2.0], [3.0, 4.0]], [[1.0, 1.0]], [[5.0, 6.0]], 0.125
    yield "singular A", [[-1.0, 2.0, 0.5], [-2.0, 4.0, 1.0], [1.0, 1.0, -3.0]], column(1, 0, 2), \
        [[1.0, 1.0, 1.0]], [[1.0]], 0.3
    yield "Jordan block", jordan(-2.0, 4), column(0, 0, 0, 1), [[1.0, 0.0, 0.0, 0.0]], [[0.0]], 0.7
    yield "complex Jordan block", complex_jordan(), one4, row4, [[1.0]], 1.3
    yield "stiff", stiff(), column(1, 1, 1, 1, 1), [[1.0, 1.0, 1.0, 1.0, 1.0]], [[0.0]], 1e-3
    yield "lower, NaN elsewhere", [[-494.0, 0.0], [12566.0, -12566.0]], column(1, 0), \
        [[0.0, 1.0]], [[0.0]], 0.5
    yield "upper, NaN elsewhere", [[-494.0, 12566.0], [0.0, -12566.0]], column(0, 1), \
        [[1.0, 0.0]], [[0.0]], 0.5
    yield "units 2^80 apart", scaled, [[v] for v in s], \
        [[row4[0][j] / s[j] for j in range(4)]], [[0.25]], 0.5
    yield "large B", full(4, -4.0), column(1e12, -1e12, 1e12, 1e12), row4, [[0.0]], 0.5
    yield "two in, three out", full(4, -3.0), [[1.0, 0.0], [0.0, 1.0], [1.0, -1.0], [2.0, 1.0]], \
        [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, -1.0], [1.0, 2.0, 3.0, 4.0]], \
        [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], 0.2
    yield "unstable", full(4, 1.0), one4, row4, [[0.0]], 0.5
    yield "resonator bank", [[-1.0, 40.0, 0.0], [-40.0, -1.0, 0.0], [0.0, 0.0, -3.0]], \
        column(1, 2, 1), [[1.0, 0.5, 2.0]], [[0.5]], 0.03125
    yield "far from normal", far_from_normal(), one4, row4, [[0.0]], 1.0 / 8000
    yield "tiny step", full(4, -4.0), one4, row4, [[0.0]], 1e-9


def van_loan(A, B, T):
    n, q = A.rows, B.cols
    X = mp.zeros(n + 2 * q)
    for i in range(n):
        for j in range(n):
            X[i, j] = A[i, j] * T
        for j in range(q):
            X[i, n + j] = B[i, j] * T
    for j in range(q):
        X[n + j, n + q + j] = 1
    E = mp.expm(X)
    return E[:n, :n], E[:n, n:n + q], E[:n, n + q:]


def discrete(method, A, B, C, D, T):
    n = A.rows
    F, G1, G2 = van_loan(A, B, T)
    if method == "ZOH":
        return F, G1, C, D
    if method == "FOH":
        return F, G1 - G2 + F * G2, C, D + C * G2
    if method == "IMPULSE":
        return F, T * (F * B), C, D + T * (C * B)
    alpha = {"BILINEAR": real(0.5), "EULER": real(0), "BACKWARD": real(1), "GBT": real(0.25)}[method]
    inverse = (mp.eye(n) - alpha * T * A) ** -1
    Bd = inverse * (T * B)
    return inverse * (mp.eye(n) + (1 - alpha) * T * A), Bd, C * inverse, D + alpha * (C * Bd)


METHODS = ["ZOH", "FOH", "BILINEAR", "EULER", "BACKWARD", "GBT", "IMPULSE"]


def write_matrices(out):
    table = []
    for k, (name, A, B, C, D, T) in enumerate(cases()):
        for letter, m in zip("ABCD", (A, B, C, D)):
            flat = [v for row in m for v in row]
            out.write("static const double case_%d_%s[] = %s;\n" % (k, letter, text(flat)))
        ABCD = [mp.matrix(m) for m in (A, B, C, D)]
        answer = []
        for method in METHODS:
            for m in discrete(method, *ABCD, real(T)):
                answer += rows(m)
        out.write("static const double case_%d_answer[] = %s;\n" % (k, text(answer)))
        table.append('    {"%s", {%d, %d, %d, case_%d_A, case_%d_B, case_%d_C, case_%d_D}, %.17g,'
                     " case_%d_answer},\n" % (name, len(A), len(B[0]), len(C), k, k, k, k, T, k))
    out.write("static const matrix_case matrix_cases[] = {\n%s};\n\n" % "".join(table))


# --- filters ----------------------------------------------------------------------------------

def prototype(n):
    return [mp.expjpi(real(2 * k + n + 1) / (2 * n)) for k in range(n)]


def upper(roots):
    return [p for p in roots if mp.im(p) > 0]


def bandpass(n, w1, w2):
    """Poles with Im > 0, gain, of a Butterworth band-pass; its n zeros are at 0."""
    poles = []
    for p in prototype(n):
        h = p * (w2 - w1) / 2
        root = mp.sqrt(h * h - w1 * w2)
        poles += [h + root, h - root]
    return upper(poles), (w2 - w1) ** n


def residues(gain, n_zeros, poles):
    """Of gain s^n_zeros / prod(s - poles)."""
    out = []
    for i, p in enumerate(poles):
        r = gain * p**n_zeros
        for j, q in enumerate(poles):
            if i != j:
                r /= p - q
        out.append(r)
    return out


def response(poles, parts, direct, rad):
    return [direct + mp.fsum(g / (mp.expj(real(w) / RATE) - z) for z, g in zip(poles, parts))
            for w in rad]


def impulse(poles, parts, direct, frames):
    return [direct] + [mp.re(mp.fsum(g * z**(k - 1) for z, g in zip(poles, parts)))
                       for k in range(1, frames)]


def write_filter(out, name, z, parts, direct, rad, frames):
    h = response(z, parts, direct, rad)
    out.write("static const double %s_rad[] = %s;\n" % (name, text(rad)))
    out.write("static const double %s_re[] = %s;\n" % (name, text(map(mp.re, h))))
    out.write("static const double %s_im[] = %s;\n" % (name, text(map(mp.im, h))))
    if frames:
        out.write("static const double %s_y[] = %s;\n" %
                  (name, text(impulse(z, parts, direct, frames))))


def hold(poles, res, T):
    """r / (s - p) under zoh: r (e^{pT} - 1) / p / (z - e^{pT})."""
    return [mp.exp(p * T) for p in poles], \
        [r * mp.expm1(p * T) / p for p, r in zip(poles, res)], real(0)


def tustin(poles, res, T):
    """r / (s - p) under s = 2/T (z - 1)/(z + 1): g (z + 1) / (z - zp) = g + g (1 + zp)/(z - zp)."""
    z = [(1 + p * T / 2) / (1 - p * T / 2) for p in poles]
    g = [r * T / 2 / (1 - p * T / 2) for p, r in zip(poles, res)]
    return z, [a * (1 + b) for a, b in zip(g, z)], mp.re(mp.fsum(g))


def conjugated(half):
    return half + [mp.conj(p) for p in half]


def write_filters(out):
    T = real(1.0 / RATE)
    rad = [float(2 * mp.pi * f) for f in (100, 700, 950, 1000, 1010, 1200, 1414, 1700, 1990, 2000,
                                          2100, 3000, 6000, 12000, 20000)]
    half, gain = bandpass(12, 2 * mp.pi * 1000, 2 * mp.pi * 2000)
    half = [mp.mpc(double(mp.re(p)), double(mp.im(p))) for p in half]  # what the test hands over
    gain = real(double(gain))
    out.write("static const double bandpass_poles[] = %s;\n" %
              text([v for p in half for v in (mp.re(p), mp.im(p))]))
    out.write("static const double bandpass_gain = %.17g;\n" % double(gain))
    poles = conjugated(half)
    res = residues(gain, 12, poles)
    write_filter(out, "bandpass_zoh", *hold(poles, res, T), rad, 500)
    write_filter(out, "bandpass_bilinear", *tustin(poles, res, T), rad, 500)

    edge = 2 / T * mp.tan(mp.pi * 20 * T)  # a design of order 16 at 20 Hz, prewarped
    poles = [edge * p for p in prototype(16)]
    res = residues(edge**16, 0, poles)
    low = [float(2 * mp.pi * f) for f in (0, 1, 10, 19, 20, 21, 30, 40, 80)]
    write_filter(out, "lowpass_bilinear", *tustin(poles, res, T), low, 0)


# --- responses point by point -----------------------------------------------------------------

def point_cases():
    """name, zeros and poles with Im >= 0, gain, step"""
    w, T = 2 * math.pi * 1000, 1.0 / RATE
    circle = [complex(mp.expjpi(real(2 * k + 9) / 16)) for k in range(4)]
    yield "zeros on the axis", [1j * w * v for v in (1.8, 2.3, 4.1, 23.9)], \
        [w * p for p in circle], 1e-4, T
    half, gain = bandpass(6, 2 * mp.pi * 1000, 2 * mp.pi * 1300)
    yield "narrow band", [0] * 6, [complex(p) for p in half], float(gain), T
    yield "slow", [], [2 * math.pi * 20 * complex(p) for p in upper(prototype(16))], \
        (2 * math.pi * 20) ** 16, T
    yield "two resonances of Q 1e6", [0], [complex(-w * v / 2e6, w * v) for v in (1, 1 + 3e-6)], \
        1e8, T
    yield "resonance near half the rate", [-1.0], [complex(-6.5, 149000), -50.0], 1e5, T
    yield "repeated", [-2.0], [-1.0] * 6 + [-1 + 2j] * 2, 3.0, 0.3


def with_conjugates(half):
    return [mp.mpc(v) for r in half for v in ((r, r.conjugate()) if complex(r).imag else (r,))]


def fractions_at(z, poles, res, direct, method, T):
    out = direct
    for p, r in zip(poles, res):
        q = mp.exp(p * T)
        one = mp.expm1(p * T) / (p * T)
        w = r * T * {"ZOH": one, "FOH": one * one, "IMPULSE": 1}[method]
        if method == "FOH":
            out += r * T * (one - 1) / (p * T)
        out += w / (z - q) * (z if method == "IMPULSE" else 1)
    return out


def matched_at(z, zeros, poles, gain, T):
    def factor(r):
        return (z - mp.exp(r * T)) / (mp.expm1(r * T) / r if r else T)
    out = gain * ((z + 1) / 2) ** max(0, len(poles) - len(zeros) - 1)
    return out * mp.fprod(map(factor, zeros)) / mp.fprod(map(factor, poles))


def apart(poles):
    """Equal poles moved by what no digit of the answer sees."""
    return [p * (1 + k * real(10) ** -60) for k, p in enumerate(poles)]


def point_response(method, zeros, poles, gain, T, rad):
    n, out = len(poles), []
    alpha = {"BILINEAR": real(0.5), "EULER": real(0), "BACKWARD": real(1), "GBT": real(0.25)}
    if method in ("ZOH", "FOH", "IMPULSE"):
        poles = apart(poles) if len(set(map(complex, poles))) < n else poles
        res = [gain * mp.fprod(p - z for z in zeros) /
               mp.fprod(p - q for j, q in enumerate(poles) if j != i) for i, p in enumerate(poles)]
    for w in rad:
        z = mp.expj(real(w) * T)
        if method in alpha:
            s = (z - 1) / (T * (alpha[method] * z + 1 - alpha[method]))
            out.append(gain * mp.fprod(s - r for r in zeros) / mp.fprod(s - r for r in poles))
        elif method == "MATCHED":
            out.append(matched_at(z, zeros, poles, gain, T))
        else:
            direct = gain if len(zeros) == n else real(0)
            out.append(fractions_at(z, poles, res, direct, method, T))
    return out


def write_points(out):
    table = []
    for k, (name, zeros, poles, gain, T) in enumerate(point_cases()):
        lists = [with_conjugates(zeros), with_conjugates(poles)]
        nyquist = math.pi / T
        rad = [nyquist * 10 ** (-i / 3.0) for i in range(12, 0, -1)] + \
            [nyquist * v for v in (0.7, 0.9, 0.98, 0.9999)]
        answer = []
        with mp.workdps(600):
            for method in METHODS + ["MATCHED"]:
                answer += point_response(method, *lists, real(gain), real(T), rad)
        for letter, values in zip("zp", lists):
            flat = ["{%.17g, %.17g}" % (v.real, v.imag) for v in map(complex, values)]
            out.write("static const sinew_complex points_%d_%s[] = {%s};\n" %
                      (k, letter, ", ".join(flat or ["{0, 0}"])))
        out.write("static const double points_%d_rad[] = %s;\n" % (k, text(rad)))
        pairs = ["{%.17g, %.17g}" % (double(mp.re(v)), double(mp.im(v))) for v in answer]
        out.write("static const sinew_complex points_%d_answer[] = {%s};\n" % (k, ", ".join(pairs)))
        table.append('    {"%s", points_%d_z, %d, points_%d_p, %d, %.17g, %.17g, points_%d_rad, %d,'
                     " points_%d_answer},\n" % (name, k, len(lists[0]), k, len(lists[1]), gain, T,
                                                k, len(rad), k))
    out.write("static const point_case point_cases[] = {\n%s};\n" % "".join(table))


def main():
    with open("ssm_vectors.h", "w") as out:
        out.write("/* Written by ssm.py; do not edit. */\n#ifndef SSM_VECTORS_H\n"
                  "#define SSM_VECTORS_H\n\n#include \"sinew/discretization.h\"\n\n"
                  "/* answer: for each of zoh foh bilinear euler backward gbt (alpha 1/4) impulse\n"
                  " * the entries of A, B, C, D. */\n"
                  "typedef struct matrix_case {\n    const char *name;\n    sinew_matrices system;\n"
                  "    double step_s;\n    const double *answer;\n} matrix_case;\n\n")
        write_matrices(out)
        write_filters(out)
        out.write("\n/* answer: for each of zoh foh bilinear euler backward gbt (alpha 1/4) impulse"
                  " matched\n * H at each rad. */\n"
                  "typedef struct point_case {\n    const char *name;\n"
                  "    const sinew_complex *zeros;\n    size_t n_zeros;\n"
                  "    const sinew_complex *poles;\n    size_t n_poles;\n"
                  "    double gain, step_s;\n    const double *rad;\n    size_t n;\n"
                  "    const sinew_complex *answer;\n} point_case;\n\n")
        write_points(out)
        out.write("\n#endif\n")


main()
