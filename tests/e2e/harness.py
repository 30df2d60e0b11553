"""What the tests of sinewd share: configurations, daemons, subscribers."""
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import zmq

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import tap  # noqa: E402
from tap import no_leftovers, write  # noqa: E402,F401

SINEWD = os.path.abspath(sys.argv[1])
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
RECORDING = os.path.join(ROOT, "examples", "data", "speech-noise.wav")
BANDPASS = os.path.join(ROOT, "models", "speech-bandpass", "model.yaml")
PATIENCE_S = 60  # for what must happen; nothing here measures time

GAIN_HALF = "system: {ss: {A: [], B: [], C: [], D: [[0.5]]}}\n"
UNSTABLE = "system: {zpk: {zeros: [], poles: [[3, 0]], gain: 1}}\n"


def config(pipelines, binds=(), queue="500ms", name="c.yaml", **publish):
    """YAML is a superset of JSON."""
    tree = {"pipelines": pipelines}
    if binds:
        tree["publish"] = {"bind": list(binds), "queue": queue, **publish}
    return write(name, json.dumps(tree, indent=1))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def tcp():
    return f"tcp://127.0.0.1:{free_port()}"


def ipc(name="s"):
    return "ipc://" + os.path.join(os.getcwd(), name)


def noise(n, channels=1, seed=1):
    return np.random.default_rng(seed).uniform(-0.7, 0.7, (n, channels))


def save_npy(name, samples):
    np.save(name, samples)
    return name


class Daemon:
    started = []  # a test that fails leaves none behind

    def __init__(self, path, *args, env=None):
        self.process = subprocess.Popen([SINEWD, "-c", path, *args], stderr=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **(env or {})})
        Daemon.started.append(self.process)

    def wait(self):
        """The exit status; messages are in .messages"""
        try:
            _, self.messages = self.process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, self.messages = self.process.communicate()
            raise AssertionError("sinewd did not end: " + self.messages)
        return self.process.returncode

    def stop(self, with_signal=signal.SIGTERM):
        self.process.send_signal(with_signal)
        return self.wait()

    def ends(self, status=0):
        got = self.wait()
        assert got == status, (got, self.messages)
        for line in self.messages.splitlines():
            assert line.startswith("sinewd: "), line
        return self.messages


def run(path, *args, status=0, **more):
    return Daemon(path, *args, **more).ends(status)


class Subscriber(threading.Thread):
    """Takes all of a topic until its end. .headers, .blocks, .news (meta and heartbeats)"""

    def __init__(self, endpoint, topic, news=False, pause_s=0, hwm=100000, until=None):
        super().__init__(daemon=True)
        self.topic, self.until, self.pause_s = topic.encode(), until, pause_s
        self.headers, self.blocks, self.news = [], [], []
        self.fault = None
        self.socket = zmq.Context.instance().socket(zmq.SUB)
        self.socket.rcvhwm = hwm
        self.socket.linger = 0
        self.socket.connect(endpoint)
        self.socket.subscribe(self.topic + b" ")
        if news:
            self.socket.subscribe(self.topic + b"/meta ")
            self.socket.subscribe(b"sinew/hb ")
        self.start()

    def take(self):
        parts = self.socket.recv_multipart()
        assert len(parts) == 2, len(parts)
        key, text = parts[0].split(b" ", 1)
        header = json.loads(text)
        if key != self.topic:
            assert parts[1] == b""
            self.news.append((key.decode(), header))
            return True
        self.headers.append(header)
        self.blocks.append(np.frombuffer(parts[1], header["dtype"]).reshape(header["shape"]))
        if self.pause_s:
            time.sleep(self.pause_s)
        return "eos" not in header["flags"] and not (self.until and self.until(self))

    def run(self):
        try:
            while self.take():
                pass
        except Exception as fault:
            self.fault = fault
        self.socket.close()

    def wait(self):
        self.join(PATIENCE_S)
        assert not self.is_alive(), f"no end of {self.topic} after {len(self.headers)} blocks"
        if self.fault:
            raise self.fault
        return self

    def samples(self):
        return np.concatenate(self.blocks)

    def whole(self):
        """seq and index without a hole, one epoch, an eos at the end; the samples."""
        index = self.headers[0]["index"]
        for seq, (header, block) in enumerate(zip(self.headers, self.blocks)):
            assert header["v"] == 1 and header["seq"] == seq, (seq, header)
            assert header["index"] == index and header["gap"] == 0, (index, header)
            assert header["epoch"] == self.headers[0]["epoch"]
            index += len(block)
        assert [h["flags"] for h in self.headers] == [[]] * seq + [["eos"]]
        return self.samples()


def until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def equal(got, expected):
    assert got.dtype == expected.dtype and got.shape == expected.shape, (
        got.dtype, expected.dtype, got.shape, expected.shape)
    bits = "<u%d" % got.dtype.itemsize
    assert np.array_equal(got.view(bits), expected.view(bits)), np.abs(got - expected).max()


def main(tests):
    def end_daemons():
        for process in Daemon.started:
            if process.poll() is None:
                process.kill()

    tap.main(tests, end_daemons)
