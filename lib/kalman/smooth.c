/* A whole record, forwards and back (Rauch, Tung, Striebel 1965), in roots (Park, Kailath 1995).
 *
 * Forwards, the rows of a step carry the state before it along, and what is known of both:
 *
 *     [U F', U, z; U_Q, 0, 0] -> [U+, V, z+; 0, W, r]    x = m + V'z+ + W'r + a random part, root W
 *
 * so that the smoother's gain G = P F' P+^-1 is the solution of U+ G' = V. Backwards
 *
 *     xs = m + W'r + G (xs+ - m+),   [W; Us+ G'] -> [Us; 0]
 *
 * where nothing large is taken from something large. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "kalman/kalman.h"
#include "math/root.h"

typedef struct pass {
    const sinew_kalman *k;
    sinew_kalman_record *record;
    double *kept, *u, *innovations, *scratch;
    double *stack;    /* (2 order, order) twice */
    sinew_belief now; /* of the frame at hand; backwards: m is the smoothed mean */
    double *x;
    /* for smoothing, of each frame: m + W'r, m before it was measured, G', W */
    double *means, *expected, *gains, *roots;
} pass;

static const double *frame_of(const double *frames, size_t t, size_t width)
{
    return frames ? frames + t * width : NULL;
}

static void put_root(double *covariances, size_t t, const double *U, size_t n)
{
    if (covariances)
        sinew_root_square(covariances + t * n * n, U, n);
}

/* G' (n, n) of U+ G' = V: 0 for what of x+ tells nothing of its own. */
static void find_gain(const pass *p, const double *V, double *gain)
{
    size_t n = p->k->order;
    const double *U = p->now.U;
    memset(gain, 0, n * n * sizeof *gain);
    for (size_t i = n; i-- > 0;) {
        size_t pivot = sinew_root_pivot(U, i, n, p->k->steps.held.scale);
        if (pivot == n)
            continue;
        for (size_t j = 0; j < n; j++) {
            double sum = V[i * n + j];
            for (size_t l = 0; l < n; l++)
                sum -= l == pivot ? 0 : U[i * n + l] * gain[l * n + j];
            gain[pivot * n + j] = sum / U[i * n + pivot];
        }
    }
}

/* Over a step, and what leads back to frame t - 1. */
static void step_over(const pass *p, const sinew_kalman_step *step, size_t t)
{
    size_t n = p->k->order;
    const double *u1 = p->u + p->k->inputs;
    if (!p->means) {
        sinew_kalman_predict(p->k, &p->now, step, p->u, u1, NULL, p->scratch);
        return;
    }
    sinew_kalman_back back = {p->stack, p->roots + (t - 1) * n * n, p->means + (t - 1) * n};
    memcpy(back.V, p->now.U, n * n * sizeof *back.V);
    memset(back.W, 0, n * n * sizeof *back.W);
    memcpy(back.w, p->now.m, n * sizeof *back.w);
    sinew_kalman_predict(p->k, &p->now, step, p->u, u1, &back, p->scratch);
    find_gain(p, back.V, p->gains + (t - 1) * n * n);
}

/* Frames at one time are one state: G = I, and nothing is left to be known. */
static void look_back_at_once(const pass *p, size_t t)
{
    size_t n = p->k->order;
    double *gain = p->gains + (t - 1) * n * n;
    memcpy(p->means + (t - 1) * n, p->now.m, n * sizeof *p->means);
    memset(p->roots + (t - 1) * n * n, 0, n * n * sizeof *gain);
    for (size_t i = 0; i < n * n; i++)
        gain[i] = i % (n + 1) == 0 ? 1 : 0;
}

static void known_inputs(const pass *p, size_t t)
{
    size_t q = p->k->inputs;
    const double *u = frame_of(p->record->inputs, t, q);
    for (size_t i = 0; i < q; i++)
        p->u[q + i] = isfinite(u[i]) ? u[i] : p->u[i];
}

static void filter_frame(const pass *p, size_t t)
{
    const sinew_kalman *k = p->k;
    sinew_kalman_record *r = p->record;
    size_t n = k->order, q = k->inputs;
    known_inputs(p, t);
    if (t > 0 && r->step_s[t] > 0) {
        sinew_kalman_step step = sinew_kalman_find_step(k, p->kept, r->step_s[t], p->scratch);
        step_over(p, &step, t);
    } else if (t > 0 && p->means)
        look_back_at_once(p, t);
    memcpy(p->u, p->u + q, q * sizeof *p->u);
    if (p->means)
        memcpy(p->expected + t * n, p->now.m, n * sizeof *p->expected);
    sinew_kalman_update(k, &p->now, frame_of(r->measured, t, k->measured), p->u, p->innovations,
                        &r->log_likelihood, p->scratch);
    if (r->filtered)
        sinew_kalman_mean(k, &p->now, r->filtered + t * n);
    put_root(r->filtered_covariance, t, p->now.U, n);
    if (r->innovations)
        memcpy(r->innovations + t * k->measured, p->innovations,
               k->measured * sizeof *r->innovations);
}

/* From frame t + 1, smoothed, to frame t. */
static void smooth_frame(const pass *p, size_t t)
{
    size_t n = p->k->order;
    const double *gain = p->gains + t * n * n, *expected = p->expected + (t + 1) * n;
    double *x = p->x, *stack = p->stack;
    memcpy(x, p->means + t * n, n * sizeof *x);
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++)
            x[i] += gain[j * n + i] * (p->now.m[j] - expected[j]);
    memcpy(p->now.m, x, n * sizeof *x);
    memset(stack, 0, 2 * n * n * sizeof *stack);
    memcpy(stack, p->roots + t * n * n, n * n * sizeof *stack);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            for (size_t l = 0; l < n; l++)
                stack[(n + i) * n + l] += p->now.U[i * n + j] * gain[j * n + l];
    sinew_root_grade(stack, 2 * n, n, n, p->k->steps.held.scale, p->stack + 2 * n * n);
    memcpy(p->now.U, stack, n * n * sizeof *stack);
}

static void put_smoothed(const pass *p, size_t t)
{
    size_t n = p->k->order;
    if (p->record->smoothed)
        memcpy(p->record->smoothed + t * n, p->now.m, n * sizeof(double));
    put_root(p->record->smoothed_covariance, t, p->now.U, n);
}

static void run(const pass *p)
{
    size_t frames = p->record->n_frames;
    p->record->log_likelihood = 0;
    sinew_kalman_start(p->k, &p->now);
    for (size_t t = 0; t < frames; t++)
        filter_frame(p, t);
    if (!p->means || frames == 0)
        return;
    sinew_kalman_mean(p->k, &p->now, p->x);
    memcpy(p->now.m, p->x, p->k->order * sizeof *p->x);
    put_smoothed(p, frames - 1);
    for (size_t t = frames - 1; t-- > 0;) {
        smooth_frame(p, t);
        put_smoothed(p, t);
    }
}

static sinew_status check(const sinew_kalman *k, const sinew_kalman_record *r, sinew_error *error)
{
    if (!k || !r || (r->n_frames > 0 && (!r->measured || (r->n_frames > 1 && !r->step_s))))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a record has steps and measurements");
    if (k->inputs > 0 && r->n_frames > 0 && !r->inputs)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "the known inputs are not in the record");
    for (size_t t = 1; t < r->n_frames; t++)
        if (!(r->step_s[t] >= 0) || !isfinite(r->step_s[t]))
            return sinew_fail(error, SINEW_ERR_ARGUMENT, "the step of frame %zu is %g s", t,
                              r->step_s[t]);
    return SINEW_OK;
}

sinew_status sinew_kalman_smooth(const sinew_kalman *k, sinew_kalman_record *record,
                                 sinew_error *error)
{
    sinew_status status = check(k, record, error);
    if (status)
        return status;
    size_t n = k->order, frames = record->n_frames, belief = sinew_belief_doubles(k);
    bool smooth = record->smoothed || record->smoothed_covariance;
    size_t fixed = sinew_steps_doubles(&k->steps) + 2 * k->inputs + k->measured + 4 * n * n +
                   belief + n + sinew_kalman_scratch(k);
    double *all = sinew_alloc(fixed, sizeof *all);
    double *kept_frames = sinew_alloc(smooth ? frames : 0, 2 * n * (n + 1) * sizeof *kept_frames);
    if (!all || !kept_frames)
        status = sinew_fail_memory(error);
    else {
        pass p = {.k = k, .record = record, .kept = all};
        p.u = all + sinew_steps_doubles(&k->steps);
        p.innovations = p.u + 2 * k->inputs;
        p.stack = p.innovations + k->measured;
        p.now = sinew_belief_at(k, p.stack + 4 * n * n);
        p.x = p.stack + 4 * n * n + belief;
        p.scratch = p.x + n;
        if (smooth) {
            p.means = kept_frames;
            p.expected = p.means + frames * n;
            p.gains = p.expected + frames * n;
            p.roots = p.gains + frames * n * n;
        }
        run(&p);
    }
    sinew_free(all);
    sinew_free(kept_frames);
    return status;
}
