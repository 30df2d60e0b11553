#!/usr/bin/python3
"""info of safetensors files that numpy made, of folders and shards; the messages about bad ones."""
import json
import os
import struct

import numpy

from harness import main, sinew, write

DTYPES = {"f4": "F32", "f2": "F16", "f8": "F64", "i8": "I64", "i4": "I32", "i2": "I16", "i1": "I8",
          "u1": "U8", "b1": "BOOL"}
INDEX = "model.safetensors.index.json"


def safetensors(arrays, metadata=None):
    """The bytes of a file of these arrays, as the format's description has them."""
    header, data = {}, b""
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, array in arrays.items():
        raw = array.tobytes()
        header[name] = {"dtype": DTYPES[array.dtype.str[1:]], "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def info(path):
    return json.loads(sinew("info", path, "--json").stdout)


def test_each_type_and_shape():
    random = numpy.random.default_rng(1)
    arrays = {f"layers.{i}.\u00e9 \"{kind}\"": random.integers(0, 2, shape).astype(kind)
              for i, (kind, shape) in enumerate(zip(DTYPES, [
                  (3, 4), (5,), (), (2, 1, 3), (0, 7), (1,) * 8, (9,), (2, 2), (3,)]))}
    write("a.safetensors", safetensors(arrays, {"format": "np", "k": "\n\u00fc"}))
    got = info("a.safetensors")
    assert got["files"] == 1 and got["metadata"] == {"format": "np", "k": "\n\u00fc"}
    assert got["parameters"] == sum(a.size for a in arrays.values())
    assert got["bytes"] == sum(a.nbytes for a in arrays.values())
    assert [t["name"] for t in got["tensors"]] == sorted(arrays)
    for tensor in got["tensors"]:
        array = arrays[tensor["name"]]
        assert tensor["dtype"] == DTYPES[array.dtype.str[1:]], tensor
        assert tuple(tensor["shape"]) == array.shape, tensor


def test_a_table_that_a_terminal_can_take():
    array = numpy.zeros((24, 768), "f4")
    write("a.safetensors", safetensors({"w\x1b[31m": array, "b": array[0]}, {"x\u009b": "y\n"}))
    text = sinew("info", "a.safetensors").stdout.decode()
    assert "w?[31m  F32   (24, 768)\n" in text and "\nb " in text, text
    assert "parameters 19200\n" in text and "bytes      76800\n" in text, text
    assert "metadata   x??: y?\n" in text and "\x1b" not in text, text


def test_folders_and_shards():
    one, two = numpy.zeros(3, "f4"), numpy.zeros((2, 2), "f2")
    os.mkdir("sharded")
    write("sharded/1.safetensors", safetensors({"one": one}, {"format": "pt"}))
    write("sharded/2.safetensors", safetensors({"two": two}))
    where = {"one": "1.safetensors", "two": "2.safetensors"}
    write(f"sharded/{INDEX}", json.dumps({"metadata": {"total_size": 20}, "weight_map": where}))
    for path in "./sharded", "sharded/", f"sharded/{INDEX}":
        got = info(path)
        assert got["files"] == 2 and got["metadata"] == {"format": "pt"}
        assert [(t["name"], t["shape"]) for t in got["tensors"]] == [("one", [3]), ("two", [2, 2])]
    os.mkdir("whole")
    write("whole/model.safetensors", safetensors({"three": one}))
    assert [t["name"] for t in info("./whole")["tensors"]] == ["three"]
    where["two"] = "../whole/model.safetensors"
    write(f"sharded/{INDEX}", json.dumps({"weight_map": where}))
    said = sinew("info", "./sharded", status=1).messages
    assert "'two' is in '../whole/model.safetensors', which is no file of this folder" in said, said


def test_what_is_wrong_is_named():
    whole = safetensors({"x": numpy.zeros(100, "f4")})
    write("a.safetensors", whole[:-1])
    said = sinew("info", "a.safetensors", status=1).messages
    assert "a.safetensors: tensor 'x': ends at byte 400" in said and "has 399" in said, said
    write("a.safetensors", whole.replace(b"[100]", b"[101]"))
    said = sinew("info", "a.safetensors", status=1).messages
    assert "F32 of shape (101) are 404 bytes, data_offsets have 400" in said, said
    assert "No such file" in sinew("info", "no.safetensors", status=1).messages
    os.mkdir("empty")
    said = sinew("info", "./empty", status=1).messages
    assert f"./empty: holds neither model.safetensors nor {INDEX}" in said, said
    write("a.safetensors", whole)
    assert "a checkpoint has none" in sinew("info", "a.safetensors", "--rate", "1k", status=2).messages


main(globals())
