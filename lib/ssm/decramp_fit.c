/* ln|twin|^2 - ln|filter|^2 along the axis, and the least squares that make it small. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/levenberg.h"
#include "ssm/decramp.h"

enum {
    LINEAR = 300,
    LOGARITHMIC = 100,
    LAST = 12,
    PARAMS = 2 * (SINEW_TWIN_FREE + SINEW_TWIN_MORE) + 1,
    ROUNDS = 60
};

/* More than that off, below this frequency, gets another pole and zero: 0.1 dB holds between the
 * points too. */
static const double enough_db = 0.09, up_to = 0.9 * M_PI;

/* The last of the even points; and from where points count less, as a digital filter's curve must
 * lie level at half the rate, which an analogue one's does not. */
static const double last = 0.998 * M_PI, counts_fully = 0.93 * M_PI;

typedef struct curve {
    sinew_twin *twin;
    size_t n;
    double *w, *x;  /* rad a frame; (2 tan(w/2))^2 */
    double *weight; /* 0 where the filter has a zero or a pole */
    double *base;   /* of the fixed roots, less the filter */
    double *level;  /* ln|filter|^2, up to a constant */
} curve;

static void curve_finish(curve *c)
{
    sinew_free(c->w);
    sinew_free(c->x);
    sinew_free(c->weight);
    sinew_free(c->base);
    sinew_free(c->level);
}

/* Points around a free pair that rings. */
static void add_points(curve *c, const sinew_zpk *filter, double T)
{
    const double complex *lists[] = {filter->zeros, filter->poles};
    const size_t counts[] = {filter->n_zeros, filter->n_poles};
    size_t room = c->n + (size_t)SINEW_TWIN_FREE * SINEW_TWIN_POINTS_EACH;
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < counts[k]; i++) {
            double complex q = lists[k][i] * T;
            if (cimag(q) <= 0 || cimag(q) > M_PI || fabs(creal(q)) > cimag(q) / 2)
                continue;
            for (int at = -6; at <= 6 && c->n < room; at++) {
                double w = cimag(q) + at / 2.0 * fabs(creal(q));
                if (w > 0 && w <= last)
                    c->w[c->n++] = w;
            }
        }
}

static sinew_status curve_init(curve *c, sinew_twin *twin, const sinew_zpk *filter, double T,
                               sinew_error *error)
{
    size_t most = LINEAR + LOGARITHMIC + LAST + (size_t)SINEW_TWIN_FREE * SINEW_TWIN_POINTS_EACH;
    *c = (curve){.twin = twin,
                 .w = sinew_alloc(most, sizeof(double)),
                 .x = sinew_alloc(most, sizeof(double)),
                 .weight = sinew_alloc(most, sizeof(double)),
                 .base = sinew_alloc(most, sizeof(double)),
                 .level = sinew_alloc(most, sizeof(double))};
    if (!c->w || !c->x || !c->weight || !c->base || !c->level)
        return sinew_fail_memory(error);
    for (int i = 0; i < LINEAR; i++)
        c->w[c->n++] = last * (i + 1) / LINEAR;
    for (int i = 0; i < LOGARITHMIC; i++)
        c->w[c->n++] = last * pow(10, -4.0 * (i + 1) / LOGARITHMIC);
    for (int i = 0; i < LAST; i++) /* or a pole could hide between the last point and z = -1 */
        c->w[c->n++] = M_PI - (M_PI - last) * pow(10, -(i + 1) / 2.0);
    add_points(c, filter, T);
    for (size_t i = 0; i < c->n; i++) {
        double t = 2 * tan(c->w[i] / 2);
        c->x[i] = t * t;
        c->weight[i] = 1;
    }
    return SINEW_OK;
}

/* ln|1 - jw/r|^2, or ln w^2 for a root at 0; NAN beside a root on the axis, where it says nothing.
 */
static double log_distance(double w, double complex r)
{
    double re = creal(r), im = w - cimag(r), square = re * re + im * im;
    if (r == 0)
        return 2 * log(w);
    return square < 1e-14 * w * w ? NAN : log(square / (re * re + cimag(r) * cimag(r)));
}

static void add_root(curve *c, double complex r, double sign, bool of_filter)
{
    for (size_t i = 0; i < c->n; i++) {
        double part = sign * log_distance(of_filter ? c->w[i] : sqrt(c->x[i]), r);
        if (isnan(part)) {
            c->weight[i] = 0;
            continue;
        }
        c->base[i] += of_filter ? -part : part;
        c->level[i] += of_filter ? part : 0;
    }
}

/* Errors that the filter holds down by more than 60 dB count less, those near half the rate too. */
static void weigh(curve *c)
{
    double top = -HUGE_VAL;
    for (size_t i = 0; i < c->n; i++)
        if (c->weight[i] > 0)
            top = fmax(top, c->level[i]);
    for (size_t i = 0; i < c->n; i++) {
        double below_db = 10 / M_LN10 * (top - c->level[i]);
        if (c->weight[i] > 0)
            c->weight[i] = (c->w[i] <= counts_fully ? 1 : 0.15) / (1 + fmax(0, below_db - 60) / 20);
    }
}

static void measure(curve *c, const sinew_zpk *filter, double T)
{
    for (size_t i = 0; i < filter->n_zeros; i++)
        add_root(c, filter->zeros[i] * T, 1, true);
    for (size_t i = 0; i < filter->n_poles; i++)
        add_root(c, filter->poles[i] * T, -1, true);
    for (size_t i = 0; i < c->twin->n_zeros; i++)
        add_root(c, c->twin->zeros[i], 1, false);
    for (size_t i = 0; i < c->twin->n_poles; i++)
        add_root(c, c->twin->poles[i], -1, false);
    weigh(c);
}

/* With y = x / w^2: a pair is ln((1 - y)^2 + 4 h^2 y), a single root ln(1 + y); slopes by ln w and
 * ln h. */
static double factor_at(const sinew_twin_factor *f, double x, double w, double h, double slope[2])
{
    double sign = (f->zeros ? 1 : -1) * (double)f->copies, y = x / (w * w);
    if (f->roots == 1) {
        slope[0] = sign * -2 * y / (1 + y);
        return sign * log1p(y);
    }
    double square = (1 - y) * (1 - y) + 4 * h * h * y;
    slope[0] = sign * -2 * y * (4 * h * h - 2 * (1 - y)) / square;
    slope[1] = sign * 8 * h * h * y / square;
    return sign * log(square);
}

static size_t count_params(const sinew_twin *twin)
{
    size_t n = twin->level_free;
    for (size_t i = 0; i < twin->n_factors; i++)
        n += (size_t)twin->factors[i].roots;
    return n;
}

/* at: ln w and ln h of each factor, then the level. */
static void evaluate(const void *context, const double *at, double *residual, double *slope)
{
    const curve *c = context;
    size_t params = count_params(c->twin), column = 0;
    for (size_t i = 0; i < c->n; i++)
        residual[i] = c->base[i] + (c->twin->level_free ? at[params - 1] : 0);
    for (const sinew_twin_factor *f = c->twin->factors; f < c->twin->factors + c->twin->n_factors;
         f++) {
        double w = exp(at[column]), h = f->roots == 2 ? exp(at[column + 1]) : 1, by[2];
        for (size_t i = 0; i < c->n; i++) {
            residual[i] += factor_at(f, c->x[i], w, h, by);
            for (int k = 0; slope && k < f->roots; k++)
                slope[i * params + column + (size_t)k] = by[k] * c->weight[i];
        }
        column += (size_t)f->roots;
    }
    for (size_t i = 0; i < c->n; i++) {
        residual[i] *= c->weight[i];
        if (slope && c->twin->level_free)
            slope[i * params + params - 1] = c->weight[i];
    }
}

static void get_params(double *at, const sinew_twin *twin)
{
    for (size_t i = 0; i < twin->n_factors; i++) {
        *at++ = twin->factors[i].log_w;
        if (twin->factors[i].roots == 2)
            *at++ = twin->factors[i].log_h;
    }
    *at = twin->log_level;
}

static void set_params(sinew_twin *twin, const double *at)
{
    for (size_t i = 0; i < twin->n_factors; i++) {
        twin->factors[i].log_w = *at++;
        if (twin->factors[i].roots == 2)
            twin->factors[i].log_h = *at++;
    }
    if (twin->level_free)
        twin->log_level = *at;
}

static double worst_db(const curve *c, const double *residual)
{
    double worst = 0;
    for (size_t i = 0; i < c->n; i++)
        if (c->w[i] <= up_to)
            worst = fmax(worst, 10 / M_LN10 * fabs(residual[i]));
    return worst;
}

/* From where the twin's factors are; *db is how far off the curve is at most then. */
static sinew_status improve(curve *c, double *db, sinew_error *error)
{
    sinew_least_squares problem = {.params = count_params(c->twin),
                                   .points = c->n,
                                   .bound = 9,
                                   .evaluate = evaluate,
                                   .context = c};
    double at[PARAMS] = {0}, sum;
    double *residual = sinew_alloc(c->n, sizeof *residual);
    if (!residual)
        return sinew_fail_memory(error);
    get_params(at, c->twin);
    sinew_status status = sinew_levenberg(at, &sum, &problem, ROUNDS, error);
    if (!status) {
        set_params(c->twin, at);
        evaluate(c, at, residual, NULL);
        *db = worst_db(c, residual);
    }
    sinew_free(residual);
    return status;
}

/* One pole and one zero more, from the best of a few starts; the twin stays where none helps. */
static sinew_status add_pair(curve *c, double *db, sinew_error *error)
{
    const double starts[] = {0.7, 2, 6};
    sinew_twin before = *c->twin, best = before;
    sinew_status status = SINEW_OK;
    for (size_t i = 0; !status && i < sizeof starts / sizeof *starts; i++) {
        double off = 0;
        *c->twin = before;
        for (int zeros = 0; zeros < 2; zeros++)
            c->twin->factors[c->twin->n_factors++] = (sinew_twin_factor){
                .zeros = zeros, .roots = 1, .copies = 1, .log_w = log(starts[i]) + 0.2 * zeros};
        status = improve(c, &off, error);
        if (!status && off < *db) {
            *db = off;
            best = *c->twin;
        }
    }
    *c->twin = best;
    return status;
}

sinew_status sinew_twin_fit(sinew_twin *twin, const sinew_zpk *filter, double step_s,
                            sinew_error *error)
{
    curve c;
    double db = 0;
    sinew_status status = curve_init(&c, twin, filter, step_s, error);
    if (!status) {
        measure(&c, filter, step_s);
        status = improve(&c, &db, error);
    }
    for (int extra = 0; !status && extra < SINEW_TWIN_EXTRA && db > enough_db; extra++)
        status = add_pair(&c, &db, error);
    curve_finish(&c);
    return status;
}
