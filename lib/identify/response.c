/* Vector fitting (Gustavsen, Semlyen 1999, IEEE Trans. Power Delivery 14:1052; relaxed: Gustavsen
 * 2006, 21:1587). With poles p guessed, H sigma = sum r phi + d and sigma = sum c phi + d' are
 * linear in r, d, c, d'; the zeros of sigma are better poles of H. When they stay, sigma is
 * constant and the residues of H are plain least squares.
 *
 * Why this and not an interpolating method such as AAA (Nakatsukasa, Sete, Trefethen 2018):
 * measured curves have noise. Here each point weighs in, poles come real or in pairs, stay stable
 * in every step and are shared by all inputs and outputs; nothing has to be cleaned away
 * afterwards. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "identify/curve.h"
#include "identify/search.h"
#include "math/complex.h"

enum { MOST_DEFAULT = 40, STEPS = 40, PATIENCE = 8 };

typedef struct fit {
    sinew_curve curve;
    size_t outputs, inputs;
    double scale; /* rad/s that is 1 */
} fit;

typedef struct attempt {
    sinew_curve_poles poles;
    double *X; /* (elements, order + 1) */
    double rms, peak;
} attempt;

static sinew_status allocate(attempt *a, const fit *f, size_t order, sinew_error *error)
{
    *a = (attempt){{order, sinew_alloc(order, sizeof(double complex))},
                   sinew_alloc(f->curve.elements * (order + 1), sizeof(double)),
                   INFINITY,
                   INFINITY};
    return a->poles.at && a->X ? SINEW_OK : sinew_fail_memory(error);
}

static void release(attempt *a)
{
    sinew_free(a->poles.at);
    sinew_free(a->X);
}

static void keep(attempt *best, const attempt *now, const fit *f)
{
    size_t n = now->poles.n;
    memcpy(best->poles.at, now->poles.at, n * sizeof *now->poles.at);
    memcpy(best->X, now->X, f->curve.elements * (n + 1) * sizeof *now->X);
    best->rms = now->rms;
    best->peak = now->peak;
}

/* Lightly damped pairs all over the band, in equal steps or equal ratios; a real one in its middle
 * where the order is odd. */
static void start(sinew_curve_poles *poles, const sinew_curve *curve, bool in_ratios)
{
    double low = 1, high = 1;
    for (size_t k = 0; k < curve->n; k++)
        if (curve->w[k] > 0)
            low = fmin(low, curve->w[k]);
    size_t pairs = poles->n / 2;
    for (size_t i = 0; i < pairs; i++) {
        double part = pairs > 1 ? (double)i / (double)(pairs - 1) : 0.5;
        double w = in_ratios ? low * pow(high / low, part) : low + (high - low) * part;
        poles->at[2 * i] = sinew_cmplx(-0.01 * w, w);
        poles->at[2 * i + 1] = sinew_cmplx(-0.01 * w, -w);
    }
    if (poles->n % 2)
        poles->at[poles->n - 1] = -sqrt(low * high);
}

/* Steps until nothing gets better. */
static sinew_status relocate(attempt *best, attempt *now, const fit *f, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    double least = INFINITY;
    int since = 0;
    for (int step = 0; !status && step < STEPS && since < PATIENCE; step++, since++) {
        status = sinew_curve_move(&now->poles, &f->curve, error);
        if (!status)
            status =
                sinew_curve_residues(now->X, &now->rms, &now->peak, &f->curve, &now->poles, error);
        if (!status && now->rms < best->rms)
            keep(best, now, f);
        if (!status && now->rms < 0.999 * least) {
            least = now->rms;
            since = 0;
        }
    }
    return status;
}

/* Residues into modes: a pole for each input, or for each output where there are fewer. */
static sinew_status gather(sinew_modes *m, const fit *f, const attempt *a, sinew_error *error)
{
    size_t p = f->outputs, q = f->inputs, n = a->poles.n, copies = q <= p ? q : p, at = 0;
    sinew_status status = sinew_modes_init(m, n * copies, q, p, error);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        bool pair = cimag(a->poles.at[i]) > 0;
        for (size_t one = 0; one < copies; one++, at++) {
            m->poles[at] = a->poles.at[i] * f->scale;
            for (size_t other = 0; other < p * q / copies; other++) {
                size_t o = q <= p ? other : one, j = q <= p ? one : other;
                const double *x = a->X + (o * q + j) * (n + 1) + i;
                double complex r = f->scale * (pair ? sinew_cmplx(x[0], x[1]) : x[0]);
                if (q <= p)
                    m->c[at * p + o] = r;
                else
                    m->b[at * q + j] = r;
            }
            *(q <= p ? &m->b[at * q + one] : &m->c[at * p + one]) = 1;
        }
        i += pair;
    }
    m->n = at;
    for (size_t e = 0; e < p * q; e++)
        m->D[e] = a->X[e * (n + 1) + n];
    return SINEW_OK;
}

static sinew_status make(sinew_candidate *out, void *context, size_t order, sinew_error *error)
{
    const fit *f = context;
    attempt now, best;
    *out = (sinew_candidate){.order = order};
    sinew_status status = allocate(&now, f, order, error), other = allocate(&best, f, order, error);
    if (!status)
        status = other;
    for (int in_ratios = 0; !status && in_ratios < 2; in_ratios++) {
        start(&now.poles, &f->curve, in_ratios);
        status = relocate(&best, &now, f, error);
    }
    if (!status)
        status = gather(&out->modes, f, &best, error);
    if (status) {
        *out = (sinew_candidate){0};
    } else {
        out->error = best.rms;
        out->peak_error = best.peak;
    }
    release(&now);
    release(&best);
    return status;
}

static sinew_status check(const double *rad, const sinew_complex *response, size_t n,
                          size_t outputs, size_t inputs, const sinew_identify_opts *o,
                          double *step_s, sinew_error *error)
{
    if (!rad || !response || !o || outputs < 1 || inputs < 1)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no response or no options");
    sinew_identify_opts known = *o;
    if (o->rate_hz == 0 && o->step_s == 0)
        known.step_s = 1;
    sinew_status status = sinew_identify_check(step_s, &known, error);
    if (o->rate_hz == 0 && o->step_s == 0)
        *step_s = 0;
    if (!status && o->order == 0 && o->tolerance == 0)
        status = sinew_fail(error, SINEW_ERR_ARGUMENT, "an order or a tolerance is needed");
    if (!status)
        status = sinew_identify_check_data(&response->re, n, 2 * outputs * inputs, "the response",
                                           error);
    for (size_t k = 0; !status && k < n; k++) {
        if (!(rad[k] >= 0) || !isfinite(rad[k]))
            status = sinew_fail(error, SINEW_ERR_DATA, "frequency %zu is %g rad/s", k, rad[k]);
        else if (*step_s > 0 && !(rad[k] * *step_s < M_PI))
            status = sinew_fail(error, SINEW_ERR_DATA,
                                "frequency %zu, %g Hz, is not below half the rate", k,
                                rad[k] / (2 * M_PI));
    }
    return status;
}

static void weigh(sinew_curve *c, sinew_fit_weight how)
{
    double peak = 0;
    for (size_t i = 0; i < c->n * c->elements; i++)
        peak = fmax(peak, cabs(c->H[i]));
    for (size_t i = 0; i < c->n * c->elements; i++)
        c->weight[i] = 1 / (how == SINEW_WEIGHT_RELATIVE ? fmax(cabs(c->H[i]), 1e-3 * peak) : peak);
}

static sinew_status prepare(fit *f, const double *rad, const sinew_complex *response, size_t n,
                            double step_s, sinew_fit_weight weight, sinew_error *error)
{
    size_t elements = f->outputs * f->inputs;
    f->curve = (sinew_curve){n, elements, sinew_alloc(n, sizeof(double)),
                             sinew_alloc(n * elements, sizeof(double complex)),
                             sinew_alloc(n * elements, sizeof(double))};
    if (!f->curve.w || !f->curve.H || !f->curve.weight)
        return sinew_fail_memory(error);
    for (size_t k = 0; k < n; k++) {
        f->curve.w[k] = step_s > 0 ? 2 / step_s * tan(rad[k] * step_s / 2) : rad[k];
        f->scale = fmax(f->scale, f->curve.w[k]);
    }
    if (!(f->scale > 0))
        return sinew_fail(error, SINEW_ERR_DATA, "no frequency is above 0");
    for (size_t k = 0; k < n; k++)
        f->curve.w[k] /= f->scale;
    for (size_t i = 0; i < n * elements; i++)
        f->curve.H[i] = sinew_cmplx(response[i].re, response[i].im);
    weigh(&f->curve, weight);
    return SINEW_OK;
}

static sinew_status choose(sinew_candidate *out, fit *f, const sinew_identify_opts *o,
                           sinew_error *error)
{
    size_t wanted = o->order ? o->order : o->most ? o->most : MOST_DEFAULT, n = f->curve.n;
    size_t limit = n > 1 ? n - 1 : 0; /* 2 n numbers, 2 (order + 1) unknowns */
    bool found = true;
    if (limit < 1 || (o->order && o->order > limit))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "%zu frequencies carry an order of %zu at most", n, limit);
    if (o->order)
        return make(out, f, o->order, error);
    size_t most = wanted < limit ? wanted : limit;
    sinew_status status = sinew_search_order(out, &found, make, f, 1, most, o->tolerance, error);
    return status || found ? status : sinew_search_failed(out, o->tolerance, error);
}

static uint64_t hash_data(const double *rad, const sinew_complex *response, size_t n, size_t each)
{
    uint64_t hash = sinew_hash_numbers(SINEW_HASH_START, rad, n);
    return sinew_hash_numbers(hash, &response->re, 2 * n * each);
}

sinew_status sinew_identify_response(sinew_system **out, sinew_identify_report *report,
                                     const double *rad, const sinew_complex *response, size_t n,
                                     size_t outputs, size_t inputs, const sinew_identify_opts *opts,
                                     sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    double step_s = 0;
    fit f = {.outputs = outputs, .inputs = inputs};
    sinew_candidate candidate = {0};
    *out = NULL;
    if (report)
        *report = (sinew_identify_report){0};
    sinew_status status = check(rad, response, n, outputs, inputs, opts, &step_s, error);
    if (!status)
        status = prepare(&f, rad, response, n, step_s, opts->weight, error);
    if (!status)
        status = choose(&candidate, &f, opts, error);
    sinew_method method = step_s > 0 ? SINEW_METHOD_BILINEAR : SINEW_METHOD_DEFAULT;
    if (!status) {
        uint64_t data = hash_data(rad, response, n, outputs * inputs);
        uint64_t asked = sinew_identify_hash("response", data, step_s, opts);
        status = sinew_modes_system(out, &candidate.modes, method, asked, error);
    }
    if (!status && report) {
        sinew_identify_tell(report, &candidate);
        report->method = method;
        report->step_s = step_s;
    }
    sinew_candidate_finish(&candidate);
    sinew_free(f.curve.w);
    sinew_free(f.curve.H);
    sinew_free(f.curve.weight);
    return status;
}
