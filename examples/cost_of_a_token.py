#!/usr/bin/python3
"""Draw what examples/cost_of_a_token.c measures: time and memory against the length, of attention, an
LSTM and state spaces.

    build/examples/cost_of_a_token --json > costs.json         (some minutes)
    examples/cost_of_a_token.py costs.json examples/cost-of-a-token.png     (needs python3-matplotlib)
"""
import json
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from PIL import Image

COLORS = {"attention, recomputed": "C5", "attention, cached": "C3", "LSTM": "k", "S4D": "C2", "Mamba": "C0"}


def draw(axis, costs, key, unit):
    for cost in costs:
        if key in cost:
            axis.loglog(cost["lengths"], [unit * v for v in cost[key]], COLORS[cost["name"]], lw=1.8,
                        marker="o", ms=2.5, label=cost["name"])


def slopes(axis, costs, key):
    """The power of L, where a line ends; from the lowest upwards, none over another."""
    lines = {line.get_label(): line for line in axis.lines}
    ends = sorted((lines[cost["name"]].get_xydata()[-1][1], cost["name"], cost["slopes"][key])
                  for cost in costs)
    above = -1e9
    for _, name, slope in ends:
        end = lines[name].get_xydata()[-1]
        y = axis.transData.transform(end)[1] * 72 / axis.figure.dpi
        shift = max(above + 9 - y, -3)
        above = y + shift
        axis.annotate("$L^{%.1f}$" % (abs(slope) + 0.0), end, (4, shift), textcoords="offset points",
                      fontsize=7, color=COLORS[name])


def draw_prompt(axis, costs):
    """Tokens a second of a prompt of the length that is nearest to 4096."""
    costs = [cost for cost in costs if "at_once_s" in cost]
    for i, cost in enumerate(reversed(costs)):
        k = min(range(len(cost["lengths"])), key=lambda k: abs(cost["lengths"][k] - 4096))
        length, color = cost["lengths"][k], COLORS[cost["name"]]
        rates = [length / cost[key][k] for key in ("one_by_one_s", "at_once_s")]
        axis.barh([i + 0.2, i - 0.2], rates, 0.36, color=color, alpha=0.45)
        axis.barh([i - 0.2], rates[1:], 0.36, color=color)
        axis.annotate("%.1f x" % (rates[1] / rates[0]), (rates[1], i - 0.2), (4, 0),
                      textcoords="offset points", fontsize=8, va="center")
    axis.set(title="%d tokens, one by one (pale) and at once" % length, xlabel="tokens/s",
             yticks=range(len(costs)), yticklabels=[cost["name"] for cost in reversed(costs)])
    axis.margins(x=0.12)
    axis.set_axisbelow(True)


def main(source, target):
    with open(source) as file:
        costs = [json.loads(line) for line in file]
    figure, axes = plt.subplots(2, 2, figsize=(9, 6.4), layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0.05, 1, 0.95))
    draw(axes[0, 0], costs, "token_s", 1e3)
    draw(axes[0, 1], costs, "one_by_one_s", 1)
    draw(axes[1, 0], costs, "bytes", 1 / 2**20)
    titles = ("the next token", "all L tokens, one by one", "memory of a stream")
    for axis, title, label in zip(axes.flat, titles, ("ms", "s", "MiB")):
        axis.set(title=title, xlabel="L, tokens so far", ylabel=label,
                 xlim=(None, 2.6 * costs[1]["lengths"][-1]))
    draw_prompt(axes[1, 1], costs)
    figure.canvas.draw()  # the places are known from now on
    for axis, key in zip(axes.flat, ("token_s", "one_by_one_s", "bytes")):
        slopes(axis, costs, key)
    for axis in axes.flat:
        axis.title.set(fontsize=10)
        axis.grid(alpha=0.3)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="lower center", ncols=5, fontsize=8)
    figure.savefig(target, dpi=100)
    Image.open(target).convert("RGB").quantize(64).save(target, optimize=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
