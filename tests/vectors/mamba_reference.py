"""Mamba-1, -2, -3 mixers, blocks, stacks and language models in float64, one frame after the other
as the papers' recurrences stand (arXiv 2312.00752, 2405.21060, and Mamba-3's trapezoidal rule):
written from them, never from the library. Forms as in layers_reference.py.

A mixer takes its weights without the prefix (`in_proj.weight`, ...) and `shape`, what the tensors
do not say. dt (L) multiplies delta, frame by frame. States are dicts as in state files:
    Mamba-1   conv (D, K-1)          ssm (D, N)
    Mamba-2   conv (D + 2 G N, K-1)  ssm (H, P, N)
    Mamba-3   angle (H, S)  ssm (H, P, N)  k (H, N)  v (H, P)
"""
import math

import numpy as np

from layers_reference import conv, layer_norm, linear, rms_norm, sigmoid, silu, softplus


def steps(dt, frames):
    return np.ones(frames) if dt is None else np.asarray(dt, float)


# ---- Mamba-1 ----

def mamba1(x, w, shape=None, state=None, dt=None):
    """h = exp(delta A) h + (delta u) B, y = (h C + D u) silu(z)."""
    A = -np.exp(w["A_log"])  # (D, N)
    inner, n = A.shape
    state = state or {}
    xz = linear(x, w["in_proj.weight"], w.get("in_proj.bias"))
    c, columns = conv(xz[:, :inner], w["conv1d.weight"], w.get("conv1d.bias"), state.get("conv"))
    u, z = silu(c), xz[:, inner:]
    low, B, C = np.split(linear(u, w["x_proj.weight"]), [-2 * n, -n], axis=1)
    delta = softplus(linear(low, w["dt_proj.weight"], w["dt_proj.bias"]))
    delta *= steps(dt, len(x))[:, None]
    h = np.array(state.get("ssm", np.zeros((inner, n))))
    y = np.zeros((len(x), inner))
    for t in range(len(x)):
        h = np.exp(delta[t][:, None] * A) * h + (delta[t] * u[t])[:, None] * B[t]
        y[t] = h @ C[t] + w["D"] * u[t]
    return (linear(y * silu(z), w["out_proj.weight"], w.get("out_proj.bias")),
            {"conv": columns, "ssm": h})


# ---- Mamba-2 ----

def gated_norm(y, z, weight, groups, eps, before_gate):
    """RMS over each of `groups` parts of the channels, behind the gate or before it."""
    def norm(v):
        parts = v.reshape(len(v), groups, -1)
        return weight * rms_norm(parts, 1.0, eps).reshape(v.shape)
    return norm(y) * silu(z) if before_gate else norm(y * silu(z))


def mamba2(x, w, shape, state=None, dt=None):
    """h = exp(dt A) h + dt x B', y = h C + D x, per head. shape: head_dim, n_groups, and where they
    are not what follows here norm_groups, dt_limit, norm_before_gate, eps."""
    P, G = shape["head_dim"], shape["n_groups"]
    H = len(w["A_log"])
    inner = H * P
    N = (w["conv1d.weight"].shape[0] - inner) // (2 * G)
    state = state or {}
    z, xbc, raw = np.split(linear(x, w["in_proj.weight"], w.get("in_proj.bias")),
                           [inner, 2 * inner + 2 * G * N], axis=1)
    c, columns = conv(xbc, w["conv1d.weight"], w.get("conv1d.bias"), state.get("conv"))
    u, B, C = np.split(silu(c), [inner, inner + G * N], axis=1)
    group = np.arange(H) // (H // G)
    u = u.reshape(-1, H, P)
    B, C = (v.reshape(-1, G, N)[:, group] for v in (B, C))  # (L, H, N)
    delta = np.clip(softplus(raw + w["dt_bias"]), *shape.get("dt_limit", (0, math.inf)))
    delta *= steps(dt, len(x))[:, None]
    A, D = -np.exp(w["A_log"]), w["D"].reshape(H, -1)  # D of a head, or of each channel
    h = np.array(state.get("ssm", np.zeros((H, P, N))))
    y = np.zeros((len(x), H, P))
    for t in range(len(x)):
        h = (np.exp(delta[t] * A)[:, None, None] * h
             + (delta[t][:, None] * u[t])[:, :, None] * B[t][:, None, :])
        y[t] = np.einsum("hpn,hn->hp", h, C[t]) + D * u[t]
    y = y.reshape(len(x), inner)
    if "norm.weight" in w:
        y = gated_norm(y, z, w["norm.weight"], shape.get("norm_groups", G), shape.get("eps", 1e-5),
                       shape.get("norm_before_gate", False))
    else:
        y = y * silu(z)
    return (linear(y, w["out_proj.weight"], w.get("out_proj.bias")), {"conv": columns, "ssm": h})


# ---- Mamba-3, one input and one output a head ----

def rate(x):
    """f of A = -f(dd_A): 1 + x, or 1 / (1 - x) below zero."""
    return np.where(x >= 0, 1 + np.maximum(x, 0), 1 / (1 - np.minimum(x, 0)))


def rotate(v, theta):
    """Pairs (2i, 2i+1) of v (H, N) by theta (H, S); what lies behind 2S stays."""
    out, S = v.copy(), theta.shape[1]
    a, b = v[:, 0:2 * S:2], v[:, 1:2 * S:2]
    out[:, 0:2 * S:2] = a * np.cos(theta) - b * np.sin(theta)
    out[:, 1:2 * S:2] = a * np.sin(theta) + b * np.cos(theta)
    return out


def mamba3(x, w, shape, state=None, dt=None):
    """h = alpha h + beta v_(t-1) k_(t-1)' + gamma v k', y = h q + D v. shape: head_dim, n_groups,
    and where they differ A_floor, eps."""
    P, G, eps = shape["head_dim"], shape["n_groups"], shape.get("eps", 1e-5)
    H, N = len(w["dt_bias"]), len(w["B_norm.weight"])
    inner = H * P
    z, v, B, C, dd_dt, dd_A, trap, angles = np.split(
        linear(x, w["in_proj.weight"], w.get("in_proj.bias")),
        np.cumsum([inner, inner, G * N, G * N, H, H, H]), axis=1)
    S = angles.shape[1]
    A = np.minimum(-rate(dd_A), -shape.get("A_floor", 1e-4))  # (L, H)
    delta = softplus(dd_dt + w["dt_bias"]) * steps(dt, len(x))[:, None]
    lam = sigmoid(trap)
    alpha, beta, gamma = np.exp(A * delta), (1 - lam) * delta * np.exp(A * delta), lam * delta
    group = np.arange(H) // (H // G)
    B = rms_norm(B.reshape(-1, G, N), w["B_norm.weight"], eps)[:, group] + w["B_bias"].reshape(H, N)
    C = rms_norm(C.reshape(-1, G, N), w["C_norm.weight"], eps)[:, group] + w["C_bias"].reshape(H, N)
    v = v.reshape(-1, H, P)
    state = state or {"angle": np.zeros((H, S)), "ssm": np.zeros((H, P, N)), "k": np.zeros((H, N)),
                      "v": np.zeros((H, P))}
    theta, h, k0, v0 = state["angle"], state["ssm"], state["k"], state["v"]
    y = np.zeros((len(x), H, P))
    for t in range(len(x)):
        theta = (theta + delta[t][:, None] * math.pi * np.tanh(angles[t])) % (2 * math.pi)
        k, q = rotate(B[t], theta), rotate(C[t], theta)
        h = (alpha[t][:, None, None] * h
             + beta[t][:, None, None] * v0[:, :, None] * k0[:, None, :]
             + gamma[t][:, None, None] * v[t][:, :, None] * k[:, None, :])
        y[t] = np.einsum("hpn,hn->hp", h, q) + w["D"][:, None] * v[t]
        k0, v0 = k, v[t]
    if "norm.weight" in w:
        y = rms_norm(y, w["norm.weight"].reshape(H, P), eps)
    y = y.reshape(len(x), inner) * silu(z)
    return (linear(y, w["out_proj.weight"], w.get("out_proj.bias")),
            {"angle": theta, "ssm": h, "k": k0, "v": v0})


MIXERS = {"mamba1": mamba1, "mamba2": mamba2, "mamba3": mamba3}


# ---- blocks and models: the tensors of a checkpoint, their names without `backbone.` ----

def below(w, prefix):
    return {name[len(prefix):]: v for name, v in w.items() if name.startswith(prefix)}


def norm(x, w, name, eps):
    if name + ".bias" in w:
        return layer_norm(x, w[name + ".weight"], w[name + ".bias"], eps)
    return rms_norm(x, w[name + ".weight"], eps)


def mixer(kind, x, w, shape, i, state=None, dt=None):
    """`--part mixer.I`. state and what comes back: {"layers.I.ssm": ...}, as in state files."""
    prefix = f"layers.{i}."
    y, after = MIXERS[kind](x, below(w, prefix + "mixer."), shape, below(state or {}, prefix), dt)
    return y, {prefix + name: v for name, v in after.items()}


def block(kind, x, w, shape, i, state=None, dt=None):
    """`--part layer.I`: r + mixer(norm r)."""
    normed = norm(x, w, f"layers.{i}.norm", shape.get("eps", 1e-5))
    y, after = mixer(kind, normed, w, shape, i, state, dt)
    return x + y, after


def stack(kind, x, w, shape, state=None, dt=None):
    """`--part stack`: all blocks and norm_f."""
    after, i = {}, 0
    while f"layers.{i}.norm.weight" in w:
        x, part = block(kind, x, w, shape, i, state, dt)
        after.update(part)
        i += 1
    return norm(x, w, "norm_f", shape.get("eps", 1e-5)), after


def language_model(kind, ids, w, head, shape, state=None):
    """Logits (L, rows of the head); head None: tied to the embedding."""
    embedding = w.get("embeddings.weight", w.get("embedding.weight"))
    x, after = stack(kind, embedding[ids], w, shape, state)
    return linear(x, embedding if head is None else head), after
