#!/usr/bin/python3
"""What sinew costs beside its peers, in one run, as a table in markdown: those of liquid-dsp,
zita-convolver, sox, ffmpeg and scipy that are installed. The least of some rounds of CPU time.

    tests/bench/peers.py build [--minutes 10] [--rounds 5] [--only filter,modal,convolve,file,length]

A ratio is how many times as much as sinew the peer takes; behind it is what is promised.
"""
import argparse
import os
import sys
import tempfile

import numpy as np
import soundfile
from scipy import signal

from measure import bench, convolutions, cpu_in, cpu_of, in_turn, installed, memory_of, program, wall_of

RATE = 48000
MODEL = ("system: {design: {family: butterworth, band: lowpass, order: 8, edges_hz: [1000]}}\n"
         "method: bilinear\n")
Q = [0.50979558, 0.60134489, 0.89997622, 2.5629154]  # of the sections of order 8


class Table:
    """Rows with a ratio each, and what it is held to: at least (>=) or at most (<=)."""

    def __init__(self, title, unit):
        print("\n%s\n\n| | %s | ratio | promised |\n|---|---|---|---|" % (title, unit))

    def row(self, what, value, ratio=None, promised=""):
        if value is None:
            return
        kept = ""
        if ratio is not None and promised:
            bound = float(promised[2:])
            kept = "" if (ratio >= bound if promised[0] == ">" else ratio <= bound) else " **no**"
        print("| %s | %s | %s | %s%s |" % (what, "%.4g" % value if not isinstance(value, str) else value,
                                           "" if ratio is None else "%.3g" % ratio, promised, kept))
        sys.stdout.flush()


def ns(got):
    return got and got["ns_per_frame"]["min"]


def best_of(rounds, *command, **environment):
    got = [ns(bench(*command, **environment)) for _ in range(rounds)]
    return None if None in got else min(got)


def filters(a):
    table = Table("Butterworth low-pass of order 8, one channel", "ns a sample")
    own = {d: best_of(2, a.sinew, "bench", "filter", "--dtype", d, "--json") for d in ("f32", "f64")}
    sos = signal.butter(8, 1000, fs=RATE, output="sos")
    x = np.random.default_rng(1).normal(0, 0.1, 1 << 19)
    zi = np.zeros((4, 2))

    def streamed():
        state = zi
        for at in range(0, len(x) // 8, 256):
            _, state = signal.sosfilt(sos, x[at:at + 256], zi=state)

    narrow = x.astype(np.float32)
    got = in_turn(a.rounds, {"f64": lambda: cpu_in(signal.sosfilt, sos, x),
                             "f32": lambda: cpu_in(signal.sosfilt, sos.astype(np.float32), narrow),
                             "streamed": lambda: cpu_in(streamed) * 8})
    got = {name: 1e9 * value / len(x) for name, value in got.items()}
    liquid = best_of(2, program(a.build, "bench_liquid"), "8", "256")
    for d, promised in ("f32", ">=5"), ("f64", ">=4.5"):
        table.row("sinew %s, blocks of 256" % d, own[d])
        table.row("scipy sosfilt %s, the whole array" % d, got[d], got[d] / own[d], promised)
    table.row("scipy sosfilt f64, blocks of 256", got["streamed"], got["streamed"] / own["f64"], ">=40")
    if liquid:
        table.row("liquid-dsp f32", liquid, liquid / own["f32"], ">=10")
    for d in "f32", "f64":
        eight = best_of(2, a.sinew, "bench", "filter", "--dtype", d, "--channels", "8", "--json")
        table.row("sinew %s, a frame of 8 channels; ratio to one" % d, eight, eight / own[d], "<=4.5")
    for d in "f32", "f64":
        avx2 = best_of(1, a.sinew, "bench", "filter", "--dtype", d, "--json", SINEW_SIMD="avx2")
        table.row("sinew %s, SINEW_SIMD=avx2" % d, avx2)
        if avx2:
            table.row("scipy sosfilt %s, ratio to that" % d, got[d], got[d] / avx2, ">=5" if d == "f32" else ">=4.5")


def modal(a):
    table = Table("Modes, float, one channel, blocks of 256", "ns a sample")
    own = {}
    for order in 64, 128, 256, 512:
        own[order] = best_of(1, a.sinew, "bench", "filter", "--order", str(order), "--dtype", "f32", "--json")
        limit = {64: 4, 512: 22}.get(order)
        table.row("sinew, N = %d%s" % (order, "; ratio to 1 ns" if limit else ""), own[order],
                  own[order] if limit else None, "<=%d" % limit if limit else "")
    w = np.geomspace(40, 16000, 32) * 2 * np.pi / RATE
    A = np.zeros((64, 64))
    for i, v in enumerate(w):
        r = np.exp(-0.05 * v)
        A[2 * i:2 * i + 2, 2 * i:2 * i + 2] = [[r * np.cos(v), r * np.sin(v)], [-r * np.sin(v), r * np.cos(v)]]
    system = (A, np.ones((64, 1)) * 1e-3, np.ones((1, 64)), np.zeros((1, 1)), 1 / RATE)
    x = np.random.default_rng(1).normal(0, 0.1, 5000)
    took = in_turn(3, {"dlsim": lambda: cpu_in(signal.dlsim, system, x)})["dlsim"] * 1e9 / len(x)
    table.row("scipy dlsim, N = 64", took, took / own[64], ">=1000")


def convolve(a):
    rows = convolutions(program(a.build, "bench_convolve"), a.rounds)
    table = Table("Convolution, mono, float", "ns a sample")
    for row in rows:
        if row["taps"] < 65536:  # of which nothing is promised; costs.py draws them
            continue
        table.row("sinew, %(taps)d taps, blocks of %(block)d" % row, row["ns/frame"])
        table.row("its worst callback, us; ratio to the mean", row["worst_us"], row["worst/mean"], "<=2.5")
        if "zita" in row:
            table.row("zita-convolver", row["zita"], row["ratio"], ">=1.5")
        table.row("sinew's error, dB; ratio to -120 dB", row["dB"], 10 ** ((row["dB"] + 120) / 20), "<=1")


def write_noise(path, minutes, channels):
    random = np.random.default_rng(1)
    with soundfile.SoundFile(path, "w", RATE, channels, "PCM_16") as f:
        for _ in range(max(1, round(minutes * 6))):
            f.write(np.clip(random.normal(0, 0.1, (RATE * 10, channels)), -0.9, 0.9))


def fresh(command, out):
    """Overwriting makes the file system wait for what it would write later."""
    if os.path.exists(out):
        os.unlink(out)
    return cpu_of(*command)


def with_scipy(source, target, sos):
    x, rate = soundfile.read(source)
    soundfile.write(target, signal.sosfilt(sos, x, axis=0), rate, subtype="PCM_16")


def files(a):
    table = Table("A whole process: %g minutes of 48 kHz stereo, 16 bits, order 8" % a.minutes, "s of CPU")
    write_noise("in.wav", a.minutes, 2)
    with open("model.yaml", "w") as f:
        f.write(MODEL)
    sections = ",".join("lowpass=f=1000:width_type=q:width=%r" % q for q in Q)
    sox = ["lowpass 1000 %rq" % q for q in Q]
    commands = {"sinew run": [a.sinew, "run", "model.yaml", "in.wav", "out.wav"],
                "a copy by libsndfile": [program(a.build, "bench_copy"), "in.wav", "out.wav"],
                "sox": [installed("sox"), "in.wav", "out.wav", *" ".join(sox).split()],
                "ffmpeg": [installed("ffmpeg"), "-v", "error", "-y", "-i", "in.wav", "-af", sections, "out.wav"]}
    commands = {name: c for name, c in commands.items() if c[0]}
    runs = {name: (lambda c: lambda: fresh(c, "out.wav"))(c) for name, c in commands.items()}
    got = in_turn(a.rounds, runs)
    sos = signal.butter(8, 1000, fs=RATE, output="sos")
    got["scipy, soundfile"] = cpu_in(with_scipy, "in.wav", "out.wav", sos)
    own = got["sinew run"]
    table.row("sinew run", own)
    table.row("a copy by libsndfile; sinew's ratio to it", got["a copy by libsndfile"],
              own / got["a copy by libsndfile"], "<=1.3")
    for name, promised in ("sox", ">=3"), ("ffmpeg", ""), ("scipy, soundfile", ""):
        if name in got:
            table.row(name, got[name], got[name] / own, promised)
    walls = in_turn(a.rounds, {name: (lambda c: lambda: wall_of(*c))(commands[name])
                               for name in ("sinew run", "a copy by libsndfile")})
    table.row("sinew run, seconds that pass", walls["sinew run"])
    table.row("the copy, seconds that pass", walls["a copy by libsndfile"],
              walls["sinew run"] / walls["a copy by libsndfile"], "<=1.3")
    memory = memory_of(*commands["sinew run"])
    table.row("sinew's memory, MB", memory, memory, "<=16")
    offline(a)


def offline(a):
    """65 536 taps on a mono file."""
    table = Table("A whole process: %g minutes of mono, 65 536 taps" % a.minutes, "s of CPU")
    write_noise("mono.wav", a.minutes, 1)
    taps = np.random.default_rng(2).normal(0, 1, 65536) * np.exp(-np.arange(65536) / 12000) / 100
    soundfile.write("ir.wav", taps, RATE, subtype="FLOAT")
    np.savetxt("ir.txt", taps)
    x = soundfile.read("mono.wav")[0]
    commands = {"ffmpeg afir": [installed("ffmpeg"), "-v", "error", "-y", "-i", "mono.wav", "-i", "ir.wav", "-lavfi",
                                "afir=gtype=none", "out.wav"],
                "sox fir": [installed("sox"), "mono.wav", "out.wav", "fir", "ir.txt"]}
    with open("fir.yaml", "w") as f:
        f.write("system: {fir: {file: ir.wav}}\n")
    for d in "f64", "f32":  # afir computes in float
        commands["sinew run " + d] = [a.sinew, "run", "--dtype", d, "fir.yaml", "mono.wav", "out.wav"]
    runs = {name: (lambda c: lambda: fresh(c, "out.wav"))(c) for name, c in commands.items() if c[0]}
    got = {}
    for name, run in runs.items():
        try:
            got.update(in_turn(min(a.rounds, 3), {name: run}))
        except RuntimeError as error:
            print("<!-- %s -->" % error)
    got["scipy oaconvolve, without the files"] = cpu_in(signal.oaconvolve, x, taps)
    for d in "f64", "f32":
        own = got["sinew run " + d]
        table.row("sinew run, %s" % d, own)
        for name, value in got.items():
            if not name.startswith("sinew"):
                table.row("%s, ratio to that" % name, value, value / own, ">=2" if "afir" in name else "")


def write_raw(path, frames, noise_frames):
    random = np.random.default_rng(1)
    with open(path, "wb") as f:
        for at in range(0, frames, 1 << 20):
            x = random.normal(0, 0.1, min(1 << 20, frames - at)).astype("<f4")
            x[max(0, min(len(x), noise_frames - at)):] = 0
            x.tofile(f)


def lengths(a):
    table = Table("Length: a raw file of one channel, order 8", "ns a frame")
    with open("model.yaml", "w") as f:
        f.write(MODEL)
    run = [a.sinew, "run", "model.yaml", "in.f32", "out.f32", "--rate", str(RATE), "--channels", "1"]
    first = None
    for frames in 10 ** 6, 10 ** 7, 10 ** 8:
        write_raw("in.f32", frames, frames)
        took = in_turn(3, {"run": lambda: fresh(run, "out.f32")})["run"] * 1e9 / frames
        first = first or took
        table.row("%.0e frames; ratio to the first" % frames, took, took / first, "<=1.1")
    noise = 10 ** 7
    for what, loud in ("noise", noise), ("a tenth of noise, then silence; ratio to noise", noise // 10):
        write_raw("in.f32", noise, loud)
        took = in_turn(a.rounds, {"run": lambda: fresh(run, "out.f32")})["run"] * 1e9 / noise
        table.row(what, took, None if loud == noise else took / first, "" if loud == noise else "<=1.2")
        first = took


PARTS = {"filter": filters, "modal": modal, "convolve": convolve, "file": files, "length": lengths}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(PARTS), help="parts: " + ", ".join(PARTS))
    a = parser.parse_args()
    a.build = os.path.abspath(a.build)
    a.sinew = os.path.join(a.build, "cli", "sinew")
    with tempfile.TemporaryDirectory(prefix="sinew-peers-") as folder:
        os.chdir(folder)
        for name in a.only.split(","):
            PARTS[name](a)
        os.chdir("/")


if __name__ == "__main__":
    main()
