#!/usr/bin/python3
"""Draw the second picture of the README: A weighting at 44.1 kHz by two methods beside the analogue
curve, and the bass of a room (tests/vectors/room.py) as `sinew fit era` finds it.

    examples/curves.py build/cli/sinew examples/curves.png     (needs python3-matplotlib)
"""
import json
import os
import subprocess
import sys
import tempfile

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))


def response(sinew, model, hz, *how):
    """H at the frequencies, complex."""
    text = subprocess.run([sinew, "response", model, "--hz", "-", "--json", *how], check=True, text=True,
                          input="\n".join(map(repr, map(float, hz))), stdout=subprocess.PIPE).stdout
    return np.array([complex(*h[0][0]) for h in json.loads(text)["response"]])


def db(h):
    return 20 * np.log10(np.abs(h))


def draw_weighting(axis, sinew):
    hz = np.geomspace(20, 21500, 300)
    axis.semilogx(hz, db(response(sinew, "a-weighting", hz, "--continuous")), "k", lw=4, alpha=0.25,
                  label="analogue")
    for method, color in (("bilinear", "C3"), ("decramped", "C0")):
        axis.semilogx(hz, db(response(sinew, "a-weighting", hz, "--rate", "44100", "--method", method)),
                      color, label=method)
    axis.set(title="sinew response a-weighting --rate 44100", xlabel="frequency, Hz", ylabel="dB",
             ylim=(-52, 6))
    axis.legend()


def draw_room(axis, sinew):
    with tempfile.TemporaryDirectory() as folder:
        ir, model = os.path.join(folder, "ir.npy"), os.path.join(folder, "room.yaml")
        subprocess.run([os.path.join(HERE, "..", "tests", "vectors", "room.py"), "500", ir], check=True)
        report = json.loads(subprocess.run([sinew, "fit", "era", ir, model, "--rate", "500", "--tolerance-db",
                                            "-40", "--max-order", "1000", "--json"], check=True, text=True,
                                           stdout=subprocess.PIPE).stdout)
        h = np.load(ir).ravel()
        hz = np.linspace(20, 240, 600)
        measured = np.exp(-2j * np.pi * np.outer(hz, np.arange(len(h))) / 500) @ h
        fitted = response(sinew, model, hz, "--rate", "500")
    axis.plot(hz, db(measured), "k", lw=3, alpha=0.25, label="%d samples of its response" % len(h))
    axis.plot(hz, db(fitted), "C0", lw=1, label="%d states" % report["states"])
    axis.set(title="sinew fit era room.npy room.yaml", xlabel="frequency, Hz")
    axis.legend()


def main(sinew, target):
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    draw_weighting(axes[0], sinew)
    draw_room(axes[1], sinew)
    for axis in axes:
        axis.title.set(family="monospace", fontsize=10)
        axis.grid(alpha=0.3)
    figure.savefig(target, dpi=100)
    Image.open(target).convert("RGB").quantize(64).save(target, optimize=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
