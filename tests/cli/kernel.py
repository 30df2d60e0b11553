#!/usr/bin/python3
"""Kernels of taps: sound files and lists, matrices of them, what is added; and what they cannot."""
import json
import os

import numpy as np
from scipy import signal
from scipy.io import wavfile

from harness import main, model, sinew, write

RATE = 48000
STEREO = "name: hall\nsystem: {fir: {files: [[LL.wav, LR.wav], [RL.wav, RR.wav]]}}\n"


def rooms():
    rng = np.random.default_rng(3)
    made = {}
    for i, name in enumerate(("LL", "LR", "RL", "RR")):
        n = 3000 + 500 * i
        made[name] = (rng.normal(size=n) * np.exp(-np.arange(n) / 700) / 8).astype(np.float32)
        wavfile.write(name + ".wav", RATE, made[name])
    return made


def filtered(h, u):
    return signal.oaconvolve(np.float64(u), np.float64(h))[:len(u)]


def noise(n, channels):
    return np.random.default_rng(5).normal(size=(n, channels))


def run(text, u, *args, **more):
    np.save("u.npy", u)
    done = sinew("run", model(text), "u.npy", "y.npy", *args, **more)
    return done, (np.load("y.npy") if more.get("status", 0) == 0 else None)


def test_true_stereo():
    h, u = rooms(), noise(20000, 2)
    _, y = run(STEREO, u, "--rate", RATE)
    expected = np.stack([filtered(h[a], u[:, 0]) + filtered(h[b], u[:, 1])
                         for a, b in (("LL", "LR"), ("RL", "RR"))], axis=1)
    np.testing.assert_allclose(y, expected, atol=1e-13 * abs(expected).max())


def test_one_file_runs_on_each_channel():
    h, u = rooms(), noise(9000, 3)
    for more, atol in (((), 1e-13), (("--dtype", "f32"), 1e-6)):
        _, y = run("system: {fir: {file: LL.wav}}\n", u, "--rate", RATE, *more)
        for c in range(3):
            expected = filtered(h["LL"], u[:, c])
            np.testing.assert_allclose(y[:, c], expected, atol=atol * abs(expected).max())


def test_channels_of_files_and_no_path():
    rng = np.random.default_rng(8)
    h = (rng.normal(size=(3000, 4)) / 50).astype(np.float32)
    wavfile.write("four.wav", RATE, h)
    rooms()
    u = noise(9000, 2)
    _, y = run("system: {fir: {files: [[{file: four.wav, channel: 1}, {file: four.wav, channel: 3}],"
               " [0, {file: four.wav, channel: 4}], [LL.wav, 0]]}}\n", u, "--rate", RATE)
    expected = np.stack([filtered(h[:, 0], u[:, 0]) + filtered(h[:, 2], u[:, 1]),
                         filtered(h[:, 3], u[:, 1]),
                         filtered(wavfile.read("LL.wav")[1], u[:, 0])], axis=1)
    np.testing.assert_allclose(y, expected, atol=1e-13 * abs(expected).max())
    _, y = run("system: {fir: {file: {file: four.wav, channel: 2}}}\n", u, "--rate", RATE)
    np.testing.assert_allclose(y[:, 1], filtered(h[:, 1], u[:, 1]), atol=1e-13)


def test_many_entries_of_one_file():
    wavfile.write("one.wav", RATE, np.float32([1, 2]))
    text = "system: {fir: {files: [%s]}}\n" % ", ".join(["[%s]" % ", ".join(["one.wav"] * 40)] * 40)
    facts = json.loads(sinew("info", model(text), "--json").stdout)
    assert (facts["taps"], facts["inputs"], facts["outputs"]) == (2, 40, 40), facts


def test_paths_are_seen_from_the_description():
    h, u = rooms(), noise(100, 1)
    os.makedirs("deep", exist_ok=True)
    os.replace("LL.wav", "deep/LL.wav")
    write("deep/m.yaml", "system: {fir: {file: LL.wav}}\n")
    np.save("u.npy", u)
    sinew("run", "deep/m.yaml", "u.npy", "y.npy", "--rate", RATE)
    np.testing.assert_allclose(np.load("y.npy")[:, 0], filtered(h["LL"], u[:, 0]), atol=1e-13)


def test_taps_and_what_is_added():
    u = noise(500, 1)
    _, y = run("system: {fir: {taps: [0.5, 0, -0.25], rate_hz: 48k}}\n", u, "--rate", RATE)
    plain = filtered([0.5, 0, -0.25], u[:, 0])
    np.testing.assert_allclose(y[:, 0], plain, atol=1e-15)
    lag = "{zpk: {poles: [-300], gain: 300}}"
    _, beside = run("system: %s\n" % lag, u, "--rate", RATE, "--method", "bilinear")
    _, y = run("system: {fir: {taps: [0.5, 0, -0.25], rate_hz: 48k, plus: %s}}\n"
               "method: bilinear\n" % lag, u, "--rate", RATE)
    np.testing.assert_allclose(y, plain[:, None] + beside, atol=1e-14)
    write("lag.yaml", "system: %s\nmethod: bilinear\n" % lag)
    _, again = run("system: {fir: {taps: [0.5, 0, -0.25], rate_hz: 48k, plus: lag.yaml}}\n", u,
                   "--rate", RATE)
    np.testing.assert_array_equal(again, y)


def test_a_run_goes_on_from_its_state():
    rooms()
    u = noise(7000, 2)
    _, whole = run(STEREO, u, "--rate", RATE)
    _, first = run(STEREO, u[:3210], "--rate", RATE, "--state-out", "s")
    done, second = run(STEREO, u[3210:], "--rate", RATE, "--state-in", "s")
    assert "s: the state is of" in done.messages, done.messages
    # whole blocks go through other sums than what is left of them
    np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=1e-13)
    _, whole = run(STEREO, u, "--rate", RATE, "--block", 100)
    _, first = run(STEREO, u[:3210], "--rate", RATE, "--state-out", "s", "--block", 100)
    done, second = run(STEREO, u[3210:], "--rate", RATE, "--state-in", "s", "--block", 77)
    assert "the state is of" not in done.messages, done.messages
    np.testing.assert_array_equal(np.concatenate([first, second]), whole)


def test_info():
    rooms()
    facts = json.loads(sinew("info", model(STEREO), "--rate", RATE, "--json").stdout)
    assert (facts["name"], facts["taps"], facts["inputs"], facts["outputs"],
            facts["rate_hz"]) == ("hall", 4500, 2, 2, RATE), facts
    text = sinew("info", model(STEREO)).stdout.decode()
    assert "4500 at 48000 Hz" in text, text
    assert facts["plus_order"] is None and facts["plus_method"] is None, facts
    plus = model("system: {fir: {file: LL.wav, plus: {zpk: {poles: [-300, -400]}}}}\nmethod: foh\n")
    facts = json.loads(sinew("info", plus, "--json").stdout)
    assert (facts["plus_order"], facts["plus_method"]) == (2, "foh"), facts
    assert facts["plus_engine"] in ("scan", "block", "convolve"), facts
    text = sinew("info", plus, "--rate", RATE, "--method", "bilinear").stdout.decode()
    assert "a system of order 2, by bilinear, engine" in text, text


def test_plan():
    rooms()
    plan = json.loads(sinew("plan", model(STEREO), "--rate", RATE, "--json").stdout)
    assert plan["engine"] == "convolve" and plan["latency"] == 0 and plan["taps"] == 4500, plan
    assert plan["levels"][0] == 256 and plan["plus_engine"] is None, plan
    assert sinew("plan", model(STEREO)).stdout == b"engine        convolve\n"
    taps = "system: {fir: {taps: [1, 2], rate_hz: 48k, plus: {zpk: {poles: [-3]}}}}\n"
    plan = json.loads(sinew("plan", model(taps), "--engine", "scan", "--json").stdout)
    assert plan["levels"] == [] and plan["plus_engine"] == "scan", plan
    text = sinew("plan", model(taps), "--engine", "scan", "--explain").stdout.decode()
    assert "plus          scan\n" in text and "latency       0 frames" in text, text


def refused(words, *args, status=1):
    text = sinew(*args, status=status).messages
    for word in words:
        assert word in text, (word, text)


def test_what_kernels_cannot():
    rooms()
    path = model(STEREO)
    np.save("u.npy", noise(10, 2))
    refused(["48000 Hz", "44100 Hz"], "run", path, "u.npy", "y.npy", "--rate", 44100)
    refused(["scan"], "run", path, "u.npy", "y.npy", "--rate", RATE, "--engine", "scan")
    refused(["foh"], "run", path, "u.npy", "y.npy", "--rate", RATE, "--method", "foh",
            status=2)
    np.save("u.npy", noise(10, 3))
    refused(["3 channels"], "run", path, "u.npy", "y.npy", "--rate", RATE)
    refused(["kernel", "discrete already"], "discretize", path, "--rate", RATE)
    refused(["48000 Hz", "44100 Hz"], "plan", path, "--rate", 44100)
    refused(["scan"], "plan", path, "--rate", RATE, "--engine", "scan")
    write("hz", "1\n")
    refused(["44100 Hz"], "response", path, "--rate", 44100, "--hz", "hz")
    for option in "--continuous", "--group-delay":
        refused(["model.yaml: the model is a kernel"], "response", path, option, "--hz", "hz")
    refused(["model.yaml: the model is a kernel"], "impulse", path, "--continuous")
    refused(["m.yaml:1:", "rational"], "discretize",
            model("system: {series: [{fir: {file: LL.wav}}]}\n", "m.yaml"), "--rate", RATE)
    assert not os.path.exists("y.npy")


def test_descriptions_that_cannot_be():
    rooms()
    wavfile.write("two.wav", RATE, np.zeros((5, 2), np.float32))
    wavfile.write("nan.wav", RATE, np.float32([1, np.nan]))
    wavfile.write("slow.wav", 44100, np.float32([1]))
    for fir, words in (("{file: gone.wav}", ["1:22", "gone.wav"]),
                       ("{file: .}", ["no regular file"]),
                       ("{file: two.wav}", ["1:22: system.fir.file:", "two.wav", "2 channels",
                                            "'channel'"]),
                       ("{file: {file: two.wav, channel: 3}}", ["no channel 3"]),
                       ("{file: {file: two.wav, channel: 0}}", ["channel"]),
                       ("{file: {channel: 1}}", ["'file' is missing"]),
                       ("{files: [[0, 0]]}", ["without a single path"]),
                       ("{files: [[LL.wav, LR.wav], [RL.wav]]}",
                        ["1:42: system.fir.files[1]: row 1 has 1 files, row 0 has 2"]),
                       ("{files: [[LL.wav, LR.wav], [RL.wav, nan.wav]]}",
                        ["1:51: system.fir.files[1][1]: ./nan.wav: tap 1 is nan"]),
                       ("{files: [[LL.wav, 0], [slow.wav, two.wav]]}",
                        ["1:38: system.fir.files[1][0]: ./slow.wav is of 44100 Hz", "LL.wav"]),
                       ("{files: [[LL.wav, two.wav]]}",
                        ["1:33: system.fir.files[0][1]: ./two.wav", "2 channels"]),
                       ("{taps: [1]}", ["rate_hz"]),
                       ("{taps: 0.5, rate_hz: 1}", ["fir.taps: must be a list, and is a number"]),
                       ("{files: [[LL.wav, LR.wav]], plus: {zpk: {poles: [-1]}}}",
                        ["1:49: system.fir.plus", "1 outputs and 2 inputs", "1 and 1"]),
                       ("{file: LL.wav, rate_hz: 1}", ["rate_hz is for taps"]),
                       ("{file: LL.wav, taps: [1], rate_hz: 1}", ["taps"]),
                       ("{plus: {zpk: {poles: [-1]}}}", ["file"]),
                       ("{file: LL.wav, plus: {zpk: {poles: [-1]}}, gain: 3}", ["gain"])):
        refused(words, "info", model("system: {fir: %s}\n" % fir))


    refused(["model.yaml:2:9: method:", "not discretized"], "info",
            model("system: {fir: {file: LL.wav}}\nmethod: bilinear\n"))


def test_what_a_sound_file_is_not_to_blame_for():
    rooms()
    path = model("system: {fir: {file: LL.wav}}\n")
    wavfile.write("st.wav", 44100, np.zeros((9, 2), np.float32))
    refused(["model.yaml: the kernel is of 48000 Hz", "st.wav is of 44100 Hz"], "run", path,
            "st.wav", "y.wav")
    wavfile.write("st.wav", RATE, np.zeros((9, 2), np.float32))
    write("x0.csv", "1\n")
    refused(["sinew: a kernel is not discretized"], "run", path, "st.wav", "y.wav", "--method",
            "bilinear", status=2)
    refused(["sinew: a kernel starts from silence"], "run", path, "st.wav", "y.wav", "--x0",
            "x0.csv", status=2)
    late = model("system: {delayed: {delay_s: 1ms, system: {zpk: {poles: [-1]}}}}\n", "late.yaml")
    refused(["sinew: a system with delays starts from rest"], "run", late, "st.wav", "y.wav",
            "--x0", "x0.csv", status=2)
    refused(["st.wav: 2 channels"], "run", model(STEREO.replace("LL.wav,", "LL.wav, RL.wav,")
                                                 .replace("RL.wav, RR", "LL.wav, RL.wav, RR")),
            "st.wav", "y.wav")


def dft(h, rad):
    """(frequencies): sum of h[t] e^(-jwt/rate), in long double."""
    turns = np.outer(np.longdouble(rad) / RATE, np.arange(len(h), dtype=np.longdouble))
    h = np.longdouble(h)
    return np.complex128(np.cos(turns) @ h - 1j * (np.sin(turns) @ h))


def test_response():
    h = rooms()
    write("hz", "0\n1\n777.7\n24000\n31000\n")
    answer = json.loads(sinew("response", model(STEREO), "--hz", "hz", "--json").stdout)
    response = np.array(answer["response"]) @ [1, 1j]
    assert response.shape == (5, 2, 2) and len(answer["hz"]) == 5, answer
    for place, name in (((0, 0), "LL"), ((0, 1), "LR"), ((1, 0), "RL"), ((1, 1), "RR")):
        np.testing.assert_allclose(response[:, place[0], place[1]], dft(h[name], answer["rad"]),
                                   rtol=1e-13, atol=1e-15 * abs(h[name]).sum())
    assert sinew("response", model(STEREO), "--hz", "hz", "--json", "--rate", RATE).stdout == \
        sinew("response", model(STEREO), "--hz", "hz", "--json").stdout
    table = sinew("response", model(STEREO), "--hz", "hz").stdout.decode().splitlines()
    assert len(table) == 1 + 5 * 4, table


def test_responses_of_what_is_added_too():
    rooms()
    lag = "{zpk: {poles: [-300], gain: 300}}"
    alone = model("system: %s\nmethod: foh\n" % lag, "lag.yaml")
    bare = model("system: {fir: {file: LL.wav}}\n", "bare.yaml")
    both = model("system: {fir: {file: LL.wav, plus: %s}}\nmethod: foh\n" % lag, "both.yaml")
    write("hz", "10\n5000\n")

    def answer(command, path, *more):
        text = sinew(command, path, "--rate", RATE, "--json", *more).stdout
        return json.loads(text)

    for command, more in ("response", ("--hz", "hz")), ("impulse", ()), ("step", ()):
        lag, kernel, sum_ = (np.array(answer(command, path, *more)["response"])
                             for path in (alone, bare, both))
        np.testing.assert_allclose(sum_, lag + kernel, rtol=1e-14, atol=1e-16)
    h = wavfile.read("LL.wav")[1]
    impulse = answer("impulse", bare, "--frames", 3500)
    assert impulse["method"] is None and impulse["step_s"] == 1 / RATE
    np.testing.assert_array_equal(np.array(impulse["response"])[:3000, 0, 0], h)
    assert not np.array(impulse["response"])[3000:].any()
    assert json.loads(sinew("impulse", bare, "--frames", 3500, "--json").stdout) == impulse
    assert answer("impulse", both)["method"] == "foh"
    step = np.array(answer("step", bare, "--frames", 3500)["response"])[:, 0, 0]
    np.testing.assert_allclose(step[:3000], np.cumsum(np.longdouble(h)), rtol=1e-14, atol=1e-16)
    refused(["--rate"], "impulse", alone, status=2)
    refused(["--rate"], "response", alone, "--hz", "hz", status=2)


def test_options_that_say_nothing_of_a_kernel():
    rooms()
    path = model("system: {fir: {file: LL.wav}}\n")
    np.save("u.npy", noise(10, 1))
    for option in ("--prewarp-hz", 3), ("--alpha", 0.3), ("--method", "zoh"):
        refused(["not discretized"], "run", path, "u.npy", "y.npy", "--rate", RATE, *option,
                status=2)
        refused(["not discretized"], "info", path, "--rate", RATE, *option, status=2)
    plus = "system: {fir: {file: LL.wav, plus: {zpk: {poles: [-300]}}}}\n"
    alone = "system: {zpk: {poles: [-300]}}\n"
    for option in ("--prewarp-hz", 3), ("--alpha", 0.3):  # as for the system alone
        words = sinew("run", model(alone), "u.npy", "y.npy", "--rate", RATE, *option,
                      status=2).messages.splitlines()[:1]
        refused(words, "run", model(plus), "u.npy", "y.npy", "--rate", RATE, *option, status=2)
    _, kernel = run("system: {fir: {file: LL.wav}}\n", noise(10, 1), "--rate", RATE)
    options = ("--rate", RATE, "--method", "bilinear", "--prewarp-hz", 5000)
    _, beside = run(alone, noise(10, 1), *options)
    _, y = run(plus, noise(10, 1), *options)
    np.testing.assert_allclose(y, kernel + beside, atol=1e-14)


def test_what_is_added_and_unstable():
    done, _ = run("system: {fir: {taps: [1], rate_hz: 48k, plus: {zpk: {poles: [5]}}}}\n",
                  noise(9, 1), "--rate", RATE)
    assert "the system is unstable: a pole right of the axis" in done.messages, done.messages


def test_the_output_is_not_a_kernel():
    rooms()
    wavfile.write("u.wav", RATE, np.float32(noise(100, 2)))
    before = open("LL.wav", "rb").read()
    text = sinew("run", model(STEREO), "u.wav", "LL.wav", status=2).messages
    assert "LL.wav" in text, text
    assert open("LL.wav", "rb").read() == before


main(globals())
