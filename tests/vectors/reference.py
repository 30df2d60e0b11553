#!/usr/bin/python3
"""What a linear system's filter is, in 512 bits: matrices, outputs, frequency responses.

Independent of the library: a description's doubles are taken as exact; zpk and tf become a
companion form (at this precision nothing is lost by it), the exponential is a Taylor series of
Van Loan's block matrix, responses are taken in Hessenberg form or from the factors themselves.
"""
from operator import mul

import gmpy2
from gmpy2 import mpc, mpfr

BITS = 512  # 400 are asked for; squaring an exponential costs up to 100
gmpy2.get_context().precision = BITS

EXPONENTIAL = ("zoh", "foh", "impulse")
SUBSTITUTION = {"bilinear": "0.5", "prewarp": "0.5", "euler": "0", "backward": "1"}


# --- matrices: lists of rows --------------------------------------------------------------------

def matrix(rows):
    return [[mpfr(v) for v in row] for row in rows]


def multiply(a, b):
    columns = list(zip(*b))
    return [[sum(map(mul, row, column)) for column in columns] for row in a]


def combine(a, b, factor=1):
    """a + factor b"""
    return [[x + factor * y for x, y in zip(p, q)] for p, q in zip(a, b)]


def scaled(a, factor):
    return [[x * factor for x in row] for row in a]


def identity(n):
    return [[mpfr(i == j) for j in range(n)] for i in range(n)]


def solve(a, b):
    """a^-1 b by Gauss and Jordan."""
    n = len(a)
    rows = [list(p) + list(q) for p, q in zip(a, b)]
    for k in range(n):
        at = max(range(k, n), key=lambda i: abs(rows[i][k]))
        rows[k], rows[at] = rows[at], rows[k]
        pivot = 1 / rows[k][k]
        rows[k] = [v * pivot for v in rows[k]]
        for i in range(n):
            f = rows[i][k]
            if i != k and f != 0:
                rows[i] = [x - f * y for x, y in zip(rows[i], rows[k])]
    return [row[n:] for row in rows]


def expm(x):
    """Taylor of degree 35 (Paterson, Stockmeyer) of x / 2^s, then s squarings."""
    n = len(x)
    norm = max([sum(map(abs, column)) for column in zip(*x)] + [mpfr(0)])
    s = max(0, int(gmpy2.ceil(gmpy2.log2(norm))) + 12) if norm > 0 else 0
    powers = [identity(n), scaled(x, mpfr(2) ** -s)]
    while len(powers) < 7:
        powers.append(multiply(powers[-1], powers[1]))
    out = None
    for chunk in range(5, -1, -1):
        part = scaled(powers[0], 0)
        for k in range(6):
            part = combine(part, powers[k], 1 / mpfr(gmpy2.fac(6 * chunk + k)))
        out = part if out is None else combine(multiply(out, powers[6]), part)
    for _ in range(s):
        out = multiply(out, out)
    return out


def hessenberg(A, B, C):
    """Similar A, B, C with A upper Hessenberg, by elimination."""
    A, B, C = [list(r) for r in A], [list(r) for r in B], [list(r) for r in C]
    n = len(A)
    for k in range(n - 2):
        at = max(range(k + 1, n), key=lambda i: abs(A[i][k]))
        A[k + 1], A[at] = A[at], A[k + 1]
        B[k + 1], B[at] = B[at], B[k + 1]
        for row in A + C:
            row[k + 1], row[at] = row[at], row[k + 1]
        if A[k + 1][k] == 0:
            continue
        factors = [(i, A[i][k] / A[k + 1][k]) for i in range(k + 2, n) if A[i][k] != 0]
        for i, f in factors:
            A[i] = [x - f * y for x, y in zip(A[i], A[k + 1])]
            B[i] = [x - f * y for x, y in zip(B[i], B[k + 1])]
        for row in A + C:
            row[k + 1] += sum(f * row[i] for i, f in factors)
    return A, B, C


def resolvent(form, D, s):
    """C (s I - A)^-1 B + D for a Hessenberg form."""
    A, B, C = form
    n = len(A)
    rows = [[-v for v in row] for row in A]
    for i in range(n):
        rows[i][i] += s
    right = [list(r) for r in B]
    for k in range(n - 1):
        if abs(rows[k + 1][k]) > abs(rows[k][k]):
            rows[k], rows[k + 1] = rows[k + 1], rows[k]
            right[k], right[k + 1] = right[k + 1], right[k]
        if rows[k + 1][k] != 0:
            f = rows[k + 1][k] / rows[k][k]
            rows[k + 1][k:] = [x - f * y for x, y in zip(rows[k + 1][k:], rows[k][k:])]
            right[k + 1] = [x - f * y for x, y in zip(right[k + 1], right[k])]
    out = [[mpc(v) for v in row] for row in D]
    for j in range(len(D[0]) if D else 0):
        x = [mpc(0)] * n
        for i in range(n - 1, -1, -1):
            x[i] = (right[i][j] - sum(map(mul, rows[i][i + 1:], x[i + 1:]))) / rows[i][i]
        for o, row in enumerate(C):
            out[o][j] += sum(map(mul, row, x))
    return out


# --- systems ------------------------------------------------------------------------------------

def polynomial(roots):
    """Descending coefficients of prod(s - root): real, as conjugates come in pairs."""
    c = [mpc(1)]
    for r in roots:
        c = [x - r * y for x, y in zip(c + [mpc(0)], [mpc(0)] + c)]
    return [v.real for v in c]


def companion(num, den, unit):
    """num / den in s / unit, degrees equal (num padded), den monic."""
    n = len(den) - 1
    D = num[0]
    A = [[mpfr(0)] * n for _ in range(n)]
    for i in range(n):
        A[0][i] = -den[i + 1] * unit
        if i:
            A[i][i - 1] = unit
    return A, [[unit if i == 0 else mpfr(0)] for i in range(n)], \
        [[num[i + 1] - D * den[i + 1] for i in range(n)]], [[D]]


def hippo(measure, order, window_s=1, C=None):
    """arXiv 2008.07669, 2206.12037: A and B over the window."""
    n, T = range(order), mpfr(window_s)
    root = [gmpy2.sqrt(mpfr(2 * i + 1)) for i in n]
    if measure == "legs":
        A = [[-root[i] * root[k] if i > k else mpfr(-(i + 1) * (i == k)) for k in n] for i in n]
        B = root
    elif measure == "legt":
        A = [[-root[i] * root[k] * ((-1) ** (i - k) if k > i else 1) for k in n] for i in n]
        B = root
    elif measure == "lagt":
        A = [[mpfr(-1 if i >= k else 0) for k in n] for i in n]
        B = [mpfr(1)] * order
    elif measure == "fout":
        b = [mpfr(1) if i == 0 else gmpy2.sqrt(mpfr(2)) if i % 2 else mpfr(0) for i in n]
        A = [[-2 * b[i] * b[k] for k in n] for i in n]
        for i in range(1, order - 1, 2):
            A[i + 1][i] = gmpy2.const_pi() * (i + 1)
            A[i][i + 1] = -A[i + 1][i]
        B = [2 * v for v in b]
    else:
        raise ValueError(measure)
    C = matrix(C) if C else identity(order)
    return [[v / T for v in row] for row in A], [[v / T] for v in B], C, [[mpfr(0)] for _ in C]


def s4d(init, order):
    """arXiv 2206.11893: B and C ones, a mode's real and imaginary part as states."""
    if init == "real":
        modes = [(mpfr(-(n + 1)), mpfr(0)) for n in range(order)]
    else:
        pi, half = gmpy2.const_pi(), mpfr(-1) / 2
        modes = [(half, pi * n if init == "lin" else
                  order / pi * (mpfr(order) / (2 * n + 1) - 1)) for n in range(order // 2)]
    size = sum(2 if im else 1 for _, im in modes)
    A = [[mpfr(0)] * size for _ in range(size)]
    B, C = [[mpfr(0)] for _ in range(size)], [[mpfr(0)] * size]
    at = 0
    for re, im in modes:
        A[at][at] = re
        B[at][0] = mpfr(1)
        C[0][at] = mpfr(1 if init == "real" else 2)
        if im:
            A[at + 1][at + 1], A[at][at + 1], A[at + 1][at] = re, -im, im
        at += 2 if im else 1
    return A, B, C, [[mpfr(0)]]


def padded(num, degree):
    return [mpfr(0)] * (degree + 1 - len(num)) + num


class System:
    """A description's `system`, its numbers exact."""

    def __init__(self, description):
        (kind, d), = description.items()
        self.factors = None
        if kind == "ss":
            self.A, self.B, self.C, self.D = (matrix(d[k]) for k in "ABCD")
        elif kind == "hippo":
            self.A, self.B, self.C, self.D = hippo(**d)
        elif kind == "s4d":
            self.A, self.B, self.C, self.D = s4d(**d)
        elif kind == "zpk":
            zeros, poles = ([mpc(*map(mpfr, z)) for z in d[k]] for k in ("zeros", "poles"))
            self.factors = zeros, poles, mpfr(d["gain"])
            sizes = [abs(p) for p in poles if p != 0] or [mpfr(1)]
            unit = mpfr(2) ** int(gmpy2.rint(sum(map(gmpy2.log2, sizes)) / len(sizes)))
            n = len(poles)
            gain = self.factors[2] * unit ** (len(zeros) - n)
            num = [gain * c for c in polynomial([z / unit for z in zeros])]
            den = polynomial([p / unit for p in poles])
            self.A, self.B, self.C, self.D = companion(padded(num, n), den, unit)
        elif kind == "tf":
            num, den = ([mpfr(v) for v in d[k]] for k in ("num", "den"))
            while den[0] == 0:
                del den[0]
            while len(num) > 1 and num[0] == 0:
                del num[0]
            n = len(den) - 1
            unit = mpfr(1)
            if n and den[n] != 0:
                unit = mpfr(2) ** int(gmpy2.rint(gmpy2.log2(abs(den[n] / den[0])) / n))
            num = padded(num, n)
            num, den = ([v * unit ** -k / den[0] for k, v in enumerate(p)] for p in (num, den))
            self.A, self.B, self.C, self.D = companion(num, den, unit)
        else:
            raise ValueError(kind)
        self.order, self.outputs, self.inputs = len(self.A), len(self.D), len(self.D[0])
        self._holds, self._form = {}, None

    def response_at(self, s):
        if self.factors:
            zeros, poles, gain = self.factors
            h = mpc(gain)
            for z in zeros:
                h *= s - z
            for p in poles:
                h /= s - p
            return [[h]]
        if self._form is None:
            self._form = hessenberg(self.A, self.B, self.C)
        return resolvent(self._form, self.D, s)

    def response(self, rads):
        return [self.response_at(mpc(0, mpfr(w))) for w in rads]

    def holds(self, T):
        """F, G1, G2: exp of [[AT, BT, 0], [0, 0, I], [0, 0, 0]]."""
        if T not in self._holds:
            n, q = self.order, self.inputs
            X = [[v * T for v in a] + [v * T for v in b] + [mpfr(0)] * q
                 for a, b in zip(self.A, self.B)]
            X += [[mpfr(j == n + q + i) for j in range(n + 2 * q)] for i in range(q)]
            X += [[mpfr(0)] * (n + 2 * q) for _ in range(q)]
            E = expm(X)[:n]
            self._holds[T] = [r[:n] for r in E], [r[n:n + q] for r in E], [r[n + q:] for r in E]
        return self._holds[T]


class Discrete:
    """A system seen every T seconds. `method` is also "prewarp" (bilinear) with prewarp_hz."""

    def __init__(self, system, method, T, alpha=None, prewarp_hz=None):
        self.system, self.T, self.rule = system, mpfr(T), None
        A, B, C, D = system.A, system.B, system.C, system.D
        n = system.order
        if method in EXPONENTIAL:
            F, G1, G2 = system.holds(self.T)
            if method == "zoh":
                self.matrices = F, G1, C, D
            elif method == "foh":
                Bd = combine(combine(G1, G2, -1), multiply(F, G2)) if n else G1
                self.matrices = F, Bd, C, combine(D, multiply(C, G2)) if n else D
            else:
                Bd = scaled(multiply(F, B), self.T) if n else B
                self.matrices = F, Bd, C, combine(D, multiply(C, B), self.T) if n else D
        else:
            T = self.T
            if prewarp_hz is not None:
                half = gmpy2.const_pi() * mpfr(prewarp_hz) * T
                T = gmpy2.tan(half) * T / half
            a = mpfr(SUBSTITUTION.get(method, alpha))
            self.rule = a, T
            if n == 0:
                self.matrices = A, B, C, D
                return
            M = combine(identity(n), A, -a * T)
            inverse = solve(M, identity(n))
            Bd = multiply(inverse, scaled(B, T))
            self.matrices = (multiply(inverse, combine(identity(n), A, (1 - a) * T)), Bd,
                             multiply(C, inverse), combine(D, multiply(C, Bd), a))

    def response(self, rads):
        form = None
        out = []
        for w in rads:
            angle = mpfr(w) * self.T
            z = mpc(gmpy2.cos(angle), gmpy2.sin(angle))
            if self.rule:  # s = (z - 1) / (T (a z + 1 - a))
                a, T = self.rule
                out.append(self.system.response_at((z - 1) / (T * (a * z + 1 - a))))
                continue
            if form is None:
                form = hessenberg(*self.matrices[:3])
            out.append(resolvent(form, self.matrices[3], z))
        return out

    def run(self, u):
        """Outputs for frames u, from a state of zero."""
        A, B, C, D = self.matrices
        AB = [a + b for a, b in zip(A, B)]
        CD = [c + d for c, d in zip(C, D)] if C else D
        x = [mpfr(0)] * len(A)
        out = []
        for frame in u:
            v = x + [mpfr(float(s)) for s in frame]
            out.append([sum(map(mul, row, v)) for row in CD])
            x = [sum(map(mul, row, v)) for row in AB]
        return out


class Irregular:
    """Over irregular time: y[k] = C x[k] + D u[k], x over each step by the exponential of Van Loan's
    block matrix. Times are exact, so are their differences."""

    def __init__(self, system, method):
        self.system, self.foh = system, method == "foh"
        n, q = system.order, system.inputs
        self.X = [a + b + [mpfr(0)] * q for a, b in zip(system.A, system.B)]
        self.X += [[mpfr(j == n + q + i) for j in range(n + 2 * q)] for i in range(q)]
        self.norm = max([sum(map(abs, column)) for column in zip(*system.A)] + [mpfr(0)])
        self.known = {}

    def series(self, v, dt):
        """exp(X dt) v by Taylor: for large orders; what cancels is less than a third of the bits."""
        q = self.system.inputs
        out, term, k = list(v), v, 0
        largest = max(map(abs, v))
        while True:
            k += 1
            term = [sum(map(mul, row, term)) * dt / k for row in self.X] + [mpfr(0)] * q
            out = [a + b for a, b in zip(out, term)]
            size = max(map(abs, term))
            largest = max(largest, size)
            if k > self.norm * dt and size <= largest * mpfr(2) ** -(BITS + 8):
                return out

    def move(self, x, u0, u1, dt):
        n, q = self.system.order, self.system.inputs
        slope = [(b - a) / dt if self.foh else mpfr(0) for a, b in zip(u0, u1)]
        v = x + u0 + slope
        if n > 20 and self.norm * dt < 120:
            return self.series(v, dt)[:n]
        if dt not in self.known:
            X = [[w * dt for w in row] for row in self.X] + [[mpfr(0)] * (n + 2 * q)] * q
            self.known[dt] = expm(X)[:n]
        return [sum(map(mul, row, v)) for row in self.known[dt]]

    def run(self, times, u, x0=None):
        s = self.system
        x = [mpfr(v) for v in x0] if x0 is not None else [mpfr(0)] * s.order
        frames = [[mpfr(float(v)) for v in frame] for frame in u]
        out = []
        for k, frame in enumerate(frames):
            if k:
                x = self.move(x, frames[k - 1], frame, mpfr(float(times[k])) -
                              mpfr(float(times[k - 1])))
            out.append([sum(map(mul, d, frame)) + (sum(map(mul, c, x)) if x else 0)
                        for c, d in zip(s.C if s.order else s.D, s.D)])
        return out


def response_of(matrices, rads, T):
    """Of printed matrices (doubles), exactly."""
    A, B, C, D = (matrix(m) for m in matrices)
    form = hessenberg(A, B, C if A else [])
    out = []
    for w in rads:
        angle = mpfr(w) * mpfr(T)
        out.append(resolvent(form, D, mpc(gmpy2.cos(angle), gmpy2.sin(angle))))
    return out
