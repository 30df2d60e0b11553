/* Methods that are exact for an input held (zoh), joined by lines (foh), or made of impulses,
 * from F, G1 and G2 of held.h:
 *
 *   zoh      Ad = F   Bd = G1                      Dd = D
 *   foh      Ad = F   Bd = G1 + (F - I) G2         Dd = D + C G2    state x - G2 u
 *   impulse  Ad = F   Bd = T F B                   Dd = D + T C B
 *
 * all with Cd = C. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/matrix.h"
#include "ssm/held.h"
#include "ssm/step.h"

typedef struct hold {
    double *F, *G1, *G2, *less; /* less: F - I */
} hold;

/* Blocks (entries) behind one another -> a matrix. */
static void spread(double *to, const double *blocks, const sinew_held *held)
{
    for (size_t k = 0; k < held->n_blocks; k++) {
        size_t at = held->blocks[k].at, n = held->blocks[k].order;
        for (size_t i = 0; i < n; i++, blocks += n)
            memcpy(to + (at + i) * held->order + at, blocks, n * sizeof *to);
    }
}

static sinew_status find(hold *h, const sinew_matrices *m, double T, int holds, sinew_error *error)
{
    sinew_held held;
    double *memory = NULL;
    sinew_status status = sinew_held_init(&held, m, holds, error);
    size_t entries = held.entries;
    if (!status) {
        memory = sinew_alloc(2 * entries + sinew_held_memory(&held), sizeof *memory);
        status = memory ? SINEW_OK : sinew_fail_memory(error);
    }
    if (!status) {
        sinew_held_out out = {memory, memory + entries, h->G1, h->G2};
        if (!sinew_held_at(&held, T, &out, memory + 2 * entries))
            status = sinew_fail(error, SINEW_ERR_NUMERIC,
                                "the discrete matrices are not finite: the step is too long for "
                                "this system");
        spread(h->F, out.F, &held);
        spread(h->less, out.less, &held);
    }
    sinew_free(memory);
    sinew_held_finish(&held);
    return status;
}

/* out (n, q) = (F - I) G2 + G1, and D + C G2 */
static void join_lines(const sinew_step_out *out, const sinew_matrices *m, const hold *h)
{
    size_t n = m->order, q = m->inputs, p = m->outputs;
    sinew_matrix_multiply(out->B, h->less, h->G2, n, n, q);
    for (size_t i = 0; i < n * q; i++)
        out->B[i] += h->G1[i];
    sinew_matrix_multiply(out->D, m->C, h->G2, p, n, q);
    for (size_t i = 0; i < p * q; i++)
        out->D[i] += m->D[i];
    memcpy(out->shift, h->G2, n * q * sizeof *h->G2);
}

static void sample_impulses(const sinew_step_out *out, const sinew_matrices *m, const hold *h,
                            double T)
{
    size_t n = m->order, q = m->inputs, p = m->outputs;
    sinew_matrix_multiply(out->B, h->F, m->B, n, n, q);
    for (size_t i = 0; i < n * q; i++)
        out->B[i] *= T;
    sinew_matrix_multiply(out->D, m->C, m->B, p, n, q);
    for (size_t i = 0; i < p * q; i++)
        out->D[i] = m->D[i] + T * out->D[i];
}

static void finish(const sinew_step_out *out, const sinew_matrices *m, const hold *h,
                   const sinew_step *step)
{
    size_t n = m->order, q = m->inputs, p = m->outputs;
    memcpy(out->A, h->F, n * n * sizeof *h->F);
    memcpy(out->less, h->less, n * n * sizeof *h->less);
    memcpy(out->C, m->C, p * n * sizeof *m->C);
    if (step->method == SINEW_METHOD_FOH)
        join_lines(out, m, h);
    else if (step->method == SINEW_METHOD_IMPULSE)
        sample_impulses(out, m, h, step->T);
    else {
        memcpy(out->B, h->G1, n * q * sizeof *h->G1);
        memcpy(out->D, m->D, p * q * sizeof *m->D);
    }
}

sinew_status sinew_step_hold(const sinew_step_out *out, const sinew_matrices *m,
                             const sinew_step *step, sinew_error *error)
{
    size_t n = m->order, q = m->inputs;
    int holds = step->method == SINEW_METHOD_FOH ? 2 : step->method == SINEW_METHOD_ZOH;
    double *all = sinew_alloc(2 * n * n + 2 * n * q, sizeof *all);
    if (!all)
        return sinew_fail_memory(error);
    hold h = {all, all + 2 * n * n, all + 2 * n * n + n * q, all + n * n};
    sinew_status status = find(&h, m, step->T, holds, error);
    if (!status)
        finish(out, m, &h, step);
    sinew_free(all);
    return status;
}
