/* Least squares over rows that arrive one after another: only a triangle and a few hundred rows
 * are ever there, however many came (the QR factorization by pieces; Golub, Van Loan 2013, 5.3). */
#ifndef SINEW_MATH_TALL_H
#define SINEW_MATH_TALL_H

#include <stddef.h>

#include "sinew/status.h"

typedef struct sinew_tall {
    size_t columns, filled, room; /* rows in `rows`, and how many it holds */
    double *rows;                 /* (room, columns): first the triangle, then what came since */
    double *scale;                /* (columns) for LAPACK */
} sinew_tall;

sinew_status sinew_tall_init(sinew_tall *t, size_t columns, sinew_error *error);
void sinew_tall_finish(sinew_tall *t);

/* The next row to be written: zeros, (columns), valid until the next call. */
sinew_status sinew_tall_row(double **row, sinew_tall *t, sinew_error *error);

/* All rows into one upper triangle R (columns, columns), in `rows`: their R^T R is that of all. */
sinew_status sinew_tall_reduce(sinew_tall *t, sinew_error *error);

/* The last `answers` columns by the ones before: X (columns - answers, answers) makes
 * |left X - right| least, and is the shortest such where the left ones depend on one another. */
sinew_status sinew_tall_solve(double *X, sinew_tall *t, size_t answers, sinew_error *error);

#endif
