#!/usr/bin/python3
"""Writes estimate_vectors.h: orders and edges for goals, as scipy's buttord, cheb1ord, cheb2ord
and ellipord give them."""
import math
import warnings

from scipy import signal

warnings.simplefilter("error")
FAMILIES = [("BUTTERWORTH", signal.buttord), ("CHEBYSHEV1", signal.cheb1ord),
            ("CHEBYSHEV2", signal.cheb2ord), ("ELLIPTIC", signal.ellipord)]
GOALS = [("LOWPASS", [1000.0], [1300.0]), ("LOWPASS", [3000.0], [3050.0]),
         ("HIGHPASS", [500.0], [100.0]), ("HIGHPASS", [9000.0], [8000.0]),
         ("PASS", [1000.0, 2000.0], [700.0, 2700.0]), ("PASS", [300.0, 3400.0], [250.0, 4500.0]),
         ("STOP", [700.0, 3000.0], [1000.0, 2000.0]), ("STOP", [400.0, 9000.0], [500.0, 700.0])]
LEVELS = [(1.0, 40.0), (0.01, 100.0), (3.0, 10.0)]
RATES = [0.0, 48000.0, 20000.0]


def ask(function, pass_hz, stop_hz, rp, rs, rate):
    one = len(pass_hz) == 1
    p, s = (pass_hz[0], stop_hz[0]) if one else (pass_hz, stop_hz)
    if rate:
        n, edges = function(p, s, rp, rs, fs=rate)
    else:
        n, edges = function(p, s, rp, rs, analog=True)
    return int(n), [float(edges)] if one else [float(e) for e in edges]


def text(values):
    return "{" + ", ".join("%.17g" % v for v in values) + "}"


def main():
    with open("estimate_vectors.h", "w", encoding="ascii") as file:
        file.write("/* Written by estimates.py: do not edit. clang-format off */\n"
                   "#ifndef SINEW_TESTS_ESTIMATE_VECTORS_H\n"
                   "#define SINEW_TESTS_ESTIMATE_VECTORS_H\n\n"
                   '#include "sinew/design.h"\n\n'
                   "typedef struct estimate_vector {\n    sinew_design_goal goal;\n"
                   "    uint32_t order;\n    double edges_hz[2];\n} estimate_vector;\n\n"
                   "static const estimate_vector estimate_vectors[] = {\n")
        for name, function in FAMILIES:
            for i, (band, pass_hz, stop_hz) in enumerate(GOALS):
                for j, (rp, rs) in enumerate(LEVELS):
                    rate = RATES[(i + j) % 3]
                    n, edges = ask(function, pass_hz, stop_hz, rp, rs, rate)
                    if n > 128 or not all(map(math.isfinite, edges)):
                        continue
                    file.write("    {{.family = SINEW_FAMILY_%s, .band = SINEW_BAND_%s,\n"
                               "      .pass_hz = %s, .stop_hz = %s,\n"
                               "      .ripple_db = %.17g, .attenuation_db = %.17g, "
                               ".rate_hz = %.17g},\n     %d, %s},\n"
                               % (name, band, text(pass_hz), text(stop_hz), rp, rs, rate, n,
                                  text(edges)))
        file.write("};\n\n#endif\n")


main()
