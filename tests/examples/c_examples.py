#!/usr/bin/python3
"""c_examples.py FILTER_ARRAY FILTER_FILE RECORDING: the C examples do what they say, by scipy's
word. Speaks TAP."""
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import scipy.signal
import soundfile

filter_array, filter_file, recording = sys.argv[1:]
count = 0


def check(good, what):
    global count
    count += 1
    print(f"{'ok' if good else 'not ok'} {count} - {what}")


def array():
    text = subprocess.run([filter_array], check=True, capture_output=True, text=True).stdout
    rows = re.findall(r"(\d+) Hz: +(\S+) dB in, +(\S+) dB out", text)
    sos = scipy.signal.butter(8, 1000, fs=48000, output="sos")
    for hz, before, after in rows:
        _, h = scipy.signal.sosfreqz(sos, [float(hz)], fs=48000)
        expected = 20 * np.log10(abs(h[0]))
        check(abs(float(before)) < 1e-3 and abs(float(after) - expected) < 1e-2,
              f"filter_array at {hz} Hz: {after} dB, {expected:.3f} expected")
    check(len(rows) == 2, "filter_array prints two tones")


def hum_db(x, rate_hz):
    """The rms of the 50 Hz tone over a whole number of its periods, in dB of full scale."""
    n = len(x) // 320 * 320
    tone = np.exp(-2j * np.pi * 50 * np.arange(n) / rate_hz)
    return 20 * np.log10(abs(np.mean(x[:n] * tone)) * np.sqrt(2))


def run(source, target, *model):
    return subprocess.run([filter_file, source, target, *model], capture_output=True, text=True)


def file(folder):
    x, rate_hz = soundfile.read(recording)
    check(rate_hz == 16000 and x.shape == (80000,), "the recording is 5 s of 16 kHz mono")
    check(abs(hum_db(x, rate_hz) + 30) < 1, f"its hum: {hum_db(x, rate_hz):.2f} dB")

    out = os.path.join(folder, "a b.wav")
    check(run(recording, out).returncode == 0, "filter_file runs")
    y, _ = soundfile.read(out, dtype="int16")
    sos = scipy.signal.butter(4, [300, 3400], "bandpass", fs=rate_hz, output="sos")
    expected = scipy.signal.sosfilt(sos, x) * 32768
    worst = np.max(np.abs(y - expected))
    check(worst <= 0.5 + 1e-6, f"filter_file is sosfilt, rounded: off by {worst:.9f} LSB")

    check(run(recording, out, "mains-hum-notch").returncode == 0, "filter_file takes a model")
    y, _ = soundfile.read(out)
    check(hum_db(y[rate_hz:], rate_hz) < -60, f"the notch leaves {hum_db(y[rate_hz:], rate_hz):.1f} dB")

    missing = run(os.path.join(folder, "missing.wav"), os.path.join(folder, "c.wav"))
    check(missing.returncode == 1 and "missing.wav" in missing.stderr, "a missing file is named")
    check(os.listdir(folder) == ["a b.wav"], "and leaves nothing behind")


array()
with tempfile.TemporaryDirectory() as folder_name:
    file(folder_name)
print(f"1..{count}")
