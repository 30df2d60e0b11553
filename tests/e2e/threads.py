#!/usr/bin/python3
"""Everything at once: workers, publisher, subscribers that come and go, a chain, a stop in the
middle. In a build with the thread sanitizer it looks on, and any report of it is a failure."""
import os
import sys

from harness import (BANDPASS, Daemon, Subscriber, config, equal, ipc, main, noise, save_npy, tcp,
                     until, write)

SUPPRESSIONS = os.path.abspath(sys.argv[2])
ENV = {"TSAN_OPTIONS": f"suppressions={SUPPRESSIONS} halt_on_error=0 exitcode=66"}


def clean(daemon, status=0):
    messages = daemon.ends(status)
    assert "ThreadSanitizer" not in messages, messages


def pipeline(name, source, outputs, **more):
    return {"name": name, "source": source, "model": BANDPASS, "outputs": outputs, **more}


def test_to_the_end():
    at, up = [tcp(), ipc()], ipc("s")
    save_npy("in.npy", noise(60000, 2))
    file = {"path": "in.npy", "rate": "48k", "pace": "fast", "block": 200}
    path = config([
        pipeline("a", {"file": file}, [{"publish": {}}, {"publish": {"topic": "a2"}},
                                       {"file": {"path": "a.wav"}}],
                 engine="convolve", dtype="f32", start={"subscribers": 2}),
        pipeline("b", {"file": file}, [{"publish": {}}], engine="scan", start={"subscribers": 1}),
        pipeline("c", {"zmq": {"connect": up, "topic": "a2", "pace": "fast"}},
                 [{"file": {"path": "c.npy"}}, {"publish": {}}])], at)
    daemon = Daemon(path, env=ENV)
    # c cannot be held: the sources wait until its subscriber is heard. Its heartbeat says so, as
    # that subscription came after the topic's.
    last = Subscriber(at[0], "c", news=True)
    until(lambda: last.news)
    subscribers = [Subscriber(e, t, news=True) for e, t in
                   [(at[0], "a"), (at[1], "a"), (at[1], "a2"), (at[0], "b")]] + [last]
    clean(daemon)
    for subscriber in subscribers:
        assert len(subscriber.wait().samples()) == 60000
    equal(subscribers[0].whole(), subscribers[1].whole())


def test_stopped_in_the_middle():
    at = tcp()
    save_npy("in.npy", noise(5000))
    paced = {"path": "in.npy", "rate": "16k", "block": 64, "loop": True}
    path = config([pipeline("a", {"file": paced}, [{"publish": {}}, {"file": {"path": "a.npy"}}]),
                   pipeline("b", {"file": {**paced, "pace": "fast"}}, [{"publish": {}}],
                            start={"subscribers": 1}),
                   pipeline("c", {"zmq": {"connect": tcp(), "topic": "t"}}, [{"publish": {}}]),
                   pipeline("d", {"zmq": {"connect": at, "format": "raw", "rate": 8000,
                                          "channels": 1, "dtype": "f64", "topic": "a "}},
                            [{"publish": {}}]),
                   pipeline("e", {"file": {"path": "in.f64", "rate": "16k", "channels": 1}},
                            [{"file": {"path": "out.f64"}}])], [at])
    os.mkfifo("in.f64")
    os.mkfifo("out.f64")  # nobody reads it
    daemon = Daemon(path, env=ENV)
    fifo = open("in.f64", "wb", buffering=0)
    fifo.write(noise(2000).tobytes())
    subscribers = [Subscriber(at, t) for t in "abd"]
    until(lambda: all(len(s.headers) > 10 for s in subscribers))
    for _ in range(5):
        Subscriber(at, "b", until=lambda s: True).wait()  # comes, takes a block and goes
    daemon.process.terminate()
    clean(daemon)
    fifo.close()
    assert os.path.exists("a.npy")


def test_a_failure_in_a_worker():
    write("unstable.yaml", "system: {zpk: {zeros: [], poles: [[3, 0]], gain: 1}}\n")
    up, down = ipc("s"), ipc("t")
    save_npy("in.npy", noise(3000))
    source = {"file": {"path": "in.npy", "rate": "8k", "pace": "fast"}}
    above = Daemon(config([pipeline("a", source, [{"publish": {}}], start={"subscribers": 1})],
                          [up], name="up.yaml"), env=ENV)
    below = Daemon(config([{**pipeline("b", {"zmq": {"connect": up, "topic": "a"}},
                                       [{"publish": {}}]), "model": "unstable.yaml"}], [down]),
                   env=ENV)
    clean(below, 1)  # the rate comes with the first message, and the fault with the rate
    clean(above)
    assert "unstable.yaml is unstable" in below.messages, below.messages


main(globals())
