/* Reduction by balanced truncation (balanced.c) of the stable part; poles that are not stable have
 * no gramians: their part is parted from the rest first and kept. */
#include "sinew/reduce.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "ssm/balanced.h"
#include "ssm/gramian.h"
#include "ssm/system.h"
#include "ssm/parts.h"

/* Hinf of the difference. */
static sinew_status measure(double *difference, const sinew_matrices *a, const sinew_parts *b,
                            sinew_error *error)
{
    sinew_parts both;
    sinew_matrices of_b = sinew_parts_matrices(b);
    sinew_status status = sinew_parts_difference(&both, a, &of_b, error);
    if (status)
        return status;
    sinew_matrices m = sinew_parts_matrices(&both);
    status = sinew_matrices_hinf(difference, NULL, &m, error);
    sinew_parts_finish(&both);
    return status;
}

/* The smallest order whose bound is within `most`, without parting equal values. */
static size_t choose(const sinew_balanced *b, double most)
{
    size_t r = 0;
    while (r < b->rank && sinew_balanced_bound(b, r) > most)
        r++;
    while (r > 0 && r < b->rank && b->sigma[r] >= b->sigma[r - 1] * (1 - 1e-10))
        r++;
    return r;
}

/* How many states of the stable part stay. */
static size_t decide(const sinew_balanced *b, const sinew_reduce_opts *opts,
                     const sinew_reduce_report *report)
{
    if (opts->order == 0)
        return choose(b, opts->tolerance * report->peak);
    size_t wanted = opts->order - report->not_stable;
    return wanted < b->rank ? wanted : b->rank;
}

static sinew_status reduce_stable(sinew_parts *out, const sinew_matrices *stable,
                                  const sinew_reduce_opts *opts, sinew_reduce_report *report,
                                  sinew_error *error)
{
    sinew_balanced b = {0};
    size_t n = stable->order, r = 0;
    sinew_status status = sinew_balanced_init(&b, stable, SINEW_LYAPUNOV_CONTINUOUS, error);
    if (!status && (opts->order == 0 || opts->measure))
        status = sinew_matrices_hinf(&report->peak, NULL, stable, error);
    if (!status)
        r = decide(&b, opts, report);
    if (!status) /* what loses nothing is not turned for nothing */
        status = r < n ? sinew_balanced_cut(out, &b, stable, r, opts->match_dc, error)
                       : sinew_parts_copy(out, stable, error);
    if (!status && opts->measure && r < n)
        status = measure(&report->error, stable, out, error);
    if (!status) {
        report->bound = sinew_balanced_bound(&b, r);
        report->n_hankel = n;
        if (report->hankel && n > 0)
            memcpy(report->hankel, b.sigma, n * sizeof *b.sigma);
    }
    sinew_balanced_finish(&b);
    return status;
}

/* ---- the whole ---- */

static sinew_status check(const sinew_system *system, const sinew_reduce_opts *opts,
                          sinew_error *error)
{
    if (!system || !opts)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no system or no options");
    if (!(opts->tolerance >= 0 && opts->tolerance < 1))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a tolerance of %g does not lie between 0 and 1", opts->tolerance);
    if ((opts->order > 0) == (opts->tolerance > 0))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "either an order or a tolerance is given");
    return SINEW_OK;
}

/* Modes where they are as good, else the matrices as they are. */
static sinew_status finish_system(sinew_system **out, const sinew_parts *parts,
                                  sinew_reduce_report *report, sinew_error *error)
{
    sinew_system *modal = NULL;
    sinew_modal_report form;
    sinew_matrices m = sinew_parts_matrices(parts);
    sinew_status status = sinew_system_new_ss(out, &m, error);
    if (status)
        return status;
    report->order_after = m.order;
    sinew_status refused = sinew_system_new_modal(&modal, *out, &form, NULL);
    report->modal = refused == SINEW_OK;
    report->condition = form.condition;
    if (!report->modal)
        return refused == SINEW_ERR_MEMORY ? sinew_fail_memory(error) : SINEW_OK;
    sinew_system_free(*out);
    *out = modal;
    return SINEW_OK;
}

static sinew_status reduce(sinew_system **out, const sinew_matrices *m,
                           const sinew_reduce_opts *opts, sinew_reduce_report *report,
                           sinew_error *error)
{
    sinew_parts stable = {0}, rest = {0}, small = {0}, whole = {0};
    sinew_status status = sinew_parts_split(&stable, &rest, m, error);
    report->not_stable = rest.n;
    if (!status && opts->order > 0 && opts->order < rest.n)
        status =
            sinew_fail(error, SINEW_ERR_ARGUMENT,
                       "order %zu: %zu poles are not stable, and are kept", opts->order, rest.n);
    if (!status) {
        sinew_matrices part = sinew_parts_matrices(&stable);
        status = reduce_stable(&small, &part, opts, report, error);
    }
    if (!status)
        status = small.n == stable.n ? sinew_parts_copy(&whole, m, error)
                                     : sinew_parts_beside(&whole, &small, &rest, error);
    if (!status)
        status = finish_system(out, &whole, report, error);
    sinew_parts_finish(&stable);
    sinew_parts_finish(&rest);
    sinew_parts_finish(&small);
    sinew_parts_finish(&whole);
    return status;
}

sinew_status sinew_system_reduce(sinew_system **out, const sinew_system *system,
                                 const sinew_reduce_opts *opts, sinew_reduce_report *report,
                                 sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_reduce_report own = {0};
    *out = NULL;
    sinew_status status = check(system, opts, error);
    if (status)
        return status;
    double *hankel = report ? report->hankel : NULL;
    report = report ? report : &own;
    sinew_matrices m = sinew_system_matrices(system);
    *report = (sinew_reduce_report){.hankel = hankel, .order_before = m.order};
    status = reduce(out, &m, opts, report, error);
    if (status) {
        sinew_system_free(*out);
        *out = NULL;
        return status;
    }
    (*out)->preferred = system->preferred;
    return SINEW_OK;
}
