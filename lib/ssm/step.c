#include "ssm/step.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/matrix.h"
#include "ssm/parts.h"
#include "ssm/step_groups.h"

static void unbalance(const sinew_step_out *out, const sinew_matrices *m, const double *scale)
{
    size_t n = m->order;
    sinew_unbalance(out->A, scale, n);
    sinew_unbalance(out->less, scale, n);
    sinew_unbalance_sides(out->B, out->C, scale, n, m->inputs, m->outputs);
    sinew_unbalance_sides(out->shift, NULL, scale, n, m->inputs, 0);
}

/* In balanced units: physical ones may differ by 2^80. held.c balances by itself, block by block
 * where it can. */
static sinew_status substitute(const sinew_step_out *out, const sinew_matrices *m,
                               const sinew_step *step, sinew_error *error)
{
    sinew_parts balanced = {0};
    double *scale = sinew_alloc(m->order, sizeof *scale);
    sinew_status status =
        scale ? sinew_parts_copy_balanced(&balanced, scale, m, error) : sinew_fail_memory(error);
    if (!status) {
        sinew_matrices inner = sinew_parts_matrices(&balanced);
        status = sinew_step_substitute(out, &inner, step, error);
    }
    if (!status)
        unbalance(out, m, scale);
    sinew_parts_finish(&balanced);
    sinew_free(scale);
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
