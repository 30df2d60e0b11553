#!/usr/bin/python3
"""The main job: a recording through a model to subscribers and files, against `sinew run`."""
import json
import os
import signal
import subprocess
import sys

import numpy as np

from harness import (BANDPASS, RECORDING, Daemon, Subscriber, config, equal, ipc, main, noise,
                     no_leftovers, run, save_npy, tcp, until, write)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors"))
import checkpoints  # noqa: E402

SINEW = os.path.abspath(sys.argv[2])
COMPRESSOR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models",
                          "level-compressor", "model.yaml")


def reference(source, dtype, engine, *more, model=BANDPASS):
    """What the command line computes: (frames, channels)"""
    subprocess.run([SINEW, "run", model, source, "reference.npy", "--dtype", dtype, "--engine",
                    engine, *more], check=True, capture_output=True)
    samples = np.load("reference.npy")
    return samples.reshape(len(samples), -1)


def pipeline(source, name="mic/clean", outputs=({"publish": {}},), subscribers=1, **more):
    return {"name": name, "source": {"file": source}, "model": BANDPASS,
            "start": {"subscribers": subscribers}, "outputs": list(outputs), **more}


def over_tcp_and_ipc(dtype, engine, block):
    """Two subscribers of one topic, one over each, get each bit of the command line's answer."""
    at = [tcp(), ipc()]
    path = config([pipeline({"path": RECORDING, "pace": "fast", "block": block}, subscribers=2,
                            dtype=dtype, engine=engine)], at)
    daemon = Daemon(path)
    subscribers = [Subscriber(endpoint, "mic/clean", news=True) for endpoint in at]
    daemon.ends()
    expected = reference(RECORDING, dtype, engine)
    for subscriber in subscribers:
        equal(subscriber.wait().whole(), expected)
        sizes = [h["shape"][0] for h in subscriber.headers]
        assert set(sizes[:-2]) <= {block} and sizes[-1] == 0, sizes
    assert len({s.headers[0]["epoch"] for s in subscribers}) == 1
    no_leftovers("c.yaml", "reference.npy")  # the ipc socket is gone too


def test_f64_scan_over_tcp_and_ipc():
    over_tcp_and_ipc("f64", "scan", 256)


def test_f32_convolve_over_tcp_and_ipc():
    over_tcp_and_ipc("f32", "convolve", 333)


def test_f64_auto_in_large_blocks():
    over_tcp_and_ipc("f64", "auto", 16384)


def test_a_kernel():
    """To the bit that of a file in blocks of 100 frames, none of which are taken whole."""
    taps = noise(1500, 1)[:, 0] * np.exp(-np.arange(1500) / 300)
    room = write("room.yaml", json.dumps({"system": {"fir": {"taps": list(taps),
                                                             "rate_hz": 16000}}}))
    save_npy("in.npy", noise(24000, 2))
    at = tcp()
    path = config([pipeline({"path": "in.npy", "rate": "16k", "pace": "fast", "block": 160},
                            model=room)], [at])
    daemon = Daemon(path)
    subscriber = Subscriber(at, "mic/clean")
    daemon.ends()
    expected = reference("in.npy", "f64", "auto", "--rate", "16000", "--block", "100", model=room)
    equal(subscriber.wait().whole(), expected)
    no_leftovers("c.yaml", "in.npy", "reference.npy", "room.yaml")


def test_layers():
    """A graph with weights beside it; the recording's rate is not the one it was trained at."""
    at = [ipc()]
    path = config([pipeline({"path": RECORDING, "pace": "fast", "block": 100}, model=COMPRESSOR)],
                  at)
    daemon = Daemon(path)
    subscriber = Subscriber(at[0], "mic/clean")
    daemon.ends()
    subprocess.run([SINEW, "run", COMPRESSOR, RECORDING, "reference.npy"], check=True,
                   capture_output=True)
    equal(subscriber.wait().whole(), np.load("reference.npy").reshape(-1, 1))


def test_a_checkpoint_in_a_pipeline():
    for kind in "mamba1", "mamba2", "mamba3":
        folder = checkpoints.make("checkpoint-" + kind, kind).folder
        save_npy("in.npy", noise(3000, 12).astype("f4"))
        at = tcp()
        path = config([pipeline({"path": "in.npy", "rate": 100, "pace": "fast", "block": 70},
                                model="./" + folder)], [at])
        daemon = Daemon(path)
        subscriber = Subscriber(at, "mic/clean")
        daemon.ends()
        subprocess.run([SINEW, "run", folder, "in.npy", "reference.npy"], check=True,
                       capture_output=True)
        equal(subscriber.wait().whole(), np.load("reference.npy"))


def test_at_the_pace_of_the_recording():
    save_npy("in.npy", noise(24000, 2))
    at = tcp()
    path = config([pipeline({"path": "in.npy", "rate": "16k", "block": 160},
                            channel_names=["left", "right"])], [at])
    daemon = Daemon(path)
    subscriber = Subscriber(at, "mic/clean", news=True)
    daemon.ends()
    equal(subscriber.wait().whole(), reference("in.npy", "f64", "auto", "--rate", "16000"))
    headers = subscriber.headers
    for clock in "t_mono", "t_wall":
        ns = [h[clock][0] * 10**9 + h[clock][1] for h in headers]
        steps = np.diff(ns)
        assert np.all(np.abs(steps - 10**7) <= 2), (clock, steps)  # 160 frames at 16 kHz
    kinds = {key for key, _ in subscriber.news}
    assert kinds == {"mic/clean/meta", "sinew/hb"}, kinds
    meta = [h for key, h in subscriber.news if key == "mic/clean/meta"][0]
    assert meta["channels"] == ["left", "right"] and meta["rate"] == 16000, meta
    assert meta["model"]["name"] == "speech-bandpass", meta
    assert meta["model"]["hash"] == headers[0]["model"], meta
    beat = [h for key, h in subscriber.news if key == "sinew/hb"][-1]
    assert beat["topics"]["mic/clean"]["lost"] == 0, beat


def test_files_equal_the_command_lines():
    outputs = [{"file": {"path": name}} for name in ("out.wav", "out.npy", "out.flac")]
    run(config([pipeline({"path": RECORDING, "pace": "fast"}, outputs=outputs, subscribers=0)]))
    equal(np.load("out.npy").reshape(-1, 1), reference(RECORDING, "f64", "auto"))
    for name in "out.wav", "out.flac":
        subprocess.run([SINEW, "run", BANDPASS, RECORDING, "same-" + name], check=True,
                       capture_output=True)
        with open(name, "rb") as mine, open("same-" + name, "rb") as other:
            assert mine.read() == other.read(), name


def stopped_in_the_middle(with_signal):
    samples = noise(3 * 16000)
    save_npy("in.npy", samples)
    at = ipc()
    path = config([pipeline({"path": "in.npy", "rate": 16000, "loop": True},
                            outputs=[{"publish": {}}, {"file": {"path": "out.npy"}},
                                     {"file": {"path": "out.wav"}}])], [at])
    daemon = Daemon(path)
    subscriber = Subscriber(at, "mic/clean")
    until(lambda: len(subscriber.headers) > 20)
    assert not os.path.exists("out.npy") and not os.path.exists("out.wav")
    assert daemon.stop(with_signal) == 0, daemon.messages
    got = subscriber.wait().whole()
    expected = reference("in.npy", "f64", "auto", "--rate", "16000")
    equal(got, expected[:len(got)])
    equal(np.load("out.npy").reshape(-1, 1), got)
    subprocess.run([SINEW, "info", "out.wav"], capture_output=True)
    assert os.path.getsize("out.wav") > len(got)
    no_leftovers("c.yaml", "in.npy", "out.npy", "out.wav", "reference.npy")


def test_sigterm_in_the_middle():
    stopped_in_the_middle(signal.SIGTERM)


def test_sigint_in_the_middle():
    stopped_in_the_middle(signal.SIGINT)


def test_a_loop_goes_on_where_the_file_begins_again():
    samples = noise(1000)
    save_npy("in.npy", samples)
    save_npy("twice.npy", np.tile(samples, (9, 1)))
    at = ipc()
    daemon = Daemon(config([pipeline({"path": "in.npy", "rate": 8000, "loop": True, "pace": "fast",
                                      "block": 96})], [at]))
    subscriber = Subscriber(at, "mic/clean", until=lambda s: s.headers[-1]["index"] >= 8000)
    subscriber.wait()
    assert daemon.stop() == 0
    expected = reference("twice.npy", "f64", "auto", "--rate", "8000")
    got = subscriber.samples()
    equal(got, expected[:len(got)])


def test_stopped_while_it_waits_for_subscribers():
    daemon = Daemon(config([pipeline({"path": RECORDING}, outputs=[
        {"publish": {}}, {"file": {"path": "out.wav"}}])], [ipc()]))
    until(lambda: os.path.exists("s"))
    assert daemon.stop() == 0, daemon.messages
    no_leftovers("c.yaml")


main(globals())
