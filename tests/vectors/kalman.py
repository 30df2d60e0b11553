#!/usr/bin/python3
"""Writes kalman_vectors.h: the textbook's Kalman filter and smoother (Anderson, Moore 1979; Rauch,
Tung, Striebel 1965), dense, in covariances, with 250 digits, which gaps need; the noise of a step is the second block
of Van Loan 1978. ./kalman.py > kalman_vectors.h"""
import numpy as np
from mpmath import expm, eye, log, matrix, mp, mpf, pi, zeros

mp.dps = 250
FRAMES = 20


def mat(a):
    a = np.atleast_2d(np.asarray(a, float))
    return matrix([[mpf(float(v)) for v in row] for row in a])


def block(n, parts):
    out = zeros(n, n)
    for i, j, m in parts:
        for a in range(m.rows):
            for b in range(m.cols):
                out[i + a, j + b] = m[a, b]
    return out


def part(m, i, j, rows, columns):
    return matrix([[m[i + a, j + b] for b in range(columns)] for a in range(rows)])


def steps_of(c, dt):
    """F, G1, G2 and Q(dt)."""
    A, B, GQG = c["A"], c["B"], c["G"] * c["Q"] * c["G"].T
    n, q = A.rows, B.cols
    E = expm(block(n + 2 * q, [(0, 0, A * dt), (0, n, B * dt), (n, n + q, eye(q))]))
    V = expm(block(2 * n, [(0, 0, -A * dt), (0, n, GQG * dt), (n, n, A.T * dt)]))
    F = part(E, 0, 0, n, n)
    return F, part(E, 0, n, n, q), part(E, 0, n + q, n, q), part(V, n, n, n, n).T * part(V, 0, n, n, n)


def lyapunov(A, N):
    n = A.rows
    M, b = zeros(n * n, n * n), zeros(n * n, 1)
    for i in range(n):
        for j in range(n):
            b[i * n + j] = -N[i, j]
            for k in range(n):
                M[i * n + j, k * n + j] += A[i, k]
                M[i * n + j, i * n + k] += A[j, k]
    x = mp.lu_solve(M, b)
    return matrix([[x[i * n + j] for j in range(n)] for i in range(n)])


def run(c, steps, y, u):
    x, P, likelihood = c["mean"], c["P0"], mpf(0)
    n, known = c["A"].rows, c["hold"] is not None
    filtered, expected, moves = [], [], []
    for t in range(len(y)):
        if t:
            F, G1, G2, Q = steps_of(c, mpf(steps[t]))
            x = F * x
            if known:
                u0, u1 = mat(u[t - 1]).T, mat(u[t]).T
                x += G1 * u0 + (G2 * (u1 - u0) if c["hold"] == "foh" else zeros(n, 1))
            P = F * P * F.T + Q
            moves.append(F)
        expected.append((x, P))
        there = [i for i in range(y.shape[1]) if np.isfinite(y[t, i])]
        if there:
            H = matrix([[c["C"][i, j] for j in range(n)] for i in there])
            R = matrix([[c["R"][i, j] for j in there] for i in there])
            e = matrix([mpf(float(y[t, i])) for i in there]) - H * x
            if known:
                D = matrix([[c["D"][i, j] for j in range(c["D"].cols)] for i in there])
                e -= D * mat(u[t]).T
            S = H * P * H.T + R
            inverse = S ** -1
            K = P * H.T * inverse
            x, P = x + K * e, (eye(n) - K * H) * P
            likelihood -= ((e.T * inverse * e)[0] + log(mp.det(S)) + len(there) * log(2 * pi)) / 2
        filtered.append((x, P))
    smoothed = [filtered[-1]]
    for t in range(len(y) - 2, -1, -1):
        (x, P), (xe, Pe), (xs, Ps) = filtered[t], expected[t + 1], smoothed[0]
        G = P * moves[t].T * Pe ** -1
        smoothed.insert(0, (x + G * (xs - xe), P + G * (Ps - Pe) * G.T))
    return filtered, smoothed, likelihood


def numbers(name, values):
    values = [float(v) for v in values]
    text = ["NAN" if v != v else "%.17g" % v for v in values]
    rows = [", ".join(text[k:k + 4]) for k in range(0, len(text), 4)]
    print("static const double %s[] = {%s};" % (name, ",\n    ".join(rows) or "0"))


def cases(rng):
    a2 = [[0, 1], [0, 0]]
    plane = np.kron(np.eye(2), a2)
    position = np.kron(np.eye(2), [[1, 0]])
    force = np.kron(np.eye(2), [[0], [1.0]])
    yield dict(name="position", A=plane, B=np.zeros((4, 1)), C=position, D=np.zeros((2, 1)),
               G=force, Q=[[2, 0.5], [0.5, 1]], R=[[9, 2], [2, 4]], mean=[1, 0, -2, 0],
               P0=np.diag([100, 25, 100, 25]), T=0.8)
    yield dict(name="vague", A=plane, B=np.zeros((4, 1)), C=position, D=np.zeros((2, 1)),
               G=force, Q=np.eye(2), R=np.eye(2), mean=np.zeros(4), P0=np.eye(4) * 1e8, T=0.5)
    A = rng.normal(size=(3, 3)) - 2 * np.eye(3)
    R = rng.normal(size=(2, 3))
    for hold in ("zoh", "foh"):
        yield dict(name="driven_" + hold, A=A, B=rng.normal(size=(3, 2)), C=rng.normal(size=(2, 3)),
                   D=rng.normal(size=(2, 2)), G=np.eye(3), Q=np.diag([1, 0.1, 2]), R=R @ R.T,
                   mean=[0.5, -1, 2], P0=np.eye(3), T=0.3, hold=hold)
    yield dict(name="at_rest", A=[[-1, 30, 0], [-30, -1, 0], [0, 1, -20]], B=np.zeros((3, 1)),
               C=[[1, 0, 2]], D=[[0]], G=[[0], [3], [1]], Q=[[4]], R=[[0.25]], mean=np.zeros(3),
               P0=None, T=0.1)
    yield dict(name="chain", A=np.eye(3, k=1), B=np.zeros((3, 1)), C=[[1, 0, 0], [0, 0, 1]],
               D=np.zeros((2, 1)), G=[[0], [0], [1]], Q=[[3]], R=np.diag([1e-4, 4]),
               mean=np.zeros(3), P0=np.diag([1, 1, 1.0]), T=0.25)
    # gaps of 25 s over which a state grows by e^40 while others are forgotten: seen, and not seen
    rng = np.random.default_rng(61)
    V = rng.normal(size=(4, 4)) + 2 * np.eye(4)
    lam = np.array([[1.6, 0, 0, 0], [0, -1, 2, 0], [0, -2, -1, 0], [0, 0, 0, -0.2]])
    yield dict(name="grows", A=V @ lam @ np.linalg.inv(V), B=rng.normal(size=(4, 1)),
               C=rng.normal(size=(2, 4)), D=np.zeros((2, 1)), G=np.eye(4), Q=np.eye(4) * 0.1,
               R=np.diag([1e-2, 3]), mean=[1, -1, 0, 2], P0=np.eye(4), T=0.1, gap=25, hold="foh", allowed=1e-12)
    yield dict(name="unseen", A=[[-2, 0, 1, 0], [3, 1.6, 0, -1], [-1, 0, -2, 0], [1, 0, 2, -3]],
               B=np.zeros((4, 1)), C=[[1, 0, 0, 0], [0, 0, 1, 0]], D=np.zeros((2, 1)),
               G=rng.normal(size=(4, 3)), Q=np.eye(3), R=np.eye(2), mean=np.ones(4),
               P0=np.eye(4), T=0.1, gap=25, allowed=1e-12, settles=False)
    # one noise for four states: over 130 s the rest decays by up to e^-150, and F has no inverse
    A = np.array([[-0.1, -0.3, -0.2, -0.2], [-0.5, -1, -0.4, 0], [-0.5, 0, -0.3, 0], [0, 0, 0, -0.6]])
    yield dict(name="forgets", A=A, B=rng.normal(size=(4, 1)), C=np.eye(2, 4), D=np.zeros((2, 1)),
               G=[[1], [0], [0], [0]], Q=[[1e-2]], R=np.diag([10, 20]), mean=np.ones(4),
               P0=np.eye(4) * 0.01, T=0.1, gap=130, hold="zoh",
               allowed=1e-12)


def main():
    rng = np.random.default_rng(7)
    print("/* Written by kalman.py; do not edit. */\n#ifndef KALMAN_VECTORS_H\n"
          "#define KALMAN_VECTORS_H\n\n#include <math.h>\n\n#include \"sinew/kalman.h\"\n")
    rows = []
    for c in cases(rng):
        name, T, hold = c["name"], c.pop("T"), c.get("hold")
        c["hold"] = hold
        for k in "ABCDGQR":
            c[k] = mat(c[k])
        c["mean"] = mat(c["mean"]).T
        given = c["P0"] is not None
        c["P0"] = mat(c["P0"]) if given else lyapunov(c["A"], c["G"] * c["Q"] * c["G"].T)
        n, p, q = c["A"].rows, c["C"].rows, c["B"].cols
        steps = T * rng.exponential(size=FRAMES)
        steps[::4] = T
        steps[9] = c.pop("gap", 12 * T)
        steps[14] = 0 if name == "position" else steps[14]
        y = np.cumsum(rng.normal(size=(FRAMES, p)), axis=0)
        y[3:6, 0] = np.nan
        y[7] = y[11] = np.nan
        y[5, -1] = np.nan
        u = rng.normal(size=(FRAMES, q))
        filtered, smoothed, likelihood = run(c, steps, y, u)
        for k in "ABCDGQR":
            numbers("%s_%s" % (name, k), c[k])
        numbers(name + "_mean", c["mean"])
        numbers(name + "_P0", c["P0"])
        numbers(name + "_steps", steps)
        numbers(name + "_y", y.ravel())
        numbers(name + "_u", u.ravel())
        for kind, list_ in (("filtered", filtered), ("smoothed", smoothed)):
            numbers("%s_%s" % (name, kind), [v for x, _ in list_ for v in x])
            numbers("%s_%s_P" % (name, kind), [v for _, P in list_ for v in P])
        dt = float(steps[1])
        numbers(name + "_noise", steps_of(c, mpf(dt))[3])
        rows.append(
            "    {\"%s\", {%d, %d, %d, %s_A, %s_B, %s_C, %s_D},\n     {%d, %s_G, %s_Q, %s_R, %s_mean, %s, %s, %s},\n"
            "     %s_steps, %s_y, %s_u, %s_filtered, %s_filtered_P, %s_smoothed, %s_smoothed_P, %s_noise, %.17g, %g, %s}," % (
                name, n, q, p, name, name, name, name, c["G"].cols, name, name, name, name,
                name + "_P0" if given else "NULL", "true" if hold else "false",
                "SINEW_METHOD_FOH" if hold == "foh" else "SINEW_METHOD_ZOH",
                name, name, name, name, name, name, name, name, float(likelihood),
                c.get("allowed", 1e-13), "true" if c.get("settles", True) else "false"))
    print("enum { KALMAN_FRAMES = %d };" % FRAMES)
    print("static const struct {\n    const char *name;\n    sinew_matrices system;\n"
          "    sinew_kalman_opts opts;\n    const double *steps, *y, *u;\n"
          "    const double *filtered, *filtered_P, *smoothed, *smoothed_P;\n"
          "    const double *noise; /* of steps[1] */\n    double likelihood, allowed;\n    bool settles;\n"
          "} kalman_vectors[] = {")
    print("\n".join(rows))
    print("};\n\n#endif")


main()
