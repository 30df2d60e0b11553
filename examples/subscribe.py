#!/usr/bin/python3
"""Subscribe to a stream of sinewd: show its level, rate, gaps and lag; write it to a WAV.

    examples/subscribe.py speech                        until the stream ends
    examples/subscribe.py speech --wav out.wav --seconds 10
    examples/subscribe.py mic/clean --connect ipc:///run/sinewd.ipc --forever

A message has two parts: "<topic> <JSON header>" and the samples, little-endian, (frames,
channels). That is all there is to the format; these lines are a client:

    head, body = socket.recv_multipart()
    header = json.loads(head.split(b" ", 1)[1])
    block = numpy.frombuffer(body, header["dtype"]).reshape(header["shape"])
"""
import argparse
import json
import math
import signal
import sys
import time
import wave

import numpy as np
import zmq


class Wav:
    """A 16-bit WAV, made when the first block says what it holds."""

    def __init__(self, path):
        self.path, self.file = path, None

    def write(self, header, block):
        if self.file is None:
            self.file = wave.open(self.path, "wb")
            self.file.setparams((header["shape"][1], 2, round(header["rate"]), 0, "NONE", ""))
        elif (self.file.getnchannels(), self.file.getframerate()) != (
                header["shape"][1], round(header["rate"])):
            sys.exit(f"{self.path}: the stream has another rate or number of channels now")
        scaled = np.clip(np.rint(block * 32768.0), -32768, 32767)
        self.file.writeframes(scaled.astype("<i2").tobytes())

    def close(self):
        if self.file:
            self.file.close()


class Meter:
    """What has come in, and what has not."""

    def __init__(self):
        self.epoch = self.next_index = None
        self.frames = self.blocks = self.lost = self.gaps = self.restarts = 0
        self.energy = self.samples = self.peak = 0.0
        self.total_energy = self.total_samples = 0.0
        self.lag_s = 0.0

    def take(self, header, block):
        if header["epoch"] != self.epoch:  # the daemon began anew: so do seq and index
            self.restarts += self.epoch is not None
            self.epoch = header["epoch"]
        elif header["index"] > self.next_index:
            # Lost on the way (seq has a hole) or before it (the header's gap); the index tells all.
            self.gaps += 1
            self.lost += header["index"] - self.next_index
        self.next_index = header["index"] + len(block)
        self.frames += len(block)
        self.blocks += 1
        energy = float(np.sum(np.square(block, dtype="f8")))
        self.energy += energy
        self.total_energy += energy
        self.samples += block.size
        self.total_samples += block.size
        if block.size:
            self.peak = max(self.peak, float(np.max(np.abs(block))))
            # From the block's last frame to now; both ends are on this machine's clock.
            seconds, nanoseconds = header["t_mono"]
            end = seconds + nanoseconds * 1e-9 + len(block) / header["rate"]
            self.lag_s = time.clock_gettime(time.CLOCK_MONOTONIC) - end

    def line(self, header):
        level = decibels(self.energy, self.samples)
        text = (f"{header['index'] / header['rate']:8.2f} s  level {level:6.1f} dBFS  "
                f"peak {20 * math.log10(max(self.peak, 1e-10)):6.1f}  "
                f"{header['rate'] / 1000:g} kHz x {header['shape'][1]}  "
                f"gaps {self.gaps} ({self.lost} frames)  lag {self.lag_s * 1000:6.1f} ms")
        self.energy = self.samples = self.peak = 0.0
        return text


def decibels(energy, samples):
    """Root mean square against a full scale of 1."""
    return 10 * math.log10(max(energy / samples, 1e-20)) if samples else -math.inf


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("topic", help="the topic of the stream, as the daemon's configuration has it")
    parser.add_argument("--connect", default="tcp://127.0.0.1:5555", metavar="ENDPOINT")
    parser.add_argument("--wav", metavar="FILE", help="write what comes in to FILE, 16 bits")
    parser.add_argument("--count", type=int, metavar="N", help="end after N blocks")
    parser.add_argument("--seconds", type=float, metavar="S", help="end after S seconds of signal")
    parser.add_argument("--every", type=float, default=0.5, metavar="S", help="seconds a line (0.5)")
    parser.add_argument("--wait", type=float, default=30, metavar="S",
                        help="give up when nothing comes for S seconds (30)")
    parser.add_argument("--forever", action="store_true", help="go on after the stream's end")
    return parser.parse_args()


def subscribe(endpoint, topic):
    socket = zmq.Context.instance().socket(zmq.SUB)
    socket.linger = 0
    socket.tcp_keepalive = 1
    socket.connect(endpoint)
    socket.subscribe(topic.encode() + b" ")  # with the space: this topic, and no longer one
    return socket


def receive(socket, args, meter, wav):
    """Until the end, or what the arguments say. False: nothing came."""
    shown_s = 0.0
    while True:
        if not socket.poll(None if args.forever else int(args.wait * 1000)):
            return False
        head, body = socket.recv_multipart()
        header = json.loads(head.split(b" ", 1)[1])
        block = np.frombuffer(body, header["dtype"]).reshape(header["shape"])
        if block.dtype.kind == "i":
            block = block / 2.0 ** (8 * block.dtype.itemsize - 1)
        meter.take(header, block)
        if wav:
            wav.write(header, block)
        ended = "eos" in header["flags"]
        seconds = meter.frames / header["rate"]
        if (seconds - shown_s >= args.every or ended) and meter.samples:
            print(meter.line(header), flush=True)
            shown_s = seconds
        if ended:
            print("the stream has ended", flush=True)
            if not args.forever:
                return True
        if args.count and meter.blocks >= args.count or args.seconds and seconds >= args.seconds:
            return True


def main():
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    meter, wav = Meter(), Wav(args.wav) if args.wav else None
    socket = subscribe(args.connect, args.topic)
    came = True
    try:
        came = receive(socket, args, meter, wav)
    except KeyboardInterrupt:
        pass
    finally:
        if wav:
            wav.close()
        socket.close()
    print(f"{meter.frames} frames in {meter.blocks} blocks, level "
          f"{decibels(meter.total_energy, meter.total_samples):.1f} dBFS, {meter.gaps} gaps, "
          f"{meter.restarts} restarts")
    if not came:
        print(f"nothing came from {args.connect} for {args.wait:g} s", file=sys.stderr)
    return 0 if came and meter.blocks else 1


if __name__ == "__main__":
    sys.exit(main())
