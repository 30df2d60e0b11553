#!/usr/bin/python3
"""sinew lm: ids to logits, and a text that goes on; saved states; what is refused."""
import json
import math
import os
import subprocess
import sys

import numpy as np

from harness import PROGRAM, main, same, sinew, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "vectors"))
import checkpoints  # noqa: E402

KINDS = "mamba1", "mamba2", "mamba3"
END = 256  # of the text; ids below are bytes


def byte_names():
    """How GPT-2 writes bytes as characters."""
    plain = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174]
    others = [b for b in range(256) if b not in plain]
    return {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(others)}


def model(kind, folder="model", **shape):
    """A checkpoint whose tokens are bytes, with padded rows behind them."""
    c = checkpoints.make(folder, kind, **{"vocab": 257, "pad_vocab": 16, **shape})
    names = byte_names()
    added = {"id": END, "content": "<|endoftext|>", "single_word": False, "lstrip": False,
             "rstrip": False, "normalized": False, "special": True}
    with open(os.path.join(folder, "tokenizer.json"), "w") as file:
        json.dump({"version": "1.0", "added_tokens": [added], "normalizer": None,
                   "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False,
                                     "trim_offsets": True, "use_regex": True},
                   "post_processor": None, "decoder": {"type": "ByteLevel"},
                   "model": {"type": "BPE", "vocab": {names[b]: b for b in range(256)},
                             "merges": []}}, file)
    return c


def say(c, *more):
    """The bytes that are printed."""
    return sinew("lm", c.folder, *more).stdout


def greedy(c, prompt, tokens):
    """In float64, the state carried from id to id."""
    ids, out, state = list(prompt.encode()), [], None
    for _ in range(tokens):
        logits, state = c.logits(np.array(ids), state)
        ids = [int(np.argmax(logits[-1][:257]))]
        out += ids
        if ids[0] == END:
            break
    return bytes(b for b in out if b < END).decode(errors="replace").encode()


def test_a_text_is_what_the_likeliest_ids_are():
    for kind in KINDS:
        for shape in {}, {"tied": False, "style": "original"}, {"dtype": "BF16"}:
            c = model(kind, **shape)
            for prompt in "The river ", "é", "a" * 300:
                got = say(c, "--prompt", prompt, "--tokens", "25")
                assert got == greedy(c, prompt, 25), (kind, shape, prompt, got)


SAMPLING = [(), ("--temperature", "1", "--seed", "7"),
            ("--temperature", "0.8", "--top-k", "40", "--top-p", "0.9", "--seed", "3")]


def test_20_tokens_are_10_and_10_in_another_process_to_the_byte():
    for kind in KINDS:
        c = model(kind, dtype="F16")
        for sampling in SAMPLING:
            whole = ("--prompt", "Once ", "--tokens", 20, "--state-out", "whole.safetensors")
            text = say(c, *whole, *sampling)
            for n in 1, 9, 10, 19:
                first = say(c, "--prompt", "Once ", "--tokens", n, "--state-out", "s.safetensors",
                            *sampling)
                rest = say(c, "--tokens", 20 - n, "--state-in", "s.safetensors", "--state-out",
                           "rest.safetensors")
                assert first + rest == text, (kind, sampling, n, first, rest, text)
                assert same("whole.safetensors", "rest.safetensors"), (kind, sampling, n)


def test_a_conversation_goes_on_with_another_prompt():
    c = model("mamba2")
    first = say(c, "--prompt", "Who? ", "--tokens", "8", "--state-out", "s.safetensors")
    assert len(first) > 0
    for block in 1, 3, 64:
        answer = say(c, "--prompt", " And why? ", "--tokens", "8", "--state-in", "s.safetensors",
                     "--block", block)
        raw = checkpoints.read("s.safetensors")[1]["lm.recent"]
        ids = list(b"Who? ")
        state, out = None, []
        for _ in range(8):
            logits, state = c.logits(np.array(ids), state)
            ids = [int(np.argmax(logits[-1][:257]))]
            out += ids
        assert [int(i) for i in raw.split()] == out[-3:], (raw, out)
        ids = ids + list(b" And why? ")
        out = []
        for _ in range(8):
            logits, state = c.logits(np.array(ids), state)
            ids = [int(np.argmax(logits[-1][:257]))]
            out += ids
        want = bytes(b for b in out if b < END).decode(errors="replace").encode()
        assert answer.endswith(want), (answer, want)


def raise_row(folder, row, by):
    """The logit of this row is what others are and more, whatever the features are like."""
    path = os.path.join(folder, "model.safetensors")
    tensors = checkpoints.read(path)[0]
    head = tensors["lm_head.weight"]
    head[row] = by * tensors["backbone.norm_f.weight"]
    checkpoints.write(path, tensors)


def test_rows_of_padding_are_never_chosen_and_a_special_token_ends():
    c = model("mamba1", tied=False)
    usual = {say(c, "--prompt", "x", "--tokens", "30", "--temperature", "2", "--seed", seed)
             for seed in range(4)}
    assert len(usual) == 4
    path = os.path.join("model", "model.safetensors")
    tensors = checkpoints.read(path)[0]
    assert tensors["lm_head.weight"].shape[0] == 272
    for row in range(257, 272):
        raise_row("model", row, (-1)**row * 1000)
    padded = {say(c, "--prompt", "x", "--tokens", "30", "--temperature", "2", "--seed", seed)
              for seed in range(4)}
    assert padded == usual  # not refused either, which an id without a token would be
    tensors["lm_head.weight"][:] = 0  # all alike: the lowest id wins, and then the end
    checkpoints.write(path, tensors)
    assert say(c, "--prompt", "x", "--tokens", "5") == b"\0" * 5
    tensors["lm_head.weight"][END] = 1e-3 * np.sign(tensors["backbone.norm_f.weight"])
    ended = False
    for sign in 1, -1:
        checkpoints.write(path, {**tensors, "lm_head.weight": sign * tensors["lm_head.weight"]})
        ended |= say(c, "--prompt", "x", "--tokens", "5") == b""
    assert ended


def test_logits_go_on_from_a_state():
    for kind in KINDS:
        c = model(kind)
        ids = np.random.default_rng(4).integers(0, 257, 60)
        np.save("all.npy", ids)
        sinew("lm", c.folder, "--ids", "all.npy", "--logits", "all-out.npy", "--state-out",
              "all.safetensors")
        np.save("a.npy", ids[:23].astype(np.int32))
        np.save("b.npy", ids[23:].astype(np.int32))
        sinew("lm", c.folder, "--ids", "a.npy", "--logits", "a-out.npy", "--state-out",
              "a.safetensors")
        sinew("lm", c.folder, "--ids", "b.npy", "--logits", "b-out.npy", "--state-in",
              "a.safetensors", "--state-out", "b.safetensors")
        np.testing.assert_array_equal(np.concatenate([np.load("a-out.npy"), np.load("b-out.npy")]),
                                      np.load("all-out.npy"))
        assert same("all.safetensors", "b.safetensors")
        for threads in "1", "2", "3":
            sinew("lm", c.folder, "--ids", "all.npy", "--logits", "t.npy", "--threads", threads)
            assert same("t.npy", "all-out.npy")


def refused(*args, says, status=1):
    done = sinew("lm", "model", *args, "--logits", "no.npy", "--state-out", "no.safetensors",
                 status=status)
    for word in says:
        assert word in done.messages, (word, done.messages)
    assert not os.path.exists("no.npy") and not os.path.exists("no.safetensors")


def test_ids_that_are_none_are_refused_with_their_place():
    c = model("mamba1")
    rows = 272
    for ids, says in (([1, 2, rows], ["id 2 is 272", "271"]), ([-1], ["id 0 is -1"]),
                      ([5] * 1000 + [2**31 + 5], ["id 1000 is 2147483653"])):
        np.save("ids.npy", np.array(ids, np.int64))
        refused("--ids", "ids.npy", says=["ids.npy"] + says)
    for array in np.zeros(3), np.zeros((3, 2), np.int32), np.zeros(3, np.int16), \
            np.zeros((2, 2, 2), np.int64):
        np.save("ids.npy", array)
        refused("--ids", "ids.npy", says=["ids.npy"])
    np.save("ids.npy", np.arange(40))
    with open("ids.npy", "rb") as file:
        whole = file.read()
    for cut in 0, 5, 11, 60, 127, 129, len(whole) - 8, len(whole) - 1:
        write("ids.npy", whole[:cut])
        refused("--ids", "ids.npy", says=["ids.npy"])
    write("ids.npy", whole + b"\0" * 8)
    refused("--ids", "ids.npy", says=["ids.npy"])
    refused("--ids", "none.npy", says=["none.npy"])
    text = sinew("lm", "nowhere", "--prompt", "x", "--tokens", "1", status=1).messages
    assert "nowhere: No such file" in text, text
    done = sinew("run", c.folder, "ids.npy", "no.npy", status=1)
    assert "ids.npy" in done.messages and not os.path.exists("no.npy")


def test_no_ids_give_no_logits():
    c = model("mamba1")
    np.save("ids.npy", np.zeros(0, np.int32))
    sinew("lm", c.folder, "--ids", "ids.npy", "--logits", "out.npy")
    assert np.load("out.npy").shape == (0, 272)


def test_misuse_and_what_is_missing():
    c = model("mamba1")
    np.save("ids.npy", np.zeros(3, np.int32))
    for args in ((), ("--ids", "ids.npy"), ("--prompt", "x"), ("--tokens", "5"),
                 ("--ids", "ids.npy", "--logits", "ids.npy"),
                 ("--ids", "ids.npy", "--logits", "o.npy", "--prompt", "x", "--tokens", "1"),
                 ("--ids", "ids.npy", "--logits", "o.npy", "--seed", "1"),
                 ("--prompt", "x", "--tokens", "1", "--top-p", "1.5")):
        sinew("lm", c.folder, *args, status=2)
    sinew("lm", c.folder, "--ids", "ids.npy", "--logits", "o.npy", "--state-out", "s.safetensors")
    assert "nothing to go on from" in sinew("lm", c.folder, "--tokens", "1", "--state-in",
                                            "s.safetensors", status=2).messages
    os.rename(os.path.join("model", "tokenizer.json"), "away.json")
    assert "tokenizer.json" in sinew("lm", c.folder, "--prompt", "x", "--tokens", "1",
                                     status=1).messages
    np.save("no-ids.npy", np.zeros(3, np.uint32))
    assert "of token ids '<i4' or '<i8'" in sinew("lm", c.folder, "--ids", "no-ids.npy", "--logits",
                                                  "no.npy", status=1).messages
    path = os.path.join("model", "model.safetensors")
    tensors = checkpoints.read(path)[0]
    del tensors["backbone.embeddings.weight"]
    checkpoints.write(path, tensors)
    assert "embedding" in sinew("lm", c.folder, "--ids", "ids.npy", "--logits", "no.npy",
                                status=1).messages
    np.save("x.npy", np.zeros((3, 12), np.float32))
    sinew("run", c.folder, "x.npy", "y.npy")  # the stack needs none


def test_a_state_of_something_else_is_refused():
    c = model("mamba1")
    say(c, "--prompt", "x", "--tokens", "3", "--state-out", "s.safetensors")
    state, metadata = checkpoints.read("s.safetensors")
    for key, value in (("lm.recent", "1 2 x"), ("lm.recent", "99999"), ("lm.drawn", "-1"),
                       ("lm.temperature", "warm"), ("index", "one"), ("lm.recent", "1 2 3 4")):
        checkpoints.write("bad.safetensors", state, metadata={**metadata, key: value})
        done = sinew("lm", c.folder, "--tokens", "1", "--state-in", "bad.safetensors", status=1)
        assert key.split(".")[-1] in done.messages, (key, done.messages)
    other = model("mamba1", folder="other", seed=5)
    done = sinew("lm", other.folder, "--tokens", "1", "--state-in", "s.safetensors", status=1)
    assert "another model" in done.messages, done.messages


def test_a_reader_that_goes_away_leaves_no_state():
    c = model("mamba1")
    child = subprocess.Popen([PROGRAM, "lm", c.folder, "--prompt", "x", "--tokens", "100000",
                              "--temperature", "1", "--state-out", "gone.safetensors"],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout.read(1)
    child.stdout.close()
    child.stderr.read()
    assert child.wait(60) in (0, 1)
    if child.returncode == 1:
        assert not os.path.exists("gone.safetensors")


if __name__ == "__main__":
    main(globals())
