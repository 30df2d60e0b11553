#!/usr/bin/python3
"""What goes wrong is said in one clear line, with the right status and nothing half-written."""
import os
import socket
import subprocess
import wave

import numpy as np

from harness import (BANDPASS, GAIN_HALF, RECORDING, SINEWD, UNSTABLE, Daemon, Subscriber, config, equal,
                     ipc, main, no_leftovers, noise, run, save_npy, tcp, until, write)


def pipeline(name="a", source=None, model=BANDPASS, outputs=None, **more):
    return {"name": name, "source": {"file": {"path": RECORDING, "pace": "fast",
                                              **(source or {})}},
            "model": model, "outputs": outputs or [{"file": {"path": "o.wav"}}], **more}


def fails(path, *words):
    messages = run(path, status=1)
    for word in words:
        assert word in messages, (word, messages)
    assert not os.path.exists("o.wav")
    return messages


def call(*args):
    return subprocess.run([SINEWD, *args], capture_output=True, text=True)


def test_help_version_and_misuse():
    assert "usage: sinewd" in call("--help").stdout and call("--help").returncode == 0
    assert call("--version").stdout.startswith("sinewd 0.")
    for args in [], ["-c"], ["--what"], ["-c", "a", "b"]:
        done = call(*args)
        assert done.returncode == 2 and "usage" in done.stderr, (args, done)
    with open("/dev/full", "w") as full:
        assert subprocess.run([SINEWD, "--help"], stdout=full).returncode == 1


def test_closed_standard_descriptors():
    """They must not become numbers of what the daemon opens: messages would go there."""
    path = config([pipeline(source={"path": RECORDING, "pace": "realtime", "loop": True})])
    for closed in ["<&-"], [">&-"], ["2>&-"], ["<&-", ">&-", "2>&-"]:
        process = subprocess.Popen(["sh", "-c", f'exec "$@" {" ".join(closed)}', "sh", SINEWD, "-c",
                                    path], stderr=subprocess.DEVNULL)
        Daemon.started.append(process)
        until(lambda: any(name.endswith(".tmp") for name in os.listdir(".")))
        for how in closed:
            number = {"<": "0", ">": "1", "2": "2"}[how[0]]
            assert os.readlink(f"/proc/{process.pid}/fd/{number}") == "/dev/null", how
        process.terminate()
        assert process.wait(60) == 0
    no_leftovers("c.yaml", *["o.wav"] * os.path.exists("o.wav"))


def test_check():
    path = config([pipeline(outputs=[{"publish": {}}, {"file": {"path": "o.wav"}}])], [ipc()])
    assert "all is well" in run(path, "--check")
    no_leftovers("c.yaml")
    write("c.yaml", "pipelines: [{name: a, sorce: {}, model: m, outputs: []}]\n")
    messages = run("c.yaml", "--check", status=1)
    assert "c.yaml:1:23: pipelines[0]: unknown key 'sorce', did you mean 'source'?" \
        in messages and "outputs: has 0 items" in messages, messages
    assert "missing.wav" in run(config([pipeline(source={"path": "missing.wav"})]), "--check",
                                status=1)


def test_what_is_read_is_not_written():
    save_npy("in.npy", noise(100))
    source = {"path": "in.npy", "rate": "8k", "pace": "fast"}
    write("m.yaml", "system: {ss: {A: [], B: [], C: [], D: [[1]]}}\n")
    os.symlink("m.yaml", "m.csv")
    os.symlink("c.yaml", "c.csv")
    os.symlink("o.npy", "link.npy")  # to what is not there yet
    for target, what in [("m.csv", "is the model of pipeline 'a'"),
                         ("c.csv", "is this configuration")]:
        path = config([pipeline(source=source, model="m.yaml",
                                outputs=[{"file": {"path": target}}])])
        for check in ["--check"], []:
            messages = run(path, *check, status=1)
            assert "c.yaml:" in messages and what in messages, messages
    path = config([pipeline(source=source, model="m.yaml",
                            outputs=[{"file": {"path": f}} for f in ("o.npy", "link.npy")])])
    messages = run(path, status=1)
    assert "is written by pipeline 'a' too" in messages, messages
    no_leftovers("c.yaml", "c.csv", "m.yaml", "m.csv", "in.npy", "link.npy")


def test_files_that_are_not_right():
    assert "no.yaml" in run("no.yaml", status=1)
    fails(config([pipeline(source={"path": "missing.wav"})]), "missing.wav", "No such file")
    fails(config([pipeline(model="no.yaml")]), "no.yaml", "No such file")
    fails(config([pipeline(model="no-such-model")]), "no-such-model")
    write("bad.yaml", "system: {tf: {num: [1], dem: [1, 2]}}\n")
    fails(config([pipeline(model="bad.yaml")]), "bad.yaml:1:25", "did you mean 'den'")
    with open(RECORDING, "rb") as whole, open("short.wav", "wb") as short:
        short.write(whole.read()[:20000])
    fails(config([pipeline(source={"path": "short.wav"})]), "short.wav")
    save_npy("in.npy", noise(100))
    fails(config([pipeline(source={"path": "in.npy"})]), "in.npy", "rate")
    fails(config([pipeline(source={"rate": 44100})]), "speech-noise.wav", "44100")
    fails(config([pipeline(outputs=[{"file": {"path": "no/folder/o.wav"}}])]), "no/folder/o.wav")
    fails(config([pipeline(outputs=[{"file": {"path": "o.what"}}])]), "o.what")
    no_leftovers("c.yaml", "bad.yaml", "short.wav", "in.npy")


def test_unstable_models_must_be_allowed():
    write("unstable.yaml", UNSTABLE)
    fails(config([pipeline(model="unstable.yaml")]), "unstable.yaml is unstable", "allow_unstable")
    write("stable.yaml", UNSTABLE.replace("3, 0", "-40000, 0"))
    fails(config([pipeline(model="stable.yaml", method="euler")]), "stable.yaml is unstable")
    save_npy("in.npy", noise(100) * 1e-6)
    path = config([pipeline(model="unstable.yaml", allow_unstable=True,
                            source={"path": "in.npy", "rate": 8000},
                            outputs=[{"file": {"path": "o.npy"}}])])
    assert "is unstable" in run(path)
    assert np.load("o.npy").shape[0] == 100


def test_channels_that_do_not_fit():
    write("two.yaml", GAIN_HALF.replace("[[0.5]]", "[[1, 2]]"))
    fails(config([pipeline(model="two.yaml")]), "two.yaml: 1 channels, but the model takes 2")
    save_npy("in.npy", noise(100, 2))
    run(config([pipeline(model="two.yaml", source={"path": "in.npy", "rate": 8000},
                         outputs=[{"file": {"path": "o.npy"}}])]))
    np.testing.assert_allclose(np.load("o.npy").ravel(), np.load("in.npy") @ [1, 2], rtol=1e-14)


def test_a_port_in_use():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        at = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        fails(config([pipeline(outputs=[{"publish": {}}, {"file": {"path": "o.wav"}}])], [at]), at,
              "ddress already in use")
    no_leftovers("c.yaml")


def test_an_ipc_socket_in_use_and_one_left_behind():
    at = ipc()
    path = config([pipeline(outputs=[{"publish": {}}], start={"subscribers": 1})], [at])
    first = Daemon(path)
    until(lambda: os.path.exists("s"))
    assert os.stat("s").st_mode & 0o777 == 0o660
    fails(path, at, "ddress already in use")
    assert os.path.exists("s")
    first.process.kill()
    first.wait()
    assert os.path.exists("s")  # nobody could remove it
    second = Daemon(path)
    subscriber = Subscriber(at, "a")
    second.ends()
    assert len(subscriber.wait().whole()) > 0


def test_an_ipc_path_that_is_no_socket_stays():
    write("s", "precious\n")
    os.mkdir("folder")
    os.symlink("nowhere", "link")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind("datagrams")
        for name, words in ("s", "is no socket"), ("folder", "is no socket"), \
                ("link", "is no socket"), ("datagrams", "ddress already in use"):
            path = config([pipeline(outputs=[{"publish": {}}])], [ipc(name)])
            fails(path, name, words)
            assert os.path.lexists(name), name
    assert open("s").read() == "precious\n"


def test_a_bind_beyond_this_machine():
    path = config([pipeline(outputs=[{"publish": {}}])], ["tcp://0.0.0.0:5555"])
    assert "insecure" in run(path, status=1)
    at = tcp().replace("127.0.0.1", "*")
    run(config([pipeline(outputs=[{"publish": {}}])], [at], insecure=True))


def test_a_full_disk_stops_its_pipeline_only():
    """A limit on the size of files stands for the disk: the same error, EFBIG for ENOSPC."""
    save_npy("large.npy", noise(300000))
    save_npy("small.npy", noise(1000))
    write("half.yaml", GAIN_HALF)
    source = {"rate": 8000, "block": 4096}
    path = config([pipeline("large", {"path": "large.npy", **source}, "half.yaml",
                            [{"file": {"path": "large-out.npy"}}, {"file": {"path": "too.wav"}}]),
                   pipeline("small", {"path": "small.npy", **source}, "half.yaml",
                            [{"file": {"path": "small-out.npy"}}])])
    done = subprocess.run(["sh", "-c", 'trap "" XFSZ; ulimit -f 1000; exec "$@"', "sh", SINEWD,
                           "-c", path], capture_output=True, text=True)
    assert done.returncode == 1, done
    assert "pipeline 'large': large-out.npy" in done.stderr.replace("./", ""), done.stderr
    equal(np.load("small-out.npy"), np.load("small.npy") * 0.5)
    no_leftovers("c.yaml", "half.yaml", "large.npy", "small.npy", "small-out.npy")


def test_a_device_that_is_not_there():
    path = config([pipeline(outputs=[{"file": {"path": "o.wav"}},
                                     {"device": {"name": "no such device"}}])])
    daemon = Daemon(path)
    assert daemon.wait() == 1, daemon.messages
    # ALSA and JACK have their say too: the last word is ours
    last = daemon.messages.splitlines()[-1]
    assert last.startswith("sinewd: c.yaml:") and "pipelines[0].outputs[1].device.name: " \
        "pipeline 'a': device 'no such device': " in last, daemon.messages
    no_leftovers("c.yaml")


def test_no_source_is_overwritten():
    samples = noise(100)
    os.mkdir("folder")
    for other in "in.npy", "folder/../in.npy", "soft.npy", "hard.npy", "link/in.npy":
        save_npy("in.npy", samples)
        for name, make in ("soft.npy", os.symlink), ("hard.npy", os.link):
            if os.path.lexists(name):
                os.remove(name)
            make("in.npy", name)
        if not os.path.lexists("link"):
            os.symlink(".", "link")
        write("half.yaml", GAIN_HALF)
        source = {"path": "in.npy", "rate": 8000}
        for where in (0, 1):
            outputs = [[{"file": {"path": "o.npy"}}], [{"file": {"path": "p.npy"}}]]
            outputs[where] = [{"file": {"path": other}}]
            save_npy("other.npy", samples)
            path = config([pipeline("a", source, "half.yaml", outputs[0]),
                           pipeline("b", {**source, "path": "other.npy"}, "half.yaml", outputs[1])])
            for args in [], ["--check"]:
                messages = run(path, *args, status=1)
                assert "c.yaml:" in messages and f"pipelines[{where}].outputs[0].file.path: " \
                    in messages, messages
                assert "is the source of pipeline 'a', and would be overwritten" in messages
        equal(np.load("in.npy"), samples)
        assert os.path.islink("soft.npy") and os.path.samefile("hard.npy", "in.npy")
    assert not os.path.exists("o.npy") and not os.path.exists("p.npy")


def test_what_a_model_refers_to_is_not_overwritten():
    os.mkdir("parts")
    save_npy("in.npy", noise(100))
    write("parts/half.yaml", GAIN_HALF)
    write("m.yaml", "system: {series: [parts/half.yaml]}")
    os.symlink("parts/half.yaml", "soft.npy")
    path = config([pipeline("a", {"path": "in.npy", "rate": 8000}, "m.yaml",
                            [{"file": {"path": "soft.npy"}}])])
    for args in [], ["--check"]:
        messages = run(path, *args, status=1)
        assert "pipelines[0].outputs[0].file.path: 'soft.npy' is referred to by the model of " \
            "pipeline 'a', and would be overwritten" in messages, messages
    with open("parts/half.yaml") as file:
        assert file.read() == GAIN_HALF
    with wave.open("hall.wav", "wb") as file:
        file.setparams((1, 2, 8000, 1, "NONE", ""))
        file.writeframes(b"\1\1")
    write("m.yaml", "system: {fir: {file: hall.wav}}")
    path = config([pipeline("a", {"path": "in.npy", "rate": 8000}, "m.yaml",
                            [{"file": {"path": "hall.wav"}}])])
    assert "'hall.wav' is referred to by the model" in run(path, "--check", status=1)


def test_one_file_has_one_writer():
    write("o.npy", "")
    os.link("o.npy", "hard.npy")
    os.symlink("o.npy", "soft.npy")
    write("half.yaml", GAIN_HALF)
    for other in "./o.npy", "hard.npy", "soft.npy", os.path.abspath("o.npy"):
        path = config([pipeline(model="half.yaml", outputs=[{"file": {"path": "o.npy"}},
                                                            {"file": {"path": other}}])])
        for args in [], ["--check"]:
            assert "pipelines[0].outputs[1].file.path: the file" in run(path, *args, status=1)
    os.symlink("/dev/null", "null.npy")
    run(config([pipeline(outputs=[{"file": {"path": "null.npy"}}, {"file": {"path": "null.npy"}},
                                  {"file": {"path": "p.wav"}}])]))  # nothing is lost there


def test_all_mistakes_at_once():
    """... each with its place, of pipelines whose keys are right also where those of another are
    not."""
    half = write("half.yaml", GAIN_HALF)
    delay = write("delay.yaml", "system: {design: {family: butterworth, band: lowpass, order: 4, "
                                "edges_hz: [100]}}\nmethod: bilinear\n")
    write("integrator.yaml", "system: {zpk: {zeros: [], poles: [[0, 0]], gain: 1}}\n")
    save_npy("in.npy", noise(10, 2))
    write("s", "")
    write("c.yaml", f"""
publish: {{bind: [tcp://0.0.0.0:5555, ipc://s]}}
pipelines:
  - {{name: a, model: missing.yaml, source: {{file: {{path: gone.wav}}}},
     outputs: [{{publish: {{}}}}, {{file: {{path: no/folder/o.wav}}}}, {{file: {{path: o.what}}}}]}}
  - {{name: b, model: {half}, source: {{file: {{path: in.npy, rate: 8k}}}},
     outputs: [{{publish: {{topic: a}}}}], channel_names: [one]}}
  - {{name: c, model: {delay}, source: {{file: {{path: in.npy, rate: 8k}}}},
     method: bilinear, prewarp_hz: 4k, outputs: [{{file: {{path: c.npy}}}}]}}
  - {{name: d, model: {half}, sorce: {{file: {{path: in.npy, rate: 8k}}}}, outputs: []}}
  - {{name: e, model: {half}, source: {{file: {{path: in.npy}}}},
     outputs: [{{file: {{path: in.npy}}}}]}}
  - {{name: f, model: integrator.yaml, source: {{file: {{path: in.npy, rate: 8k}}}},
     gap: jump, outputs: [{{file: {{path: f.npy}}}}]}}
""")
    expected = ["2:18: publish.bind[0]: ", "2:38: publish.bind[1]: 'ipc://s' is there already",
                "4:22: pipelines[0].model: ", "4:58: pipelines[0].source.file.path: ",
                "5:45: pipelines[0].outputs[1].file.path: ",
                "5:78: pipelines[0].outputs[2].file.path: ",
                "7:34: pipelines[1].outputs[0].publish.topic: the topic 'a'",
                "7:55: pipelines[1].channel_names: pipeline 'b': 1 names for 2 channels",
                "9:36: pipelines[2].prewarp_hz: ", "10:33: pipelines[3]: unknown key 'sorce'",
                "pipelines[3].outputs: has 0 items", "11:55: pipelines[4].source.file.path: ",
                "12:30: pipelines[4].outputs[0].file.path: ",
                "14:11: pipelines[5].gap: "]
    for args in [], ["--check"]:
        lines = run("c.yaml", *args, status=1).splitlines()
        for words, line in zip(expected, lines):
            assert words in line and line.startswith("sinewd: c.yaml:"), (words, lines)
        assert len(lines) == len(expected), lines
    no_leftovers("c.yaml", "half.yaml", "delay.yaml", "integrator.yaml", "in.npy", "s")


main(globals())
