"""What layers are, in float64 by plain numpy: written from the papers and PyTorch's documentation,
never from the library. Nothing here is fast.

A layer is a function of frames x (L, channels), weights (a dict, named as in checkpoints) and a
state; it returns the outputs and the state behind the last frame. None as state: the start. So
f(x, w, s) and f on pieces of x, the state handed on, are the same numbers.

    elementwise   silu softplus gelu gelu_tanh sigmoid tanh relu
    per frame     linear rms_norm layer_norm swiglu feed_forward
    with a state  conv diagonal gru lstm attention

Mixers, blocks and language models are in mamba_reference.py; both are held to PyTorch by
torch_check.py.
"""
import math

import numpy as np


# ---- elementwise, each without loss in its tails ----

def sigmoid(x):
    return np.exp(-np.logaddexp(0, -np.asarray(x, float)))


def softplus(x):
    return np.logaddexp(0, np.asarray(x, float))


def silu(x):
    return x * sigmoid(x)


def gelu(x):
    """x Phi(x)"""
    return x * 0.5 * np.vectorize(math.erfc, otypes=[float])(-np.asarray(x) / math.sqrt(2))


def gelu_tanh(x):
    """x (1 + tanh u) / 2 = x sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3)"""
    return x * sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))


tanh = np.tanh


def relu(x):
    return np.maximum(x, 0.0)


# ---- per frame ----

def linear(x, weight, bias=None):
    """weight (out, in)"""
    y = x @ weight.T
    return y if bias is None else y + bias


def rms_norm(x, weight, eps=1e-5):
    """Over the last axis: w x / sqrt(mean x^2 + eps)."""
    return weight * (x / np.sqrt(np.mean(x * x, -1, keepdims=True) + eps))


def layer_norm(x, weight, bias=None, eps=1e-5):
    """The variance is that of the population (divided by the number)."""
    centred = x - np.mean(x, -1, keepdims=True)
    y = weight * (centred / np.sqrt(np.mean(centred**2, -1, keepdims=True) + eps))
    return y if bias is None else y + bias


def swiglu(x, w):
    return linear(silu(linear(x, w["gate_proj.weight"])) * linear(x, w["up_proj.weight"]),
                  w["down_proj.weight"])


def feed_forward(x, w, act=gelu):
    return linear(act(linear(x, w["fc1.weight"], w.get("fc1.bias"))),
                  w["fc2.weight"], w.get("fc2.bias"))


# ---- convolution ----

def conv(x, weight, bias=None, state=None):
    """Depthwise, causal: y_t = b + sum_k w_k x_(t-K+1+k). weight (C, K) or PyTorch's (C, 1, K);
    state (C, K-1): the columns before the first frame, oldest first."""
    weight = weight.reshape(weight.shape[0], -1)
    channels, taps = weight.shape
    if state is None:
        state = np.zeros((channels, taps - 1))
    line = np.concatenate([state.T, x])  # (K-1+L, C)
    y = np.zeros((len(x), channels)) + (0.0 if bias is None else bias)
    for k in range(taps):
        y += weight[:, k] * line[k:k + len(x)]
    return y, line[len(line) - (taps - 1):].T.copy()


# ---- diagonal state spaces: S4D, S5 ----

def discretize(A, step, method):
    """A-bar and what B is multiplied by."""
    if method == "bilinear":
        return (1 + step * A / 2) / (1 - step * A / 2), step / (1 - step * A / 2)
    small = np.abs(step * A) < 1e-8
    gain = np.where(small, step * (1 + step * A / 2),
                    np.expm1(step * A) / np.where(small, 1, A))
    return np.exp(step * A), gain


def diagonal(x, A, B, C, D=None, step=1.0, method="zoh", state=None, dt=None, pairs=None,
             before=False):
    """h_t = A-bar_t h_(t-1) + B-bar_t x_t, y_t = Re(C h_t) + D x_t, as S4D and S5 have it; with
    `before` y_t is made of h_t before x_t came, as a discretized system's x_(k+1) = A x_k + B u_k.

    A (N) or (channels, N), complex or real; step: a number or what broadcasts with A. With A (N)
    B is (N, inputs), C (outputs, N), D (outputs, inputs): S5. With A (channels, N) B and C are
    (channels, N), D (channels): each channel a system by itself, S4D. `pairs` (by default where A
    is complex): one of each conjugate pair stands for both, so the output is 2 Re(C h). dt (L)
    multiplies step, frame by frame."""
    A, B, C = (np.asarray(v) for v in (A, B, C))
    pairs = np.iscomplexobj(A) if pairs is None else pairs
    own = A.ndim == 2
    h = np.zeros(A.shape, complex) if state is None else np.array(state, complex)
    y = []
    for t, u in enumerate(x):
        a, gain = discretize(A, step * (1.0 if dt is None else dt[t]), method)
        heard = h
        h = a * h + gain * (B * u[:, None] if own else B @ u)
        heard = heard if before else h
        out = np.real(np.sum(C * heard, -1) if own else C @ heard) * (2 if pairs else 1)
        if D is not None:
            out = out + (D * u if own else D @ u)
        y.append(out)
    return np.array(y).reshape(len(x), -1), h if np.iscomplexobj(A) else h.real


def bidirectional(x, forward, backward):
    """Offline: a layer over the frames and one over the frames from the end, added."""
    return forward(x) + backward(x[::-1])[::-1]


# ---- cells, PyTorch's gates and names ----

def gru(x, w, state=None, suffix="_l0"):
    """Gates r, z, n in the rows of weight_ih (3H, in) and weight_hh (3H, H); state h (H).
    n = tanh(W_in x + b_in + r (W_hn h + b_hn)), h = (1-z) n + z h."""
    wi, wh = w["weight_ih" + suffix], w["weight_hh" + suffix]
    bi, bh = w.get("bias_ih" + suffix), w.get("bias_hh" + suffix)
    h = np.zeros(wh.shape[1]) if state is None else np.array(state, float)
    y = []
    for u in x:
        ir, iz, i_n = np.split(linear(u, wi, bi), 3)
        hr, hz, hn = np.split(linear(h, wh, bh), 3)
        r, z = sigmoid(ir + hr), sigmoid(iz + hz)
        h = (1 - z) * tanh(i_n + r * hn) + z * h
        y.append(h)
    return np.array(y).reshape(len(x), len(h)), h


def lstm(x, w, state=None, suffix="_l0"):
    """Gates i, f, g, o in the rows of weight_ih (4H, in) and weight_hh (4H, H); state (h, c).
    c = f c + i g, h = o tanh c."""
    wi, wh = w["weight_ih" + suffix], w["weight_hh" + suffix]
    bi, bh = w.get("bias_ih" + suffix), w.get("bias_hh" + suffix)
    size = wh.shape[1]
    h, c = (np.zeros(size), np.zeros(size)) if state is None else map(np.array, state)
    y = []
    for u in x:
        i, f, g, o = np.split(linear(u, wi, bi) + linear(h, wh, bh), 4)
        c = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h = sigmoid(o) * tanh(c)
        y.append(h)
    return np.array(y).reshape(len(x), size), (h, c)


# ---- attention ----

def rope(x, position, base=10000.0, interleaved=False):
    """x (heads, d) turned by position base^(-2i/d), i = 0 .. d/2-1: the pairs are (i, i + d/2), as
    Llama's checkpoints have them, or interleaved: (2i, 2i+1)."""
    d = x.shape[-1]
    angle = position * base ** (-np.arange(0, d, 2) / d)
    a, b = (x[..., 0::2], x[..., 1::2]) if interleaved else (x[..., :d // 2], x[..., d // 2:])
    turned = a * np.cos(angle) - b * np.sin(angle), a * np.sin(angle) + b * np.cos(angle)
    if interleaved:
        return np.stack(turned, -1).reshape(x.shape)
    return np.concatenate(turned, -1)


def softmax(s):
    e = np.exp(s - np.max(s, -1, keepdims=True))
    return e / np.sum(e, -1, keepdims=True)


def attention(x, w, heads, kv_heads=None, base=None, interleaved=False, window=None, state=None):
    """Causal. w: {q,k,v,o}_proj.weight (and .bias), or in_proj_weight, in_proj_bias,
    out_proj.weight, out_proj.bias as PyTorch's MultiheadAttention packs them; head h attends to
    the keys of head h // (heads / kv_heads). base: that of the rotary embedding, None: none.
    window: a frame sees itself and the window - 1 before. state (position, k, v): the keys as
    they were turned and the values, each (frames kept, kv_heads, d)."""
    w = unpacked(w)
    kv_heads = kv_heads or heads
    d = w["q_proj.weight"].shape[0] // heads
    position, keys, values = state or (0, np.zeros((0, kv_heads, d)), np.zeros((0, kv_heads, d)))
    y = []
    for u in x:
        q, k, v = (linear(u, w[n + "_proj.weight"], w.get(n + "_proj.bias")).reshape(-1, d)
                   for n in "qkv")
        if base:
            q, k = (rope(a, position, base, interleaved) for a in (q, k))
        keys, values = np.concatenate([keys, k[None]]), np.concatenate([values, v[None]])
        if window:
            keys, values = keys[-window:], values[-window:]
        of = np.arange(heads) // (heads // kv_heads)
        score = softmax(np.einsum("hd,thd->ht", q, keys[:, of]) / math.sqrt(d))
        mixed = np.einsum("ht,thd->hd", score, values[:, of]).reshape(-1)
        y.append(linear(mixed, w["o_proj.weight"], w.get("o_proj.bias")))
        position += 1
    return np.array(y).reshape(len(x), -1), (position, keys, values)


def unpacked(w):
    if "in_proj_weight" not in w:
        return w
    out = {"o_proj.weight": w["out_proj.weight"]}
    for name, part in zip("qkv", np.split(w["in_proj_weight"], 3)):
        out[name + "_proj.weight"] = part
    if "in_proj_bias" in w:
        for name, part in zip("qkv", np.split(w["in_proj_bias"], 3)):
            out[name + "_proj.bias"] = part
        out["o_proj.bias"] = w["out_proj.bias"]
    return out
