#include "filter/lifted.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/components.h"
#include "math/matrix.h"

/* Memory for free runs of L frames. */
typedef struct runs {
    const sinew_recurrence *r;
    double *x, *u, *y, *scratch;
} runs;

static int runs_init(runs *m, const sinew_recurrence *r, size_t length)
{
    *m = (runs){.r = r,
                .x = sinew_alloc(r->order, sizeof(double)),
                .u = sinew_alloc(length * r->inputs, sizeof(double)),
                .y = sinew_alloc(length * r->outputs, sizeof(double)),
                .scratch = sinew_alloc(sinew_recurrence_scratch(r), sizeof(double))};
    return m->x && m->u && m->y && m->scratch;
}

static void runs_finish(runs *m)
{
    sinew_free(m->x);
    sinew_free(m->u);
    sinew_free(m->y);
    sinew_free(m->scratch);
}

/* n frames from x, the first with an impulse in `input` or, where that is `inputs`, none. */
static void free_run(runs *m, size_t input, size_t n)
{
    if (input < m->r->inputs)
        m->u[input] = 1;
    sinew_recurrence_run(m->r, m->x, m->u, m->y, n, m->scratch);
    if (input < m->r->inputs)
        m->u[input] = 0;
}

static void start(runs *m, size_t state)
{
    if (m->r->order > 0)
        memset(m->x, 0, m->r->order * sizeof *m->x);
    if (state < m->r->order)
        m->x[state] = 1;
}

/* Column s of O and of A^L: the free run from state s alone. */
static void fill_states(sinew_lifted *l, runs *m)
{
    size_t n = l->order;
    for (size_t s = 0; s < n; s++) {
        start(m, s);
        free_run(m, l->inputs, l->length);
        for (size_t i = 0; i < l->length * l->outputs; i++)
            l->O[i * n + s] = m->y[i];
        for (size_t i = 0; i < n; i++)
            l->late[i * n + s] = m->x[i];
    }
}

/* Of input i: the impulse response goes down every diagonal of T; A^q B is column L - 1 - q of G.
 */
static void fill_inputs(sinew_lifted *l, runs *m)
{
    size_t L = l->length, q = l->inputs, p = l->outputs;
    for (size_t i = 0; i < q; i++) {
        start(m, l->order);
        free_run(m, i, L);
        for (size_t j = 0; j < L; j++)
            for (size_t t = j; t < L; t++)
                for (size_t o = 0; o < p; o++)
                    l->T[(t * p + o) * (L * q) + j * q + i] = m->y[(t - j) * p + o];
        start(m, l->order);
        for (size_t back = 0; back < L; back++) {
            free_run(m, back == 0 ? i : q, 1);
            for (size_t s = 0; s < l->order; s++)
                l->G[s * (L * q) + (L - 1 - back) * q + i] = m->x[s];
        }
    }
}

/* (I + E)^2 - I = 2 E + E^2, from A - I on: nothing is subtracted, so slow poles keep their
 * distance from one. Group by group. */
static sinew_status fill_less(sinew_lifted *l, const sinew_discretization *d, sinew_error *error)
{
    size_t n = l->order;
    sinew_components groups;
    double *E = sinew_alloc(2 * n * n, sizeof *E), *square = E ? E + n * n : NULL;
    sinew_status status = sinew_components_find(&groups, d->A, n, error);
    if (!status && !E)
        status = sinew_fail_memory(error);
    for (size_t c = 0; !status && c < groups.count; c++) {
        const size_t *states;
        size_t size = sinew_component(&groups, c, &states);
        for (size_t i = 0; i < size; i++)
            for (size_t j = 0; j < size; j++)
                E[i * size + j] =
                    i == j ? d->less[states[i] * n + states[i]] : d->A[states[i] * n + states[j]];
        for (size_t reach = 1; reach < l->length; reach *= 2) {
            sinew_matrix_multiply(square, E, E, size, size, size);
            for (size_t i = 0; i < size * size; i++)
                E[i] = 2 * E[i] + square[i];
        }
        for (size_t i = 0; i < size; i++)
            for (size_t j = 0; j < size; j++)
                l->E[states[i] * n + states[j]] = E[i * size + j];
    }
    sinew_components_finish(&groups);
    sinew_free(E);
    return status;
}

sinew_status sinew_lifted_init(sinew_lifted *l, const sinew_discretization *d,
                               const sinew_recurrence *r, size_t length, sinew_error *error)
{
    size_t n = d->order, rows = length * d->outputs, columns = length * d->inputs;
    *l = (sinew_lifted){.order = n,
                        .inputs = d->inputs,
                        .outputs = d->outputs,
                        .length = length,
                        .O = sinew_alloc(rows * n, sizeof(double)),
                        .T = sinew_alloc(rows * columns, sizeof(double)),
                        .G = sinew_alloc(n * columns, sizeof(double)),
                        .E = sinew_alloc(n * n, sizeof(double)),
                        .late = sinew_alloc(n * n, sizeof(double))};
    runs m;
    int ok = runs_init(&m, r, length) && l->O && l->T && l->G && l->E && l->late;
    sinew_status status = ok ? fill_less(l, d, error) : sinew_fail_memory(error);
    if (!status) {
        fill_states(l, &m);
        fill_inputs(l, &m);
    }
    runs_finish(&m);
    return status;
}

void sinew_lifted_finish(sinew_lifted *l)
{
    sinew_free(l->O);
    sinew_free(l->T);
    sinew_free(l->G);
    sinew_free(l->E);
    sinew_free(l->late);
}

/* M = M P, and M = inverse M, by way of `memory`. */
static void right(double *M, const double *P, size_t rows, size_t n, double *memory)
{
    memcpy(memory, M, rows * n * sizeof *M);
    sinew_matrix_multiply(M, memory, P, rows, n, n);
}

static void left(double *M, const double *inverse, size_t n, size_t columns, double *memory)
{
    memcpy(memory, M, n * columns * sizeof *M);
    sinew_matrix_multiply(M, inverse, memory, n, n, columns);
}

sinew_status sinew_lifted_turn(sinew_lifted *l, const double *P, const double *inverse,
                               sinew_error *error)
{
    size_t n = l->order, rows = l->length * l->outputs, columns = l->length * l->inputs;
    size_t most = rows > columns ? rows : columns;
    double *memory = sinew_alloc(n * (most > n ? most : n), sizeof *memory);
    if (!memory)
        return sinew_fail_memory(error);
    right(l->O, P, rows, n, memory);
    left(l->G, inverse, n, columns, memory);
    right(l->E, P, n, n, memory);
    left(l->E, inverse, n, n, memory);
    right(l->late, P, n, n, memory);
    left(l->late, inverse, n, n, memory);
    sinew_free(memory);
    return SINEW_OK;
}
