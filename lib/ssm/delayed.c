/* Delayed systems, continuous: what they are made of, and their response. */
#include "ssm/delayed.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"

void sinew_delayed_free(sinew_delayed *d)
{
    if (!d)
        return;
    sinew_system_free(d->plant);
    sinew_free(d->delay_s);
    sinew_free(d);
}

static sinew_status check(const sinew_system *plant, size_t n, const double *delay_s, bool at_input,
                          sinew_error *error)
{
    if (!plant || n < 1 || !delay_s)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no plant, or no delays");
    sinew_matrices m = sinew_system_matrices(plant);
    if (!at_input && (m.inputs <= n || m.outputs <= n))
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%zu delays take as many of the %zu inputs and %zu outputs of the plant: "
                          "none are left",
                          n, m.inputs, m.outputs);
    for (size_t i = 0; i < n; i++)
        if (!(delay_s[i] > 0) || !isfinite(delay_s[i]))
            return sinew_fail(error, SINEW_ERR_DATA, "delay %zu is %g s: it is above 0 and finite",
                              i, delay_s[i]);
    return SINEW_OK;
}

static sinew_status make(sinew_delayed **out, sinew_system *plant, size_t n, const double *delay_s,
                         bool at_input, sinew_error *error)
{
    if (out)
        *out = NULL;
    sinew_status status = out ? check(plant, n, delay_s, at_input, error) : sinew_fail_null(error);
    sinew_delayed *d = status ? NULL : sinew_alloc(1, sizeof *d);
    if (d)
        d->delay_s = sinew_copy(delay_s, n, sizeof *delay_s);
    if (!status && (!d || !d->delay_s))
        status = sinew_fail_memory(error);
    if (status) {
        sinew_delayed_free(d);
        sinew_system_free(plant);
        return status;
    }
    d->plant = plant;
    d->n = n;
    d->at_input = at_input;
    *out = d;
    return SINEW_OK;
}

sinew_status sinew_delayed_new(sinew_delayed **out, sinew_system *plant, size_t n,
                               const double *delay_s, sinew_error *error)
{
    return make(out, plant, n, delay_s, false, error);
}

sinew_status sinew_delayed_new_input(sinew_delayed **out, sinew_system *system, double delay_s,
                                     sinew_error *error)
{
    return make(out, system, 1, &delay_s, true, error);
}

/* No states: z = u + s c w, y = b (u + s c w) -+ s b w. */
sinew_status sinew_delayed_new_comb(sinew_delayed **out, const sinew_comb *comb, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!comb)
        return sinew_fail_null(error);
    if (!(comb->hz > 0) || !isfinite(1 / comb->hz) || !(comb->q > 1) || !isfinite(comb->q))
        return sinew_fail(error, SINEW_ERR_DATA, "a comb has a frequency above 0 and a q above 1");
    double t = tan(M_PI_2 / comb->q), s = comb->halfway ? -1 : 1;
    double c = (1 - t) / (1 + t), b = (comb->peak ? t : 1) / (1 + t);
    /* c - 1 = -2t / (1 + t), c + 1 = 2 / (1 + t) */
    double through = s * b * (comb->peak ? 2 : -2 * t) / (1 + t), delay_s = 1 / comb->hz;
    const double D[] = {b, through, 1, s * c};
    sinew_matrices m = {.inputs = 2, .outputs = 2, .D = D};
    sinew_system *plant = NULL;
    sinew_status status = sinew_system_new_ss(&plant, &m, error);
    return status ? status : sinew_delayed_new(out, plant, 1, &delay_s, error);
}

const sinew_system *sinew_delayed_plant(const sinew_delayed *d)
{
    return d->plant;
}

size_t sinew_delayed_inputs(const sinew_delayed *d)
{
    return sinew_system_matrices(d->plant).inputs - (d->at_input ? 0 : d->n);
}

size_t sinew_delayed_outputs(const sinew_delayed *d)
{
    return sinew_system_matrices(d->plant).outputs - (d->at_input ? 0 : d->n);
}

bool sinew_delayed_at_input(const sinew_delayed *d)
{
    return d->at_input;
}

const double *sinew_delayed_delays_s(const sinew_delayed *d, size_t *n)
{
    *n = d->n;
    return d->delay_s;
}

static double complex get(sinew_complex z)
{
    return sinew_cmplx(z.re, z.im);
}

/* M x = r for all columns of r, [M r] (n, n + columns), by Gauss and Jordan with pivots. */
static bool solve(double complex *rows, size_t n, size_t columns)
{
    size_t width = n + columns;
    for (size_t k = 0; k < n; k++) {
        size_t best = k;
        for (size_t i = k + 1; i < n; i++)
            best = cabs(rows[i * width + k]) > cabs(rows[best * width + k]) ? i : best;
        for (size_t c = 0; c < width; c++) {
            double complex kept = rows[k * width + c];
            rows[k * width + c] = rows[best * width + c];
            rows[best * width + c] = kept;
        }
        double complex pivot = rows[k * width + k];
        if (pivot == 0)
            return false;
        for (size_t c = 0; c < width; c++)
            rows[k * width + c] /= pivot;
        for (size_t i = 0; i < n; i++) {
            double complex factor = rows[i * width + k];
            for (size_t c = 0; i != k && c < width; c++)
                rows[i * width + c] -= factor * rows[k * width + c];
        }
    }
    return true;
}

bool sinew_close_delays(sinew_complex *out, const sinew_complex *P, const double complex *e,
                        size_t inputs, size_t outputs, size_t n, double complex *work)
{
    size_t wide = inputs + n, width = n + inputs; /* of P; of [I - P_zw E, P_zu] */
    for (size_t i = 0; i < n; i++) {
        const sinew_complex *z = P + (outputs + i) * wide;
        for (size_t k = 0; k < n; k++)
            work[i * width + k] = (i == k) - get(z[inputs + k]) * e[k];
        for (size_t j = 0; j < inputs; j++)
            work[i * width + n + j] = get(z[j]);
    }
    if (!solve(work, n, inputs))
        return false;
    bool finite = true;
    for (size_t o = 0; o < outputs; o++)
        for (size_t j = 0; j < inputs; j++) {
            double complex sum = get(P[o * wide + j]);
            for (size_t k = 0; k < n; k++)
                sum += get(P[o * wide + inputs + k]) * e[k] * work[k * width + n + j];
            out[o * inputs + j] = (sinew_complex){creal(sum), cimag(sum)};
            finite = finite && isfinite(creal(sum)) && isfinite(cimag(sum));
        }
    return finite;
}

static void turn(sinew_complex *h, size_t count, double complex by)
{
    for (size_t i = 0; i < count; i++) {
        double complex z = get(h[i]) * by;
        h[i] = (sinew_complex){creal(z), cimag(z)};
    }
}

/* A plant, continuous or discrete, whose response is known, and its delays. */
typedef struct opened {
    const double *delay_s; /* (n) */
    size_t n, inputs, outputs;
    bool at_input;
} opened;

/* From the plant's response P at `count` frequencies to that of the whole. */
static sinew_status close_all(sinew_complex *response, const opened *o, const sinew_complex *P,
                              const double *rad, size_t count, sinew_error *error)
{
    size_t q = o->inputs, p = o->outputs, n = o->n;
    double complex *e = sinew_alloc(n * (n + q + 1), sizeof *e);
    sinew_status status = e ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < count; i++) {
        for (size_t k = 0; k < n; k++)
            e[k] = cexp(sinew_cmplx(0, -rad[i] * o->delay_s[k]));
        if (o->at_input)
            turn(response + i * q * p, q * p, e[0]);
        else if (!sinew_close_delays(response + i * q * p, P + i * (q + n) * (p + n), e, q, p, n,
                                     e + n))
            status = sinew_fail(error, SINEW_ERR_NUMERIC,
                                "%.17g rad/s is a pole: the response is infinite", rad[i]);
    }
    sinew_free(e);
    return status;
}

static sinew_complex *plant_response(const opened *o, size_t count)
{
    return sinew_alloc(o->at_input ? 0 : count * (o->inputs + o->n),
                       (o->outputs + o->n) * sizeof(sinew_complex));
}

sinew_status sinew_delayed_response(const sinew_delayed *d, const double *rad, size_t n,
                                    sinew_complex *response, sinew_error *error)
{
    if (!d || (n > 0 && (!rad || !response)))
        return sinew_fail_null(error);
    opened o = {d->delay_s, d->n, sinew_delayed_inputs(d), sinew_delayed_outputs(d), d->at_input};
    sinew_complex *P = plant_response(&o, n);
    sinew_status status = P ? SINEW_OK : sinew_fail_memory(error);
    if (!status)
        status = sinew_system_response(d->plant, rad, n, o.at_input ? response : P, error);
    if (!status)
        status = close_all(response, &o, P, rad, n, error);
    sinew_free(P);
    return status;
}

sinew_status sinew_delayed_discretization_response(const sinew_delayed_discretization *d,
                                                   const double *rad, size_t n,
                                                   sinew_complex *response, sinew_error *error)
{
    if (!d || (n > 0 && (!rad || !response)))
        return sinew_fail_null(error);
    double *delay_s = sinew_alloc(d->n, sizeof *delay_s);
    opened o = {delay_s, d->n, d->inputs, d->outputs, d->at_input};
    sinew_complex *P = plant_response(&o, n);
    sinew_status status = P && delay_s ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < d->n; i++)
        delay_s[i] = (double)d->frames[i] * d->plant->step_s;
    if (!status)
        status = sinew_discretization_response(d->plant, rad, n, o.at_input ? response : P, error);
    if (!status)
        status = close_all(response, &o, P, rad, n, error);
    sinew_free(delay_s);
    sinew_free(P);
    return status;
}
