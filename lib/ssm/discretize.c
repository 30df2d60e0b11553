/* discretize: which form, then each part of it through step.h, then what is known of the whole. */
#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "math/matrix.h"
#include "ssm/discrete_factors.h"
#include "ssm/factor.h"
#include "ssm/form.h"
#include "ssm/matched.h"
#include "ssm/method.h"
#include "ssm/opts.h"
#include "ssm/parallel.h"
#include "ssm/sections.h"

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

/* The cascade of discrete factors: sections of z - 1 are those of s, and I is added to their A. */
static sinew_status cascade_of(sinew_discretization *d, const sinew_zpk *delta, sinew_error *error)
{
    sinew_status status = sinew_form_sections(d, SINEW_FORM_CASCADE, d->order, error);
    if (!status)
        status = sinew_sections_cascade(d->sections, &d->n_sections, delta, error);
    if (status)
        return status;
    for (sinew_section *s = d->sections; s < d->sections + d->n_sections; s++)
        for (int i = 0; i < s->states; i++) {
            for (int j = 0; j < s->states; j++)
                s->less[i][j] = s->A[i][j];
            s->A[i][i] += 1;
        }
    sinew_sections_series(d->sections, d->n_sections, 0, d->order, d->A, d->B, d->C, d->D);
    join_less(d);
    return SINEW_OK;
}

/* Each pole and zero by itself; without states there is nothing to map. */
static sinew_status step_factors(sinew_discretization *d, const sinew_system *system,
                                 const sinew_step *step, sinew_error *error)
{
    if (d->order == 0)
        return step_dense(d, system, step, error);
    if (d->inputs != 1 || d->outputs != 1)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s maps the poles and zeros of one input and one output; here are %zu "
                          "and %zu",
                          sinew_method_name(step->method), d->inputs, d->outputs);
    sinew_zpk zpk, delta = {0};
    sinew_status status = sinew_system_factor(&zpk, system, error);
    if (!status)
        status = sinew_matched(&delta, &zpk, step->T, error);
    if (!status)
        status = cascade_of(d, &delta, error);
    sinew_zpk_finish(&zpk);
    sinew_zpk_finish(&delta);
    return status;
}

/* Finding the zeros of more poles than these takes longer than the filter is worth. */
enum { HOLD_CASCADE_MOST = 32 };

/* Whether no state is left a step later: e^{pT} is 0 in doubles. Bits enough to find zeros there
 * would take minutes, for a filter that is a sum of two inputs. */
static bool forgets_at_once(const sinew_zpk *zpk, double T)
{
    for (size_t i = 0; i < zpk->n_poles; i++)
        if (exp(creal(zpk->poles[i]) * T) > 0)
            return false;
    return true;
}

/* The zeros of what an exponential method makes of factors; without them all of it at once. */
static sinew_status step_hold_factors(sinew_discretization *d, const sinew_system *system,
                                      const sinew_step *step, sinew_error *error)
{
    sinew_zpk delta;
    if (d->order > HOLD_CASCADE_MOST || forgets_at_once(&system->zpk, step->T))
        return step_dense(d, system, step, error);
    sinew_status status = sinew_hold_factors(&delta, &system->zpk, step, NULL);
    if (status)
        return status == SINEW_ERR_MEMORY ? sinew_fail_memory(error)
                                          : step_dense(d, system, step, error);
    status = cascade_of(d, &delta, error);
    sinew_zpk_finish(&delta);
    return status;
}

/* Side by side where the system falls apart so, which exponentials respect as they do not a series;
 * else its factors are found anew, or it goes all at once. */
static sinew_status step_beside(sinew_discretization *d, const sinew_system *system,
                                const sinew_step *step, sinew_error *error)
{
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
                 : system->factored && d->order > 0 ? step_hold_factors(d, system, step, error)
                                                    : step_dense(d, system, step, error);
    sinew_free(sections);
    return status;
}

/* Does some pole go so far outside the circle that within 1000 steps nothing else is left? Fast
 * ones go beside the zeros at infinity, which go to (alpha - 1) / alpha: sections in series, where
 * these cancel what grows, leave the rounding of it. */
static bool diverges(const sinew_system *system, const sinew_step *step)
{
    const double far = 1.0367; /* 2^(52/1000) */
    double alpha = step->alpha;
    if (!(alpha > 0 && alpha < 0.5))
        return false;
    for (size_t i = 0; i < system->zpk.n_poles; i++) {
        double complex p = step->T * system->zpk.poles[i];
        if (cabs(1 + (1 - alpha) * p) > far * cabs(1 - alpha * p))
            return true;
    }
    return false;
}

/* Side by side what grows cancels nothing, and how the first steps compare is soon forgotten. Where
 * poles meet it is the cascade all the same. */
static sinew_status step_diverging(sinew_discretization *d, const sinew_system *system,
                                   const sinew_step *step, sinew_error *error)
{
    size_t count = 0;
    double direct;
    bool good;
    sinew_complex first = {0}; /* what passes at once: at z = infinity */
    sinew_section *sections = sinew_alloc(system->order, sizeof *sections);
    if (!sections)
        return sinew_fail_memory(error);
    sinew_status status =
        sinew_parallel_fractions(sections, &count, &direct, &good, &system->zpk, HUGE_VAL, error);
    if (!status && !sinew_zpk_at(&first, &system->zpk, 1 / (step->alpha * step->T)))
        count = 0; /* a pole there is the cascade's to refuse */
    if (!status)
        status = count > 0 ? step_parallel(d, sections, count, first.re, true, step, error)
                           : step_cascade(d, system, step, error);
    sinew_free(sections);
    return status;
}

/* The cheapest form that loses nothing: sections where the system has them. */
static sinew_status step_system(sinew_discretization *d, const sinew_system *system,
                                const sinew_step *step, sinew_error *error)
{
    switch (sinew_method_rule(step->method)) {
    case SINEW_RULE_MATCH:
        return step_factors(d, system, step, error);
    case SINEW_RULE_SUBSTITUTE:
        if (system->n_sections > 0)
            return diverges(system, step) ? step_diverging(d, system, step, error)
                                          : step_cascade(d, system, step, error);
        break;
    case SINEW_RULE_HOLD:
        break;
    }
    return step_beside(d, system, step, error);
}

/* The version of the coordinates: another one where the same question gets another state vector, so
 * that saved states are not taken for what they are not. */
enum { COORDINATES = 3 };

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
    sinew_step step = sinew_opts_step(opts, step_s);
    sinew_system *taken = NULL;
    sinew_discretization *d = NULL;
    sinew_status status = sinew_opts_system(&taken, system, opts, step_s, error);
    if (!status)
        status = sinew_form_alloc(&d, taken, step_s, opts->method, error);
    if (!status)
        status = step_system(d, taken, &step, error);
    if (!status)
        status = sinew_form_finish(d, error);
    if (!status) {
        d->hash = hash_asked(d, system, opts);
        d->asked = *opts;
        d->origin = sinew_system_share(system);
        d->taken = sinew_system_share(taken);
    }
    sinew_system_free(taken);
    if (status)
        sinew_discretization_free(d);
    else
        *out = d;
    return status;
}

sinew_status sinew_discretize(sinew_discretization **out, const sinew_system *system,
                              const sinew_discretize_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    double step_s = 0;
    *out = NULL;
    if (!system || !opts)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no system or no options");
    sinew_discretize_opts chosen;
    sinew_status status =
        sinew_opts_choose(&chosen, &step_s, opts, sinew_system_preferred_method(system), error);
    return status ? status : build(out, system, &chosen, step_s, error);
}
