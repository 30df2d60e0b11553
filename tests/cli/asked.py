#!/usr/bin/python3
"""A saved state is of one question: every key of a description makes another model of it."""
import itertools
import json

from harness import main, model, sinew, write

MATRICES = {"A": [[-1, 0.5], [0, -2]], "B": [[1], [0.5]], "C": [[1, 1]], "D": [[0.25]]}
LAG, SLOW = {"zpk": {"poles": [-5]}}, {"zpk": {"poles": [-6]}}


def varied(kind, base, *changes):
    """The description of `base`, and of each change to it."""
    return [{"system": {kind: {**base, **change}}} for change in ({}, *changes)]


def loop(first=LAG, second=SLOW, error=("r", "-y"), outputs=("y",)):
    return {"system": {"connect": {
        "systems": [{"name": "c", "system": first, "inputs": ["e"], "outputs": ["u"]},
                    {"name": "p", "system": second, "inputs": ["u"], "outputs": ["y"]}],
        "sums": {"e": list(error)}, "inputs": ["r"], "outputs": list(outputs)}}}


def methods():
    ways = [{}, *({"method": m} for m in ("foh", "bilinear", "euler", "backward", "impulse",
                                          "matched", "decramped"))]
    ways += [{"method": "bilinear", "prewarp_hz": f} for f in (3, 4)]
    ways += [{"method": "gbt", "alpha": a} for a in (0.3, 0.4)]
    return [{"system": {"ss": MATRICES}, **way} for way in ways]


def members():
    near, far = {**LAG, "prewarp_hz": 4}, {**LAG, "prewarp_hz": 5}
    lists = [[LAG, SLOW], [SLOW, LAG], [near, SLOW], [far, SLOW], [LAG, {**SLOW, "prewarp_hz": 4}]]
    return [{"system": {verb: ms}, "method": "bilinear"}
            for verb in ("series", "parallel") for ms in lists]


FAMILIES = {
    "ss": varied("ss", MATRICES, {"A": [[-1, 0.5], [0, -3]]}, {"B": [[1], [1]]}, {"C": [[1, 2]]},
                 {"D": [[0.5]]}),
    "zpk": varied("zpk", {"zeros": [-3], "poles": [-5, -6], "gain": 2}, {"zeros": [-4]},
                  {"poles": [-5, -7]}, {"gain": 3}, {"zeros": []}),
    "tf": varied("tf", {"num": [1, 3], "den": [1, 11, 30]}, {"num": [1, 4]}, {"den": [1, 12, 30]}),
    "design": varied("design", {"family": "elliptic", "band": "lowpass", "order": 3,
                                "edges_hz": [3], "ripple_db": 1, "attenuation_db": 40},
                     {"order": 4}, {"edges_hz": [4]}, {"ripple_db": 2}, {"attenuation_db": 41},
                     {"band": "highpass"}, {"band": "bandpass", "edges_hz": [3, 5]}),
    "bessel": varied("design", {"family": "bessel", "band": "lowpass", "order": 3, "edges_hz": [3]},
                     {"norm": "delay"}, {"norm": "magnitude"}),
    "eq": varied("eq", {"type": "peaking", "hz": 5, "q": 0.7, "gain_db": 3}, {"hz": 6}, {"q": 0.8},
                 {"gain_db": 4}, {"type": "low_shelf"}, {"type": "high_shelf"}),
    "weighting": [{"system": {"weighting": w}} for w in ("A", "B", "C", "468")],
    "gammatone": varied("gammatone", {"hz": 5}, {"hz": 6}, {"order": 3}, {"bandwidth_hz": 2},
                        {"phase": 0.5}),
    "methods": methods(),
    "members": members(),
    "feedback": varied("feedback", {"forward": LAG, "back": LAG}, {"forward": SLOW},
                       {"back": SLOW}, {"sign": "positive"}),
    "connect": [loop(), loop(SLOW), loop(error=("r", "y")), loop(error=("r", "-0.5*y")),
                loop(outputs=("u",)), loop(outputs=("e",))],
    "hippo": varied("hippo", {"measure": "legt", "order": 2, "C": [[1, 1]]}, {"C": [[1, 2]]},
                    {"window_s": 2}, {"measure": "legs"}, {"measure": "fout"}, {"halved": True},
                    {"lmu": True}, {"measure": "lagt"}, {"measure": "lagt", "tilted": True},
                    {"measure": "fout", "idle_sine": True}),
    "s4d": varied("s4d", {"init": "legs", "order": 4}, {"order": 6}, {"window_s": 2},
                  {"init": "inv"}, {"init": "real"}, {"whole_B": True}, {"clip_B": 1.5},
                  {"C": [[1, 0], [2, 0]]}),
    "dplr": varied("dplr", {"lambda": [[-0.5, 3]], "P": [[[1, 0]]], "B": [[1, 0]], "C": [[1, 0]]},
                   {"lambda": [[-0.5, 4]]}, {"P": [[[2, 0]]]}, {"Q": [[[2, 0]]]}, {"B": [[2, 0]]},
                   {"C": [[2, 0]]}, {"D": 1}, {"doubled": True},
                   {"truncated_frames": 16, "truncated_step_s": 0.01},
                   {"truncated_frames": 32, "truncated_step_s": 0.01},
                   {"truncated_frames": 16, "truncated_step_s": 0.02}),
    "mass": varied("mass_spring_damper",
                   {"mass_kg": 1, "stiffness_n_per_m": 100, "damping_n_s_per_m": 3},
                   {"mass_kg": 2}, {"stiffness_n_per_m": 101}, {"damping_n_s_per_m": 4},
                   {"input": "base_displacement"}, {"output": "velocity"}),
    "rlc": varied("rlc", {"resistance_ohm": 50, "inductance_h": 1, "capacitance_f": 4e-3,
                          "output": "capacitor"},
                  {"resistance_ohm": 51}, {"inductance_h": 2}, {"capacitance_f": 5e-3},
                  {"output": "resistor"}, {"circuit": "parallel"}),
    "pade": varied("pade", {"delay_s": 0.1, "order": 3}, {"delay_s": 0.2}, {"order": 4}),
    "delayed": [{"system": {"delayed": {"delay_s": s, "system": of}}, **more}
                for s, of, more in ((0.123, LAG, {}), (0.1234, LAG, {}), (0.123, SLOW, {}),
                                    (0.123, LAG, {"thiran_order": 3}),
                                    (0.123, LAG, {"method": "bilinear"}))],
    "comb": varied("comb", {"teeth": "notch", "hz": 5, "q": 30}, {"teeth": "peak"}, {"hz": 6},
                   {"q": 31}, {"halfway": True}),
    "fir": [*varied("fir", {"taps": [1, 0.5], "rate_hz": 100}, {"taps": [1, 0.25]},
                    {"taps": [1, 0.5, 0]}, {"plus": LAG}, {"plus": SLOW}),
            {"system": {"fir": {"taps": [1, 0.5], "rate_hz": 100, "plus": LAG}},
             "method": "bilinear"}],
    "discrete": varied("discrete", {"ss": {**MATRICES, "A": [[0.5, 0.1], [0, 0.25]]},
                                    "rate_hz": 100},
                       {"rate_hz": 50}, {"method": "foh"}, {"method": "bilinear"},
                       {"method": "bilinear", "prewarp_hz": 3}, {"method": "gbt", "alpha": 0.7}),
}
KALMAN = {"process_noise": [[0.1, 0], [0, 0.2]], "measurement_noise": [[1]],
          "covariance": [[1, 0], [0, 1]], "known_inputs": True}


def questions_differ(descriptions, frame):
    write("in.csv", frame * 4)
    saved = []
    for i, description in enumerate(descriptions):
        path = model(json.dumps(description), "%d.yaml" % i)
        sinew("run", path, "in.csv", "out.csv", "--rate", "100", "--state-out", "%d.state" % i)
        with open("%d.state" % i, "rb") as f:
            saved.append(f.read(16)[8:])  # the model's hash
    for (a, hash_a), (b, hash_b) in itertools.combinations(enumerate(saved), 2):
        assert hash_a != hash_b, (descriptions[a], descriptions[b])
    done = sinew("run", "0.yaml", "in.csv", "out.csv", "--rate", "100", "--state-in", "1.state",
                 status=1)
    assert "1.state" in done.messages or "another" in done.messages, done.messages


def test_every_key_makes_another_model():
    for descriptions in FAMILIES.values():
        questions_differ(descriptions, "1\n")


def test_every_key_of_a_kalman_filter_makes_another_model():
    of = {"ss": {"A": [[0, 1], [0, 0]], "B": [[0], [1]], "C": [[1, 0]], "D": [[0]]}}
    changes = [{}, {"process_noise": [[0.1, 0], [0, 0.3]]}, {"measurement_noise": [[2]]},
               {"covariance": [[1, 0], [0, 2]]}, {"mean": [1, 0]}, {"noise_input": [[1, 0], [0, 2]]},
               {"output": "filtered"}, {"output": "innovations"}, {"deviations": True},
               {"steady": True}, {"steady": True, "output": "filtered"}]
    made = [{"system": of, "kalman": {**KALMAN, **change}} for change in changes]
    made.append({**made[0], "method": "foh"})
    questions_differ(made, "1,2\n")


main(globals())
