#!/usr/bin/python3
"""run --time: irregular steps against matrix exponentials, what it refuses, and going on."""
import json

import numpy as np
from scipy.linalg import expm

from harness import BANDPASS, MATRICES, SINGLE, UNSTABLE, main, model, no_leftovers, sinew, write

A = np.array([[-3, 4, 0], [-4, -3, 1], [0, 0, -50.0]])
B = np.array([[1, 0], [0, 2], [3, -1.0]])
C = np.array([[1, 0.5, 0], [0, 1, -1.0]])
D = np.array([[0, 0.25], [0, 0]])


def some_times(n, seed=1):
    steps = np.random.default_rng(seed).exponential(0.1, n)
    steps[5:9] = 0.25
    steps[n // 2] = 1e4  # at rest by then
    return 100 + np.cumsum(steps)


def write_csv(path, times, u, header=""):
    with open(path, "w") as f:
        f.write(header)
        for t, row in zip(times, u):
            f.write(",".join(map(repr, map(float, [t, *row]))) + "\n")


def read_csv(path):
    return np.loadtxt(path, delimiter=",", ndmin=2)


def moved(abcd, times, u, method, x0=None):
    a, b, c, d = abcd
    n, q = b.shape
    x = np.zeros(n) if x0 is None else np.array(x0, float)
    y = [c @ x + d @ u[0]]
    for k in range(1, len(u)):
        dt = times[k] - times[k - 1]
        block = np.zeros((n + 2 * q, n + 2 * q))
        block[:n, :n], block[:n, n:n + q] = a * dt, b * dt
        block[n:n + q, n + q:] = np.eye(q)
        e = expm(block)[:n]
        x = e[:, :n] @ x + e[:, n:n + q] @ u[k - 1]
        if method == "foh":
            x += e[:, n + q:] @ (u[k] - u[k - 1])
        y.append(c @ x + d @ u[k])
    return np.array(y)


def test_both_methods_follow_the_exponential():
    t, u = some_times(300), np.random.default_rng(2).normal(size=(300, 2))
    write_csv("in.csv", t, u, "seconds,a,b\n")
    for method in ("zoh", "foh"):
        sinew("run", model(MATRICES), "in.csv", "out.csv", "--time", "--method", method)
        out = read_csv("out.csv")
        assert np.array_equal(out[:, 0], t)
        np.testing.assert_allclose(out[:, 1:], moved((A, B, C, D), t, u, method), atol=1e-12)
    no_leftovers("in.csv", "out.csv", "model.yaml")


def test_zoh_is_what_there_is_where_nothing_else_is_said():
    t, u = some_times(50), np.random.default_rng(6).normal(size=(50, 2))
    write_csv("in.csv", t, u)
    sinew("run", model(MATRICES), "in.csv", "zoh.csv", "--time", "--method", "zoh")
    sinew("run", model(MATRICES), "in.csv", "plain.csv", "--time")
    sinew("run", model(MATRICES + "method: foh\n"), "in.csv", "said.csv", "--time")
    sinew("run", model(MATRICES), "in.csv", "foh.csv", "--time", "--method", "foh")
    plain, said = open("plain.csv").read(), open("said.csv").read()
    assert plain == open("zoh.csv").read() and said == open("foh.csv").read() and plain != said


def test_channels_run_by_themselves_and_x0_starts_each():
    t, u = some_times(80), np.random.default_rng(3).normal(size=(80, 3))
    write_csv("in.csv", t, u)
    x0 = write("x0.csv", "2,-1\n")
    single = (np.array([[-300, 400], [-400, -300.0]]), np.array([[1], [50.0]]),
              np.array([[7, 1.0]]), np.array([[0.5]]))
    for method in ("zoh", "foh"):
        sinew("run", model(SINGLE), "in.csv", "out.csv", "--time", "--method", method, "--x0", x0)
        for c in range(3):
            np.testing.assert_allclose(
                read_csv("out.csv")[:, 1 + c],
                moved(single, t, u[:, c:c + 1], method, [2, -1])[:, 0], atol=1e-12)


def test_equal_steps_are_a_sampled_filter():
    t, u = np.arange(64) / 1024, np.random.default_rng(4).normal(size=(64, 1))
    write_csv("in.csv", t, u)
    np.savetxt("plain.csv", u, fmt="%.17g")
    sinew("run", model(BANDPASS), "in.csv", "irregular.csv", "--time")
    sinew("run", model(BANDPASS), "plain.csv", "regular.csv", "--rate", "1024", "--method", "zoh")
    a, b = read_csv("irregular.csv")[:, 1:], read_csv("regular.csv")
    np.testing.assert_allclose(a, b, atol=1e-13 * np.max(np.abs(b)))


def test_a_run_in_two_parts_is_one_run():
    t, u = some_times(100), np.random.default_rng(5).normal(size=(100, 2))
    write_csv("all.csv", t, u)
    write_csv("a.csv", t[:37], u[:37])
    write_csv("b.csv", t[37:], u[37:])
    for method in ("zoh", "foh"):
        run = ["--time", "--method", method]
        m = model(MATRICES)
        sinew("run", m, "all.csv", "whole.csv", *run, "--block", "7")
        sinew("run", m, "a.csv", "1.csv", *run, "--state-out", "s")
        done = sinew("run", m, "b.csv", "2.csv", *run, "--state-in", "s", "--state-out", "s2")
        assert not done.messages
        assert open("1.csv").read() + open("2.csv").read() == open("whole.csv").read()
    fails = sinew("run", m, "a.csv", "no.csv", *run, "--state-in", "s2", status=1).messages
    assert "a.csv:1:1: the time" in fails and "does not come after" in fails
    np.savetxt("plain.csv", u, delimiter=",")
    sinew("run", m, "plain.csv", "p.csv", "--rate", "10", "--state-out", "p")
    assert "with --time" in sinew("run", m, "plain.csv", "no.csv", "--rate", "10", "--state-in",
                                  "s", status=1).messages
    assert "without --time" in sinew("run", m, "b.csv", "no.csv", *run, "--state-in", "p",
                                     status=1).messages
    sinew("run", m, "b.csv", "no.csv", "--time", "--method", "zoh", "--state-in", "s", status=1)


def test_what_it_refuses():
    t, u = some_times(10), np.ones((10, 2))
    write_csv("in.csv", t, u)
    np.save("in.npy", u)
    m = model(MATRICES)

    def misused(text, *args):
        assert text in sinew("run", m, *args, "--time", status=2).messages
    misused("zoh and foh", "in.csv", "out.csv", "--method", "bilinear")
    misused("zoh and foh", "in.csv", "out.csv", "--method", "impulse")
    misused("--rate", "in.csv", "out.csv", "--rate", "10")
    misused("--rate and --step", "in.csv", "out.csv", "--step", "1")
    misused("--tail", "in.csv", "out.csv", "--tail", "1")
    misused("--engine", "in.csv", "out.csv", "--engine", "convolve")
    misused("npy has no time column", "in.npy", "out.csv")
    misused("npy has no time column", "in.csv", "out.npy")
    m = model(MATRICES + "method: bilinear\n", "b.yaml")
    misused("which the description asks for", "in.csv", "out.csv")
    write("back.csv", "1,2,3\n2,3,4\n2,5,6\n")
    done = sinew("run", model(MATRICES), "back.csv", "out.csv", "--time", status=1)
    assert "back.csv:3:1:" in done.messages
    write("thin.csv", "1,2\n2,3\n")
    sinew("run", model(MATRICES), "thin.csv", "out.csv", "--time", status=1)
    no_leftovers("in.csv", "in.npy", "back.csv", "thin.csv", "model.yaml", "b.yaml")


def test_an_unstable_system_runs_with_a_warning():
    write("in.csv", "0,1\n0.5,0\n1.5,0\n")
    done = sinew("run", model(UNSTABLE), "in.csv", "out.csv", "--time")
    assert "unstable" in done.messages
    y = read_csv("out.csv")[:, 1]
    h = (np.exp(1.5) - 1) / 3
    np.testing.assert_allclose(y, [0, h, h * np.exp(3)], rtol=1e-14)


def test_a_batch_and_its_json():
    t, u = some_times(10), np.ones((10, 2))
    write_csv("a.csv", t, u)
    write_csv("b.csv", t + 1, u)
    done = sinew("run", model(MATRICES), "--out-dir", "out", "a.csv", "b.csv", "--time", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 2 and all(x["frames"] == 10 and x["rate"] is None for x in lines)
    assert np.array_equal(read_csv("out/b.csv")[:, 0], t + 1)


main(globals())
