/**
 * identify: continuous systems from measurements.
 *
 *     what was measured                    function                    rule
 *     an impulse response                  sinew_identify_impulse      ERA
 *     input and output                     sinew_identify_records      N4SID
 *     a frequency response                 sinew_identify_response     vector fitting
 *
 * Each finds a model of few states, makes its poles ones that a stable continuous system can have,
 * and returns the continuous system in modal coordinates: A in blocks of 1 and 2, so that a filter
 * of n states and one input and output costs about 2 n products a frame.
 *
 *     sinew_identify_opts opts = {.rate_hz = 500, .tolerance = 0.01};
 *     sinew_identify_report report;
 *     if (sinew_identify_impulse(&system, &report, h, n, 1, 1, &opts, &error)) ...
 *     sinew_discretize_opts as = {.rate_hz = 48000};
 *     ...
 *     sinew_identify_report_finish(&report);
 *     sinew_system_free(system);
 *
 * The system prefers `report.method`: so discretized, at the rate of the data, it is the model that
 * was fitted, and at another rate that same system seen at that rate.
 *
 * Ownership: *out and what the report holds are the caller's, after success only. Errors:
 * SINEW_ERR_ARGUMENT for options out of range and records too short for the order,
 * SINEW_ERR_DATA for numbers that are not finite or all zero, SINEW_ERR_NUMERIC for a tolerance
 * that no order up to the limit meets. Thread-safety: pure functions.
 */
#ifndef SINEW_IDENTIFY_H
#define SINEW_IDENTIFY_H

#include "discretization.h"
#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What becomes of the poles of a fit that are not stable: a measured response has noise. */
typedef enum sinew_unstable {
    SINEW_UNSTABLE_REFLECT = 0, /* z becomes 1 / conj z, and the residues are fitted again */
    SINEW_UNSTABLE_DROP,        /* they go, and the residues of the others are fitted again */
    SINEW_UNSTABLE_KEEP
} sinew_unstable;

typedef enum sinew_fit_weight {
    SINEW_WEIGHT_RELATIVE = 0, /* over |H|, as dB are; 60 dB below the peak and less, over that */
    SINEW_WEIGHT_ABSOLUTE      /* as it is: the peaks count */
} sinew_fit_weight;

typedef struct sinew_identify_opts {
    double rate_hz;      /* of the data: either this ... */
    double step_s;       /* ... or this is > 0, the other 0; both 0: a continuous response */
    size_t order;        /* states of the model; 0: found by the tolerance */
    double tolerance;    /* the least order whose relative error is at most this; 0.01 is -40 dB */
    size_t most;         /* the largest order that a search tries; 0: 400 of impulse responses, 20
                          * of records, 40 of frequency responses */
    sinew_method method; /* ZOH, or IMPULSE (impulse responses only); DEFAULT: IMPULSE for an
                          * impulse response, ZOH for records */
    sinew_unstable unstable;
    double below_hz;         /* impulse responses only: > 0: fit what lies below this, see there */
    sinew_fit_weight weight; /* sinew_identify_response only */
} sinew_identify_opts;

typedef struct sinew_identify_report {
    sinew_method method;     /* by which the system, every step_s, is the model */
    double step_s;           /* of the data, or of what below_hz has left of them; 0: continuous */
    size_t order;            /* of the model; the system has a state more for each z < 0 */
    double error;            /* rms of the error over rms of the data, of the system returned */
    double peak_error;       /* largest error over largest datum */
    size_t unstable;         /* poles of the fit that were not stable, whatever became of them */
    size_t fast;             /* poles at or about z = 0, as of a delay, which no continuous system
                              * has: moved to where the data cannot tell the difference */
    double condition;        /* of the eigenvectors (1-norm): 1/eps is hopeless; 1 of responses */
    double *singular_values; /* (n_singular_values), falling: what the order is chosen by */
    size_t n_singular_values;
    double *initial; /* records: (order of the system) its state at the first frame; else NULL */
} sinew_identify_report;

SINEW_API void sinew_identify_report_finish(sinew_identify_report *report); /* NULL is fine */

/** From an impulse response h (n, outputs, inputs), h[0] the first frame, by the eigensystem
 *  realization algorithm (Juang, Pappa 1985): the singular value decomposition of the Hankel matrix
 *  of h[1 ...], of which only the leading triplets are computed, with products by FFT.
 *
 *  method IMPULSE takes h[k] / T for samples of the continuous response C e^{At} B (and D = h[0] -
 *  T C B): at another rate the frequency response stays, but for what aliases. method ZOH takes
 *  the data for the answer of a system behind a hold, such as a converter has.
 *
 *  A few hundred states do not hold all of a room at 48 kHz, but they hold its bass. below_hz takes
 *  the response through a low-pass that is 1 up to there, to a rate of about four times below_hz,
 *  and fits that, by IMPULSE; the system is right at any rate, and is silent above. Silence before
 *  the response leaves the low-pass, which is symmetric, room to rise.
 *
 *  n is at least 4 and more than 2 order / min(outputs, inputs). Order or tolerance must be given.
 *  An order that is more than the data hold above rounding is reduced: report.order says. */
SINEW_API sinew_status sinew_identify_impulse(sinew_system **out, sinew_identify_report *report,
                                              const double *h, size_t n, size_t outputs,
                                              size_t inputs, const sinew_identify_opts *opts,
                                              sinew_error *error);

/** From an input u (n, inputs) and the output y (n, outputs) that followed, by subspace
 *  identification (N4SID: Van Overschee, De Moor 1994; with the weights of PO-MOESP, Verhaegen
 *  1994), which noise on the outputs does not bias; then B, D and the state at the first frame in
 *  least squares. Without order and tolerance the order is where the singular values fall most.
 *  The input must move enough to tell the states apart, and means that are not the system's must
 *  be subtracted before. Errors are over all outputs, each in units of its own rms. */
SINEW_API sinew_status sinew_identify_records(sinew_system **out, sinew_identify_report *report,
                                              const double *u, const double *y, size_t n,
                                              size_t inputs, size_t outputs,
                                              const sinew_identify_opts *opts, sinew_error *error);

/** From a frequency response: response (n, outputs, inputs) at n angular frequencies (rad/s, none
 *  negative), by relaxed vector fitting (Gustavsen, Semlyen 1999; Gustavsen 2006): poles common to
 *  all inputs and outputs, real or in conjugate pairs, stable by construction, closest in least
 *  squares to all points, so that noise averages out. Order or tolerance must be given.
 *
 *  With a rate the response is that of a digital filter, below half the rate: it is fitted at
 *  (2 / T) tan(wT / 2) and report.method is BILINEAR, which takes it back exactly. Without one
 *  report.method is DEFAULT: any.  report.singular_values and report.initial are NULL. */
SINEW_API sinew_status sinew_identify_response(sinew_system **out, sinew_identify_report *report,
                                               const double *rad, const sinew_complex *response,
                                               size_t n, size_t outputs, size_t inputs,
                                               const sinew_identify_opts *opts, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
