#!/usr/bin/python3
"""No file of lib/ includes from a floor above its own: the order of lib/meson.build."""
import glob
import os
import re
import sys

LIB = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tap import main  # noqa: E402


def floors():
    """The folders in the order in which meson.build names them first."""
    with open(os.path.join(LIB, "meson.build")) as f:
        named = re.findall(r"^  '(\w+)/\w+\.c',$", f.read(), re.M)
    return list(dict.fromkeys(named))


def test_includes_go_down():
    order = floors()
    assert len(order) > 6, order
    for path in glob.glob(os.path.join(LIB, "*", "*.[ch]")):
        own = os.path.basename(os.path.dirname(path))
        with open(path) as f:
            included = re.findall(r'^\s*#\s*include "(\w+)/', f.read(), re.M)
        for folder in included:
            assert folder == "sinew" or order.index(folder) <= order.index(own), (path, folder)


def test_a_folder_is_one_floor():
    with open(os.path.join(LIB, "meson.build")) as f:
        named = re.findall(r"^  '(\w+)/\w+\.c',$", f.read(), re.M)
    runs = [name for i, name in enumerate(named) if i == 0 or named[i - 1] != name]
    assert runs == floors(), runs


main(globals())
