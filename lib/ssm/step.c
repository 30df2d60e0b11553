#include "ssm/step.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/matrix.h"
#include "ssm/step_groups.h"

/* Balanced copies of A, B, C: physical units may differ by 2^80. Nothing is rounded. */
typedef struct balanced {
    double *A, *B, *C, *scale;
} balanced;

static void balanced_finish(balanced *b)
{
    sinew_free(b->A);
    sinew_free(b->B);
    sinew_free(b->C);
    sinew_free(b->scale);
}

static sinew_status balanced_init(balanced *b, const sinew_matrices *m, sinew_error *error)
{
    size_t n = m->order;
    *b = (balanced){.A = sinew_copy(m->A, n * n, sizeof(double)),
                    .B = sinew_copy(m->B, n * m->inputs, sizeof(double)),
                    .C = sinew_copy(m->C, m->outputs * n, sizeof(double)),
                    .scale = sinew_alloc(n, sizeof(double))};
    if (!b->A || !b->B || !b->C || !b->scale) {
        balanced_finish(b);
        return sinew_fail_memory(error);
    }
    sinew_balance(b->A, b->scale, n);
    sinew_balance_sides(b->B, b->C, b->scale, n, m->inputs, m->outputs);
    return SINEW_OK;
}

static void unbalance(const sinew_step_out *out, const sinew_matrices *m, const double *scale)
{
    size_t n = m->order;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            out->A[i * n + j] *= scale[j] / scale[i];
            out->less[i * n + j] *= scale[j] / scale[i];
        }
        for (size_t j = 0; j < m->inputs; j++) {
            out->B[i * m->inputs + j] /= scale[i];
            out->shift[i * m->inputs + j] /= scale[i];
        }
        for (size_t j = 0; j < m->outputs; j++)
            out->C[j * n + i] *= scale[i];
    }
}

/* In balanced units; held.c balances by itself, block by block where it can. */
static sinew_status substitute(const sinew_step_out *out, const sinew_matrices *m,
                               const sinew_step *step, sinew_error *error)
{
    balanced b;
    sinew_status status = balanced_init(&b, m, error);
    if (status)
        return status;
    sinew_matrices inner = {m->order, m->inputs, m->outputs, b.A, b.B, b.C, m->D};
    status = sinew_step_substitute(out, &inner, step, error);
    if (!status)
        unbalance(out, m, b.scale);
    balanced_finish(&b);
    return status;
}

static sinew_status step_whole(const sinew_step_out *out, const sinew_matrices *m,
                               const sinew_step *step, sinew_error *error)
{
    return step->substitution ? substitute(out, m, step, error)
                              : sinew_step_hold(out, m, step, error);
}

sinew_status sinew_step_matrices(const sinew_step_out *out, const sinew_matrices *m,
                                 const sinew_step *step, sinew_error *error)
{
    size_t n = m->order;
    if (n == 0) {
        memcpy(out->D, m->D, m->inputs * m->outputs * sizeof *out->D);
        return SINEW_OK;
    }
    sinew_components groups;
    sinew_status status = sinew_components_find(&groups, m->A, n, error);
    if (!status)
        status = groups.count > 1 ? sinew_step_groups(out, m, &groups, step, error)
                                  : step_whole(out, m, step, error);
    sinew_components_finish(&groups);
    if (!status && (!sinew_all_finite(out->A, n * n) || !sinew_all_finite(out->B, n * m->inputs) ||
                    !sinew_all_finite(out->C, n * m->outputs) ||
                    !sinew_all_finite(out->D, m->inputs * m->outputs)))
        status = sinew_fail(error, SINEW_ERR_NUMERIC,
                            "the discrete matrices are not finite: the step is too long for this "
                            "system");
    return status;
}
