#!/usr/bin/python3
"""discretize, response, info, help: the forms of JSON and the values, against scipy."""
import json
import math
import subprocess

import numpy as np
from scipy import signal

from harness import (BANDPASS, GAIN, INTEGRATOR, LOWPASS, MATRICES, PROGRAM, SINGLE, UNSTABLE,
                     main, model, sinew, write)

ABCD = [np.array([[-3, 4, 0], [-4, -3, 1], [0, 0, -50.0]]), np.array([[1, 0], [0, 2], [3, -1.0]]),
        np.array([[1, 0.5, 0], [0, 1, -1]]), np.array([[0, 0.25], [0, 0]])]
SISO = [np.array([[-300.0, 400], [-400, -300]]), np.array([[1.0], [50]]), np.array([[7.0, 1]]),
        np.array([[0.5]])]


def strict(text):
    """json that refuses NaN and Infinity"""
    def refuse(word):
        raise ValueError(word)
    return json.loads(text, parse_constant=refuse)


def discretized(path, *args, **more):
    answer = strict(sinew("discretize", path, *args, "--json", **more).stdout)
    assert list(answer) == ["method", "step_s", "A", "B", "C", "D"], list(answer)
    return answer


def transfer(a, b, c, d, z):
    return np.array([c @ np.linalg.solve(v * np.eye(len(a)) - a, b) + d for v in z])


def test_discretize_equals_scipy_in_the_same_coordinates():
    path = model(MATRICES)
    for method in "zoh", "foh":
        got = discretized(path, "--step", "0.01", "--method", method)
        assert got["method"] == method and got["step_s"] == 0.01
        for mine, other in zip((got[k] for k in "ABCD"),
                               signal.cont2discrete(ABCD, 0.01, method)):
            np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-15)


def test_discretize_equals_scipy_by_its_response():
    path = model(MATRICES)
    z = np.exp(1j * np.linspace(0, 3, 7))
    for method, name, extra in (("bilinear", "bilinear", []), ("euler", "euler", []),
                                ("backward", "backward_diff", []),
                                ("gbt", "gbt", ["--alpha", "0.3"])):
        got = discretized(path, "--rate", "100", "--method", method, *extra)
        other = signal.cont2discrete(ABCD, 0.01, name, alpha=0.3 if extra else None)
        np.testing.assert_allclose(transfer(*(np.array(got[k]) for k in "ABCD"), z),
                                   transfer(*other[:4], z), rtol=1e-11, atol=1e-15)


def test_impulse_has_the_full_weight_at_zero():
    got = [np.array(v) for v in list(discretized(
        model(SINGLE.replace("0.5", "0")), "--rate", "8k", "--method", "impulse").values())[2:]]
    t = np.arange(50) / 8000
    a, b, c = SISO[:3]
    truth = [(c @ (np.exp(-300 * s) * np.array([[math.cos(400 * s), math.sin(400 * s)],
                                                 [-math.sin(400 * s), math.cos(400 * s)]])) @ b
              ).item() / 8000 for s in t]
    x, mine = got[1], [got[3].item()]
    for _ in t[1:]:
        mine.append((got[2] @ x).item())
        x = got[0] @ x
    np.testing.assert_allclose(mine, truth, rtol=1e-11, atol=1e-15)


def test_prewarp_is_the_tangent_rule():
    w, rate = 2 * math.pi * 40, 400
    got = discretized(model(MATRICES), "--rate", rate, "--method=bilinear", "--prewarp-hz", "40")
    other = signal.cont2discrete(ABCD, 2 * math.tan(w / rate / 2) / w, "bilinear")
    z = np.exp(1j * np.linspace(0, 3, 7))
    np.testing.assert_allclose(transfer(*(np.array(got[k]) for k in "ABCD"), z),
                               transfer(*other[:4], z), rtol=1e-11)


def test_order_0_prints_no_rows():
    got = discretized(model(GAIN), "--rate", "48k")
    assert got["A"] == [] and got["B"] == [] and got["C"] in ([], [[]])
    assert got["D"] == [[2, 3]] and got["method"] == "zoh"


def test_numbers_have_17_digits():
    text = sinew("discretize", model(SINGLE), "--rate", "44.1k", "--json").stdout.decode()
    assert strict(text)["step_s"] == 1 / 44100 and "%.17g" % (1 / 44100) in text


def test_integrator_is_fine_and_unstable_is_warned_of():
    done = sinew("discretize", model(INTEGRATOR), "--step", "1", "--json")
    assert done.messages == "" and strict(done.stdout)["A"] == [[1]]
    done = sinew("discretize", model(UNSTABLE), "--step", "0.5", "--json")
    assert "sinew: warning: " in done.messages and "unstable" in done.messages
    np.testing.assert_allclose(strict(done.stdout)["A"], [[math.exp(1.5)]], rtol=1e-15)
    done = sinew("discretize", model(SINGLE), "--step", "1", "--method", "euler", "--json")
    assert "warning" in done.messages
    assert sinew("discretize", model(SINGLE), "--rate", "48k", "--json").messages == ""


def test_rates_are_read_whole():
    path = model(SINGLE)
    for text in "48000", "48k", "48e3", "48kHz":
        assert discretized(path, "--rate", text)["step_s"] == 1 / 48000
        assert discretized(path, "--rate=" + text)["step_s"] == 1 / 48000
    for text in "48x", "48 000", "0", "-1", "nan", "inf", "0x10", "", "1e400", "48,0":
        sinew("discretize", path, "--rate=" + text, status=2)


def test_tables_are_for_people():
    text = sinew("discretize", model(MATRICES), "--rate", "100").stdout.decode()
    assert "A (3, 3)" in text and "zoh" in text
    write("f", "10\n100\n")
    text = sinew("response", model(SINGLE), "--continuous", "--hz", "f").stdout.decode()
    assert len(text.splitlines()) == 3 and "dB" in text


def test_continuous_response_equals_freqs():
    rad = [0, 1, 10.5, 300, 5e3]
    write("f", "# rad/s\n\n" + "\n".join(map(repr, rad)) + "   # last\r\n")
    got = strict(sinew("response", model(MATRICES), "--continuous", "--rad", "f", "--json").stdout)
    assert got["rad"] == rad and "hz" not in got
    h = np.array(got["response"])
    assert h.shape == (5, 2, 2, 2)
    np.testing.assert_allclose(h[..., 0] + 1j * h[..., 1],
                               transfer(*ABCD, 1j * np.array(rad)), rtol=1e-12)


def test_discrete_response_equals_sosfreqz_and_hz_is_converted():
    hz = np.array([20, 300, 1000, 3400, 9000.0])
    text = "\n".join(map(str, hz)).encode()
    got = strict(sinew("response", model(BANDPASS), "--rate", "48k", "--method", "bilinear",
                       "--hz", "-", "--json", stdin=text).stdout)
    sos = signal.butter(4, [300, 3400], "bandpass", fs=48000, output="sos")
    h = np.array(got["response"])[:, 0, 0]
    np.testing.assert_allclose(h[:, 0] + 1j * h[:, 1],
                               signal.sosfreqz(sos, hz, fs=48000)[1], rtol=1e-9)
    np.testing.assert_allclose(got["rad"], 2 * math.pi * hz, rtol=1e-15)
    assert got["hz"] == list(hz)


def test_frequency_files_name_the_place():
    write("f", "1\n\n  2x\n")
    done = sinew("response", model(SINGLE), "--continuous", "--rad", "f", "--json", status=1)
    assert done.messages.startswith("sinew: f:3:3: ") and done.stdout == b""
    for text in "", "# none\n", "nan\n", "1 2\n", "1" * 70, "1\n2\x003\n":
        write("f", text)
        sinew("response", model(SINGLE), "--continuous", "--rad", "f", status=1)
    sinew("response", model(SINGLE), "--continuous", "--rad", "missing", status=1)
    write("f", "0\n")
    assert sinew("response", model(INTEGRATOR), "--continuous", "--rad", "f", "--json",
                 status=1).stdout == b""


def test_info_says_what_the_model_is():
    path = model("name: n\nabout: Why.\nunits: {input: V, output: m}\n" + LOWPASS)
    got = strict(sinew("info", path, "--rate", "48k", "--rate", "1e5", "--method", "bilinear",
                       "--json").stdout)
    assert (got["name"], got["about"], got["units"]) == ("n", "Why.", {"input": "V", "output": "m"})
    assert (got["order"], got["inputs"], got["outputs"]) == (8, 1, 1)
    assert got["stability"] == "stable" and got["zeros"] == []
    mine = sorted((p["re"], p["im"]) for p in got["poles"])
    truth = sorted((p.real, p.imag) for p in signal.butter(8, 2000 * math.pi, analog=True,
                                                           output="zpk")[1])
    np.testing.assert_allclose(np.array(mine)[:, 0], np.array(truth)[:, 0], rtol=1e-10)
    for p in got["poles"]:
        assert abs(p["hz"] - 1000) < 1e-6 and 0 < p["damping"] < 1
    radius = max(abs(signal.butter(8, 1000, fs=48000, output="zpk")[1]))
    at = got["rates"][0]
    assert abs(at["radius"] - radius) < 1e-12 and at["method"] == "bilinear"
    assert at["engine"] in ("scan", "block", "convolve") and at["costs_ns"]["scan"] > 0 and at["settle_s"] > 0
    text = sinew("info", path, "--rate", "48k", "--method", "bilinear").stdout.decode()
    assert "stable" in text and "radius" in text
    got = strict(sinew("info", model(INTEGRATOR), "--rate", "1", "--json").stdout)
    assert got["stability"] == "marginal" and got["rates"][0]["settle_s"] is None
    for z in strict(sinew("info", model(MATRICES), "--json").stdout)["zeros"]:
        a, b, c, d = ABCD
        pencil = np.block([[a - complex(z["re"], z["im"]) * np.eye(3), b], [c, d]])
        assert np.linalg.svd(pencil)[1][-1] < 1e-12, z


def test_help_and_version():
    assert sinew("--version").stdout.startswith(b"sinew ")
    assert b"discretize" in sinew("--help").stdout and sinew("help").stdout == sinew("-h").stdout
    for name in "run", "discretize", "response", "info":
        text = sinew(name, "--help").stdout
        assert text == sinew("help", name).stdout == sinew(name, "x", "--rate", "-h").stdout
        assert text.startswith(b"usage: sinew " + name.encode())


def test_misuse_of_a_command_line():
    path = model(SINGLE)
    write("f", "1\n")
    for line in ("", "disctretize", "--vresion", "discretize", f"discretize {path}",
                 f"discretize {path} --rate 1 --step 1", f"discretize {path} {path} --rate 1",
                 f"discretize {path} --rate", f"discretize {path} --rate --json",
                 f"discretize {path} --rate 1 --rate 2", f"discretize {path} --rate 1 --json=yes",
                 f"discretize {path} --rate 1 --method fhx", f"discretize {path} -r 1",
                 f"discretize {path} --rate 1 --method gbt", f"discretize {path} --rate 1 --frob",
                 f"discretize {path} --rate 1 --method zoh --prewarp-hz 0.1",
                 f"discretize {path} --rate 1 --method gbt --alpha 1.5",
                 f"discretize {path} --rate 10 --method bilinear --prewarp-hz 6",
                 f"response {path} --continuous", f"response {path} --rad f",
                 f"response {path} --continuous --rate 1 --rad f",
                 f"response {path} --rate 1 --rad f --hz f", f"info {path} --method zoh"):
        assert sinew(*line.split(), status=2).stdout == b""
    assert "--method" in sinew("discretize", path, "--mehtod", "zoh", status=2).messages
    assert "foh" in sinew("discretize", path, "--rate", 1, "--method", "fohh", status=2).messages
    assert "discretize" in sinew("discretise", path, status=2).messages


def test_bad_models_are_failures_that_name_the_place():
    for text in ("system: {ss: {A: [[.nan]], B: [[1]], C: [[1]], D: [[0]]}}\n",
                 "system: {ss: {A: [[1, 2], [3]], B: [[1], [1]], C: [[1, 1]], D: [[0]]}}\n",
                 "system: {ss: {A: [[1, 2]], B: [[1]], C: [[1]], D: [[0]]}}\n",
                 "system: {sss: {}}\n", "nmae: x\n" + SINGLE, "", "[", "\x00", "system: 3\n"):
        done = sinew("discretize", model(text), "--rate", "1", "--json", status=1)
        assert "model.yaml" in done.messages and done.stdout == b"", done.messages
    assert "model.yaml:1:1" in sinew("discretize", model("nmae: x\n" + SINGLE), "--rate", "1",
                                     status=1).messages
    sinew("discretize", "./missing.yaml", "--rate", "1", status=1)
    sinew("discretize", "no-such-model", "--rate", "1", status=1)


def test_full_disk_and_closed_reader_are_failures():
    with open("/dev/full", "w") as full:
        done = subprocess.run([PROGRAM, "discretize", model(SINGLE), "--rate", "1"], stdout=full,
                              stderr=subprocess.PIPE)
    assert done.returncode == 1 and b"sinew: standard output: " in done.stderr
    write("f", "1\n" * 200000)
    done = subprocess.run(
        ["bash", "-c", f"{PROGRAM} response ./model.yaml --continuous --rad f | head -1 "
         ">/dev/null; exit ${PIPESTATUS[0]}"], stderr=subprocess.PIPE)
    assert done.returncode == 1 and b"sinew: standard output: " in done.stderr



def test_frequencies_from_what_never_ends():
    """Neither a device without lines nor a line without an end is read into all memory."""
    path = model(SINGLE)
    done = sinew("response", path, "--continuous", "--rad", "/dev/zero", status=1)
    assert "/dev/zero:1:1: a NUL byte" in done.messages, done.messages
    done = sinew("response", path, "--continuous", "--rad", "-", stdin=b"1" * 3000000, status=1)
    assert "-:1:1048577: a line without an end" in done.messages, done.messages
    done = sinew("response", path, "--continuous", "--rad", "-", "--json", stdin=b"1\n\n 2 # x\r\n3")
    assert json.loads(done.stdout)["rad"] == [1, 2, 3]


def test_numbers_at_the_edge():
    """An answer or a reason, and nothing that the sanitizers would tell of."""
    for text, answered in (
            ("{sos: [[5e-324, -1e-320, 1.894981516095251, -1e308, 0.9514118420229077, -0.0]]}", True),
            ("{zpk: {zeros: [-2], poles: [[4503599627370497, 2], 0.1, [4503599627370497, -2]], "
             "gain: 0.1}}", False)):
        sinew("discretize", model(f"system: {text}\n"), "--rate", "1e6", status=not answered)
    growing = model("system: {zpk: {poles: [1e3]}}\n")
    done = sinew("step", growing, "--rate", "1", "--continuous", "--frames", "3", status=1)
    assert "matrices are not finite" in done.messages, done.messages
    done = sinew("impulse", growing, "--rate", "2", "--frames", "9", status=1)
    assert "grows beyond all numbers" in done.messages, done.messages


def test_a_step_that_forgets_everything():
    """Its zeros would take minutes: of what is 0 in doubles, bits enough tell nothing."""
    path = model("system: {pade: {delay_s: 1, order: 30}}\n")
    done = subprocess.run([PROGRAM, "discretize", path, "--step", "1e12", "--json"], timeout=20,
                          capture_output=True, check=True)
    got = json.loads(done.stdout)
    C, B = np.array(got["C"]), np.array(got["B"])
    assert not np.any(got["A"]) and abs(got["D"][0][0] + (C @ B)[0, 0] - 1) < 1e-12, got


def test_a_failure_names_the_model():
    """Whatever is asked of it, and of several rates the one at which it fails."""
    integrator = model(INTEGRATOR, "integrator.yaml")
    loop = model("system: {comb: {teeth: notch, hz: 50, q: 30}}\n", "comb.yaml")
    growing = model("system: {delayed: {delays_s: [10ms], system: {ss: {A: [[1]], B: [[1, 1]], "
                    "C: [[1], [1]]}}}}\n", "growing.yaml")
    write("rad", "0\n")
    np.save("x.npy", np.zeros((10, 1)))
    for line, words in (
            (["response", integrator, "--continuous", "--rad", "rad"], "0 rad/s is a pole"),
            (["response", integrator, "--rate", "9", "--rad", "rad"], "0 rad/s is a pole"),
            (["discretize", loop, "--rate", "9"], "a delay in a loop is"),
            (["info", loop, "--rate", "1k", "--rate", "9"], "at 9 Hz: a delay in a loop is"),
            (["run", loop, "x.npy", "y.npy", "--rate", "9"], "a delay in a loop is"),
            (["step", loop, "--rate", "9"], "1:16: system.comb: an exact delay")):
        done = sinew(*line, status=1)
        assert done.messages.startswith(f"sinew: {line[1]}:") and words in done.messages, done.messages
    for line in ["discretize", growing], ["run", growing, "x.npy", "y.npy"]:
        done = sinew(*line, "--rate", "1k")
        assert done.messages.startswith(f"sinew: warning: {growing}: the filter is unstable") or \
            done.messages.startswith(f"sinew: warning: {growing}: zoh at a step"), done.messages


main(globals())
