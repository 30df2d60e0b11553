#include "ssm/step_groups.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* One of the groups of states that A couples: its matrices, or its share of the answer. */
typedef struct piece {
    double *A, *B, *C, *D, *shift, *less; /* of room for the whole system */
} piece;

static void piece_finish(piece *to)
{
    sinew_free(to->A);
    sinew_free(to->B);
    sinew_free(to->C);
    sinew_free(to->D);
    sinew_free(to->shift);
    sinew_free(to->less);
}

static sinew_status piece_init(piece *to, const sinew_matrices *m, size_t largest,
                               sinew_error *error)
{
    size_t square = largest * largest;
    *to = (piece){.A = sinew_alloc(square, sizeof(double)),
                  .B = sinew_alloc(largest * m->inputs, sizeof(double)),
                  .C = sinew_alloc(m->outputs * largest, sizeof(double)),
                  .D = sinew_alloc(m->outputs * m->inputs, sizeof(double)),
                  .shift = sinew_alloc(largest * m->inputs, sizeof(double)),
                  .less = sinew_alloc(square, sizeof(double))};
    bool all = to->A && to->B && to->C && to->D && to->shift && to->less;
    return all ? SINEW_OK : sinew_fail_memory(error);
}

/* to (size, width) = rows `states` of from (.., width) */
static void take_rows(double *to, const double *from, const size_t *states, size_t size,
                      size_t width)
{
    for (size_t i = 0; i < size; i++)
        memcpy(to + i * width, from + states[i] * width, width * sizeof *to);
}

static void put_rows(double *to, const double *from, const size_t *states, size_t size,
                     size_t width)
{
    for (size_t i = 0; i < size; i++)
        memcpy(to + states[i] * width, from + i * width, width * sizeof *to);
}

static void take(piece *to, const sinew_matrices *m, const size_t *states, size_t size)
{
    size_t n = m->order;
    sinew_component_matrix(to->A, m->A, n, states, size);
    take_rows(to->B, m->B, states, size, m->inputs);
    for (size_t o = 0; o < m->outputs; o++)
        for (size_t j = 0; j < size; j++)
            to->C[o * size + j] = m->C[o * n + states[j]];
    memset(to->D, 0, m->outputs * m->inputs * sizeof *to->D);
}

/* What the inputs reach of the outputs through these states is added to D. */
static void put(const sinew_step_out *out, const piece *from, const sinew_matrices *m,
                const size_t *states, size_t size)
{
    size_t n = m->order;
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++) {
            out->A[states[i] * n + states[j]] = from->A[i * size + j];
            out->less[states[i] * n + states[j]] = from->less[i * size + j];
        }
    put_rows(out->B, from->B, states, size, m->inputs);
    put_rows(out->shift, from->shift, states, size, m->inputs);
    for (size_t o = 0; o < m->outputs; o++)
        for (size_t j = 0; j < size; j++)
            out->C[o * n + states[j]] = from->C[o * size + j];
    for (size_t i = 0; i < m->outputs * m->inputs; i++)
        out->D[i] += from->D[i];
}

/* Group by group: the cube of the order is that of each, and no group's size rounds another's. */
sinew_status sinew_step_groups(const sinew_step_out *out, const sinew_matrices *m,
                               const sinew_components *groups, const sinew_step *step,
                               sinew_error *error)
{
    size_t largest = 0;
    const size_t *states;
    for (size_t c = 0; c < groups->count; c++) {
        size_t size = sinew_component(groups, c, &states);
        largest = size > largest ? size : largest;
    }
    piece of = {0}, share = {0};
    sinew_status status = piece_init(&of, m, largest, error);
    if (!status)
        status = piece_init(&share, m, largest, error);
    sinew_step_out to = {share.A, share.B, share.C, share.D, share.shift, share.less};
    memset(out->A, 0, m->order * m->order * sizeof *out->A);
    memset(out->less, 0, m->order * m->order * sizeof *out->less);
    memcpy(out->D, m->D, m->outputs * m->inputs * sizeof *out->D);
    for (size_t c = 0; !status && c < groups->count; c++) {
        size_t size = sinew_component(groups, c, &states);
        take(&of, m, states, size);
        sinew_matrices inner = {size, m->inputs, m->outputs, of.A, of.B, of.C, of.D};
        status = sinew_step_matrices(&to, &inner, step, error);
        if (!status)
            put(out, &share, m, states, size);
    }
    piece_finish(&of);
    piece_finish(&share);
    return status;
}
