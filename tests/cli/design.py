#!/usr/bin/python3
"""design: the filters against scipy, the printed text read back, misuse."""
import json
import math
import os
import warnings

import numpy as np
from scipy import signal

from harness import main, no_leftovers, same, sinew, write

warnings.simplefilter("ignore")  # scipy warns of polynomials that nobody forms here
BANDS = {"lowpass": [1000], "highpass": [1000], "bandpass": [1000, 2200], "bandstop": [1000, 2200]}
LEVELS = {"butterworth": (), "chebyshev1": ("ripple",), "chebyshev2": ("attenuation",),
          "elliptic": ("ripple", "attenuation"), "bessel": ()}


def options(family, band, order, edges, rp=None, rs=None, norm=None):
    words = ["--family", family, "--band", band, "--order", order, "--edges-hz",
             ",".join(map(repr, edges))]
    if "ripple" in LEVELS[family]:
        words += ["--ripple-db", rp]
    if "attenuation" in LEVELS[family]:
        words += ["--attenuation-db", rs]
    return words + (["--norm", norm] if norm else [])


def scipy_zpk(family, band, order, edges, rp, rs, norm, **more):
    w = edges if len(edges) == 2 else edges[0]
    if "fs" not in more:
        w = 2 * math.pi * np.array(w)
        more["analog"] = True
    more.update(btype=band, output="zpk")
    if family == "butterworth":
        return signal.butter(order, w, **more)
    if family == "chebyshev1":
        return signal.cheby1(order, rp, w, **more)
    if family == "chebyshev2":
        return signal.cheby2(order, rs, w, **more)
    if family == "elliptic":
        return signal.ellip(order, rp, rs, w, **more)
    return signal.bessel(order, w, norm=norm, **more)


def complexes(pairs):
    return np.array([complex(*p) for p in pairs])


def near(mine, other, what):
    """the same set, each within 1e-12 of itself"""
    assert len(mine) == len(other), what
    left = list(other)
    for x in mine:
        i = int(np.argmin([abs(y - x) for y in left]))
        assert abs(left[i] - x) <= 1e-12 * abs(x) + 1e-3 * (abs(x) == 0), (what, x, left[i])
        left.pop(i)


def cases():
    for band, edges in BANDS.items():
        for order in (1, 2, 3, 6, 9, 12, 24):
            for family in LEVELS:
                # where scipy is right: its band-stop of order 1 has lost three digits at 50 dB
                rp, rs = (0.001, 120) if order > 3 else (0.5, 20)
                norms = ("phase", "delay", "mag") if family == "bessel" else (None,)
                yield family, band, order, edges, rp, rs, norms[order % len(norms)]


def test_zeros_poles_and_gain_are_those_of_scipy():
    for case in cases():
        got = json.loads(sinew("design", *options(*case), "--as", "zpk", "--json").stdout)
        zpk = got["system"]["zpk"]
        z, p, k = scipy_zpk(*case)
        near(complexes(zpk["poles"]), p, case)
        near(complexes(zpk["zeros"]), z, case)
        assert abs(zpk["gain"] / k - 1) < 1e-12, (case, zpk["gain"], k)


def factored_response(z, p, k, points):
    return np.array([np.exp(np.log(complex(k)) + np.log(x - z + 0j).sum() - np.log(x - p + 0j).sum())
                     for x in points])


def test_discretized_they_are_those_of_scipy():
    hz = np.array([150, 700, 1010, 1500, 2100, 2600, 7000, 15000.0])
    write("hz", "\n".join(map(repr, hz.tolist())))
    for case in cases():
        if case[2] not in (2, 9, 24):
            continue
        sinew("design", "f.yaml", *options(*case), "--method", "bilinear")
        got = json.loads(sinew("response", "./f.yaml", "--rate", "48k", "--hz", "hz",
                               "--json").stdout)["response"]
        z, p, k = scipy_zpk(*case, fs=48000)
        np.testing.assert_allclose(complexes([r[0][0] for r in got]),
                                   factored_response(z, p, k, np.exp(2j * np.pi * hz / 48000)),
                                   rtol=1e-10, atol=1e-12, err_msg=str(case))


def matrices(path):
    text = sinew("discretize", path, "--rate", "48k", "--method", "bilinear", "--json").stdout
    return text


def test_what_is_printed_is_read_back():
    for case in cases():
        if case[2] not in (3, 12):
            continue
        words = options(*case) + ["--name", "it's: a \"name\"", "--method", "foh"]
        write("a.yaml", sinew("design", *words).stdout)
        write("b.json", sinew("design", *words, "--json").stdout)
        assert json.load(open("b.json"))["name"] == "it's: a \"name\""
        assert sinew("design", "c.yaml", *words).stdout == b"" and same("a.yaml", "c.yaml")
        assert matrices("./a.yaml") == matrices("./b.json")
        info = json.loads(sinew("info", "./a.yaml", "--json").stdout)
        assert info["name"] == "it's: a \"name\""


def continuous(path):
    write("hz", "0\n120\n990\n1500\n2100\n9000\n")
    got = json.loads(sinew("response", path, "--continuous", "--hz", "hz", "--json").stdout)
    return complexes([r[0][0] for r in got["response"]])


def test_all_forms_are_one_filter():
    for case in cases():
        if case[2] != 6:
            continue
        words = options(*case)
        write("design.yaml", sinew("design", *words).stdout)
        want = continuous("./design.yaml")
        for form, tolerance in ("zpk", 0), ("sos", 1e-11), ("ss", 1e-10):
            write("yaml.yaml", sinew("design", *words, "--as", form).stdout)
            write("json.json", sinew("design", *words, "--as", form, "--json").stdout)
            got = continuous("./yaml.yaml")
            np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance, err_msg=str(case))
            assert (continuous("./json.json") == got).all(), (case, form)


def test_a_goal_is_an_order_with_edges():
    goal = ["--family", "ellip", "--band", "low", "--pass-hz", "1k", "--stop-hz", "1200",
            "--ripple-db", "0.1dB", "--attenuation-db", 80]
    got = json.loads(sinew("design", *goal, "--json").stdout)
    n, edge = signal.ellipord(1000, 1200, 0.1, 80, analog=True)
    assert got == {"system": {"design": {
        "family": "elliptic", "band": "lowpass", "order": int(n), "edges_hz": [1000],
        "ripple_db": 0.1, "attenuation_db": 80}}}
    got = json.loads(sinew("design", *goal, "--rate", "3k", "--json").stdout)
    n, edge = signal.ellipord(1000, 1200, 0.1, 80, fs=3000)
    assert got["method"] == "bilinear" and got["system"]["design"]["order"] == int(n)
    band = ["--family", "butter", "--band", "bandpass", "--pass-hz", 1000, "--pass-hz", "2k",
            "--stop-hz=500,4k", "--ripple-db", 1, "--attenuation-db", 50]
    got = json.loads(sinew("design", *band, "--json").stdout)["system"]["design"]
    n, edges = signal.buttord([1000, 2000], [500, 4000], 1, 50, analog=True)
    assert got["order"] == n
    np.testing.assert_allclose(got["edges_hz"], edges, rtol=1e-12)


def test_a_goal_may_stand_in_a_description():
    write("goal.yaml", "system: {design: {family: cheby1, band: high, pass_hz: 1k, stop_hz: 600,\n"
          "                  ripple_db: 1, attenuation_db: 60, rate_hz: 8k}}\n")
    sinew("design", "order.yaml", *"--family cheby1 --band high --pass-hz 1k --stop-hz 600 "
          "--ripple-db 1 --attenuation-db 60 --rate 8k".split())
    assert matrices("./goal.yaml") == matrices("./order.yaml")


def test_holds_of_factors_answer_as_those_of_matrices():
    """Poles decades apart, whose zeros the holds put around z = 1 and far out; and a band so narrow
    and low that all poles and zeros are one crowd."""
    np.save("u.npy", np.random.default_rng(3).standard_normal((2000, 1)))
    for words in (options("bessel", "bandpass", 12, [100, 200], norm="delay"),
                  options("butterworth", "bandstop", 16, [2.58, 2.65])):
        for form in "design", "ss":
            sinew("design", form + ".yaml", *words, "--as", form)
        for method in "zoh", "foh":
            for form in "design", "ss":
                sinew("run", form + ".yaml", "u.npy", form + ".npy", "--rate", 48000, "--method",
                      method)
            y = np.load("ss.npy")
            np.testing.assert_allclose(np.load("design.npy"), y, rtol=0, atol=1e-12 * abs(y).max())


def test_misuse():
    low = "--family butter --band low "
    for line in ("", low, low + "--order 2", low + "--edges-hz 1", low + "--order 2 --edges-hz 1,2",
                 low + "--order 0 --edges-hz 1", low + "--order 129 --edges-hz 1",
                 low + "--order 2 --edges-hz -1", low + "--order 2 --edges-hz 1,",
                 low + "--order 2 --edges-hz ,1", low + "--order 2 --edges-hz nan",
                 low + "--order 2 --edges-hz 1 --ripple-db 1", low + "--order 2 --edges-hz 1 a b",
                 low + "--order 2 --edges-hz 1 --attenuation-db 1",
                 low + "--order 2 --edges-hz 1 --norm phase", low + "--order 2 --edges-hz 1 --rate 9",
                 low + "--order 2 --edges-hz 1 --pass-hz 1", low + "--order 2 --edges-hz 1 --as tf",
                 low + "--order 2 --edges-hz 1 --stop-hz 1", low + "--order 2 --edges-hz 1 - --json",
                 low + "--pass-hz 1 --stop-hz 2", low + "--pass-hz 1 --stop-hz 2 --ripple-db 1",
                 low + "--pass-hz 1 --ripple-db 1 --attenuation-db 9",
                 low + "--pass-hz 2 --stop-hz 1 --ripple-db 1 --attenuation-db 9",
                 low + "--pass-hz 1 --stop-hz 2 --ripple-db 9 --attenuation-db 9",
                 low + "--pass-hz 1 --stop-hz 2 --ripple-db 1 --attenuation-db 9 --rate 3",
                 low + "--pass-hz 1 --stop-hz 2 --ripple-db 1 --attenuation-db 9 --rate 9 --method foh",
                 "--family butter --band bandpass --order 2 --edges-hz 2,1",
                 "--family buter --band low --order 2 --edges-hz 1",
                 "--family cheby1 --band low --order 2 --edges-hz 1",
                 "--family cheby2 --band low --order 2 --edges-hz 1 --ripple-db 1",
                 "--family ellip --band low --order 2 --edges-hz 1 --ripple-db 1",
                 "--family ellip --band low --order 2 --edges-hz 1 --ripple-db 0 --attenuation-db 9"):
        assert sinew("design", *line.split(), status=2).stdout == b""
    assert "butter" in sinew("design", *"--family buter --band low".split(), status=2).messages
    two = low + "--order 2 --edges-hz 1,2"
    assert "has one --edges-hz" in sinew("design", *two.split(), status=2).messages


def test_what_fails_leaves_nothing():
    ellip = "--family ellip --band low --order 60 --edges-hz 1 --ripple-db 1 --attenuation-db 9"
    bessel = ("--family bessel --band low --pass-hz 1 --stop-hz 2 --ripple-db 1 "
              "--attenuation-db 90")
    wide = "--family butter --band low --order 128 --edges-hz 1e9 --as zpk"
    steep = "--family butter --band low --pass-hz 1 --stop-hz 1.01 --ripple-db 1 --attenuation-db 90"
    for line in (ellip, bessel, wide, steep):
        for more in ("--json",), ("out.yaml",), ("out.yaml", "--json"):
            assert sinew("design", *line.split(), *more, status=1).stdout == b""
    sinew("design", "no/folder.yaml", *"--family butter --band low --order 2 --edges-hz 1".split(),
          status=1)
    no_leftovers()
    write("old.yaml", "old")
    sinew("design", "old.yaml", *ellip.split(), status=1)
    assert open("old.yaml").read() == "old"


def test_output_follows_links_and_is_replaced():
    write("real.yaml", "old")
    os.symlink("real.yaml", "link.yaml")
    sinew("design", "link.yaml", *"--family butter --band low --order 2 --edges-hz 1".split())
    assert os.path.islink("link.yaml") and "butterworth" in open("real.yaml").read()
    no_leftovers("real.yaml", "link.yaml")


main(globals())
