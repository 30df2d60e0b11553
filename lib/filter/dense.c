#include "filter/dense.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/components.h"

enum { ROWS = SINEW_PANEL_ROWS };

static size_t panels_of(size_t rows)
{
    return (rows + ROWS - 1) / ROWS;
}

/* The columns of a row that are not empty; widens what is there. */
static void widen(sinew_span *span, const double *row, size_t cols)
{
    size_t first = 0, end = cols;
    while (first < end && row[first] == 0)
        first++;
    while (end > first && row[end - 1] == 0)
        end--;
    if (first == end)
        return;
    size_t from = span->count && span->from < first ? span->from : first;
    size_t to = span->count && span->from + span->count > end ? span->from + span->count : end;
    *span = (sinew_span){from, to - from};
}

/* A, B and C in the kernel's order of states, and A - I where a state is kept. */
typedef struct sorted {
    double *A, *B, *C;
} sorted;

static void sort(sorted *to, double *keep, const sinew_discretization *d, const size_t *places)
{
    size_t n = d->order, q = d->inputs;
    for (size_t i = 0; i < n; i++) {
        const double *row = d->A + places[i] * n;
        for (size_t j = 0; j < n; j++)
            to->A[i * n + j] = row[places[j]];
        if (sinew_section_keeps(row[places[i]])) {
            keep[i] = 1;
            to->A[i * n + i] = d->less[places[i] * n + places[i]];
        }
        memcpy(to->B + i * q, d->B + places[i] * q, q * sizeof *to->B);
        for (size_t o = 0; o < d->outputs; o++)
            to->C[o * n + i] = d->C[o * n + places[i]];
    }
}

static void find_spans(sinew_dense *to, const sorted *m, const double *D)
{
    for (size_t i = 0; i < to->order; i++) {
        widen(&to->panels[i / ROWS].inputs, m->B + i * to->inputs, to->inputs);
        widen(&to->panels[i / ROWS].states, m->A + i * to->order, to->order);
    }
    for (size_t o = 0; o < to->outputs; o++) {
        widen(&to->rows[o].inputs, D + o * to->inputs, to->inputs);
        widen(&to->rows[o].states, m->C + o * to->order, to->order);
    }
}

/* Column `span` of rows [row, row + ROWS) of a matrix, one column after another. */
static double *put_panel(double *to, const double *from, size_t row, size_t rows, size_t cols,
                         sinew_span span)
{
    for (size_t c = span.from; c < span.from + span.count; c++, to += ROWS)
        for (size_t r = 0; r < ROWS && row + r < rows; r++)
            to[r] = from[(row + r) * cols + c];
    return to;
}

static size_t rounded(size_t count)
{
    return (count + ROWS - 1) / ROWS * ROWS;
}

/* Panels, then rows: the inputs' columns first, as they are there before the state is. A row's
 * columns of states are padded with zeros to whole registers. */
static int put_values(sinew_dense *to, const sorted *m, const double *D)
{
    size_t size = 0;
    for (size_t p = 0; p < panels_of(to->order); p++)
        size += (to->panels[p].inputs.count + to->panels[p].states.count) * ROWS;
    for (size_t o = 0; o < to->outputs; o++)
        size += rounded(to->rows[o].inputs.count) + rounded(to->rows[o].states.count);
    to->values = sinew_alloc(size, sizeof *to->values);
    if (!to->values)
        return 0;
    double *at = to->values;
    for (size_t p = 0; p < panels_of(to->order); p++) {
        at = put_panel(at, m->B, p * ROWS, to->order, to->inputs, to->panels[p].inputs);
        at = put_panel(at, m->A, p * ROWS, to->order, to->order, to->panels[p].states);
    }
    for (size_t o = 0; o < to->outputs; o++) {
        const sinew_dense_part *row = &to->rows[o];
        memcpy(at, D + o * to->inputs + row->inputs.from, row->inputs.count * sizeof *at);
        at += rounded(row->inputs.count);
        if (row->states.count > 0)
            memcpy(at, m->C + o * to->order + row->states.from, row->states.count * sizeof *at);
        at += rounded(row->states.count);
    }
    return 1;
}

static sinew_status find_places(size_t *places, const sinew_discretization *d, sinew_error *error)
{
    sinew_components groups;
    sinew_status status = sinew_components_find(&groups, d->A, d->order, error);
    if (!status && d->order > 0)
        memcpy(places, groups.states, d->order * sizeof *places);
    sinew_components_finish(&groups);
    return status;
}

static sinew_status put_matrices(sinew_dense *to, const sinew_discretization *d,
                                 const size_t *places, sinew_error *error)
{
    size_t n = d->order;
    double *memory = sinew_alloc(n * (n + d->inputs + d->outputs), sizeof *memory);
    if (!memory)
        return sinew_fail_memory(error);
    sorted m = {memory, memory + n * n, memory + n * (n + d->inputs)};
    sort(&m, to->keep, d, places);
    find_spans(to, &m, d->D);
    int ok = put_values(to, &m, d->D);
    sinew_free(memory);
    return ok ? SINEW_OK : sinew_fail_memory(error);
}

sinew_status sinew_dense_init(sinew_dense_run *r, const sinew_discretization *d, sinew_error *error)
{
    sinew_dense *to = &r->kernel;
    *to = (sinew_dense){.order = d->order,
                        .inputs = d->inputs,
                        .outputs = d->outputs,
                        .panels = sinew_alloc(panels_of(d->order), sizeof *to->panels),
                        .rows = sinew_alloc(d->outputs, sizeof *to->rows),
                        .keep = sinew_alloc(panels_of(d->order), ROWS * sizeof *to->keep)};
    r->places = sinew_alloc(d->order, sizeof *r->places);
    if (!to->panels || !to->rows || !to->keep || !r->places)
        return sinew_fail_memory(error);
    sinew_status status = find_places(r->places, d, error);
    return status ? status : put_matrices(to, d, r->places, error);
}

void sinew_dense_finish(sinew_dense_run *r)
{
    sinew_free(r->kernel.panels);
    sinew_free(r->kernel.rows);
    sinew_free(r->kernel.keep);
    sinew_free(r->kernel.values);
    sinew_free(r->places);
}

/* x, and zeros up to where the last panel and a padded row may reach. */
static size_t buffer(const sinew_dense_run *r)
{
    return rounded(r->kernel.order) + ROWS;
}

size_t sinew_dense_scratch(const sinew_dense_run *r)
{
    return 2 * buffer(r);
}

/* Two buffers take turns. */
void sinew_dense_step(const sinew_dense_run *r, const sinew_simd *simd, double *x, const double *u,
                      double *y, size_t n, double *scratch)
{
    double *now = scratch, *next = scratch + buffer(r);
    memset(scratch, 0, sinew_dense_scratch(r) * sizeof *scratch);
    for (size_t i = 0; i < r->kernel.order; i++)
        now[i] = x[r->places[i]];
    simd->dense(&r->kernel, now, next, u, y, n);
    const double *last = n % 2 ? next : now;
    for (size_t i = 0; i < r->kernel.order; i++)
        x[r->places[i]] = last[i];
}

static size_t count_columns(const sinew_dense *k)
{
    size_t columns = 0;
    for (size_t p = 0; p < panels_of(k->order); p++)
        columns += k->panels[p].inputs.count + k->panels[p].states.count;
    for (size_t o = 0; o < k->outputs; o++)
        columns += (rounded(k->rows[o].inputs.count) + rounded(k->rows[o].states.count)) / ROWS;
    return columns;
}

double sinew_dense_columns(const sinew_discretization *d)
{
    sinew_dense_run r;
    sinew_status status = sinew_dense_init(&r, d, NULL);
    size_t width = d->inputs + d->order;
    size_t columns = status ? (panels_of(d->order) + d->outputs) * width : count_columns(&r.kernel);
    sinew_dense_finish(&r);
    return (double)columns;
}
