#!/usr/bin/python3
"""info: margin, condition, the report of a realization; matched through discretize and response."""
import json
import math

import numpy
from scipy import signal

from harness import (BANDPASS, GAIN, INTEGRATOR, LOWPASS, MATRICES, SINGLE, UNSTABLE, main, model,
                     sinew, write)

METHODS = ("zoh", "foh", "bilinear", "euler", "backward", "impulse", "matched")


def info(text, *args):
    return json.loads(sinew("info", model(text), *args, "--json").stdout)


def test_margin_damping_and_eigenvectors_of_the_system():
    got = info(SINGLE)
    assert math.isclose(got["margin_rad"], 300) and math.isclose(got["least_damping"], 0.6)
    assert math.isclose(got["condition"]["eigenvectors"], 1, rel_tol=1e-13)
    got = info(INTEGRATOR)
    assert got["margin_rad"] == 0 and got["least_damping"] == 0
    assert info(UNSTABLE)["margin_rad"] == -3 and info(UNSTABLE)["least_damping"] == -1
    assert b"nan" not in sinew("info", model(GAIN), "--rate", "1k").stdout  # nothing is rounded
    assert info(GAIN)["margin_rad"] is None and info(GAIN)["condition"]["eigenvectors"] == 1
    A = numpy.array([[-3, 4, 0], [-4, -3, 1], [0, 0, -50]])
    vectors = numpy.linalg.eig(A)[1]
    assert math.isclose(info(MATRICES)["condition"]["eigenvectors"], numpy.linalg.cond(vectors),
                        rel_tol=1e-9)


def test_a_report_for_each_rate_and_method():
    for text, form in ((LOWPASS, None), (BANDPASS, None), (MATRICES, "dense"), (SINGLE, "parallel")):
        for method in METHODS:
            if method == "matched" and text is MATRICES:
                continue
            rates = info(text, "--rate", "48k", "--rate", "96k", "--method", method)["rates"]
            assert len(rates) == 2
            for at in rates:
                got = at["condition"]
                assert got["form"] in ("dense", "cascade", "parallel")
                assert form is None or method == "matched" or got["form"] == form
                assert got["points"] > 40 and 0 <= got["response_error"] < 1e-12, (method, got)
                assert got["relative_error"] >= got["response_error"] * 0.999
                assert got["eigenvectors"] >= 1 and 0 < got["rcond"] <= 1
                assert 0 <= got["worst_hz"] <= at["rate_hz"] / 2
                assert 0 < got["reference_error"] < 1e-15
    text = sinew("info", model(LOWPASS), "--rate", "48k", "--method", "bilinear").stdout.decode()
    for word in "margin", "condition", "rcond", "cascade", "rounding moves the response by":
        assert word in text, text


def test_matched_is_poles_and_zeros_by_themselves():
    zpk = "system: {zpk: {zeros: [[-20, 0]], poles: [[-3, 40], [-3, -40], [-5, 0]], gain: 7}}\n"
    rate, path = 50, model(zpk)
    args = ("--rate", rate, "--method", "matched", "--json")
    got = json.loads(sinew("discretize", path, *args).stdout)
    assert got["method"] == "matched" and got["D"] == [[0]]
    poles = numpy.sort_complex(numpy.linalg.eigvals(numpy.array(got["A"])))
    want = numpy.sort_complex(numpy.exp(numpy.array([-3 + 40j, -3 - 40j, -5]) / rate))
    assert numpy.abs(poles - want).max() < 1e-14
    write("rad", "0\n30\n150\n")
    response = json.loads(sinew("response", path, *args, "--rad", "rad").stdout)["response"]
    got = numpy.array([complex(*h[0][0]) for h in response])
    z = numpy.exp(1j * numpy.array([0, 30, 150]) / rate)
    H = (z + 1) * (z - math.exp(-20 / rate)) / ((z - want[0]) * (z - want[1]) * (z - want[2]))
    H *= 7 * 20 / ((9 + 1600) * 5) / H[0]
    assert numpy.abs(got / H - 1).max() < 1e-13, (got, H)


def test_matched_is_refused_where_it_means_nothing():
    done = sinew("discretize", model(MATRICES), "--rate", 48000, "--method", "matched", status=1)
    assert "2 and 2" in done.messages and done.stdout == b""
    sinew("discretize", model(SINGLE), "--rate", 1, "--method", "matched", "--alpha", 0.5, status=2)
    sinew("discretize", model(SINGLE), "--rate", 1, "--method", "matched", "--prewarp-hz", 0.1,
          status=2)
    described = model(SINGLE + "method: matched\n")
    sinew("info", described, "--rate", "8k")


def discrete(matrices, more):
    rows = {k: numpy.asarray(v).tolist() for k, v in zip("ABCD", matrices)}
    return model("system: " + json.dumps({"discrete": {"ss": rows, **more}}) + "\n")


def test_discrete_matrices_as_a_description():
    A, B, C, D = map(numpy.array, ([[-3, 4.0], [-4, -3]], [[1.0], [2]], [[1, 0.5]], [[0.25]]))
    for method, more in (("zoh", {}), ("foh", {}), ("bilinear", {}), ("impulse", {}),
                         ("gbt", {"alpha": 0.3})):
        if method == "impulse":
            F = signal.cont2discrete((A, B, C, D), 0.1, "zoh")[0]
            matrices = F, 0.1 * F @ B, C, D + 0.1 * C @ B
        else:
            matrices = signal.cont2discrete((A, B, C, D), 0.1, method, **more)[:4]
        path = discrete(matrices, {"step_s": 0.1, "method": method, **more})
        poles = json.loads(sinew("info", path, "--json").stdout)["poles"]
        assert all(abs(p["re"] + 3) < 1e-13 and abs(abs(p["im"]) - 4) < 1e-13 for p in poles)
        write("w", "0\n3\n40\n")
        response = json.loads(sinew("response", path, "--continuous", "--rad", "w",
                                    "--json").stdout)["response"]
        for w, h in zip((0, 3, 40), response):
            want = C @ numpy.linalg.solve(1j * w * numpy.eye(2) - A, B) + D
            assert abs(complex(*h[0][0]) - want[0, 0]) < 1e-13, (method, w)
        args = () if method != "gbt" else ("--method", "gbt", "--alpha", "0.3")
        again = json.loads(sinew("discretize", path, "--step", 0.1, *args, "--json").stdout)
        assert again["method"] == method
        for k, want in zip("ABCD", matrices):
            assert numpy.abs(numpy.array(again[k]) - want).max() < 1e-14, (method, k)


def test_discrete_matrices_that_stand_for_nothing():
    zero, minus = ([[0.0]], [[1]], [[1]], [[0]]), ([[-1.0]], [[1]], [[1]], [[0]])
    for matrices, more, words in (
            (zero, {"rate_hz": 8}, "an eigenvalue of the discrete A is 0"),
            (minus, {"rate_hz": 8, "method": "bilinear"}, "z = -1"),
            (minus, {"rate_hz": 8, "method": "matched"}, "cannot be turned round"),
            (minus, {"rate_hz": 8, "method": "zoh", "alpha": 1}, "alpha"),
            (minus, {"rate_hz": 8, "step_s": 1}, "step_s"), (minus, {}, "rate_hz"),
            (([[1, 2]], [[1]], [[1]], [[0]]), {"rate_hz": 8}, "square")):
        done = sinew("info", discrete(matrices, more), status=1)
        assert words in done.messages and "model.yaml:1:" in done.messages, done.messages
    half = json.loads(sinew("info", discrete(minus, {"rate_hz": 8}), "--json").stdout)
    assert half["order"] == 2 and {round(p["hz"], 9) for p in half["poles"]} == {4}


main(globals())
