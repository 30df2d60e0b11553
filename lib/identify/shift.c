#include "identify/shift.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/lu.h"
#include "math/vectors.h"

sinew_status sinew_shift_init(sinew_shift *s, size_t n, size_t outputs, size_t rows,
                              const double *left, const double *sigma, sinew_error *error)
{
    double *part = sinew_alloc(n * n, sizeof *part);
    *s = (sinew_shift){n, outputs, rows, left, sigma, sinew_alloc(n * n, sizeof(double))};
    sinew_status status = part && s->product ? SINEW_OK : sinew_fail_memory(error);
    for (size_t o = 0; !status && o < outputs; o++) {
        const double *u = left + o * rows;
        sinew_vectors_products(part, u, n, u + 1, n, rows - 1, outputs * rows);
        for (size_t i = 0; i < n * n; i++)
            s->product[i] += part[i];
    }
    sinew_free(part);
    return status;
}

void sinew_shift_finish(sinew_shift *s)
{
    sinew_free(s->product);
    *s = (sinew_shift){0};
}

static double left_at(const sinew_shift *s, size_t vector, size_t output, size_t row)
{
    return s->left[(vector * s->outputs + output) * s->rows + row];
}

/* I - W^T W (outputs, outputs) and W^T U1^T U2 (outputs, order) */
static void find_inner(double *inner, double *down, const sinew_shift *s, size_t order)
{
    size_t p = s->outputs, last = s->rows - 1;
    for (size_t o = 0; o < p; o++) {
        for (size_t r = 0; r < p; r++) {
            double sum = o == r;
            for (size_t i = 0; i < order; i++)
                sum -= left_at(s, i, o, last) * left_at(s, i, r, last);
            inner[o * p + r] = sum;
        }
        for (size_t i = 0; i < order; i++)
            for (size_t j = 0; j < order; j++)
                down[o * order + j] += left_at(s, i, o, last) * s->product[i * s->n + j];
    }
}

static void join(double *A, double *C, const sinew_shift *s, const double *solved, size_t order)
{
    size_t p = s->outputs, last = s->rows - 1;
    for (size_t i = 0; i < order; i++) {
        for (size_t j = 0; j < order; j++) {
            double sum = s->product[i * s->n + j];
            for (size_t o = 0; o < p; o++)
                sum += left_at(s, i, o, last) * solved[o * order + j];
            A[i * order + j] = sum * sqrt(s->sigma[j] / s->sigma[i]);
        }
        for (size_t o = 0; o < p; o++)
            C[o * order + i] = sqrt(s->sigma[i]) * left_at(s, i, o, 0);
    }
}

sinew_status sinew_shift_realize(double *A, double *C, const sinew_shift *s, size_t order,
                                 sinew_error *error)
{
    size_t p = s->outputs;
    double *inner = sinew_alloc(p * p + 2 * p * order, sizeof *inner);
    double *down = inner + p * p, *solved = down + p * order;
    sinew_lu lu = {0};
    if (!inner)
        return sinew_fail_memory(error);
    find_inner(inner, down, s, order);
    sinew_status status = sinew_lu_init(&lu, inner, p, error);
    if (!status && lu.singular)
        status = sinew_fail(error, SINEW_ERR_NUMERIC, "the data are too short for an order of %zu",
                            order);
    if (!status)
        status = sinew_lu_left(&lu, solved, down, order, error);
    if (!status)
        join(A, C, s, solved, order);
    sinew_lu_finish(&lu);
    sinew_free(inner);
    return status;
}
