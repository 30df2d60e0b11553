/* A discretization from discrete matrices as they are given. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "ssm/form.h"
#include "ssm/opts.h"
#include "ssm/parallel.h"
#include "ssm/system.h"

static void less_one(double *less, const double *A, size_t n)
{
    for (size_t i = 0; i < n * n; i++)
        less[i] = A[i] - (i % (n + 1) == 0 ? 1 : 0);
}

static void section_less_one(sinew_section *s)
{
    for (int i = 0; i < s->states; i++)
        for (int j = 0; j < s->states; j++)
            s->less[i][j] = s->A[i][j] - (i == j ? 1 : 0);
}

/* Sections where A is block diagonal, else dense. `given` holds the discrete matrices. */
static sinew_status load(sinew_discretization *d, const sinew_system *given, sinew_error *error)
{
    size_t n = d->order, q = d->inputs, p = d->outputs, count = 0;
    memcpy(d->A, given->A, n * n * sizeof *d->A);
    memcpy(d->B, given->B, n * q * sizeof *d->B);
    memcpy(d->C, given->C, p * n * sizeof *d->C);
    memcpy(d->D, given->D, p * q * sizeof *d->D);
    less_one(d->less, d->A, n);
    sinew_section *sections = sinew_alloc(n, sizeof *sections);
    if (!sections)
        return sinew_fail_memory(error);
    sinew_status status = sinew_parallel_blocks(sections, &count, given, error);
    if (!status && count > 0)
        status = sinew_form_sections(d, SINEW_FORM_PARALLEL, count, error);
    for (size_t i = 0; !status && i < count; i++) {
        d->sections[i] = sections[i];
        section_less_one(&d->sections[i]);
    }
    d->direct = d->D[0];
    sinew_free(sections);
    return status;
}

sinew_status sinew_discretization_new(sinew_discretization **out, const sinew_matrices *discrete,
                                      const sinew_discretize_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_discretize_opts chosen;
    sinew_system *given = NULL;
    sinew_discretization *d = NULL;
    double step_s = 0;
    *out = NULL;
    if (!discrete || !opts)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no matrices or no options");
    sinew_status status = sinew_opts_choose(&chosen, &step_s, opts, SINEW_METHOD_ZOH, error);
    if (!status)
        status = sinew_system_new_ss(&given, discrete, error); /* checks what it copies */
    if (!status)
        status = sinew_form_alloc(&d, given, step_s, chosen.method, error);
    if (!status)
        status = load(d, given, error);
    if (!status)
        status = sinew_form_finish(d, error);
    if (!status) {
        d->asked = chosen;
        d->hash = sinew_hash(given->asked, "discrete", 8);
        d->hash = sinew_hash_numbers(d->hash, &step_s, 1);
        d->hash = sinew_hash_count(d->hash, (uint64_t)d->form);
        *out = d;
    } else {
        sinew_discretization_free(d);
    }
    sinew_system_free(given);
    return status;
}
