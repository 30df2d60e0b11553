#!/usr/bin/python3
"""Descriptions made of others, step, impulse and the group delay, against scipy."""
import json
import os
import time

import numpy as np
from scipy import linalg, signal

from harness import GAIN, MATRICES, SINGLE, UNSTABLE, main, model, sinew, write

A, B, C, D = (np.array(m, float) for m in (
    [[-3, 4, 0], [-4, -3, 1], [0, 0, -50]], [[1, 0], [0, 2], [3, -1]], [[1, 0.5, 0], [0, 1, -1]],
    [[0, 0.25], [0, 0]]))
SISO = [np.array(m, float) for m in ([[-300, 400], [-400, -300]], [[1], [50]], [[7, 1]], [[0.5]])]


def answer(*args, **more):
    return json.loads(sinew(*args, "--json", **more).stdout)


def response(path, rads, *args):
    write("rads", "\n".join(map(repr, rads)))
    got = answer("response", path, "--rad", "rads", *(args or ["--continuous"]))
    return np.array([[[complex(*z) for z in row] for row in h] for h in got["response"]])


def test_the_main_commands_take_what_is_made_of_others():
    os.mkdir("parts")
    write("parts/low.yaml", "method: bilinear\nsystem: {design: {family: butterworth, "
                            "band: lowpass, order: 3, edges_hz: 1k}}\n")
    path = model("system: {series: [parts/low.yaml, {zpk: {poles: [-500], gain: 500}}]}\n")
    got = answer("discretize", path, "--rate", "8k")
    assert got["method"] == "bilinear" and len(got["A"]) == 4
    b, a = signal.butter(3, 1000, fs=8000)
    pole = signal.bilinear([500], [1, 500], fs=8000)
    hz = [10.0, 300.0, 1000.0, 3000.0]
    want = signal.freqz(b, a, hz, fs=8000)[1] * signal.freqz(*pole, hz, fs=8000)[1]
    np.testing.assert_allclose(response(path, [2 * np.pi * f for f in hz], "--rate", "8k")[:, 0, 0],
                               want, rtol=1e-10)
    np.savetxt("x.csv", np.random.default_rng(1).normal(size=200))
    sinew("run", path, "x.csv", "y.csv", "--rate", "8k")
    x = np.loadtxt("x.csv")
    want = signal.lfilter(*pole, signal.lfilter(b, a, x))
    np.testing.assert_allclose(np.loadtxt("y.csv"), want, atol=1e-12)


def test_feedback_of_matrices():
    write("m.yaml", MATRICES)
    path = model("system: {feedback: {forward: m.yaml, back: m.yaml}}\n")
    rads = [0.1, 3.0, 40.0]
    for w, got in zip(rads, response(path, rads)):
        h = C @ np.linalg.solve(1j * w * np.eye(3) - A, B) + D
        np.testing.assert_allclose(got, np.linalg.solve(np.eye(2) + h @ h, h), rtol=1e-12)


def test_connect_goes_by_names():
    write("plant.yaml", "system: {zpk: {poles: [0, -1], gain: 1}}\n")
    path = model("""system:
  connect:
    systems:
      - {name: plant, system: plant.yaml, inputs: u, outputs: y}
      - {name: law, system: {zpk: {zeros: [-1], poles: [-10], gain: 40}}, inputs: e, outputs: u}
    sums: {e: [r, -y]}
    inputs: [r]
    outputs: [y, u]
""")
    s = 2.5j
    plant, law = 1 / (s * (s + 1)), 40 * (s + 1) / (s + 10)
    np.testing.assert_allclose(response(path, [2.5])[0, :, 0],
                               [plant * law / (1 + plant * law), law / (1 + plant * law)],
                               rtol=1e-12)
    done = sinew("info", model("system: {connect: {systems: [{system: plant.yaml, inputs: u, "
                               "outputs: y}], inputs: u, outputs: why}}"), status=1)
    assert done.messages.startswith(
        "sinew: ./model.yaml:1:96: system.connect.outputs: an output of the whole takes 'why'"
        ), done.messages


def test_problems_say_which_file():
    write("bad.yaml", "system: {tf: {num: [1], den: [x]}}\n")
    done = sinew("info", model("system: {series: [bad.yaml]}"), status=1)
    assert done.messages == ("sinew: ./bad.yaml:1:31: system.tf.den[0]: 'x' is not a number "
                             "(referred to at ./model.yaml:1:19)\n"), done.messages
    write("b.yaml", "system: {series: [model.yaml]}")
    done = sinew("info", model("system: {series: [b.yaml]}"), status=1)
    assert "a circle of references: ./model.yaml -> ./b.yaml -> ./model.yaml" in done.messages


def test_what_is_read_is_not_written_over():
    write("part.yaml", SINGLE)
    path = model("system: {series: [part.yaml]}")
    np.savetxt("x.csv", np.ones(3))
    os.symlink("part.yaml", "link.csv")
    for args in (["x.csv", "part.yaml", "--out-format", "csv"], ["x.csv", "link.csv"],
                 ["x.csv", "y.csv", "--state-out", "part.yaml"]):
        done = sinew("run", path, *args, "--rate", "10", status=2)
        assert "the model refers to it" in done.messages, done.messages
    os.mkdir("out")
    os.symlink("../part.yaml", "out/x.csv")
    done = sinew("run", path, "--out-dir", "out", "x.csv", "--rate", "10", status=2)
    assert "would be overwritten" in done.messages, done.messages
    with open("part.yaml") as file:
        assert file.read() == SINGLE


def test_a_batch_sees_that_a_part_is_newer():
    write("part.yaml", SINGLE)
    path = model("system: {series: [part.yaml]}")
    np.savetxt("x.csv", np.ones(3))

    def status():
        return answer("run", path, "--out-dir", "out", "x.csv", "--rate", "10")["status"]
    assert status() == "done" and status() == "skipped"
    later = time.time() + 10
    os.utime("part.yaml", (later, later))
    assert status() == "done"


def test_step_and_impulse_of_the_system():
    path = model(MATRICES)
    got = answer("step", path, "--continuous", "--step", "0.02", "--seconds", "0.4")
    assert got["method"] is None and got["step_s"] == 0.02
    y = np.array(got["response"])
    assert y.shape == (21, 2, 2)
    for k in range(21):
        e = linalg.expm(A * 0.02 * k)
        np.testing.assert_allclose(y[k], C @ np.linalg.solve(A, (e - np.eye(3)) @ B) + D,
                                   atol=1e-13)
    y = np.array(answer("impulse", path, "--continuous", "--rate", "50",
                        "--frames", "21")["response"])
    for k in range(21):
        np.testing.assert_allclose(y[k], C @ linalg.expm(A * 0.02 * k) @ B, atol=1e-13)


def test_step_and_impulse_of_the_filter():
    path = model(SINGLE)
    a, b, c, d, _ = signal.cont2discrete(SISO, 1 / 800, "bilinear")
    for command, u in (("step", np.ones(100)), ("impulse", np.eye(1, 100)[0])):
        got = answer(command, path, "--rate", "800", "--method", "bilinear")
        assert got["method"] == "bilinear"
        x, want = np.zeros((2, 1)), []
        for v in u:
            want.append((c @ x + d * v).item())
            x = a @ x + b * v
        np.testing.assert_allclose(np.array(got["response"])[:, 0, 0], want, atol=1e-13)


def test_the_table_and_a_gain():
    text = sinew("step", model(GAIN), "--rate", "2", "--frames", "2").stdout.decode()
    rows = [line.split() for line in text.splitlines()]
    assert rows[0] == ["seconds", "out", "in", "output"]
    assert [list(map(float, r)) for r in rows[1:]] == [[0, 1, 1, 2], [0, 1, 2, 3], [0.5, 1, 1, 2],
                                                       [0.5, 1, 2, 3]]
    text = sinew("impulse", model(SINGLE), "--rate", "2").stdout.decode().splitlines()
    assert len(text) == 101 and text[0].split() == ["seconds", "output"]


def test_what_is_unstable_is_answered_with_a_warning():
    path = model(UNSTABLE)
    done = sinew("step", path, "--rate", "2", "--frames", "3", "--continuous", "--json")
    np.testing.assert_allclose(np.array(json.loads(done.stdout)["response"])[:, 0, 0],
                               [(np.exp(3 * t) - 1) / 3 for t in (0, 0.5, 1)], rtol=1e-13)
    assert "unstable" in done.messages
    assert "unstable" in sinew("impulse", path, "--rate", "2", "--frames", "3").messages


def test_misuse():
    path = model(SINGLE)
    for args in ([], ["--rate", "1", "--step", "1"], ["--continuous"],
                 ["--rate", "1", "--frames", "2", "--seconds", "1"],
                 ["--rate", "1", "--frames", "0"], ["--rate", "1", "--seconds", "-1"],
                 ["--rate", "1", "--continuous", "--method", "zoh"]):
        sinew("step", path, *args, status=2)
    assert "memory" in sinew("step", path, "--rate", "1e6", "--seconds", "1e9", status=1).messages


def test_group_delay():
    path = model(SINGLE)
    write("rads", "100\n500\n3000\n")
    got = answer("response", path, "--rad", "rads", "--continuous", "--group-delay")
    assert list(got) == ["rad", "response", "group_delay_s"]
    num, den = signal.ss2tf(*SISO)
    z, p, _ = signal.tf2zpk(num[0], den)
    for w, row in zip((100, 500, 3000), got["group_delay_s"]):
        want = sum((1 / (1j * w - r)).real for r in p) - sum((1 / (1j * w - r)).real for r in z)
        np.testing.assert_allclose(row[0][0], want, rtol=1e-10)
    got = answer("response", path, "--rad", "rads", "--rate", "8k", "--group-delay")
    a, b, c, d, _ = signal.cont2discrete(SISO, 1 / 8000)
    num, den = signal.ss2tf(a, b, c, d)
    want = signal.group_delay((num[0], den), [w / 8000 for w in (100, 500, 3000)])[1] / 8000
    np.testing.assert_allclose(np.array(got["group_delay_s"])[:, 0, 0], want, rtol=1e-8)
    text = sinew("response", path, "--rad", "rads", "--continuous", "--group-delay").stdout.decode()
    assert "delay s" in text.splitlines()[0] and len(text.splitlines()[1].split()) == 4


main(globals())
