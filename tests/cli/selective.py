#!/usr/bin/python3
"""Checkpoints of Mamba-1, -2 and -3, run as INTERFACE.md's forms have it, against float64."""
import math
import os
import sys

import numpy as np

from harness import main, same, sinew, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors"))
import checkpoints  # noqa: E402

KINDS = "mamba1", "mamba2", "mamba3"
CUTS = "1", "3", "7", "64"
# d_state 1 7 16 64, d_conv 2 3 4, odd widths, groups, with and without biases, both styles
SHAPES = [
    {"d_state": 1, "d_conv": 2, "d_model": 5, "headdim": 5, "bias": True, "style": "original"},
    {"d_state": 7, "d_conv": 3, "d_model": 12, "headdim": 3, "ngroups": 2, "conv_bias": False},
    {"d_state": 16, "d_conv": 4, "d_model": 20, "headdim": 5, "ngroups": 4, "bias": True},
    {"d_state": 64, "d_conv": 4, "d_model": 36, "headdim": 8, "ngroups": 3, "dt_rank": 5,
     "conv_bias": False, "bias": True, "style": "original", "A": "exact"},
    {"d_state": 16, "d_conv": 3, "d_model": 12, "headdim": 24, "A": "exact", "rope_fraction": 1.0},
]


def noise(frames, channels, seed=1):
    return np.random.default_rng(seed).normal(0, 1, (frames, channels)).astype(np.float32)


def nrmse(got, want):
    """Angles turn: what differs by 2 pi is equal."""
    assert got.shape == want.shape, (got.shape, want.shape)
    assert np.isfinite(got).all()
    return np.sqrt(np.mean((got - want)**2) / max(np.mean(want**2), 1e-30))


def near(got, want, limit, what):
    error = nrmse(got, want)
    assert error <= limit, (what, error)


def near_states(got, want, limit, what):
    assert set(got) == set(want), (what, set(got) ^ set(want))
    for name, value in want.items():
        if name.endswith(".angle"):
            apart = (got[name] - value + math.pi) % (2 * math.pi) - math.pi
            assert (got[name] >= 0).all() and (got[name] < 6.283186).all(), (what, name)
            near(value + apart, value, 10 * limit, (what, name))
        else:
            near(got[name], value, limit, (what, name))


def run(c, x, *more, out="out.npy"):
    np.save("in.npy", x)
    sinew("run", c.folder, "in.npy", out, *more)
    y = np.load(out)
    assert y.dtype == np.float32, y.dtype
    return y


def hold(c, part="stack", frames=200, limit=1e-5, more=()):
    """Outputs and states, from a carried state to the last."""
    x, state = noise(frames, c.settings["d_model"]), c.state(3, part)
    checkpoints.write("from.safetensors", state)
    y = run(c, x, "--part", part, "--state-in", "from.safetensors", "--state-out",
            "to.safetensors", *more)
    want, after = c.run(part, x.astype(float), state)
    what = c.kind, c.settings, part, frames, more
    near(y, want, limit, what)
    near_states(checkpoints.read("to.safetensors")[0], after, limit, what)
    return y


def test_shapes():
    for kind in KINDS:
        for shape in SHAPES:
            if kind == "mamba3" and shape["d_state"] == 1:
                shape = {**shape, "d_state": 2, "rope_fraction": 1.0}  # without an angle it is none
            c = checkpoints.make("model", kind, **shape)
            for part in "stack", "layer.1", "mixer.0":
                hold(c, part)


def test_the_part_is_the_stack_where_none_is_said_and_states_are_zero():
    for kind in KINDS:
        c = checkpoints.make("model", kind)
        x = noise(50, 12)
        y = run(c, x)
        near(y, c.run("stack", x.astype(float))[0], 1e-5, kind)
        run(c, x, "--part", "stack", out="stack.npy")
        assert same("out.npy", "stack.npy")


def test_lengths_from_1_to_4096():
    for kind in KINDS:
        c = checkpoints.make("model", kind, n_layer=1, d_state=7)
        for frames in 1, 2, 3, 15, 16, 17, 63, 64, 65, 255, 257, 1000, 4096:
            hold(c, "mixer.0", frames)


def test_half_precision_weights_are_what_they_were_rounded_to():
    for kind in KINDS:
        for dtype in "F16", "BF16":
            for style in "hf", "original":
                hold(checkpoints.make("model", kind, dtype=dtype, style=style, A="exact",
                                      d_model=20))


def test_large_delta_underflows_to_zero():
    for kind in KINDS:
        c = checkpoints.make("model", kind, delta="large", d_model=20, headdim=5)
        for part in "stack", "mixer.0":
            hold(c, part)


def test_options_of_mamba2():
    for shape in ({"ngroups": 2, "norm_groups": 1}, {"ngroups": 3, "norm_before_gate": True},
                  {"dt_limit": (0.01, 0.2)}, {"dt_limit": (0.01, math.inf)},
                  {"gated_norm": False, "ngroups": 2},
                  {"D_per_channel": True, "style": "original"}):
        for infinity in "bare", "float", "absent":
            if infinity == "absent" and "dt_limit" in shape:
                continue
            for style in "hf", "original":
                hold(checkpoints.make("model", "mamba2", **{"style": style, **shape},
                                      infinity=infinity), frames=40)


def test_options_of_mamba3():
    for shape in ({"gated_norm": False}, {"ngroups": 3}, {"rope_fraction": 1.0, "d_state": 7},
                  {"headdim": 1}, {"eps": 1e-3}):
        for style in "hf", "original":
            if style == "hf" or "eps" not in shape:
                hold(checkpoints.make("model", "mamba3", **{"style": style, **shape}), frames=70)


def test_layer_norms_of_the_original_repository():
    for kind in "mamba1", "mamba2":
        hold(checkpoints.make("model", kind, layer_norm=True, style="original"))


def test_shards():
    for kind in KINDS:
        hold(checkpoints.make("sharded-" + kind, kind, shards=3, tied=False), frames=30)


def test_cuts_do_not_matter_to_the_bit():
    for kind in KINDS:
        for shape in {"d_model": 20, "headdim": 5, "d_state": 7}, {"d_model": 36, "dtype": "BF16"}:
            c = checkpoints.make("model", kind, **shape)
            x = noise(300, c.settings["d_model"])
            whole = run(c, x, "--state-out", "whole.safetensors", "--block", "300")
            for block in CUTS:
                y = run(c, x, "--state-out", "cut.safetensors", "--block", block)
                np.testing.assert_array_equal(y, whole, str((kind, block)))
                assert same("whole.safetensors", "cut.safetensors"), (kind, block)


def test_a_saved_state_goes_on_in_another_process():
    for kind in KINDS:
        c = checkpoints.make("model", kind, d_model=20, headdim=5, dtype="F16")
        x = noise(200, 20)
        for part in "stack", "layer.1", "mixer.0":
            whole = run(c, x, "--part", part, "--state-out", "whole.safetensors")
            for frame in 1, 2, 64, 131, 199:
                first = run(c, x[:frame], "--part", part, "--state-out", "half.safetensors")
                rest = run(c, x[frame:], "--part", part, "--state-in", "half.safetensors",
                           "--state-out", "rest.safetensors")
                np.testing.assert_array_equal(np.concatenate([first, rest]), whole,
                                              str((kind, part, frame)))
                assert same("whole.safetensors", "rest.safetensors"), (kind, part, frame)


def test_int8_is_near_and_cuts_do_not_matter():
    for kind in KINDS:
        c = checkpoints.make("model", kind, d_model=64, headdim=16)
        for part in "stack", "layer.0", "mixer.1":
            y = run(c, noise(150, 64), "--part", part, "--quantize", "int8")
            near(y, c.run(part, noise(150, 64).astype(float))[0], 3e-2, (kind, part))
        whole = run(c, noise(150, 64), "--quantize", "int8")
        for block in CUTS:
            y = run(c, noise(150, 64), "--quantize", "int8", "--block", block)
            np.testing.assert_array_equal(y, whole, str((kind, block)))


def test_logits():
    for kind in KINDS:
        for shape in {}, {"tied": False, "pad_vocab": 16}, {"style": "original", "pad_vocab": 8}, \
                {"dtype": "BF16", "d_model": 20, "headdim": 5}:
            c = checkpoints.make("model", kind, **shape)
            ids = np.random.default_rng(2).integers(0, 37, 90)
            want = c.logits(ids)[0]
            for dtype in np.int32, np.int64:
                np.save("ids.npy", ids.astype(dtype))
                sinew("lm", c.folder, "--ids", "ids.npy", "--logits", "logits.npy")
                got = np.load("logits.npy")
                assert got.dtype == np.float32
                near(got, want, 1e-5, (kind, shape))
            for block in CUTS:
                sinew("lm", c.folder, "--ids", "ids.npy", "--logits", "cut.npy", "--block", block)
                assert same("logits.npy", "cut.npy"), (kind, shape, block)


def refused(c, *more, says):
    """Fails with a message that holds these words, and leaves no output."""
    if os.path.exists("out.npy"):
        os.remove("out.npy")
    done = sinew("run", c.folder, "in.npy", "out.npy", *more, status=1)
    for word in says:
        assert word in done.messages, (word, done.messages)
    assert not os.path.exists("out.npy")


def test_wrong_states_and_inputs_are_refused_by_name():
    c = checkpoints.make("model", "mamba1")
    np.save("in.npy", noise(5, 12))
    state = c.state()
    for name in state:
        checkpoints.write("s.safetensors", {n: v for n, v in state.items() if n != name})
        refused(c, "--state-in", "s.safetensors", says=[name])
        checkpoints.write("s.safetensors", {**state, name: state[name][:-1]})
        refused(c, "--state-in", "s.safetensors", says=[name])
        checkpoints.write("s.safetensors", {**state, name: state[name] * math.nan})
        refused(c, "--state-in", "s.safetensors", says=[name])
    checkpoints.write("s.safetensors", {**state, "layers.9.ssm": state["layers.0.ssm"]})
    refused(c, "--state-in", "s.safetensors", says=["layers.9.ssm"])
    write("s.safetensors", b"\x10\0\0\0\0\0\0\0")
    refused(c, "--state-in", "s.safetensors", says=["s.safetensors"])
    np.save("in.npy", noise(5, 11))
    refused(c, says=["11", "12"])


def test_wrong_tensors_are_refused_by_name():
    c = checkpoints.make("model", "mamba1")
    np.save("in.npy", noise(5, 12))
    path = os.path.join("model", "model.safetensors")
    whole = checkpoints.read(path)[0]
    some = [n for n in whole if "layers.1.mixer" in n and "bias" not in n] + \
        ["backbone.layers.0.norm.weight", "backbone.norm_f.weight"]
    for name in some:
        checkpoints.write(path, {n: v for n, v in whole.items() if n != name})
        refused(c, says=[name])
        checkpoints.write(path, {**whole, name: whole[name][..., :-1]})
        refused(c, says=[name])
        checkpoints.write(path, {**whole, name: whole[name] * math.inf})
        refused(c, says=[name])
    checkpoints.write(path, {**whole, "backbone.layers.0.mixer.extra": np.zeros(3)})
    refused(c, says=["backbone.layers.0.mixer.extra"])


if __name__ == "__main__":
    main(globals())
