#!/usr/bin/python3
"""run: whatever goes wrong, the exit status is right and no output is left."""
import os
import resource
import signal
import subprocess
import time

import numpy as np
import soundfile

from harness import (BANDPASS, PROGRAM, SINGLE, UNSTABLE, main, model, no_leftovers, same,
                     sinew, write)

RATE = 48000


def prepare():
    path = model(BANDPASS)
    soundfile.write("in.wav", np.random.default_rng(1).normal(0, 0.1, (5000, 2)), RATE,
                    subtype="PCM_16")
    np.save("in.npy", np.zeros((100, 2)))
    return path


HELD = ["model.yaml", "in.wav", "in.npy"]


def test_misuse():
    path = prepare()
    for line in ("", "in.wav", "in.wav out.wav more.wav", "in.wav out.wav --engine fft",
                 "in.wav out.wav --block 0", "in.wav out.wav --block 1.5", "in.wav in.wav",
                 "in.wav ./in.wav", "in.wav out.wav --dtype f16", "- out.wav", "in.wav -",
                 "in.wav out.wav --format wav", "in.npy out.npy", "in.wav out.wav --tail -1",
                 "in.wav out.wav --state-out in.wav", "in.wav out.wav --state-out ./out.wav",
                 "in.wav out.wav --rate 48k --step 1", "in.wav out.wav --chanels 2",
                 "in.wav out.wav --alpha 0.5 --method zoh", "in.wav out.wav --in-format xyz",
                 "in.wav out.wav --method bilinear --prewarp-hz 24001",
                 "in.wav out.wav --x0 x --state-in s", "in.wav out.wav --state-out -",
                 "- out.wav --format wav --x0 -", "in.wav - --out-format wav --json"):
        assert sinew("run", path, *line.split(), status=2).stdout == b"", line
    no_leftovers(*HELD)


def test_no_file_of_a_run_is_written_over():
    path = model(SINGLE)
    np.save("x.npy", np.zeros((100, 1)))
    rate = ["--rate", "48k"]
    sinew("run", path, "x.npy", "y.npy", *rate, "--state-out", "s")
    write("x0", "1,2\n")
    os.symlink("model.yaml", "link.yaml")
    os.link("s", "s2")
    os.symlink("new.csv", "dangling.csv")
    before = {n: open(n, "rb").read() for n in ("model.yaml", "x.npy", "s", "x0", "y.npy")}
    for line in ("model.yaml --out-format csv", "link.yaml --out-format csv", "x0 --x0 x0 "
                 "--out-format csv", "s --state-in s --out-format csv",
                 "s2 --state-in s --out-format csv", "y.npy --state-out model.yaml",
                 "y.npy --state-out link.yaml", "y.npy --state-out x.npy",
                 "y.npy --state-out y.npy", "y.npy --x0 x0 --state-out x0",
                 "dangling.csv --state-out new.csv", "new.csv --state-out dangling.csv"):
        done = sinew("run", path, "x.npy", *line.split(), *rate, status=2)
        assert "are one file" in done.messages, (line, done.messages)
        assert before == {n: open(n, "rb").read() for n in before}, line
    sinew("run", path, "x.npy", "y.npy", *rate, "--state-in", "s", "--state-out", "s")
    sinew("run", path, "x.npy", "/dev/null", *rate, "--out-format", "csv")
    no_leftovers(*before, "link.yaml", "s2", "dangling.csv")


def test_links_are_followed():
    path = prepare()
    os.mkdir("far")
    sinew("run", path, "in.wav", "truth.wav")
    os.symlink("far/real.wav", "link.wav")
    os.symlink("link.wav", "second.wav")
    for _ in range(2):  # to nothing, then to a file
        sinew("run", path, "in.wav", "second.wav")
        assert os.readlink("second.wav") == "link.wav" and os.readlink("link.wav") == "far/real.wav"
        assert same("truth.wav", "far/real.wav") and not os.path.islink("far/real.wav")
    os.symlink("loop.wav", "loop.wav")
    assert "loop.wav: Too many levels" in sinew("run", path, "in.wav", "loop.wav",
                                                status=1).messages
    assert os.listdir("far") == ["real.wav"]
    no_leftovers(*HELD, "truth.wav", "far", "link.wav", "second.wav", "loop.wav")


def test_bad_input():
    path = prepare()
    whole = open("in.wav", "rb").read()
    write("empty.wav", "")
    write("cut.wav", whole[:-1001])
    write("head.wav", whole[:20])
    write("ragged.csv", "1,2\n3\n")
    write("words.csv", "1,2\n3,x\n")
    write("cut.npy", open("in.npy", "rb").read()[:-8])
    write("odd.f64", b"x" * 17)
    held = [*HELD, "empty.wav", "cut.wav", "head.wav", "ragged.csv", "words.csv", "cut.npy",
            "odd.f64"]
    for name in ("missing.wav", "empty.wav", "cut.wav", "head.wav", "ragged.csv", "words.csv",
                 "cut.npy", "odd.f64"):
        done = sinew("run", path, name, "out.wav", *([] if "wav" in name else ["--rate", "48k"]),
                     *(["--channels", "1"] if "f64" in name else []), "--state-out", "s", status=1)
        assert name in done.messages, done.messages
    assert "ragged.csv:2" in sinew("run", path, "ragged.csv", "out.wav", "--rate", 1e5,
                                   status=1).messages
    done = sinew("run", path, "in.wav", "out.wav", "--rate", "44.1k", status=1)
    assert "48000" in done.messages and "44100" in done.messages
    assert "auto, scan, block, convolve" in sinew("run", path, "in.wav", "out.wav", "--engine", "lanes",
                                           status=2).messages
    assert b" auto, scan, block or convolve\n" in sinew("run", "--help").stdout
    soundfile.write("slow.wav", np.zeros((10, 1)), 4000)
    held.append("slow.wav")
    assert "slow.wav" in sinew("run", path, "slow.wav", "out.wav", "--method", "bilinear",
                               status=1).messages
    sinew("run", path, "in.wav", "out.xyz", status=1)
    sinew("run", path, ".", "out.wav", "--in-format", "wav", status=1)
    no_leftovers(*held)


def test_unreadable_and_unwritable():
    path = prepare()
    os.mkdir("folder")
    sinew("run", path, "in.wav", "folder", "--out-format", "wav", status=1)
    sinew("run", path, "in.wav", "no/out.wav", status=1)
    sinew("run", path, "in.wav", "out.wav", "--state-out", "no/s", status=1)
    sinew("run", path, "in.wav", "out.wav", "--state-out", "folder", status=1)
    sinew("run", path, "in.wav", "out.wav", "--state-in", "no", status=1)
    sinew("run", path, "in.wav", "/dev/full", "--out-format", "f64", "--state-out", "s", status=1)
    if os.geteuid() != 0:
        os.chmod("in.wav", 0)
        sinew("run", path, "in.wav", "out.wav", status=1)
        os.chmod("in.wav", 0o600)
        os.chmod("folder", 0o500)
        sinew("run", path, "in.wav", "folder/out.wav", status=1)
    assert os.listdir("folder") == []
    no_leftovers(*HELD, "folder")


def test_an_old_output_survives_a_failure():
    path = prepare()
    write("out.wav", "precious")
    write("s", "older")
    write("cut.wav", open("in.wav", "rb").read()[:-1001])
    sinew("run", path, "cut.wav", "out.wav", "--state-out", "s", status=1)
    assert open("out.wav").read() == "precious" and open("s").read() == "older"
    no_leftovers(*HELD, "out.wav", "s", "cut.wav")


def test_standard_output_full_or_gone():
    path = prepare()
    np.save("long.npy", np.zeros((300000, 1)))
    line = [PROGRAM, "run", path, "long.npy", "-", "--out-format", "csv", "--rate", "48k",
            "--state-out", "s"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(line, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1 and done.stderr.startswith(b"sinew: "), done
    read, write_end = os.pipe()
    os.close(read)
    done = subprocess.run(line, stdout=write_end, stderr=subprocess.PIPE)
    os.close(write_end)
    assert done.returncode == 1 and b"Broken pipe" in done.stderr, done
    no_leftovers(*HELD, "long.npy")


def closed(shell, *line):
    """Run the program from a shell with some of its standard descriptors closed."""
    return subprocess.run(["sh", "-c", f'exec "$@" {shell}', "sh", PROGRAM, *line],
                          capture_output=True, timeout=60)


def test_closed_descriptors_do_no_harm():
    path = prepare()
    noise = np.random.default_rng(2).normal(0, 0.1, (2_000_000, 2))
    soundfile.write("long.wav", noise, RATE, subtype="PCM_16")
    sinew("run", path, "long.wav", "truth.wav")
    missing = [f"missing{i}.wav" for i in range(1000)]  # a message each while the long one runs
    for shell in "2>&-", "<&- 2>&-", "<&- >&- 2>&-":
        done = closed(shell, "run", path, "--out-dir", "out", "--force", "--jobs", "2",
                      "long.wav", *missing)
        assert done.returncode == 1, (shell, done)
        assert same("truth.wav", "out/long.wav"), shell
    done = closed(">&-", "run", path, "in.wav", "-", "--out-format", "f64")
    assert done.returncode == 1 and b"standard output: Bad file" in done.stderr, done
    done = closed("<&-", "run", path, "-", "x.wav", "--in-format", "csv", "--rate", "1k")
    assert done.returncode == 1 and b"standard input: Bad file" in done.stderr, done
    assert closed(">&-", "run", path, "in.wav", "out.wav").returncode == 0
    for shell, why in (">&-", b"Bad file"), (">/dev/full", b"No space"):
        os.unlink("out.wav")
        done = closed(shell, "run", path, "in.wav", "out.wav", "--json")
        assert done.returncode == 1 and os.path.exists("out.wav"), done
        assert b"standard output: " + why in done.stderr, done
        assert b"out.wav is written all the same" in done.stderr, done
        done = closed(shell, "run", path, "--out-dir", "out", "--json", "--force", "in.wav")
        assert done.returncode == 1 and b"out/in.wav is written all the same" in done.stderr, done
    done = closed(">&-", "--version")
    assert done.returncode == 1 and b"standard output: Bad file" in done.stderr, done
    no_leftovers(*HELD, "long.wav", "truth.wav", "out", "out.wav")


def stop_in_the_middle(line, number, feed):
    """Start, wait until the first samples are taken, send the signal."""
    running = subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    running.stdin.write(feed)
    running.stdin.flush()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not any(".tmp" in n for n in os.listdir(".")):
        time.sleep(0.01)
    assert any(".tmp" in n for n in os.listdir(".")), os.listdir(".")
    running.send_signal(number)
    running.wait(timeout=30)
    text = running.stderr.read()
    running.stdin.close()
    running.stderr.close()
    return running.returncode, text


def test_signals_stop_cleanly():
    path = prepare()
    sound = open("in.wav", "rb").read()[:-2000]
    for name, feed, extra in (("f64", bytes(8 * 100000), ["--channels", "1", "--rate", "48k"]),
                              ("wav", sound, []),
                              ("csv", b"1\n" * 100000, ["--rate", "48k"])):
        for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
            line = [PROGRAM, "run", path, "-", "out.wav", "--in-format", name, *extra,
                    "--state-out", "s"]
            status, text = stop_in_the_middle(line, number, feed)
            assert status == 128 + number, (status, text)
            assert text.startswith(b"sinew: ") and b"interrupted" in text
            no_leftovers(*HELD)


def test_an_ignored_signal_stays_ignored():
    """As behind nohup: who hangs up does not end the run."""
    path = prepare()
    line = [PROGRAM, "run", path, "-", "out.f64", "--in-format", "f64", "--channels", "1", "--rate",
            "48k"]
    running = subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                               preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    running.stdin.write(bytes(8 * 100000))
    running.stdin.flush()
    while not any(".tmp" in n for n in os.listdir(".")):
        time.sleep(0.01)
    running.send_signal(signal.SIGHUP)
    text = running.communicate(timeout=30)[1]
    assert running.returncode == 0, (running.returncode, text)
    assert os.path.getsize("out.f64") == 8 * 100000
    os.unlink("out.f64")
    no_leftovers(*HELD)


def test_a_file_that_may_not_grow():
    path = prepare()
    np.save("long.npy", np.zeros((100000, 1)))
    for line in (["run", path, "long.npy", "out", "--rate", "48k", "--out-format", "npy"],
                 ["design", "out", "--family", "butterworth", "--band", "lowpass", "--order", "128",
                  "--edges-hz", "10", "--as", "zpk"]):
        done = sinew(*line, status=1, preexec_fn=lambda:
                     resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)))
        assert "out: File too large" in done.messages, done.messages
    no_leftovers(*HELD, "long.npy")


def test_a_signal_reaches_a_blocked_writer():
    path = prepare()
    np.save("long.npy", np.zeros((300000, 1)))
    running = subprocess.Popen([PROGRAM, "run", path, "long.npy", "-", "--out-format", "f64",
                                "--rate", "48k", "--state-out", "s"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    running.stdout.read(1)  # it has begun, and will fill the pipe that nobody reads further
    time.sleep(0.2)
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=30) == 128 + signal.SIGTERM
    assert b"interrupted" in running.stderr.read()
    running.stdout.close()
    running.stderr.close()
    no_leftovers(*HELD, "long.npy")


def test_a_batch_is_stopped_too():
    path = prepare()
    with open("long.f64", "wb") as file:
        file.truncate(8 * 400_000_000)  # sparse: hours of signal, nothing on disk
    running = subprocess.Popen([PROGRAM, "run", path, "--out-dir", "out", "long.f64", "--channels",
                                "1", "--rate", "48k", "--out-format", "f32"],
                               stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (os.path.isdir("out") and os.listdir("out")):
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    text = running.communicate(timeout=30)[1]
    assert running.returncode == 130, (running.returncode, text)
    assert os.listdir("out") == []


def test_a_batch_that_waits_for_fifos_is_stopped():
    path = prepare()
    os.mkfifo("open.wav")  # one has a writer that says nothing, the other none at all
    os.mkfifo("shut.wav")
    for number in signal.SIGINT, signal.SIGTERM:
        for jobs in "1", "2":
            running = subprocess.Popen([PROGRAM, "run", path, "--out-dir", "out", "--jobs", jobs,
                                        "open.wav", "shut.wav"], stderr=subprocess.PIPE)
            writer = os.open("open.wav", os.O_WRONLY)  # waits for the reader
            time.sleep(0.1)
            running.send_signal(number)
            text = running.communicate(timeout=30)[1]
            os.close(writer)
            assert running.returncode == 128 + number, (running.returncode, text)
            assert b"open.wav: interrupted" in text, text
            assert os.listdir("out") == []


def test_very_many_channels_need_little_memory():
    def limit():  # less than a block of 4096 frames would take
        if b"__asan_init" not in open(PROGRAM, "rb").read():  # it reserves terabytes
            resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

    path = model(SINGLE)
    np.save("turned.npy", np.zeros((1, 1000000)))
    done = sinew("run", path, "turned.npy", "out.npy", "--rate", "1k", status=1, preexec_fn=limit)
    assert "turned.npy: the shape (1, 1000000)" in done.messages, done.messages
    x = np.random.default_rng(4).normal(0, 1, (70, 65536))
    np.save("wide.npy", x)
    sinew("run", path, "wide.npy", "out.npy", "--rate", "1k", preexec_fn=limit)
    np.save("one.npy", x[:, 7])
    sinew("run", path, "one.npy", "one-out.npy", "--rate", "1k")
    assert np.array_equal(np.load("out.npy")[:, 7], np.load("one-out.npy")[:, 0])


def test_unstable_runs_with_a_warning():
    np.save("in.npy", np.ones((10, 1)))
    done = sinew("run", model(UNSTABLE), "in.npy", "out.npy", "--rate", "1k")
    assert "warning" in done.messages and np.load("out.npy").shape == (10, 1)


main(globals())
