#!/usr/bin/python3
"""run of a Kalman filter and smoother: against the textbook in numpy, with gaps and irregular
steps; empty cells, states, what is refused."""
import os

import numpy as np
from scipy.linalg import expm

from harness import LOWPASS, main, model, no_leftovers, sinew, write

PLACE = """system: {ss: {A: [[0, 1], [0, 0]], B: [[0], [0]], C: [[1, 0]]}}
kalman:
  noise_input: [[0], [1]]
  process_noise: [[0.5]]
  measurement_noise: [[9]]
  mean: [2, 1]
  covariance: [[100, 0], [0, 25]]
"""
DRIVEN = """system: {ss: {A: [[-1, 2], [-2, -1]], B: [[1], [0.5]], C: [[1, 0], [0, 1]], D: [[0.1], [0]]}}
method: foh
kalman: {process_noise: [[1, 0], [0, 2]], measurement_noise: [[1, 0.5], [0.5, 2]],
         covariance: [[1, 0], [0, 1]], known_inputs: yes, output: filtered, deviations: yes}
"""


def record(n, columns, seed):
    rng = np.random.default_rng(seed)
    t = 50 + np.cumsum(rng.exponential(0.5, n))
    t[n // 2:] += 20
    return t, np.cumsum(rng.normal(size=(n, columns)), axis=0)


def write_csv(path, t, frames, missing="nan"):
    with open(path, "w") as f:
        f.write("seconds," + ",".join("c%d" % i for i in range(frames.shape[1])) + "\n")
        for time, row in zip(t, frames):
            cells = [missing if np.isnan(v) else repr(float(v)) for v in row]
            f.write(",".join([repr(float(time)), *cells]) + "\n")


def read_csv(path):
    return np.loadtxt(path, delimiter=",", ndmin=2)


def van_loan(a, b, q, dt):
    n, m = b.shape
    v = expm(np.block([[-a, q], [np.zeros((n, n)), a.T]]) * dt)
    block = np.zeros((n + 2 * m, n + 2 * m))
    block[:n, :n], block[:n, n:n + m], block[n:n + m, n + m:] = a * dt, b * dt, np.eye(m)
    e = expm(block)[:n]
    # the block's own v[n:, n:].T is what e^20 beside it has left of e^-20 in double: nothing
    return e[:, :n], e[:, n:n + m], e[:, n + m:], e[:, :n] @ v[:n, n:]


def textbook(a, b, c, d, q, r, x, p, t, y, u):
    """Filtered and smoothed means and covariances; u on lines."""
    filtered, expected, moves = [], [], []
    for k in range(len(t)):
        if k:
            f, g1, g2, noise = van_loan(a, b, q, t[k] - t[k - 1])
            x = f @ x + g1 @ u[k - 1] + g2 @ (u[k] - u[k - 1])
            p = f @ p @ f.T + noise
            moves.append(f)
        expected.append((x, p))
        there = np.isfinite(y[k])
        if np.any(there):
            h, rr = c[there], r[np.ix_(there, there)]
            gain = p @ h.T @ np.linalg.inv(h @ p @ h.T + rr)
            x = x + gain @ (y[k, there] - h @ x - d[there] @ u[k])
            p = p - gain @ h @ p
        filtered.append((x, p))
    smoothed = [filtered[-1]]
    for k in range(len(t) - 2, -1, -1):
        gain = filtered[k][1] @ moves[k].T @ np.linalg.inv(expected[k + 1][1])
        smoothed.insert(0, (filtered[k][0] + gain @ (smoothed[0][0] - expected[k + 1][0]),
                            filtered[k][1] + gain @ (smoothed[0][1] - expected[k + 1][1]) @ gain.T))
    return filtered, smoothed


def place_truth(t, y):
    a = np.array([[0, 1], [0, 0.0]])
    return textbook(a, np.zeros((2, 1)), np.array([[1.0, 0]]), np.zeros((1, 1)),
                    np.diag([0, 0.5]), np.array([[9.0]]), np.array([2.0, 1]),
                    np.diag([100.0, 25]), t, y, np.zeros((len(t), 1)))


def test_states_follow_the_textbook_over_gaps():
    t, y = record(60, 1, 1)
    y[10:15] = y[40] = np.nan
    filtered, smoothed = place_truth(t, y)
    m = model(PLACE)
    for missing in ("nan", ""):
        write_csv("in.csv", t, y, missing)
        for options, truth in (([], filtered), (["--smooth"], smoothed)):
            sinew("run", m, "in.csv", "out.csv", "--time", *options)
            out = read_csv("out.csv")
            assert np.array_equal(out[:, 0], t)
            np.testing.assert_allclose(out[:, 1:], [x for x, _ in truth], rtol=1e-10, atol=1e-10)
    no_leftovers("in.csv", "out.csv", "model.yaml")


def test_known_inputs_correlated_noise_and_deviations():
    t, frames = record(50, 3, 2)
    frames[5:9, 0] = frames[7:12, 1] = np.nan
    write_csv("in.csv", t, frames)
    c, d = np.eye(2), np.array([[0.1], [0]])
    truths = textbook(np.array([[-1, 2], [-2, -1.0]]), np.array([[1], [0.5]]), c, d,
                      np.diag([1.0, 2]), np.array([[1, 0.5], [0.5, 2]]), np.zeros(2), np.eye(2), t,
                      frames[:, :2], frames[:, 2:])
    for options, truth in zip(([], ["--smooth"]), truths):
        sinew("run", model(DRIVEN), "in.csv", "out.csv", "--time", *options)
        out = read_csv("out.csv")[:, 1:]
        y = [c @ x + d @ u for (x, _), u in zip(truth, frames[:, 2:])]
        np.testing.assert_allclose(out[:, :2], y, atol=1e-10)
        np.testing.assert_allclose(out[:, 2:], [np.sqrt(np.diag(p)) for _, p in truth], rtol=1e-10)


def test_a_known_input_that_is_no_number_is_as_before():
    t, frames = record(30, 3, 10)
    frames[12:15, 2] = np.nan
    write_csv("gap.csv", t, frames, "")
    frames[12:15, 2] = frames[11, 2]
    write_csv("held.csv", t, frames)
    for options in ([], ["--smooth"]):
        for name in ("gap", "held"):
            sinew("run", model(DRIVEN), name + ".csv", name + "-out.csv", "--time", *options)
        assert open("gap-out.csv").read() == open("held-out.csv").read()


def test_a_rate_in_place_of_times():
    t, y = np.arange(40) / 4, record(40, 1, 3)[1]
    np.save("in.npy", y)
    filtered, smoothed = place_truth(t, y)
    for options, truth in (([], filtered), (["--smooth"], smoothed)):
        sinew("run", model(PLACE), "in.npy", "out.npy", "--rate", "4", *options)
        np.testing.assert_allclose(np.load("out.npy"), [x for x, _ in truth], atol=1e-10)


def test_a_tail_is_what_to_expect():
    y = record(20, 1, 9)[1]
    np.save("in.npy", y)
    np.save("longer.npy", np.vstack([y, np.full((8, 1), np.nan)]))
    sinew("run", model(PLACE), "in.npy", "tail.npy", "--rate", "4", "--tail", "2")
    sinew("run", model(PLACE), "longer.npy", "longer-out.npy", "--rate", "4")
    tail = np.load("tail.npy")
    assert np.array_equal(tail, np.load("longer-out.npy"))
    np.testing.assert_allclose(np.diff(tail[20:, 0]), tail[20:-1, 1] / 4, atol=1e-12)


def test_a_run_in_two_parts_is_one_run():
    t, y = record(30, 1, 4)
    write_csv("all.csv", t, y)
    write_csv("a.csv", t[:11], y[:11])
    write_csv("b.csv", t[11:], y[11:])
    m = model(PLACE)
    sinew("run", m, "all.csv", "whole.csv", "--time")
    sinew("run", m, "a.csv", "1.csv", "--time", "--state-out", "s")
    sinew("run", m, "b.csv", "2.csv", "--time", "--state-in", "s")
    assert open("1.csv").read() + open("2.csv").read() == open("whole.csv").read()


def test_a_steady_filter_is_the_other_in_the_end():
    y = record(2000, 1, 8)[1]
    np.save("in.npy", y)
    for output in ("states", "filtered"):
        text = PLACE + "  output: %s\n" % output
        sinew("run", model(text), "in.npy", "live.npy", "--rate", "4")
        sinew("run", model(text + "  steady: yes\n"), "in.npy", "rest.npy", "--rate", "4")
        live, rest = np.load("live.npy"), np.load("rest.npy")
        assert live.shape == rest.shape and not np.array_equal(live[0], rest[0])
        np.testing.assert_allclose(rest[500:], live[500:], atol=1e-10)
    write("in.csv", "0,1\n")
    m = model(PLACE + "  steady: yes\n")
    assert "has one step" in sinew("run", m, "in.csv", "out.csv", "--time", status=2).messages
    m = model(PLACE + "  steady: yes\n  deviations: yes\n")
    assert "model.yaml:8:" in sinew("run", m, "in.npy", "out.npy", "--rate", "4", status=1).messages
    unseen = "system: {ss: {A: [[1, 0], [0, -1]], B: [[0], [0]], C: [[0, 1]]}}\n" + \
        "kalman: {process_noise: [[1, 0], [0, 1]], measurement_noise: [[1]], steady: yes, " + \
        "covariance: [[1, 0], [0, 1]]}\n"
    assert "does not settle" in sinew("run", model(unseen), "in.npy", "out.npy", "--rate", "4",
                                      status=1).messages


def test_innovations_are_white_where_the_model_is_right():
    rng = np.random.default_rng(5)
    n, dt = 4000, 0.25
    x, y = np.zeros(2), np.empty((n, 1))
    root = np.linalg.cholesky(0.5 * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]]))
    for k in range(n):
        y[k] = x[0] + 3 * rng.normal()
        x = np.array([x[0] + dt * x[1], x[1]]) + root @ rng.normal(size=2)
    np.save("in.npy", y)
    sinew("run", model(PLACE + "  output: innovations\n"), "in.npy", "out.npy", "--step", dt)
    e = np.load("out.npy")[100:, 0]
    assert abs(np.mean(e)) < 0.06 and abs(np.var(e) - 1) < 0.1
    assert abs(np.mean(e[1:] * e[:-1])) < 0.06


def test_what_it_refuses():
    t, y = record(5, 1, 6)
    write_csv("in.csv", t, y)
    m = model(PLACE)
    said = [("--smooth looks", ["--smooth", "--state-out", "s"]),
            ("method is the description's", ["--method", "zoh"]),
            ("mean and covariance", ["--x0", write("x0", "1,2\n")]),
            ("--engine", ["--engine", "convolve"])]
    for text, options in said:
        assert text in sinew("run", m, "in.csv", "out.csv", "--time", *options, status=2).messages
    assert "is for a Kalman filter" in sinew("run", model(LOWPASS, "f.yaml"), "in.csv", "out.csv",
                                             "--time", "--smooth", status=2).messages
    innovations = model(PLACE + "  output: innovations\n", "i.yaml")
    assert "innovations" in sinew("run", innovations, "in.csv", "out.csv", "--time", "--smooth",
                                  status=2).messages
    write("wide.csv", "0,1,2\n")
    assert "2 channels, but the model takes 1" in sinew("run", m, "wide.csv", "out.csv", "--time",
                                                        status=1).messages
    write("empty.csv", "0,1\n1,\n")
    assert "empty field" in sinew("run", model(LOWPASS, "f.yaml"), "empty.csv", "out.csv", "--time",
                                  status=1).messages
    write("timeless.csv", "0,1\n,2\n")
    assert "timeless.csv:2:1" in sinew("run", m, "timeless.csv", "out.csv", "--time",
                                       status=1).messages


def test_what_overflows_is_told_smoothed_too():
    write("large.csv", "0,1e308\n1,-1e308\n2,1e308\n")
    for options in ([], ["--smooth"]):
        done = sinew("run", model(PLACE), "large.csv", "out.csv", "--time", *options)
        assert "no finite numbers" in done.messages, (options, done.messages)
    write("ages.csv", "-1.7e308,1\n1.7e308,2\n")
    assert "is too long after" in sinew("run", model(PLACE), "ages.csv", "ages-out.csv",
                                                 "--time", status=1).messages
    assert not os.path.exists("ages-out.csv")


def test_descriptions_are_held_to_sizes_and_covariances():
    def wrong(text, line, **swap):
        description = PLACE
        for key, value in swap.items():
            old = next(x for x in PLACE.splitlines() if x.strip().startswith(key + ":"))
            description = description.replace(old, "  %s: %s" % (key, value))
        write("in.csv", "0,1\n")
        done = sinew("run", model(description), "in.csv", "out.csv", "--time", status=1)
        assert text in done.messages and "model.yaml:%s:" % line in done.messages, done.messages
    wrong("is 2x2 where the system needs 1x1", 4, process_noise="[[1, 0], [0, 1]]")
    wrong("is 1x1 where the system needs 2x2", 7, covariance="[[1]]")
    wrong("has 3 numbers, the system has order 2", 6, mean="[1, 2, 3]")
    wrong("not positive semidefinite", 3, measurement_noise="[[-1]]")
    wrong("not symmetric", 3, covariance="[[1, 0.5], [0, 1]]")
    wrong("needs a column for each noise", 3, noise_input="[[], []]", process_noise="[]")
    wrong("'covariances'", 8, covariance="[[1, 0], [0, 1]]\n  covariances: [[1]]")
    bilinear = sinew("run", model(PLACE + "method: bilinear\n"), "in.csv", "out.csv", "--time",
                     status=1)
    assert "model.yaml:8:" in bilinear.messages and "held (zoh)" in bilinear.messages


main(globals())
