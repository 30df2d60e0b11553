#!/usr/bin/python3
"""Prints factors_vectors.h: zeros, poles and gains of discretized filters, to 17 digits.

By another road than the library's partial fractions: the matrices of the controller canonical form
in many digits, their block exponential, the polynomials det(zI - A) and det(zI - A + B C) +
(D - 1) det(zI - A) by Faddeev and LeVerrier, and mpmath's roots of them.
"""
import mpmath as mp
from scipy import signal

RATE = 48000


def controller(zeros, poles, gain):
    n = len(poles)
    num = [gain * c for c in polynomial(zeros)]
    den = polynomial(poles)
    num = [mp.mpf(0)] * (n + 1 - len(num)) + num
    direct = num[0]
    A, B, C = mp.zeros(n), mp.zeros(n, 1), mp.zeros(1, n)
    for i in range(n):
        A[n - 1, i] = -den[n - i]
        C[0, i] = num[n - i] - direct * den[n - i]
        if i + 1 < n:
            A[i, i + 1] = 1
    B[n - 1, 0] = 1
    return A, B, C, direct


def polynomial(roots):
    out = [mp.mpc(1)]
    for r in roots:
        out = [a - r * b for a, b in zip(out + [0], [0] + out)]
    return [mp.re(c) for c in out]


def hold(A, B, C, direct, method, T):
    n = A.rows
    X = mp.zeros(n + 2)
    X[:n, :n] = A * T
    X[:n, n] = B * T
    X[n, n + 1] = 1
    E = mp.expm(X, method="taylor")
    F, G1, G2 = E[:n, :n], E[:n, n], E[:n, n + 1]
    if method == "zoh":
        return F, G1, direct
    if method == "foh":
        return F, G1 - G2 + F * G2, direct + (C * G2)[0]
    return F, T * F * B, direct + T * (C * B)[0]


def characteristic(A):
    """Faddeev, LeVerrier."""
    n = A.rows
    M, c = mp.eye(n), [mp.mpf(1)]
    for k in range(1, n + 1):
        AM = A * M
        c.append(-sum(AM[i, i] for i in range(n)) / k)
        M = AM + c[-1] * mp.eye(n)
    return c


def factors(zeros, poles, gain, method, T):
    A, B, C, direct = controller(zeros, poles, gain)
    F, Bd, Dd = hold(A, B, C, direct, method, T)
    den = characteristic(F)
    num = [a + (Dd - 1) * b for a, b in zip(characteristic(F - Bd * C), den)]
    largest = max(abs(c) for c in num)
    while abs(num[0]) < largest * mp.mpf(10) ** (-mp.mp.dps // 2):
        num.pop(0)
    low = 0
    while abs(num[-1]) < largest * mp.mpf(10) ** (-mp.mp.dps // 2):
        num.pop()
        low += 1
    roots = mp.polyroots(num, maxsteps=2000, extraprec=4 * mp.mp.prec) if len(num) > 1 else []
    return list(roots) + [mp.mpf(0)] * low, [mp.exp(p * T) for p in poles], num[0]


def design(order, band, edges, kind="butter"):
    w = [2 * mp.pi * e for e in edges]
    w = [float(x) for x in w]
    z, p, k = signal.butter(order, w if len(w) > 1 else w[0], band, analog=True, output="zpk")
    return list(z), list(p), float(k)


CASES = [
    ("lowpass 4", *design(4, "lowpass", [1000]), RATE),
    ("lowpass 8 at 20 Hz", *design(8, "lowpass", [20]), RATE),
    ("highpass 3", *design(3, "highpass", [500]), RATE),
    ("bandpass 4", *design(4, "bandpass", [1000, 2000]), RATE),
    ("bandstop 3", *design(3, "bandstop", [3000, 5000]), RATE),
    ("integrator and real", [-3.0], [0.0, -1.0, -20.0], 2.0, 8),
    ("double pole", [], [-1.0, -1.0, -5.0], 3.0, 4),
    ("four integrators", [-0.5, -0.25], [0.0] * 4, 1.0, 2),
    ("gain and direct", [-1 + 2j, -1 - 2j], [-3 + 1j, -3 - 1j], -2.0, 7),
    ("stiff", [-10.0], [-1e5, -1e-2, -20 + 300j, -20 - 300j], 7.0, 50),
    ("unstable", [1.0], [0.5 + 3j, 0.5 - 3j, -2.0], 1.5, 5),
]


def clean(values):
    out = []
    for v in values:
        v = mp.mpc(v)
        im = v.imag if abs(v.imag) > abs(v) * mp.mpf(10) ** -40 else mp.mpf(0)
        out.append((float(v.real), float(im)))
    return sorted(out)


def text(pairs):
    return "{" + ", ".join("{%.17g, %.17g}" % p for p in pairs) + "}" if pairs else "{{0, 0}}"


def conjugates(roots):
    """Exact pairs: what the library makes of scipy's roots."""
    out = []
    for r in roots:
        r = complex(r)
        if r.imag > 0:
            out += [r, r.conjugate()]
        elif r.imag == 0:
            out.append(r)
    assert len(out) == len(roots)
    return out


def main():
    print("/* Printed by factors.py: do not edit. */")
    print("static const factor_case factor_cases[] = {")
    for name, zeros, poles, gain, rate in CASES:
        zeros, poles = conjugates(zeros), conjugates(poles)
        for method in ("zoh", "foh", "impulse"):
            mp.mp.dps = 400
            T = mp.mpf(1 / rate)
            z, _, k = factors([mp.mpc(x) for x in zeros], [mp.mpc(x) for x in poles], mp.mpf(gain),
                              method, T)
            mantissa, exponent = mp.frexp(k)
            print('    {"%s", "%s", %.17g, %d, %d, %s, %s, %.17g, %d, %s, %.17g, %d},' % (
                name, method, 1 / rate, len(zeros), len(poles),
                text([(x.real, x.imag) for x in zeros]), text([(x.real, x.imag) for x in poles]),
                gain, len(z), text(clean(z)), float(mantissa), exponent))
    print("};")


main()
