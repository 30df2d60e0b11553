#!/usr/bin/python3
"""Writes delay_vectors.h: poles of Pade approximants of e^(-s) by mpmath's polynomial roots."""
import mpmath as mp

mp.mp.dps = 200


def poles(n):
    """Of P, descending: (2n-k)! / (k! (n-k)!) s^k; Im >= 0, rising."""
    c = [mp.factorial(2 * n - k) / mp.factorial(k) / mp.factorial(n - k) for k in range(n, -1, -1)]
    scale = c[-1] ** (mp.mpf(1) / n)
    roots = mp.polyroots([v / c[0] for v in c], maxsteps=2000, extraprec=1200)
    return sorted((r for r in roots if r.imag > -1e-50 * scale), key=lambda r: r.imag)


print("/* Written by tests/vectors/delay.py. */")
for n in (1, 2, 5, 12, 31):
    found = poles(n)
    values = [part for p in found for part in (p.real, p.imag if p.imag > 1e-50 else mp.mpf(0))]
    print("static const double pade_%d[%d] = {%s};" % (
        n, len(values), ", ".join("%.17g" % float(v) for v in values)))

# scipy.signal.iircomb: b and a as far as they are not 0: b[0], b[N], a[N], of the frequency 100 Hz
# at 8 kHz
from scipy import signal  # noqa: E402

for kind in ("notch", "peak"):
    for zero in (False, True):
        b, a = signal.iircomb(100, 7.0, kind, fs=8000, pass_zero=zero)
        assert len(b) == len(a) == 81 and not b[1:80].any() and not a[1:80].any()
        print("static const double comb_%s_%s[3] = {%.17g, %.17g, %.17g};" % (
            kind, "zero" if zero == (kind == "peak") else "half", b[0], b[80], a[80]))
