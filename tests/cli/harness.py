"""What the tests of the command line share: a program to call and models to call it with."""
import os
import re
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import main, no_leftovers, write  # noqa: E402,F401

PROGRAM = os.path.abspath(sys.argv[1])

# in a script's background some are ignored, and stay so in the programs that are started
for _number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL)

LOWPASS = "system: {design: {family: butterworth, band: lowpass, order: 8, edges_hz: [1000]}}\n"
BANDPASS = ("system: {design: {family: butterworth, band: bandpass, order: 4, "
            "edges_hz: [300, 3400]}}\n")
MATRICES = """system:
  ss:
    A: [[-3, 4, 0], [-4, -3, 1], [0, 0, -50]]
    B: [[1, 0], [0, 2], [3, -1]]
    C: [[1, 0.5, 0], [0, 1, -1]]
    D: [[0, 0.25], [0, 0]]
"""
SINGLE = "system: {ss: {A: [[-300, 400], [-400, -300]], B: [[1], [50]], C: [[7, 1]], D: [[0.5]]}}\n"
INTEGRATOR = "system: {zpk: {zeros: [], poles: [[0, 0]], gain: 1}}\n"
UNSTABLE = "system: {zpk: {zeros: [], poles: [[3, 0]], gain: 1}}\n"
GAIN = "system: {ss: {A: [], B: [], C: [], D: [[2, 3]]}}\n"


def model(text, name="model.yaml"):
    return "./" + write(name, text)


def sinew(*args, status=0, stdin=b"", **more):
    """Run the program, hold it to its exit status and its messages to their form."""
    done = subprocess.run([PROGRAM, *map(str, args)], input=stdin, capture_output=True,
                          timeout=120, **more)
    text = done.stderr.decode()
    assert done.returncode == status, (args, done.returncode, text)
    for line in text.splitlines():
        assert line.startswith("sinew: "), (args, line)
    assert bool(text) or status == 0, args
    if status == 2:
        assert re.search(r"--help'$", text), (args, text)
    done.messages = text
    return done


def same(a, b):
    with open(a, "rb") as left, open(b, "rb") as right:
        return left.read() == right.read()
