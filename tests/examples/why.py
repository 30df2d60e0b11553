#!/usr/bin/python3
"""why.py SELECTIVE_COPYING COST_OF_A_TOKEN: what the examples of "why state spaces" say is so, by
numpy's word."""
import json
import os
import subprocess
import sys

import numpy as np
import scipy.signal
from scipy.special import gammaln

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import main  # noqa: E402

selective_copying, cost_of_a_token = map(os.path.abspath, sys.argv[1:])
CONTENT, SEQUENCES = 16, 400
D, LAYERS, LENGTHS = 128, 2, [256, 512, 1024]
NAMES = ["attention, recomputed", "attention, cached", "LSTM", "S4D", "Mamba"]


def lines(*command):
    text = subprocess.run([*command, "--json"], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in text.splitlines()]


def copied():
    return lines(selective_copying, "--longest", "1000", "--sequences", str(SEQUENCES))


def named(row, name, states=None):
    return next(s for s in row["scores"] if s["name"] == name and states in (None, s["states"]))


def close(got, expected, n, what):
    """Two shares, both of n tries or more, as chance has them."""
    sigma = np.sqrt(max(expected * (1 - expected), 1e-3) / n)
    assert abs(got - expected) < 6 * sigma, (what, got, expected, sigma)


def log_choose(n, k):
    with np.errstate(all="ignore"):
        return np.where(k > n, -np.inf, gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def chances(length):
    """(CONTENT, length): that the i-th token stands at t."""
    i, t = np.arange(CONTENT)[:, None], np.arange(length)[None]
    return np.exp(log_choose(t, i) + log_choose(length - 1 - t, CONTENT - 1 - i) - log_choose(length, CONTENT))


def drawn(length, n, rng):
    places = np.array([np.sort(rng.permutation(length)[:CONTENT]) for _ in range(n)])
    return places, rng.choice([-1.0, 1.0], (2, n, CONTENT))


def share_told(kernel, length, rng, n=2000):
    """Of the tokens whose two bits have the signs of sum over j of kernel[i, place j] x_j."""
    places, bits = drawn(length, n, rng)
    answers = np.einsum("inj,bnj->bni", kernel[:, places], bits)
    return np.mean(np.all((answers > 0) == (bits > 0), axis=0))


def legt_kernel(length, order):
    """The best readout of LegT (Gu et al. 2022): what it says of a token at each place."""
    n = np.arange(order)
    root = np.sqrt(2 * n + 1)
    a = -np.outer(root, root) * np.where(n[None] <= n[:, None], 1, (-1.0) ** (n[:, None] - n[None]))
    ad, bd, *_ = scipy.signal.cont2discrete((a / length, root[:, None] / length, np.eye(order),
                                             np.zeros((order, 1))), 1)
    states = np.empty((length, order))
    states[-1] = bd[:, 0]
    for t in range(length - 2, -1, -1):
        states[t] = ad @ states[t + 1]
    p = chances(length)
    gram = states.T @ (states * p.sum(0)[:, None])
    return p @ states @ np.linalg.inv(gram) @ states.T


def test_selective_copying_is_exact_at_every_length():
    rows = copied()
    assert {row["length"] for row in rows} >= {16, 20, 64, 1000} and len(rows) == 8, rows
    for row in rows:
        score = named(row, "selective")
        assert score["states"] == 4 and score["tokens"] == score["whole"] == 1, row
        assert row["content"] == CONTENT and row["sequences"] == SEQUENCES and row["off"] < 0.1, row


def test_without_selection_it_goes_as_least_squares_say():
    rng = np.random.default_rng(1)
    for row in copied():
        length = row["length"]
        if row["places"] == "fixed" or length < 64:
            continue
        p = chances(length)
        close(named(row, "limit")["tokens"], share_told(p / p.sum(0), length, rng), SEQUENCES * 4, row)
        for states in (4, 8, 64):
            expected = share_told(legt_kernel(length, states // 2), length, rng)
            close(named(row, "lti", states)["tokens"], expected, SEQUENCES * 4, (length, states))


def test_the_theorem_is_not_refuted():
    for row in copied():
        limit = named(row, "limit")
        if row["places"] == "fixed" or row["length"] == CONTENT:
            assert limit["whole"] == 1 and named(row, "lti", 64)["tokens"] > 0.99, row
        else:
            assert max(limit["by_token"][1:-1]) < 0.95 and limit["tokens"] < 0.75, row


def test_it_is_the_digits_of_a_float_that_end():
    """A state that is off by 1e-7 of itself has its last digit off by 2^M times that."""
    off = [lines(selective_copying, "--longest", "1000", "--sequences", "50", "--content", str(m))[0]["off"]
           for m in (4, 12, 20)]
    assert off[0] < 1e-5 and off[1] < 1e-3 and 1e-3 < off[2] < 0.5, off


def small_costs():
    costs = lines(cost_of_a_token, "--d-model", str(D), "--layers", str(LAYERS), "--longest", "1024",
                  "--longest-recomputed", "512")
    assert [c["name"] for c in costs] == NAMES, costs
    return {c["name"]: c for c in costs}


def test_cost_of_a_token_measures_every_model_at_every_length():
    for name, cost in small_costs().items():
        assert cost["lengths"] == (LENGTHS[:2] if name == NAMES[0] else LENGTHS), cost
        for key in ("token_s", "one_by_one_s", "bytes") + (("at_once_s",) if name != NAMES[0] else ()):
            assert len(cost[key]) == len(cost["lengths"]) and min(cost[key]) > 0, (key, cost)
        assert ("at_once_s" in cost) == (name != NAMES[0]), cost


def test_only_attention_keeps_more_for_more_tokens():
    costs = small_costs()
    header = costs["LSTM"]["bytes"][0] - LAYERS * 2 * D * 4
    assert 0 < header < 512, "h and c of d cells, float32, and the header of a saved state"
    expected = {"LSTM": [2 * D * 4] * 3, "S4D": [64 * D * 4] * 3, "Mamba": [2 * D * (16 + 3) * 4] * 3,
                "attention, cached": [2 * (n - 1) * D * 4 + 8 for n in LENGTHS]}
    for name, of_a_layer in expected.items():
        assert costs[name]["bytes"] == [header + LAYERS * n for n in of_a_layer], costs[name]
        power = 1 if name.startswith("attention") else 0
        assert abs(costs[name]["slopes"]["bytes"] - power) < 0.01, costs[name]
    assert costs[NAMES[0]]["bytes"] == [n * D * 4 for n in LENGTHS[:2]], "the input of the past"


def test_weights_are_counted():
    d, inner, rank = D, 2 * D, D // 16
    of_a_layer = {"attention, recomputed": 12 * d * d, "attention, cached": 12 * d * d,
                  "LSTM": 8 * d * d + 4 * d, "S4D": 2 * d * d + d * (4 * 32 + 2),
                  "Mamba": 3 * inner * d + inner * (4 + 1 + rank + 32 + rank + 1 + 16 + 1)}
    for name, n in of_a_layer.items():
        assert small_costs()[name]["parameters"] == LAYERS * n, name


def test_sums_and_slopes_are_of_what_was_measured():
    for cost in small_costs().values():
        x, y = np.array(cost["lengths"], float), np.array(cost["token_s"])
        total = [x[0] * (cost["first_s"] + y[0]) / 2]
        for k in range(1, len(x)):
            t = np.linspace(x[k - 1], x[k], 4001)
            power = np.log(y[k] / y[k - 1]) / np.log(x[k] / x[k - 1])
            total.append(total[-1] + np.trapz(y[k] * (t / x[k]) ** power, t))
        assert np.allclose(cost["one_by_one_s"], total, rtol=1e-6), cost
        for key, slope in cost["slopes"].items():
            last = x >= x[-1] / 4
            expected = np.polyfit(np.log(x[last]), np.log(np.array(cost[key])[last]), 1)[0]
            assert abs(slope - expected) < 1e-9, (key, cost)


def test_the_tables_hold_every_length_and_slope():
    text = subprocess.run([cost_of_a_token, "--d-model", "64", "--layers", "1", "--longest", "512"], check=True,
                          capture_output=True, text=True).stdout
    rows = [line.split() for line in text.splitlines()]
    assert [row[0] for row in rows if row and row[0].isdigit() and len(row) == 6] == ["256", "512"] * 4, text
    assert sum(row[:1] == ["slope"] and len(row) == 6 for row in rows) == 4, text


def test_what_is_no_option_is_refused():
    for program, *wrong in ([selective_copying, "--content", "21"], [selective_copying, "--content"],
                            [selective_copying, "--longest", "x"], [selective_copying, "--sequences", "0"],
                            [cost_of_a_token, "--d-model", "100"], [cost_of_a_token, "--layers", "0"],
                            [cost_of_a_token, "--longest"], [cost_of_a_token, "more"]):
        run = subprocess.run([program, *wrong], capture_output=True, text=True)
        assert run.returncode == 2 and "--longest" in run.stderr and not run.stdout, (wrong, run)


main(globals())
