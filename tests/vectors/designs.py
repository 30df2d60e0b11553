#!/usr/bin/python3
"""Writes design_vectors.h: zeros, poles and gains of classic filters to 150 digits, rounded once.

By other roads than the library's: elliptic functions of a complex argument, the roots of the
reverse Bessel polynomial from its coefficients, quadratic equations in plain high precision.
The edges, levels and the step are taken as the doubles that the test hands to the library.
"""
import mpmath as mp

mp.mp.dps = 150
FAMILIES = ["BUTTERWORTH", "CHEBYSHEV1", "CHEBYSHEV2", "ELLIPTIC", "BESSEL"]
BANDS = ["LOWPASS", "HIGHPASS", "PASS", "STOP"]
NORMS = ["PHASE", "DELAY", "MAGNITUDE"]
RATE = 48000.0


def ripple(db):
    return mp.sqrt(mp.mpf(10)**(mp.mpf(db) / 10) - 1)


def angles(n):
    return [mp.pi * (2 * k + 1) / (2 * n) for k in range(n)]


def butterworth(n):
    return [], [mp.mpc(-mp.sin(t), mp.cos(t)) for t in angles(n)], mp.mpf(1)


def chebyshev1(n, rp):
    mu = mp.asinh(1 / ripple(rp)) / n
    return ([], [1j * mp.cos(t - 1j * mu) if mp.re(1j * mp.cos(t - 1j * mu)) < 0 else
                 1j * mp.cos(t + 1j * mu) for t in angles(n)],
            mp.mpf(1) if n % 2 else 1 / mp.sqrt(1 + ripple(rp)**2))


def chebyshev2(n, rs):
    # T_n(j / p) = +- j e
    mu = mp.asinh(ripple(rs)) / n
    poles = [1 / (1j * mp.cos(t + 1j * mu)) for t in angles(n)]
    zeros = [1j / mp.cos(t) for k, t in enumerate(angles(n)) if 2 * k + 1 != n]
    return zeros, [p if mp.re(p) < 0 else -mp.conj(p) for p in poles], mp.mpf(1)


def elliptic(n, rp, rs):
    e, k1 = ripple(rp), ripple(rp) / ripple(rs)
    K1, K1c = mp.ellipk(k1**2), mp.ellipk(1 - k1**2)
    k = mp.kfrom(q=mp.exp(-mp.pi * K1c / K1 / n))
    K = mp.ellipk(k**2)
    depth = mp.ellipf(mp.atan(1 / e), 1 - k1**2) / (n * K1)  # v0 of Orfanidis, eq. (66)

    def cd(u):
        return mp.ellipfun("cd", u * K, m=k**2)
    u = [mp.mpf(2 * i + 1) / n for i in range(n)]
    poles = [1j * cd(x - 1j * depth) for x in u]
    zeros = [1j / (k * cd(x)) for i, x in enumerate(u) if 2 * i + 1 != n]
    return (zeros, [p if mp.re(p) < 0 else -mp.conj(p) for p in poles],
            mp.mpf(1) if n % 2 else 1 / mp.sqrt(1 + e**2))


def bessel(n, norm):
    c = [mp.factorial(2 * n - k) / (mp.mpf(2)**(n - k) * mp.factorial(k) * mp.factorial(n - k))
         for k in range(n, -1, -1)]
    poles = mp.polyroots(c, maxsteps=500, extraprec=20 * n + 200)
    scale = mp.mpf(1)
    if norm == "PHASE":
        scale = c[-1]**(mp.mpf(1) / n)
    if norm == "MAGNITUDE":
        scale = mp.findroot(lambda w: abs(mp.polyval(c, 1j * w) / c[-1])**2 - 2,
                            mp.sqrt((2 * n - 1) * mp.log(2)))
    return [], [p / scale for p in poles], mp.mpf(1)


def prototype(family, n, rp, rs, norm):
    return {"BUTTERWORTH": lambda: butterworth(n), "CHEBYSHEV1": lambda: chebyshev1(n, rp),
            "CHEBYSHEV2": lambda: chebyshev2(n, rs), "ELLIPTIC": lambda: elliptic(n, rp, rs),
            "BESSEL": lambda: bessel(n, norm)}[family]()


def quadratic(b, c):
    """roots of s^2 - b s + c"""
    root = mp.sqrt(b * b - 4 * c)
    return [(b + root) / 2, (b - root) / 2]


def to_band(band, zeros, poles, at_zero, w):
    rest = len(poles) - len(zeros)
    gain = at_zero * mp.fprod(-p for p in poles) / mp.fprod(-z for z in zeros)
    if band == "LOWPASS":
        return [z * w[0] for z in zeros], [p * w[0] for p in poles], gain * w[0]**rest
    if band == "HIGHPASS":
        return [w[0] / z for z in zeros] + [mp.mpf(0)] * rest, [w[0] / p for p in poles], at_zero
    width, center = w[1] - w[0], w[0] * w[1]
    if band == "PASS":
        return (sum((quadratic(z * width, center) for z in zeros), []) + [mp.mpf(0)] * rest,
                sum((quadratic(p * width, center) for p in poles), []), gain * width**rest)
    return (sum((quadratic(width / z, center) for z in zeros), []) +
            [1j * mp.sqrt(center), -1j * mp.sqrt(center)] * rest,
            sum((quadratic(width / p, center) for p in poles), []), at_zero)


def edges(hz, rate):
    if not rate:
        return [2 * mp.pi * mp.mpf(f) for f in hz]
    step = mp.mpf(1.0 / rate)
    return [2 / step * mp.tan(mp.pi * mp.mpf(f) * step) for f in hz]


def number(x):
    return "%.17g" % float(mp.nstr(x, 40))


def upper(roots):
    """those with Im >= 0, as real and imaginary parts; what is real is so exactly"""
    out = []
    for r in roots:
        re, im = mp.re(r), mp.im(r)
        if abs(im) < abs(r) * mp.mpf(10)**-45:
            im = mp.mpf(0)
        if abs(re) < abs(r) * mp.mpf(10)**-45:
            re = mp.mpf(0)
        if im >= 0:
            out.append((re, im))
    return out


def case(family, band, order, hz, rp=0.0, rs=0.0, norm="PHASE", rate=0.0):
    z, p, k = to_band(band, *prototype(family, order, rp, rs, norm), edges(hz, rate))
    m, e = mp.frexp(mp.re(k))
    lists = [", ".join(number(v) for pair in upper(roots) for v in pair) for roots in (p, z)]
    counts = [len(upper(roots)) for roots in (p, z)]
    step = "%.17g" % (1.0 / rate if rate else 0.0)
    return ("    {{.family = SINEW_FAMILY_%s,\n      .band = SINEW_BAND_%s,\n      .order = %d,\n"
            "      .edges_hz = {%s},\n      .ripple_db = %.17g,\n      .attenuation_db = %.17g,\n"
            "      .norm = SINEW_NORM_%s},\n     %s, %d, (double[]){%s},\n     %d, (double[]){%s},\n"
            "     %s, %d},\n" % (family, band, order, ", ".join("%.17g" % f for f in hz), rp, rs, norm,
                                 step, counts[0], lists[0], counts[1], lists[1] or "0", number(m), e))


def cases():
    levels = [(0.001, 120.0), (1.0, 40.0), (3.0, 20.0)]
    for n in (1, 2, 3, 4, 7, 10, 16, 25):
        yield case("BUTTERWORTH", "LOWPASS", n, [1000.0])
        for i, (rp, rs) in enumerate(levels):
            yield case("CHEBYSHEV1", "LOWPASS", n, [1000.0], rp=rp)
            yield case("CHEBYSHEV2", "LOWPASS", n, [1000.0], rs=rs)
            if n < 25 or i < 2:
                yield case("ELLIPTIC", "LOWPASS", n, [1000.0], rp, rs)
            yield case("BESSEL", "LOWPASS", n, [1000.0], norm=NORMS[i])
    yield case("CHEBYSHEV1", "LOWPASS", 128, [20.0], rp=0.1)
    yield case("ELLIPTIC", "LOWPASS", 64, [20.0], 0.01, 300.0)
    yield case("ELLIPTIC", "LOWPASS", 24, [1000.0], 3.0, 20.0)
    yield case("ELLIPTIC", "LOWPASS", 2, [1000.0], 1e-10, 1000.0)
    yield case("ELLIPTIC", "LOWPASS", 2, [1000.0], 0.5, 0.6)
    yield case("BESSEL", "LOWPASS", 48, [1000.0], norm="MAGNITUDE")
    where = [([1000.0], 0), ([20.0], RATE), ([23990.0], RATE)]
    where_2 = [([1000.0, 2000.0], 0), ([1000.0, 1000.01], 0), ([0.01, 20000.0], 0),
               ([1000.0, 2000.0], RATE), ([100.0, 100.5], RATE), ([5.0, 23500.0], RATE)]
    for band in BANDS[1:]:
        for i, (hz, rate) in enumerate(where_2 if band in ("PASS", "STOP") else where):
            for j, family in enumerate(FAMILIES):
                n = (2, 5, 9, 12)[(i + j) % 4]
                rp, rs = ((0.001, 120.0), (0.5, 60.0))[(i + j) % 2]
                yield case(family, band, n, hz, rp, rs, NORMS[(i + j) % 3], rate)
    for family in FAMILIES:
        yield case(family, "PASS", 24, [300.0, 3400.0], 0.1, 80.0, "PHASE")
        yield case(family, "STOP", 24, [300.0, 3400.0], 0.1, 80.0, "PHASE")


def main():
    with open("design_vectors.h", "w", encoding="ascii") as file:
        file.write("/* Written by designs.py: do not edit. clang-format off */\n"
                   "#ifndef SINEW_TESTS_DESIGN_VECTORS_H\n#define SINEW_TESTS_DESIGN_VECTORS_H\n\n"
                   '#include "sinew/design.h"\n\n'
                   "typedef struct design_vector {\n    sinew_design design;\n"
                   "    double step_s; /* 0: analogue */\n"
                   "    size_t n_poles;      /* with Im >= 0 */\n    const double *poles; /* re, im */\n"
                   "    size_t n_zeros;\n    const double *zeros;\n"
                   "    double gain; /* mantissa, and */\n    int exponent;\n} design_vector;\n\n"
                   "static const design_vector design_vectors[] = {\n")
        for text in cases():
            file.write(text)
        file.write("};\n\n#endif\n")


main()
