#!/usr/bin/python3
"""bench: forms, what ran, misuse. How fast is no test: the machine may be busy."""
import json
import os

from harness import main, sinew

FORM = ["name", "ns_per_frame", "system", "order", "channels", "block", "engine", "dtype", "simd", "rounds",
        "calls"]


def bench(*args, **more):
    return json.loads(sinew("bench", *args, "--json", **more).stdout)


def check_times(got):
    times = got["ns_per_frame"]
    assert list(times) == ["min", "median", "max"]
    assert 0 < times["min"] <= times["median"] <= times["max"] < float("inf"), times
    assert got["rounds"] >= 5 and got["calls"] >= 1


def test_filter_by_default():
    got = bench("filter")
    assert list(got) == FORM
    check_times(got)
    assert [got[k] for k in ("name", "system", "order", "channels", "block", "dtype")] == \
        ["filter", "butterworth", 8, 1, 256, "f64"]
    assert got["engine"] in ("scan", "block", "convolve")


def test_filter_as_asked():
    got = bench("filter", "--order", "33", "--channels", "3", "--block", "7", "--engine", "scan", "--dtype", "f32",
                env=dict(os.environ, SINEW_SIMD="scalar"))
    check_times(got)
    assert [got[k] for k in FORM[2:9]] == ["modes", 33, 3, 7, "scan", "f32", "scalar"]


def test_convolve():
    form = ["name", "ns_per_frame", "taps", "block", "dtype", "mean_us", "worst_us", "positions", "simd", "rounds",
            "calls"]
    got = bench("convolve")
    assert list(got) == form
    assert [got[k] for k in ("name", "taps", "block", "dtype")] == ["convolve", 65536, 256, "f32"]
    for args in ["--taps", "1", "--block", "64"], ["--taps", "9000", "--block", "96"]:
        got = bench("convolve", *args)
        check_times(got)
        assert [got["taps"], got["block"]] == [int(args[1]), int(args[3])]
        assert 0 < got["mean_us"] and 0 < got["worst_us"] and got["positions"] >= 1


def test_the_period_is_that_of_the_levels():
    # of 65536 taps the longest level is planned at 4096 frames, however long the kernel
    got = bench("convolve", "--taps", "65536", "--block", "64", env=dict(os.environ, SINEW_SIMD="scalar"))
    assert got["positions"] == 4096 // 64


def test_a_call_of_many_frames_is_a_round():
    got = bench("filter", "--block", "1000000", "--order", "1")
    check_times(got)
    assert got["calls"] <= 30


def test_selective():
    form = ["name", "ns_per_frame", "channels", "state", "frames", "dtype", "exp_ns_per_frame", "ratio", "simd",
            "rounds", "calls"]
    got = bench("selective")
    assert list(got) == form
    check_times(got)
    assert [got[k] for k in ("name", "channels", "state", "frames")] == ["selective", 1536, 16, 2048]
    got = bench("selective", "--channels", "17", "--state", "7", "--frames", "33")
    check_times(got)
    assert [got[k] for k in ("channels", "state", "frames")] == [17, 7, 33]
    assert got["exp_ns_per_frame"] > 0
    assert abs(got["ratio"] - got["ns_per_frame"]["min"] / got["exp_ns_per_frame"]) < 1e-6 * got["ratio"]


def test_lm():
    form = ["name", "ns_per_frame", "layers", "d_model", "vocab", "dtype", "threads", "decode_tok_s",
            "prefill_tok_s", "prefill_gflop_s", "decode_GB_s", "read_GB_s", "decode_of_read", "simd", "rounds",
            "calls"]
    shape = ("--layers", "2", "--d-model", "40", "--vocab", "100")
    for dtype, threads in ("f32", 1), ("bf16", 2), ("int8", 1):
        got = bench("lm", *shape, "--dtype", dtype, "--threads", str(threads))
        assert list(got) == form
        check_times(got)
        assert [got[k] for k in ("layers", "d_model", "vocab", "dtype", "threads")] == [2, 40, 100, dtype, threads]
        for key in form[7:13]:
            assert got[key] > 0, key
        assert abs(got["decode_tok_s"] * got["ns_per_frame"]["min"] - 1e9) < 1
        assert abs(got["decode_of_read"] * got["read_GB_s"] / got["decode_GB_s"] - 1) < 1e-9


def test_mixer():
    form = ["name", "ns_per_frame", "d_model", "state", "block", "dtype", "core_at_48k", "mean_us", "worst_us",
            "simd", "rounds", "calls"]
    got = bench("mixer")
    assert list(got) == form
    check_times(got)
    assert [got[k] for k in ("d_model", "state", "block")] == [16, 8, 1]
    assert abs(got["core_at_48k"] / (48e-6 * got["ns_per_frame"]["median"]) - 1) < 1e-9
    got = bench("mixer", "--d-model", "5", "--state", "3", "--block", "7")
    assert [got[k] for k in ("d_model", "state", "block")] == [5, 3, 7]
    assert got["mean_us"] > 0 and got["worst_us"] > 0


def test_the_table_says_the_same():
    text = sinew("bench", "filter", "--order", "2").stdout.decode()
    for word in "ns per frame", "butterworth", "order", "engine", "simd":
        assert word in text, text


def test_misuse():
    assert "filter" in sinew("bench", status=2).messages + sinew("bench", "lms", status=2).messages
    sinew("bench", "filter", "filter", status=2)
    sinew("bench", "filter", "--order", "0", status=2)
    sinew("bench", "filter", "--block", "1.5", status=2)
    sinew("bench", "filter", "--dtype", "int8", status=2)
    assert "--taps" in sinew("bench", "filter", "--taps", "9", status=2).messages
    assert "--order" in sinew("bench", "convolve", "--order", "9", status=2).messages
    sinew("bench", "convolve", "--taps", "0", status=2)
    assert "--layers" in sinew("bench", "filter", "--layers", "2", status=2).messages
    assert "f64" in sinew("bench", "lm", "--dtype", "f64", status=2).messages
    assert "int8" in sinew("bench", "filter", "--dtype", "int8", status=2).messages
    assert "--channels" in sinew("bench", "convolve", "--channels", "9", status=2).messages
    assert "--block" in sinew("bench", "selective", "--block", "9", status=2).messages
    assert "--d-model" in sinew("bench", "selective", "--d-model", "9", status=2).messages
    assert "--threads" in sinew("bench", "mixer", "--threads", "2", status=2).messages
    assert "--state" in sinew("bench", "filter", "--state", "9", status=2).messages
    assert "convolve" in sinew("bench", "filter", "--engine", "conv", status=2).messages


main(globals())
