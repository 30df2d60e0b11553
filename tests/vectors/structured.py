#!/usr/bin/python3
"""Writes structured_vectors.h: HiPPO, S4D and DPLR by the papers' formulas, to 60 digits.

arXiv 2008.07669, 2206.12037 (HiPPO), 2206.11893 (S4D), 2111.00396 (DPLR). The formulas are
written here a second time, from the papers; nothing is shared with the library.
"""
import mpmath as mp

mp.mp.dps = 60


def text(values):
    return "{" + ", ".join("%.17g" % float(v) for v in values) + "}"


def put(name, values):
    values = list(values)
    print("static const double %s[%d] = %s;" % (name, len(values), text(values)))


def pairs(values):
    return [part for v in values for part in (mp.re(v), mp.im(v))]


def entries(matrix):
    return [matrix[i, k] for i in range(matrix.rows) for k in range(matrix.cols)]


def legs(N):
    def a(n, k):
        return -mp.sqrt(2 * n + 1) * mp.sqrt(2 * k + 1) if n > k else -(n + 1) if n == k else 0
    return mp.matrix([[a(n, k) for k in range(N)] for n in range(N)]), \
        mp.matrix([mp.sqrt(2 * n + 1) for n in range(N)])


def legt(N):
    def a(n, k):
        return -mp.sqrt(2 * n + 1) * mp.sqrt(2 * k + 1) * (1 if k <= n else (-1) ** (n - k))
    return mp.matrix([[a(n, k) for k in range(N)] for n in range(N)]), \
        mp.matrix([mp.sqrt(2 * n + 1) for n in range(N)])


def lmu(N):
    def a(n, k):
        return (2 * n + 1) * (-1 if n < k else (-1) ** (n - k + 1))
    return mp.matrix([[a(n, k) for k in range(N)] for n in range(N)]), \
        mp.matrix([(2 * n + 1) * (-1) ** n for n in range(N)])


def lagt(N, diagonal=-1):
    return mp.matrix([[-1 if n > k else mp.mpf(diagonal) if n == k else 0 for k in range(N)]
                      for n in range(N)]), mp.matrix([1] * N)


def fout(N, idle=False):
    """Basis functions as the derivation names them, so that no index can be misread."""
    basis = [("cos", 0)] + ([("sin", 0)] if idle else [])
    m = 1
    while len(basis) < N:
        basis += [("cos", m), ("sin", m)]
        m += 1
    basis = basis[:N]
    at_end = [mp.mpf(1) if b == ("cos", 0) else mp.sqrt(2) if b[0] == "cos" else 0 for b in basis]

    def a(n, k):
        turn = 0
        if basis[n][1] == basis[k][1]:
            turn = 2 * mp.pi * basis[n][1] * {("sin", "cos"): 1, ("cos", "sin"): -1}.get(
                (basis[n][0], basis[k][0]), 0)
        return turn - 2 * at_end[n] * at_end[k]
    return mp.matrix([[a(n, k) for k in range(N)] for n in range(N)]), \
        mp.matrix([2 * v for v in at_end])


print("/* Written by tests/vectors/structured.py. */")
print("/* A then B over a window of 0.75 s, order 6; halved ones over 1.5 s. */")
window = mp.mpf("0.75")
for name, (A, B), time in (("legs", legs(6), 1), ("legt", legt(6), 1), ("lmu", lmu(6), 1),
                           ("lagt", lagt(6), 1), ("tilted", lagt(6, "-0.5"), 1),
                           ("fout", fout(6), 1), ("idle", fout(6, True), 1),
                           ("halved_legt", legt(6), 2), ("halved_fout", fout(6), 2)):
    put("hippo_" + name, [v / (window * time) for v in entries(A) + list(B)])

print("/* The last row of A at order 64, window 1. */")
put("legs_row_63", [legs(64)[0][63, k] for k in range(64)])
put("legt_row_62", [legt(64)[0][62, k] for k in range(64)])

print("/* Normal part of LegS of order 16: Im lambda > 0 rising; |v* B|. */")
A, B = legs(16)
E, V = mp.eighe(-1j * (A - A.T) / 2)
order = sorted(range(16), key=lambda i: E[i])[8:]
put("legs_16_lambda", [E[i] for i in order])
put("legs_16_B", [abs((V[:, i].H * B)[0]) for i in order])

print("/* S4D of order 64, window 2 s: lambda. */")
N = 64
put("s4d_lin", pairs([mp.mpc(-0.5, mp.pi * n) / 2 for n in range(32)]))
put("s4d_inv", pairs([mp.mpc(-0.5, N / mp.pi * (mp.mpf(N) / (2 * n + 1) - 1)) / 2
                      for n in range(32)]))

print("/* K_l = 2 Re sum C B e^(l T lambda) of the doubles below. */")
lam = [mp.mpc(-1e-3, 0.75), mp.mpc(-2e-3, 2.5), mp.mpc(-0.5, 0.0625), mp.mpc(-0.25, 0)]
Bk = [mp.mpc(1, 0.5), mp.mpc(-0.25, 2), mp.mpc(1, 0), mp.mpc(0.5, 0)]
Ck = [mp.mpc(0.5, -1), mp.mpc(1, 0.125), mp.mpc(-2, 1), mp.mpc(3, 1)]
put("kernel_lambda", pairs(lam))
put("kernel_B", pairs(Bk))
put("kernel_C", pairs(Ck))
T = mp.mpf(0.03125)
places = [0, 1, 63, 64, 65, 1000, 4097, 50000, 99999]
print("static const size_t kernel_places[%d] = {%s};" % (len(places), ", ".join(map(str, places))))
put("kernel_values", [2 * mp.re(sum(c * b * mp.exp(l * T * z) for c, b, z in zip(Ck, Bk, lam)))
                      for l in places])

print("/* C (I - Ad^L) of a rank 1 system, bilinear and zoh, L = 50, T = 1/32. */")
lam, Bk, Ck = lam[:3], Bk[:3], Ck[:3]
P = [mp.mpc(0.25, 0.5), mp.mpc(0.5, -0.25), mp.mpc(1, 0.125)]
Q = [mp.mpc(0.5, 0.25), mp.mpc(-0.25, 0.5), mp.mpc(0.75, -1)]
put("low_rank_P", pairs(P))
put("low_rank_Q", pairs(Q))


def both(v):
    return mp.matrix(list(v) + [mp.conj(x) for x in v])


full = mp.diag(both(lam)) - both(P) * both(Q).H
C = both(Ck).T
eye = mp.eye(6)
for name, Ad in (("bilinear", mp.inverse(eye - T / 2 * full) * (eye + T / 2 * full)),
                 ("zoh", mp.expm(T * full))):
    put("truncated_" + name, pairs(list(C * (eye - Ad ** 50))[:3]))
