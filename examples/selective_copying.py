#!/usr/bin/python3
"""Draw what examples/selective_copying.c measures: how much of what was said is told, by a selective
layer and by linear time-invariant systems.

    examples/selective_copying.py build/examples/selective_copying examples/selective-copying.png
                                                                    (needs python3-matplotlib)
"""
import json
import subprocess
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from PIL import Image

STYLES = [("C0", "selective: %s states", 2.5), ("C5", "LTI: %s states", 1.2), ("C4", "LTI: %s states", 1.2),
          ("k", "LTI: %s states", 0.8), ("C3", "LTI: any number of states", 2.5)]


def draw_lengths(axis, rows):
    for i, (color, name, width) in enumerate(STYLES):
        scores = [row["scores"][i] for row in rows]
        label = name % scores[0]["states"] if "%" in name else name
        axis.semilogx([row["length"] for row in rows], [100 * score["tokens"] for score in scores], color,
                      lw=width, marker="o", ms=3, zorder=5 - width, label=label)
    axis.axhline(25, color="k", lw=1, ls=":")
    axis.annotate("chance", (rows[-1]["length"], 26), ha="right", va="bottom", fontsize=8)
    axis.set(title="%d tokens at random places" % rows[0]["content"], xlabel="length of the sequence",
             ylabel="tokens told right, %", ylim=(0, 104))
    axis.legend(fontsize=8, loc="center right", bbox_to_anchor=(1, 0.77))


def draw_tokens(axis, row):
    for i in (0, -1):
        by_token = row["scores"][i]["by_token"]
        axis.plot(range(1, len(by_token) + 1), [100 * v for v in by_token], STYLES[i][0], lw=2.5, marker="o",
                  ms=3)
    axis.axhline(25, color="k", lw=1, ls=":")
    axis.set(title="each token, length %d" % row["length"], xlabel="the first to the last token",
             xticks=range(1, row["content"] + 1, 3), ylim=(0, 104))


def main(program, target):
    text = subprocess.run([program, "--json"], check=True, text=True, stdout=subprocess.PIPE).stdout
    rows = [row for row in map(json.loads, text.splitlines()) if row["places"] == "random"]
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained",
                                width_ratios=(1.6, 1))
    draw_lengths(axes[0], rows)
    draw_tokens(axes[1], rows[-1])
    for axis in axes:
        axis.title.set(fontsize=10)
        axis.grid(alpha=0.3)
    figure.savefig(target, dpi=100)
    Image.open(target).convert("RGB").quantize(64).save(target, optimize=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
