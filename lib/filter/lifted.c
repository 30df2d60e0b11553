#include "filter/lifted.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "filter/unrounded.h"
#include "math/components.h"
#include "math/matrix.h"

/* Columns of a product that are summed side by side. */
enum { WIDTH = 4 };

/* States that are coupled, by themselves. */
typedef struct group {
    size_t size;
    const size_t *states;
    long double *A, *less; /* (size, size) */
    long double *B;        /* (size, inputs): A^t B */
    long double *C;        /* (outputs, size): C A^t */
    long double *product;  /* of any two of them */
} group;

static sinew_status group_init(group *g, const sinew_lifted *l, const sinew_unrounded *m,
                               sinew_error *error)
{
    size_t n = l->order, q = l->inputs, p = l->outputs, size = g->size;
    size_t wide = size > p ? size : p, tall = size > q ? size : q;
    g->A = sinew_alloc(size * size, sizeof *g->A);
    g->less = sinew_alloc(size * size, sizeof *g->less);
    g->B = sinew_alloc(size * q, sizeof *g->B);
    g->C = sinew_alloc(p * size, sizeof *g->C);
    g->product = sinew_alloc(wide * tall, sizeof *g->product);
    if (!g->A || !g->less || !g->B || !g->C || !g->product)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < size; i++) {
        size_t at = g->states[i];
        for (size_t j = 0; j < size; j++) {
            g->A[i * size + j] = m->A[at * n + g->states[j]];
            g->less[i * size + j] = m->less[at * n + g->states[j]];
        }
        memcpy(g->B + i * q, m->B + at * q, q * sizeof *g->B);
        for (size_t o = 0; o < p; o++)
            g->C[o * size + i] = m->C[o * n + at];
    }
    return SINEW_OK;
}

static void group_finish(group *g)
{
    sinew_free(g->A);
    sinew_free(g->less);
    sinew_free(g->B);
    sinew_free(g->C);
    sinew_free(g->product);
}

/* `width` sums of a row of a times columns of b, in registers. */
static inline void sum_columns(long double *to, const long double *a, const long double *b,
                               size_t inner, size_t columns, size_t width)
{
    long double sum[WIDTH] = {0};
    for (size_t k = 0; k < inner; k++)
        if (a[k] != 0)
            for (size_t j = 0; j < width; j++)
                sum[j] += a[k] * b[k * columns + j];
    for (size_t j = 0; j < width; j++)
        to[j] = sum[j];
}

static void multiply(long double *out, const long double *a, const long double *b, size_t rows,
                     size_t inner, size_t columns)
{
    for (size_t i = 0; i < rows; i++) {
        size_t j = 0;
        for (; j + WIDTH <= columns; j += WIDTH)
            sum_columns(out + i * columns + j, a + i * inner, b + j, inner, columns, WIDTH);
        for (; j < columns; j++)
            sum_columns(out + i * columns + j, a + i * inner, b + j, inner, columns, 1);
    }
}

/* Its columns of O and what it adds to the impulse responses h (L, outputs, inputs). */
static void fill_outputs(sinew_lifted *l, const group *g, long double *h)
{
    size_t n = l->order, q = l->inputs, p = l->outputs, size = g->size;
    for (size_t t = 0; t < l->length; t++) {
        for (size_t o = 0; o < p; o++)
            for (size_t s = 0; s < size; s++)
                l->O[(t * p + o) * n + g->states[s]] = (double)g->C[o * size + s];
        if (t + 1 == l->length)
            return;
        multiply(g->product, g->C, g->B, p, size, q);
        for (size_t i = 0; i < p * q; i++)
            h[(t + 1) * p * q + i] += g->product[i];
        multiply(g->product, g->C, g->A, p, size, size);
        memcpy(g->C, g->product, p * size * sizeof *g->C);
    }
}

/* Its rows of G: A^t B is column L - 1 - t. */
static void fill_drive(sinew_lifted *l, const group *g)
{
    size_t q = l->inputs, size = g->size;
    for (size_t left = l->length; left-- > 0;) {
        for (size_t s = 0; s < size; s++)
            for (size_t i = 0; i < q; i++)
                l->G[(g->states[s] * l->length + left) * q + i] = (double)g->B[s * q + i];
        multiply(g->product, g->A, g->B, size, size, q);
        memcpy(g->B, g->product, size * q * sizeof *g->B);
    }
}

/* (I + E)^2 - I = 2 E + E^2, from A - I on: nothing is subtracted, so slow poles keep their
 * distance from one. */
static void fill_power(sinew_lifted *l, const group *g)
{
    size_t n = l->order, size = g->size;
    long double *E = g->less;
    for (size_t reach = 1; reach < l->length; reach *= 2) {
        multiply(g->product, E, E, size, size, size);
        for (size_t i = 0; i < size * size; i++)
            E[i] = 2 * E[i] + g->product[i];
    }
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++) {
            size_t at = g->states[i] * n + g->states[j];
            l->E[at] = (double)E[i * size + j];
            l->power[at] = (double)(E[i * size + j] + (i == j ? 1 : 0));
        }
}

/* The impulse responses go down every diagonal. */
static void fill_inputs(sinew_lifted *l, const long double *h)
{
    size_t L = l->length, q = l->inputs, p = l->outputs;
    for (size_t t = 0; t < L; t++)
        for (size_t o = 0; o < p; o++)
            for (size_t j = 0; j <= t; j++)
                for (size_t i = 0; i < q; i++)
                    l->T[(t * p + o) * (L * q) + j * q + i] = (double)h[((t - j) * p + o) * q + i];
}

static sinew_status fill(sinew_lifted *l, const sinew_unrounded *m, const sinew_components *groups,
                         sinew_error *error)
{
    size_t entries = l->outputs * l->inputs;
    long double *h = sinew_alloc(l->length * entries, sizeof *h);
    sinew_status status = h ? SINEW_OK : sinew_fail_memory(error);
    if (!status)
        memcpy(h, m->D, entries * sizeof *h);
    for (size_t c = 0; !status && c < groups->count; c++) {
        group g = {0};
        g.size = sinew_component(groups, c, &g.states);
        status = group_init(&g, l, m, error);
        if (!status) {
            fill_outputs(l, &g, h);
            fill_drive(l, &g);
            fill_power(l, &g);
        }
        group_finish(&g);
    }
    if (!status)
        fill_inputs(l, h);
    sinew_free(h);
    return status;
}

static sinew_status alloc(sinew_lifted *l, size_t n, size_t q, size_t p, size_t length,
                          sinew_error *error)
{
    *l = (sinew_lifted){.order = n,
                        .inputs = q,
                        .outputs = p,
                        .length = length,
                        .O = sinew_alloc(length * p * n, sizeof(double)),
                        .T = sinew_alloc(length * p * length * q, sizeof(double)),
                        .G = sinew_alloc(n * length * q, sizeof(double)),
                        .E = sinew_alloc(n * n, sizeof(double)),
                        .power = sinew_alloc(n * n, sizeof(double))};
    return l->O && l->T && l->G && l->E && l->power ? SINEW_OK : sinew_fail_memory(error);
}

sinew_status sinew_lifted_init(sinew_lifted *l, const sinew_discretization *d, size_t length,
                               sinew_error *error)
{
    size_t n = d->order;
    sinew_unrounded m = {0};
    sinew_components groups = {0};
    sinew_status status = alloc(l, n, d->inputs, d->outputs, length, error);
    if (!status)
        status = sinew_unrounded_init(&m, d, error);
    if (!status)
        status = sinew_components_find(&groups, d->A, n, error);
    if (!status)
        status = fill(l, &m, &groups, error);
    sinew_components_finish(&groups);
    sinew_unrounded_finish(&m);
    return status;
}

sinew_status sinew_lifted_copy(sinew_lifted *to, const sinew_lifted *from, sinew_error *error)
{
    size_t n = from->order, q = from->inputs, p = from->outputs, L = from->length;
    sinew_status status = alloc(to, n, q, p, L, error);
    if (status)
        return status;
    memcpy(to->O, from->O, L * p * n * sizeof *to->O);
    memcpy(to->T, from->T, L * p * L * q * sizeof *to->T);
    memcpy(to->G, from->G, n * L * q * sizeof *to->G);
    memcpy(to->E, from->E, n * n * sizeof *to->E);
    memcpy(to->power, from->power, n * n * sizeof *to->power);
    return SINEW_OK;
}

void sinew_lifted_finish(sinew_lifted *l)
{
    sinew_free(l->O);
    sinew_free(l->T);
    sinew_free(l->G);
    sinew_free(l->E);
    sinew_free(l->power);
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
    right(l->power, P, n, n, memory);
    left(l->power, inverse, n, n, memory);
    sinew_free(memory);
    return SINEW_OK;
}
