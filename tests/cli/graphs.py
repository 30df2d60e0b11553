#!/usr/bin/python3
"""Descriptions with `graph`: layers by their names, weights beside them, against float64."""
import json
import os
import sys

import numpy as np
from scipy import signal
from scipy.io import wavfile

from harness import main, model, same, sinew, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors"))
import checkpoints  # noqa: E402
import layers_reference as layers  # noqa: E402
import mamba_reference as mamba  # noqa: E402

RATE = 16000
SHAPE = {"d_model": 6, "d_state": 4, "expand": 2, "d_conv": 4, "dt_rank": 2, "headdim": 4,
         "ngroups": 1, "delta": "", "A": "trained", "conv_bias": True, "bias": False,
         "gated_norm": True, "D_per_channel": False, "rope_fraction": 0.5}


def below(prefix, weights):
    return {prefix + "." + name: value for name, value in weights.items()}


def some_weights():
    draw = checkpoints.Draw(11)
    w = below("enc", {"weight": draw.linear(6, 3, 2), "bias": draw.vector(6)})
    w |= below("norm", {"weight": draw.vector(6, 1)})
    w |= below("layer", {"weight": draw.vector(6, 1), "bias": draw.vector(6)})
    w |= below("conv", {"weight": draw.linear(6, 3, 2).reshape(6, 1, 3), "bias": draw.vector(6)})
    w |= below("gru", {"weight_ih_l0": draw.linear(18, 6, 2), "weight_hh_l0": draw.linear(18, 6),
                       "bias_ih_l0": draw.vector(18), "bias_hh_l0": draw.vector(18)})
    w |= below("lstm", {"weight_ih": draw.linear(24, 6, 2), "weight_hh": draw.linear(24, 6),
                        "bias_ih": draw.vector(24), "bias_hh": draw.vector(24)})
    w |= below("att", {n + "_proj.weight": draw.linear(6, 6, 2) for n in "qkvo"})
    for kind, make in checkpoints.WEIGHTS.items():
        w |= below(kind, make(draw, SHAPE))
    w |= below("s4d", {"log_A_real": draw.vector((6, 3)), "A_imag": draw.vector((6, 3), 2),
                       "C": draw.vector((6, 3, 2)), "D": draw.vector(6),
                       "log_dt": draw.vector(6, -1)})
    w |= below("s5", {"Lambda_re": -np.exp(draw.vector(4)), "Lambda_im": draw.vector(4, 2),
                      "B": draw.vector((4, 6, 2)), "C": draw.vector((6, 4, 2)),
                      "D": draw.vector(6), "log_step": draw.vector(4, -1)})
    w |= below("dec", {"weight": draw.linear(2, 6)})
    return w


def rounded(w):
    return {name: np.float64(np.float32(value)) for name, value in w.items()}


ONE_EACH = """weights: w.safetensors
rate_hz: 16k
graph:
  - linear: {prefix: enc}
  - residual: [norm: {prefix: norm}, mamba1: {prefix: mamba1}]
  - sum: [[mamba2: {prefix: mamba2}], [norm: {kind: layer, prefix: layer.}, gru: {prefix: gru}], []]
  - norm: {}
  - sum: [[], [{s4d: {prefix: s4d}}], [{s5: {prefix: s5, method: bilinear}}]]
  - residual: [mamba3: {prefix: mamba3}]
  - shortconv: {prefix: conv, silu: yes}
  - residual: [attention: {prefix: att, heads: 3, context_frames: 20, rope_base: 100}]
  - product: [[], [lstm: {prefix: lstm}, activation: {kind: sigmoid}]]
  - linear: {weight: dec.weight}
""".replace("[norm: {prefix: norm}, mamba1: {prefix: mamba1}]",
            "[{norm: {prefix: norm}}, {mamba1: {prefix: mamba1}}]")


def pairs(x):
    return x[..., 0] + 1j * x[..., 1]


def s4d(x, w, dt):
    A = -np.exp(w["log_A_real"]) + 1j * w["A_imag"]
    return layers.diagonal(x, A, np.ones_like(A), pairs(w["C"]), w["D"],
                           np.exp(w["log_dt"])[:, None], dt=dt)[0]


def s5(x, w, dt):
    return layers.diagonal(x, w["Lambda_re"] + 1j * w["Lambda_im"], pairs(w["B"]), pairs(w["C"]),
                           np.diag(w["D"]), np.exp(w["log_step"]), "bilinear", dt=dt)[0]


def one_each(x, w, dt=None):
    def of(prefix):
        return mamba.below(w, prefix + ".")
    shape = {"head_dim": 4, "n_groups": 1}
    y = layers.linear(x, w["enc.weight"], w["enc.bias"])
    y = y + mamba.mamba1(layers.rms_norm(y, w["norm.weight"]), of("mamba1"), dt=dt)[0]
    normed = layers.layer_norm(y, w["layer.weight"], w["layer.bias"])
    y = y + mamba.mamba2(y, of("mamba2"), shape, dt=dt)[0] + layers.gru(normed, of("gru"))[0]
    y = layers.rms_norm(y, 1.0)
    y = y + s4d(y, of("s4d"), dt) + s5(y, of("s5"), dt)
    y = y + mamba.mamba3(y, of("mamba3"), shape, dt=dt)[0]
    y = layers.silu(layers.conv(y, w["conv.weight"], w["conv.bias"])[0])
    y = y + layers.attention(y, of("att"), 3, base=100, window=20)[0]
    y = y * layers.sigmoid(layers.lstm(y, of("lstm"), suffix="")[0])
    return layers.linear(y, w["dec.weight"])


def noise(frames, channels):
    return np.random.default_rng(3).normal(0, 1, (frames, channels)).astype(np.float32)


def near(got, want, limit=1e-5):
    assert got.shape == want.shape, (got.shape, want.shape)
    error = np.sqrt(np.mean((got - want)**2) / np.mean(want**2))
    assert error <= limit, error


def place(weights, text, name="model.yaml"):
    checkpoints.write("w.safetensors", weights)
    return model(text, name)


def run(path, x, *more, out="y.npy"):
    np.save("x.npy", x)
    sinew("run", path, "x.npy", out, *more)
    return np.load(out)


def test_each_kind_is_what_it_is_called():
    w, x = some_weights(), noise(100, 3)
    y = run(place(w, ONE_EACH), x)
    assert y.dtype == np.float32
    near(y, one_each(np.float64(x), rounded(w)))


def test_cuts_and_states_to_the_bit():
    path, x = place(some_weights(), ONE_EACH), noise(100, 3)
    whole = run(path, x)
    for cut in 1, 7, 64:
        assert (run(path, x, "--block", cut) == whole).all()
    first = run(path, x[:37], "--state-out", "state.safetensors")
    rest = run(path, x[37:], "--state-in", "state.safetensors")
    assert (np.concatenate([first, rest]) == whole).all()


def test_quantized_and_by_several_threads():
    w, x = some_weights(), noise(100, 3)
    path = place(w, ONE_EACH)
    whole = run(path, x)
    assert (run(path, x, "--threads", 3) == whole).all()
    for how, limit in ("bf16", 2e-2), ("int8", 5e-2):
        y = run(path, x, "--quantize", how)
        assert not (y == whole).all()
        near(y, whole, limit)
    sinew("run", path, "x.npy", "y.npy", "--part", "stack", status=2)


SELECTIVE = """weights: w.safetensors
rate_hz: 16000
graph:
  - linear: {prefix: enc}
  - {residual: [{norm: {}}, {mamba1: {prefix: mamba1}}]}
  - {residual: [{norm: {}}, {mamba3: {prefix: mamba3}}]}
allow_unused: yes
"""


def selective(x, w, dt):
    y = layers.linear(x, w["enc.weight"], w["enc.bias"])
    y = y + mamba.mamba1(layers.rms_norm(y, 1.0), mamba.below(w, "mamba1."), dt=dt)[0]
    return y + mamba.mamba3(layers.rms_norm(y, 1.0), mamba.below(w, "mamba3."), {"head_dim": 4, "n_groups": 1}, dt=dt)[0]


def test_another_rate_scales_delta():
    w, x = some_weights(), noise(80, 3)
    path = place(w, SELECTIVE)
    for rate, dt in (("16k", 1), ("44100", 16000 / 44100), ("8k", 2)):
        near(run(path, x, "--rate", rate), selective(np.float64(x), rounded(w), np.full(80, dt)))


def test_irregular_steps():
    w, x = some_weights(), noise(60, 3)
    steps = np.random.default_rng(1).uniform(0.2, 3, 60) / RATE
    np.savetxt("x.csv", np.column_stack([np.cumsum(steps), x]), "%.17g", ",")
    sinew("run", place(w, SELECTIVE), "x.csv", "y.csv", "--time")
    got = np.loadtxt("y.csv", delimiter=",")[:, 1:]
    dt = steps * RATE
    dt[0] = 1  # nothing came before the first frame: it has the step of the training
    near(got, selective(np.float64(x), rounded(w), dt))


def test_what_means_frames_refuses_another_rate():
    path = place(some_weights(), ONE_EACH)
    np.save("x.npy", noise(10, 3))
    done = sinew("run", path, "x.npy", "y.npy", "--rate", "48k", status=1)
    assert ("model.yaml:6:" in done.messages and "gru was trained at 16000 frames a second"
            in done.messages), done.messages
    assert not os.path.exists("y.npy")


BOTH_WAYS = """weights: w.safetensors
rate_hz: 16k
allow_unused: yes
graph:
  - linear: {prefix: enc}
  - bidirectional:
      forward: [{s4d: {prefix: s4d}}, {norm: {}}]
      backward: [{s5: {prefix: s5, method: bilinear}}]
      join: JOIN
  - linear: {weight: OUT}
"""


def both_ways(x, w, join, out, steps=None):
    """steps (n): the one from a frame to the next is one step both ways."""
    def of(prefix):
        return mamba.below(w, prefix + ".")
    back = None if steps is None else np.concatenate([steps[:1], steps[:0:-1]])
    y = layers.linear(x, w["enc.weight"], w["enc.bias"])
    a, b = layers.rms_norm(s4d(y, of("s4d"), steps), 1.0), s5(y[::-1], of("s5"), back)[::-1]
    y = np.concatenate([a, b], axis=1) if join == "concat" else a + b if join == "sum" else a * b
    return layers.linear(y, w[out])


def both_ways_model(join="sum"):
    w = some_weights() | {"wide": checkpoints.Draw(4).linear(2, 12)}
    out = "wide" if join == "concat" else "dec.weight"
    return place(w, BOTH_WAYS.replace("JOIN", join).replace("OUT", out)), rounded(w), out


def test_both_ways():
    for join in "sum", "product", "concat":
        path, w, out = both_ways_model(join)
        for frames in 1, 2, 5, 129, 9001:
            x = noise(frames, 3)
            near(run(path, x), both_ways(np.float64(x), w, join, out))
    x = noise(9001, 3)
    whole = run(path, x)
    assert (run(path, x, "--threads", 2) == whole).all()
    y = sinew("run", path, "-", "-", "--format", "f32", "--channels", 3, "--rate", RATE,
              stdin=x.tobytes()).stdout  # of unknown length
    assert y == whole.tobytes()
    assert run(path, noise(0, 3)).shape == (0, 2)
    sinew("run", path, "--out-dir", "out", "x.npy", "--force")


def test_a_step_is_one_step_both_ways():
    path, w, out = both_ways_model()
    x = noise(5000, 3)
    steps = np.random.default_rng(2).uniform(0.2, 3, 5000) / RATE
    np.savetxt("x.csv", np.column_stack([np.cumsum(steps), x]), "%.17g", ",")
    sinew("run", path, "x.csv", "y.csv", "--time")
    got = np.loadtxt("y.csv", delimiter=",")
    dt = steps * RATE
    dt[0] = 1
    assert (got[:, 0] == np.loadtxt("x.csv", delimiter=",")[:, 0]).all()
    near(got[:, 1:], both_ways(np.float64(x), w, "sum", out, dt))


def test_what_needs_its_whole_input_has_no_blocks():
    path, _, _ = both_ways_model()
    np.save("x.npy", noise(10, 3))
    for more in ("--block", 64), ("--state-in", "x.npy"), ("--state-out", "s"), ("--tail", 1):
        done = sinew("run", path, "x.npy", "y.npy", "--rate", RATE, *more, status=2)
        assert f"needs its whole input before its output begins: {more[0]} " in done.messages, done.messages
        assert not os.path.exists("y.npy") and not os.path.exists("s")
    checkpoints.write("w.safetensors", some_weights())
    head = "weights: w.safetensors\nallow_unused: yes\ngraph:\n  - "
    for text, words in (
            ("bidirectional: {forward: []}", "backward"),
            ("bidirectional: {forward: [], backward: []}", "nothing says how many channels"),
            ("bidirectional: {forward: [], backward: [], join: mean}", "mean"),
            ("bidirectional: {forward: [{norm: {channels: 2}}], backward: [{norm: {channels: 3}}]}",
             "takes 3 channels, but 2 come"),
            ("stft: {window_frames: 4, output: mask, layers: [{bidirectional: {forward: [], "
             "backward: []}}]}", "needs its whole input before its output begins")):
        done = sinew("info", model(head + text + "\n"), status=1)
        assert "model.yaml:4:" in done.messages and words in done.messages, done.messages


STFT = """weights: w.safetensors
graph:
  - stft:
      window_frames: 16
      hop_frames: 4
      feature: power_0.3
      output: mask
      layers:
        - linear: {prefix: in}
        - residual: [{mamba1: {prefix: mamba1}}]
        - linear: {prefix: out}
        - activation: {kind: sigmoid}
"""


def masked(x, w):
    """The STFT by scipy, hop by hop from the first whole one on; the rest by its definition."""
    window = np.sin(np.pi * np.arange(16) / 16)
    line = np.concatenate([np.zeros(12), x, np.zeros(16)])
    hops = len(x) // 4
    X = np.array([np.fft.rfft(window * line[4 * m:4 * m + 16]) for m in range(hops)])
    y = layers.linear((np.abs(X)**2)**0.3, w["in.weight"], w["in.bias"])
    y = y + mamba.mamba1(y, mamba.below(w, "mamba1."))[0]
    gains = layers.sigmoid(layers.linear(y, w["out.weight"], w["out.bias"]))
    sums = np.zeros(len(line))
    for m in range(hops):
        sums[4 * m:4 * m + 16] += window * np.fft.irfft(gains[m] * X[m]) / 2
    late = np.zeros(len(x))  # frame t: sample t - 15, complete since the last hop
    for t in range(len(x)):
        done = (t + 1) // 4
        if t >= 3:
            late[t] = sums[t - 15 + 12] if done else 0
    return late


def stft_weights():
    draw = checkpoints.Draw(5)
    w = below("in", {"weight": draw.linear(6, 9), "bias": draw.vector(6)})
    w |= below("out", {"weight": draw.linear(9, 6, 2), "bias": draw.vector(9)})
    return w | below("mamba1", checkpoints.mamba1_weights(draw, SHAPE))


def test_a_mask_of_spectra():
    w, x = stft_weights(), noise(2000, 1)
    path = place(w, STFT)
    y = run(path, x, "--rate", RATE)
    near(y[:, 0], masked(np.float64(x[:, 0]), rounded(w)))
    wavfile.write("x.wav", RATE, x[:, 0])
    sinew("run", path, "x.wav", "y.wav", "--block", 5)
    assert (wavfile.read("y.wav")[1] == y[:, 0]).all()
    info = json.loads(sinew("info", path, "--rate", RATE, "--json").stdout)
    at, = info["layers"]
    assert (at["inputs"], at["outputs"], at["latency_frames"]) == (1, 1, 15), at


FRONT = """graph:
  - system: {gammatone: {low_hz: 100, high_hz: 6000, channels: 5}}
  - {system: {design: {family: butterworth, band: lowpass, order: 1, edges_hz: [50]}}, method: bilinear}
  - activation: {kind: relu}
"""


def test_a_front_end_runs_at_any_rate():
    for rate in 16000, 44100:
        x = noise(3000, 1)
        y = run(model(FRONT), x, "--rate", rate)
        bank = run(model("system: {gammatone: {low_hz: 100, high_hz: 6000, channels: 5}}"), x,
                   "--rate", rate)
        b, a = signal.butter(1, 50, fs=rate)
        want = np.maximum(signal.lfilter(b, a, np.float64(bank), axis=0), 0)
        near(y, want, 1e-6)


def test_one_channel_runs_on_each():
    x = noise(300, 2)
    text = "graph: [{system: {zpk: {poles: [-300], gain: 300}}}, {linear: {weight: one}}]\n"
    path = place({"one": np.array([[-2.0]])}, "weights: w.safetensors\n" + text)
    both = run(path, x, "--rate", RATE)
    for c in 0, 1:
        assert (both[:, c:c + 1] == run(path, x[:, c:c + 1], "--rate", RATE)).all()
    np.save("x.npy", x)  # three channels in are no two
    done = sinew("run", place(some_weights(), ONE_EACH), "x.npy", "y.npy", status=1)
    assert "x.npy: 2 channels, but the model takes 3" in done.messages, done.messages


def test_what_is_wrong_is_told_where():
    w = some_weights()
    checkpoints.write("w.safetensors", w)
    head = "weights: w.safetensors\nallow_unused: yes\ngraph:\n"
    for marked, words in (
            ("linear: {prefix: @enk}", "no tensor 'enk.weight', did you mean 'enc.weight'"),
            ("@linaer: {prefix: enc}", "did you mean 'linear'"),
            ("linear: {weight: @enc.wieght}", "did you mean 'enc.weight'"),
            ("linear: {prefix: enc, bias: @enc.bias}", "the bias is below the prefix"),
            ("linear: @{}", "one of the keys prefix or weight is needed"),
            ("linear: @{weight: norm.weight}", "norm.weight has the shape (6), expected"),
            ("activation: {kind: @relo, channels: 2}", "did you mean 'relu'"),
            ("activation: @{kind: relu}", "nothing says how many channels"),
            ("{norm: {}, @gru: {prefix: gru}}", "cannot stand beside"),
            ("{norm: {channels: 2}, method: @zoh}", "only a system has a method"),
            ("{system: a-weighting, method: @gbt}", "gbt needs an alpha"),
            ("residual: @[{linear: {prefix: enc}}]", "takes 3 channels and gives 6"),
            ("residual: [{linear: {prefix: enc}}, {linear: @{prefix: enc}}]",
             "takes 3 channels, but 6 come"),
            ("sum: [@{linear: {prefix: enc}}]", "must be a list"),
            ("stft: @{window_frames: 15, output: mask, layers: []}", "15 frames"),
            ("stft: {window_frames: 16, output: mask, layers: [{linear: @{prefix: enc}}]}",
             "takes 3 channels, but 9 come"),
            ("stft: {window_frames: 16, output: @msk, layers: []}", "did you mean 'mask'"),
            ("stft: {window_frames: 16, output: mask, floor: @1, feature: magnitude, layers: []}",
             "only the feature log_power has a floor"),
            ("stft: {window_frames: 16, output: mask, low_hz: @1, layers: []}", "bands"),
            ("stft: @{window_frames: 16, output: mask, bands: 2, layers: []}",
             "bands need a sampling rate"),
            ("attention: @{prefix: att, heads: 4, context_frames: 3}", "6"),
            ("mamba1: {prefix: @mamba2}", "no tensor 'mamba2.x_proj.weight'"),
            ("system: @{tf: {num: [1], den: [1, -1]}}", "a system needs a sampling rate")):
        line = marked.replace("@", "")
        at = f"4:{5 + marked.index('@')}"
        path = model(head + "  - " + line + "\n")
        text = sinew("info", path, status=2 if "sampling rate" in words else 1).messages
        assert f"sinew: {path}:{at}: graph[0]" in text and words in text, (line, at, text)


def test_what_is_wrong_with_the_root():
    checkpoints.write("w.safetensors", some_weights())
    for text, at, words in (
            ("graph: []\n", "1:8", "at least 1"),
            ("graph: [{norm: {channels: 2}}]\nsystem: {zpk: {poles: [-1]}}\n", "2:1", "beside"),
            ("graph: [{norm: {channels: 2}}]\nmethod: zoh\n", "2:9", "for a system, not for a graph"),
            ("graph: [{norm: {channels: 2}}]\nallow_unused: yes\n", "2:15", "no weights"),
            ("system: {zpk: {poles: [-1]}}\nrate_hz: 5\n", "2:10", "for a graph of layers"),
            ("graph: [{linear: {prefix: enc}}]\n", "1:27", "the key 'weights' names their file"),
            ("graph: [{linear: {prefix: enc}}]\nweights: none.safetensors\n", "2:10", "No such file"),
            ("graph: [{linear: {prefix: enc}}]\nweights: model.yaml\n", "2:10", "model.yaml"),
            ("graph: [{linear: {prefix: enc}}]\nweights: w.safetensors\n", "2:10",
             "no layer uses the tensor 'att.k_proj.weight' and"),
            ("system: {series: [layers.yaml]}\n", "1:19", "a graph of layers, where a linear")):
        write("layers.yaml", "graph: [{norm: {channels: 2}}]\n")
        done = sinew("info", model(text), status=1)
        assert f"model.yaml:{at}" in done.messages and words in done.messages, done.messages


def test_commands_about_systems_refuse_it():
    path = model("graph: [{norm: {channels: 2}}]\n")
    write("hz", "1\n")
    for args in (("response", path, "--rate", 9, "--hz", "hz"), ("step", path, "--rate", 9),
                 ("impulse", path, "--rate", 9), ("discretize", path, "--rate", 9),
                 ("plan", path, "--rate", 9), ("reduce", path, "out.yaml", "--order", 1)):
        done = sinew(*args, status=1)
        assert "model.yaml: a graph of layers: " in done.messages, done.messages
    np.save("x.npy", noise(9, 2))
    for more in ("--method", "zoh"), ("--engine", "convolve"), ("--x0", "hz"):
        sinew("run", path, "x.npy", "y.npy", "--rate", 9, *more, status=2)
    done = sinew("run", path, "x.npy", "y.npy", "--dtype", "f64", status=1)
    assert "layers compute in float32" in done.messages, done.messages


def test_a_batch():
    path = place(some_weights(), ONE_EACH)
    for i in range(3):
        np.save(f"x{i}.npy", noise(50 + i, 3))
    sinew("run", path, "--out-dir", "out", "x0.npy", "x1.npy", "x2.npy", "--jobs", 2)
    for i in range(3):
        sinew("run", path, f"x{i}.npy", "y.npy")
        assert same("y.npy", f"out/x{i}.npy")


main(globals())
