#!/usr/bin/python3
"""What examples/ shows works: the configuration, and the subscriber."""
import os
import re
import shutil
import subprocess
import sys

from harness import (BANDPASS, RECORDING, ROOT, Daemon, config, ipc, main, noise, run, save_npy,
                     tcp, write)

SINEW = os.path.abspath(sys.argv[2])
EXAMPLES = os.path.join(ROOT, "examples")


def subscribe(*args):
    return subprocess.Popen(["/usr/bin/python3", os.path.join(EXAMPLES, "subscribe.py"), *args],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def outcome(process, status=0):
    out, err = process.communicate(timeout=60)
    assert process.returncode == status, (process.returncode, out, err)
    return out + err


def recording(**more):
    return {"name": "speech", "source": {"file": {"path": RECORDING, "pace": "fast", **more}},
            "model": BANDPASS, "start": {"subscribers": 1}, "outputs": [{"publish": {}}]}


def test_the_configuration_is_right():
    run(os.path.join(EXAMPLES, "sinewd.yaml"), "--check")


def test_the_subscribers_wav_is_the_command_lines():
    at = tcp()
    daemon = Daemon(config([recording()], [at]))
    text = outcome(subscribe("speech", "--connect", at, "--wav", "heard.wav"))
    daemon.ends()
    assert "the stream has ended" in text and " 0 gaps, 0 restarts" in text, text
    subprocess.run([SINEW, "run", BANDPASS, RECORDING, "same.wav"], check=True,
                   capture_output=True)
    with open("heard.wav", "rb") as mine, open("same.wav", "rb") as other:
        assert mine.read()[44:] == other.read()[-80000 * 2:]
    levels = subprocess.run(["/usr/bin/python3", os.path.join(EXAMPLES, "levels.py"), RECORDING,
                             "heard.wav"], capture_output=True, text=True, check=True).stdout
    before, after = (float(word) for word in levels.splitlines()[1].split() if "." in word)
    assert after < before - 10, levels  # the hum below the band


def test_the_subscriber_ends_as_it_was_told():
    at = ipc()
    save_npy("in.npy", noise(1000))
    source = {"path": "in.npy", "rate": 8000, "loop": True, "block": 100}
    daemon = Daemon(config([recording(**source)], [at]))
    assert "500 frames in 5 blocks" in outcome(subscribe("speech", "--connect", at, "--count", "5"))
    assert "800 frames in 8 blocks" in outcome(subscribe("speech", "--connect", at, "--seconds",
                                                         "0.1"))
    assert daemon.stop() == 0
    assert "nothing came" in outcome(subscribe("speech", "--connect", at, "--wait", "0.2"), 1)


def test_the_subscriber_outlives_the_daemon():
    at = tcp()
    process = subscribe("speech", "--connect", at, "--forever", "--seconds", "10", "--wav",
                        "heard.wav")
    for _ in range(2):  # the recording lasts 5 s
        run(config([recording()], [at]))
    text = outcome(process)
    assert " 0 gaps, 1 restarts" in text and "160000 frames" in text, text
    assert os.path.getsize("heard.wav") == 44 + 2 * 160000


def test_the_readme():
    """Its configuration, word for word but for the port, and its lines of Python."""
    with open(os.path.join(ROOT, "README.md")) as f:
        text = f.read()
    at = tcp()
    said, = re.findall(r"^```yaml\n(publish:.*?)^```", text, re.M | re.S)
    receive, = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    shutil.copy(RECORDING, "talk.wav")
    write("config.yaml", said.replace("tcp://127.0.0.1:5555", at))
    run("config.yaml", "--check")
    daemon = Daemon("config.yaml")
    subprocess.run(["/usr/bin/python3", "-c", f"""
import json, numpy, zmq
socket = zmq.Context().socket(zmq.SUB)
socket.connect({at!r})
{receive}
assert block.shape == (256, 1) and meta["rate"] == 16000, meta
"""], check=True, timeout=60)
    daemon.ends()
    assert os.path.exists("clean-live.wav")


main(globals())
