#include "identify/search.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "ssm/system.h"

void sinew_candidate_finish(sinew_candidate *candidate)
{
    sinew_modes_finish(&candidate->modes);
    *candidate = (sinew_candidate){0};
}

/* The better one of two; an order by itself may have no model. */
static void keep(sinew_candidate *best, sinew_candidate *other)
{
    bool better = other->order > 0 && (best->order == 0 || other->error < best->error);
    sinew_candidate_finish(better ? best : other);
    if (better)
        *best = *other;
}

sinew_status sinew_search_order(sinew_candidate *out, bool *found, sinew_candidate_maker make,
                                void *context, size_t least, size_t most, double tolerance,
                                sinew_error *error)
{
    sinew_candidate at;
    sinew_error refused;
    sinew_status status = SINEW_OK;
    size_t above = most, below = least; /* an order that meets it; the least not known to fail */
    *found = false;
    for (size_t part = 8; part > 4 && !*found; part--) { /* too many states may do less */
        size_t order = most * part / 8 > least ? most * part / 8 : least;
        status = make(&at, context, order, out->order > 0 ? &refused : error);
        if (status == SINEW_ERR_MEMORY) /* of an order that fails by itself nothing follows */
            return sinew_fail_memory(error);
        *found = !status && at.error <= tolerance;
        above = order;
        keep(out, &at);
    }
    if (!*found)
        return out->order > 0 ? SINEW_OK : status;
    while (below < above) {
        size_t middle = below + (above - below) / 2;
        status = make(&at, context, middle, &refused);
        if (status == SINEW_ERR_MEMORY)
            return sinew_fail_memory(error);
        if (!status && at.error <= tolerance) {
            sinew_candidate_finish(out);
            *out = at;
            above = middle;
        } else {
            sinew_candidate_finish(&at);
            below = middle + 1;
        }
    }
    return SINEW_OK;
}

sinew_status sinew_search_failed(const sinew_candidate *candidate, double tolerance,
                                 sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_NUMERIC,
                      "order %zu has an error of %.3g (%.1f dB): a tolerance of %.3g (%.1f dB) is "
                      "not met",
                      candidate->order, candidate->error, 20 * log10(candidate->error), tolerance,
                      20 * log10(tolerance));
}

sinew_status sinew_identify_check(double *step_s, const sinew_identify_opts *o, sinew_error *error)
{
    bool by_rate = o->rate_hz != 0;
    if (by_rate == (o->step_s != 0))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a rate or a step is needed, one of them");
    *step_s = by_rate ? 1 / o->rate_hz : o->step_s;
    if (!(*step_s > 0) || !isfinite(*step_s) || !isfinite(o->rate_hz))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a %s of %g is out of range",
                          by_rate ? "rate" : "step", by_rate ? o->rate_hz : o->step_s);
    if (!(o->tolerance >= 0 && o->tolerance < 1))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a tolerance of %g: it lies between 0 and 1",
                          o->tolerance);
    if (o->order > SINEW_ORDER_MAX || o->most > SINEW_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "an order is at most %d", SINEW_ORDER_MAX);
    return SINEW_OK;
}

sinew_status sinew_identify_check_data(const double *values, size_t n, size_t each,
                                       const char *what, sinew_error *error)
{
    double most = 0;
    for (size_t i = 0; i < n * each; i++) {
        if (!isfinite(values[i]))
            return sinew_fail(error, SINEW_ERR_DATA, "%s: frame %zu, number %zu, is %s", what,
                              i / each, i % each, isnan(values[i]) ? "nan" : "inf");
        most = fmax(most, fabs(values[i]));
    }
    if (!(most > 0))
        return sinew_fail(error, SINEW_ERR_DATA, "%s: all zero", what);
    return SINEW_OK;
}

uint64_t sinew_identify_hash(const char *name, uint64_t data, double step_s,
                             const sinew_identify_opts *o)
{
    const double numbers[] = {step_s, o->tolerance, o->below_hz};
    const uint64_t counts[] = {o->order, o->most, (uint64_t)o->method, (uint64_t)o->unstable,
                               (uint64_t)o->weight};
    uint64_t hash = sinew_hash(SINEW_HASH_START, name, strlen(name));
    hash = sinew_hash_count(hash, data);
    hash = sinew_hash_numbers(hash, numbers, 3);
    return sinew_hash(hash, counts, sizeof counts);
}

void sinew_identify_tell(sinew_identify_report *report, const sinew_candidate *candidate)
{
    report->order = candidate->order;
    report->error = candidate->error;
    report->peak_error = candidate->peak_error;
    report->unstable = candidate->changes.unstable;
    report->fast = candidate->changes.fast;
    report->condition = candidate->modes.condition;
}

void sinew_identify_report_finish(sinew_identify_report *report)
{
    if (!report)
        return;
    sinew_free(report->singular_values);
    sinew_free(report->initial);
    *report = (sinew_identify_report){0};
}
