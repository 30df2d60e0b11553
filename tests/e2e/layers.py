#!/usr/bin/python3
"""Learned layers in the daemon are what they are on the command line, to the bit."""
import os
import re
import shutil
import subprocess
import sys

import numpy as np

from harness import RECORDING, ROOT, Daemon, config, main, noise, run, save_npy, tcp

sys.path.insert(0, os.path.join(ROOT, "tests", "vectors"))
import checkpoints  # noqa: E402

SINEW = os.path.abspath(sys.argv[2])
COMPRESSOR = os.path.join(ROOT, "models", "level-compressor", "model.yaml")


def pipeline(model, path, output, **source):
    return {"name": "layers", "source": {"file": {"path": path, "pace": "fast", **source}},
            "model": model, "outputs": [{"file": {"path": output}}]}


def on_the_command_line(*args):
    subprocess.run([SINEW, "run", *args], check=True, capture_output=True)


def test_a_graph_of_layers():
    for block in 1, 100, 4096:
        run(config([pipeline(COMPRESSOR, RECORDING, "live.wav", block=block)]))
        on_the_command_line(COMPRESSOR, RECORDING, "same.wav")
        with open("live.wav", "rb") as mine, open("same.wav", "rb") as other:
            assert mine.read()[-80000 * 2:] == other.read()[-80000 * 2:], block


def test_checkpoints():
    for kind in "mamba1", "mamba2", "mamba3":
        checkpoints.make(kind, kind, n_layer=2, d_model=12, headdim=4)
        x = noise(1000, 12).astype(np.float32)
        run(config([pipeline("./" + kind, save_npy("in.npy", x), "live.npy", rate=8000, block=96)]))
        on_the_command_line("./" + kind, "in.npy", "same.npy")
        live, same = np.load("live.npy"), np.load("same.npy")
        assert live.shape == (1000, 12) and np.array_equal(live, same), kind
        assert np.ptp(live[500:]) > 0


def test_what_needs_its_whole_input_is_refused():
    with open("both.yaml", "w") as f:
        f.write("graph: [{bidirectional: {forward: [{norm: {channels: 1}}], backward: [{norm: {}}]}}]\n")
    save_npy("in.npy", noise(10, 1))
    path = config([pipeline("./both.yaml", "in.npy", "out.npy", rate=8000)])
    for more in ("--check",), ():
        messages = run(path, *more, status=1)
        assert "c.yaml:" in messages and "needs its whole input before its output begins: it cannot " \
            "run block by block" in messages, messages
    assert not os.path.exists("out.npy")


def test_the_example():
    example = os.path.join(ROOT, "examples", "compressor.yaml")
    with open(example) as f:
        text = f.read()
    at = tcp()
    text = text.replace("tcp://127.0.0.1:5555", at).replace("pace: realtime", "pace: fast")
    text = text.replace("../models/level-compressor/model.yaml", COMPRESSOR)
    os.mkdir("data")
    shutil.copy(RECORDING, "data")
    with open("compressor.yaml", "w") as f:
        f.write(text)
    run(example, "--check")
    daemon = Daemon("compressor.yaml")
    heard = subprocess.run(["/usr/bin/python3", os.path.join(ROOT, "examples", "subscribe.py"),
                            "level", "--connect", at, "--wav", "heard.wav"], check=True,
                           capture_output=True, text=True, timeout=60).stdout
    daemon.ends()
    assert re.search("80000 frames in .* 0 gaps, 0 restarts", heard), heard
    on_the_command_line(COMPRESSOR, RECORDING, "same.wav")
    with open("heard.wav", "rb") as mine, open("same.wav", "rb") as other:
        assert mine.read()[44:] == other.read()[-80000 * 2:]


main(globals())
