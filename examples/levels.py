#!/usr/bin/python3
"""The level of WAV files (16 bits) in three bands, side by side: what a filter did.

    examples/levels.py before.wav after.wav
"""
import sys
import wave

import numpy as np

BANDS_HZ = [(20, 200), (300, 3400), (4500, 8000)]


def read(path):
    with wave.open(path) as file:
        if file.getsampwidth() != 2:
            sys.exit(f"{path}: not 16 bits")
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
        return samples.reshape(-1, file.getnchannels())[:, 0], file.getframerate()


def level_db(samples, rate_hz, band_hz):
    """Of the part of a signal within a band, by Parseval."""
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / rate_hz)
    within = spectrum[(hz >= band_hz[0]) & (hz < band_hz[1])]
    return 10 * np.log10(max(2 * np.sum(within), 1e-20) / len(samples) ** 2)


def main(paths):
    print(" " * 16, *(f"{path.split('/')[-1]:>20}" for path in paths))
    signals = [read(path) for path in paths]
    for band in BANDS_HZ:
        print(f"{band[0]:>5} to {band[1]:<4} Hz", *(f"{level_db(*s, band):17.1f} dB" for s in signals))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
