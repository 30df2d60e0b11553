#!/usr/bin/python3
"""sinew reduce: the report is true, the description runs, what fails leaves nothing behind."""
import json
import math
import os

import numpy as np
from scipy import linalg

from harness import (BANDPASS, GAIN, INTEGRATOR, LOWPASS, MATRICES, SINGLE, UNSTABLE, main, model,
                     no_leftovers, same, sinew, write)

REPORT = ["order_before", "order_after", "not_stable", "bound", "error", "peak", "modal",
          "condition", "hankel"]


def modes(count):
    """Resonators one above another: x' = A x + B u in blocks, as a description."""
    n = 2 * count
    a, b, c = np.zeros((n, n)), np.ones((n, 1)), np.zeros((1, n))
    for i in range(count):
        w = 100 * 1.3 ** i
        a[2 * i:2 * i + 2, 2 * i:2 * i + 2] = [[-w / 40, w], [-w, -w / 40]]
        c[0, 2 * i] = w / 2 ** i
    return a, b, c


def described(a, b, c):
    return json.dumps({"name": "modes", "units": {"input": "N", "output": "m"}, "method": "foh",
                       "system": {"ss": {"A": a.tolist(), "B": b.tolist(), "C": c.tolist()}}})


def response(path, hz):
    write("hz", "".join("%.17g\n" % f for f in hz))
    done = sinew("response", path, "--continuous", "--hz", "hz", "--json")
    h = np.array(json.loads(done.stdout)["response"])
    return h[..., 0] + 1j * h[..., 1]


def report(*args, **more):
    done = sinew("reduce", *args, "--json", **more)
    answer = json.loads(done.stdout)
    assert list(answer) == REPORT, list(answer)
    return answer


def hankel(a, b, c):
    p = linalg.solve_continuous_lyapunov(a, -b @ b.T)
    q = linalg.solve_continuous_lyapunov(a.T, -c.T @ c)
    return np.sqrt(np.sort(np.abs(linalg.eigvals(p @ q)))[::-1])


def test_the_report_is_true():
    a, b, c = modes(8)
    path = model(described(a, b, c), "modes.json")
    for order in 1, 4, 7, 16:
        got = report(path, "small.yaml", "--order", order)
        truth = hankel(a, b, c)
        np.testing.assert_allclose(got["hankel"], truth, rtol=1e-7, atol=1e-9 * truth[0])
        assert got["order_before"] == 16 and got["order_after"] == order
        np.testing.assert_allclose(got["bound"], 2 * truth[order:].sum(), rtol=1e-6, atol=1e-9)
        hz = np.concatenate([np.geomspace(1, 1000, 2000), [1e4, 1e5]])
        off = np.abs(response(path, hz) - response("./small.yaml", hz)).max()
        assert off <= got["error"] * (1 + 1e-9) + 1e-12
        assert off >= 0.9 * got["error"] - 1e-12, (off, got["error"])
        assert got["error"] <= got["bound"] * (1 + 1e-9) + 1e-12
        assert got["modal"] is True


def test_the_description_keeps_what_the_model_says_and_runs():
    path = model(described(*modes(6)), "modes.json")
    text = sinew("reduce", path, "--order", 4).stdout.decode()
    sinew("reduce", path, "small.yaml", "--order", 4)
    with open("small.yaml") as file:
        assert file.read() == text
    assert text.startswith("# modes.json by sinew reduce: 4 states of 12.\n"), text
    assert "name: modes\n" in text and "units: {input: \"N\", output: m}\n" in text
    assert "method: foh\n" in text
    assert sinew("reduce", path, "-", "--order", 4).stdout.decode() == text
    info = json.loads(sinew("info", "./small.yaml", "--rate", 8000, "--json").stdout)
    assert info["order"] == 4 and info["name"] == "modes" and info["rates"][0]["method"] == "foh"
    write("in.csv", "1\n" + "0\n" * 999)
    for name in path, "./small.yaml":
        sinew("run", name, "in.csv", os.path.basename(name) + ".csv", "--rate", 8000)
    big, small = (np.loadtxt(f + ".csv") for f in ("modes.json", "small.yaml"))
    assert np.abs(big - small).max() < 0.3 * np.abs(big).max()


def test_a_tolerance_is_kept():
    path = model(described(*modes(10)), "modes.json")
    before = 21
    for db in -40, -20, -10:
        got = report(path, "small.yaml", "--tolerance-db", db)
        assert got["bound"] <= got["peak"] * 10 ** (db / 20)
        assert got["order_after"] < before
        before = got["order_after"]
    assert report(path, "--tolerance-db=-40dB")["order_after"] > before


def test_dc_is_matched():
    path = model(described(*modes(6)), "modes.json")
    dc = response(path, [0])
    sinew("reduce", path, "a.yaml", "--order", 3, "--match-dc")
    sinew("reduce", path, "b.yaml", "--order", 3)
    assert abs(response("./a.yaml", [0]) - dc) < 1e-10 * abs(dc)
    assert abs(response("./b.yaml", [0]) - dc) > 1e-6 * abs(dc)


def test_filters_and_matrices_of_every_kind():
    bank = "system: {gammatone: {low_hz: 100, high_hz: 2000, channels: 5}}\n"
    for text in LOWPASS, BANDPASS, MATRICES, SINGLE, bank:
        got = report(model(text), "small.yaml", "--tolerance-db", -60)
        assert got["error"] <= 1e-3 * got["peak"] and got["order_after"] <= got["order_before"]
        sinew("info", "./small.yaml")
    got = report(model(GAIN), "small.yaml", "--tolerance-db", -60)
    assert got["order_after"] == 0 and got["error"] == 0 and got["hankel"] == []
    sinew("info", "./small.yaml")
    for text in INTEGRATOR, UNSTABLE:
        got = report(model(text), "small.yaml", "--order", 1)
        assert got["not_stable"] == 1 and got["order_after"] == 1 and got["bound"] == 0


def test_what_is_hidden_goes():
    a, b, c = modes(5)
    hidden = np.array(b)
    hidden[2:4] = 0
    path = model(described(a, hidden, c), "modes.json")
    got = report(path, "small.yaml", "--minimal")
    assert (got["order_before"], got["order_after"]) == (10, 8)
    assert got["error"] <= 1e-10 * got["peak"] and got["bound"] is None and got["hankel"] == []
    text = sinew("reduce", model("system: {zpk: {zeros: [-2], poles: [-1, -2, -3], gain: 4}}\n"),
                 "--minimal").stdout.decode()
    assert "poles:\n      - -1\n      - -3\n" in text and "gain: 4" in text, text
    path = model(LOWPASS + "method: bilinear\n")
    done = sinew("reduce", path, "--minimal")
    assert "design: {family: butterworth" in done.stdout.decode() and done.messages == ""
    assert "order      8, from 8" in sinew("reduce", path, "small.yaml", "--minimal").stdout.decode()
    sinew("reduce", path, "--minimal", "--order", 3, status=2)
    sinew("reduce", path, "--minimal", "--match-dc", status=2)
    got = report(model("system: {zpk: {zeros: [-1], poles: [0, -1]}}\n"), "--minimal")
    assert got["order_after"] == 1 and got["error"] is None and got["peak"] is None


def test_edges_that_move_are_told():
    path = model(LOWPASS + "method: bilinear\n")
    assert "no longer prewarped" in sinew("reduce", path, "--order", 6).messages
    assert sinew("reduce", model(LOWPASS), "--order", 6).messages == ""
    path = model("system: {eq: {type: peaking, hz: 1k, q: 0.7, gain_db: 3dB}}\n")
    done = sinew("reduce", path, "--order", 1)
    assert "no longer prewarped" in done.messages and b"method: bilinear" in done.stdout
    assert sinew("reduce", model(LOWPASS + "method: bilinear\nprewarp_hz: 900\n"), "--order",
                 6).messages == ""


def test_the_table_is_for_people():
    path = model(described(*modes(6)), "modes.json")
    text = sinew("reduce", path, "small.yaml", "--tolerance-db", -20).stdout.decode()
    for words in "order ", "from 12", "error ", "bound ", "dB of the peak", "hankel", "dropped":
        assert words in text, (words, text)


def test_what_overflows_fails_at_once():
    path = model("system: {s4d: {init: lin, order: 4, C: [[1, 2], [3, 4]], "
                 "B: [[1, 2], [3, -1e308]]}}\n", "huge.yaml")
    for args in ["--tolerance-db", -40], ["--order", 2, "--match-dc"]:
        assert "not finite" in sinew("reduce", path, "out.yaml", *args, status=1).messages
    no_leftovers("huge.yaml")


def test_every_method_is_kept():
    path = model("system: {s4d: {init: real, order: 4}}\nmethod: matched\n", "matched.yaml")
    assert b"method: matched\n" in sinew("reduce", path, "--order", 2).stdout


def test_misuse_and_failure_leave_nothing():
    path = model(described(*modes(3)), "modes.json")
    for args in ([], ["--order", 2, "--tolerance-db", -20], ["--order", 0], ["--order", "2.5"],
                 ["--tolerance-db", 20], ["--tolerance-db", "nan"], ["--order", "x"]):
        sinew("reduce", path, "out.yaml", *args, status=2)
    sinew("reduce", path, "-", "--order", 2, "--json", status=2)
    sinew("reduce", path, path, "--order", 2, status=2)
    os.symlink("modes.json", "link.yaml")
    sinew("reduce", path, "link.yaml", "--order", 2, status=2)
    sinew("reduce", path, "out.yaml", "more", "--order", 2, status=2)
    whole = model("system: {series: [modes.json, {zpk: {poles: [-5]}}]}\n", "whole.yaml")
    for name in "modes.json", "link.yaml":
        assert "refers to it" in sinew("reduce", whole, name, "--order", 2, status=2).messages
    os.unlink("whole.yaml")
    sinew("reduce", "./missing.yaml", "out.yaml", "--order", 2, status=1)
    sinew("reduce", path, "missing/out.yaml", "--order", 2, status=1)
    unstable = model("system: {zpk: {poles: [1, 2]}}\n", "u.yaml")
    sinew("reduce", unstable, "out.yaml", "--order", 1, status=2)
    bad = model("system: {zpk: {poles: [-1, [2, 3]]}}\n", "bad.yaml")
    assert ":1:" in sinew("reduce", bad, "out.yaml", "--order", 1, status=1).messages
    kalman = model("system: {ss: {A: [[-1]], B: [[0]], C: [[1]]}}\n"
                   "kalman: {process_noise: [[1]], measurement_noise: [[1]]}\n", "k.yaml")
    assert "Kalman" in sinew("reduce", kalman, "out.yaml", "--order", 1, status=1).messages
    fir = model("system: {fir: {taps: [1], rate_hz: 1}}\n", "fir.yaml")
    assert "fir.yaml: exact delays and kernels" in \
        sinew("reduce", fir, "out.yaml", "--order", 1, status=1).messages
    os.unlink("k.yaml")
    no_leftovers("modes.json", "link.yaml", "u.yaml", "bad.yaml", "fir.yaml")
    write("out.yaml", "kept")
    sinew("reduce", unstable, "out.yaml", "--order", 1, status=2)
    with open("out.yaml") as file:
        assert file.read() == "kept"
    sinew("reduce", path, "out.yaml", "--order", 2)
    assert not same("out.yaml", "modes.json")
    assert math.isfinite(report(path, "--order", 2)["error"])


main(globals())
