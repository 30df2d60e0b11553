/* Methods that put a fraction of z in place of s (Zhang, Chen, Chen 2009: the generalized
 * bilinear transform). With M = I - alpha T A:
 *
 *   Ad = M^-1 (I + (1 - alpha) T A) = I + M^-1 T A      Bd = M^-1 T B
 *   Cd = C M^-1                                         Dd = D + alpha C Bd
 *
 * Ad is taken as I plus a part so that slow poles keep their distance from one. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/blocks.h"
#include "math/eigen.h"
#include "math/lu.h"
#include "math/matrix.h"
#include "ssm/step.h"

typedef struct work {
    long double *M, *TA, *TB; /* (n, n), (n, n), (n, inputs) unrounded, for the residuals: a TA that
                               * is rounded at its fast modes has lost the slow ones */
    double *rounded;
    sinew_lu lu;
} work;

static void work_finish(work *w)
{
    sinew_free(w->M);
    sinew_free(w->rounded);
    sinew_free(w->TA);
    sinew_free(w->TB);
    sinew_lu_finish(&w->lu);
}

/* A pole at 1/(alpha T), or within rounding of it, would go to infinity: the answer would be
 * noise. Told by the eigenvalues, as a small pivot may be a matter of units alone. A triangular
 * A shows its own exactly; those of a full one carry rounding in proportion to its norm. */
static sinew_status check_poles(const sinew_lu *lu, const sinew_matrices *m, const sinew_step *step,
                                sinew_error *error)
{
    size_t n = m->order;
    double aT = step->alpha * step->T, tolerance = 0x1p-50;
    double complex *poles = sinew_alloc(n, sizeof *poles);
    unsigned char *sizes = sinew_alloc(n, 1);
    bool refused = lu->singular;
    sinew_status status = poles && sizes ? SINEW_OK : sinew_fail_memory(error);
    if (!status && sinew_blocks_find(m->A, n, sizes) == SINEW_SHAPE_FULL)
        tolerance += (double)n * 0x1p-52 * aT * sinew_matrix_norm_1(m->A, n);
    if (!status)
        status = sinew_eigenvalues(poles, m->A, n, error);
    for (size_t i = 0; !status && i < n; i++)
        refused = refused || cabs(1 - aT * poles[i]) <= tolerance;
    if (!status && refused)
        status =
            sinew_fail(error, SINEW_ERR_NUMERIC,
                       "the system has a pole at %.17g rad/s%s, which %s maps to infinity: "
                       "choose another rate or method",
                       1 / aT, step->alpha == 0.5 ? ", 2/T" : "", sinew_method_name(step->method));
    sinew_free(poles);
    sinew_free(sizes);
    return status;
}

static sinew_status work_init(work *w, const sinew_matrices *m, const sinew_step *step,
                              sinew_error *error)
{
    size_t n = m->order;
    *w = (work){.M = sinew_alloc(n * n, sizeof *w->M),
                .rounded = sinew_alloc(n * n, sizeof(double)),
                .TA = sinew_alloc(n * n, sizeof *w->TA),
                .TB = sinew_alloc(n * m->inputs, sizeof *w->TB)};
    if (!w->M || !w->rounded || !w->TA || !w->TB)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < n * n; i++) {
        w->M[i] = -(long double)step->alpha * step->T * m->A[i];
        if (i % (n + 1) == 0)
            w->M[i] += 1;
        w->rounded[i] = (double)w->M[i];
        w->TA[i] = (long double)step->T * m->A[i];
    }
    for (size_t i = 0; i < n * m->inputs; i++)
        w->TB[i] = (long double)step->T * m->B[i];
    if (!sinew_all_finite(w->rounded, n * n))
        return sinew_fail(error, SINEW_ERR_NUMERIC, "the step times the matrix A is not finite");
    sinew_status status = sinew_lu_init(&w->lu, w->rounded, n, error);
    return status ? status : check_poles(&w->lu, m, step, error);
}

sinew_status sinew_step_substitute(const sinew_step_out *out, const sinew_matrices *m,
                                   const sinew_step *step, sinew_error *error)
{
    size_t n = m->order, p = m->outputs, q = m->inputs;
    work w;
    sinew_status status = work_init(&w, m, step, error);
    if (!status)
        status = sinew_lu_left_refined(&w.lu, w.M, out->A, w.TA, n, error);
    if (!status)
        status = sinew_lu_left_refined(&w.lu, w.M, out->B, w.TB, q, error);
    if (!status)
        status = sinew_lu_right_refined(&w.lu, w.M, out->C, m->C, p, error);
    if (!status) {
        memcpy(out->less, out->A, n * n * sizeof *out->A);
        for (size_t i = 0; i < n; i++)
            out->A[i * n + i] += 1;
        sinew_matrix_multiply(out->D, m->C, out->B, p, n, q);
        for (size_t i = 0; i < p * q; i++)
            out->D[i] = m->D[i] + step->alpha * out->D[i];
    }
    work_finish(&w);
    return status;
}
