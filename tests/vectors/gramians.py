#!/usr/bin/python3
"""Gramians, Hankel singular values, H2 and Hinf norms of small systems, in 120 digits.

Writes gramian_vectors.h beside itself. The Lyapunov equations are solved as linear systems of
n^2 unknowns, Hankel values are roots of the eigenvalues of P Q, norms are maximised on a grid
and then by golden sections: nothing here resembles what the library does. The discrete systems
are x+ = (I + A) x + B u, which is what Euler's rule makes of a step of 1 s.
"""
import os

import numpy as np
from mpmath import mp, matrix, mpf, sqrt, eig, eye, lu_solve, zeros

mp.dps = 120
HERE = os.path.dirname(os.path.abspath(__file__))
rng, other = (np.random.default_rng(seed) for seed in (20260101, 7))


def exact(a):
    """A matrix of mpf with the same value as the doubles."""
    a = np.atleast_2d(a)
    return matrix([[mpf(float(v)) for v in row] for row in a])


def lyapunov(a, q, discrete):
    """a X + X a' + q = 0, or a X a' - X + q = 0."""
    n = a.rows
    m, right = zeros(n * n), zeros(n * n, 1)
    for i in range(n):
        for j in range(n):
            right[i * n + j] = -q[i, j]
            if discrete:
                m[i * n + j, i * n + j] -= 1
                for k in range(n):
                    for l in range(n):
                        m[i * n + j, k * n + l] += a[i, k] * a[j, l]
            else:
                for k in range(n):
                    m[i * n + j, k * n + j] += a[i, k]
                    m[i * n + j, i * n + k] += a[j, k]
    x = lu_solve(m, right)
    return matrix([[x[i * n + j] for j in range(n)] for i in range(n)])


def hankel(p, q):
    values = eig(p * q, left=False, right=False) if p.rows > 1 else [(p * q)[0, 0]]
    return sorted((sqrt(abs(mp.re(v))) for v in values), reverse=True)


def largest_singular(h):
    """h is 1x1, 1xq, px1 or 2x2."""
    g = h.H * h if h.cols <= h.rows else h * h.H
    if g.rows == 1:
        return sqrt(g[0, 0].real)
    half = (g[0, 0] + g[1, 1]).real / 2
    det = (g[0, 0] * g[1, 1] - g[0, 1] * g[1, 0]).real
    return sqrt(half + sqrt(half * half - det))


def height(sys, w, discrete):
    a, b, c, d = sys
    s = mp.expj(w) if discrete else mpf(w) * 1j
    return largest_singular(c * mp.inverse(s * eye(a.rows) - a) * b + d)


def hinf(sys, discrete):
    """The grid is of doubles, fine around every pole; then golden sections."""
    a = np.array(sys[0].tolist(), float)
    poles = np.linalg.eigvals(a)
    if discrete:
        poles = np.log(poles)
    marks = [0.0]
    for p in poles:
        centre = abs(p.imag) if abs(p.imag) > 0 else abs(p)
        for k in np.linspace(-6, 6, 121):
            marks.append(abs(centre + k * abs(p.real)))
            marks.append(abs(p) * 2.0 ** k)
    if discrete:
        marks = [m for m in marks if m < np.pi] + [np.pi]
    marks = sorted(set(marks))
    b, c, d = (np.array(m.tolist(), float) for m in sys[1:])
    at = np.exp(1j * np.array(marks)) if discrete else 1j * np.array(marks)
    sizes = [np.linalg.norm(c @ np.linalg.solve(s * np.eye(len(a)) - a, b) + d, 2) for s in at]
    best = int(np.argmax(sizes))
    if best == 0 or (discrete and best == len(marks) - 1):
        return height(sys, marks[best], discrete), mpf(marks[best])
    low, high = mpf(marks[best - 1]), mpf(marks[best + 1])
    part = (sqrt(5) - 1) / 2
    inner = [high - part * (high - low), low + part * (high - low)]
    value = [height(sys, w, discrete) for w in inner]
    while high - low > mpf(10) ** -22 * high:
        if value[0] < value[1]:
            low = inner[0]
            inner, value = [inner[1], low + part * (high - low)], [value[1], None]
            inner[1] = low + part * (high - low)
            value[1] = height(sys, inner[1], discrete)
        else:
            high = inner[1]
            inner, value = [high - part * (high - low), inner[0]], [None, value[0]]
            value[0] = height(sys, inner[0], discrete)
    return value[0], inner[0]


def dense(n, q, p, shift=1.0):
    a = rng.standard_normal((n, n))
    a -= np.eye(n) * (max(np.linalg.eigvals(a).real) + shift)
    return a, rng.standard_normal((n, q)), rng.standard_normal((p, n))


def similar(a, b, c):
    t = rng.standard_normal((len(a), len(a))) + 2 * np.eye(len(a))
    return t @ a @ np.linalg.inv(t), t @ b, c @ np.linalg.inv(t)


def blocks(pairs):
    n = 2 * len(pairs)
    a = np.zeros((n, n))
    for i, (s, w) in enumerate(pairs):
        a[2 * i:2 * i + 2, 2 * i:2 * i + 2] = [[s, w], [-w, s]]
    return a, rng.standard_normal((n, 1)), rng.standard_normal((1, n))


def cases():
    none = np.zeros((1, 1))
    yield "one pole", (np.array([[-2.0]]), np.array([[3.0]]), np.array([[5.0]])), none, False
    yield "dense 4", dense(4, 2, 2), rng.standard_normal((2, 2)), False
    yield "dense 7", dense(7, 1, 1), none, False
    yield "three inputs", dense(5, 3, 1), np.zeros((1, 3)), False
    a, b, c = dense(5, 1, 2)
    scale = 2.0 ** np.array([40, -35, 0, 20, -11])
    yield ("units", (a * scale[:, None] / scale, b * scale[:, None], c / scale), np.zeros((2, 1)),
           False)
    yield "stiff", similar(np.diag([-0.01, -3.0, -1e3, -1e6]), np.ones((4, 1)),
                           np.ones((1, 4))), none, False
    jordan = np.diag([-1.0] * 5) + np.diag([1.0] * 4, 1)
    yield "jordan", (jordan, np.eye(5)[:, 4:], np.eye(5)[:1]), none, False
    yield "resonant", blocks([(-1e-3, 3.0), (-2e-3, 3.5), (-1.0, 100.0)]), none + 0.5, False
    yield "hidden", (np.diag([-1.0, -2.0, -3.0]), np.array([[1.0], [0.0], [2.0]]),
                     np.array([[1.0, 1.0, 0.0]])), none, False
    a, b, c = dense(5, 2, 2, 0.1)
    a *= 0.9 / max(abs(np.linalg.eigvals(a)))
    yield "discrete 5", (a - np.eye(5), b, c), rng.standard_normal((2, 2)), True
    yield "discrete slow", similar(np.diag([-1e-9, -1e-4, -0.5]), np.ones((3, 1)),
                                   np.ones((1, 3))), none, True
    yield "discrete resonant", blocks([(-1e-4, 0.01), (-0.3, 0.6)]), none, True


def change(a, b, c, discrete):
    """By how much an ulp more or less in the entries of A moves P and Q, each entry measured by its
    states' sizes: what no method can be better than."""
    def both(m):
        m = m + eye(len(a)) if discrete else m
        return lyapunov(m, exact(b) * exact(b).T, discrete), \
            lyapunov(m.T, exact(c).T * exact(c), discrete)
    worst, true = mpf(0), both(exact(a))
    for _ in range(8):
        signs = other.integers(-1, 2, np.shape(a))
        moved = exact(a)
        for i in range(len(a)):
            for j in range(len(a)):
                moved[i, j] *= 1 + mpf(2) ** -52 * int(signs[i, j])
        for was, now in zip(true, both(moved)):
            for i in range(len(a)):
                for j in range(len(a)):
                    size = sqrt(was[i, i] * was[j, j])
                    if size > 0:
                        worst = max(worst, abs(now[i, j] - was[i, j]) / size)
    return worst


def numbers(values):
    return ", ".join(mp.nstr(v, 20) if isinstance(v, mpf) else repr(float(v)) for v in values)


def main():
    out = ["/* Made by tests/vectors/gramians.py: 120 digits rounded. */",
           "static const struct {", "    const char *name;", "    bool discrete;",
           "    size_t order, inputs, outputs;",
           "    double A[49], B[15], C[14], D[4], reached[49], seen[49], hankel[7], h2, hinf, peak, change;",
           "} gramian_vectors[] = {"]
    for name, (a, b, c), d, discrete in cases():
        sys = [exact(m) for m in (a, b, c, d)]
        if discrete:
            sys[0] += eye(len(a))
        p = lyapunov(sys[0], sys[1] * sys[1].T, discrete)
        q = lyapunov(sys[0].T, sys[2].T * sys[2], discrete)
        energy = sys[2] * p * sys[2].T + (sys[3] * sys[3].T if discrete else 0 * eye(len(c)))
        h2 = sqrt(sum(energy[i, i] for i in range(len(c))))
        norm, peak = hinf(sys, discrete)
        flat = [list(np.ravel(m)) for m in (a, b, c, d)] + [list(p), list(q), hankel(p, q)]
        out.append('    {"%s", %s, %d, %d, %d,' % (name, "true" if discrete else "false", len(a),
                                                   np.shape(b)[1], len(c)))
        out += ["     {%s}," % numbers(values) for values in flat]
        out.append("     %s}," % numbers([h2, norm, peak, change(a, b, c, discrete)]))
    out.append("};")
    with open(os.path.join(HERE, "gramian_vectors.h"), "w") as file:
        file.write("\n".join(out) + "\n")


main()
