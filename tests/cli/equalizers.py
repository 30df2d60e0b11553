#!/usr/bin/python3
"""eq, weighting, gammatone, and the method decramped: against scipy and the formulas."""
import json
import math

import numpy as np
from scipy import signal

from harness import LOWPASS, main, model, sinew, write


def discretized(text, *args):
    return json.loads(sinew("discretize", model(text), *args, "--json").stdout)


def coefficients(answer):
    """numerator and denominator of a system of one input and output"""
    a, b, c, d = (np.array(answer[k]) for k in "ABCD")
    den = np.poly(a)
    return np.poly(a - b @ c) + (d.item() - 1) * den, den


def response(text, hz, *args):
    done = sinew("response", model(text), *args, "--hz", "-", "--json",
                 stdin="\n".join(map(repr, hz)).encode())
    h = np.array(json.loads(done.stdout)["response"])
    return h[..., 0] + 1j * h[..., 1]


def decibels(h):
    return 20 * np.log10(np.abs(h[:, 0, 0]))


def refused(text, words, place):
    messages = sinew("discretize", model(text), "--rate", "48k", status=1).messages
    assert words in messages and "model.yaml:" + place in messages, messages


def test_an_eq_is_the_cookbooks_where_no_method_is_said():
    answer = discretized("system: {eq: {type: peaking, hz: 1k, q: 0.7, gain_db: 3dB}}\n",
                         "--rate", "48k")
    assert answer["method"] == "bilinear" and answer["step_s"] == 1 / 48000
    gain, w = 10 ** (3 / 40), 2 * math.pi * 1000 / 48000
    alpha = math.sin(w) / 1.4
    num, den = coefficients(answer)
    a0 = 1 + alpha / gain
    np.testing.assert_allclose(
        num, np.array([1 + alpha * gain, -2 * math.cos(w), 1 - alpha * gain]) / a0, rtol=1e-13)
    np.testing.assert_allclose(den, np.array([a0, -2 * math.cos(w), 1 - alpha / gain]) / a0,
                               rtol=1e-13)


def test_notch_and_resonator_are_scipys():
    for kind, other in (("notch", signal.iirnotch), ("bandpass", signal.iirpeak)):
        for hz, q in (50, 30), (1000, 2), (9000, 0.8), (20000, 5):
            text = f"system: {{eq: {{type: {kind}, hz: {hz}, bandwidth_hz: {hz / q!r}}}}}\n"
            num, den = coefficients(discretized(text, "--rate", "48k"))
            b, a = other(hz, q, fs=48000)
            np.testing.assert_allclose(num, b, rtol=0, atol=1e-12)
            np.testing.assert_allclose(den, a, rtol=0, atol=1e-12)


def test_every_type_is_read():
    for text in ("lowpass, hz: 100, q: 1", "highpass, hz: 100, q: 1", "bandpass, hz: 100, q: 1",
                 "bandpass_skirt, hz: 100, bandwidth_octaves: 1", "allpass, hz: 100, q: 1",
                 "notch, hz: 100, bandwidth_octaves: 0.5", "allpass_1, hz: 100",
                 "peaking, hz: 100, bandwidth_hz: 20, gain_db: -3",
                 "low_shelf, hz: 100, slope: 1, gain_db: 6",
                 "high_shelf, hz: 100, q: 0.7, gain_db: 6"):
        text = "system: {eq: {type: " + text + "}}\n"
        hz = [10.0, 80.0, 100.0, 170.0]
        np.testing.assert_allclose(
            np.abs(response(text, hz, "--rate", "48k", "--method", "decramped")),
            np.abs(response(text, hz, "--continuous")), rtol=1e-3, atol=1e-6)


def test_decramped_follows_the_analogue_curve():
    hz = list(np.linspace(10, 19800, 200))
    for text in ("system: {eq: {type: peaking, hz: 16k, q: 1, gain_db: 12}}\n",
                 "system: {eq: {type: lowpass, hz: 18k, q: 0.7}}\n",
                 "system: {tf: {num: [1], den: [1.0e-5, 1]}}\n",
                 "system: {ss: {A: [[-90000, 100000], [-100000, -90000]], B: [[1], [0]], "
                 "C: [[5000, 90000]], D: [[1]]}}\n", LOWPASS):
        off = (decibels(response(text, hz, "--rate", "44.1k", "--method", "decramped"))
               - decibels(response(text, hz, "--continuous")))
        seen = decibels(response(text, hz, "--continuous")) > -60
        assert np.max(np.abs(off[seen])) < 0.1, (text, np.max(np.abs(off)))
    assert discretized(LOWPASS + "method: decramped\n", "--rate", "8k")["method"] == "decramped"


def test_decramped_says_what_it_cannot():
    path = model("system: {gammatone: {low_hz: 100, high_hz: 200, channels: 2}}\n")
    assert "here are 1 and 2" in sinew("discretize", path, "--rate", "48k", "--method", "decramped",
                                status=1).messages
    assert "--prewarp-hz" in sinew("discretize", path, "--rate", "48k", "--method", "decramped",
                                   "--prewarp-hz", "10", status=2).messages


def test_weightings_choose_their_method():
    hz = [10.0, 31.5, 100.0, 1000.0, 8000.0, 12500.0, 16000.0, 20000.0]
    for name in "A", "B", "C", "468":
        text = f"system: {{weighting: {name}}}\n"
        truth = decibels(response(text, hz, "--continuous"))
        for rate in "44.1k", "48k", "96k":
            assert discretized(text, "--rate", rate)["method"] == "decramped"
            assert np.max(np.abs(decibels(response(text, hz, "--rate", rate)) - truth)) < 0.1
        assert discretized(text, "--rate", "48k", "--method", "zoh")["method"] == "zoh"
        assert discretized(text + "method: bilinear\n", "--rate", "48k")["method"] == "bilinear"
    np.testing.assert_allclose(decibels(response("system: {weighting: A}\n", [1000.0, 100.0],
                                                 "--continuous")), [0, -19.1], atol=0.05)


def test_k_weighting_is_the_recommendations_at_48_khz():
    answer = discretized("system: {weighting: K}\n", "--rate", "48k")
    assert answer["method"] == "bilinear"
    num, den = coefficients(answer)
    np.testing.assert_allclose(num, np.convolve([1.53512485958697, -2.69169618940638,
                                                 1.19839281085285], [1, -2, 1]), atol=3e-14)
    np.testing.assert_allclose(den, np.convolve([1, -1.69065929318241, 0.73248077421585],
                                                [1, -1.99004745483398, 0.99007225036621]),
                               atol=3e-14)


def test_gammatone_is_scipys():
    """scipy's FIR is the formula sampled, for an ERB rounded otherwise (hz / 9.26449 + 24.7); its
    gain is 1 for one of the two halves of the cosine."""
    write("impulse.csv", "1\n" + "0\n" * 799)
    for hz in 440, 4000:
        path = model(f"system: {{gammatone: {{hz: {hz}, bandwidth_hz: "
                     f"{1.019 * (hz / 9.26449 + 24.7)!r}}}}}\n")
        sinew("run", path, "impulse.csv", "out.csv", "--rate", "16k")
        got, other = np.loadtxt("out.csv"), signal.gammatone(hz, "fir", numtaps=800, fs=16000)[0]
        ratio = got @ other / (other @ other)
        assert abs(ratio - 1) < 1e-3
        np.testing.assert_allclose(got, ratio * other, rtol=0, atol=1e-12 * np.max(np.abs(other)))


def test_a_bank_has_an_output_a_filter():
    write("noise.csv", "\n".join(map(repr, np.random.default_rng(1).normal(size=500))) + "\n")
    bank = model("system: {gammatone: {low_hz: 100, high_hz: 4k, channels: 5}}\n")
    sinew("run", bank, "noise.csv", "bank.csv", "--rate", "16k")
    got = np.loadtxt("bank.csv", delimiter=",")
    assert got.shape == (500, 5)
    low, high = (21.4 * math.log10(1 + 0.00437 * f) for f in (100, 4000))
    for k in range(5):
        hz = (10 ** ((low + (high - low) * k / 4) / 21.4) - 1) / 0.00437
        one = model(f"system: {{gammatone: {{hz: {hz!r}}}}}\n")
        sinew("run", one, "noise.csv", "one.csv", "--rate", "16k")
        np.testing.assert_allclose(got[:, k], np.loadtxt("one.csv"), rtol=0,
                                   atol=1e-12 * np.max(np.abs(got[:, k])))


def test_what_is_none_is_refused_with_its_place():
    eq = "system: {eq: {%s}}\n"
    refused(eq % "type: peking, hz: 100, q: 1", "did you mean 'peaking'", "1:21")
    refused(eq % "hz: 100, q: 1", "type", "1:")
    refused(eq % "type: notch, hz: 0, q: 1", "0", "1:32")
    refused(eq % "type: notch, hz: 100, q: 1, slope: 1", "slope", "1:")
    refused(eq % "type: notch, hz: 100, slope: 1", "a notch has no slope", "1:")
    refused(eq % "type: notch, hz: 100", "takes one width", "1:")
    refused(eq % "type: lowpass, hz: 100, q: 1, gain_db: 3", "a lowpass has no gain_db", "1:")
    refused(eq % "type: low_shelf, hz: 100, slope: 9, gain_db: 20", "too steep", "1:")
    refused("system: {weighting: Z}\n", "A, B, C, K or 468", "1:21")
    gammatone = "system: {gammatone: {%s}}\n"
    refused(gammatone % "hz: 100, low_hz: 10", "low_hz", "1:")
    refused(gammatone % "order: 4", "hz", "1:")
    refused(gammatone % "low_hz: 10, high_hz: 20", "a bank has low_hz, high_hz and channels", "1:")
    refused(gammatone % "hz: 10, high_hz: 20", "are for a bank", "1:")
    refused(gammatone % "low_hz: 20, high_hz: 10, channels: 2", "must not be above high_hz", "1:")
    refused(gammatone % "low_hz: 2, high_hz: 10, channels: 2, order: 3", "for one filter", "1:")
    assert "below half the rate" in sinew(
        "discretize", model(eq % "type: notch, hz: 30k, q: 1"), "--rate", "48k",
        status=2).messages


main(globals())
