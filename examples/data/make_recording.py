#!/usr/bin/python3
"""Mix speech-noise.wav from its sources: speech, rain 10 dB below it, a mains hum.

    make_recording.py FOLDER [speech-noise.wav]

FOLDER holds the two files that SOURCES.md names. Equal sources give equal bytes.
"""
import os
import sys
import wave

import numpy as np
import soundfile

SPEECH = "speech/kerstin_de_rhasspy-0042.flac"
NOISE = "noise/201_1-17367-A.flac"
RATE_HZ = 16000
LENGTH_S = 5.0
SPEECH_AT_S = 0.15
SNR_DB = 10.0
HUM_HZ = 50.0
HUM_DB = -30.0  # rms against full scale
PEAK_DB = -3.0  # of speech and noise together


def from_db(db):
    return 10 ** (db / 20)


def rms(x):
    return np.sqrt(np.mean(x**2))


def read(folder, name):
    samples, rate_hz = soundfile.read(os.path.join(folder, name))
    if rate_hz != RATE_HZ or samples.ndim != 1:
        sys.exit(f"{name}: {RATE_HZ} Hz mono is expected")
    return samples


def mix(folder):
    n = int(LENGTH_S * RATE_HZ)
    spoken = read(folder, SPEECH)
    speech = np.zeros(n)
    start = int(SPEECH_AT_S * RATE_HZ)
    speech[start:start + len(spoken)] = spoken[:n - start]
    noise = np.resize(read(folder, NOISE), n)
    voice = speech + noise * (rms(spoken) / rms(noise) / from_db(SNR_DB))
    voice *= from_db(PEAK_DB) / np.max(np.abs(voice))
    time_s = np.arange(n) / RATE_HZ
    return voice + from_db(HUM_DB) * np.sqrt(2) * np.sin(2 * np.pi * HUM_HZ * time_s)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    out = sys.argv[2] if len(sys.argv) == 3 else "speech-noise.wav"
    samples = np.clip(np.rint(mix(sys.argv[1]) * 32768), -32768, 32767).astype("<i2")
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())


if __name__ == "__main__":
    main()
