#!/usr/bin/python3
"""hard_cases.py SINEW [--only TEXT] [--every N] [--jobs N] [--keep FOLDER] [--verbose]

Holds `sinew discretize`, `response` and `run` to the reference (reference.py) on systems that
are hard for floating point. Every error is relative to the peak of what it is an error of and
is allowed 20 (10 + n) max(2^-52, condition): the condition is what one-ulp random changes of the
description's numbers do to the reference. Prints the worst error / allowed of each family.

What is held (columns): H continuous response; and for each method M matrices (of ss, which keep
their coordinates), R response, r each point of it by itself (of zpk and tf: error and condition are
parts of the response there), S, B and C outputs of the engines scan, block and
convolve. Not held but printed
with --verbose: P response of the printed matrices, r of ss.
The family "irregular" is run over times that lie anyhow (--time), by zoh and foh.
"""
import argparse
import json
import math
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile

import gmpy2
import numpy as np

import reference
from reference import Discrete, Irregular, System

METHODS = ["zoh", "foh", "bilinear", "prewarp", "euler", "backward", "gbt", "impulse"]
ALPHA = 0.25
EPS = 2.0**-52


# --- systems ------------------------------------------------------------------------------------

def ss(A, B=None, C=None, D=None, inputs=1, outputs=1, seed=7):
    rng = np.random.default_rng(seed)
    A = np.asarray(A, float)
    n = len(A)
    B = rng.normal(size=(n, inputs)) if B is None else np.asarray(B, float)
    C = rng.normal(size=(outputs, n)) if C is None else np.asarray(C, float)
    D = rng.normal(size=(C.shape[0], B.shape[1])) if D is None else np.asarray(D, float)
    return {"ss": {"A": A.tolist(), "B": B.tolist(), "C": C.tolist(), "D": D.tolist()}}


def zpk(zeros, poles, gain):
    def flat(roots):
        return [[float(np.real(r)), float(np.imag(r))] for r in roots]
    return {"zpk": {"zeros": flat(zeros), "poles": flat(poles), "gain": float(gain)}}


def tf(num, den):
    return {"tf": {"num": [float(v) for v in num], "den": [float(v) for v in den]}}


def hippo(measure, order, outputs=0, **more):
    """Outputs: random rows of C, or the state."""
    if outputs:
        more["C"] = np.random.default_rng(order).normal(size=(outputs, order)).tolist()
    return {"hippo": {"measure": measure, "order": order, **more}}


def conjugated(half):
    return [v for p in half for v in ((p, np.conj(p)) if np.imag(p) else (p,))]


def prototype(n, ripple_db=0):
    """Poles with Im >= 0 of Butterworth's low-pass, or of Chebyshev's (type I)."""
    angles = [math.pi * (2 * k + 1) / (2 * n) for k in range((n + 1) // 2)]
    mu = math.asinh(1 / math.sqrt(10**(ripple_db / 10) - 1)) / n if ripple_db else None
    poles = [complex(-math.sin(t), math.cos(t)) if mu is None else
             complex(-math.sinh(mu) * math.sin(t), math.cosh(mu) * math.cos(t)) for t in angles]
    if n % 2:
        poles[-1] = complex(poles[-1].real, 0)
    return poles


def lowpass(n, hz, ripple_db=0):
    w = 2 * math.pi * hz
    poles = conjugated([p * w for p in prototype(n, ripple_db)])
    gain = abs(np.prod(poles)) * (10**(-ripple_db / 20) if n % 2 == 0 else 1)
    return [], poles, gain


def bandpass(n, low, high):
    w1, w2 = 2 * math.pi * low, 2 * math.pi * high
    half = []
    for p in prototype(n):
        h = p * (w2 - w1) / 2
        root = np.sqrt(h * h - w1 * w2 + 0j)
        half += [v for v in (h + root, h - root)]
    if n % 2:  # the real pole makes one pair, listed twice
        half.pop()
    half = [complex(v.real, abs(v.imag)) for v in half]
    return [0] * n, conjugated(half), (w2 - w1) ** n


def notch_bank(zeros_at, poles):
    return conjugated([1j * w for w in zeros_at]), conjugated(poles)


def jordan(value, n, lower=False):
    A = value * np.eye(n) + np.eye(n, k=-1 if lower else 1)
    return A


def complex_jordan(sigma, omega, pairs):
    A = np.zeros((2 * pairs, 2 * pairs))
    for k in range(pairs):
        A[2 * k:2 * k + 2, 2 * k:2 * k + 2] = [[sigma, omega], [-omega, sigma]]
        if k + 1 < pairs:
            A[2 * k:2 * k + 2, 2 * k + 2:2 * k + 4] = np.eye(2)
    return A


def unimodular(n, seed):
    """An integer matrix of determinant 1, and its inverse."""
    rng = np.random.default_rng(seed)
    L = np.tril(rng.integers(-1, 2, (n, n)), -1) + np.eye(n)
    U = np.triu(rng.integers(-1, 2, (n, n)), 1) + np.eye(n)
    return L @ U, np.rint(np.linalg.inv(U)) @ np.rint(np.linalg.inv(L))


def mixed(A, seed):
    P, inverse = unimodular(len(A), seed)
    return P @ A @ inverse


def rotated(A, seed):
    Q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(A), len(A))))
    return Q @ A @ Q.T


def stable(n, seed, shift=1.2):
    return np.random.default_rng(seed).normal(size=(n, n)) / math.sqrt(n) - shift * np.eye(n)


def in_units(system, exponents):
    d = system["ss"]
    s = 2.0 ** np.asarray(exponents)
    return ss(np.array(d["A"]) * s[:, None] / s, np.array(d["B"]) * s[:, None],
              np.array(d["C"]) / s, d["D"])


def bank(modes):
    """Resonators (w, Q) side by side in coupled form."""
    n = 2 * len(modes)
    A = np.zeros((n, n))
    for k, (w, q) in enumerate(modes):
        s = -w / (2 * q)
        wd = math.sqrt(w * w - s * s)
        A[2 * k:2 * k + 2, 2 * k:2 * k + 2] = [[s, wd], [-wd, s]]
    return A


def masses(modes):
    """The same as positions and speeds."""
    n = 2 * len(modes)
    A = np.zeros((n, n))
    for k, (w, q) in enumerate(modes):
        A[2 * k:2 * k + 2, 2 * k:2 * k + 2] = [[0, 1], [-w * w, -w / q]]
    return A


def resonances(modes):
    return [complex(-w / (2 * q), w * math.sqrt(1 - 1 / (4 * q * q))) for w, q in modes]


def cases():
    """family, name, system, T"""
    for k, n in enumerate((1, 2, 3, 5, 8, 12, 16, 24, 32, 48, 64)):
        yield "random", "siso %d" % n, ss(stable(n, n), seed=n), (0.05, 0.5, 2.5)[k % 3]
    for n, T in ((4, 0.3), (10, 1.0), (24, 0.05), (64, 0.2)):
        yield "random", "mimo %d" % n, ss(stable(n, 100 + n), inputs=2, outputs=3, seed=n), T
    for n in (6, 20):
        A = np.triu(stable(n, 300 + n))
        yield "random", "upper %d" % n, ss(A), 0.4
        yield "random", "lower %d" % n, ss(A.T), 0.4

    yield "integrator", "one", ss([[0]], [[2]], [[3]], [[0]]), 0.5
    yield "integrator", "double", ss([[0, 1], [0, 0]], [[0], [1]], [[1, 0]], [[0]]), 0.25
    yield "integrator", "chain 5", ss(np.eye(5, k=1)), 0.1
    yield "integrator", "chain 5 mixed", ss(mixed(np.eye(5, k=1), 3)), 0.1
    yield "integrator", "and poles", ss(rotated(np.diag([0, -1, -2, -5.0]), 4)), 0.3
    yield "integrator", "zpk", zpk([-1], [0, -2, -3], 4), 0.1
    yield "integrator", "zpk double", zpk([-1], [0, 0, -3], 4), 0.1
    yield "integrator", "zpk zero beside", zpk([-1e-9, -5], [0, -2, -3], 4), 0.1
    yield "integrator", "oscillator", ss([[0, 3], [-3, 0]]), 0.2
    yield "integrator", "zpk oscillator", zpk([-1], [3j, -3j], 4), 0.2
    yield "singular", "zero A", ss(np.zeros((3, 3)), inputs=2, outputs=2), 0.125
    yield "singular", "rank 2", ss([[-1, 2, 0.5], [-2, 4, 1], [1, 1, -3]]), 0.3
    yield "singular", "rank 1", ss(-np.outer([1, 2, 3, 4], [4, 3, 2, 1.0])), 0.05
    yield "singular", "half", ss(mixed(np.diag([0, 0, 0, -1, -2, -3.0]), 8)), 0.2

    for n in (4, 8, 16):
        yield "jordan", "real %d" % n, ss(jordan(-2, n)), 0.7
        yield "jordan", "real lower %d" % n, ss(jordan(-2, n, True)), 0.1
    for n in (4, 6):
        yield "jordan", "real mixed %d" % n, ss(mixed(jordan(-2, n), n)), 0.3
    yield "jordan", "long step", ss(jordan(-2, 6)), 20.0
    yield "jordan", "complex 4", ss(complex_jordan(-0.125, 3, 2)), 1.3
    yield "jordan", "complex 12", ss(complex_jordan(-0.5, 3, 6)), 0.3
    yield "jordan", "complex mixed 4", ss(mixed(complex_jordan(-0.5, 3, 2), 1)), 0.3
    yield "jordan", "complex mixed 8", ss(mixed(complex_jordan(-0.5, 3, 4), 2)), 0.3

    speeds = -np.logspace(-2, 6, 9)
    upper = np.diag(speeds) + np.triu(np.random.default_rng(5).normal(size=(9, 9)) * -speeds[:, None], 1)
    steps = (1e-6, 1e-3, 1.0)
    for T in steps:
        yield "stiff", "diagonal T %g" % T, ss(np.diag(speeds)), T
        yield "stiff", "rotated T %g" % T, ss(rotated(np.diag(speeds), 6)), T
        yield "stiff", "upper T %g" % T, ss(upper), T
        yield "stiff", "lower T %g" % T, ss(upper.T), T
        yield "stiff", "reversed T %g" % T, ss(upper[::-1, ::-1]), T
        yield "stiff", "zpk T %g" % T, zpk([-3, -3e3], speeds, 1e20), T
        yield "stiff", "mixed T %g" % T, ss(mixed(np.diag([-1e-2, -1, -1e3, -1e6]), 2)), T
    yield "stiff", "pairs", ss(rotated(bank([(0.1, 2), (1e2, 5), (1e5, 1)]), 3)), 1e-3

    for n, T in ((4, 0.5), (8, 0.2), (8, 3.0), (16, 0.1)):
        e = np.random.default_rng(n).permutation(np.rint(np.linspace(-40, 40, n)))
        yield "units", "%d T %g" % (n, T), in_units(ss(stable(n, 400 + n)), e), T
    yield "units", "mimo 8", in_units(ss(stable(8, 1), inputs=2, outputs=2),
                                      np.linspace(40, -40, 8).round()), 0.5
    yield "units", "large B", ss(stable(5, 2), B=[[1e12], [-1e12], [1e12], [3e11], [1]]), 0.5
    yield "units", "tiny B", ss(stable(5, 2), B=[[1e-12], [-1e-14], [0], [3e-11], [1e-20]]), 0.5
    yield "units", "masses", ss(masses([(6e4, 30), (1e3, 5), (1, 2)])), 1e-5

    for q in (1e2, 1e4, 1e6):
        modes = [(2 * math.pi * f, q) for f in (50.0, 440.0, 1000.0, 7000.0)]
        yield "Q", "bank %g" % q, ss(bank(modes)), 1 / 48000
        yield "Q", "masses %g" % q, ss(masses(modes)), 1 / 48000
        yield "Q", "mixed %g" % q, ss(mixed(bank(modes), 4)), 1 / 48000
        yield "Q", "rotated %g" % q, ss(rotated(bank(modes), 4)), 1 / 48000
        yield "Q", "zpk %g" % q, zpk(conjugated([1j * 2 * math.pi * f for f in (100, 2000)]),
                                     conjugated(resonances(modes)), 1e15), 1 / 48000
        yield "Q", "zpk near %g" % q, zpk([0], conjugated(resonances(
            [(6283, q), (6283 * (1 + 3 / q), q)])), 1e8), 1 / 48000

    for T in (1e-9, 1e-6, 1e-3, 1.0, 30.0, 200.0):
        yield "step", "random T %g" % T, ss(stable(6, 11)), T
        yield "step", "fitting T %g" % T, ss(stable(6, 12) / T), T
        yield "step", "zpk T %g" % T, zpk([-0.5 / T, -3 / T], conjugated(
            [(-1 + 2j) / T, (-0.3 + 1j) / T, -0.1 / T]), 1 / T**3), T
        yield "step", "slow zpk T %g" % T, zpk([-0.5], conjugated([-1 + 2j, -0.3 + 1j, -0.1]), 1), T

    for n in (2, 6, 16):
        yield "unstable", "random %d" % n, ss(stable(n, 500 + n, -0.1)), 0.05
    yield "unstable", "fast", ss(stable(5, 9, -1)), 2.0
    yield "unstable", "zpk", zpk([1], conjugated([0.1 + 2j, -1, -3]), 2), 0.1
    yield "unstable", "mixed", ss(mixed(np.diag([2, -30, -1, 0.5]), 5)), 0.1

    yield "order 0", "ss 1", ss(np.zeros((0, 0)), np.zeros((0, 1)), np.zeros((1, 0)), [[0.7]]), 1.0
    yield "order 0", "ss 2x3", ss(np.zeros((0, 0)), np.zeros((0, 3)), np.zeros((2, 0))), 1.0
    yield "order 0", "zpk", zpk([], [], 0.3), 1.0
    yield "order 0", "tf", tf([3], [7]), 1.0

    T = 1 / 48000
    yield "designs", "bandpass 24 1-2 kHz", zpk(*bandpass(12, 1000, 2000)), T
    yield "designs", "bandpass 24 100-200 Hz", zpk(*bandpass(12, 100, 200)), T
    yield "designs", "bandpass 10", zpk(*bandpass(5, 300, 330)), T
    yield "designs", "chebyshev 11", zpk(*lowpass(11, 500, 1)), T
    yield "designs", "chebyshev 11 low", zpk(*lowpass(11, 5, 0.1)), T
    yield "designs", "lowpass 16 20 Hz", zpk(*lowpass(16, 20)), T
    yield "designs", "lowpass 5 15 kHz", zpk(*lowpass(5, 15000)), T
    yield "designs", "lowpass 40 3 kHz", zpk(*lowpass(40, 3000)), T
    z, p = notch_bank([2e3, 5e3, 9e3], resonances([(2e3, 3), (5e3, 30), (9e3, 300)]))
    yield "designs", "notches", zpk(z, p, 1), T
    z, p = notch_bank([7e3, 9e3, 14e3], [v * 6e3 for v in prototype(6, 0.5)])
    yield "designs", "deep zeros", zpk(z, p, 0.01), T

    for seed in range(6):
        rng = np.random.default_rng(800 + seed)
        n = int(rng.integers(4, 13))
        half = [-(10 ** rng.uniform(-4, 4)) * (complex(1, 0) if rng.random() < 0.4 else
                np.exp(1j * rng.uniform(0.1, 1.5))) for _ in range(n)]
        zeros = [-(10 ** rng.uniform(-4, 4)) * (complex(1, 0) if rng.random() < 0.5 else
                 np.exp(1j * rng.uniform(0.1, 1.5))) for _ in range(n // 2)]
        p, z = ([complex(v.real, abs(v.imag)) for v in list_] for list_ in (half, zeros))
        for T in (1e-3, 0.1):
            yield "decades", "%d T %g" % (seed, T), zpk(conjugated(z), conjugated(p), 1), T
    yield "repeated", "real 8", zpk([], [-1] * 8, 1), 0.3
    yield "repeated", "real 8 zeros", zpk([-2] * 5, [-1] * 8, 1), 0.3
    yield "repeated", "real 16", zpk([0] * 4, [-1] * 16, 1), 0.1
    yield "repeated", "complex 4 x 3", zpk([0], conjugated([-0.2 + 1j] * 3 + [-1 + 4j] * 3), 5), 0.3
    yield "repeated", "near", zpk([0], conjugated([-0.2 + 1j, -0.2 + 1.000000001j, -0.20000001 + 1j]), 5), 0.3
    yield "repeated", "near real", zpk([], [-1, -1.000001, -0.999999, -1.0000000001], 1), 0.3
    yield "repeated", "cancelling", zpk([-1, -2.0000001], [-1.0000001, -2, -3], 1), 0.3
    yield "repeated", "long step", zpk([], [-1] * 8, 1), 30.0

    for n, T in ((8, 0.1), (16, 0.01), (32, 0.1), (64, 0.01), (64, 1e-4), (64, 0.3)):
        yield "hippo", "legs %d T %g" % (n, T), hippo("legs", n, 1), T
    yield "hippo", "legs 64 long step", hippo("legs", 64, 1), 20.0
    yield "hippo", "legs 64 state", hippo("legs", 64, window_s=0.25), 1e-3
    yield "hippo", "legs 64 ss", ss(as_ss(hippo("legs", 64))["ss"]["A"]), 0.01
    for n, T in ((8, 0.1), (32, 0.01), (32, 1e-4)):
        yield "hippo", "legt %d T %g" % (n, T), hippo("legt", n, 1), T
    yield "hippo", "legt 32 state", hippo("legt", 32, window_s=2.0), 0.02
    for n, T in ((8, 0.5), (32, 0.1), (64, 0.01)):
        yield "hippo", "lagt %d T %g" % (n, T), hippo("lagt", n, 1), T
    for n, T in ((9, 0.05), (33, 0.01), (64, 1e-3)):
        yield "hippo", "fout %d T %g" % (n, T), hippo("fout", n, 1, window_s=0.5), T

    for init, n, T in (("lin", 64, 0.01), ("inv", 64, 1e-3), ("real", 16, 0.1), ("lin", 8, 0.5)):
        yield "s4d", "%s %d T %g" % (init, n, T), {"s4d": {"init": init, "order": n}}, T

    T = 1 / 48000
    yield "tf", "first", tf([2], [1, 3]), 0.1
    yield "tf", "second", tf([1, 0.2, 4], [2, 0.01, 5]), 0.1
    for n in (4, 8, 12):
        den = np.real(np.poly(conjugated([p * 6000 for p in prototype(n)])))
        yield "tf", "lowpass %d" % n, tf([den[-1]], den), T
    _, poles, gain = bandpass(4, 1000, 2000)
    yield "tf", "bandpass 8", tf([gain] + [0] * 4, np.real(np.poly(poles))), T
    yield "tf", "integrators", tf([1, 2], [1, 3, 2, 0, 0]), 0.1
    yield "tf", "repeated 6", tf([1, 1], np.poly([-1] * 6)), 0.3
    yield "tf", "repeated 10", tf([1], np.poly([-1] * 10)), 0.3
    yield "tf", "wide", tf([1e3, 1e7], np.poly([-1e-2, -1, -1e3, -1e6])), 1e-4
    yield "tf", "biproper", tf(np.poly([-1, -2, -3, -4, -5]), np.poly([-1.5, -2.5, -3.5, -4.5, -5.5])), 0.2
    yield "tf", "wilkinson 12", tf([1], np.poly(-np.arange(1.0, 13))), 0.2
    yield "tf", "repeated pairs", tf([1, 0], np.real(np.poly(conjugated([-0.2 + 1j] * 3)))), 0.3
    yield "tf", "unstable", tf([1], [1, -0.3, 4]), 0.1


def legs(n):
    """HiPPO-LegS (arXiv 2008.07669): lower triangular, of eigenvector condition 1e19 at 32."""
    r = np.sqrt(2 * np.arange(n) + 1.0)
    A = -np.tril(np.outer(r, r), -1) - np.diag(np.arange(n) + 1.0)
    return A, r[:, None]


def irregular_cases():
    """family, name, system, T of a typical step, frames"""
    def case(name, system, T, frames=2000):
        return "irregular", name, system, T, frames

    for n in (1, 2, 4):
        yield case("siso %d" % n, ss(stable(n, n), seed=n), 0.3)
    yield case("mimo 4", ss(stable(4, 104), inputs=2, outputs=3), 0.2, 600)
    yield case("random 16", ss(stable(16, 16)), 0.2, 200)
    yield case("integrator", ss([[0]], [[2]], [[3]], [[0]]), 0.5)
    yield case("double integrator", ss([[0, 1], [0, 0]], [[0], [1]], [[1, 0]], [[0]]), 0.25)
    yield case("chain 5 mixed", ss(mixed(np.eye(5, k=1), 3)), 0.1, 600)
    yield case("integrator and poles", ss(rotated(np.diag([0, -1, -2, -5.0]), 4)), 0.3, 1000)
    yield case("zero A", ss(np.zeros((3, 3)), inputs=2, outputs=2), 0.125, 600)
    yield case("oscillator", ss([[0, 3], [-3, 0]]), 0.2)
    yield case("rank 1", ss(-np.outer([1, 2, 3, 4], [4, 3, 2, 1.0])), 0.05, 1000)
    yield case("jordan 4", ss(jordan(-2, 4)), 0.7)
    yield case("jordan lower 8", ss(jordan(-2, 8, True)), 0.1, 600)
    yield case("jordan mixed 4", ss(mixed(jordan(-2, 4), 4)), 0.3, 1000)
    yield case("complex jordan mixed 4", ss(mixed(complex_jordan(-0.5, 3, 2), 1)), 0.3, 1000)
    yield case("complex jordan 12", ss(complex_jordan(-0.5, 3, 6)), 0.3, 200)
    speeds = -np.logspace(-2, 6, 9)
    upper = np.diag(speeds) + np.triu(np.random.default_rng(5).normal(size=(9, 9)) *
                                      -speeds[:, None], 1)
    for T in (1e-5, 1e-2, 1.0):
        yield case("stiff diagonal T %g" % T, ss(np.diag(speeds)), T, 400)
        yield case("stiff upper T %g" % T, ss(upper), T, 400)
        yield case("stiff lower T %g" % T, ss(upper.T), T, 400)
    yield case("stiff rotated", ss(rotated(np.diag(speeds), 6)), 1e-3, 400)
    yield case("stiff mixed", ss(mixed(np.diag([-1e-2, -1, -1e3, -1e6]), 2)), 1e-2, 1000)
    for n, T in ((4, 0.5), (8, 0.2)):
        e = np.random.default_rng(n).permutation(np.rint(np.linspace(-40, 40, n)))
        yield case("units %d" % n, in_units(ss(stable(n, 400 + n)), e), T, 600)
    yield case("units mimo 8", in_units(ss(stable(8, 1), inputs=2, outputs=2),
                                        np.linspace(40, -40, 8).round()), 0.5, 300)
    yield case("masses", ss(masses([(6e4, 30), (1e3, 5), (1, 2)])), 1e-4, 600)
    yield case("Q 1e4", ss(bank([(2 * math.pi * f, 1e4) for f in (50.0, 440.0)])), 1e-3, 1000)
    for n in (8, 64):
        A, B = legs(n)
        yield case("legs %d" % n, ss(A, B), 0.1 / n, 2000 if n < 20 else 100)
    yield case("order 0", ss(np.zeros((0, 0)), np.zeros((0, 2)), np.zeros((1, 0))), 1.0)
    yield case("lowpass 2", zpk(*lowpass(2, 20)), 1e-3)
    yield case("lowpass 5", zpk(*lowpass(5, 20)), 1e-3, 1000)
    yield case("bandpass 8", zpk(*bandpass(4, 10, 20)), 1e-3, 600)
    yield case("lowpass 5 short", zpk(*lowpass(5, 20)), 1e-7, 600)
    yield case("lowpass 2 short", zpk(*lowpass(2, 20)), 1e-10, 1000)
    yield case("one pole short", zpk([], [-3], 3), 1e-10, 1000)
    yield case("zeros short", zpk([-1, -2], [-3, -4 + 1j, -4 - 1j], 1), 1e-9, 1000)
    yield case("zeros", zpk([-1, -2], [-3, -4 + 1j, -4 - 1j], 1), 0.1, 1000)
    yield case("zpk integrator", zpk([-1], [0, -2, -3], 4), 0.1, 1000)
    yield case("zpk integrators", zpk([-1], [0, 0, -3], 4), 0.1, 1000)
    yield case("repeated", zpk([-2] * 2, [-1] * 4, 1), 0.3, 1000)
    yield case("unstable", ss(mixed(np.diag([0.3, -30, -1, 0.1]), 5)), 0.02, 600)


# --- conditions ---------------------------------------------------------------------------------

def nudge(value, rng):
    return math.nextafter(value, math.inf if rng.random() < 0.5 else -math.inf) if value else value


def as_ss(system):
    """The matrices of a system that has them, in doubles."""
    if "hippo" not in system and "s4d" not in system:
        return system
    s = System(system)
    return {"ss": {k: [[float(v) for v in row] for row in getattr(s, k)] for k in "ABCD"}}


def perturbed(system, rng):
    """Every number that is not 0 one ulp up or down; conjugates stay such."""
    system = as_ss(system)
    (kind, d), = system.items()
    if kind == "zpk":
        def roots(list_):
            out, known = [], {}
            for re, im in list_:
                count = sum(1 for k in known if k[:3] == (re, abs(im), im < 0))
                key = (re, abs(im), im < 0, count)
                mate = known.get((re, abs(im), im >= 0, count)) if im else None
                known[key] = mate or (nudge(re, rng), nudge(abs(im), rng))
                re2, im2 = known[key]
                out.append([re2, -im2 if im < 0 else im2])
            return out
        return {"zpk": {"zeros": roots(d["zeros"]), "poles": roots(d["poles"]),
                        "gain": nudge(d["gain"], rng)}}
    if kind == "ss":
        return {"ss": {k: [[nudge(v, rng) for v in row] for row in m] for k, m in d.items()}}
    return {"tf": {k: [nudge(v, rng) for v in c] for k, c in d.items()}}


def flat(x):
    if isinstance(x, (list, tuple)):
        return [v for part in x for v in flat(part)]
    return [x]


def distance(a, b):
    """max |a - b| / max |b|"""
    a, b = flat(a), flat(b)
    if len(a) != len(b):
        return math.inf
    peak = max(map(abs, b), default=0)
    worst = max((abs(x - y) for x, y in zip(a, b)), default=0)
    if worst == 0:
        return 0.0
    return float(worst / peak) if peak else math.inf


def pointwise(a, b):
    """|a - b| / |b| of each number"""
    return [float(abs(x - y) / abs(y)) if y else 0.0 for x, y in zip(flat(a), flat(b))]


class Truth:
    """All that a system is to be held to."""

    def __init__(self, system, T, rads, hz, u):
        s = System(system)
        self.order = s.order
        self.answers = {("H", ""): s.response(rads["continuous"])}
        for method in METHODS:
            options = {"alpha": ALPHA} if method == "gbt" else \
                {"prewarp_hz": hz} if method == "prewarp" else {}
            d = Discrete(s, method, T, **options)
            if "ss" in as_ss(system):
                for k in range(4):
                    self.answers["M%d" % k, method] = d.matrices[k]
            self.answers["R", method] = d.response(rads["discrete"])
            y = d.run(u)
            for end, frame in enumerate(y):
                if max(map(abs, frame)) > 1e100:
                    y = y[:end]
                    break
            self.answers["y", method] = y


def frequencies(system, T):
    (kind, d), = as_ss(system).items()
    if kind == "ss":
        poles = np.linalg.eigvals(np.array(d["A"]).reshape(len(d["A"]), -1)) if d["A"] else []
    elif kind == "zpk":
        poles = [complex(*p) for p in d["poles"]]
    else:
        poles = np.roots(d["den"])
    at = sorted({v for p in poles for v in (abs(p), abs(np.imag(p))) if v > 0})
    random.Random(3).shuffle(at)
    low, high = (min(at), max(at)) if at else (1, 1)
    nyquist = math.pi / T
    near = [v * 1.0001 for v in at][:20]
    discrete = list(np.geomspace(1e-4 * nyquist, 0.98 * nyquist, 30)) + \
        [v for v in near if v < nyquist]
    return {"continuous": [float(v) for v in list(np.geomspace(low / 30, high * 30, 30)) + near],
            "discrete": [float(v) for v in discrete]}


# --- the program --------------------------------------------------------------------------------

class Failed(Exception):
    pass


def call(args):
    p = subprocess.run(args, capture_output=True, text=True)
    if p.returncode:
        raise Failed(p.stderr.strip()[:200])
    return p.stdout


def exact(values):
    return [gmpy2.mpfr(float(v)) for v in values]


def read_response(text):
    return [[[gmpy2.mpc(gmpy2.mpfr(re), gmpy2.mpfr(im)) for re, im in row] for row in point]
            for point in json.loads(text)["response"]]


def sampled(T, method, hz):
    args = ["--step", repr(T), "--method", "bilinear" if method == "prewarp" else method]
    if method == "prewarp":
        args += ["--prewarp-hz", repr(hz)]
    return args + (["--alpha", repr(ALPHA)] if method == "gbt" else [])


def judge(task):
    sinew, (family, name, system, T), keep = task
    hz = 0.11 / T
    rads = frequencies(system, T)
    try:
        rng = np.random.default_rng(1)
        probe = System(system)
        n = probe.order
        u = rng.normal(size=(2000 if n <= 24 else 300, probe.inputs))
        truth = Truth(system, T, rads, hz, u)
        nudged = [Truth(perturbed(system, random.Random(k)), T, rads, hz, u)
                  for k in range(3 if n <= 12 else 2)]
    except Exception as error:  # a case that the reference cannot do is a mistake of this file
        return [(family, name, "reference", "", math.inf, 0, 0, repr(error))]

    def condition(key):
        b = truth.answers[key]
        return max(distance(t.answers[key][:len(b)] if key[0] == "y" else t.answers[key], b)
                   for t in nudged)

    out = []

    def hold_points(method, key, got):
        want = truth.answers[key]
        errors = pointwise(got, want)
        conds = [max(c) for c in zip(*(pointwise(t.answers[key], want) for t in nudged))]
        if "ss" in as_ss(system):
            out.append((family, name, "r", method, None, max(errors, default=0.0), 0, ""))
            return
        ratio, error, cond = max(((e / (20 * (10 + n) * max(EPS, c)), e, c)
                                  for e, c in zip(errors, conds)), default=(0.0, 0.0, 0.0))
        out.append((family, name, "r", method, ratio, error, cond, ""))

    def hold(column, method, key, got):
        want = truth.answers[key]
        cond = condition(key)
        error = distance(got, want)
        if not error <= 1e300:
            error = math.inf
        out.append((family, name, column, method,
                    error / (20 * (10 + n) * max(EPS, cond)), error, cond, ""))

    with tempfile.TemporaryDirectory() as folder:
        if keep:
            folder = os.path.join(keep, (family + " " + name).replace(" ", "_"))
            os.makedirs(folder, exist_ok=True)
        model = os.path.join(folder, "model.yaml")
        with open(model, "w") as f:
            json.dump({"system": system}, f)
        files = {}
        for kind, list_ in rads.items():
            files[kind] = os.path.join(folder, kind)
            with open(files[kind], "w") as f:
                f.writelines("%r\n" % w for w in list_)
        signal, answer = os.path.join(folder, "u.npy"), os.path.join(folder, "y.npy")
        np.save(signal, u)

        def attempt(column, method, work):
            try:
                work()
            except Failed as error:
                out.append((family, name, column, method, math.inf, math.inf, 0, str(error)))

        def continuous():
            text = call([sinew, "response", model, "--continuous", "--rad", files["continuous"],
                         "--json"])
            hold("H", "", ("H", ""), read_response(text))
            hold_points("", ("H", ""), read_response(text))

        def discretize(method):
            d = json.loads(call([sinew, "discretize", model, *sampled(T, method, hz), "--json"]))
            m = [d[k] for k in "ABCD"]
            if ("M0", method) in truth.answers and n:
                for k in range(4):
                    hold("M", method, ("M%d" % k, method), [exact(r) for r in m[k]])
            want = truth.answers["R", method]
            error = distance(reference.response_of(m, rads["discrete"], T), want)
            out.append((family, name, "P", method, None, error, condition(("R", method)), ""))

        def response(method):
            text = call([sinew, "response", model, *sampled(T, method, hz), "--rad",
                         files["discrete"], "--json"])
            hold("R", method, ("R", method), read_response(text))
            hold_points(method, ("R", method), read_response(text))

        def run(method, engine, column):
            call([sinew, "run", model, signal, answer, *sampled(T, method, hz), "--engine", engine])
            y = np.load(answer)[:len(truth.answers["y", method])]
            hold(column, method, ("y", method), [exact(f) for f in y])

        attempt("H", "", continuous)
        for method in METHODS:
            attempt("M", method, lambda: discretize(method))
            attempt("R", method, lambda: response(method))
            attempt("S", method, lambda: run(method, "scan", "S"))
            attempt("B", method, lambda: run(method, "block", "B"))
            attempt("C", method, lambda: run(method, "convolve", "C"))
    return out


def some_times(T, frames, rng):
    """Steps about T, a third of them alike, a few far longer or shorter."""
    steps = T * rng.exponential(size=frames)
    steps[::3] = T
    steps[7::50] = T * 10.0 ** rng.uniform(-6, 0, size=len(steps[7::50]))
    steps[frames // 2::max(1, frames // 3)] *= 1e3
    return np.cumsum(steps) - 3 * T


def judge_irregular(task):
    sinew, (family, name, system, T, frames), keep = task
    rng = np.random.default_rng(1)
    s = System(system)
    times, u = some_times(T, frames, rng), rng.normal(size=(frames, s.inputs))
    x0 = rng.normal(size=s.order) if "ss" in system and s.order else None
    others = [System(perturbed(system, random.Random(k))) for k in range(3 if s.order <= 4 else 2)]
    out = []
    with tempfile.TemporaryDirectory() as folder:
        paths = {k: os.path.join(keep or folder, (name + "." + k).replace(" ", "_"))
                 for k in ("yaml", "in.csv", "out.csv", "x0")}
        with open(paths["yaml"], "w") as f:
            json.dump({"system": system}, f)
        with open(paths["in.csv"], "w") as f:
            f.writelines(",".join(map(repr, map(float, [t, *row]))) + "\n"
                         for t, row in zip(times, u))
        args = []
        if x0 is not None:
            with open(paths["x0"], "w") as f:
                f.write(",".join(map(repr, map(float, x0))) + "\n")
            args = ["--x0", paths["x0"]]
        for method in ("zoh", "foh"):
            want = Irregular(s, method).run(times, u, x0)
            cond = max(distance(Irregular(o, method).run(times, u, x0), want) for o in others)
            try:
                call([sinew, "run", paths["yaml"], paths["in.csv"], paths["out.csv"], "--time",
                      "--method", method, *args])
            except Failed as error:
                out.append((family, name, "I", method, math.inf, math.inf, 0, str(error)))
                continue
            got = np.loadtxt(paths["out.csv"], delimiter=",", ndmin=2)
            assert np.array_equal(got[:, 0], times)
            error = distance([exact(row) for row in got[:, 1:]], want)
            error = error if error <= 1e300 else math.inf
            out.append((family, name, "I", method,
                        error / (20 * (10 + s.order) * max(EPS, cond)), error, cond, ""))
    return out


# --- report -------------------------------------------------------------------------------------

def table(results):
    for method in ("zoh", "foh"):
        ratios = [r[4] for r in results if r[2] == "I" and r[3] == method]
        if ratios:
            print("irregular steps, %s: worst error / allowed %.2g" % (method, max(ratios)))
    results = [r for r in results if r[2] != "I"]
    if not results:
        return
    families = list(dict.fromkeys(r[0] for r in results))
    columns = [("H", ""), ("r", "")] + [(c, m) for m in METHODS for c in "MRrSBC"]
    print("worst error / allowed; a column a method: M matrices, R response, r each point of it, "
          "S scan, B block, C convolve")
    print("%-10s %7s %7s " % ("", "H", "r") + " ".join("%-47s" % m for m in METHODS))
    for family in families:
        cells = []
        for column, method in columns:
            ratios = [r[4] for r in results
                      if r[0] == family and r[2] == column and r[3] == method and r[4] is not None]
            cells.append("%7.2g" % max(ratios) if ratios else "      -")
        print("%-10s %s" % (family, " ".join(cells)))


def judge_any(task):
    return (judge_irregular if task[1][0] == "irregular" else judge)(task)


def sample(source, every):
    """Each N-th case of every family, its first one included."""
    seen = {}
    for case in source:
        seen[case[0]] = seen.get(case[0], -1) + 1
        if seen[case[0]] % every == 0:
            yield case


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sinew")
    parser.add_argument("--only", default="", help="cases whose family and name hold this text")
    parser.add_argument("--every", type=int, default=1, help="each N-th case, one a family at least")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", help="folder for descriptions and signals")
    parser.add_argument("--verbose", action="store_true")
    a = parser.parse_args()
    tasks = [(a.sinew, c, a.keep) for source in (cases(), irregular_cases())
             for c in sample(source, a.every) if a.only in c[0] + " " + c[1]]
    tasks.sort(key=lambda t: -len(str(t[1][2])))
    results = []
    with multiprocessing.Pool(a.jobs) as pool:
        for part in pool.imap_unordered(judge_any, tasks):
            results += part
            for family, name, column, method, ratio, error, cond, text in part:
                if a.verbose or (ratio is not None and not ratio <= 1):
                    print("%-10s %-22s %-1s %-9s ratio %-9s error %-9.3g condition %-9.3g %s" % (
                        family, name, column, method, "-" if ratio is None else "%.3g" % ratio,
                        error, cond, text), flush=True)
    order = list(dict.fromkeys(c[0] for c in cases())) + ["irregular"]
    results.sort(key=lambda r: order.index(r[0]))
    table(results)
    held = [r for r in results if r[4] is not None]
    failed = sum(1 for r in held if not r[4] <= 1)
    print("%d passed, %d failed" % (len(held) - failed, failed))
    return 1 if failed or not held else 0


if __name__ == "__main__":
    sys.exit(main())
