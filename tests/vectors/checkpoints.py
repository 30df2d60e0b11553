#!/usr/bin/python3
"""Checkpoints with random weights, as Hugging Face and the original repository write them, beside
what they are in float64: the weights are rounded first, the reference takes them as rounded.

    c = checkpoints.make("folder", "mamba2", dtype="BF16", d_model=20, ngroups=2)
    y, state = c.run("stack", x)         # also layer.I, mixer.I; state=, dt=
    logits, state = c.logits(ids)

    checkpoints.py FOLDER: a language model of Mamba-1 for trying, which talks nonsense, with the
    tokenizer of examples/data; and features.npy beside the folder, for its layers.

shape, with what is taken where nothing is said, is in DEFAULTS. Also a small writer and reader of
safetensors by numpy alone.
"""
import json
import math
import os
import struct
import sys

import numpy as np

import mamba_reference as reference

DEFAULTS = {
    "style": "hf",          # or "original"
    "dtype": "F32",         # F16, BF16
    "shards": 1,            # > 1: with model.safetensors.index.json
    "infinity": "bare",     # how Infinity stands in config.json: or "float", or "absent"
    "seed": 0,
    "d_model": 12, "n_layer": 2, "d_state": 16, "d_conv": 4, "expand": 2,
    "dt_rank": None,        # d_model / 16, rounded up
    "headdim": 4, "ngroups": 1,
    "bias": False, "conv_bias": True,
    "vocab": 37, "pad_vocab": 1, "tied": True,
    "A": "trained",         # or "exact": -(1 .. N) as at the start (Mamba-1)
    "delta": "usual",       # or "large": exp(delta A) underflows in all channels
    "dt_limit": None,       # (low, high), Mamba-2
    "gated_norm": True,     # Mamba-2: norm.weight; Mamba-3: is_outproj_norm
    "norm_groups": None,    # 1: Hugging Face's norm over all channels of Mamba-2
    "norm_before_gate": False,
    "D_per_channel": False,  # Mamba-2: D (D), not (H)
    "layer_norm": False,    # norms with a bias, rms_norm: false
    "eps": 1e-5,
    "rope_fraction": 0.5,
}


# ---- numbers ----

def bf16_bits(x):
    """To the nearest, ties to even, by the bits of float32. No NaN comes here."""
    bits = np.ascontiguousarray(x, np.float32).view(np.uint32).astype(np.uint64)
    return ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def bf16_value(bits):
    return (bits.astype(np.uint32) << 16).view(np.float32)


STORED = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "I64": "<i8"}


def encode(x, dtype):
    if dtype == "BF16":
        return bf16_bits(x).astype("<u2").tobytes()
    return np.ascontiguousarray(x).astype(STORED[dtype]).tobytes()


def rounded(x, dtype):
    """As float64 what remains of x."""
    if dtype == "BF16":
        return bf16_value(bf16_bits(x)).astype(float)
    return np.asarray(x).astype(STORED[dtype]).astype(float)


# ---- safetensors ----

def write(path, tensors, dtype="F32", metadata=None):
    """8 bytes: length of the header; the header; the data. dtype: one, or a dict by name."""
    header, data = {}, []
    at = 0
    if metadata:
        header["__metadata__"] = metadata
    for name, x in sorted(tensors.items()):
        kind = dtype[name] if isinstance(dtype, dict) else dtype
        data.append(encode(x, kind))
        header[name] = {"dtype": kind, "shape": list(np.shape(x)),
                        "data_offsets": [at, at + len(data[-1])]}
        at += len(data[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data))


def read(path):
    """The tensors as float64, and the metadata."""
    with open(path, "rb") as file:
        raw = file.read()
    size, = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8:8 + size]), raw[8 + size:]
    metadata = header.pop("__metadata__", {})
    out = {}
    for name, entry in header.items():
        part = data[slice(*entry["data_offsets"])]
        if entry["dtype"] == "BF16":
            values = bf16_value(np.frombuffer(part, "<u2"))
        else:
            values = np.frombuffer(part, STORED[entry["dtype"]])
        out[name] = values.astype(float).reshape(entry["shape"])
    return out, metadata


# ---- weights: as for training, but with selection that is heard ----

class Draw:
    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def linear(self, out, fan_in, gain=1.0):
        return gain * self.rng.uniform(-1, 1, (out, fan_in)) / math.sqrt(fan_in)

    def vector(self, n, mean=0.0, spread=0.2):
        return self.rng.normal(mean, spread, n)

    def dt_bias(self, n, large):
        """softplus^-1 of U(log 1e-3, log 0.5); large: delta in 20 .. 200"""
        if large:
            return self.rng.uniform(20, 200, n)
        dt = np.exp(self.rng.uniform(math.log(1e-3), math.log(0.5), n))
        return dt + np.log(-np.expm1(-dt))


def mamba1_weights(draw, s):
    d, n, inner = s["d_model"], s["d_state"], s["expand"] * s["d_model"]
    rank = s["dt_rank"]
    large = s["delta"] == "large"
    A_log = np.log(np.tile(np.arange(1.0, n + 1), (inner, 1)))
    if s["A"] == "trained":
        A_log += draw.rng.normal(0, 0.3, A_log.shape)
    w = {"in_proj.weight": draw.linear(2 * inner, d, 2),
         "conv1d.weight": draw.linear(inner, s["d_conv"], 2).reshape(inner, 1, -1),
         "x_proj.weight": draw.linear(rank + 2 * n, inner, 4),
         "dt_proj.weight": draw.rng.uniform(-1, 1, (inner, rank)) / math.sqrt(rank),
         "dt_proj.bias": draw.dt_bias(inner, large),
         "A_log": A_log, "D": draw.vector(inner, 1),
         "out_proj.weight": draw.linear(d, inner)}
    return with_biases(draw, s, w, inner)


def with_biases(draw, s, w, conv_channels):
    if s["conv_bias"] and conv_channels:
        w["conv1d.bias"] = draw.vector(conv_channels)
    if s["bias"]:
        for name in "in_proj", "out_proj":
            w[name + ".bias"] = draw.vector(len(w[name + ".weight"]))
    return w


def mamba2_weights(draw, s):
    d, inner = s["d_model"], s["expand"] * s["d_model"]
    heads, gn = inner // s["headdim"], s["ngroups"] * s["d_state"]
    channels = inner + 2 * gn
    w = {"in_proj.weight": draw.linear(inner + channels + heads, d, 2),
         "conv1d.weight": draw.linear(channels, s["d_conv"], 2).reshape(channels, 1, -1),
         "dt_bias": draw.dt_bias(heads, s["delta"] == "large"),
         "A_log": np.log(draw.rng.uniform(1, 16, heads)),
         "D": draw.vector(inner if s["D_per_channel"] else heads, 1),
         "out_proj.weight": draw.linear(d, inner)}
    if s["gated_norm"]:
        w["norm.weight"] = draw.vector(inner, 1)
    return with_biases(draw, s, w, channels)


def mamba3_weights(draw, s):
    d, n, inner = s["d_model"], s["d_state"], s["expand"] * s["d_model"]
    heads, gn = inner // s["headdim"], s["ngroups"] * s["d_state"]
    rows = [inner, inner, gn, gn, heads, heads, heads, angles(s)]
    parts = [draw.linear(r, d, 2) for r in rows]
    if s["delta"] == "large":
        parts[5] *= 2000  # of A: theta stays what float32 can keep
    w = {"in_proj.weight": np.concatenate(parts),
         "dt_bias": draw.dt_bias(heads, False),
         "B_bias": draw.vector((heads, 1, n), 1), "C_bias": draw.vector((heads, 1, n), 1),
         "B_norm.weight": draw.vector(n, 1), "C_norm.weight": draw.vector(n, 1),
         "D": draw.vector(heads, 1), "out_proj.weight": draw.linear(d, inner)}
    if s["gated_norm"]:
        w["norm.weight"] = draw.vector(inner, 1)
    return with_biases(draw, s, w, 0)


def angles(s):
    return int(s["d_state"] * s["rope_fraction"]) // 2


WEIGHTS = {"mamba1": mamba1_weights, "mamba2": mamba2_weights, "mamba3": mamba3_weights}


def norm_weights(draw, s, w, name):
    w[name + ".weight"] = draw.vector(s["d_model"], 1)
    if s["layer_norm"]:
        w[name + ".bias"] = draw.vector(s["d_model"])


def weights(kind, s):
    """All tensors, their names without `backbone.`; lm_head.weight where it is one."""
    draw, w = Draw(s["seed"]), {}
    rows = -(-s["vocab"] // s["pad_vocab"]) * s["pad_vocab"]
    name = "embeddings.weight" if s["style"] == "hf" else "embedding.weight"
    w[name] = draw.rng.normal(0, 0.5, (rows, s["d_model"]))
    for i in range(s["n_layer"]):
        norm_weights(draw, s, w, f"layers.{i}.norm")
        for part, x in WEIGHTS[kind](draw, s).items():
            w[f"layers.{i}.mixer.{part}"] = x
    norm_weights(draw, s, w, "norm_f")
    if not s["tied"]:
        w["lm_head.weight"] = draw.linear(rows, s["d_model"], 2)
    return w


# ---- config.json ----

def hf_config(kind, s):
    config = {"model_type": kind.replace("mamba1", "mamba"), "hidden_size": s["d_model"],
              "state_size": s["d_state"], "num_hidden_layers": s["n_layer"],
              "conv_kernel": s["d_conv"], "expand": s["expand"],
              "intermediate_size": s["expand"] * s["d_model"], "use_bias": s["bias"],
              "use_conv_bias": s["conv_bias"], "layer_norm_epsilon": s["eps"],
              "tie_word_embeddings": s["tied"], "vocab_size": s["vocab"], "hidden_act": "silu",
              "residual_in_fp32": True, "torch_dtype": "float32", "transformers_version": "4.39.0"}
    if kind == "mamba1":
        config["time_step_rank"] = s["dt_rank"]
    else:
        config.update(num_heads=config["intermediate_size"] // s["headdim"], head_dim=s["headdim"],
                      n_groups=s["ngroups"], chunk_size=256, rms_norm=s["gated_norm"],
                      norm_before_gate=s["norm_before_gate"])
        if s["infinity"] != "absent":
            config["time_step_limit"] = list(s["dt_limit"] or (0.0, math.inf))
    return config


def mamba3_keys(s):
    """The same at the top of a config with model_type mamba3 and in ssm_cfg."""
    return {"d_state": s["d_state"], "expand": s["expand"], "headdim": s["headdim"],
            "ngroups": s["ngroups"], "rope_fraction": s["rope_fraction"], "A_floor": 1e-4,
            "is_outproj_norm": s["gated_norm"], "is_mimo": False}


def mamba3_config(s):
    return {"model_type": "mamba3", "d_model": s["d_model"], "n_layer": s["n_layer"],
            "num_hidden_layers": s["n_layer"], "vocab_size": s["vocab"],
            "nheads": s["expand"] * s["d_model"] // s["headdim"], "num_rope_angles": angles(s),
            "tie_word_embeddings": s["tied"], "layer_norm_epsilon": s["eps"], **mamba3_keys(s)}


def original_config(kind, s):
    ssm = {"layer": kind.capitalize(), "d_state": s["d_state"], "expand": s["expand"]}
    if kind == "mamba3":
        ssm.update(mamba3_keys(s))
    else:
        ssm.update(d_conv=s["d_conv"], bias=s["bias"], conv_bias=s["conv_bias"])
    if kind == "mamba1":
        ssm["dt_rank"] = s["dt_rank"]
    if kind == "mamba2":
        ssm.update(headdim=s["headdim"], ngroups=s["ngroups"], rmsnorm=s["gated_norm"],
                   norm_before_gate=s["norm_before_gate"], D_has_hdim=s["D_per_channel"])
        if s["infinity"] != "absent":
            ssm["dt_limit"] = list(s["dt_limit"] or (0.0, math.inf))
    return {"d_model": s["d_model"], "n_layer": s["n_layer"], "vocab_size": s["vocab"],
            "ssm_cfg": ssm, "rms_norm": not s["layer_norm"], "residual_in_fp32": True,
            "fused_add_norm": True, "pad_vocab_size_multiple": s["pad_vocab"],
            "tie_embeddings": s["tied"]}


def config_text(kind, s):
    if s["style"] == "original":
        config = original_config(kind, s)
    else:
        config = mamba3_config(s) if kind == "mamba3" else hf_config(kind, s)
    if s["norm_groups"]:
        config["sinew_norm_groups"] = s["norm_groups"]
    text = json.dumps(config, indent=2)
    if s["infinity"] == "float":
        text = text.replace("Infinity", '{"__float__": "Infinity"}')
    return text


# ---- a checkpoint ----

class Checkpoint:
    """What is in a folder, and what it does in float64."""

    def __init__(self, folder, kind, s, w):
        self.folder, self.kind, self.settings = folder, kind, s
        self.head = w.pop("lm_head.weight", None)
        self.weights = w
        self.shape = {"head_dim": s["headdim"], "n_groups": s["ngroups"], "eps": s["eps"],
                      "norm_groups": s["norm_groups"] or s["ngroups"],
                      "norm_before_gate": s["norm_before_gate"],
                      "dt_limit": s["dt_limit"] or (0.0, math.inf)}

    def run(self, part, x, state=None, dt=None):
        name, _, i = part.partition(".")
        if name == "stack":
            return reference.stack(self.kind, x, self.weights, self.shape, state, dt)
        run = {"layer": reference.block, "mixer": reference.mixer}[name]
        return run(self.kind, x, self.weights, self.shape, int(i), state, dt)

    def logits(self, ids, state=None):
        return reference.language_model(self.kind, ids, self.weights, self.head, self.shape, state)

    def state(self, seed=0, part="stack", spread=0.5):
        """A random state of the part, as float32 keeps it."""
        rng = np.random.default_rng(seed)
        zero = self.run(part, np.zeros((1, self.settings["d_model"])))[1]
        values = {n: rng.uniform(0, 2 * math.pi, v.shape) if n.endswith(".angle") else
                  rng.normal(0, spread, v.shape) for n, v in zero.items()}
        return {n: v.astype(np.float32).astype(float) for n, v in values.items()}


def write_tensors(folder, w, s):
    names = {n if n == "lm_head.weight" else "backbone." + n: x for n, x in w.items()}
    if s["shards"] == 1:
        write(os.path.join(folder, "model.safetensors"), names, s["dtype"], {"format": "pt"})
        return
    where = {}
    for k in range(s["shards"]):
        file = f"model-{k + 1:05d}-of-{s['shards']:05d}.safetensors"
        part = {n: names[n] for n in sorted(names)[k::s["shards"]]}
        write(os.path.join(folder, file), part, s["dtype"], {"format": "pt"})
        where.update({n: file for n in part})
    with open(os.path.join(folder, "model.safetensors.index.json"), "w") as file:
        json.dump({"metadata": {"total_size": 0}, "weight_map": where}, file)


def make(folder, kind, **shape):
    """Write config.json and the tensors into `folder`; kind: mamba1, mamba2, mamba3."""
    unknown = set(shape) - set(DEFAULTS)
    assert not unknown, unknown
    s = {**DEFAULTS, **shape}
    s["dt_rank"] = s["dt_rank"] or -(-s["d_model"] // 16)
    os.makedirs(folder, exist_ok=True)
    w = {n: rounded(x, s["dtype"]) for n, x in weights(kind, s).items()}
    with open(os.path.join(folder, "config.json"), "w") as file:
        file.write(config_text(kind, s))
    write_tensors(folder, w, s)
    return Checkpoint(folder, kind, s, w)


def for_trying(folder):
    data = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples", "data")
    with open(os.path.join(data, "tokenizer.json"), encoding="utf-8") as file:
        text = file.read()
    tokenizer = json.loads(text)
    vocabulary = [*tokenizer["model"]["vocab"].values(), *(t["id"] for t in tokenizer["added_tokens"])]
    make(folder, "mamba1", d_model=64, n_layer=4, vocab=max(vocabulary) + 1, pad_vocab=8)
    with open(os.path.join(folder, "tokenizer.json"), "w", encoding="utf-8") as file:
        file.write(text)
    features = np.random.default_rng(1).normal(0, 1, (1000, 64)).astype(np.float32)
    np.save(os.path.join(os.path.dirname(os.path.abspath(folder)), "features.npy"), features)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: checkpoints.py FOLDER")
    for_trying(sys.argv[1])
