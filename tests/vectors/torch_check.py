#!/usr/bin/python3
"""Holds layers_reference.py and mamba_reference.py to PyTorch in float64. By hand (python3-torch):

    tests/vectors/torch_check.py            all within 1e-12; prints the worst of each

PyTorch's own layers where it has them. The mixers are written by torch's functions in the other
form that the papers prove equal: no recurrence, but the sum over all earlier frames with its decay
(Mamba-2's and -3's matrix L o C B', Mamba-1's for each channel and state); Mamba-3's rotations are
products of complex numbers, its angles a cumulated sum.
"""
import math
import sys
import tempfile

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import checkpoints
import layers_reference as layers
import mamba_reference as mamba

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
rng = np.random.default_rng(5)


def tensor(x):
    return torch.from_numpy(np.ascontiguousarray(x))


def named(module):
    return {n: p.detach().numpy().copy() for n, p in module.named_parameters()}


def nrmse(got, want):
    got, want = (np.asarray(v) for v in (got, want))
    assert got.shape == want.shape, (got.shape, want.shape)
    return np.sqrt(np.mean(np.abs(got - want)**2) / max(np.mean(np.abs(want)**2), 1e-300))


worst = {}


def hold(name, got, want):
    if isinstance(want, torch.Tensor):
        want = want.detach().numpy()
    worst[name] = max(worst.get(name, 0), nrmse(got, want))


# ---- mixers, without a recurrence ----

def decay(log_alpha):
    """(L, ...) -> (L, L, ...): exp of the sum over s < r <= t, 0 where s > t."""
    total = torch.cumsum(log_alpha, 0)
    span = total[:, None] - total[None, :]
    causal = torch.ones(len(total), len(total)).tril().bool()
    return torch.where(causal.reshape(causal.shape + (1,) * (span.dim() - 2)), span.exp(),
                       torch.zeros(()))


def short_conv(x, w):
    taps = w["conv1d.weight"]
    return F.conv1d(F.pad(x.T[None], (taps.shape[-1] - 1, 0)), taps, w.get("conv1d.bias"),
                    groups=len(taps))[0].T


def per_frame(dt, x):
    return torch.ones(len(x)) if dt is None else tensor(dt)


def torch_mamba1(x, w, _=None, dt=None):
    A = -w["A_log"].exp()
    inner, n = A.shape
    x, z = F.linear(x, w["in_proj.weight"], w.get("in_proj.bias")).chunk(2, -1)
    u = F.silu(short_conv(x, w))
    low, B, C = F.linear(u, w["x_proj.weight"]).split([w["dt_proj.weight"].shape[1], n, n], -1)
    delta = F.softplus(F.linear(low, w["dt_proj.weight"], w["dt_proj.bias"]), threshold=700)
    delta = delta * per_frame(dt, x)[:, None]
    y = torch.einsum("tsdn,sd,sd,sn,tn->td", decay(delta[:, :, None] * A), delta, u, B, C)
    y = (y + w["D"] * u) * F.silu(z)
    return F.linear(y, w["out_proj.weight"], w.get("out_proj.bias"))


def torch_norm(v, weight, groups, eps):
    parts = v.reshape(len(v), groups, -1)
    return (parts * torch.rsqrt(parts.square().mean(-1, keepdim=True) + eps)).flatten(1) * weight


def torch_mamba2(x, w, shape, dt=None):
    P, G = shape["head_dim"], shape["n_groups"]
    H, inner = len(w["A_log"]), len(w["A_log"]) * P
    gn = (w["conv1d.weight"].shape[0] - inner) // 2
    z, xbc, raw = F.linear(x, w["in_proj.weight"], w.get("in_proj.bias")).split(
        [inner, inner + 2 * gn, H], -1)
    u, B, C = F.silu(short_conv(xbc, w)).split([inner, gn, gn], -1)
    u = u.unflatten(1, (H, P))
    B, C = (v.unflatten(1, (G, -1)).repeat_interleave(H // G, 1) for v in (B, C))
    delta = F.softplus(raw + w["dt_bias"], threshold=700).clamp(*shape["dt_limit"])
    delta = delta * per_frame(dt, x)[:, None]
    M = torch.einsum("thn,shn,tsh->hts", C, B, decay(-delta * w["A_log"].exp()))
    y = torch.einsum("hts,sh,shp->thp", M, delta, u)
    D = w["D"].reshape(H, -1)
    y = (y + D * u).flatten(1)
    if "norm.weight" not in w:
        y = y * F.silu(z)
    elif shape["norm_before_gate"]:
        y = torch_norm(y, w["norm.weight"], shape["norm_groups"], shape["eps"]) * F.silu(z)
    else:
        y = torch_norm(y * F.silu(z), w["norm.weight"], shape["norm_groups"], shape["eps"])
    return F.linear(y, w["out_proj.weight"], w.get("out_proj.bias"))


def turned(v, phase):
    """(L, H, N) by unit complex numbers (L, H, S)."""
    S = phase.shape[-1]
    front = torch.view_as_complex(v[..., :2 * S].unflatten(-1, (S, 2)).contiguous()) * phase
    return torch.cat([torch.view_as_real(front).flatten(-2), v[..., 2 * S:]], -1)


def torch_mamba3(x, w, shape, dt=None):
    P, G, H = shape["head_dim"], shape["n_groups"], len(w["dt_bias"])
    N, inner = len(w["B_norm.weight"]), len(w["dt_bias"]) * P
    p = F.linear(x, w["in_proj.weight"], w.get("in_proj.bias"))
    S = p.shape[1] - 2 * inner - 2 * G * N - 3 * H
    z, v, B, C, dd_dt, dd_A, trap, angle = p.split([inner, inner, G * N, G * N, H, H, H, S], -1)
    A = -torch.where(dd_A < 0, 1 / (1 - dd_A), 1 + dd_A)
    delta = F.softplus(dd_dt + w["dt_bias"], threshold=700) * per_frame(dt, x)[:, None]
    theta = torch.cumsum(delta[:, :, None] * math.pi * angle.tanh()[:, None, :], 0)
    phase = torch.polar(torch.ones_like(theta), theta)

    def heads(m, name):
        m = torch_norm(m.reshape(-1, N), w[name + "_norm.weight"], 1, shape["eps"])
        return m.reshape(len(x), G, N).repeat_interleave(H // G, 1) + w[name + "_bias"][:, 0]
    k, q = turned(heads(B, "B"), phase), turned(heads(C, "C"), phase)
    v = v.unflatten(1, (H, P))
    # frame s counts twice: gamma_s as it comes, beta_(s+1) with the next, decayed from s on
    lam = trap.sigmoid()
    span = decay(A * delta)
    now = span * (lam * delta)
    late = torch.zeros_like(now)
    late[:, :-1] = span[:, :-1] * ((1 - lam) * delta)[1:]
    diagonal = torch.arange(len(x))
    late[diagonal, diagonal] = 0
    y = torch.einsum("thn,shn,tsh,shp->thp", q, k, now + late, v) + w["D"][:, None] * v
    y = y.flatten(1)
    if "norm.weight" in w:
        y = torch_norm(y, w["norm.weight"], H, shape["eps"])
    return F.linear(y * F.silu(z), w["out_proj.weight"], w.get("out_proj.bias"))


TORCH_MIXERS = {"mamba1": torch_mamba1, "mamba2": torch_mamba2, "mamba3": torch_mamba3}

# what differs from checkpoints.DEFAULTS
CASES = [{}, {"d_state": 1, "d_conv": 2}, {"d_state": 7, "d_conv": 3, "d_model": 5, "headdim": 5},
         {"d_state": 64, "bias": True, "conv_bias": False}, {"ngroups": 3, "norm_groups": 1},
         {"ngroups": 2, "norm_before_gate": True}, {"gated_norm": False, "dt_limit": (0.01, 0.2)},
         {"D_per_channel": True, "rope_fraction": 1.0}, {"dtype": "BF16"}, {"dtype": "F16"},
         {"delta": "large"}]


def check_mixers():
    for kind, run in TORCH_MIXERS.items():
        for case in CASES:
            with tempfile.TemporaryDirectory() as folder:
                c = checkpoints.make(folder, kind, **case)
            x = rng.normal(0, 1, (61, c.settings["d_model"]))
            w = {n: tensor(v) for n, v in mamba.below(c.weights, "layers.1.mixer.").items()}
            for dt in None, rng.uniform(0.2, 3, len(x)):
                hold(kind, c.run("mixer.1", x, dt=dt)[0], run(tensor(x), w, c.shape, dt))


def check_model():
    """Blocks and head by torch's embedding and linear."""
    for kind, run in TORCH_MIXERS.items():
        with tempfile.TemporaryDirectory() as folder:
            c = checkpoints.make(folder, kind, tied=kind == "mamba1", pad_vocab=8)
        ids = rng.integers(0, 37, 40)
        w = {n: tensor(v) for n, v in c.weights.items()}
        x = F.embedding(tensor(ids), w["embeddings.weight"])
        for i in range(2):
            normed = torch_norm(x, w[f"layers.{i}.norm.weight"], 1, 1e-5)
            x = x + run(normed, mamba.below(w, f"layers.{i}.mixer."), c.shape)
        head = w["embeddings.weight"] if c.head is None else tensor(c.head)
        hold("language model", c.logits(ids)[0],
             F.linear(torch_norm(x, w["norm_f.weight"], 1, 1e-5), head))


# ---- PyTorch's own ----

def check_elementwise():
    x = np.concatenate([np.linspace(-40, 40, 4001), [-700, -1e-3, 0, 1e-300, 700]])
    for name, f in (("sigmoid", torch.sigmoid), ("silu", F.silu), ("gelu", F.gelu),
                    ("softplus", lambda v: F.softplus(v, threshold=700)), ("tanh", torch.tanh),
                    ("gelu_tanh", lambda v: F.gelu(v, approximate="tanh")), ("relu", F.relu)):
        hold(name, getattr(layers, name)(x), f(tensor(x)))


def check_frames():
    x, w, b = rng.normal(0, 1, (9, 13)), rng.normal(0, 1, (5, 13)), rng.normal(0, 1, 5)
    hold("linear", layers.linear(x, w, b), F.linear(*map(tensor, (x, w, b))))
    hold("layer_norm", layers.layer_norm(x, w[0], w[1]),
         F.layer_norm(tensor(x), (13,), tensor(w[0]), tensor(w[1])))
    for taps in 2, 3, 4:
        w = rng.normal(0, 1, (13, 1, taps))
        hold("conv", layers.conv(x, w, x[0])[0],
             short_conv(tensor(x), {"conv1d.weight": tensor(w), "conv1d.bias": tensor(x[0])}))


def check_cells():
    x, h = rng.normal(0, 2, (50, 6)), rng.normal(0, 1, (1, 7))
    cell = nn.GRU(6, 7)
    y, last = cell(tensor(x), tensor(h))
    got, state = layers.gru(x, named(cell), h[0])
    hold("gru", got, y)
    hold("gru", state, last[0])
    cell = nn.LSTM(6, 7, bias=False)
    y, (last, c) = cell(tensor(x), (tensor(h), tensor(-h)))
    got, state = layers.lstm(x, named(cell), (h[0], -h[0]))
    hold("lstm", got, y)
    hold("lstm", state[1], c[0])


def check_attention():
    x = rng.normal(0, 1, (33, 12))
    full = nn.MultiheadAttention(12, 3)
    nn.init.normal_(full.in_proj_bias)
    for window in None, 5:
        mask = torch.ones(33, 33).triu(1).bool()
        if window:
            mask |= torch.ones(33, 33).tril(-window).bool()
        y = full(*[tensor(x)] * 3, attn_mask=mask, need_weights=False)[0]
        hold("attention", layers.attention(x, named(full), 3, window=window)[0], y)
    check_grouped(x)


def check_grouped(x):
    """Two heads of keys for four, turned by products of complex numbers."""
    w = {n + "_proj.weight": rng.normal(0, 0.5, s) for n, s in
         (("q", (16, 12)), ("k", (8, 12)), ("v", (8, 12)), ("o", (12, 16)))}
    for interleaved in False, True:
        q, k, v = (F.linear(tensor(x), tensor(w[n + "_proj.weight"])).unflatten(1, (-1, 4))
                   for n in "qkv")
        angle = torch.arange(33.)[:, None] * torch.tensor([1.0, 1e-2])
        phase = torch.polar(torch.ones_like(angle), angle)[:, None]
        order = [0, 1, 2, 3] if interleaved else [0, 2, 1, 3]
        q, k = (turned(a[..., order], phase.expand(33, a.shape[1], 2)) for a in (q, k))
        k, v = (a.repeat_interleave(2, 1) for a in (k, v))
        score = torch.einsum("thd,shd->hts", q, k) / 2
        score = score.masked_fill(torch.ones(33, 33).triu(1).bool(), -math.inf).softmax(-1)
        y = F.linear(torch.einsum("hts,shd->thd", score, v).flatten(1), tensor(w["o_proj.weight"]))
        hold("attention", layers.attention(x, w, 4, 2, 1e4, interleaved)[0], y)


def check_diagonal():
    """The impulse response by powers, as a causal convolution."""
    A = -rng.uniform(0.1, 2, 6) + 1j * rng.uniform(0, 5, 6)
    B, C = (rng.normal(0, 1, s) + 1j * rng.normal(0, 1, s) for s in ((6, 2), (3, 6)))
    x = rng.normal(0, 1, (80, 2))
    for method in "zoh", "bilinear":
        for values, b, c in (A, B, C), (A.real, B.real, C.real):
            M = torch.from_numpy(values)
            a = (0.1 * M).exp() if method == "zoh" else (20 + M) / (20 - M)
            gain = (a - 1) / M if method == "zoh" else (1 + a) / 20
            power = a ** torch.arange(80.)[:, None]
            taps = torch.einsum("on,tn,n,ni->oit", torch.from_numpy(c) + 0j, power + 0j, gain + 0j,
                                torch.from_numpy(b) + 0j).real
            y = F.conv1d(F.pad(tensor(x.T)[None], (79, 0)), taps.flip(-1))[0].T
            got = layers.diagonal(x, values, b, c, step=0.1, method=method)[0]
            hold("diagonal", got, y * (2 if values is A else 1))


if __name__ == "__main__":
    for check in [f for n, f in list(globals().items()) if n.startswith("check_") and
                  n != "check_grouped"]:
        check()
    for name, error in worst.items():
        print(f"{'ok' if error < 1e-12 else 'not ok'}  {name:16}{error:.2g}")
    sys.exit(int(max(worst.values()) >= 1e-12))
