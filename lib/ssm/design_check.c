/* What a design or a goal must be before anything is computed from it. */
#include <math.h>

#include "base/error.h"
#include "ssm/design.h"

bool sinew_family_has_ripple(sinew_family family)
{
    return family == SINEW_FAMILY_CHEBYSHEV1 || family == SINEW_FAMILY_ELLIPTIC;
}

bool sinew_family_has_attenuation(sinew_family family)
{
    return family == SINEW_FAMILY_CHEBYSHEV2 || family == SINEW_FAMILY_ELLIPTIC;
}

static sinew_status check_names(sinew_family family, sinew_band band, sinew_bessel_norm norm,
                                sinew_error *error)
{
    if ((unsigned)family > SINEW_FAMILY_BESSEL || (unsigned)band > SINEW_BAND_STOP)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such family or band of designs");
    if (family == SINEW_FAMILY_BESSEL && (unsigned)norm > SINEW_NORM_MAGNITUDE)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such norm of Bessel filters");
    return SINEW_OK;
}

static sinew_status check_edges(const char *what, const double hz[2], bool two, sinew_error *error)
{
    for (int i = 0; i < (two ? 2 : 1); i++)
        if (!isfinite(hz[i]) || hz[i] <= 0)
            return sinew_fail(error, SINEW_ERR_DATA,
                              "%s[%d] is %g: an edge lies above 0 Hz and is finite", what, i,
                              hz[i]);
    if (two && hz[0] >= hz[1])
        return sinew_fail(error, SINEW_ERR_DATA, "%s %g, %g: the second edge is the higher", what,
                          hz[0], hz[1]);
    return SINEW_OK;
}

static sinew_status check_level(const char *what, double db, sinew_error *error)
{
    if (db >= SINEW_LEVEL_LEAST_DB && db <= SINEW_LEVEL_MOST_DB)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_DATA, "%s is %g: it lies between %g and %g dB", what, db,
                      SINEW_LEVEL_LEAST_DB, SINEW_LEVEL_MOST_DB);
}

static sinew_status check_levels(bool ripple, double ripple_db, bool attenuation,
                                 double attenuation_db, sinew_error *error)
{
    sinew_status status = ripple ? check_level("ripple_db", ripple_db, error) : SINEW_OK;
    if (!status && attenuation)
        status = check_level("attenuation_db", attenuation_db, error);
    if (!status && ripple && attenuation && ripple_db >= attenuation_db)
        return sinew_fail(error, SINEW_ERR_DATA, "attenuation_db (%g) must be above ripple_db (%g)",
                          attenuation_db, ripple_db);
    return status;
}

sinew_status sinew_design_check(const sinew_design *d, sinew_error *error)
{
    if (!d)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no design is given");
    sinew_status status = check_names(d->family, d->band, d->norm, error);
    if (status)
        return status;
    if (d->order < 1 || d->order > SINEW_DESIGN_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "order %lu: a design has an order of 1 to %d",
                          (unsigned long)d->order, SINEW_DESIGN_ORDER_MAX);
    status = check_edges("edges_hz", d->edges_hz, sinew_design_has_two_edges(d), error);
    return status ? status
                  : check_levels(sinew_family_has_ripple(d->family), d->ripple_db,
                                 sinew_family_has_attenuation(d->family), d->attenuation_db, error);
}

/* The edges in the order in which frequencies rise. */
static sinew_status check_order(const sinew_design_goal *g, sinew_error *error)
{
    const double *p = g->pass_hz, *s = g->stop_hz;
    bool good[] = {
        [SINEW_BAND_LOWPASS] = p[0] < s[0],
        [SINEW_BAND_HIGHPASS] = s[0] < p[0],
        [SINEW_BAND_PASS] = s[0] < p[0] && p[1] < s[1],
        [SINEW_BAND_STOP] = p[0] < s[0] && s[1] < p[1],
    };
    static const char *const words[] = {
        [SINEW_BAND_LOWPASS] = "pass_hz must be below stop_hz",
        [SINEW_BAND_HIGHPASS] = "stop_hz must be below pass_hz",
        [SINEW_BAND_PASS] = "pass_hz must lie between the two of stop_hz",
        [SINEW_BAND_STOP] = "stop_hz must lie between the two of pass_hz",
    };
    return good[g->band] ? SINEW_OK : sinew_fail(error, SINEW_ERR_DATA, "%s", words[g->band]);
}

static sinew_status check_rate(const sinew_design_goal *g, bool two, sinew_error *error)
{
    if (!(g->rate_hz >= 0) || !isfinite(g->rate_hz))
        return sinew_fail(error, SINEW_ERR_DATA, "rate_hz is %g", g->rate_hz);
    double highest = fmax(g->pass_hz[two ? 1 : 0], g->stop_hz[two ? 1 : 0]);
    if (g->rate_hz > 0 && !(highest < g->rate_hz / 2))
        return sinew_fail(error, SINEW_ERR_DATA,
                          "an edge at %g Hz does not lie below half the rate, %g Hz", highest,
                          g->rate_hz / 2);
    return SINEW_OK;
}

sinew_status sinew_design_goal_check(const sinew_design_goal *g, sinew_error *error)
{
    if (!g)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no goal is given");
    sinew_status status = check_names(g->family, g->band, g->norm, error);
    if (status)
        return status;
    bool two = g->band == SINEW_BAND_PASS || g->band == SINEW_BAND_STOP;
    status = check_edges("pass_hz", g->pass_hz, two, error);
    if (!status)
        status = check_edges("stop_hz", g->stop_hz, two, error);
    if (!status)
        status = check_order(g, error);
    if (!status)
        status = check_levels(true, g->ripple_db, true, g->attenuation_db, error);
    return status ? status : check_rate(g, two, error);
}
