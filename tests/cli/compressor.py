#!/usr/bin/python3
"""The shipped model level-compressor: its equation in float64, its times in seconds at any rate."""
import os
import sys

import numpy as np

from harness import main, same, sinew

MODELS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models")
os.environ["SINEW_MODEL_PATH"] = MODELS
sys.dont_write_bytecode = True  # the folder is installed as it is
sys.path.insert(0, os.path.join(MODELS, "level-compressor"))
import make  # noqa: E402

PROBE = 1e-4  # so quiet that it moves nothing, and shows the gain
RATES = 16000, 44100, 48000


def run(x, rate, *more, out="y.npy"):
    np.save("x.npy", np.float32(x))
    sinew("run", "level-compressor", "x.npy", out, "--rate", rate, *more)
    return np.float64(np.load(out))[:, 0]


def softplus(x):
    return np.logaddexp(0, x)


def memory_s(level):
    """The time constant at a level, by what make.py says."""
    return 1 / (make.RATE_HZ * softplus(make.BETA + make.KAPPA * level))


def reference(x, rate):
    """The equations of make.py, sample by sample."""
    e, y = 0.0, np.zeros(len(x))
    for t, sample in enumerate(x):
        u = make.C * abs(sample)
        u = u / (1 + np.exp(-u))
        delta = make.RATE_HZ / rate * softplus(make.BETA + make.KAPPA * u / make.C)
        e = np.exp(-delta) * e + delta * u / make.C
        y[t] = sample / np.sqrt(1 + (e / make.THRESHOLD)**2)
    return y


def envelope(x, y):
    gain = y / x
    return make.THRESHOLD * np.sqrt(np.maximum(1 / gain**2 - 1, 0))


def test_the_weights_are_those_of_the_script():
    with open(os.path.join(MODELS, "level-compressor", "weights.safetensors"), "rb") as file:
        kept = file.read()
    make.__file__ = os.path.abspath("make.py")
    make.main()
    with open("weights.safetensors", "rb") as file:
        assert file.read() == kept


def test_it_is_its_equation():
    rng = np.random.default_rng(2)
    for rate in RATES:
        level = np.repeat([0.01, 0.5, 0.05, 1, 0, 0.2], 2000)
        x = np.float32(level * rng.uniform(-1, 1, len(level)))
        y, want = run(x[:, None], rate), reference(np.float64(x), rate)
        assert np.abs(y - want).max() < 1e-5 * np.abs(want).max(), (rate, np.abs(y - want).max())


def square(level, seconds, rate):
    n = round(seconds * rate)
    return level * (1 - 2.0 * (np.arange(n) // 20 % 2))


def reaches(e, share, rate):
    return np.argmax(e >= share * e[-1]) / rate


def test_loud_is_fast_and_silence_holds():
    """Attacks of 0.25, 0.5 and 1 take what the level says; all let go as slowly as silence."""
    for rate in RATES:
        times = []
        for level in 0.25, 0.5, 1.0:
            tau = memory_s(level)
            up = square(level, 8 * tau, rate)
            x = np.concatenate([up, np.full(rate, PROBE)])[:, None]
            e = envelope(np.float32(x[:, 0]), run(x, rate))
            attack, held = e[:len(up)], e[len(up):]
            if tau * rate > 40:  # else a sample is too coarse a clock
                assert abs(reaches(attack, 1 - np.exp(-1), rate) / tau - 1) < 0.05, (rate, level)
            assert abs(attack[-1] / level - 1) < 0.04, (rate, level, attack[-1])
            # what silence makes of it in a second: e^(-1/2), the probe's own level aside
            assert abs(held[-1] / held[0] / np.exp(-1 / make.SILENT_S) - 1) < 0.01, (rate, level)
            times.append(tau)
        assert times[0] > 5 * times[1] > 25 * times[2], times


def test_levels():
    """Loud comes to THRESHOLD, quiet stays; the same at all rates."""
    for rate in RATES:
        for level, want in ((1.0, 0.0995), (0.5, 0.0981), (0.2, 0.0894), (0.005, 0.005)):
            y = run(square(level, 6 * max(memory_s(level), 0.01), rate)[:, None], rate)
            assert abs(np.abs(y[-1]) / want - 1) < 0.04, (rate, level, y[-1])


def test_cuts_and_states():
    x = np.random.default_rng(1).uniform(-1, 1, (9000, 1))
    whole = run(x, 48000)
    run(x, 48000, "--block", 7, out="cut.npy")
    assert same("y.npy", "cut.npy")
    first = run(x[:4321], 48000, "--state-out", "state.safetensors")
    rest = run(x[4321:], 48000, "--state-in", "state.safetensors")
    assert (np.concatenate([first, rest]) == whole).all()


def test_each_channel_by_itself():
    x = np.random.default_rng(4).uniform(-1, 1, (5000, 2)) * [1, 0.1]
    np.save("two.npy", np.float32(x))
    sinew("run", "level-compressor", "two.npy", "y2.npy", "--rate", 48000)
    y = np.load("y2.npy")
    for c in 0, 1:
        assert (y[:, c] == run(x[:, c:c + 1], 48000)).all()
    sinew("run", "level-compressor", "two.npy", "y3.npy", "--rate", 48000, "--state-out",
          "state.safetensors")
    sinew("run", "level-compressor", "two.npy", "y3.npy", "--rate", 48000, "--state-in",
          "state.safetensors")


def test_extremes_stay_finite():
    for rate in 8000, 192000:
        x = np.array([0, 1e-30, 1, -1, 100, -1e4, 1e-3, 0] * 500)[:, None]
        y = run(x, rate)
        assert np.isfinite(y).all() and np.abs(y).max() <= 1e4


main(globals())
