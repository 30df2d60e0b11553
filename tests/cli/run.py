#!/usr/bin/python3
"""run, one file: values against scipy, formats, pipes, block lengths, states, initial states."""
import json
import os
import pty
import select
import subprocess

import numpy as np
import soundfile
from scipy import signal
from scipy.linalg import expm

from harness import (BANDPASS, GAIN, LOWPASS, MATRICES, PROGRAM, SINGLE, main, model,
                     no_leftovers, same, sinew, write)

RATE = 48000
BILINEAR = ["--method", "bilinear"]


def noise(frames, channels=2, seed=1):
    return np.random.default_rng(seed).normal(0, 0.1, (frames, channels))


def write_wav(path, frames=20000, channels=2, subtype="PCM_16"):
    soundfile.write(path, noise(frames, channels), RATE, subtype=subtype)
    return soundfile.read(path, always_2d=True)[0]


def lowpass(x):
    return signal.sosfilt(signal.butter(8, 1000, fs=RATE, output="sos"), x, axis=0)


def recurrence(abcd, x, state=0.0):
    a, b, c, d = abcd[:4]
    y, state = [], np.zeros(len(a)) + state
    for u in x:
        y.append(c @ state + d @ u)
        state = a @ state + b @ u
    return np.array(y)


def test_16_bit_stereo_is_within_one_step_of_scipy():
    x = write_wav("in.wav", 100000)
    sinew("run", model(LOWPASS), "in.wav", "out.wav", *BILINEAR)
    info = soundfile.info("out.wav")
    assert (info.frames, info.samplerate, info.subtype) == (100000, RATE, "PCM_16")
    got = soundfile.read("out.wav", dtype="int16")[0].astype(int)
    truth = np.rint(lowpass(x) * 32768).astype(int)
    assert np.max(np.abs(got - truth)) <= 1 and np.mean(got != truth) < 1e-4
    no_leftovers("in.wav", "out.wav", "model.yaml")


def test_npy_runs_in_double_end_to_end():
    x = noise(5000)
    np.save("in.npy", x)
    sinew("run", model(LOWPASS), "in.npy", "out.npy", "--rate", "48k", *BILINEAR)
    y = np.load("out.npy")
    assert y.dtype == np.float64 and y.shape == x.shape
    np.testing.assert_allclose(y, lowpass(x), atol=1e-14)
    sinew("run", "./model.yaml", "in.npy", "single.npy", "--rate", "48k", "--dtype", "f32",
          *BILINEAR)
    y = np.load("single.npy")
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, lowpass(x), atol=1e-6)


def test_every_format_holds_the_same():
    x = noise(3000)
    np.save("in.npy", x)
    np.savetxt("in.csv", x, delimiter=",", fmt="%.17g", header="left,right", comments="")
    x.astype("<f8").tofile("in.f64")
    x.astype("<f4").tofile("in.f32")
    path, truth = model(LOWPASS), lowpass(x)
    rate = ["--rate", "48000", *BILINEAR]
    sinew("run", path, "in.csv", "out.csv", *rate)
    np.testing.assert_allclose(np.loadtxt("out.csv", delimiter=","), truth, atol=1e-14)
    sinew("run", path, "in.npy", "again.csv", *rate)
    assert same("out.csv", "again.csv")
    sinew("run", path, "in.f64", "out.f64", "--channels", "2", *rate)
    assert np.array_equal(np.fromfile("out.f64").reshape(-1, 2),
                          np.loadtxt("out.csv", delimiter=","))
    sinew("run", path, "in.f32", "out.npy", "--channels", "2", *rate)
    np.testing.assert_allclose(np.load("out.npy"), truth, atol=1e-7)
    for name in "flac", "aiff", "wav":
        sinew("run", path, "in.npy", "out." + name, *rate)
        got = soundfile.read("out." + name)
        assert got[1] == RATE
        np.testing.assert_allclose(got[0], truth, atol=1e-4)
    write_wav("a.wav")
    for name in "flac", "aiff":
        sinew("run", path, "a.wav", "b." + name, *BILINEAR)
        sinew("run", path, "a.wav", "c.wav", *BILINEAR)
        assert np.array_equal(soundfile.read("b." + name)[0], soundfile.read("c.wav")[0])


def test_pipes():
    x = noise(3000)
    path = model(LOWPASS)
    np.savetxt("in.csv", x, delimiter=",", fmt="%.17g")
    rate = ["--rate", "48000", *BILINEAR]
    sinew("run", path, "in.csv", "out.csv", *rate)
    truth = open("out.csv", "rb").read()
    done = sinew("run", path, "-", "-", "--format", "csv", *rate, stdin=open("in.csv", "rb").read())
    assert done.stdout == truth
    sinew("run", path, "-", "out.npy", "--format", "f64", "--channels", "2", *rate,
          stdin=x.tobytes())
    assert np.array_equal(np.load("out.npy"), np.loadtxt("out.csv", delimiter=","))
    done = sinew("run", path, "-", "-", "--in-format", "csv", "--out-format", "f64", *rate,
                 stdin=open("in.csv", "rb").read())
    assert np.array_equal(np.frombuffer(done.stdout).reshape(-1, 2), np.load("out.npy"))
    write("in.txt", open("in.csv", "rb").read())
    sinew("run", path, "in.txt", "out.txt", "--format", "csv", *rate)
    assert same("out.txt", "out.csv")
    write_wav("in.wav", 1000)
    done = sinew("run", path, "-", "out.wav", "--format", "wav", *BILINEAR,
                 stdin=open("in.wav", "rb").read())
    sinew("run", path, "in.wav", "again.wav", *BILINEAR)
    assert np.array_equal(soundfile.read("out.wav")[0], soundfile.read("again.wav")[0])


def test_block_lengths_do_not_matter():
    write_wav("in.wav", 70000)
    path = model(LOWPASS)
    for engine in "scan", "block", "convolve":
        first = None
        for block in 4096, 1, 7, 64, 65536:
            if block == 1 and engine == "convolve":
                continue
            out = f"{engine}{block}.f64"
            sinew("run", path, "in.wav", out, "--block", block, "--engine", engine, *BILINEAR)
            assert first is None or same(first, out), out
            first = first or out
    scan, convolve = np.fromfile("scan7.f64"), np.fromfile("convolve7.f64")
    assert np.max(np.abs(scan - convolve)) < 1e-12 * np.max(np.abs(scan))


def test_threads_share_a_file():
    x = noise(1000000)
    np.save("in.npy", x)
    common = ["--rate", "48000", *BILINEAR]
    sinew("run", model(LOWPASS), "in.npy", "one.npy", *common, "--state-out", "one.state")
    sinew("run", "model.yaml", "in.npy", "three.npy", *common, "--threads", "3", "--state-out", "three.state")
    one, three = np.load("one.npy"), np.load("three.npy")
    np.testing.assert_allclose(three, one, rtol=0, atol=1e-13)
    np.save("silence.npy", np.zeros((2000, 2)))
    for name in ["one", "three"]:
        sinew("run", "model.yaml", "silence.npy", f"{name}-rest.npy", *common, "--state-in", f"{name}.state")
    np.testing.assert_allclose(np.load("three-rest.npy"), np.load("one-rest.npy"), rtol=0, atol=1e-13)
    for wrong in ["0", "257", "two"]:
        sinew("run", "model.yaml", "in.npy", "out.npy", *common, "--threads", wrong, status=2)


def test_a_state_continues_the_signal():
    path, x = model(BANDPASS), noise(9000)
    np.save("whole.npy", x)
    np.save("a.npy", x[:3333])
    np.save("b.npy", x[3333:])
    for engine in "scan", "block", "convolve":
        args = ["--rate", "48k", "--engine", engine]
        sinew("run", path, "whole.npy", "w.npy", *args)
        sinew("run", path, "a.npy", "a-out.npy", "--state-out", "s", *args)
        done = sinew("run", path, "b.npy", "b-out.npy", "--state-in", "s", "--state-out", "s",
                     *args)
        assert done.messages == "", done.messages
        both = np.concatenate([np.load("a-out.npy"), np.load("b-out.npy")])
        assert np.array_equal(both, np.load("w.npy")), engine
    sinew("run", path, "a.npy", "a-out.npy", "--state-out", "s", "--rate", "48k", "--engine", "scan")
    done = sinew("run", path, "b.npy", "b-out.npy", "--state-in", "s", "--rate", "48k", "--engine",
                 "convolve")
    assert done.messages.count("sinew: warning: s: the state is of another engine") == 1
    both = np.concatenate([np.load("a-out.npy"), np.load("b-out.npy")])
    np.testing.assert_allclose(both, np.load("w.npy"), atol=1e-13)


def test_a_state_of_another_model_is_refused():
    np.save("in.npy", noise(100))
    sinew("run", model(BANDPASS), "in.npy", "out.npy", "--rate", "48k", "--state-out", "s")
    other = model(LOWPASS, "other.yaml")
    held = ["in.npy", "out.npy", "s", "model.yaml", "other.yaml"]
    for path, rate, extra in ((other, "48k", []), ("./model.yaml", "44100", [])):
        done = sinew("run", path, "in.npy", "no.npy", "--rate", rate, "--state-in", "s", *extra,
                     status=1)
        assert done.messages.startswith("sinew: s: "), done.messages
    text = open("s", "rb").read()
    for bad in b"", text[:-1], text[:40] + bytes([text[40] ^ 1]) + text[41:], b"x" * 1000:
        write("bad", bad)
        sinew("run", "./model.yaml", "in.npy", "no.npy", "--rate", "48k", "--state-in", "bad",
              status=1)
    os.remove("bad")
    no_leftovers(*held)


def test_many_inputs_and_outputs():
    path, x = model(MATRICES), noise(500)
    np.save("in.npy", x)
    sinew("run", path, "in.npy", "out.npy", "--step", "0.01")
    a = [np.array(v) for v in ([[-3, 4, 0], [-4, -3, 1], [0, 0, -50.0]],
                               [[1, 0], [0, 2], [3, -1.0]], [[1, 0.5, 0], [0, 1, -1]],
                               [[0, 0.25], [0, 0]])]
    np.testing.assert_allclose(np.load("out.npy"),
                               recurrence(signal.cont2discrete(a, 0.01), x), atol=1e-13)
    gain = model(GAIN, "gain.yaml")
    sinew("run", gain, "in.npy", "gain.npy", "--step", "0.01")
    np.testing.assert_allclose(np.load("gain.npy"), x @ [[2], [3]], rtol=1e-15)
    np.save("mono.npy", noise(500, 1))
    for name in path, gain:
        done = sinew("run", name, "mono.npy", "no.npy", "--step", "1", status=1)
        assert "mono.npy" in done.messages and "1 channel" in done.messages
    assert not os.path.exists("no.npy")


def test_an_initial_state_is_the_continuous_one():
    path, x = model(SINGLE), noise(300)
    abcd = [np.array(v) for v in ([[-300, 400], [-400, -300.0]], [[1], [50.0]], [[7.0, 1]],
                                  [[0.5]])]
    x0 = np.array([1.5, -20])
    np.save("in.npy", x)
    write("x0.csv", "1.5, -20\n")
    for method in "zoh", "foh":
        d = signal.cont2discrete(abcd, 1e-3, method)
        sinew("run", path, "in.npy", "out.npy", "--step", "1ms", "--method", method, "--x0",
              "x0.csv")
        y = np.load("out.npy")
        for channel in 0, 1:
            u = x[:, channel:channel + 1]
            start = x0
            if method == "foh":  # D_d = D + C G2, and the discrete state is x - G2 u
                block = np.zeros((4, 4))
                block[:2, :3] = np.hstack([abcd[0] * 1e-3, abcd[1] * 1e-3])
                block[2, 3] = 1
                start = x0 - expm(block)[:2, 3] * u[0]
            np.testing.assert_allclose(y[:, channel], recurrence(d, u, start)[:, 0], atol=1e-12)
        # y(0) = C x0 + D u(0) whatever the method
        np.testing.assert_allclose(y[0], abcd[2] @ x0 + 0.5 * x[0], rtol=1e-12)
        # the frame that is read ahead comes once, whatever the blocks and the type
        for options in ["--block", "1"], ["--block", "7"], ["--dtype", "f32"]:
            sinew("run", path, "in.npy", "again.npy", "--step", "1ms", "--method", method, "--x0",
                  "x0.csv", *options)
            again = np.load("again.npy")
            assert again.dtype == (np.float32 if "f32" in options else np.float64)
            np.testing.assert_allclose(again, y, atol=1e-5 if "f32" in options else 1e-12)
    for text in "1", "1,2,3", "1,x", "1,nan", "", "1,2\n3,4\n":
        write("bad.csv", text)
        sinew("run", path, "in.npy", "no.npy", "--step", "1ms", "--x0", "bad.csv", status=1)
    assert "bad.csv:1:3: " in (write("bad.csv", "1,x") and sinew(
        "run", path, "in.npy", "no.npy", "--step", "1ms", "--x0", "bad.csv", status=1)).messages
    write("bad.csv", "1,2,3")
    assert "bad.csv: 3 numbers" in sinew("run", path, "in.npy", "no.npy", "--step", "1ms", "--x0",
                                         "bad.csv", status=1).messages
    sinew("run", path, "in.npy", "no.npy", "--step", "1ms", "--x0", "x0.csv", "--method", "euler",
          status=2)
    write("x8.csv", "1,2,3,4,5,6,7,8\n")
    sinew("run", model(LOWPASS, "design.yaml"), "in.npy", "no.npy", "--rate", "48k", "--x0",
          "x8.csv", status=2)
    assert not os.path.exists("no.npy")


def test_a_tail_is_what_still_rings():
    x = noise(1000)
    np.save("in.npy", x)
    np.save("longer.npy", np.concatenate([x, np.zeros((480, 2))]))
    path = model(LOWPASS)
    sinew("run", path, "in.npy", "out.npy", "--rate", "48k", "--tail", "10ms")
    sinew("run", path, "longer.npy", "truth.npy", "--rate", "48k")
    assert np.array_equal(np.load("out.npy"), np.load("truth.npy"))


def test_clipping_is_counted():
    np.save("in.npy", np.array([[0.5], [2.0], [-3.0], [0.25]]))
    path = model("system: {ss: {A: [], B: [], C: [], D: [[1]]}}\n")
    soundfile.write("in.wav", np.array([0.5, 0.9, -0.9]), RATE, subtype="PCM_16")
    loud = model("system: {ss: {A: [], B: [], C: [], D: [[1.5]]}}\n", "loud.yaml")
    done = sinew("run", loud, "in.wav", "out.wav", "--json")
    answer = json.loads(done.stdout)
    assert answer["clipped"] == 2 and "2 samples were clipped" in done.messages
    assert list(answer) == ["file", "output", "status", "frames", "rate", "seconds", "clipped",
                            "error"]
    assert answer["frames"] == 3 and answer["rate"] == RATE and answer["error"] is None
    got = soundfile.read("out.wav", dtype="int16")[0]
    assert list(got[1:]) == [32767, -32768]
    assert sinew("run", path, "in.wav", "same.wav").messages == ""
    assert np.array_equal(soundfile.read("same.wav")[0], soundfile.read("in.wav")[0])


def test_no_frames_are_said_and_written():
    soundfile.write("in.wav", np.zeros((0, 2)), RATE, subtype="PCM_16")
    done = sinew("run", model(LOWPASS), "in.wav", "out.wav")
    assert "warning: in.wav: holds no frames" in done.messages
    assert soundfile.info("out.wav").frames == 0


def test_numbers_that_are_none_are_told():
    with open("bad.csv", "w") as file:
        file.write("1\nnan\n2\n3\n")
    for dtype in "f64", "f32":
        done = sinew("run", model(LOWPASS), "bad.csv", "o.csv", "--rate", "10k", "--dtype", dtype)
        assert "o.csv: from frame 1 on, 3 samples are no finite numbers" in done.messages
    for output in "o.wav", "o.flac", "o.ogg":  # of integers and lossy codecs the sink tells
        done = sinew("run", model(LOWPASS), "bad.csv", output, "--rate", "10k")
        assert "from frame 1 on, 3 samples are no finite numbers" in done.messages, output
    with open("good.csv", "w") as file:
        file.write("1\n1e300\n-2\n3\n")
    done = sinew("run", model(LOWPASS), "good.csv", "o.csv", "--rate", "10k")
    assert done.messages == ""


def test_progress_is_for_terminals():
    with open("pipe.f64", "wb") as file:
        file.write(noise(400000, 1).tobytes())
    line = [PROGRAM, "run", model(LOWPASS), "pipe.f64", "/dev/null", "--out-format", "csv",
            "--channels", "1", "--rate", "48k", "--block", "1"]
    done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0 and done.stderr == b"" and done.stdout == b""
    # Whether a line is drawn depends on the time that it takes; that it is wiped does not.
    try:
        master, slave = pty.openpty()
    except OSError as why:  # a bare chroot has no terminals to give
        print(f"# no terminal here: {why}")
        return
    running = subprocess.Popen(line, stderr=slave, env={**os.environ, "TERM": "xterm"})
    os.close(slave)
    seen = b""
    while running.poll() is None or select.select([master], [], [], 0)[0]:
        if select.select([master], [], [], 0.05)[0]:
            try:
                seen += os.read(master, 4096)
            except OSError:
                break
    os.close(master)
    assert running.wait() == 0
    assert seen == b"" or (b"x real time" in seen and seen.endswith(b"\r\x1b[K"))


main(globals())
