#!/usr/bin/python3
"""Drive a car through a town and write what its receiver says: gps.csv, and where it really was:
gps-truth.csv. make_gps.py [FOLDER]. Equal versions of numpy give equal bytes.

The car is a point that rolls where it heads (a bicycle model): its speed follows what the street
allows by at most 2 m/s^2, 3 when it brakes; bends are driven with at most 3 m/s^2 across. The motion is
integrated in steps of 5 ms. The receiver gives a fix about once a second, never at the same place of
the second, wrong by 4 m (one sigma, east and north each); one fix in fifteen is lost, and all of them in a
tunnel of 20 s. A lost fix is an empty cell: when it was due is known.
"""
import math
import os
import sys

import numpy as np

STEP_S = 0.005
NOISE_M = 4.0
SPEED_UP, BRAKE, ACROSS = 2.0, 3.0, 3.0  # m/s^2

# metres along, radius of the bend to the left (negative: right; 0: straight), speed limit in m/s,
# seconds to wait at the end
STREETS = [(180, 0, 14, 0), (14 * math.pi / 2, 14, 14, 0), (240, 0, 14, 12), (160, 0, 14, 0),
           (20 * math.pi / 2, -20, 14, 0), (420, 0, 22, 0), (150 * math.pi / 3, 150, 22, 0),
           (300, 0, 22, 0), (12 * math.pi, 12, 8, 0), (260, 0, 14, 8), (25 * math.pi / 2, -25, 14, 0),
           (350, 0, 14, 0)]
TUNNEL_S = (118.0, 138.0)


def corner_speed(radius, limit):
    return min(limit, math.sqrt(ACROSS * abs(radius))) if radius else limit


def drive():
    """Times, east, north every step."""
    t = east = north = heading = speed = 0.0
    rows = [(t, east, north)]
    for k, (length, radius, limit, wait) in enumerate(STREETS):
        last = k + 1 == len(STREETS)
        at_end = 0.0 if wait or last else corner_speed(STREETS[k + 1][1], STREETS[k + 1][2])
        limit, done = corner_speed(radius, limit), 0.0
        while length - done > 0.01:
            # fast enough to be slow enough at the end of the street
            allowed = min(limit, math.sqrt(at_end**2 + 2 * 0.9 * BRAKE * (length - done)))
            change = max(-BRAKE * STEP_S, min(SPEED_UP * STEP_S, allowed - speed))
            speed = max(speed + change, 0.05)
            turn = speed / radius * STEP_S if radius else 0.0
            way = speed * STEP_S
            east += way * math.cos(heading + turn / 2)
            north += way * math.sin(heading + turn / 2)
            heading += turn
            done += way
            t += STEP_S
            rows.append((t, east, north))
        if wait:
            speed = 0.0
            rows.append((t + wait - STEP_S, east, north))
            t += wait
    return np.array(rows)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "."
    rng = np.random.default_rng(20)
    path = drive()
    due = np.arange(0.5, path[-1, 0] - 0.5)
    times = np.round(due + rng.uniform(-0.3, 0.3, len(due)), 3)
    truth = np.stack([np.interp(times, path[:, 0], path[:, c]) for c in (1, 2)], axis=1)
    fixes = truth + rng.normal(0, NOISE_M, truth.shape)
    lost = (rng.random(len(times)) < 1 / 15) | ((times > TUNNEL_S[0]) & (times < TUNNEL_S[1]))
    with open(os.path.join(folder, "gps.csv"), "w") as f:
        f.write("seconds,east_m,north_m\n")
        for t, fix, gone in zip(times, fixes, lost):
            f.write("%.3f,%s\n" % (t, "," if gone else "%.2f,%.2f" % tuple(fix)))
    with open(os.path.join(folder, "gps-truth.csv"), "w") as f:
        f.write("seconds,east_m,north_m\n")
        for t, place in zip(times, truth):
            f.write("%.3f,%.3f,%.3f\n" % (t, *place))


if __name__ == "__main__":
    main()
