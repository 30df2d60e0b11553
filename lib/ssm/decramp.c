#include "ssm/decramp.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/damped.h"
#include "math/scaled.h"
#include "ssm/factor.h"

/* In rad a frame: below it a root is where e^rT puts it, and what is left to correct is smooth. */
static const double slow = 0.2;

/* Damping, |Re| / |r|, below which a root stays in its place: a resonance or a notch. */
static const double sharp = 0.02;

/* A pair above this starts as two real roots: its mirror image below half the rate is nothing
 * that the filter has. */
static const double foldable = 0.98 * M_PI;

static bool on_axis(double complex q)
{
    return fabs(creal(q)) <= 1e-10 * cabs(q);
}

/* 2 tanh(q/2), q in rad a frame. */
static double complex warp(double complex q)
{
    if (creal(q) == 0)
        return sinew_cmplx(0, 2 * tan(cimag(q) / 2));
    return 2 * ctanh(q / 2);
}

/* Is there a pole for this zero, or the other way round, that makes an all-pass of both? */
static bool has_mirror(double complex r, const double complex *others, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (cabs(r + conj(others[i])) <= 1e-12 * cabs(r) && creal(r) != 0)
            return true;
    return false;
}

typedef struct sorter {
    sinew_twin *twin;
    const sinew_zpk *filter;
    double T;
    double limit;      /* rad a frame: only faster roots are free */
    double pending[2]; /* a real free root that waits for another: left, right of the axis */
} sorter;

static bool has_room(const sinew_twin *twin)
{
    return twin->n_factors < SINEW_TWIN_FREE;
}

static void add_factor(sinew_twin *twin, bool zeros, bool right, int roots, double w, double h)
{
    twin->factors[twin->n_factors++] = (sinew_twin_factor){.zeros = zeros,
                                                           .roots = roots,
                                                           .right = right,
                                                           .copies = 1,
                                                           .log_w = log(w),
                                                           .log_h = log(h)};
}

static void keep(sinew_twin *twin, bool zeros, double complex place)
{
    double complex *list = zeros ? twin->zeros : twin->poles;
    size_t *n = zeros ? &twin->n_zeros : &twin->n_poles;
    list[(*n)++] = place;
    if (cimag(place) != 0)
        list[(*n)++] = conj(place);
}

/* q: rad a frame, Im >= 0. A real root is free with the next one, or by itself at the end. */
static void set_free(sorter *s, bool zeros, double complex q)
{
    bool right = creal(q) > 0;
    if (cimag(q) == 0) {
        double w = fabs(creal(warp(q))), *other = &s->pending[right];
        if (*other > 0) {
            double mean = sqrt(*other) * sqrt(w);
            add_factor(s->twin, zeros, right, 2, mean, (*other + w) / 2 / mean);
            *other = 0;
        } else
            *other = w;
        return;
    }
    if (cimag(q) < foldable) {
        double complex place = warp(q);
        add_factor(s->twin, zeros, right, 2, cabs(place), fabs(creal(place)) / cabs(place));
    } else
        add_factor(s->twin, zeros, right, 2, 2 * tanh(cabs(q) / 2), 1);
}

static void end_list(sorter *s, bool zeros)
{
    for (int right = 0; right < 2; right++)
        if (s->pending[right] > 0)
            add_factor(s->twin, zeros, right, 1, s->pending[right], 1);
    s->pending[0] = s->pending[1] = 0;
}

static bool stays(const sorter *s, bool zeros, double complex r)
{
    double complex q = r * s->T;
    bool below = cimag(q) < M_PI;
    if (cabs(q) < s->limit || (below && fabs(creal(q)) < sharp * cabs(q)))
        return true;
    if (zeros ? has_mirror(r, s->filter->poles, s->filter->n_poles)
              : creal(r) > 0 || has_mirror(r, s->filter->zeros, s->filter->n_zeros))
        return true;
    return !has_room(s->twin);
}

static int falling(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Where there are more roots than may be free, it is the fastest that are. */
static sinew_status find_limit(sorter *s, sinew_error *error)
{
    const double complex *lists[] = {s->filter->poles, s->filter->zeros};
    const size_t counts[] = {s->filter->n_poles, s->filter->n_zeros};
    double *size = sinew_alloc(counts[0] + counts[1], sizeof *size);
    size_t n = 0;
    if (!size)
        return sinew_fail_memory(error);
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < counts[k]; i++)
            if (cimag(lists[k][i]) >= 0 && !on_axis(lists[k][i]))
                size[n++] = cabs(lists[k][i]) * s->T;
    qsort(size, n, sizeof *size, falling);
    s->limit = fmax(slow, n > SINEW_TWIN_FREE ? size[SINEW_TWIN_FREE - 1] : 0);
    sinew_free(size);
    return SINEW_OK;
}

/* Where a root stays that lies above half the rate: as fast as it is, without its ringing. */
static double complex place_of(double complex q, bool mirrored)
{
    if (cimag(q) < M_PI || mirrored)
        return warp(on_axis(q) ? sinew_cmplx(0, cimag(q)) : q);
    return copysign(2 * tanh(cabs(q) / 2), creal(q));
}

static sinew_status sort_roots(sorter *s, bool zeros, sinew_error *error)
{
    const sinew_zpk *filter = s->filter;
    const double complex *list = zeros ? filter->zeros : filter->poles;
    for (size_t i = 0; i < (zeros ? filter->n_zeros : filter->n_poles); i++) {
        double complex r = list[i], q = r * s->T;
        if (cimag(r) < 0)
            continue;
        if (!zeros && cimag(q) >= M_PI && (creal(q) > 0 || on_axis(q)))
            return sinew_fail(error, SINEW_ERR_NUMERIC,
                              "a pole at %.17g + %.17gj rad/s does not decay and lies above half "
                              "the rate, %.10g rad/s: decramped cannot keep it",
                              creal(r), cimag(r), M_PI / s->T);
        if (!stays(s, zeros, r)) {
            set_free(s, zeros, q);
            continue;
        }
        bool mirrored = zeros ? has_mirror(r, filter->poles, filter->n_poles)
                              : has_mirror(r, filter->zeros, filter->n_zeros);
        double complex place = place_of(q, mirrored);
        keep(s->twin, zeros, place);
        if (cimag(q) > 0 && cimag(place) == 0)
            keep(s->twin, zeros, place);
    }
    end_list(s, zeros);
    return SINEW_OK;
}

/* As many zeros as poles: those at infinity, in up to four kinds of pairs. */
static void add_zeros(sinew_twin *twin, size_t missing)
{
    size_t pairs = missing / 2, kinds = pairs < 4 ? pairs : 4;
    for (size_t k = 0; k < kinds; k++) {
        add_factor(twin, true, false, 2, 2 * (1 + 0.3 * (double)k), 1);
        twin->factors[twin->n_factors - 1].copies = pairs / kinds + (k < pairs % kinds);
    }
    if (missing % 2)
        add_factor(twin, true, false, 1, 2, 1);
}

static size_t count_roots(const sinew_twin *twin, bool zeros)
{
    size_t n = zeros ? twin->n_zeros : twin->n_poles;
    for (const sinew_twin_factor *f = twin->factors; f < twin->factors + twin->n_factors; f++)
        if (f->zeros == zeros)
            n += f->copies * (size_t)f->roots;
    return n;
}

static double complex *put_factor(double complex *at, const sinew_twin_factor *f, double T)
{
    double w = exp(f->log_w) / T;
    double complex roots[2] = {-w};
    if (f->roots == 2)
        sinew_damped_roots(roots, w, exp(f->log_h));
    if (f->right) {
        roots[0] = -conj(roots[0]);
        roots[1] = -conj(roots[1]);
    }
    for (size_t copy = 0; copy < f->copies; copy++)
        for (int i = 0; i < f->roots; i++)
            *at++ = roots[i];
    return at;
}

static void put_roots(double complex *at, const sinew_twin *twin, bool zeros, double T)
{
    const double complex *fixed = zeros ? twin->zeros : twin->poles;
    for (size_t i = 0; i < (zeros ? twin->n_zeros : twin->n_poles); i++)
        *at++ = fixed[i] / T;
    for (const sinew_twin_factor *f = twin->factors; f < twin->factors + twin->n_factors; f++)
        if (f->zeros == zeros)
            at = put_factor(at, f, T);
}

/* x *= prod(-roots), but for those at 0, or their inverse. */
static void multiply(sinew_scaled *x, const double complex *roots, size_t n, bool divide)
{
    for (size_t i = 0; i < n; i++)
        if (roots[i] != 0 && divide)
            sinew_scaled_divide(x, -roots[i]);
        else if (roots[i] != 0)
            sinew_scaled_multiply(x, -roots[i]);
}

/* Toward 0 both are gain s^k prod(-z) / prod(-p), up to the level. */
static void put_gain(sinew_zpk *out, const sinew_zpk *filter, double log_level)
{
    sinew_scaled gain = {filter->gain, filter->exponent};
    multiply(&gain, filter->zeros, filter->n_zeros, false);
    multiply(&gain, filter->poles, filter->n_poles, true);
    multiply(&gain, out->poles, out->n_poles, false);
    multiply(&gain, out->zeros, out->n_zeros, true);
    sinew_scaled_multiply(&gain, exp(log_level / 2));
    out->gain = (double)creall(gain.mantissa);
    out->exponent = (int)gain.exponent;
}

static sinew_status assemble(sinew_system **out, const sinew_twin *twin, const sinew_zpk *filter,
                             double T, sinew_error *error)
{
    sinew_zpk zpk;
    sinew_status status =
        sinew_zpk_alloc(&zpk, count_roots(twin, true), count_roots(twin, false), error);
    if (status)
        return status;
    put_roots(zpk.zeros, twin, true, T);
    put_roots(zpk.poles, twin, false, T);
    put_gain(&zpk, filter, twin->log_level);
    return sinew_system_new_factored(out, &zpk, error);
}

static size_t count_at_zero(const double complex *list, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += list[i] == 0;
    return count;
}

static sinew_status find_twin(sinew_system **out, const sinew_zpk *filter, double T,
                              sinew_error *error)
{
    sinew_twin twin = {.zeros = sinew_alloc(filter->n_zeros, sizeof *twin.zeros),
                       .poles = sinew_alloc(filter->n_poles, sizeof *twin.poles)};
    sorter s = {.twin = &twin, .filter = filter, .T = T};
    sinew_status status = twin.zeros && twin.poles ? SINEW_OK : sinew_fail_memory(error);
    if (!status)
        status = find_limit(&s, error);
    if (!status)
        status = sort_roots(&s, false, error);
    if (!status)
        status = sort_roots(&s, true, error);
    if (!status) {
        add_zeros(&twin, filter->n_poles - filter->n_zeros);
        twin.level_free = count_at_zero(filter->zeros, filter->n_zeros) >
                          count_at_zero(filter->poles, filter->n_poles);
        status = sinew_twin_fit(&twin, filter, T, error);
    }
    if (!status)
        status = assemble(out, &twin, filter, T, error);
    sinew_free(twin.zeros);
    sinew_free(twin.poles);
    return status;
}

sinew_status sinew_system_decramp(sinew_system **out, const sinew_system *system, double step_s,
                                  sinew_error *error)
{
    sinew_zpk filter;
    *out = NULL;
    if (system->inputs != 1 || system->outputs != 1)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "decramped is for one input and one output; here are %zu and %zu",
                          system->inputs, system->outputs);
    sinew_status status = sinew_system_factor(&filter, system, error);
    if (status)
        return status;
    status = find_twin(out, &filter, step_s, error);
    sinew_zpk_finish(&filter);
    return status;
}
