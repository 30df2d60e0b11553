#!/usr/bin/python3
"""Impulse responses of known systems for tests/unit/identify.c, into identify.h beside itself.

The system of order 40: h[k] = sum r z^(k-1) in 60 digits, rounded once to double. The condition of
a pole says what a relative error of the data does to it. Let H = G K be the Hankel matrix of h[1],
h[2], ..., G with rows z^a and K with columns r z^b. A shift-invariant fit finds z from G+ H2 K+,
H2 being H one sample later, so an error E of norm eps |H| in either matrix moves pole i by

    |dz| <= eps (1 + |z|) |H| |row i of G+| |column i of K+|  =  eps kappa_i

to first order (with y, x its left and right eigenvectors in balanced coordinates, |row i of G+| is
|y' S^-1/2 U'|, and the product of both is |y' S^-1/2| |S^-1/2 x| / |y' x|: the eigenvalue's own
condition, 1 / |y' x|, in the scale of the data)."""
import os

import numpy as np
from mpmath import mp, mpc, mpf, cos, expj, pi, sin, sqrt

mp.dps = 60
N, LONG = 400, 20000


def poles_and_residues():
    """18 pairs over the circle, damped by 0.5 to 9 % a sample, and two real poles on each side."""
    pairs = []
    for i in range(18):
        angle = pi * (i + mpf("0.6") + mpf("0.3") * sin(7 * i)) / 19
        size = 1 - mpf("0.005") - mpf("0.085") * (1 + cos(3 * i + 1)) / 2
        pairs.append((size * expj(angle), (1 + mpf("0.5") * sin(5 * i)) * expj(mpf(2 * i))))
    reals = [(mpf("0.97"), mpf("0.8")), (mpf("0.8"), mpf("-1.1")), (mpf("-0.9"), mpf("0.7")),
             (mpf("-0.75"), mpf("0.5"))]
    return pairs, reals


def impulse(pairs, reals, direct, n):
    h = [direct]
    terms = [[2 * r, z] for z, r in pairs] + [[mpc(r), z] for z, r in reals]
    for _ in range(1, n):
        h.append(sum(t[0].real for t in terms))
        for t in terms:
            t[0] *= t[1]
    return h


def conditions(pairs, reals, n):
    """kappa of each pole with Im >= 0, pairs first."""
    z = np.array([complex(p) for p, _ in pairs] + [complex(p.conjugate()) for p, _ in pairs] +
                 [complex(p) for p, _ in reals])
    r = np.array([complex(v) for _, v in pairs] + [complex(v.conjugate()) for _, v in pairs] +
                 [complex(v) for _, v in reals])
    rows = n // 2
    G = z[None, :] ** np.arange(rows)[:, None]
    K = r[:, None] * z[:, None] ** np.arange(n - rows)[None, :]
    size = np.linalg.norm(np.linalg.qr(G)[1] @ np.linalg.qr(K.T)[1].T, 2)
    kappa = ((1 + abs(z)) * size * np.linalg.norm(np.linalg.pinv(G), axis=1) *
             np.linalg.norm(np.linalg.pinv(K), axis=0))
    return np.concatenate([kappa[:len(pairs)], kappa[2 * len(pairs):]])


def numbers(name, values):
    body = "".join("    %s,\n" % ", ".join("%.17g" % float(v) for v in values[i:i + 4])
                   for i in range(0, len(values), 4))
    return "static const double %s[] = {\n%s};\n" % (name, body)


def main():
    pairs, reals = poles_and_residues()
    poles = [p for p, _ in pairs] + [mpc(p) for p, _ in reals]
    text = "/* Written by tests/vectors/identify.py, which says what these are. */\n"
    text += numbers("order_40_impulse", impulse(pairs, reals, mpf("0.25"), N))
    text += numbers("order_40_re", [p.real for p in poles])
    text += numbers("order_40_im", [p.imag for p in poles])
    residues = [r for _, r in pairs] + [mpc(r) for _, r in reals]
    text += numbers("order_40_residues_re", [r.real for r in residues])
    text += numbers("order_40_residues_im", [r.imag for r in residues])
    text += numbers("order_40_kappa", conditions(pairs, reals, N))
    text += numbers("order_40_kappa_long", conditions(pairs, reals, LONG))
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "identify.h")
    with open(path, "w") as out:
        out.write(text)


main()
