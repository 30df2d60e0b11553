#!/usr/bin/python3
"""Draw the picture of the README: what speech-bandpass does to the shipped recording.

    examples/picture.py build/cli/sinew examples/before-after.png     (needs python3-matplotlib)
"""
import os
import subprocess
import sys
import tempfile

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import soundfile
from PIL import Image


def main(sinew, target):
    here = os.path.dirname(os.path.abspath(__file__))
    recording = os.path.join(here, "data", "speech-noise.wav")
    with tempfile.TemporaryDirectory() as folder:
        filtered = os.path.join(folder, "filtered.wav")
        subprocess.run([sinew, "run", "speech-bandpass", recording, filtered], check=True)
        before, rate = soundfile.read(recording)
        after, _ = soundfile.read(filtered)
    figure, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True, layout="constrained")
    for axis, samples, title in zip(axes, (before, after),
                                    ("speech-noise.wav", "sinew run speech-bandpass")):
        _, _, _, image = axis.specgram(samples + 1e-9 * np.random.default_rng(0).standard_normal(len(samples)),
                                       NFFT=512, Fs=rate, noverlap=384, vmin=-120, vmax=-40,
                                       cmap="magma")
        axis.set_title(title, family="monospace", fontsize=10)
        axis.set_xlabel("time, s")
        axis.axhline(300, color="w", lw=0.5, ls=":")
        axis.axhline(3400, color="w", lw=0.5, ls=":")
    axes[0].set_ylabel("frequency, Hz")
    figure.colorbar(image, ax=axes, label="dB/Hz")
    figure.savefig(target, dpi=100)
    Image.open(target).convert("RGB").quantize(64).save(target, optimize=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
