/* A whole record, forwards and back: the smoother of Rauch, Tung and Striebel (1965), by orthogonal
 * transformations alone (Paige, Saunders 1977, SIAM J. Numer. Anal. 14:180).
 *
 * Forwards, what leads back from each frame to the one before it is carried along with step and
 * measurement, in the coordinates q of the belief, x = m + U'q. Backwards, with all that was
 * measured
 *
 *     q = w + V'q+,   [W; S+ V] -> [S; 0],   xs = m + U'q,   Ps = (S U)'(S U)
 *
 * There is no inverse, of F least of all, which backwards makes large again what has decayed. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "kalman/kalman.h"
#include "math/matrix.h"
#include "math/root.h"

typedef struct pass {
    const sinew_kalman *k;
    sinew_kalman_record *record;
    double *kept, *u, *innovations, *scratch;
    sinew_belief now; /* of the frame at hand */
    double *frames;   /* for smoothing, of each frame: the belief, what leads back from it */
} pass;

static size_t frame_doubles(const sinew_kalman *k)
{
    return sinew_belief_doubles(k) + sinew_kalman_back_doubles(k);
}

static const double *frame_of(const double *frames, size_t t, size_t width)
{
    return frames ? frames + t * width : NULL;
}

static void put_root(double *covariances, size_t t, const double *U, size_t n)
{
    if (covariances)
        sinew_root_square(covariances + t * n * n, U, n);
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
    size_t n = k->order, q = k->inputs, belief = sinew_belief_doubles(k);
    double *frame = p->frames ? p->frames + t * frame_doubles(k) : NULL;
    sinew_kalman_back lead, *back = frame ? &lead : NULL;
    if (frame) {
        lead = sinew_kalman_back_at(k, frame + belief);
        sinew_kalman_back_start(k, back);
    }
    known_inputs(p, t);
    if (t > 0 && r->step_s[t] > 0) {
        sinew_kalman_step step = sinew_kalman_find_step(k, p->kept, r->step_s[t], p->scratch);
        sinew_kalman_predict(k, &p->now, &step, p->u, p->u + q, back, p->scratch);
    }
    memcpy(p->u, p->u + q, q * sizeof *p->u);
    sinew_kalman_update(k, &p->now, frame_of(r->measured, t, k->measured), p->u, back,
                        p->innovations, &r->log_likelihood, p->scratch);
    if (frame)
        memcpy(frame, p->now.m, belief * sizeof *frame);
    if (r->filtered)
        sinew_kalman_mean(k, &p->now, r->filtered + t * n);
    put_root(r->filtered_covariance, t, p->now.U, n);
    if (r->innovations)
        memcpy(r->innovations + t * k->measured, p->innovations,
               k->measured * sizeof *r->innovations);
}

/* q (n) and S (n, n) of frame t to those of frame t - 1. scratch: (2 n, n) */
static void lead_back(const pass *p, size_t t, double *q, double *S, double *scratch)
{
    size_t n = p->k->order;
    double *frame = p->frames + t * frame_doubles(p->k) + sinew_belief_doubles(p->k);
    sinew_kalman_back back = sinew_kalman_back_at(p->k, frame);
    for (size_t i = 0; i < n; i++)
        sinew_kalman_back_add(p->k, &back, back.V + i * n, q[i]);
    memcpy(q, back.w, n * sizeof *q);
    memcpy(scratch, back.W, n * n * sizeof *scratch);
    sinew_matrix_multiply(scratch + n * n, S, back.V, n, n, n);
    sinew_root_turn(scratch, 2 * n, n);
    memcpy(S, scratch, n * n * sizeof *S);
}

static void put_smoothed(const pass *p, size_t t, double *q, const double *S, double *root)
{
    size_t n = p->k->order;
    sinew_belief b = sinew_belief_at(p->k, p->frames + t * frame_doubles(p->k));
    b.z = q;
    if (p->record->smoothed)
        sinew_kalman_mean(p->k, &b, p->record->smoothed + t * n);
    sinew_matrix_multiply(root, S, b.U, n, n, n);
    put_root(p->record->smoothed_covariance, t, root, n);
}

static void run(const pass *p)
{
    size_t frames = p->record->n_frames, n = p->k->order;
    double *q = p->now.z, *S = p->now.U, *scratch = p->scratch;
    p->record->log_likelihood = 0;
    sinew_kalman_start(p->k, &p->now);
    for (size_t t = 0; t < frames; t++)
        filter_frame(p, t);
    if (!p->frames || frames == 0)
        return;
    for (size_t i = 0; i < n * n; i++)
        S[i] = i % (n + 1) == 0 ? 1 : 0;
    for (size_t t = frames; t-- > 0;) {
        put_smoothed(p, t, q, S, scratch);
        if (t > 0)
            lead_back(p, t, q, S, scratch);
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
    size_t frames = record->n_frames, belief = sinew_belief_doubles(k);
    bool smooth = record->smoothed || record->smoothed_covariance;
    size_t fixed = sinew_steps_doubles(&k->steps) + 2 * k->inputs + k->measured + belief +
                   sinew_kalman_scratch(k);
    double *all = sinew_alloc(fixed, sizeof *all);
    double *kept_frames = sinew_alloc(smooth ? frames : 0, frame_doubles(k) * sizeof *kept_frames);
    if (!all || !kept_frames)
        status = sinew_fail_memory(error);
    else {
        pass p = {.k = k, .record = record, .kept = all};
        p.u = all + sinew_steps_doubles(&k->steps);
        p.innovations = p.u + 2 * k->inputs;
        p.now = sinew_belief_at(k, p.innovations + k->measured);
        p.scratch = p.innovations + k->measured + belief;
        p.frames = smooth ? kept_frames : NULL;
        run(&p);
    }
    sinew_free(all);
    sinew_free(kept_frames);
    return status;
}
