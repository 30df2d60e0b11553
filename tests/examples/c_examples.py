#!/usr/bin/python3
"""c_examples.py FILTER_ARRAY FILTER_FILE CONTROL_LOOP RECORDING TRACK MODEL FIXES TRUTH: the C
examples do what they say, by scipy's
word."""
import os
import re
import subprocess
import sys

import numpy as np
import scipy.signal
import soundfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import main, no_leftovers  # noqa: E402

filter_array, filter_file, control_loop, recording, track, *tracked = map(os.path.abspath,
                                                                              sys.argv[1:])


def hum_db(x, rate_hz):
    """The rms of the 50 Hz tone over a whole number of its periods, in dB of full scale."""
    n = len(x) // 320 * 320
    tone = np.exp(-2j * np.pi * 50 * np.arange(n) / rate_hz)
    return 20 * np.log10(abs(np.mean(x[:n] * tone)) * np.sqrt(2))


def run(source, target, *model):
    return subprocess.run([filter_file, source, target, *model], capture_output=True, text=True)


def test_filter_array_attenuates_as_the_filter_does():
    text = subprocess.run([filter_array], check=True, capture_output=True, text=True).stdout
    rows = re.findall(r"(\d+) Hz: +(\S+) dB in, +(\S+) dB out", text)
    sos = scipy.signal.butter(8, 1000, fs=48000, output="sos")
    assert len(rows) == 2, text
    for hz, before, after in rows:
        _, h = scipy.signal.sosfreqz(sos, [float(hz)], fs=48000)
        expected = 20 * np.log10(abs(h[0]))
        assert abs(float(before)) < 1e-3 and abs(float(after) - expected) < 1e-2, (hz, expected)


def test_the_recording_is_what_the_examples_say():
    x, rate_hz = soundfile.read(recording)
    assert rate_hz == 16000 and x.shape == (80000,), "5 s of 16 kHz mono"
    assert abs(hum_db(x, rate_hz) + 30) < 1, hum_db(x, rate_hz)


def test_the_control_loop_is_what_scipy_says():
    text = subprocess.run([control_loop], check=True, capture_output=True, text=True).stdout
    plant, law = ([0.01], [0.005, 0.06, 0.1001]), ([100, 200], [1, 0])
    num, den = np.polymul(plant[0], law[0]), np.polymul(plant[1], law[1])
    phase, at, gain = map(float, re.search(
        r"phase margin (\S+) degrees at (\S+) rad/s, gain margin (\S+)", text).groups())
    h = scipy.signal.freqs(num, den, [at])[1][0]
    assert abs(abs(h) - 1) < 1e-3 and gain == float("inf")
    assert abs(np.degrees(np.angle(-h)) - phase) < 0.02
    whole = np.polyadd(num, den)
    rows = np.array([[float(v) for v in row] for row in
                     re.findall(r"(\S+) s: +(\S+) rad/s, +(\S+) V", text)])
    speed = scipy.signal.step((num, whole), T=rows[:, 0])[1]
    volts = scipy.signal.step((np.polymul(law[0], plant[1]), whole), T=rows[:, 0])[1]
    assert len(rows) == 21 and np.allclose(rows[:, 1], speed, atol=6e-5)
    assert np.allclose(rows[:, 2], volts, atol=6e-5)


def test_filter_file_is_sosfilt_rounded():
    x, rate_hz = soundfile.read(recording)
    assert run(recording, "a b.wav").returncode == 0
    y, _ = soundfile.read("a b.wav", dtype="int16")
    sos = scipy.signal.butter(4, [300, 3400], "bandpass", fs=rate_hz, output="sos")
    worst = np.max(np.abs(y - scipy.signal.sosfilt(sos, x) * 32768))
    assert worst <= 0.5 + 1e-6, f"off by {worst} LSB"


def test_filter_file_takes_a_model():
    assert run(recording, "out.wav", "mains-hum-notch").returncode == 0
    y, rate_hz = soundfile.read("out.wav")
    assert hum_db(y[rate_hz:], rate_hz) < -60, hum_db(y[rate_hz:], rate_hz)


def test_a_missing_file_is_named_and_leaves_nothing_behind():
    missing = run("missing.wav", "c.wav")
    assert missing.returncode == 1 and "missing.wav" in missing.stderr, missing
    no_leftovers()


def textbook_track():
    """Places of the dense filter and smoother, in covariances."""
    rows = np.genfromtxt(tracked[1], delimiter=",", skip_header=1)
    noise, h = np.diag([16.0, 16]), np.array([[1.0, 0, 0, 0], [0, 0, 1, 0]])
    x, p = np.zeros(4), np.diag([1e6, 100, 1e6, 100])
    filtered, expected, moves = [], [], []
    for k, (t, *fix) in enumerate(rows):
        if k:
            dt = t - rows[k - 1, 0]
            f = np.kron(np.eye(2), [[1, dt], [0, 1]])
            x = f @ x
            p = f @ p @ f.T + 2 * np.kron(np.eye(2), [[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
            moves.append(f)
        expected.append((x, p))
        if np.all(np.isfinite(fix)):
            gain = p @ h.T @ np.linalg.inv(h @ p @ h.T + noise)
            x, p = x + gain @ (fix - h @ x), (np.eye(4) - gain @ h) @ p
        filtered.append((x, p))
    smoothed = [filtered[-1][0]]
    for k in range(len(rows) - 2, -1, -1):
        gain = filtered[k][1] @ moves[k].T @ np.linalg.inv(expected[k + 1][1])
        smoothed.insert(0, filtered[k][0] + gain @ (smoothed[0] - expected[k + 1][0]))
    return rows, np.array([h @ x for x, _ in filtered]), np.array([h @ x for x in smoothed])


def test_track_finds_the_car():
    text = subprocess.run([track, *tracked], check=True, capture_output=True, text=True).stdout
    said = [[float(v) for v in re.findall(r"([\d.]+) m", line)] for line in text.splitlines()[1:]]
    truth = np.loadtxt(tracked[2], delimiter=",", skiprows=1)[:, 1:]
    rows, live, afterwards = textbook_track()
    there = np.isfinite(rows[:, 1])
    wrong = [np.hypot(*(places - truth).T) for places in (rows[:, 1:], live, afterwards)]
    for got, w in zip(said, wrong):
        for value, which in zip(got, (there, ~there)):
            assert abs(value - np.sqrt(np.mean(w[which]**2))) < 0.006, (text, value)
    (raw,), (filtered, lost), (smoothed, bridged) = said
    assert smoothed < 0.6 * raw < filtered < raw and bridged < 0.1 * lost, text


main(globals())
