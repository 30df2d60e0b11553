#!/usr/bin/python3
"""sinew run of checkpoints beside what selective.py holds them to: steps, formats, threads, batches,
what does not fit, and the daemon's way to the same models."""
import json
import os
import sys

import numpy as np

from harness import main, same, sinew, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors"))
import checkpoints  # noqa: E402

KINDS = "mamba1", "mamba2", "mamba3"
LIMIT = 1e-5


def noise(frames, channels=12):
    return np.random.default_rng(7).normal(0, 1, (frames, channels))


def near(got, want, what, limit=LIMIT):
    assert got.shape == want.shape, (what, got.shape, want.shape)
    error = np.sqrt(np.mean((got - want)**2) / np.mean(want**2))
    assert error <= limit, (what, error)


def rows(path, times, x):
    write(path, "".join(",".join("%.17g" % v for v in [t, *frame]) + "\n"
                        for t, frame in zip(times, x)))


def test_time_multiplies_delta():
    dt = np.random.default_rng(1).uniform(0.2, 3, 80)
    for kind in KINDS:
        c = checkpoints.make("model", kind, delta="usual")
        x = noise(80)
        steps = np.concatenate([[1], dt[1:]])  # the first frame's is that of the training
        for part in "stack", "mixer.1":
            rows("in.csv", np.cumsum(dt), x)
            sinew("run", c.folder, "in.csv", "out.csv", "--time", "--part", part)
            out = np.loadtxt("out.csv", delimiter=",")
            np.testing.assert_array_equal(out[:, 0], np.cumsum(dt))
            near(out[:, 1:], c.run(part, x, dt=steps)[0], (kind, part))
        rows("in.csv", np.arange(80.0), x)  # a step apart is no step at all
        sinew("run", c.folder, "in.csv", "out.csv", "--time")
        np.save("in.npy", x)
        sinew("run", c.folder, "in.npy", "out.npy")
        np.testing.assert_array_equal(np.loadtxt("out.csv", delimiter=",")[:, 1:].astype(np.float32),
                                      np.load("out.npy"))


def test_a_run_with_time_goes_on_from_its_state():
    c = checkpoints.make("model", "mamba1")
    times, x = np.cumsum(np.random.default_rng(2).uniform(0.1, 2, 60)), noise(60)
    rows("all.csv", times, x)
    rows("a.csv", times[:25], x[:25])
    rows("b.csv", times[25:], x[25:])
    sinew("run", c.folder, "all.csv", "all-out.csv", "--time", "--state-out", "all.safetensors")
    sinew("run", c.folder, "a.csv", "a-out.csv", "--time", "--state-out", "a.safetensors")
    sinew("run", c.folder, "b.csv", "b-out.csv", "--time", "--state-in", "a.safetensors",
          "--state-out", "b.safetensors")
    with open("all-out.csv") as whole, open("a-out.csv") as a, open("b-out.csv") as b:
        assert whole.read() == a.read() + b.read()
    assert same("all.safetensors", "b.safetensors")
    np.save("b.npy", x[25:])
    said = sinew("run", c.folder, "b.npy", "no.npy", "--state-in", "a.safetensors", status=1)
    assert "--time" in said.messages and not os.path.exists("no.npy")
    state = c.state(4)  # of another program: its time is not known, and the first step is one
    checkpoints.write("foreign.safetensors", state)
    sinew("run", c.folder, "b.csv", "b-out.csv", "--time", "--state-in", "foreign.safetensors")
    dt = np.diff(times[25:], prepend=times[25] - 1)
    near(np.loadtxt("b-out.csv", delimiter=",")[:, 1:], c.run("stack", x[25:], state, dt)[0], "foreign")


def test_a_rate_counts_where_the_training_had_one():
    c = checkpoints.make("model", "mamba1")
    np.save("in.npy", noise(50))
    sinew("run", c.folder, "in.npy", "plain.npy")
    sinew("run", c.folder, "in.npy", "rate.npy", "--rate", "50")
    assert same("plain.npy", "rate.npy")  # trained at no rate that is known
    with open("model/config.json") as file:
        config = json.load(file)
    with open("model/config.json", "w") as file:
        json.dump({**config, "sinew_step_s": 0.01}, file)
    sinew("run", c.folder, "in.npy", "same.npy", "--rate", "100")
    assert same("plain.npy", "same.npy")
    sinew("run", c.folder, "in.npy", "half.npy", "--rate", "50")
    near(np.load("half.npy"), c.run("stack", noise(50), dt=np.full(50, 2.0))[0], "twice the step")


def test_tensors_without_a_place_are_let_be_where_the_configuration_says_so():
    c = checkpoints.make("model", "mamba1")
    np.save("in.npy", noise(50))
    sinew("run", c.folder, "in.npy", "plain.npy")
    tensors, metadata = checkpoints.read("model/model.safetensors")
    checkpoints.write("model/model.safetensors", {**tensors, "rotary.inv_freq": np.ones(3)}, "F32", metadata)
    said = sinew("run", c.folder, "in.npy", "more.npy", status=1).messages
    assert "rotary.inv_freq" in said and "sinew_allow_unknown" in said, said
    with open("model/config.json") as file:
        config = json.load(file)
    with open("model/config.json", "w") as file:
        json.dump({**config, "sinew_allow_unknown": True}, file)
    sinew("run", c.folder, "in.npy", "more.npy")
    assert same("plain.npy", "more.npy")


def test_formats():
    c = checkpoints.make("model", "mamba2", d_model=4, headdim=4)
    x = noise(40, 4).astype(np.float32)
    np.save("f4.npy", x)
    np.save("f8.npy", x.astype(float))
    x.astype("<f4").tofile("in.f32")
    np.savetxt("in.csv", x.astype(float), fmt="%.17g", delimiter=",")
    sinew("run", c.folder, "f4.npy", "want.npy")
    want = np.load("want.npy")
    for name, more in ("f8.npy", ()), ("in.f32", ("--channels", "4")), ("in.csv", ()):
        sinew("run", c.folder, name, "got.npy", *more)
        assert same("got.npy", "want.npy"), name
    sinew("run", c.folder, "f4.npy", "out.f32")
    np.testing.assert_array_equal(np.fromfile("out.f32", "<f4").reshape(-1, 4), want)
    sinew("run", "model/model.safetensors", "f4.npy", "got.npy")
    assert same("got.npy", "want.npy")
    done = sinew("run", c.folder, "-", "-", "--in-format", "npy", "--out-format", "f32",
                 stdin=open("f4.npy", "rb").read())
    assert done.stdout == want.tobytes()


def test_threads_change_no_bit():
    c = checkpoints.make("model", "mamba1", d_model=256, n_layer=1)
    np.save("in.npy", noise(200, 256))
    for quantize in (), ("--quantize", "int8"), ("--quantize", "bf16"):
        sinew("run", c.folder, "in.npy", "one.npy", *quantize)
        for threads in "2", "3":
            sinew("run", c.folder, "in.npy", "more.npy", "--threads", threads, *quantize)
            assert same("one.npy", "more.npy"), (quantize, threads)


def test_a_batch():
    c = checkpoints.make("model", "mamba1")
    for i in range(3):
        np.save(f"{i}.npy", noise(20 + i))
        sinew("run", c.folder, f"{i}.npy", f"want{i}.npy", "--part", "layer.0")
    np.save("bad.npy", noise(9, 5))
    done = sinew("run", c.folder, "--out-dir", "out", "0.npy", "bad.npy", "1.npy", "2.npy", "--json",
                 "--part", "layer.0", status=1)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(s["status"] for s in said) == ["done", "done", "done", "failed"], said
    assert "5 channels" in done.messages and "bad.npy" in done.messages
    for i in range(3):
        assert same(f"out/{i}.npy", f"want{i}.npy")
    again = sinew("run", c.folder, "--out-dir", "out", "0.npy", "1.npy", "2.npy", "--json", "--part",
                  "layer.0")
    assert b"skipped" in again.stdout and b"done" not in again.stdout


def refused(*args, says, status=1):
    done = sinew("run", *args, status=status)
    for word in says:
        assert word in done.messages, (word, done.messages)
    assert not os.path.exists("no.npy") and not os.path.exists("no.safetensors")


def test_what_does_not_fit_is_refused():
    c = checkpoints.make("model", "mamba1")
    np.save("in.npy", noise(9))
    for part in "layer.2", "mixer.9", "layer", "stack.1", "lm", "body", "layer.-1":
        refused(c.folder, "in.npy", "no.npy", "--part", part, says=[], status=2)
    refused(c.folder, "in.npy", "no.npy", "--dtype", "f64", says=["float32"])
    refused(c.folder, "in.npy", "no.npy", "--method", "zoh", says=["checkpoint"], status=2)
    refused(c.folder, "in.npy", "no.npy", "--engine", "scan", says=["checkpoint"], status=2)
    refused(c.folder, "in.npy", "no.npy", "--tail", "1", says=["--rate"], status=2)
    refused(c.folder, "in.npy", "no.npy", "--smooth", says=["Kalman"], status=2)
    refused("a-weighting", "in.npy", "no.npy", "--rate", "100", "--part", "stack",
            says=["no checkpoint"], status=2)
    refused(c.folder, "in.npy", "model/config.json", "--out-format", "npy", says=["config.json"],
            status=2)
    refused(c.folder, "in.npy", "no.npy", "--state-out", "model/model.safetensors",
            says=["model.safetensors"], status=2)
    os.mkdir("empty")
    refused("./empty", "in.npy", "no.npy", says=["config.json"])
    for command in (("response", c.folder, "--continuous", "--rad", "in.npy"),
                    ("discretize", c.folder, "--rate", "10"), ("plan", c.folder, "--rate", "10"),
                    ("step", c.folder, "--rate", "10"), ("reduce", c.folder, "--order", "2")):
        done = sinew(*command, status=1)
        assert "checkpoint" in done.messages, done.messages
    write("series.yaml", "system: {series: [./model]}\n")
    refused("./series.yaml", "in.npy", "no.npy", "--rate", "10", says=["checkpoint"])


def test_files_of_a_checkpoint_are_not_written_over():
    checkpoints.make("model", "mamba1", shards=2)
    write("model/tokenizer.json", "{}")
    np.save("in.npy", np.ones((4, 12), np.float32))
    np.save("ids.npy", np.arange(4, dtype=np.int32))
    os.symlink("model-00002-of-00002.safetensors", "model/link")
    before = {name: open(f"model/{name}", "rb").read() for name in os.listdir("model")}
    graph = write("graph.yaml", "weights: model/model.safetensors.index.json\nallow_unused: yes\n"
                                "graph: [{mamba1: {prefix: backbone.layers.0.mixer}}]\n")
    for name in "model.safetensors.index.json", "model-00001-of-00002.safetensors", "link":
        done = sinew("run", "./" + graph, "in.npy", "out.npy", "--rate", 1, "--state-out",
                     f"model/{name}", status=2)
        assert "same file" in done.messages, done.messages
    for name in before:
        run = "run", "model", "in.npy", "out.npy", "--state-out"
        lm = "lm", "model", "--ids", "ids.npy", "--logits", "logits.npy", "--state-out"
        for args in run, lm:
            done = sinew(*args, f"model/{name}", status=2)
            assert "model/" in done.messages and "same file" in done.messages, done.messages
        assert not os.path.exists("out.npy") and not os.path.exists("logits.npy")
    for name, bytes_before in before.items():
        with open(f"model/{name}", "rb") as file:
            assert file.read() == bytes_before, name


if __name__ == "__main__":
    main(globals())
