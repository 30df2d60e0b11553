#!/usr/bin/python3
"""Writes weights.safetensors beside it: weights set by construction, none of them trained.

The gain of the model, for a sample x at the step s (1/48000 s is delta's unit):

    u = silu(C |x|), which is C |x| but for what is below -50 dB or so
    delta = s 48000 softplus(beta + kappa u / C)         the memory is s / delta
    h = exp(-delta) h + delta u,   e = h / C             e follows |x|
    y = x / sqrt(1 + (e / THRESHOLD)^2)

A Mamba-1 mixer computes e: two channels, of which the second is constant (20), so that B and C,
which are linear in the channels, are 1; the gate is constant too. An RMS norm over [e, THRESHOLD]
makes the gain of it.
"""
import json
import math
import os
import struct

import numpy as np

RATE_HZ = 48000
SILENT_S, LOUD_S = 2.0, 0.001  # the memory at |x| = 0 and at |x| = 1
THRESHOLD = 0.1
C = 1000.0  # how steep silu is, so that it rectifies
ONE = 20.0  # silu(20) = 20 (1 - 2e-9): what is constant


def inverse_softplus(y):
    return math.log(math.expm1(y))


BETA = inverse_softplus(1 / (SILENT_S * RATE_HZ))
KAPPA = inverse_softplus(1 / (LOUD_S * RATE_HZ)) - BETA


def tensors():
    return {
        "rectify.weight": [[1], [-1]],
        "follower.in_proj.weight": [[C, C], [0, 0], [0, 0], [0, 0]],  # of [max(x, 0), max(-x, 0)]
        "follower.in_proj.bias": [0, ONE, ONE, ONE],
        "follower.conv1d.weight": [[[1]], [[1]]],
        "follower.x_proj.weight": [[KAPPA / C, 0], [0, 1 / ONE], [0, 1 / ONE]],  # dt, B, C
        "follower.dt_proj.weight": [[1], [1]],
        "follower.dt_proj.bias": [BETA, BETA],
        "follower.A_log": [[0], [0]],
        "follower.D": [0, 0],
        "follower.out_proj.weight": [[1 / (C * ONE), 0], [0, 0]],
        "follower.out_proj.bias": [0, THRESHOLD],
        "norm.weight": [1, math.sqrt(0.5)],
        "gain.weight": [[0, 1]],
    }


def main():
    header, data = {}, b""
    for name, values in sorted(tensors().items()):
        x = np.array(values, "<f4")
        header[name] = {"dtype": "F32", "shape": list(x.shape),
                        "data_offsets": [len(data), len(data) + x.nbytes]}
        data += x.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "weights.safetensors"), "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    main()
