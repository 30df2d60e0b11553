#!/usr/bin/python3
"""plan: the engine that is chosen, why, and where the costs are kept."""
import json
import os

import numpy

from harness import LOWPASS, MATRICES, main, model, no_leftovers, same, sinew, write

RATE = ("--rate", "48k")
COSTS = "cache/sinew/costs"


def plan(text, *args, **more):
    return json.loads(sinew("plan", model(text), *RATE, *args, "--json", **more).stdout)


def with_cache():
    return dict(os.environ, XDG_CACHE_HOME=os.path.abspath("cache"))


def test_what_is_chosen_is_the_least():
    for text, channels in ((LOWPASS, ("--channels", 1)), (LOWPASS, ("--channels", 32)),
                           (MATRICES, ())):
        for block in (), ("--block", 1), ("--block", 256):
            for dtype in "f32", "f64":
                got = plan(text, *channels, *block, "--dtype", dtype)
                costs = got["ns_per_frame"]
                assert got["engine"] == min(costs, key=costs.get), got
                assert set(costs) == {"scan", "block", "convolve"}
                assert got["costs"] == "built in"
    no_leftovers("model.yaml")


def test_options_count():
    few, many = plan(LOWPASS, "--block", 1), plan(LOWPASS)
    assert few["ns_per_frame"]["block"] > 4 * many["ns_per_frame"]["block"]
    got = plan(LOWPASS, "--channels", 8, "--engine", "block")
    # a register, or two
    assert got["lanes"] == {"avx512": 8, "avx2": 8, "scalar": 2}.get(got["simd"], 4)
    assert got["computes_by"] == "channels"
    assert plan(LOWPASS, "--engine", "scan")["engine"] == "scan"
    got = plan(LOWPASS, "--engine", "convolve")
    assert got["engine"] == "convolve" and got["partitions"] > 0 and got["length"] > 1


def test_words():
    path = model(LOWPASS)
    assert sinew("plan", path, *RATE).stdout == b"engine        block\n"
    text = sinew("plan", path, *RATE, "--method", "bilinear", "--explain").stdout.decode()
    for word in ("scan", "block", "convolve", "ns a frame, chosen", "cascade", "coordinates",
                 "registers, in f64", "block length  16", "simd", "built in"):
        assert word in text, text


def test_refused():
    path = model(LOWPASS)
    sinew("plan", path, status=2)
    sinew("plan", path, *RATE, "--channels", 0, status=2)
    sinew("plan", path, *RATE, "--engine", "fastest", status=2)
    sinew("plan", model(MATRICES), *RATE, "--channels", 3, status=2)
    late = model("system: {delayed: {delay_s: 5ms, system: {zpk: {poles: [-1]}}}}")
    assert "delays" in sinew("plan", late, *RATE, status=1).messages


def test_measured_once_and_kept():
    env = with_cache()
    assert plan(LOWPASS, env=env)["costs"] == "measured"
    with open(COSTS) as file:
        first = file.read()
    assert first.startswith("sinew-costs 2\n") and first.endswith("\nend\n")
    assert os.listdir("cache/sinew") == ["costs"]
    assert COSTS in sinew("plan", model(LOWPASS), *RATE, "--explain", env=env).stdout.decode()
    with open(COSTS) as file:
        assert file.read() == first
    write(COSTS, first.replace("\nend", "\n"))  # damaged: measured again
    assert plan(LOWPASS, env=env)["costs"] == "measured"
    with open(COSTS) as file:
        assert file.read().endswith("\nend\n")
    sinew("plan", model(LOWPASS), *RATE, "--calibrate", env=env)


def set_costs(**kinds):
    """Those whose names begin so; returns the file's text."""
    with open(COSTS) as file:
        lines = [line.split() for line in file.read().splitlines()]
    for line in lines:
        line[1:] = [kinds.get(line[0].split("_")[0], value) for value in line[1:]]
    text = "".join(" ".join(line) + "\n" for line in lines)
    write(COSTS, text)
    return text


def test_costs_from_the_file_decide():
    env = with_cache()
    plan(LOWPASS, env=env)
    dear = set_costs(registers="1e5", block="1e5")
    assert plan(LOWPASS, env=env)["engine"] == "scan"
    got = json.loads(sinew("info", model(LOWPASS), *RATE, "--json", env=env).stdout)
    assert got["rates"][0]["engine"] == "scan"
    got = json.loads(sinew("bench", "filter", "--json", env=env).stdout)
    assert got["engine"] == "scan" and got["dtype"] == "f64"
    numpy.save("in.npy", numpy.random.default_rng(1).standard_normal((500, 1)))
    for name, more in ("kept.npy", {"env": env}), ("built_in.npy", {}):
        sinew("run", model(LOWPASS), "in.npy", name, *RATE, **more)
    for engine in "scan", "block":
        sinew("run", model(LOWPASS), "in.npy", engine + ".npy", *RATE, "--engine", engine)
    assert same("kept.npy", "scan.npy") and same("built_in.npy", "block.npy")
    assert not same("scan.npy", "block.npy")
    with open(COSTS) as file:
        assert file.read() == dear


def test_run_measures_and_keeps_what_it_needs():
    env = with_cache()
    numpy.save("in.npy", numpy.ones((5, 1)))
    run = ("run", model(LOWPASS), "in.npy", "out.npy", *RATE)
    sinew(*run, "--engine", "scan", env=env)
    sinew("info", model(LOWPASS), *RATE, env=env)
    sinew("run", model("system: {fir: {taps: [1, 0.5], rate_hz: 48k}}\n", "fir.yaml"),
          "in.npy", "out.npy", *RATE, env=env)  # a kernel has one engine
    assert not os.path.exists("cache")
    sinew(*run, env=env)
    assert os.path.exists(COSTS)


def test_a_run_of_a_file_plans_for_long_calls():
    numpy.save("in.npy", numpy.random.default_rng(1).standard_normal((500, 1)))
    env = with_cache()
    plan(LOWPASS, env=env)
    # dear: frames that do not fill a block
    set_costs(scan="10", registers="0.001", piece="1e5", convolve="1e5")
    assert plan(LOWPASS, "--block", 1, env=env)["engine"] == "scan"
    assert plan(LOWPASS, env=env)["engine"] == "block"
    for name, block in (("short.npy", 1), ("long.npy", 4096)):
        sinew("run", model(LOWPASS), "in.npy", name, *RATE, "--block", block, env=env)
    sinew("run", model(LOWPASS), "in.npy", "block.npy", *RATE, "--engine", "block")
    assert same("short.npy", "block.npy") and same("long.npy", "block.npy")


def test_costs_are_kept_in_a_file_only():
    """Not in a pipe, which would wait for somebody who reads, nor in a device."""
    os.makedirs("cache/sinew")
    os.mkfifo(COSTS)
    got = sinew("plan", model(LOWPASS), *RATE, "--calibrate", "--explain", env=with_cache())
    assert "costs are not kept" in got.messages and b"kept in" not in got.stdout, got
    assert plan(LOWPASS, env=with_cache())["costs"] == "measured"


def test_no_place_to_keep_them_is_no_failure():
    write("file", "")
    env = dict(os.environ, XDG_CACHE_HOME=os.path.abspath("file"))
    assert plan(LOWPASS, env=env)["costs"] == "measured"
    assert plan(LOWPASS, "--calibrate")["costs"] == "measured"  # no folder at all
    os.makedirs("cache/sinew/costs")  # neither read nor written
    for _ in range(2):
        assert plan(LOWPASS, env=with_cache())["costs"] == "measured"
    assert os.listdir("cache/sinew") == ["costs"]
    no_leftovers("cache", "file", "model.yaml")


main(globals())
