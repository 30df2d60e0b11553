#!/usr/bin/python3
"""run --out-dir: many files."""
import json
import os

import numpy as np
import soundfile

from harness import BANDPASS, main, model, same, sinew, write

RATE = 48000


def write_wavs(n=5):
    names = []
    os.makedirs("in", exist_ok=True)
    for i in range(n):
        x = np.random.default_rng(i).normal(0, 0.1, (1000 + 100 * i, 1 + i % 2))
        names.append(f"in/{i}.wav")
        soundfile.write(names[-1], x, RATE if i % 2 else 44100, subtype="PCM_16")
    return names


def lines(done):
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return {a["file"]: a for a in answers}


def test_outputs_that_links_make_one_are_refused():
    path, names = model(BANDPASS), write_wavs(2)
    os.makedirs("out")
    os.symlink("1.wav", "out/0.wav")  # to what is not there yet
    done = sinew("run", path, "--out-dir", "out", *names, status=2)
    assert "would be overwritten by the output" in done.messages
    assert os.listdir("out") == ["0.wav"] and not os.path.exists("out/1.wav")


def test_a_batch_equals_its_files():
    path, names = model(BANDPASS), write_wavs()
    got = lines(sinew("run", path, "--out-dir", "out", *names, "--json", "--jobs", "3"))
    assert set(got) == set(names)
    for i, name in enumerate(names):
        sinew("run", path, name, "one.wav")
        assert same("one.wav", f"out/{i}.wav")
        a = got[name]
        assert list(a) == ["file", "output", "status", "frames", "rate", "seconds", "clipped",
                           "error"]
        assert (a["output"], a["status"], a["error"]) == (f"out/{i}.wav", "done", None)
        assert a["frames"] == 1000 + 100 * i and a["rate"] == (RATE if i % 2 else 44100)
    assert sorted(os.listdir("out")) == [f"{i}.wav" for i in range(5)]


def test_what_is_done_is_skipped():
    path, names = model(BANDPASS), write_wavs(3)
    for name in [*names, path]:
        os.utime(name, (1e9, 1e9))
    command = ["run", path, "--out-dir", "out", *names, "--json"]
    sinew(*command)
    before = [os.stat(f"out/{i}.wav").st_mtime_ns for i in range(3)]
    assert {a["status"] for a in lines(sinew(*command)).values()} == {"skipped"}
    assert before == [os.stat(f"out/{i}.wav").st_mtime_ns for i in range(3)]
    os.utime(names[1], (4e9, 4e9))
    got = lines(sinew(*command))
    assert [got[n]["status"] for n in names] == ["skipped", "done", "skipped"]
    assert {a["status"] for a in lines(sinew(*command, "--force")).values()} == {"done"}
    os.utime(path, (4e9, 4e9))
    assert {a["status"] for a in lines(sinew(*command)).values()} == {"done"}


def test_a_bad_file_does_not_stop_the_rest():
    path, names = model(BANDPASS), write_wavs(3)
    write("in/bad.wav", "this is no wave file")
    np.save("in/x.npy", np.zeros((3, 1)))
    done = sinew("run", path, "--out-dir", "out", "in/0.wav", "in/bad.wav", "in/missing.wav",
                 "in/x.npy", "in/1.wav", "--json", "--jobs", "1", status=1)
    got = lines(done)
    assert [got[n]["status"] for n in got] == ["done", "failed", "failed", "failed", "done"]
    assert got["in/bad.wav"]["frames"] is None and "in/bad.wav" in got["in/bad.wav"]["error"]
    for name in "in/bad.wav", "in/missing.wav", "in/x.npy":
        assert f"sinew: {name}" in done.messages
    assert sorted(os.listdir("out")) == ["0.wav", "1.wav"]


def test_the_extension_follows_the_format():
    path, names = model(BANDPASS), write_wavs(2)
    sinew("run", path, "--out-dir", "out", "--out-format", "flac", *names)
    assert sorted(os.listdir("out")) == ["0.flac", "1.flac"]
    assert soundfile.info("out/0.flac").format == "FLAC"


def test_misuse_is_refused_before_anything_is_done():
    path, names = model(BANDPASS), write_wavs(2)
    os.makedirs("more")
    os.link(names[0], "more/0.wav")
    os.link(names[0], "more/0.flac")
    for line in (["--out-dir", "out", *names, "more/0.wav"], ["--out-dir", "in", *names],
                 ["--out-dir", "out", names[0], "more/0.flac", "--out-format", "wav"],
                 ["--out-dir", "out", "-"], ["--out-dir", "out", names[0], "--state-out", "s"],
                 ["--out-dir", "out"], ["--out-dir", "out", names[0], "--jobs", "0"],
                 ["--out-dir", "out", names[0], "--format", "xyz"],
                 [*names, "--jobs", "2"], [*names, "--force"], [names[0], names[1], "x.wav"]):
        sinew("run", path, *line, status=2)
    assert "0.wav" in sinew("run", path, "--out-dir", "out", *names, "more/0.wav",
                            status=2).messages
    assert not os.path.exists("out") and sorted(os.listdir("in")) == ["0.wav", "1.wav"]
    write("file", "")
    sinew("run", path, "--out-dir", "file", names[0], status=1)
    sinew("run", path, "--out-dir", "no/such", names[0], status=1)
    sinew("run", "./missing.yaml", "--out-dir", "out", names[0], status=1)
    assert not os.path.exists("out")


def test_no_output_is_an_input_under_another_name():
    path, names = model(BANDPASS), write_wavs(2)
    write("x0.csv", "0\n")
    os.mkdir("out")
    for target, link in (("in/1.wav", os.link), ("../in/1.wav", os.symlink),
                         ("../model.yaml", os.symlink), ("1.wav", os.symlink)):
        write("out/1.wav", "older")
        link(target, "out/0.wav")
        before = [open(n, "rb").read() for n in (*names, path, "out/1.wav")]
        done = sinew("run", path, "--out-dir", "out", "--force", *names, status=2)
        assert "overwritten" in done.messages, done.messages
        assert before == [open(n, "rb").read() for n in (*names, path, "out/1.wav")], target
        os.unlink("out/0.wav")
        os.unlink("out/1.wav")


def test_a_folder_is_no_input():
    path, names = model(BANDPASS), write_wavs(1)
    os.makedirs("out/more.wav")
    os.mkdir("more.wav")
    for line in ".", "more.wav":
        for extra in [], ["--in-format", "wav", "--out-format", "wav"], ["--format", "wav"]:
            done = sinew("run", path, "--out-dir", "out", line, names[0], "--json", *extra, status=1)
            assert lines(done)[line]["status"] == "failed", (line, extra)
            assert f"{line}: Is a directory" in done.messages, done.messages


main(globals())
