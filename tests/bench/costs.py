#!/usr/bin/python3
"""Draw what a filter costs against its states, the block, the channels, the taps and the length of the file,
each engine by itself, and liquid-dsp and zita-convolver where they are installed.

    tests/bench/costs.py build costs.png      (needs python3-matplotlib; about five minutes)
"""
import os
import sys
import tempfile

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from PIL import Image

from measure import bench, convolutions, cpu_of, program
from peers import MODEL, RATE, write_raw

ENGINES = {"auto": ("k", 4, 0.25), "scan": ("C3", 1, 1), "block": ("C0", 1, 1), "convolve": ("C2", 1, 1)}


def curve(axis, x, values, label, color, width=1.0, alpha=1.0):
    points = [(a, b) for a, b in zip(x, values) if b]
    if points:
        axis.loglog(*zip(*points), color, lw=width, alpha=alpha, marker="." if width == 1 else "", ms=4, label=label)


def ns(*command):
    got = bench(*command)
    return got and got["ns_per_frame"]["min"]


def engines(axis, sinew, option, values, *more, per=lambda value: 1):
    """`per`: what a frame is divided by."""
    for engine, (color, width, alpha) in ENGINES.items():
        got = [ns(sinew, "bench", "filter", "--engine", engine, option, str(v), "--json", *more) for v in values]
        curve(axis, values, [g and g / per(v) for g, v in zip(got, values)], engine, color, width, alpha)


def draw_order(axis, sinew, build):
    values = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    engines(axis, sinew, "--order", values, "--dtype", "f32")
    liquid = program(build, "bench_liquid")
    values = [2, 4, 8, 16]
    curve(axis, values, [ns(liquid, str(v), "256") for v in values], "liquid-dsp", "C7--")
    axis.set(title="float, blocks of 256", xlabel="states", ylabel="ns a sample")


def draw_block(axis, sinew, _):
    engines(axis, sinew, "--block", [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096])
    axis.set(title="order 8, double", xlabel="frames a call")


def draw_channels(axis, sinew, _):
    engines(axis, sinew, "--channels", [1, 2, 4, 8, 16, 32, 64], per=lambda channels: channels)
    axis.set(title="order 8, double, blocks of 256", xlabel="channels", ylabel="ns a sample")


def draw_taps(axis, sinew, build):
    values = [2 ** k for k in range(6, 20)]
    rows = convolutions(program(build, "bench_convolve"), 3)
    for block, color in (64, "C0"), (256, "C1"), (1024, "C2"):
        got = [ns(sinew, "bench", "convolve", "--taps", str(v), "--block", str(block), "--json") for v in values]
        curve(axis, values, got, "blocks of %d" % block, color)
        zita = [row for row in rows if row["block"] == block and "zita" in row]
        curve(axis, [row["taps"] for row in zita], [row["zita"] for row in zita], "zita", color + "--")
    axis.set(title="convolution, float", xlabel="taps")


def draw_length(axis, sinew, _):
    values, took = [10 ** 4, 10 ** 5, 10 ** 6, 10 ** 7, 10 ** 8], []
    with tempfile.TemporaryDirectory(prefix="sinew-costs-") as folder:
        names = [os.path.join(folder, name) for name in ("m.yaml", "in.f32", "out.f32")]
        with open(names[0], "w") as f:
            f.write(MODEL)
        for frames in values:
            write_raw(names[1], frames, frames)
            took.append(min(cpu_of(sinew, "run", *names, "--rate", str(RATE), "--channels", "1")
                            for _ in range(3)) * 1e9 / frames)
    curve(axis, values, took, "sinew run", "C0")
    axis.set(title="a raw file, the whole process", xlabel="frames")


def main(build, target):
    sinew = os.path.abspath(os.path.join(build, "cli", "sinew"))
    draws = [draw_order, draw_block, draw_channels, draw_taps, draw_length]
    figure, axes = plt.subplots(1, len(draws), figsize=(3.2 * len(draws), 3.2), layout="constrained")
    for axis, draw in zip(axes, draws):
        draw(axis, sinew, build)
        axis.title.set(fontsize=10)
        axis.grid(alpha=0.3)
        axis.legend(fontsize=7)
    figure.savefig(target, dpi=100)
    Image.open(target).convert("RGB").quantize(64).save(target, optimize=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
