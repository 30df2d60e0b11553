/* A whole record, forwards and back (Rauch, Tung, Striebel 1965), in roots (Park, Kailath 1995).
 *
 * Forwards, the rows of a step carry the state before it along:
 *
 *     [U F', U; U_Q, 0] -> [U+, G_; 0, U|]      U'+ G_ = F P, so that the smoother's gain
 *                                               G = P F' P+^-1 is the solution of U+ G' = G_
 *
 * and U| is the root of what is not known of x(t) when x(t + dt) is. Backwards
 *
 *     xs = x + G (xs+ - x+),   [U|; Us+ G'] -> [Us; 0]
 */
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
    double *stack;    /* (2 order, 2 order) */
    sinew_belief now; /* of the frame at hand */
    /* for smoothing, of each frame: the mean, the mean that was expected, G', U| */
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

/* U X = B in place of B (n, n). What is known exactly has a diagonal of rounding only, and there
 * is nothing that it could tell: X is 0 there. */
static void solve_upper(const double *U, double *B, size_t n)
{
    for (size_t i = n; i-- > 0;) {
        double size = 0, pivot = U[i * n + i];
        for (size_t k = 0; k <= i; k++)
            size = hypot(size, U[k * n + i]);
        bool known = !(fabs(pivot) > 1e-15 * (double)n * size);
        for (size_t j = 0; j < n; j++) {
            double sum = B[i * n + j];
            for (size_t k = i + 1; k < n; k++)
                sum -= U[i * n + k] * B[k * n + j];
            B[i * n + j] = known ? 0 : sum / pivot;
        }
    }
}

/* The gain and the root that lead back to frame t - 1, before the step is taken. */
static void look_back(const pass *p, const sinew_step_at *at, size_t t)
{
    size_t n = p->k->order, wide = 2 * n;
    double *gain = p->gains + (t - 1) * n * n, *root = p->roots + (t - 1) * n * n;
    double *moved = p->scratch, *U = p->scratch + n;
    memset(p->stack, 0, wide * wide * sizeof *p->stack);
    for (size_t i = 0; i < n; i++) {
        double *row = p->stack + i * wide, *noise = p->stack + (n + i) * wide;
        sinew_steps_move(&p->k->steps, at, p->now.U + i * n, NULL, NULL, moved);
        memcpy(row, moved, n * sizeof *row);
        memcpy(row + n, p->now.U + i * n, n * sizeof *row);
        memcpy(noise, at->extra + i * n, n * sizeof *noise);
    }
    sinew_root_turn(p->stack, wide, wide);
    for (size_t i = 0; i < n; i++) {
        memcpy(U + i * n, p->stack + i * wide, n * sizeof *U);
        memcpy(gain + i * n, p->stack + i * wide + n, n * sizeof *gain);
        memcpy(root + i * n, p->stack + (n + i) * wide + n, n * sizeof *root);
    }
    solve_upper(U, gain, n);
}

/* Frames at one time are one state: G = I, and nothing is left to be known. */
static void look_back_at_once(const pass *p, size_t t)
{
    size_t n = p->k->order;
    double *gain = p->gains + (t - 1) * n * n;
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
        sinew_step_at at = sinew_kalman_step(k, p->kept, r->step_s[t], p->scratch);
        if (p->means)
            look_back(p, &at, t);
        sinew_kalman_predict(k, &p->now, &at, p->u, p->u + q, p->scratch);
    } else if (t > 0 && p->means)
        look_back_at_once(p, t);
    memcpy(p->u, p->u + q, q * sizeof *p->u);
    if (p->means)
        memcpy(p->expected + t * n, p->now.x, n * sizeof *p->expected);
    sinew_kalman_update(k, &p->now, frame_of(r->measured, t, k->measured), p->u, p->innovations,
                        &r->log_likelihood, p->scratch);
    if (p->means)
        memcpy(p->means + t * n, p->now.x, n * sizeof *p->means);
    if (r->filtered)
        memcpy(r->filtered + t * n, p->now.x, n * sizeof *r->filtered);
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
    double *x = p->scratch, *stack = p->stack;
    memcpy(x, p->means + t * n, n * sizeof *x);
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++)
            x[i] += gain[j * n + i] * (p->now.x[j] - expected[j]);
    memcpy(p->now.x, x, n * sizeof *x);
    memset(stack, 0, 2 * n * n * sizeof *stack);
    memcpy(stack, p->roots + t * n * n, n * n * sizeof *stack);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++)
            for (size_t l = 0; l < n; l++)
                stack[(n + i) * n + l] += p->now.U[i * n + j] * gain[j * n + l];
    sinew_root_turn(stack, 2 * n, n);
    memcpy(p->now.U, stack, n * n * sizeof *stack);
}

static void put_smoothed(const pass *p, size_t t)
{
    size_t n = p->k->order;
    if (p->record->smoothed)
        memcpy(p->record->smoothed + t * n, p->now.x, n * sizeof(double));
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
    size_t n = k->order, frames = record->n_frames, scratch = sinew_kalman_scratch(k) + n + n * n;
    bool smooth = record->smoothed || record->smoothed_covariance;
    size_t fixed = sinew_steps_doubles(&k->steps) + 2 * k->inputs + k->measured + 4 * n * n + n +
                   n * n + scratch;
    double *all = sinew_alloc(fixed, sizeof *all);
    double *kept_frames = sinew_alloc(smooth ? frames : 0, 2 * n * (n + 1) * sizeof *kept_frames);
    if (!all || !kept_frames)
        status = sinew_fail_memory(error);
    else {
        pass p = {.k = k, .record = record, .kept = all};
        p.u = all + sinew_steps_doubles(&k->steps);
        p.innovations = p.u + 2 * k->inputs;
        p.stack = p.innovations + k->measured;
        p.now = (sinew_belief){p.stack + 4 * n * n, p.stack + 4 * n * n + n};
        p.scratch = p.now.U + n * n;
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
