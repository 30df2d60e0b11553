#!/usr/bin/python3
"""Writes layers_vectors.h: layers by PyTorch in float64 (python3-torch), for the tests in C.

What a layer is given is rounded to float first and stands as float; what comes of it is double. Of
layers_reference.py, which torch_check.py holds to PyTorch, are keys in groups and diagonal systems.
The mixers are those of torch_check.py, started at zero; their states, which these do not have, are
of mamba_reference.py.
"""
import os
import sys
import tempfile

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import checkpoints
import layers_reference as layers
import mamba_reference as mamba
from torch_check import TORCH_MIXERS, named, tensor

rng = np.random.default_rng(11)
torch.manual_seed(3)
out = []


def number(v, single):
    if not np.isfinite(v):
        return "-INFINITY" if v < 0 else "INFINITY"
    text = "%.9g" % v if single else "%.17g" % v
    text += "" if "." in text or "e" in text else ".0"
    return text + ("f" if single else "")


def emit(name, x, single=False):
    """An array, its shape beside it."""
    x = np.asarray(x.detach() if isinstance(x, torch.Tensor) else x, float)
    head = (f"static const {'float' if single else 'double'} {name}[{x.size}] = "
            f"{{ /* ({', '.join(map(str, x.shape))}) */")
    out.append("\n    ".join([head] + wrapped([number(v, single) for v in x.ravel()])) + "};")


def wrapped(words, width=118):
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += word + ", "
    return [line.rstrip() for line in lines]


def given(name, x):
    """Emitted as float; returned as what it became."""
    x = np.float32(x).astype(float)
    emit(name, x, single=True)
    return x


def normal(name, *shape):
    return given(name, rng.normal(0, 1, shape))


def elementwise():
    x = given("grid_x", np.concatenate([
        np.linspace(-12, 12, 49), [0.1, -0.1, 1e-6, -1e-6, 1e-30, -1e-30, 20, -20, 50, -50,
                                   87.5, -87.5, 88.8, -88.8, 103.5, -103.5, 1e4, -1e4, 3e38, -3e38]]))
    for name, f in (("sigmoid", torch.sigmoid), ("silu", F.silu), ("gelu", F.gelu),
                    ("softplus", lambda v: F.softplus(v, threshold=700)), ("tanh", torch.tanh),
                    ("gelu_tanh", lambda v: F.gelu(v, approximate="tanh")), ("relu", F.relu)):
        # erf's own tail: torch has x (1 + erf) / 2, which is 0 where it should be small
        y = layers.gelu(x) if name == "gelu" else layers.gelu_tanh(x) if name == "gelu_tanh" else \
            f(tensor(x))
        np.testing.assert_allclose(y, f(tensor(x)), rtol=1e-12, atol=1e-14)
        emit("grid_" + name, y)


def frames():
    x, w, b = normal("linear_x", 4, 7), normal("linear_weight", 5, 7), normal("linear_bias", 5)
    emit("linear_y", F.linear(*map(tensor, (x, w, b))))
    x, w, b = normal("norm_x", 4, 7), normal("norm_weight", 7), normal("norm_bias", 7)
    x, w, b = map(tensor, (x, w, b))
    emit("norm_rms", x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-5) * w)
    emit("norm_layer", F.layer_norm(x, (7,), w, b))
    gate, up, down = (tensor(normal("swiglu_" + n, *s)) for n, s in
                      (("gate", (6, 7)), ("up", (6, 7)), ("down", (7, 6))))
    emit("swiglu_y", F.linear(F.silu(F.linear(x, gate)) * F.linear(x, up), down))


def convolution():
    for taps in 2, 3, 4:
        n = f"conv{taps}_"
        x, w, b = normal(n + "x", 6, 5), normal(n + "weight", 5, 1, taps), normal(n + "bias", 5)
        s = normal(n + "state", 5, taps - 1)
        line = tensor(np.concatenate([s, x.T], 1))
        emit(n + "y", F.conv1d(line[None], tensor(w), tensor(b), groups=5)[0].T)
        emit(n + "after", line[:, -(taps - 1):])


def rounded(module, name):
    for parameter, p in module.named_parameters():
        nn.init.normal_(p, std=0.6)
        p.data = tensor(given(name + parameter.replace(".", "_"), p.detach().numpy()))
    return module


def cells():
    x, h, c = normal("cell_x", 6, 3), normal("cell_h", 1, 4), normal("cell_c", 1, 4)
    gru, lstm = rounded(nn.GRU(3, 4), "gru_"), rounded(nn.LSTM(3, 4), "lstm_")
    emit("gru_y", gru(tensor(x), tensor(h))[0])
    y, (last, state) = lstm(tensor(x), (tensor(h), tensor(c)))
    emit("lstm_y", y)
    emit("lstm_c_after", state[0])
    assert np.allclose(layers.lstm(x, named(lstm), (h[0], c[0]))[0], y.detach(), 1e-12)
    assert np.allclose(last.detach(), y[-1:].detach())


def attention():
    x = normal("attention_x", 9, 6)
    full = rounded(nn.MultiheadAttention(6, 3), "attention_")
    masks = (("", torch.ones(9, 9).triu(1).bool()),
             ("_window_4", torch.ones(9, 9).triu(1).bool() | torch.ones(9, 9).tril(-4).bool()))
    for name, mask in masks:
        emit("attention_y" + name, full(*[tensor(x)] * 3, attn_mask=mask, need_weights=False)[0])
    w = {n + "_proj.weight": normal(f"grouped_{n}_proj", *s) for n, s in
         (("q", (16, 6)), ("k", (8, 6)), ("v", (8, 6)), ("o", (6, 16)))}
    for name, interleaved in ("", False), ("_interleaved", True):
        emit("grouped_y" + name, layers.attention(x, w, 4, 2, 1e4, interleaved)[0])


def diagonal():
    x = normal("diagonal_x", 8, 2)
    pair = lambda name, *s: normal(name, *s, 2) @ [1, 1j]  # noqa: E731
    re, im = given("diagonal_A_re", -rng.uniform(0.1, 2, (2, 3))), normal("diagonal_A_im", 2, 3)
    B, C, D = pair("diagonal_B", 2, 3), pair("diagonal_C", 2, 3), normal("diagonal_D", 2)
    step, dt = given("diagonal_step", [[0.1], [0.5]]), given("diagonal_dt", rng.uniform(0.5, 2, 8))
    for method in "zoh", "bilinear":
        emit("diagonal_y_" + method,
             layers.diagonal(x, re + 1j * im, B, C, D, step, method, None, dt)[0])


def mixers():
    for kind, run in TORCH_MIXERS.items():
        with tempfile.TemporaryDirectory() as folder:
            c = checkpoints.make(folder, kind, d_model=6, n_layer=1, headdim=3, ngroups=2,
                                 d_state=5, d_conv=3, bias=kind != "mamba3", dt_rank=2, rope_fraction=1.0,
                                 dt_limit=(0.002, 0.4))
        w = {n: given(f"{kind}_{n.replace('.', '_')}", v) for n, v in
             mamba.below(c.weights, "layers.0.mixer.").items()}
        x, dt = normal(kind + "_x", 12, 6), given(kind + "_dt", rng.uniform(0.5, 2, 12))
        for name, steps in ("", None), ("_dt", dt):
            y = run(tensor(x), {n: tensor(v) for n, v in w.items()}, c.shape, steps)
            cut = (None, None) if steps is None else (steps[:7], steps[7:])
            state = mamba.MIXERS[kind](x[:7], w, c.shape, None, cut[0])[1]
            again = mamba.MIXERS[kind](x[7:], w, c.shape, state, cut[1])
            np.testing.assert_allclose(again[0], y[7:], rtol=1e-10)
            emit(f"{kind}_y{name}", y)
            for part, value in again[1].items():
                emit(f"{kind}_{part}_after{name}", value)
            for part, value in state.items():
                emit(f"{kind}_{part}_after_7{name}", value)


ABOUT = """/* Written by layers.py; do not edit. clang-format off
 *
 * static const arrays, each with its shape; what goes in is float, what is to come out double.
 * Frames are rows. A header of another's names: include it in one file, and what is not used there
 * is marked so.
 *   grid_x, grid_NAME        sigmoid silu gelu (erf) softplus tanh gelu_tanh relu
 *   linear_x _weight _bias _y
 *   norm_x _weight _bias; norm_rms (no bias), norm_layer; eps 1e-5
 *   swiglu_gate _up _down _y of norm_x: down (silu(gate x) up x)
 *   convK_x _weight _bias _state _y _after      K = 2, 3, 4; states oldest first
 *   cell_x _h _c; gru_PARAMETER_l0, gru_y; lstm_PARAMETER_l0, lstm_y, lstm_c_after
 *   attention_x, attention_in_proj_weight, ... (MultiheadAttention of 3 heads), attention_y,
 *     attention_y_window_4 (a frame and the three before)
 *   grouped_{q,k,v,o}_proj of attention_x: 4 heads, 2 of keys, RoPE of base 1e4, pairs (i, i + 2);
 *     grouped_y, grouped_y_interleaved
 *   diagonal_x _A_re _A_im _B _C (re, im) _D _step _dt: S4D, 2 channels of 3 states, each for a
 *     conjugate pair; diagonal_y_zoh, diagonal_y_bilinear with step dt_t
 *   mambaI_TENSOR (dots are _), mambaI_x, _dt (multiplies delta), for I = 1, 2, 3:
 *     mambaI_y, mambaI_STATE_after (12 frames), mambaI_STATE_after_7; and ..._dt: with the steps.
 *     d_model 6, d_inner 12, d_state 5, d_conv 3, dt_rank 2, head dim 3, 2 groups; Mamba-2:
 *     dt_limit (0.002, 0.4), the norm per group behind the gate; Mamba-3: with norm.weight.
 *     conv (C, K-1), ssm (D, N) or (H, P, N), angle (H, S), k (H, N), v (H, P)
 */
#ifndef LAYERS_VECTORS_H
#define LAYERS_VECTORS_H

#include <math.h>

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wunused-const-variable"
#endif

"""

if __name__ == "__main__":
    for part in elementwise, frames, convolution, cells, attention, diagonal, mixers:
        part()
    path = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), "layers_vectors.h")
    with open(path, "w", encoding="ascii") as file:
        file.write(ABOUT + "\n".join(out) + "\n\n#endif\n")
