#include "ssm/form.h"

#include <complex.h>
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/components.h"
#include "math/eigen.h"
#include "math/matrix.h"
#include "ssm/system.h"
#include "ssm/settle.h"

sinew_status sinew_form_alloc(sinew_discretization **out, const sinew_system *system, double step_s,
                              sinew_method method, sinew_error *error)
{
    size_t n = system->order, q = system->inputs, p = system->outputs;
    sinew_discretization *d = sinew_alloc(1, sizeof *d);
    *out = NULL;
    if (!d)
        return sinew_fail_memory(error);
    *d = (sinew_discretization){
        .step_s = step_s, .method = method, .order = n, .inputs = q, .outputs = p};
    d->A = sinew_alloc(n * n, sizeof(double));
    d->B = sinew_alloc(n * q, sizeof(double));
    d->C = sinew_alloc(p * n, sizeof(double));
    d->D = sinew_alloc(p * q, sizeof(double));
    d->shift = sinew_alloc(n * q, sizeof(double));
    d->less = sinew_alloc(n * n, sizeof(double));
    if (!d->A || !d->B || !d->C || !d->D || !d->shift || !d->less) {
        sinew_discretization_free(d);
        return sinew_fail_memory(error);
    }
    *out = d;
    return SINEW_OK;
}

sinew_status sinew_form_sections(sinew_discretization *d, sinew_form form, size_t count,
                                 sinew_error *error)
{
    d->sections = sinew_alloc(count, sizeof *d->sections);
    if (!d->sections)
        return sinew_fail_memory(error);
    d->form = form;
    d->n_sections = count;
    return SINEW_OK;
}

void sinew_discretization_free(sinew_discretization *d)
{
    if (!d)
        return;
    sinew_free(d->A);
    sinew_free(d->B);
    sinew_free(d->C);
    sinew_free(d->D);
    sinew_free(d->shift);
    sinew_free(d->less);
    sinew_free(d->sections);
    sinew_system_free(d->origin);
    sinew_system_free(d->taken);
    sinew_free(d);
}

/* Of each group of coupled states. */
static sinew_status find_radius(sinew_discretization *d, sinew_error *error)
{
    size_t n = d->order;
    sinew_components groups;
    sinew_status status = sinew_components_find(&groups, d->A, n, error);
    double complex *values = sinew_alloc(n, sizeof *values);
    double *A = sinew_alloc(n * n, sizeof *A);
    if (!status && (!values || !A))
        status = sinew_fail_memory(error);
    for (size_t c = 0; !status && c < groups.count; c++) {
        const size_t *states;
        size_t size = sinew_component(&groups, c, &states);
        sinew_component_matrix(A, d->A, n, states, size);
        status = sinew_eigenvalues(values, A, size, error);
        for (size_t i = 0; !status && i < size; i++)
            d->radius = fmax(d->radius, cabs(values[i]));
        if (!status)
            d->settle_frames = fmax(d->settle_frames, sinew_settle_frames(values, size));
    }
    sinew_components_finish(&groups);
    sinew_free(values);
    sinew_free(A);
    return status;
}

sinew_status sinew_form_finish(sinew_discretization *d, sinew_error *error)
{
    size_t n = d->order, q = d->inputs, p = d->outputs;
    if (!sinew_all_finite(d->A, n * n) || !sinew_all_finite(d->B, n * q) ||
        !sinew_all_finite(d->C, p * n) || !sinew_all_finite(d->D, p * q) ||
        !sinew_all_finite(d->shift, n * q))
        return sinew_fail(error, SINEW_ERR_NUMERIC, "the discrete matrices are not finite");
    return find_radius(d, error);
}

sinew_matrices sinew_discretization_matrices(const sinew_discretization *d)
{
    bool empty = d->order == 0;
    return (sinew_matrices){d->order,
                            d->inputs,
                            d->outputs,
                            empty ? NULL : d->A,
                            empty ? NULL : d->B,
                            empty ? NULL : d->C,
                            d->D};
}

double sinew_discretization_step_s(const sinew_discretization *d)
{
    return d->step_s;
}

sinew_method sinew_discretization_method(const sinew_discretization *d)
{
    return d->method;
}

double sinew_discretization_radius(const sinew_discretization *d)
{
    return d->radius;
}

int sinew_discretization_grows(const sinew_discretization *d)
{
    return d->radius > 1 + 1e-9;
}

const double *sinew_discretization_foh_shift(const sinew_discretization *d)
{
    return d->shift;
}

size_t sinew_discretization_settle_frames(const sinew_discretization *d)
{
    return d->radius < 1 && d->settle_frames < 0x1p62 ? (size_t)d->settle_frames : SIZE_MAX;
}
