/* With the poles z and c of all modes known, the output is linear in all else:
 *
 *     y[k] = sum over modes of c (z^k x0 + sum over inputs of b g[k]) + D u[k]
 *     g[k + 1] = z g[k] + u[k],  g[0] = 0        and the conjugate of a pair with it */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "identify/records.h"
#include "math/complex.h"
#include "math/tall.h"

typedef struct run {
    double complex *g; /* (n, 1 + inputs): z^k, then the modes' answers to each input */
} run;

static sinew_status start(run *w, const sinew_modes *m, sinew_error *error)
{
    w->g = sinew_alloc(m->n * (1 + m->inputs), sizeof *w->g);
    for (size_t i = 0; w->g && i < m->n; i++)
        w->g[i * (1 + m->inputs)] = 1;
    return w->g ? SINEW_OK : sinew_fail_memory(error);
}

static double complex times(double complex a, double complex b)
{
    return sinew_cmplx(creal(a) * creal(b) - cimag(a) * cimag(b),
                       creal(a) * cimag(b) + cimag(a) * creal(b));
}

static void advance(run *w, const sinew_modes *m, const double *u)
{
    size_t width = 1 + m->inputs;
    for (size_t i = 0; i < m->n; i++)
        for (size_t j = 0; j < width; j++)
            w->g[i * width + j] = times(m->poles[i], w->g[i * width + j]) + (j > 0 ? u[j - 1] : 0);
}

/* Of output o: what multiplies the real and imaginary part of each x0 and b, then D, then y. */
static void fill(double *row, const run *w, const sinew_modes *m, size_t o, const double *u,
                 double y)
{
    size_t width = 1 + m->inputs, at = 0;
    for (size_t i = 0; i < m->n; i++) {
        bool pair = cimag(m->poles[i]) > 0;
        for (size_t j = 0; j < width; j++) {
            double complex x = times(m->c[i * m->outputs + o], w->g[i * width + j]);
            row[at++] = creal(x) * (pair ? 2 : 1);
            if (pair)
                row[at++] = -2 * cimag(x);
        }
    }
    for (size_t j = 0; j < m->inputs; j++)
        row[at + o * m->inputs + j] = u[j];
    row[at + m->outputs * m->inputs] = y;
}

static void take(sinew_modes *m, double complex *x0, const double *X)
{
    size_t at = 0;
    for (size_t i = 0; i < m->n; i++) {
        bool pair = cimag(m->poles[i]) > 0;
        for (size_t j = 0; j < 1 + m->inputs; j++) {
            double re = X[at++], im = pair ? X[at++] : 0;
            *(j == 0 ? &x0[i] : &m->b[i * m->inputs + j - 1]) = sinew_cmplx(re, im);
        }
    }
    for (size_t i = 0; i < m->outputs * m->inputs; i++)
        m->D[i] = X[at + i];
}

sinew_status sinew_records_fit(sinew_modes *m, double complex *x0, const sinew_records *r,
                               sinew_error *error)
{
    size_t columns = sinew_modes_states(m) * (1 + m->inputs) + m->inputs * m->outputs;
    double *X = sinew_alloc(columns, sizeof *X);
    run w = {0};
    sinew_tall t = {0};
    sinew_status status = X ? start(&w, m, error) : sinew_fail_memory(error);
    if (!status)
        status = sinew_tall_init(&t, columns + 1, error);
    for (size_t k = 0; !status && k < r->n; k++) {
        const double *u = r->u + k * r->inputs;
        for (size_t o = 0; !status && o < r->outputs; o++) {
            double *row;
            status = sinew_tall_row(&row, &t, error);
            if (!status)
                fill(row, &w, m, o, u, r->y[k * r->outputs + o]);
        }
        advance(&w, m, u);
    }
    if (!status)
        status = sinew_tall_solve(X, &t, 1, error);
    if (!status)
        take(m, x0, X);
    sinew_tall_finish(&t);
    sinew_free(w.g);
    sinew_free(X);
    return status;
}

/* y of output o by the modes' states x */
static double output(const sinew_modes *m, const double complex *x, size_t o, const double *u)
{
    double y = 0;
    for (size_t j = 0; j < m->inputs; j++)
        y += m->D[o * m->inputs + j] * u[j];
    for (size_t i = 0; i < m->n; i++) {
        double part = creal(times(m->c[i * m->outputs + o], x[i]));
        y += cimag(m->poles[i]) > 0 ? 2 * part : part;
    }
    return y;
}

sinew_status sinew_records_error(double *rms, double *peak, const sinew_modes *m,
                                 const double complex *x0, const sinew_records *r,
                                 sinew_error *error)
{
    double complex *x = sinew_copy(x0, m->n, sizeof *x);
    double sum = 0, whole = 0, off = 0, most = 0;
    if (!x)
        return sinew_fail_memory(error);
    for (size_t k = 0; k < r->n; k++) {
        const double *u = r->u + k * r->inputs;
        for (size_t o = 0; o < r->outputs; o++) {
            double is = r->y[k * r->outputs + o], d = is - output(m, x, o, u);
            whole += is * is;
            most = fmax(most, fabs(is));
            sum += d * d;
            off = fabs(d) <= off ? off : fabs(d);
        }
        for (size_t i = 0; i < m->n; i++) {
            x[i] = times(m->poles[i], x[i]);
            for (size_t j = 0; j < m->inputs; j++)
                x[i] += m->b[i * m->inputs + j] * u[j];
        }
    }
    sinew_free(x);
    *rms = sqrt(sum / whole);
    *peak = off / most;
    return SINEW_OK;
}
