#!/usr/bin/python3
"""hippo, s4d, dplr, masses, circuits, pade, delays and combs: descriptions through the commands."""
import json
import os

import numpy as np
from scipy import linalg, signal

from harness import main, model, sinew, write

HIPPO = "system: {hippo: {measure: legs, order: 8}}\n"
LATE = ("system:\n  delayed:\n    delay_s: 10ms\n"
        "    system: {design: {family: butterworth, band: lowpass, order: 4, edges_hz: [800]}}\n")
PLAIN = "system: {design: {family: butterworth, band: lowpass, order: 4, edges_hz: [800]}}\n"
COMB = "name: hum\nsystem: {comb: {teeth: notch, hz: 50, q: 25}}\n"


def call(command, path, *args):
    return json.loads(sinew(command, path, *args, "--json").stdout)


def filtered(text, u, *args, name="model.yaml", **more):
    np.save("u.npy", u)
    done = sinew("run", model(text, name), "u.npy", "y.npy", *args, **more)
    return done, (np.load("y.npy") if more.get("status", 0) == 0 else None)


def noise(n, channels=1):
    return np.random.default_rng(5).normal(size=(n, channels))


def test_hippo_discretizes_as_its_exponential():
    n = np.arange(8)
    A = -np.tril(np.sqrt(np.outer(2 * n + 1, 2 * n + 1)), -1) - np.diag(n + 1.0)
    B = np.sqrt(2 * n + 1.0)[:, None]
    got = call("discretize", model(HIPPO), "--step", "0.05")
    F = linalg.expm(A * 0.05)
    np.testing.assert_allclose(got["A"], F, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(got["B"], np.linalg.solve(A, (F - np.eye(8)) @ B), rtol=1e-12)
    np.testing.assert_array_equal(got["C"], np.eye(8))
    np.testing.assert_array_equal(got["D"], np.zeros((8, 1)))


def test_hippo_runs_with_one_output_for_each_state():
    _, y = filtered(HIPPO, np.ones((4000, 1)), "--rate", "100")
    assert y.shape == (4000, 8)
    np.testing.assert_allclose(y[-1], [1] + [0] * 7, atol=1e-12)  # a constant is P_0


def test_every_kind_is_described_by_info():
    for text, order in ((HIPPO, 8), ("system: {s4d: {init: inv, order: 6}}", 6),
                        ("system: {dplr: {lambda: [[-1, 2]], P: [[[1, 0]]]}}", 2),
                        ("system: {mass_spring_damper: {resonance_hz: 10, q: 5}}", 2),
                        ("system: {rlc: {resistance_ohm: 50, capacitance_f: 1e-6, "
                         "output: capacitor}}", 1),
                        ("system: {pade: {delay_s: 1ms, order: 5}}", 5)):
        facts = call("info", model(text), "--rate", "1000")
        assert facts["order"] == order and facts["stability"] == "stable", facts


def test_a_delay_of_whole_frames_is_a_shift():
    u = noise(3000, 2)
    for engine in "scan", "block", "convolve":
        _, y = filtered(PLAIN, u, "--rate", "48000", "--engine", engine)
        _, late = filtered(LATE, u, "--rate", "48000", "--engine", engine)
        # to the bit, but that 480 frames shift convolve's partitions of 64
        tolerance = 0 if engine == "scan" else 1e-14
        np.testing.assert_allclose(late[480:], y[:-480], rtol=0, atol=tolerance)
        np.testing.assert_allclose(late[:480], 0, rtol=0, atol=tolerance)


def test_a_comb_is_scipys():
    u = noise(4000, 2)
    b, a = signal.iircomb(50, 25, "notch", fs=8000)
    _, y = filtered(COMB, u, "--rate", "8000")
    np.testing.assert_allclose(y, signal.lfilter(b, a, u, axis=0), rtol=0, atol=1e-13)


def test_a_run_in_two_parts_is_one_run():
    u = noise(5000)
    text = COMB.replace("50", "51.7")  # fractions as well
    _, whole = filtered(text, u, "--rate", "8000")
    _, first = filtered(text, u[:1234], "--rate", "8000", "--state-out", "state")
    _, second = filtered(text, u[1234:], "--rate", "8000", "--state-in", "state")
    np.testing.assert_array_equal(np.concatenate([first, second]), whole)
    sinew("run", model(LATE, "other.yaml"), "u.npy", "y.npy", "--rate", "8000", "--state-in",
          "state", status=1)


def test_responses_of_delays():
    path = model(COMB)
    hz = write("hz", "0\n25\n50\n75.5\n")
    for args in (["--continuous"], ["--rate", "8000"]):
        h = np.array(call("response", path, "--hz", hz, *args)["response"])[:, 0, 0]
        size = np.hypot(h[:, 0], h[:, 1])
        np.testing.assert_allclose(size[[0, 2]], 0, atol=1e-12)
        np.testing.assert_allclose(size[1], 1, atol=1e-12)
    late = np.array(call("response", model(LATE), "--hz", hz, "--continuous")["response"])
    plain = np.array(call("response", model(PLAIN), "--hz", hz, "--continuous")["response"])
    turn = np.exp(-2j * np.pi * np.array([0, 25, 50, 75.5]) * 0.01)
    np.testing.assert_allclose(late[:, 0, 0, 0] + 1j * late[:, 0, 0, 1],
                               (plain[:, 0, 0, 0] + 1j * plain[:, 0, 0, 1]) * turn, atol=1e-14)


def test_matrices_and_rings():
    got = call("discretize", model(COMB), "--rate", "8000")
    assert got["delay_frames"] == [160] and got["delay_at"] == "last"
    assert np.shape(got["D"]) == (2, 2) and got["A"] == []
    got = call("discretize", model(LATE), "--rate", "48000")
    assert got["delay_frames"] == [480] and got["delay_at"] == "input"
    np.testing.assert_array_equal(got["A"], call("discretize", model(PLAIN), "--rate",
                                                 "48000")["A"])
    text = sinew("discretize", model(LATE), "--rate", "48000").stdout.decode()
    assert "480 frames, of all inputs" in text


def test_info_of_delays():
    facts = call("info", model(COMB), "--rate", "8000", "--rate", "48000")
    assert facts["name"] == "hum" and facts["order"] is None and facts["delays_s"] == [0.02]
    assert [r["rate_hz"] for r in facts["rates"]] == [8000, 48000]
    assert 0.99 < facts["rates"][0]["radius"] < 1
    text = sinew("info", model(LATE), "--rate", "8000").stdout.decode()
    assert "delays     0.01 s, of all inputs" in text and "settles" in text


def test_what_grows_is_told_of():
    growing = ("system: {delayed: {delays_s: [10ms], system: {ss: {A: [], B: [], C: [], "
               "D: [[0, 1], [1, 1.5]]}}}}\n")
    done, y = filtered(growing, noise(200), "--rate", "1000")
    assert "unstable" in done.messages, done.messages
    assert np.isfinite(y).all()
    assert "grows" in sinew("discretize", model(growing), "--rate", "1000").messages


def test_what_delays_cannot():
    np.save("u.npy", noise(10))
    write("x0.csv", "1\n")
    text = sinew("run", model(COMB), "u.npy", "y.npy", "--rate", "8000", "--x0", "x0.csv",
                 status=2).messages
    assert "x0" in text, text
    assert not os.path.exists("y.npy")
    write("u.csv", "0,1\n0.1,2\n")
    text = sinew("run", model(COMB), "u.csv", "y.csv", "--time", status=1).messages
    assert "irregular steps" in text, text
    loop = ("system: {delayed: {delays_s: [1ms], system: {ss: {A: [], B: [], C: [], "
            "D: [[0, 1], [1, 0.5]]}}}}\n")
    text = sinew("discretize", model(loop), "--rate", "500", status=1).messages
    assert "at least one is needed" in text, text


main(globals())
