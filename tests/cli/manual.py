#!/usr/bin/python3
"""The manual page knows all commands, options, kinds and keys of descriptions."""
import glob
import os
import re

from harness import main, sinew

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def read(*path):
    with open(os.path.join(ROOT, *path)) as f:
        return f.read()


MANUAL = read("cli", "sinew.1")


def test_commands_and_their_options():
    commands = re.findall(r"^  ([a-z]+) ", sinew("--help").stdout.decode(), re.M)
    assert len(commands) > 5
    for command in commands:
        assert re.search(r"^\.Cm (.* )?%s\b" % command, MANUAL, re.M), command
        for option in re.findall(r"^ +--([a-z0-9-]+)", sinew("help", command).stdout.decode()
                                 if command != "help" else "", re.M):
            assert re.search(r"Fl -%s\b" % option, MANUAL), (command, option)


def test_kinds_and_keys():
    model = os.path.join(ROOT, "lib", "model")
    files = glob.glob(os.path.join(model, "kind_*.c"))
    files += glob.glob(os.path.join(model, "layer_kind_*.c"))
    files += [os.path.join(model, name) for name in ("spec.c", "kalman.c")]
    assert len(files) > 10
    for path in files:
        for key in re.findall(r'(?:\.name = |LIST\(|BRANCHES\(|(?:GROUPS|ABOVE_ZERO)\(\w+, |CHOICE\(|EDGES\(|LEVEL\()"(\w+)"', read(path)):
            assert re.search(r"\b%s\b" % key, MANUAL), (os.path.basename(path), key)


main(globals())
