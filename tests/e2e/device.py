#!/usr/bin/python3
"""A sound card that is none: JACK's dummy driver, with the output tied back to the input. What is
played is recorded again, sample by sample. Exit status 77 (skipped) where jackd cannot run."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

from harness import Daemon, Subscriber, config, ipc, noise, until, write

SERVER = f"sinewtest{os.getpid()}"
JACK = {"JACK_DEFAULT_SERVER": SERVER, "JACK_NO_AUDIO_RESERVATION": "1",
        "JACK_NO_START_SERVER": "1"}
GAIN_ONE = "system: {ss: {A: [], B: [], C: [], D: [[1]]}}\n"


def skip(why):
    print("SKIP:", why)
    sys.exit(77)


def start_jack():
    for tool in "jackd", "jack_wait", "jack_connect", "jack_lsp":
        if not shutil.which(tool):
            skip(f"{tool} is missing")
    # -r: without SCHED_FIFO, which a test may not have
    server = subprocess.Popen(["jackd", "-r", "-n", SERVER, "-d", "dummy", "-r", "48000", "-p", "2048",
                               "-C", "2", "-P", "2"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    if subprocess.run(["jack_wait", "-s", SERVER, "-w", "-t", "10"],
                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0 or \
            server.poll() is not None:
        stop_jack(server)
        skip("jackd does not start here")
    return server


def stop_jack(server):
    """Gently: a killed jackd leaves its entry among the few servers that JACK allows."""
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def ports():
    return subprocess.run(["jack_lsp", "-s", SERVER], capture_output=True, text=True).stdout


def play_and_record(samples):
    """Two pipelines: a file to the card, and the card to a file. Returns what was recorded."""
    write("one.yaml", GAIN_ONE)
    np.save("in.npy", samples)
    at = ipc()
    channels = samples.shape[1]
    daemon = Daemon(config([
        {"name": "play", "model": "one.yaml", "dtype": "f32", "start": {"subscribers": 1},
         "source": {"file": {"path": "in.npy", "rate": 48000, "pace": "fast", "block": 256}},
         "outputs": [{"device": {"name": "system", "latency": "500ms"}}, {"publish": {}}]},
        {"name": "record", "model": "one.yaml", "dtype": "f32",
         "source": {"device": {"name": "system", "channels": channels, "rate": "48k",
                               "block": 256}},
         "outputs": [{"file": {"path": "out.npy"}}, {"publish": {}}]}], [at]), env=JACK)
    try:
        until(lambda: "PortAudio:in_0" in ports() and "PortAudio:out_0" in ports() or
              daemon.process.poll() is not None)
        assert daemon.process.poll() is None, daemon.wait() or daemon.messages
        recorded = Subscriber(at, "record")
        until(lambda: recorded.headers)
        for c in range(channels):
            subprocess.run(["jack_connect", "-s", SERVER, f"PortAudio:out_{c}",
                            f"PortAudio:in_{c}"], check=True, stdout=subprocess.DEVNULL)
        Subscriber(at, "play").wait()
        heard = len(recorded.headers)
        until(lambda: len(recorded.headers) > heard + 100)  # what was still on its way
    finally:
        status = daemon.stop()
    assert status == 0, daemon.messages
    headers = recorded.wait().headers
    assert headers[-1]["flags"] == ["eos"] and headers[0]["rate"] == 48000
    ns = np.array([h["t_mono"][0] * 10**9 + h["t_mono"][1] for h in headers[:-1]])
    index = np.array([h["index"] for h in headers])
    assert np.all(np.diff(ns) > 0) and np.all(np.diff(index) > 0)
    if any(h["gap"] or "xrun" in h["flags"] for h in headers) or "ran empty" in daemon.messages:
        print("an overrun:", [(h["seq"], h["flags"], h["gap"]) for h in headers if h["flags"]],
              daemon.messages)
        return None  # the machine was too busy for real time, and sinewd said so
    return np.load("out.npy").reshape(-1, channels)


def check(samples, got):
    starts = np.flatnonzero(np.any(got != 0, axis=1))
    assert len(starts) > 0, "nothing was recorded"
    start = starts[0]
    found = got[start:start + len(samples)]
    assert found.shape == samples.shape, (found.shape, samples.shape)
    assert np.array_equal(found.view("<u4"), samples.view("<u4")), "not the same samples"
    assert not np.any(got[start + len(samples):]), "something was played after the end"


def vanish(server):
    """The card goes: a message, status 1, and what was recorded is kept."""
    daemon = Daemon(config([
        {"name": "record", "model": "one.yaml", "dtype": "f32",
         "source": {"device": {"name": "system", "channels": 1}},
         "outputs": [{"file": {"path": "kept.npy"}}, {"publish": {}}]}], [ipc("v")]), env=JACK)
    recorded = Subscriber(ipc("v"), "record")
    until(lambda: len(recorded.headers) > 20)
    stop_jack(server)
    assert daemon.wait() == 1, daemon.messages
    assert "sinewd: pipeline 'record': device 'system' delivers nothing" in daemon.messages, \
        daemon.messages
    assert len(np.load("kept.npy")) >= 20 * 256
    assert recorded.wait().headers[-1]["flags"] == ["eos"]
    print("a device that vanished was reported, and its recording kept")


def main():
    server = start_jack()
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    try:
        samples = noise(24000, 2).astype("<f4")
        for attempt in range(5):
            got = play_and_record(samples)
            if got is not None:
                check(samples, got)
                print(f"{len(samples)} frames came back, bit for bit (attempt {attempt + 1})")
                vanish(server)
                return
            time.sleep(1)
        skip("the machine is too busy for real time: every attempt had an overrun")
    finally:
        stop_jack(server)
        os.chdir("/")
        shutil.rmtree(folder, ignore_errors=True)
        for left in glob.glob(f"/dev/shm/jack_sem.*_{SERVER}_*"):  # a client that lost its server
            os.remove(left)


main()
