#!/usr/bin/python3
"""What README.md and models/README.md show works, word for word: commands, descriptions, the C
lines. Built and installed is nothing; the daemon's lines are tests/e2e/examples.py's."""
import json
import os
import re
import shutil
import subprocess

import numpy as np
import soundfile

from harness import PROGRAM, main, sinew, write

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))


def blocks(language, *path):
    with open(os.path.join(ROOT, *path)) as f:
        found = re.findall(r"^```%s\n(.*?)^```" % language, f.read(), re.M | re.S)
    assert found, (language, path)
    return found


def bash(text):
    """As at the root of a clone with the programs on the PATH; nothing is made in the clone."""
    for name in ("examples", "models", "tests"):
        if not os.path.lexists(name):
            os.symlink(os.path.join(ROOT, name), name)
    path = os.path.dirname(PROGRAM) + ":" + os.environ["PATH"]
    return subprocess.run(["bash", "-euo", "pipefail", "-c", text], check=True, capture_output=True,
                          text=True, timeout=600, env={**os.environ, "PATH": path}).stdout


def test_the_commands():
    using = [b for b in blocks("sh", "README.md") if re.search(r"^sinew ", b, re.M)]
    assert len(using) == 5
    bash("\n".join(using))
    assert os.listdir("weighted") == ["speech-noise.wav"]
    assert soundfile.info("clean.wav").frames == 80000 and os.path.getsize("talk.f32") == 320000
    assert np.load("volts.npy").shape == (4, 1)
    dry, hall, wet = (soundfile.read(name)[0] for name in ("talk.wav", "hall.wav", "wet.wav"))
    whole = np.clip(np.convolve(dry, hall)[:80000], -1, 1 - 2**-15)
    np.testing.assert_allclose(wet, whole, rtol=0, atol=2**-15)
    even, _ = soundfile.read("even.wav")
    assert even.shape == dry.shape and np.abs(even).max() < np.abs(dry).max()
    layers, rounded = np.load("out.npy"), np.load("rounded.npy")
    assert 0 < np.linalg.norm(layers - rounded) < 5e-2 * np.linalg.norm(layers)
    for name in ("plant.yaml", "curve.yaml"):
        info = json.loads(sinew("info", "./" + name, "--json").stdout)
        assert len(info["poles"]) == 1 and abs(info["poles"][0]["re"] / -1e4 - 1) < 1e-3, info
    orders = [json.loads(sinew("info", "./" + name, "--json").stdout)["order"]
              for name in ("room.yaml", "small.yaml")]
    assert orders == [102, 80], orders
    track = np.loadtxt("track.csv", delimiter=",")
    truth = np.loadtxt(os.path.join(ROOT, "examples", "data", "gps-truth.csv"), delimiter=",",
                       skiprows=1)
    assert track.shape == (188, 5) and np.array_equal(track[:, 0], truth[:, 0])
    wrong = (track[:, 1:3] - truth[:, 1:3]) / track[:, 3:]
    assert 0.5 < np.sqrt(np.mean(wrong**2)) < 1.5, "the deviations are what is wrong"


def test_the_packages_are_those_that_are_installed():
    with open(os.path.join(ROOT, ".ci", "packages")) as f:
        wanted = set(re.findall(r"^use +(\S+)", f.read(), re.M))
    install, = [b for b in blocks("sh", "README.md") if "apt-get" in b]
    said = install.split("apt-get install")[1].split("\nmeson")[0]
    assert set(said.replace("\\", "").split()) == wanted


def test_the_descriptions():
    readme = [b for b in blocks("yaml", "README.md") if "system:" in b]
    models = blocks("yaml", "models", "README.md")
    assert len(readme) == 1 and len(models) == 4
    for text in readme + models:
        sinew("info", "./" + write("m.yaml", text), "--rate", "48k")
    equalizer, feedback, connect, echo = models
    info = sinew("info", "./" + write("eq.yaml", equalizer), "--rate", "48k").stdout.decode()
    assert re.search(r"method +bilinear", info), info
    speeds = [np.array(json.loads(sinew("step", "./" + write("m.yaml", text), "--rate", "100",
                                        "--json").stdout)["response"])[:, 0, 0]
              for text in (feedback, connect)]
    np.testing.assert_allclose(*speeds, rtol=1e-10, atol=1e-12)
    heard = sinew("run", "./" + write("m.yaml", echo), "-", "-", "--format", "csv", "--rate", "10",
                  stdin=b"1\n0\n0\n0\n0\n0\n0\n").stdout
    np.testing.assert_allclose(np.array(heard.split(), float), [1, 0, 0, .5, 0, 0, .25], atol=1e-15)


def test_which_method_counts():
    def method(text):
        info = sinew("info", "./" + write("m.yaml", text), "--rate", "48k").stdout.decode()
        return re.search(r"method +(\S+)", info).group(1)

    eq, slow = "{eq: {type: peaking, hz: 1k, q: 1, gain_db: 3}}", "{zpk: {poles: [-5]}}"
    for members, expected in (("{weighting: A}, " + slow, "decramped"),
                              ("{weighting: K}, " + eq, "bilinear"),
                              ("{gammatone: {hz: 1k}}, " + slow, "impulse"),
                              ("{weighting: A}, " + eq, "zoh"), (slow, "zoh"),
                              ("speech-bandpass, " + eq, "bilinear"),
                              ("a-weighting, " + eq, "decramped")):
        assert method("system: {series: [%s]}\n" % members) == expected, members
    two = "system: {series: [speech-bandpass, a-weighting]}\n"
    assert "'method' must say" in sinew("info", "./" + write("m.yaml", two), status=1).messages
    assert method("method: bilinear\n" + two) == "bilinear"


def test_the_c_lines_compile():
    compiler = shutil.which("cc") or shutil.which("gcc")
    lines, = blocks("c", "README.md")
    include, body = lines.split("\n", 1)
    write("mine.c", "#include <stdio.h>\n%s\nint main(void)\n{\n%s}\n" % (include, body))
    subprocess.run([compiler, "-std=c17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I",
                    os.path.join(ROOT, "lib", "include"), "mine.c"], check=True)


main(globals())
