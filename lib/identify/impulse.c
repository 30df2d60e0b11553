/* ERA, the eigensystem realization algorithm (Juang, Pappa 1985, J. Guidance 8:620).
 *
 * H = U S V^T is the Hankel matrix of h[1 ...]; U S^1/2 = [C; C A; ...] gives A and C (shift.h),
 * and B is the first block of S^1/2 V^T = [B, A B, ...]. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "identify/lower.h"
#include "identify/search.h"
#include "identify/shift.h"
#include "identify/triplets.h"

enum { MOST_DEFAULT = 400, FIRST_TRY = 48 };

typedef struct era {
    uint64_t asked;
    double step_s;   /* of h */
    double *lowered; /* what h is where only a part of the data is fitted */
    const double *h;
    size_t n, outputs, inputs;
    sinew_unstable unstable;
    sinew_hankel hankel;
    sinew_triplets triplets;
    sinew_shift shift;
} era;

static sinew_status decompose(era *e, size_t wanted, sinew_error *error)
{
    sinew_shift_finish(&e->shift);
    sinew_triplets_finish(&e->triplets);
    sinew_status status = sinew_triplets_init(&e->triplets, &e->hankel, wanted, error);
    if (status)
        return status;
    return sinew_shift_init(&e->shift, e->triplets.n, e->outputs, e->hankel.rows, e->triplets.left,
                            e->triplets.sigma, error);
}

static sinew_status realize(sinew_modes *modes, const era *e, size_t k, sinew_error *error)
{
    size_t p = e->outputs, q = e->inputs;
    double *A = sinew_alloc(k * k + k * q + p * k, sizeof *A), *B = A + k * k, *C = B + k * q;
    if (!A)
        return sinew_fail_memory(error);
    sinew_status status = sinew_shift_realize(A, C, &e->shift, k, error);
    for (size_t i = 0; i < k * q; i++)
        B[i] = sqrt(e->triplets.sigma[i / q]) * e->triplets.first[i];
    if (!status)
        status = sinew_modes_of_matrices(modes, &(sinew_matrices){k, q, p, A, B, C, e->h}, error);
    sinew_free(A);
    return status;
}

static sinew_status make(sinew_candidate *out, void *context, size_t order, sinew_error *error)
{
    const era *e = context;
    *out = (sinew_candidate){.order = order};
    sinew_status status = realize(&out->modes, e, order, error);
    if (!status)
        sinew_modes_settle(&out->modes, e->unstable, &out->changes);
    if (!status && out->changes.moved)
        status = sinew_modes_fit_impulse(&out->modes, e->h, e->n, error);
    if (!status)
        status = sinew_modes_impulse_error(&out->error, &out->peak_error, &out->modes, e->h, e->n,
                                           error);
    if (status)
        sinew_candidate_finish(out);
    return status;
}

/* How many singular values are more than what rounding the data makes of a 0. */
static size_t rank(const era *e)
{
    const double *sigma = e->triplets.sigma;
    double noise = 0x1p-52 * sqrt((double)e->n * (double)(e->outputs + e->inputs)) * sigma[0];
    size_t k = 0;
    while (k < e->triplets.n && sigma[k] > noise)
        k++;
    return k;
}

/* More and more triplets until they meet the tolerance, then the fewest of them that do. */
static sinew_status search(sinew_candidate *out, era *e, size_t most, double tolerance,
                           sinew_error *error)
{
    sinew_status status = SINEW_OK;
    bool found = false;
    size_t least = 1;
    for (size_t wanted = FIRST_TRY; !status && !found; wanted *= 2) {
        size_t tried = wanted < most ? wanted : most;
        status = decompose(e, tried, error);
        if (status)
            break;
        size_t there = rank(e), limit = there < tried ? there : tried;
        if (limit >= least)
            status = sinew_search_order(out, &found, make, e, least, limit, tolerance, error);
        if (!status && !found && limit < wanted)
            return sinew_search_failed(out, tolerance, error);
        least = limit + 1;
    }
    return status;
}

static sinew_status fixed(sinew_candidate *out, era *e, size_t order, sinew_error *error)
{
    sinew_status status = decompose(e, order, error);
    if (status)
        return status;
    size_t there = rank(e);
    return make(out, e, order < there ? order : there, error);
}

static sinew_status check(const era *e, const sinew_identify_opts *o, size_t *most,
                          sinew_error *error)
{
    size_t rows = e->n / 2, columns = e->n - rows;
    if (e->n < 4)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%g Hz are too low for so short a response",
                          o->below_hz);
    if (o->order == 0 && o->tolerance == 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "an order or a tolerance is needed");
    if (o->method != SINEW_METHOD_DEFAULT && o->method != SINEW_METHOD_ZOH &&
        o->method != SINEW_METHOD_IMPULSE)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "an impulse response is taken by impulse or "
                          "zoh");
    size_t tall = (rows - 1) * e->outputs, wide = columns * e->inputs;
    size_t limit = tall < wide ? tall : wide;
    if (o->order > limit)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "%zu frames carry an order of %zu at most, not %zu", e->n, limit,
                          o->order);
    *most = o->most ? o->most : MOST_DEFAULT;
    *most = *most < limit ? *most : limit;
    return SINEW_OK;
}

static sinew_status report_on(sinew_identify_report *report, const era *e,
                              const sinew_candidate *candidate, const sinew_identify_opts *o,
                              sinew_error *error)
{
    if (!report)
        return SINEW_OK;
    sinew_identify_tell(report, candidate);
    report->method = o->method ? o->method : SINEW_METHOD_IMPULSE;
    report->step_s = e->step_s;
    report->n_singular_values = e->triplets.n;
    report->singular_values = sinew_copy(e->triplets.sigma, e->triplets.n, sizeof(double));
    return report->singular_values ? SINEW_OK : sinew_fail_memory(error);
}

/* The system, and its error as it is: what becoming continuous has cost is part of it. */
static sinew_status finish(sinew_system **out, era *e, sinew_candidate *candidate,
                           const sinew_identify_opts *o, sinew_error *error)
{
    sinew_method method = o->method ? o->method : SINEW_METHOD_IMPULSE;
    if (e->lowered) {
        sinew_modes_advance(&candidate->modes);
        e->h += e->outputs * e->inputs;
        e->n--;
    }
    sinew_modes_make_continuous(&candidate->modes, e->step_s, method);
    sinew_status status = sinew_modes_system(out, &candidate->modes, method, e->asked, error);
    if (status)
        return status;
    sinew_modes_make_discrete(&candidate->modes, e->step_s, method);
    return sinew_modes_impulse_error(&candidate->error, &candidate->peak_error, &candidate->modes,
                                     e->h, e->n, error);
}

static sinew_status identify(sinew_system **out, sinew_identify_report *report, era *e,
                             const sinew_identify_opts *o, sinew_error *error)
{
    size_t most = 0;
    sinew_candidate candidate = {0};
    sinew_status status = check(e, o, &most, error);
    if (!status)
        status = sinew_hankel_init(&e->hankel, e->h, e->n, e->outputs, e->inputs, error);
    if (!status)
        status = o->order ? fixed(&candidate, e, o->order, error)
                          : search(&candidate, e, most, o->tolerance, error);
    if (!status)
        status = finish(out, e, &candidate, o, error);
    if (!status)
        status = report_on(report, e, &candidate, o, error);
    sinew_candidate_finish(&candidate);
    return status;
}

/* What has gone through a low-pass has no part that passes at once: it is fitted as h[k] = T C
 * e^{AkT} B from k = 0 on, without a D of its own, by setting a frame of silence before it. So
 * poles that are too fast for the rate stay small at all others. */
static sinew_status lower(era *e, double below_hz, sinew_error *error)
{
    size_t each = e->outputs * e->inputs, n = 0, every = 1;
    double *h = NULL;
    sinew_status status =
        sinew_lower(&h, &n, &every, e->h, e->n, each, 1 / e->step_s, below_hz, error);
    if (status)
        return status;
    e->lowered = sinew_alloc((n + 1) * each, sizeof *h);
    if (e->lowered)
        memcpy(e->lowered + each, h, n * each * sizeof *h);
    else
        status = sinew_fail_memory(error);
    sinew_free(h);
    e->h = e->lowered;
    e->n = n + 1;
    e->step_s *= (double)every;
    return status;
}

/* Data that can be fitted, of which only the part that is asked for stays. */
static sinew_status prepare(era *e, const sinew_identify_opts *o, sinew_error *error)
{
    size_t each = e->outputs * e->inputs;
    if (each < 1 || e->n < 4)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "an impulse response has at least 4 frames, an output and an input");
    sinew_status status =
        sinew_identify_check_data(e->h, e->n, each, "the impulse response", error);
    uint64_t data = sinew_hash_numbers(SINEW_HASH_START, e->h, e->n * each);
    e->asked = sinew_identify_hash("impulse", data, e->step_s, o);
    if (!status && o->below_hz != 0 && o->method == SINEW_METHOD_ZOH)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a part of a response is taken by impulse");
    return status || o->below_hz == 0 ? status : lower(e, o->below_hz, error);
}

sinew_status sinew_identify_impulse(sinew_system **out, sinew_identify_report *report,
                                    const double *h, size_t n, size_t outputs, size_t inputs,
                                    const sinew_identify_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (report)
        *report = (sinew_identify_report){0};
    if (!h || !opts)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no impulse response or no options");
    era e = {.h = h, .n = n, .outputs = outputs, .inputs = inputs, .unstable = opts->unstable};
    sinew_status status = sinew_identify_check(&e.step_s, opts, error);
    if (!status)
        status = prepare(&e, opts, error);
    if (!status)
        status = identify(out, report, &e, opts, error);
    if (status) {
        sinew_identify_report_finish(report);
        sinew_system_free(*out);
        *out = NULL;
    }
    sinew_hankel_finish(&e.hankel);
    sinew_triplets_finish(&e.triplets);
    sinew_shift_finish(&e.shift);
    sinew_free(e.lowered);
    return status;
}
