#!/usr/bin/python3
"""ZeroMQ at both ends: raw samples in, daemons in a chain, slow and vanishing subscribers."""
import json
import os
import signal
import threading
import time

import numpy as np
import zmq

from harness import (GAIN_HALF, Daemon, Subscriber, config, equal, ipc, main, noise, run,
                     save_npy, tcp, until, write)


def half():
    return write("half.yaml", GAIN_HALF)


def zmq_source(at, **more):
    return {"zmq": {"connect": at, **more}}


def file_source(samples, rate=8000, **more):
    save_npy("in.npy", samples)
    return {"file": {"path": "in.npy", "rate": rate, "pace": "fast", **more}}


def heard(subscriber):
    """A live source cannot be held: wait until the daemon knows of the subscriber. A heartbeat
    says so, as that subscription came after the topic's."""
    until(lambda: subscriber.news)
    return subscriber


class Sender:
    """A PUB socket that knows when somebody has subscribed."""

    def __init__(self, endpoint):
        self.socket = zmq.Context.instance().socket(zmq.XPUB)
        self.socket.sndhwm = 0
        self.socket.linger = 5000
        self.socket.bind(endpoint)

    def wait(self):
        assert self.socket.poll(30000), "nobody subscribed"
        return self.socket.recv()[1:].decode()


def header(index, block, epoch="a", seq=0, rate=8000, flags=(), **more):
    return {"v": 1, "epoch": epoch, "seq": seq, "index": index, "rate": rate,
            "shape": list(block.shape), "dtype": block.dtype.str, "t_mono": [5, 0],
            "t_wall": [6, 0], "flags": list(flags), "gap": 0, **more}


def message(topic, block, index, **more):
    return [f"{topic} {json.dumps(header(index, block, **more))}".encode(), block.tobytes()]


def test_raw_samples_are_cut_into_blocks():
    up, down = tcp(), ipc()
    sender = Sender(up)
    samples = (noise(5000, 2) * 32767).astype("<i2")
    daemon = Daemon(config([{
        "name": "raw", "model": half(), "outputs": [{"publish": {}}, {"file": {"path": "o.npy"}}],
        "source": zmq_source(up, format="raw", rate="8k", channels=2, dtype="i16", block=100)}],
        [down], queue="5s"))
    assert sender.wait() == ""
    subscriber = heard(Subscriber(down, "raw", news=True))
    data, at = samples.tobytes(), 0
    for size in [1, 2, 3, 999, 4000, 4001] * 100:  # bytes: cuts anywhere, also within a sample
        parts = [data[at:at + size]] if size % 2 else [b"key", data[at:at + size]]
        sender.socket.send_multipart(parts)
        at += size
        if at >= len(data):
            break
    until(lambda: len(subscriber.headers) == 50)
    assert daemon.stop() == 0, daemon.messages
    expected = samples / 32768 * 0.5
    equal(subscriber.wait().whole(), expected)
    equal(np.load("o.npy"), expected)
    assert [h["shape"][0] for h in subscriber.headers] == [100] * 50 + [0]


def test_a_stop_keeps_a_block_that_is_not_full():
    """One message, single-part, shorter than a block: there is none after it to look at."""
    for number in signal.SIGTERM, signal.SIGINT:
        up = tcp()
        sender = Sender(up)
        samples = noise(3)
        daemon = Daemon(config([{
            "name": "raw", "model": half(), "outputs": [{"file": {"path": "o.npy"}}],
            "source": zmq_source(up, format="raw", rate="8k", channels=1, dtype="f64", block=16)}]))
        sender.wait()
        sender.socket.send(samples.tobytes())
        time.sleep(0.3)  # nothing tells that it has arrived
        assert daemon.stop(number) == 0, daemon.messages
        equal(np.load("o.npy").reshape(-1, 1), samples * 0.5)
        os.remove("o.npy")


def test_a_stream_without_a_frame():
    save_npy("in.npy", np.zeros((0, 2)))
    run(config([{"name": "a", "model": half(), "outputs": [{"file": {"path": "o.npy"}}],
                 "source": {"file": {"path": "in.npy", "rate": 8000}}}]))
    assert np.load("o.npy").shape == (0, 2)
    up = tcp()
    path = config([{"name": "b", "model": half(), "outputs": [{"file": {"path": "p.npy"}}],
                    "source": zmq_source(up, topic="a")}])
    sender = Sender(up)
    daemon = Daemon(path)
    sender.wait()
    sender.socket.send_multipart(message("a", noise(0, 3), 5, flags=["eos"]))
    daemon.ends()  # it said what it is
    assert np.load("p.npy").shape == (0, 3)
    os.remove("p.npy")
    daemon = Daemon(path)
    until(lambda: sender.socket.recv() == b"\1a ")
    assert daemon.stop() == 0, daemon.messages
    assert "nothing came, so p.npy is not made" in daemon.messages, daemon.messages
    assert not os.path.exists("p.npy")


def test_gaps_before_messages_without_frames_add_up():
    up, down = tcp(), ipc()
    sender = Sender(up)
    daemon = Daemon(config([{"name": "b", "model": half(), "source": zmq_source(up, topic="a"),
                             "outputs": [{"publish": {}}]}], [down]))
    sender.wait()
    x = noise(30)
    subscriber = heard(Subscriber(down, "b", news=True))
    for parts in (message("a", x[:10], 0), message("a", x[10:10], 15, flags=["xrun"]),
                  message("a", x[10:20], 22), message("a", x[20:20], 40),
                  message("a", x[20:30], 7, epoch="b", flags=["eos"])):
        sender.socket.send_multipart(parts)
    daemon.ends()
    heads = subscriber.wait().headers
    assert [(h["index"], h["gap"]) for h in heads] == [(0, 0), (22, 12), (7, 0), (17, 0)], heads
    assert [h["flags"] for h in heads] == [[], ["gap", "xrun"], [], ["eos"]], heads


def test_two_daemons_in_a_chain():
    first, second = tcp(), ipc()
    samples = noise(40000)
    source = file_source(samples, block=1000)
    upper = config([{"name": "a", "source": source, "model": half(), "dtype": "f32",
                     "start": {"subscribers": 1}, "outputs": [{"publish": {}}]}], [first],
                   name="upper.yaml")
    lower = config([{"name": "b", "model": half(), "outputs": [{"publish": {}},
                                                               {"file": {"path": "o.npy"}}],
                     "source": zmq_source(first, topic="a", pace="fast", block=300)}], [second],
                   name="lower.yaml")
    below = Daemon(lower)
    until(lambda: os.path.exists("s"))
    subscriber = heard(Subscriber(second, "b", news=True))
    above = Daemon(upper)
    above.ends()
    below.ends()
    expected = (samples * 0.5).astype("<f4").astype("<f8") * 0.5
    assert np.abs(np.load("o.npy").reshape(-1, 1) - expected).max() < 1e-7
    equal(subscriber.wait().whole(), np.load("o.npy").reshape(-1, 1))
    assert len(subscriber.samples()) == len(samples)


def test_gaps_epochs_and_nonsense_on_the_wire():
    up, down = tcp(), ipc()
    sender = Sender(up)
    daemon = Daemon(config([{"name": "b", "model": half(), "source": zmq_source(up, topic="a"),
                             "outputs": [{"publish": {}}]}], [down]))
    assert sender.wait() == "a "
    x = noise(1000)
    send = sender.socket.send_multipart
    until(lambda: os.path.exists("s"))
    subscriber = heard(Subscriber(down, "b", news=True))
    send(message("a", x[:100], 700))
    send(message("a", x[100:200], 800))
    send([b"a {}", b""])
    send([b"a " + b"[" * 10000, b""])
    send([b"a " + json.dumps(header(0, x[:5])).encode(), b"short"])
    send([b"a alone"])
    send(message("a", x[200:300], 1000, flags=["clip"]))      # 100 frames are missing
    send(message("a", x[200:350], 1000))                      # 100 of them came before
    send(message("a", x[:50], 3, epoch="b"))                  # the sender began anew
    send(message("a", x[50:50], 53, epoch="b", flags=["eos"]))
    daemon.ends()
    heads = subscriber.wait().headers
    equal(subscriber.samples(), np.concatenate([x[:350], x[:50]]) * 0.5)
    assert [h["index"] for h in heads] == [700, 800, 1000, 1100, 3, 53], heads
    assert [h["gap"] for h in heads] == [0, 0, 100, 0, 0, 0], heads
    assert [h["flags"] for h in heads] == [[], [], ["gap", "clip"], [], [], ["eos"]], heads
    assert heads[0]["epoch"] == heads[3]["epoch"] != heads[4]["epoch"] == heads[5]["epoch"]
    assert [h["seq"] for h in heads][-2:] == [0, 1], heads
    assert "v is missing" in daemon.messages and "begins anew" in daemon.messages, daemon.messages


def test_a_stream_that_changes_its_rate_ends():
    up = tcp()
    sender = Sender(up)
    daemon = Daemon(config([{"name": "b", "model": half(), "source": zmq_source(up, topic="a"),
                             "outputs": [{"file": {"path": "o.npy"}}]}]))
    sender.wait()
    x = noise(300)
    sender.socket.send_multipart(message("a", x, 0))
    sender.socket.send_multipart(message("a", x, 300, rate=16000))
    assert "is now 1 channels at 16000 Hz" in daemon.ends(1)
    equal(np.load("o.npy").reshape(-1, 1), x * 0.5)  # live: what came is kept


def test_fifos_do_not_keep_it_from_stopping():
    """Nobody writes, nobody reads, or one comes and does nothing more."""
    half()
    os.mkfifo("in.f64")
    os.mkfifo("in.wav")
    os.mkfifo("out.f64")
    save_npy("in.npy", noise(300000))
    raw = {"file": {"path": "in.f64", "rate": 8000, "channels": 1, "pace": "fast", "block": 64}}
    sound = {"file": {"path": "in.wav"}}
    file = {"file": {"path": "in.npy", "rate": 8000, "pace": "fast"}}
    samples = noise(100)

    def daemon(source, to):
        config([{"name": "a", "model": "half.yaml", "source": source,
                 "outputs": [{"file": {"path": to}}]}])
        assert "all is well" in run("c.yaml", "--check")
        return Daemon("c.yaml")

    for source in raw, sound:
        for opened in False, True:
            idle = daemon(source, "o.npy")
            name = source["file"]["path"]
            writer = open(name, "wb", buffering=0) if opened else None
            time.sleep(0.2)
            assert idle.stop(signal.SIGINT if opened else signal.SIGTERM) == 0, idle.messages
            assert "nothing came" in idle.messages, idle.messages
            if opened:
                writer.close()
    stopped = daemon(raw, "o.npy")  # in the middle of a block, which is kept
    with open("in.f64", "wb", buffering=0) as writer:
        writer.write(samples.tobytes())
        time.sleep(0.3)
        assert stopped.stop() == 0, stopped.messages
    equal(np.load("o.npy").reshape(-1, 1), samples * 0.5)
    for opened in False, True:
        idle = daemon(file, "out.f64")
        reader = open("out.f64", "rb") if opened else None
        time.sleep(0.2)
        assert idle.stop() == 0, idle.messages
        if opened:
            reader.close()


def test_fifos_carry_streams():
    half()
    os.mkfifo("in.f64")
    os.mkfifo("out.f64")
    samples = noise(100000, 2)
    source = {"file": {"path": "in.f64", "rate": 8000, "channels": 2, "pace": "fast"}}
    path = config([{"name": "a", "model": "half.yaml", "source": source,
                    "outputs": [{"file": {"path": "out.f64"}}, {"file": {"path": "o.npy"}}]}])
    daemon = Daemon(path)

    def send():
        with open("in.f64", "wb") as writer:
            writer.write(samples.tobytes())
    sender = threading.Thread(target=send)
    sender.start()
    with open("out.f64", "rb") as reader:
        got = np.frombuffer(reader.read()).reshape(-1, 2)
    sender.join()
    daemon.ends()
    equal(got, samples * 0.5)
    equal(np.load("o.npy"), samples * 0.5)
    daemon = Daemon(path)  # a stream that is broken off is a failure by name
    with open("in.f64", "wb") as writer, open("out.f64", "rb") as reader:
        writer.write(b"half a frame")
    assert "in.f64: ends 12 bytes into a frame" in daemon.ends(1), daemon.messages
    daemon = Daemon(path)  # so is a reader that goes
    sender = threading.Thread(target=lambda: broken_off(send))
    sender.start()
    with open("out.f64", "rb") as reader:
        reader.read(10)
    assert "out.f64: Broken pipe" in daemon.ends(1), daemon.messages
    sender.join()


def broken_off(send):
    try:
        send()
    except BrokenPipeError:
        pass


def test_many_pipelines_and_topics():
    at = tcp()
    half()
    pipelines, expected = [], []
    for i in range(8):
        x = noise(4000 + 100 * i, 1 + i % 3, seed=i)
        save_npy(f"in{i}.npy", x)
        expected.append(x * 0.5)
        pipelines.append({"name": f"p/{i}", "model": "half.yaml", "start": {"subscribers": 1},
                          "source": {"file": {"path": f"in{i}.npy", "rate": 8000, "pace": "fast",
                                              "block": 50 + i}},
                          "outputs": [{"publish": {}}, {"publish": {"topic": f"q/{i}"}}]})
    daemon = Daemon(config(pipelines, [at]))
    subscribers = [Subscriber(at, f"{letter}/{i}") for i in range(8) for letter in "pq"]
    daemon.ends()
    for k, subscriber in enumerate(subscribers):
        equal(subscriber.wait().whole(), expected[k // 2])


def test_fast_waits_for_a_slow_subscriber():
    at = ipc()
    samples = noise(200 * 5000, 4)  # 32 MB: more than all queues hold
    daemon = Daemon(config([{"name": "a", "source": file_source(samples, block=5000),
                             "model": half(), "start": {"subscribers": 2},
                             "outputs": [{"publish": {}}]}], [at], queue="10ms"))
    slow = Subscriber(at, "a", pause_s=0.005, hwm=2)
    quick = Subscriber(at, "a")
    daemon.ends()
    equal(slow.wait().whole(), samples * 0.5)
    equal(quick.wait().whole(), samples * 0.5)


def test_real_time_does_not_wait_for_a_stopped_subscriber():
    at = ipc()
    samples = noise(200000, 8)
    save_npy("in.npy", samples)
    daemon = Daemon(config([{"name": "a", "model": half(), "start": {"subscribers": 2},
                             "source": {"file": {"path": "in.npy", "rate": 200000,
                                                 "block": 1000}},
                             "outputs": [{"publish": {}}, {"file": {"path": "o.npy"}}]}], [at],
                           queue="300ms"))  # 60 blocks of 200: patience with the quick one only
    socket = zmq.Context.instance().socket(zmq.SUB)
    socket.rcvhwm, socket.linger = 1, 0
    socket.connect(at)
    socket.subscribe(b"a ")  # and takes nothing
    quick = Subscriber(at, "a")
    daemon.ends()
    equal(quick.wait().whole(), samples * 0.5)
    equal(np.load("o.npy"), samples * 0.5)
    seqs = []
    while socket.poll(200):
        seqs.append(json.loads(socket.recv_multipart()[0].split(b" ", 1)[1])["seq"])
    socket.close()
    assert 0 < len(seqs) < 201 and seqs == sorted(seqs), seqs  # it lost, and its seq tells


def test_subscribers_are_counted_also_when_they_vanish():
    at = tcp()
    daemon = Daemon(config([{"name": "a", "source": file_source(noise(3000)), "model": half(),
                             "start": {"subscribers": 3}, "outputs": [{"publish": {}}]}], [at]))
    context = zmq.Context()
    beats = context.socket(zmq.SUB)
    beats.connect(at)
    beats.subscribe(b"sinew/hb ")
    beats.subscribe(b"a/meta ")  # no prefix of the topic's key: does not count

    def counted():
        while True:
            key, text = beats.recv_multipart()[0].split(b" ", 1)
            if key == b"sinew/hb":
                return json.loads(text)["topics"]["a"]["subscribers"]

    def subscribe(prefix):
        socket = context.socket(zmq.SUB)
        socket.linger = 0
        socket.connect(at)
        socket.subscribe(prefix)
        return socket
    sockets = [subscribe(b"a "), subscribe(b"")]
    other = subscribe(b"other ")
    until(lambda: counted() == 2)
    sockets.pop().close()                  # one vanishes,
    until(lambda: counted() == 1)
    sockets[0].unsubscribe(b"a ")          # one only unsubscribes,
    until(lambda: counted() == 0)
    sockets[0].subscribe(b"a ")            # and comes again
    until(lambda: counted() == 1)
    assert daemon.process.poll() is None
    rest = [Subscriber(at, "a") for _ in range(2)]
    daemon.ends()
    for subscriber in rest:
        assert len(subscriber.wait().whole()) == 3000
    for socket in sockets + [other, beats]:
        socket.close(0)
    context.term()


def test_a_subscriber_that_takes_nothing_cannot_keep_it_from_stopping():
    at = ipc()
    daemon = Daemon(config([{"name": "a", "model": half(), "start": {"subscribers": 1},
                             "source": file_source(noise(100000, 8), loop=True, block=5000),
                             "outputs": [{"publish": {}}]}], [at], queue="10ms"))
    socket = zmq.Context.instance().socket(zmq.SUB)
    socket.rcvhwm, socket.linger = 1, 0
    socket.connect(at)
    socket.subscribe(b"a ")
    assert socket.poll(30000)
    time.sleep(0.5)  # until all queues are full
    assert daemon.stop(signal.SIGTERM) == 0, daemon.messages
    socket.close()


main(globals())
