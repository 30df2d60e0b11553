#!/usr/bin/python3
"""What the shipped models answer, from their textbook formulas in 40 digits.

Writes models.h beside itself: H(e^jwT) of every model at some frequencies and rates. Nothing
here reads a description or shares code with the library: designs are Butterworth's product
of poles under the classic band transformations, hold methods are sums of first-order terms.
With --body FILE it also writes the body-resonators description from the list of modes below;
with --figures it prints the levels that the READMEs quote.
"""
import os
import sys

from mpmath import mp, mpf, mpc, exp, log10, pi, sqrt, tan

mp.dps = 40
RATES = [8000, 16000, 44100, 48000, 96000]

# Modes of the body: frequency in Hz, quality factor, gain at the peak.
MODES = [(98, 18, "0.9"), (185, 25, "1.1"), (231, 22, "0.5"), (276, 28, "0.6"), (382, 30, "0.7"),
         (436, 32, "0.4"), (515, 30, "0.6"), (606, 35, "0.35"), (728, 36, "0.5"), (860, 40, "0.3"),
         (1015, 38, "0.35"), (1230, 42, "0.25"), (1490, 45, "0.25"), (1850, 45, "0.2")]
DRY = mpf("0.5")


def prototype(order, s):
    """Butterworth 1930: the poles on the left half of the unit circle."""
    h = mpc(1)
    for k in range(order):
        h /= s - exp(1j * pi * (2 * k + order + 1) / (2 * order))
    return h


def design(band, order, edges):
    """Bilinear with each edge prewarped; None for the continuous design."""
    def response(hz, rate):
        def warp(f):
            return 2 * pi * f if rate is None else 2 * rate * tan(pi * f / rate)
        s = 1j * warp(mpf(hz))
        w = [warp(mpf(e)) for e in edges]
        if band == "lowpass":
            return prototype(order, s / w[0])
        if band == "highpass":
            return prototype(order, w[0] / s)
        width, square = w[1] - w[0], w[0] * w[1]
        if band == "bandpass":
            return prototype(order, (s * s + square) / (s * width))
        return prototype(order, s * width / (s * s + square))
    return response


def rational(formula):
    """A formula of s under the plain bilinear rule."""
    def response(hz, rate):
        w = 2 * pi * mpf(hz)
        return formula(1j * w if rate is None else 2j * rate * tan(w / rate / 2))
    return response


def held(method, direct, terms):
    """direct + sum r / (s - p) with the input held (zoh) or joined by lines (foh)."""
    def response(hz, rate):
        w = 2 * pi * mpf(hz)
        if rate is None:
            return direct + sum(r / (1j * w - p) for r, p in terms)
        step = 1 / mpf(rate)
        z, h = exp(1j * w * step), mpc(direct)
        for r, p in terms:
            a = p * step
            f, g1, g2 = exp(a), step * (exp(a) - 1) / a, step * (exp(a) - 1 - a) / (a * a)
            h += r * g1 / (z - f) if method == "zoh" else \
                r * ((g1 - g2 + f * g2) / (z - f) + g2)
        return h
    return response


def band_pass_terms(w, damping, gain):
    """gain s / (s^2 + damping s + w^2) as two terms r / (s - p)."""
    root = sqrt(mpc(damping * damping / 4 - w * w))
    p, q = -damping / 2 + root, -damping / 2 - root
    return [(gain * p / (p - q), p), (gain * q / (q - p), q)]


def body_terms():
    terms = []
    for hz, quality, gain in MODES:
        w = 2 * pi * hz
        terms += band_pass_terms(w, w / quality, mpf(gain) * w / quality)
    return terms


def kept(sections):
    """A product of sections f(s), each bilinear with its own frequency (Hz) in its place."""
    def response(hz, rate):
        h = mpc(1)
        for f0, formula in sections:
            w = mpf(hz) if rate is None else f0 * tan(pi * mpf(hz) / rate) / tan(pi * f0 / rate)
            h *= formula(1j * w / f0)
        return h
    return response


def k_weighting():
    """ITU-R BS.1770: a shelf and a high-pass. The numerator of the latter is 1 -2 1 at 48 kHz."""
    f1, gain, q1 = mpf("1681.974450955533"), mpf("3.999843853973347"), mpf("0.7071752369554196")
    f2, q2 = mpf("38.13547087602444"), mpf("0.5003270373238773")
    high = mpf(10) ** (gain / 20)
    middle = high ** mpf("0.4996667741545416")
    k = tan(pi * f2 / 48000)
    return [(f1, lambda s: (high * s * s + middle * s / q1 + 1) / (s * s + s / q1 + 1)),
            (f2, lambda s: (1 + k / q2 + k * k) * s * s / (s * s + s / q2 + 1))]


def a_weighting(hz):
    """IEC 61672-1, annex E: the analogue level in dB, 0 at 1 kHz."""
    def size(f):
        f = mpf(f)
        r, low, high, d, a = 1000, mpf(10) ** mpf("1.5"), mpf(10) ** mpf("3.9"), sqrt(mpf("0.5")), mpf(10) ** mpf("2.45")
        c = low**2 * high**2
        b = (r**2 + c / r**2 - d * (low**2 + high**2)) / (1 - d)
        f1, f4 = sqrt((-b - sqrt(b * b - 4 * c)) / 2), sqrt((-b + sqrt(b * b - 4 * c)) / 2)
        f2, f3 = (3 - sqrt(mpf(5))) / 2 * a, (3 + sqrt(mpf(5))) / 2 * a
        return f4**2 * f**4 / ((f**2 + f1**2) * sqrt(f**2 + f2**2) * sqrt(f**2 + f3**2) * (f**2 + f4**2))
    return 20 * log10(size(hz) / size(1000))


# Known by their level alone: the formula, frequencies, and how near (dB) from 44.1 kHz on.
LEVELS = {"a-weighting": (a_weighting, [10, 31.5, 100, 1000, 4000, 10000, 16000, 20000], "0.1")}

W10, W2 = 2 * pi * 10, 2 * pi * 2
MODELS = {
    "speech-bandpass": (design("bandpass", 4, ["300", "3400"]), [50, 300, 1000, 3400, 3900]),
    "mains-hum-notch": (design("bandstop", 2, ["48", mpf(2500) / 48]), [10, 48, 49.9, 49.99, 50.5, 52.1, 60, 1000]),
    "subsonic-highpass": (design("highpass", 4, ["20"]), [5, 10, 20, 40, 1000]),
    "accelerometer-antialias": (design("lowpass", 8, ["1000"]), [10, 500, 1000, 2000, 3000]),
    "octave-band-1k": (design("bandpass", 12, [1000 / sqrt(mpf(2)), 1000 * sqrt(mpf(2))]),
                       [500, 707.1, 1000, 1400, 2000]),
    "geophone": (rational(lambda s: mpf("28.8") * s * s / (s * s + mpf("1.4") * W10 * s + W10**2)),
                 [1, 5, 10, 20, 100, 1000]),
    "rc-lowpass": (held("zoh", 0, [(mpf(10000), mpf(-10000))]), [10, 100, 1591.5, 3000]),
    "vibration-velocity": (held("foh", 0, band_pass_terms(W2, sqrt(mpf(2)) * W2, mpf(1))),
                           [0.5, 2, 10, 100, 1000]),
    "k-weighting": (kept(k_weighting()), [10, 38, 100, 1000, 1681, 3900]),
    "body-resonators": (held("foh", DRY, body_terms()),
                        [20, 98, 150, 185, 231, 515, 1015, 1850, 3000]),
}


def number(x):
    return mp.nstr(x, 17, min_fixed=0, max_fixed=0, strip_zeros=False)


def write_table(path):
    with open(path, "w") as out:
        out.write("/* Made by tests/vectors/models.py: H of the shipped models, 40 digits rounded. */\n"
                  "static const struct {\n    const char *model;\n    double rate_hz, hz, re, im;\n"
                  "} model_vectors[] = {\n")
        for name, (response, frequencies) in sorted(MODELS.items()):
            for rate in RATES:
                for hz in frequencies:
                    h = response(mpf(repr(hz)) if isinstance(hz, float) else hz, rate)
                    out.write('    {"%s", %d, %r, %s, %s},\n'
                              % (name, rate, hz, number(h.real), number(h.imag)))
        out.write("};\n\n/* The level alone, in dB, within so many dB. */\nstatic const struct {\n"
                  "    const char *model;\n    double rate_hz, hz, level_db, within_db;\n"
                  "} level_vectors[] = {\n")
        for name, (level, frequencies, within) in sorted(LEVELS.items()):
            for rate in RATES[2:]:
                for hz in frequencies:
                    out.write('    {"%s", %d, %r, %s, %s},\n' % (name, rate, hz, number(level(hz)), within))
        out.write("};\n")


def write_body(path):
    """Modes side by side, each [[-d, w], [-w, -d]]: gain (2 d) s / (s^2 + 2 d s + d^2 + w^2)."""
    rows, b, c = [], [], []
    n = 2 * len(MODES)
    for i, (hz, quality, gain) in enumerate(MODES):
        w0 = 2 * pi * hz
        d = w0 / quality / 2
        w = sqrt(w0 * w0 - d * d)
        # with B = [1, 0]: x1 = (s + d) / (...), x2 = -w / (...): s = (s + d) + (d / w) (-w)
        for row in ([-d, w], [-w, -d]):
            rows.append([mpf(0)] * (2 * i) + row + [mpf(0)] * (n - 2 * i - 2))
        b += ["1", "0"]
        k = 2 * d * mpf(gain)
        c += [number(k), number(k * d / w)]
    with open(path, "w") as out:
        out.write("""name: body-resonators
about: Fourteen modes of a guitar-like wooden body between 98 and 1850 Hz around the dry sound. For electric and piezo instruments that want some wood.
# Made by tests/vectors/models.py --body from the modes that README.md lists.
system:
  ss:
    A:
""")
        for row in rows:
            out.write("      - [%s]\n" % ", ".join("0" if x == 0 else number(x) for x in row))
        out.write("    B: [%s]\n" % ", ".join("[%s]" % x for x in b))
        out.write("    C: [[%s]]\n    D: [[%s]]\n" % (", ".join(c), "0.5"))
        out.write("# Samples joined by lines: each mode rings at its own frequency and decay at every rate,\n"
                  "# without the half sample of delay that zoh has.\nmethod: foh\n")


def print_figures():
    for name, (response, frequencies) in sorted(MODELS.items()):
        print(name)
        for hz in frequencies:
            level = [20 * log10(abs(response(hz, rate))) for rate in (None, 8000, 48000)]
            print("| %g | %s |" % (hz, " | ".join("%.2f" % x for x in level)))
    for name, (level, frequencies, _) in sorted(LEVELS.items()):
        print(name)
        for hz in frequencies:
            print("| %g | %.2f |" % (hz, level(hz)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--body"]:
        write_body(sys.argv[2])
    elif sys.argv[1:2] == ["--figures"]:
        print_figures()
    else:
        write_table(os.path.join(os.path.dirname(os.path.abspath(__file__)), "models.h"))
