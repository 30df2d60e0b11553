/* decramped: the magnitude of the analogue filter, kept up to half the rate.
 *
 * The bilinear rule squeezes all frequencies below half the rate: z = e^jwT stands for
 * s = jW, W = 2/T tan(wT/2). So it is given another system to squeeze, the *twin*, whose response
 * at jW is in magnitude that of the filter at jw. The twin has the filter's order where that is
 * enough, and is stable and of minimum phase where the filter is.
 *
 * Slow roots r of the filter, sharp ones and zeros on the axis become 2/T tanh(rT/2), which the
 * bilinear rule takes to e^rT. The others, and a zero for each zero at infinity, are free: they
 * start there and are moved by least squares until ln|twin|^2 is ln|filter|^2 along the axis.
 * M. Vicanek 2016 (Matched Second Order Digital Filters) matches a biquad's numerator at three
 * frequencies to that end; free poles and the whole curve at once do better where roots are near
 * half the rate, and for filters of more than one section.
 *
 * The phase is that of minimum phase, as the filter's where that is; each zero at infinity, which
 * the twin has not, leads by up to half a frame. */
#ifndef SINEW_SSM_DECRAMP_H
#define SINEW_SSM_DECRAMP_H

#include "ssm/system.h"

/* The twin, for the bilinear rule at this step without prewarping. SINEW_ERR_UNSUPPORTED for more
 * than one input or output; SINEW_ERR_NUMERIC for a pole that never decays above half the rate. */
sinew_status sinew_system_decramp(sinew_system **out, const sinew_system *system, double step_s,
                                  sinew_error *error);

/* ---- inside; frequencies in rad a frame, so the twin's variable is 2 tan(w/2) ---- */

/* Free roots: 1 + 2 h s/w + s^2/w^2, or 1 + s/w, `copies` times. */
typedef struct sinew_twin_factor {
    bool zeros; /* else poles */
    int roots;  /* 2 or 1 */
    bool right; /* zeros right of the axis; fitted as if left of it */
    size_t copies;
    double log_w, log_h;
} sinew_twin_factor;

enum {
    SINEW_TWIN_FREE = 32,        /* factors of roots that the filter has ... */
    SINEW_TWIN_MORE = 16,        /* ... and of those that it has not, or are left over */
    SINEW_TWIN_EXTRA = 2,        /* pole-zero pairs */
    SINEW_TWIN_POINTS_EACH = 13, /* around a root that rings */
};

typedef struct sinew_twin {
    double complex *zeros, *poles; /* fixed; room for all of the filter's */
    size_t n_zeros, n_poles;
    sinew_twin_factor factors[SINEW_TWIN_FREE + SINEW_TWIN_MORE];
    size_t n_factors;
    bool level_free;  /* a zero at 0: no gain there that could be kept */
    double log_level; /* of |twin|^2 over |filter|^2 toward 0 */
} sinew_twin;

/* decramp_fit.c: move the free factors of the twin to the filter's curve, and add up to
 * SINEW_TWIN_EXTRA pole-zero pairs where that is more than a tenth of a decibel off. */
sinew_status sinew_twin_fit(sinew_twin *twin, const sinew_zpk *filter, double step_s,
                            sinew_error *error);

#endif
