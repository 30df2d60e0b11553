/* Discrete modes against an impulse response: how far off they are, and the residues that are
 * closest to it. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "identify/modes.h"
#include "math/complex.h"
#include "math/tall.h"

enum { FRESH = 64 }; /* powers of z are taken anew, so that rounding does not add up */

/* z^k for k = from .. from + count - 1 into re and im. */
static void powers(double *re, double *im, double complex z, size_t from, size_t count)
{
    double complex w = from == 0 ? 1 : cpow(z, (double)from);
    double x = creal(w), y = cimag(w), a = creal(z), b = cimag(z);
    for (size_t k = 0; k < count; k++) {
        re[k] = x;
        im[k] = y;
        double next = x * a - y * b;
        y = x * b + y * a;
        x = next;
    }
}

/* y (count) += c b z^k, with the conjugate of a pair */
static void add_mode(double *y, const double *re, const double *im, double complex residue,
                     bool pair, size_t count)
{
    double a = creal(residue) * (pair ? 2 : 1), b = cimag(residue) * (pair ? 2 : 1);
    for (size_t k = 0; k < count; k++)
        y[k] += a * re[k] - b * im[k];
}

/* Frames 1 + from ... of all channels, channel by channel: y (outputs, inputs, FRESH). */
static void simulate(double *y, const sinew_modes *m, size_t from, size_t count)
{
    double re[FRESH], im[FRESH];
    memset(y, 0, m->outputs * m->inputs * FRESH * sizeof *y);
    for (size_t i = 0; i < m->n; i++) {
        bool pair = cimag(m->poles[i]) > 0;
        powers(re, im, m->poles[i], from, count);
        for (size_t o = 0; o < m->outputs; o++)
            for (size_t j = 0; j < m->inputs; j++)
                add_mode(y + (o * m->inputs + j) * FRESH, re, im,
                         m->c[i * m->outputs + o] * m->b[i * m->inputs + j], pair, count);
    }
}

sinew_status sinew_modes_impulse_error(double *rms, double *peak, const sinew_modes *m,
                                       const double *h, size_t n, sinew_error *error)
{
    size_t each = m->outputs * m->inputs;
    double *y = sinew_alloc(each * FRESH, sizeof *y), sum = 0, whole = 0, off = 0, most = 0;
    if (!y)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < each; i++) {
        whole += h[i] * h[i];
        most = fmax(most, fabs(h[i]));
        sum += (h[i] - m->D[i]) * (h[i] - m->D[i]);
        off = fmax(off, fabs(h[i] - m->D[i]));
    }
    for (size_t from = 0; from + 1 < n; from += FRESH) {
        size_t count = n - 1 - from < FRESH ? n - 1 - from : FRESH;
        simulate(y, m, from, count);
        for (size_t k = 0; k < count; k++)
            for (size_t i = 0; i < each; i++) {
                double is = h[(1 + from + k) * each + i], d = is - y[i * FRESH + k];
                whole += is * is;
                most = fmax(most, fabs(is));
                sum += d * d;
                off = fabs(d) <= off ? off : fabs(d); /* a NaN is handed on */
            }
    }
    sinew_free(y);
    *rms = sqrt(sum / whole);
    *peak = off / most;
    return SINEW_OK;
}

/* One row for frame 1 + k of input j: b z^k of each mode, real and imaginary part, then h. */
static sinew_status add_rows(sinew_tall *t, const sinew_modes *m, const double *h, size_t from,
                             size_t count, const double *re, const double *im, sinew_error *error)
{
    size_t states = sinew_modes_states(m), each = m->outputs * m->inputs;
    for (size_t k = 0; k < count; k++)
        for (size_t j = 0; j < m->inputs; j++) {
            double *row;
            sinew_status status = sinew_tall_row(&row, t, error);
            if (status)
                return status;
            for (size_t i = 0, at = 0; i < m->n; i++) {
                double complex x =
                    m->b[i * m->inputs + j] * sinew_cmplx(re[i * FRESH + k], im[i * FRESH + k]);
                bool pair = cimag(m->poles[i]) > 0;
                row[at++] = creal(x) * (pair ? 2 : 1);
                if (pair)
                    row[at++] = -2 * cimag(x);
            }
            for (size_t o = 0; o < m->outputs; o++)
                row[states + o] = h[(1 + from + k) * each + o * m->inputs + j];
        }
    return SINEW_OK;
}

static void take(sinew_modes *m, const double *X)
{
    size_t p = m->outputs;
    for (size_t i = 0, at = 0; i < m->n; i++) {
        bool pair = cimag(m->poles[i]) > 0;
        for (size_t o = 0; o < p; o++)
            m->c[i * p + o] = sinew_cmplx(X[at * p + o], pair ? X[(at + 1) * p + o] : 0);
        at += pair ? 2 : 1;
    }
}

sinew_status sinew_modes_fit_impulse(sinew_modes *m, const double *h, size_t n, sinew_error *error)
{
    size_t states = sinew_modes_states(m);
    double *re = sinew_alloc(m->n * FRESH, sizeof *re), *im = sinew_alloc(m->n * FRESH, sizeof *im);
    double *X = sinew_alloc(states * m->outputs, sizeof *X);
    sinew_tall t = {0};
    sinew_status status =
        re && im && X ? sinew_tall_init(&t, states + m->outputs, error) : sinew_fail_memory(error);
    for (size_t from = 0; !status && from + 1 < n; from += FRESH) {
        size_t count = n - 1 - from < FRESH ? n - 1 - from : FRESH;
        for (size_t i = 0; i < m->n; i++)
            powers(re + i * FRESH, im + i * FRESH, m->poles[i], from, count);
        status = add_rows(&t, m, h, from, count, re, im, error);
    }
    if (!status)
        status = sinew_tall_solve(X, &t, m->outputs, error);
    if (!status)
        take(m, X);
    sinew_tall_finish(&t);
    sinew_free(re);
    sinew_free(im);
    sinew_free(X);
    return status;
}
