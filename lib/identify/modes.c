#include "identify/modes.h"

#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/phi.h"
#include "ssm/system.h"

sinew_status sinew_modes_init(sinew_modes *m, size_t n, size_t inputs, size_t outputs,
                              sinew_error *error)
{
    *m = (sinew_modes){n,
                       inputs,
                       outputs,
                       sinew_alloc(n, sizeof *m->poles),
                       sinew_alloc(n * inputs, sizeof *m->b),
                       sinew_alloc(n * outputs, sizeof *m->c),
                       sinew_alloc(outputs * inputs, sizeof *m->D),
                       1};
    if (m->poles && m->b && m->c && m->D)
        return SINEW_OK;
    sinew_modes_finish(m);
    return sinew_fail_memory(error);
}

void sinew_modes_finish(sinew_modes *m)
{
    sinew_free(m->poles);
    sinew_free(m->b);
    sinew_free(m->c);
    sinew_free(m->D);
    *m = (sinew_modes){0};
}

size_t sinew_modes_states(const sinew_modes *m)
{
    size_t states = 0;
    for (size_t i = 0; i < m->n; i++)
        states += cimag(m->poles[i]) > 0 ? 2 : 1;
    return states;
}

/* The real part that a mode, with its conjugate, adds to D. */
static double both(const sinew_modes *m, size_t i, size_t o, size_t j)
{
    double part = creal(m->c[i * m->outputs + o] * m->b[i * m->inputs + j]);
    return cimag(m->poles[i]) > 0 ? 2 * part : part;
}

void sinew_modes_advance(sinew_modes *m)
{
    for (size_t i = 0; i < m->n; i++)
        for (size_t j = 0; j < m->inputs; j++) {
            for (size_t o = 0; o < m->outputs; o++)
                m->D[o * m->inputs + j] += both(m, i, o, j);
            m->b[i * m->inputs + j] *= m->poles[i];
        }
}

/* zoh:     z - 1 = p int_0^1 e^{psT} ds T  ->  b p / (z - 1)
 * impulse: h[k] = T c z^k b                ->  b / (z T),  D = h[0] - T sum c b
 * with p = log(z) / T. A z < 0 stands once among the discrete modes and with its conjugate among
 * the continuous ones: half of it goes to each. */
void sinew_modes_make_continuous(sinew_modes *m, double step_s, sinew_method method)
{
    bool impulse = method == SINEW_METHOD_IMPULSE;
    for (size_t i = 0; i < m->n; i++) {
        double complex z = m->poles[i], p = clog(sinew_cmplx(creal(z), fabs(cimag(z)))) / step_s;
        double share = cimag(z) == 0 && creal(z) < 0 ? 0.5 : 1;
        double complex factor = share / step_s;
        if (impulse)
            factor /= z;
        else if (z != 1)
            factor *= p * step_s / (z - 1);
        m->poles[i] = p;
        for (size_t j = 0; j < m->inputs; j++) {
            m->b[i * m->inputs + j] *= factor;
            for (size_t o = 0; impulse && o < m->outputs; o++)
                m->D[o * m->inputs + j] -= step_s * both(m, i, o, j);
        }
    }
}

void sinew_modes_make_discrete(sinew_modes *m, double step_s, sinew_method method)
{
    bool impulse = method == SINEW_METHOD_IMPULSE;
    for (size_t i = 0; i < m->n; i++) {
        double complex p = m->poles[i], z = cexp(p * step_s);
        double complex factor = step_s * (impulse ? z : sinew_phi1(p * step_s));
        for (size_t j = 0; j < m->inputs; j++) {
            for (size_t o = 0; impulse && o < m->outputs; o++)
                m->D[o * m->inputs + j] += step_s * both(m, i, o, j);
            m->b[i * m->inputs + j] *= factor;
        }
        m->poles[i] = z;
    }
}

static double norm(const double complex *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum = hypot(sum, cabs(v[i]));
    return sum;
}

/* A power of two that makes b and c of one size: no state is out of all proportion. */
static int balance(const sinew_modes *m, size_t i)
{
    double b = norm(m->b + i * m->inputs, m->inputs), c = norm(m->c + i * m->outputs, m->outputs);
    return b > 0 && c > 0 && isfinite(b) && isfinite(c) ? (ilogb(c) - ilogb(b)) / 2 : 0;
}

/* A pole with its conjugate, as x = x0 - j x1: x' = p x + b u, y = 2 Re(c x). */
static void place(sinew_system *s, const sinew_modes *m, size_t i, size_t at)
{
    double complex p = m->poles[i];
    size_t n = s->order;
    bool pair = cimag(p) > 0;
    int e = balance(m, i);
    s->A[at * n + at] = creal(p);
    if (pair) {
        s->A[at * n + at + 1] = cimag(p);
        s->A[(at + 1) * n + at] = -cimag(p);
        s->A[(at + 1) * n + at + 1] = creal(p);
    }
    for (size_t j = 0; j < m->inputs; j++) {
        double complex b = m->b[i * m->inputs + j];
        s->B[at * m->inputs + j] = ldexp(creal(b), e);
        if (pair)
            s->B[(at + 1) * m->inputs + j] = ldexp(0 - cimag(b), e);
    }
    for (size_t o = 0; o < m->outputs; o++) {
        double complex c = m->c[i * m->outputs + o];
        s->C[o * n + at] = ldexp(creal(c), pair - e);
        if (pair)
            s->C[o * n + at + 1] = ldexp(cimag(c), 1 - e);
    }
}

void sinew_modes_state(double *state, const sinew_modes *m, const double complex *x)
{
    for (size_t i = 0, at = 0; i < m->n; i++) {
        bool pair = cimag(m->poles[i]) > 0;
        int e = balance(m, i);
        state[at++] = ldexp(creal(x[i]), e);
        if (pair)
            state[at++] = ldexp(0 - cimag(x[i]), e);
    }
}

sinew_status sinew_modes_system(sinew_system **out, const sinew_modes *m, sinew_method preferred,
                                uint64_t asked, sinew_error *error)
{
    size_t order = sinew_modes_states(m), at = 0;
    *out = NULL;
    if (order > SINEW_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "the system would have %zu states, and %d are "
                          "the most",
                          order, SINEW_ORDER_MAX);
    sinew_status status = sinew_system_alloc(out, order, m->inputs, m->outputs, error);
    if (status)
        return status;
    for (size_t i = 0; i < m->n; i++) {
        place(*out, m, i, at);
        at += cimag(m->poles[i]) > 0 ? 2 : 1;
    }
    memcpy((*out)->D, m->D, m->outputs * m->inputs * sizeof *m->D);
    (*out)->preferred = preferred;
    (*out)->asked = asked;
    return SINEW_OK;
}
