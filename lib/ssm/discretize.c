/* discretize: which form, then each part of it through step.h, then what is known of the whole. */
#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "math/matrix.h"
#include "math/tan_pi.h"
#include "ssm/decramp.h"
#include "ssm/form.h"
#include "ssm/parallel.h"
#include "ssm/sections.h"
#include "ssm/step.h"

static bool is_substitution(sinew_method method)
{
    return method == SINEW_METHOD_BILINEAR || method == SINEW_METHOD_EULER ||
           method == SINEW_METHOD_BACKWARD || method == SINEW_METHOD_GBT ||
           method == SINEW_METHOD_DECRAMPED;
}

static double rule_alpha(const sinew_discretize_opts *opts)
{
    switch (opts->method) {
    case SINEW_METHOD_BILINEAR:
    case SINEW_METHOD_DECRAMPED: /* of the twin */
        return 0.5;
    case SINEW_METHOD_BACKWARD:
        return 1;
    case SINEW_METHOD_GBT:
        return opts->alpha;
    default:
        return 0;
    }
}

static sinew_status check_time(const sinew_discretize_opts *o, double *step_s, sinew_error *error)
{
    bool by_rate = o->rate_hz != 0;
    if (by_rate && o->step_s != 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a rate and a step: one of them is enough");
    if (!by_rate && o->step_s == 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no sampling rate and no step");
    *step_s = by_rate ? 1 / o->rate_hz : o->step_s;
    if (!(*step_s > 0) || !isfinite(*step_s) || !isfinite(o->rate_hz))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a %s of %g is out of range",
                          by_rate ? "rate" : "step", by_rate ? o->rate_hz : o->step_s);
    return SINEW_OK;
}

static sinew_status check(const sinew_discretize_opts *o, double step_s, sinew_error *error)
{
    const char *name = sinew_method_name(o->method);
    if ((unsigned)o->method > SINEW_METHOD_DECRAMPED)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such method of discretization");
    if (o->prewarp_hz != 0 && o->method != SINEW_METHOD_BILINEAR)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a prewarp frequency has no meaning for %s, only for bilinear", name);
    if (!isfinite(o->prewarp_hz) || o->prewarp_hz < 0 || o->prewarp_hz * step_s >= 0.5)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a prewarp frequency of %g Hz does not lie between 0 and half the rate, "
                          "%g Hz",
                          o->prewarp_hz, 0.5 / step_s);
    if (o->alpha != 0 && o->method != SINEW_METHOD_GBT)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "alpha has no meaning for %s, only for gbt",
                          name);
    if (!(o->alpha >= 0 && o->alpha <= 1))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "alpha is %g: it lies between 0 and 1",
                          o->alpha);
    return SINEW_OK;
}

static sinew_status step_section(sinew_section *out, double shift[2], const sinew_section *in,
                                 const sinew_step *step, sinew_error *error)
{
    sinew_matrices m = sinew_section_matrices(in);
    *out = (sinew_section){.states = in->states};
    sinew_step_out to = {out->A[0], out->b, out->c, &out->d, shift, out->less[0]};
    return sinew_step_matrices(&to, &m, step, error);
}

/* less of the whole: that of the sections on the diagonal, A beside it. */
static void join_less(sinew_discretization *d)
{
    size_t n = d->order, at = 0;
    for (size_t i = 0; i < n * n; i++)
        d->less[i] = d->A[i];
    for (const sinew_section *s = d->sections; s < d->sections + d->n_sections; s++) {
        for (int r = 0; r < s->states; r++)
            for (int j = 0; j < s->states; j++)
                d->less[(at + (size_t)r) * n + at + (size_t)j] = s->less[r][j];
        at += (size_t)s->states;
    }
}

/* A substitution of a cascade is the cascade of the substituted sections, in the same
 * coordinates: s is replaced in each of them. */
static sinew_status step_cascade(sinew_discretization *d, const sinew_system *system,
                                 const sinew_step *step, sinew_error *error)
{
    double no_shift[2];
    sinew_status status = sinew_form_sections(d, SINEW_FORM_CASCADE, system->n_sections, error);
    for (size_t i = 0; !status && i < d->n_sections; i++)
        status = step_section(&d->sections[i], no_shift, &system->sections[i], step, error);
    if (!status) {
        sinew_sections_series(d->sections, d->n_sections, 0, d->order, d->A, d->B, d->C, d->D);
        join_less(d);
    }
    return status;
}

/* `whole`: direct is known to be all of the discrete D. */
static sinew_status step_parallel(sinew_discretization *d, const sinew_section *sections,
                                  size_t count, double direct, bool whole, const sinew_step *step,
                                  sinew_error *error)
{
    sinew_status status = sinew_form_sections(d, SINEW_FORM_PARALLEL, count, error);
    double *shift = d->shift;
    for (size_t i = 0; !status && i < count; i++) {
        status = step_section(&d->sections[i], shift, &sections[i], step, error);
        shift += sections[i].states;
        if (!whole)
            direct += d->sections[i].d; /* foh, impulse and the substitutions pass u on */
        d->sections[i].d = 0;
    }
    d->direct = direct;
    if (!status) {
        sinew_sections_parallel(d->sections, count, direct, d->order, d->A, d->B, d->C, d->D);
        join_less(d);
    }
    return status;
}

static sinew_status step_dense(sinew_discretization *d, const sinew_system *system,
                               const sinew_step *step, sinew_error *error)
{
    sinew_matrices m = sinew_system_matrices(system);
    return sinew_step_matrices(&(sinew_step_out){d->A, d->B, d->C, d->D, d->shift, d->less}, &m,
                               step, error);
}

/* The cheapest form that loses nothing: sections where the system has them. */
static sinew_status step_system(sinew_discretization *d, const sinew_system *system,
                                const sinew_step *step, sinew_error *error)
{
    if (system->n_sections > 0 && step->substitution)
        return step_cascade(d, system, step, error);
    size_t count = 0;
    double direct = system->D[0];
    bool good = true, whole = system->factored && step->method == SINEW_METHOD_IMPULSE;
    sinew_section *sections = sinew_alloc(system->order, sizeof *sections);
    if (!sections)
        return sinew_fail_memory(error);
    sinew_status status = system->factored
                              ? sinew_parallel_fractions(sections, &count, &direct, &good,
                                                         &system->zpk, step->T, error)
                              : sinew_parallel_blocks(sections, &count, system, error);
    if (!status && whole)
        direct += step->T * sinew_parallel_first_impulse(&system->zpk);
    if (!status)
        status = count > 0 ? step_parallel(d, sections, count, direct, whole, step, error)
                           : step_dense(d, system, step, error);
    sinew_free(sections);
    return status;
}

/* The version of the coordinates: another one where the same question gets another state vector, so
 * that saved states are not taken for what they are not. */
enum { COORDINATES = 1 };

static uint64_t hash_asked(const sinew_discretization *d, const sinew_system *system,
                           const sinew_discretize_opts *opts)
{
    const double numbers[] = {d->step_s, opts->prewarp_hz, opts->alpha};
    uint64_t hash = sinew_hash_numbers(system->asked, numbers, 3);
    hash = sinew_hash_count(hash, (uint64_t)opts->method);
    hash = sinew_hash_count(hash, (uint64_t)d->form);
    if (opts->method == SINEW_METHOD_DECRAMPED) /* the least squares decide */
        hash = sinew_hash_count(hash, d->order);
    return sinew_hash_count(hash, COORDINATES);
}

static sinew_status build(sinew_discretization **out, const sinew_system *system,
                          const sinew_discretize_opts *opts, double step_s, sinew_error *error)
{
    sinew_step step = {.method = opts->method,
                       .T = step_s,
                       .alpha = rule_alpha(opts),
                       .substitution = is_substitution(opts->method)};
    const sinew_system *taken = system;
    sinew_system *other = NULL; /* that the rule takes to where `system` was meant */
    sinew_discretization *d = NULL;
    sinew_status status = SINEW_OK;
    if (opts->prewarp_hz > 0) /* T' = 2 tan(wT/2) / w */
        step.T = sinew_tan_pi(opts->prewarp_hz * step_s) / (M_PI * opts->prewarp_hz);
    else if (opts->method == SINEW_METHOD_BILINEAR)
        status = sinew_system_prewarp(&other, system, step_s, error);
    else if (opts->method == SINEW_METHOD_DECRAMPED)
        status = sinew_system_decramp(&other, system, step_s, error);
    if (other)
        taken = other;
    if (!status)
        status = sinew_form_alloc(&d, taken, step_s, opts->method, error);
    if (!status)
        status = step_system(d, taken, &step, error);
    if (!status)
        status = sinew_form_finish(d, error);
    if (!status)
        d->hash = hash_asked(d, system, opts);
    sinew_system_free(other);
    if (status)
        sinew_discretization_free(d);
    else
        *out = d;
    return status;
}

sinew_status sinew_discretize(sinew_discretization **out, const sinew_system *system,
                              const sinew_discretize_opts *opts, sinew_error *error)
{
    double step_s = 0;
    *out = NULL;
    if (!system || !opts)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no system or no options");
    sinew_discretize_opts chosen = *opts;
    if (chosen.method == SINEW_METHOD_DEFAULT)
        chosen.method = sinew_system_preferred_method(system);
    sinew_status status = check_time(&chosen, &step_s, error);
    if (!status)
        status = check(&chosen, step_s, error);
    return status ? status : build(out, system, &chosen, step_s, error);
}
