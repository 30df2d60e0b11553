#!/usr/bin/python3
"""fit: what is written runs as what was measured; against scipy and known poles."""
import json
import os

import numpy as np
from scipy import signal

from harness import MATRICES, main, model, no_leftovers, sinew, write

POLES = np.array([-300 + 400j, -300 - 400j])
A, B = np.array([[-300.0, 400], [-400, -300]]), np.array([[1.0], [50]])
C, D = np.array([[7.0, 1]]), np.array([[0.5]])
RATE = 4000


def impulse(n=300, method="zoh"):
    a, b, c, d, _ = signal.cont2discrete((A, B, C, D), 1 / RATE, method)
    return signal.dimpulse((a, b, c, d, 1), n=n)[1][0]


def poles(told):
    return np.array([p["re"] + 1j * p["im"] for p in told["poles"]])


def fitted(*args):
    told = json.loads(sinew("fit", *args, "--json").stdout)
    assert told["stability"] == "stable" and told["unstable"] == told["fast"] == 0
    return told


def matrices(path):
    got = json.loads(sinew("discretize", path, "--rate", RATE, "--json").stdout)
    return got["method"], [np.array(got[k]) for k in "ABCD"]


def test_era_finds_a_system_and_what_it_writes_runs_as_it():
    h = impulse()
    np.save("h.npy", h)
    for how, order in ((["--order", 2], 2), (["--tolerance-db", -200], 2)):
        told = fitted("era", "h.npy", "found.yaml", "--rate", RATE, "--method", "zoh", *how)
        assert told["rule"] == "era" and told["order"] == told["states"] == order
        assert told["error"] < 1e-12 and told["error_db"] < -240
        np.testing.assert_allclose(np.sort(poles(told)), np.sort(POLES), rtol=1e-10)
        z = np.array([complex(*p) for p in told["discrete_poles"]])
        np.testing.assert_allclose(np.sort(z), np.sort(np.exp(POLES / RATE)), rtol=1e-12)
        np.save("u.npy", np.eye(300, 1))
        sinew("run", "found.yaml", "u.npy", "y.npy", "--rate", RATE)
        np.testing.assert_allclose(np.load("y.npy"), h, atol=1e-11 * abs(h).max())
        assert matrices("found.yaml")[0] == "zoh"
    # the continuous system itself, so at any rate
    write("hz", "0\n1\n10\n100\n1000\n")
    got = json.loads(sinew("response", "found.yaml", "--continuous", "--hz", "hz", "--json").stdout)
    w = 2 * np.pi * np.array([0, 1, 10, 100, 1000.0])
    truth = [(C @ np.linalg.solve(1j * v * np.eye(2) - A, B) + D).item() for v in w]
    np.testing.assert_allclose([complex(*r[0][0]) for r in got["response"]], truth, rtol=1e-9)


def test_era_by_the_impulse_rule_is_the_default():
    np.savetxt("h.csv", impulse())
    told = fitted("era", "h.csv", "found.yaml", "--step", 1 / RATE, "--order", 2)
    assert told["method"] == "impulse" and told["rate_hz"] == RATE
    method, (a, b, c, d) = matrices("found.yaml")
    assert method == "impulse"
    got = signal.dimpulse((a, b, c, d, 1), n=300)[1][0]
    np.testing.assert_allclose(got, impulse(), atol=1e-11)


def test_era_of_a_sound_file_and_of_one_channel():
    import soundfile
    h = impulse() / abs(impulse()).max()
    soundfile.write("h.wav", np.hstack([0 * h, h]), RATE, "DOUBLE")
    told = fitted("era", "h.wav", "two.yaml", "--order", 2)
    assert told["rate_hz"] == RATE and told["outputs"] == 2
    assert fitted("era", "h.wav", "one.yaml", "--order", 2, "--channel", 2)["outputs"] == 1
    assert "2 channels" in sinew("fit", "era", "h.wav", "x.yaml", "--order", 2, "--channel", 3,
                                 status=1).messages
    assert "4000 Hz" in sinew("fit", "era", "h.wav", "x.yaml", "--order", 2, "--rate", 8000,
                              status=1).messages
    no_leftovers("h.wav", "two.yaml", "one.yaml")


def test_era_with_several_inputs():
    path = model(MATRICES)
    a, b, c, d = [np.array(v) for v in list(json.loads(sinew(
        "discretize", path, "--rate", "200", "--json").stdout).values())[2:]]
    h = np.array([d] + [c @ np.linalg.matrix_power(a, k) @ b for k in range(120)])
    np.save("h.npy", h.reshape(121, 4))
    told = fitted("era", "h.npy", "found.yaml", "--rate", 200, "--inputs", 2, "--order", 3)
    assert told["inputs"] == told["outputs"] == 2 and told["error"] < 1e-12
    np.testing.assert_allclose(np.sort(poles(told)), [-50, -3 - 4j, -3 + 4j], rtol=1e-9)
    sinew("fit", "era", "h.npy", "x.yaml", "--rate", 200, "--inputs", 3, "--order", 3, status=1)


def test_era_of_what_lies_below_a_frequency():
    t = np.arange(4000) / 8000
    h = np.exp(-30 * t) * np.sin(2 * np.pi * 100 * t) + np.exp(-50 * t) * np.sin(2e4 * t)
    np.save("h.npy", np.r_[np.zeros(400), h].reshape(-1, 1))
    told = fitted("era", "h.npy", "found.yaml", "--rate", "8k", "--below", 200, "--order", 20)
    assert told["rate_hz"] == 800 and told["method"] == "impulse" and told["error"] < 0.1
    write("hz", "100\n")
    got = [abs(complex(*json.loads(sinew("response", "found.yaml", "--rate", rate, "--hz", "hz",
                                         "--json").stdout)["response"][0][0][0]))
           for rate in (800, 8000, 48000)]
    truth = abs((h * np.exp(-2j * np.pi * 100 * t)).sum())
    np.testing.assert_allclose(got, truth, rtol=0.05)


def test_n4sid_finds_order_and_poles():
    random = np.random.default_rng(1)
    u = random.standard_normal((2000, 1))
    a, b, c, d, _ = signal.cont2discrete((A, B, C, D), 1 / RATE)
    y = signal.dlsim((a, b, c, d, 1 / RATE), u)[1]
    np.savetxt("u.csv", u, "%.17g")
    np.savetxt("y.csv", y, "%.17g")
    for how in [], ["--order", 2], ["--tolerance-db", -180]:
        told = fitted("n4sid", "u.csv", "y.csv", "found.yaml", "--rate", RATE, *how)
        assert told["order"] == 2 and told["method"] == "zoh" and told["error"] < 1e-11
        np.testing.assert_allclose(np.sort(poles(told)), np.sort(POLES), rtol=1e-9)
        assert len(told["initial"]) == 2 and np.abs(told["initial"]).max() < 1e-9
    np.savetxt("noisy.csv", y + 0.01 * y.std() * random.standard_normal(y.shape))
    told = fitted("n4sid", "u.csv", "noisy.csv", "found.yaml", "--rate", RATE, "--order", 2)
    assert 0.005 < told["error"] < 0.02
    np.testing.assert_allclose(np.sort(poles(told)), np.sort(POLES), rtol=0.01)


def curve():
    hz = np.geomspace(1, 2000, 120)
    return hz, np.array([(C @ np.linalg.solve(2j * np.pi * f * np.eye(2) - A, B) + D).item()
                         for f in hz])


def test_response_of_complex_values_and_of_decibels():
    hz, h = curve()
    np.savetxt("curve.csv", np.c_[hz, h.real, h.imag], "%.17g", delimiter=",")
    np.savetxt("level.csv", np.c_[hz, 20 * np.log10(abs(h)), np.degrees(np.angle(h))], "%.17g",
               delimiter=",", header="Hz,dB,degrees", comments="")
    np.save("level.npy", np.c_[hz, 20 * np.log10(abs(h)), np.degrees(np.angle(h))])
    np.savetxt("plain.csv", np.c_[hz, h.real, h.imag], "%.17g", delimiter=",", header="Hz,re,im",
               comments="")
    for args in (["curve.csv"], ["plain.csv"], ["level.csv"], ["level.npy", "--values", "db"]):
        told = fitted("response", args[0], "found.yaml", "--order", 2, *args[1:])
        assert told["method"] is None and told["rate_hz"] is None and told["error"] < 1e-12
        np.testing.assert_allclose(np.sort(poles(told)), np.sort(POLES), rtol=1e-10)


def test_response_of_a_digital_filter():
    b, a = signal.ellip(5, 1, 60, 300, fs=RATE)
    hz = np.linspace(1, 1990, 200)
    _, h = signal.freqz(b, a, hz, fs=RATE)
    np.savetxt("curve.csv", np.c_[hz, h.real, h.imag], "%.17g", delimiter=",")
    told = fitted("response", "curve.csv", "found.yaml", "--order", 5, "--rate", RATE)
    assert told["method"] == "bilinear" and told["error"] < 1e-10
    write("hz", "\n".join(map(str, hz)))
    got = json.loads(sinew("response", "found.yaml", "--rate", RATE, "--hz", "hz", "--json").stdout)
    np.testing.assert_allclose([complex(*r[0][0]) for r in got["response"]], h,
                               atol=1e-10 * abs(h).max())


def test_noise_leaves_a_response_stable():
    random = np.random.default_rng(2)
    hz, h = curve()
    h = h + 0.03 * abs(h).max() * (random.standard_normal(120) + 1j * random.standard_normal(120))
    np.savetxt("curve.csv", np.c_[hz, h.real, h.imag], "%.17g", delimiter=",")
    for order in 2, 5, 20, 40:
        fitted("response", "curve.csv", "found.yaml", "--order", order)


def test_standard_output_takes_the_description():
    np.save("h.npy", impulse())
    done = sinew("fit", "era", "h.npy", "-", "--rate", RATE, "--order", 2, "--name", "found")
    assert b"name: found" in done.stdout and done.stdout.startswith(b"# Made by sinew fit era of h")
    sinew("info", model(done.stdout.decode()))
    text = sinew("fit", "era", "h.npy", "x.yaml", "--rate", RATE, "--order", 2).stdout.decode()
    assert "order      2 (2 states)" in text and "poles" in text and "stable" in text


def test_what_cannot_be_fitted_leaves_nothing_behind():
    np.save("h.npy", impulse())
    bad = impulse()
    bad[3] = np.nan
    np.save("nan.npy", bad)
    np.save("zero.npy", 0 * bad[:3])
    write("ones.csv", "1\n" * 300)
    write("four.csv", "1,2,3,4\n" * 30)
    for words, args in (("nan.npy: ", ["era", "nan.npy", "x.yaml", "--rate", 9, "--order", 2]),
                        ("all zero", ["era", "nan.npy", "x.yaml", "--rate", 9, "--order", 2]),
                        ("not met", ["era", "h.npy", "x.yaml", "--rate", 9, "--tolerance-db", -400]),
                        ("too simple", ["n4sid", "ones.csv", "h.npy", "x.yaml", "--rate", 9]),
                        ("300 frames", ["n4sid", "ones.csv", "four.csv", "x.yaml", "--rate", 9]),
                        ("4 columns", ["response", "four.csv", "x.yaml", "--order", 2]),
                        ("none.csv", ["response", "none.csv", "x.yaml", "--order", 2]),
                        ("no/x.yaml", ["era", "h.npy", "no/x.yaml", "--rate", 9, "--order", 2])):
        if words == "all zero":
            args[1] = "zeros.npy"
            np.save("zeros.npy", np.zeros((50, 1)))
        done = sinew("fit", *args, status=1)
        assert words in done.messages and done.stdout == b"", done.messages
        assert not os.path.exists("x.yaml")


def test_misuse():
    np.save("h.npy", impulse())
    for line in ("era h.npy x.yaml", "era h.npy x.yaml --order 2", "era h.npy", "era",
                 "eras h.npy x.yaml --order 2 --rate 9", "era h.npy h.npy --order 2 --rate 9",
                 "era h.npy x.yaml --order 2 --tolerance-db -3 --rate 9",
                 "era h.npy x.yaml --order 2 --max-order 3 --rate 9",
                 "era h.npy x.yaml --order 200 --rate 9", "era h.npy x.yaml --order 2 --rate 9 --step 9",
                 "era h.npy x.yaml --order 2 --rate 9 --weight relative",
                 "era h.npy x.yaml --order 2 --rate 9 --values db",
                 "n4sid h.npy x.yaml --rate 9", "n4sid h.npy h.npy x.yaml --rate 9 --inputs 1",
                 "n4sid h.npy h.npy x.yaml --rate 9 --method zoh",
                 "response h.npy x.yaml", "response h.npy x.yaml --order 2 --unstable keep",
                 "era h.npy - --order 2 --rate 9 --json", "era h.npy x.yaml --order 2 --rate 9 --below 4",
                 "n4sid h.npy h.npy x.yaml --rate 9 --below 1"):
        assert sinew("fit", *line.split(), status=2).stdout == b""
    no_leftovers("h.npy")
    assert "response" in sinew("fit", "respones", "h.npy", "x.yaml", status=2).messages


main(globals())
