#!/usr/bin/python3
"""The impulse response of a shoebox room by the image method (Allen, Berkley 1979, JASA 65:943).

    room.py                      writes room.h beside itself: one second at 500 Hz, for tests/unit
    room.py RATE FILE.wav|.npy|.csv|.f64   one second of it at another rate, to try sinew fit on

5 x 4 x 3 m, walls that reflect alike at all frequencies, source and microphone off all axes of
symmetry. Each image is a band-limited impulse (a sinc of 32 samples under a Hann window, Peterson
1986); below 20 Hz, where the method has no sense, a high-pass of second order takes away what it
gives, as in the paper. The reflection is such that the response falls by 60 dB a second (fitted to
Schroeder's curve from -5 to -25 dB at 2 kHz)."""
import os
import sys

import numpy as np
from scipy import signal
from scipy.io import wavfile

SIZE, SOURCE, MICROPHONE, SPEED = (5.0, 4.0, 3.0), (1.2, 1.1, 1.4), (3.7, 2.6, 1.6), 343.0
HALF = 16


def images(axis, reach):
    """Distances along an axis and how many walls were met, of all images within reach."""
    length, at, to = SIZE[axis], SOURCE[axis], MICROPHONE[axis]
    n = np.arange(-int(reach / (2 * length)) - 1, int(reach / (2 * length)) + 2)
    return (np.concatenate([at + 2 * n * length - to, -at + 2 * n * length - to]),
            np.concatenate([2 * abs(n), abs(n - 1) + abs(n)]))


def room(rate, seconds, reflection):
    n = round(rate * seconds)
    h = np.zeros(n)
    (x, ex), (y, ey), (z, ez) = (images(axis, seconds * SPEED) for axis in range(3))
    for dx, walls in zip(x, ex):
        d = np.sqrt(dx ** 2 + y[:, None] ** 2 + z ** 2).ravel()
        gain = (reflection ** (walls + ey[:, None] + ez)).ravel() / (4 * np.pi * d)
        t = d / SPEED * rate
        near = t < n + HALF
        t, gain = t[near], gain[near]
        first = np.floor(t).astype(int)
        for j in range(1 - HALF, HALF + 1):
            off = t - (first + j)
            weight = gain * np.sinc(off) * (0.5 + 0.5 * np.cos(np.pi * off / HALF))
            inside = (first + j >= 0) & (first + j < n)
            h += np.bincount((first + j)[inside], weight[inside], n)
    return signal.sosfilt(signal.butter(2, 20, "high", fs=rate, output="sos"), h)


def decay_s(h, rate):
    """RT60 from Schroeder's backward integral."""
    level = 10 * np.log10(np.cumsum(h[::-1] ** 2)[::-1] / np.sum(h ** 2))
    part = (level < -5) & (level > -25)
    return -60 / np.polyfit(np.flatnonzero(part) / rate, level[part], 1)[0]


def reflection_of(rt60_s):
    low, high = 0.5, 0.99
    for _ in range(30):
        middle = (low + high) / 2
        low, high = ((low, middle) if decay_s(room(2000, 1.5, middle), 2000) > rt60_s else
                     (middle, high))
    return low


REFLECTION = 0.9348920775484295  # what --reflection prints


def main():
    if len(sys.argv) == 2 and sys.argv[1] == "--reflection":
        print(repr(reflection_of(1.0)))
        return
    rate = float(sys.argv[1]) if len(sys.argv) > 1 else 500
    h = room(rate, 1, REFLECTION)
    if len(sys.argv) > 1:
        path = sys.argv[2]
        if path.endswith(".wav"):
            wavfile.write(path, round(rate), h)  # of doubles: a float's rounding is -150 dB
        elif path.endswith(".npy"):
            np.save(path, h[:, None])
        elif path.endswith(".csv"):
            np.savetxt(path, h, "%.17g")
        else:
            h.astype("<f8").tofile(path)
        return
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "room.h"), "w") as out:
        out.write("/* Written by tests/vectors/room.py: a room of RT60 1 s, one second at 500 Hz. */\n"
                  "static const double room_500[] = {\n")
        out.writelines("    %s,\n" % ", ".join("%.17g" % v for v in h[i:i + 4])
                       for i in range(0, len(h), 4))
        out.write("};\n")


main()
