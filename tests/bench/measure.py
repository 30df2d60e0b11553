"""What the benches share: programs and functions measured in turn, so that whatever else the machine
does meets all of them alike; the least of the rounds counts."""
import json
import os
import shutil
import subprocess
import time


def cpu_of(*command, env=None):
    """Seconds of CPU time, user and system, that a program takes."""
    pid = os.posix_spawnp(command[0], command, env or os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)])
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise RuntimeError("failed: " + " ".join(command))
    return usage.ru_utime + usage.ru_stime


def wall_of(*command):
    started = time.perf_counter()
    cpu_of(*command)
    return time.perf_counter() - started


def memory_of(*command):
    """The most resident memory of a program, MB, looked at while it runs."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        try:
            with open("/proc/%d/status" % process.pid) as f:
                most = max([most] + [int(line.split()[1]) for line in f if line.startswith("VmHWM")])
        except OSError:
            pass
        time.sleep(0.005)
    return most / 1024


def cpu_in(function, *args):
    """Seconds of CPU time of this thread."""
    started = time.thread_time()
    function(*args)
    return time.thread_time() - started


def in_turn(rounds, functions):
    """{name: seconds}, the least of the rounds; a function that is None is left out."""
    functions = {name: f for name, f in functions.items() if f}
    taken = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            taken[name].append(function())
    return {name: min(values) for name, values in taken.items()}


def program(build, name):
    """A program of ours, or None where this build has none."""
    path = os.path.join(build, "tests", name)
    return path if os.path.exists(path) else None


def installed(name):
    return shutil.which(name)


def bench(*command, **environment):
    """The JSON of a bench, or None without the program."""
    if not command[0]:
        return None
    done = subprocess.run(command, check=True, capture_output=True, env=dict(os.environ, **environment))
    return json.loads(done.stdout)


def convolutions(path, rounds):
    """The rows of tests/bench/convolve.c, by the words above its columns; a dash is left out."""
    lines = subprocess.run([path, str(rounds)], check=True, capture_output=True, text=True).stdout.splitlines()
    words = [word for word in lines[0].split() if word != "err"]
    return [{word: float(text) for word, text in zip(words, line.split()) if text != "-"} for line in lines[1:]]
