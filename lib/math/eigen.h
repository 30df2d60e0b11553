/* Eigenvalues of real matrices and pencils. */
#ifndef SINEW_MATH_EIGEN_H
#define SINEW_MATH_EIGEN_H

#include <complex.h>
#include <stddef.h>

#include "sinew/status.h"

/* The n eigenvalues of A (n, n), conjugates adjacent and Im > 0 first. Block triangular ones in
 * closed form: no defective A blurs its poles there. Others balanced, by LAPACK's dgeev, what A
 * couples by itself. */
sinew_status sinew_eigenvalues(double complex *values, const double *A, size_t n,
                               sinew_error *error);

/* The finite s with det(A - s E) = 0: *count of them into values (room for n). Both (n, n),
 * overwritten. By LAPACK's dggev. */
sinew_status sinew_pencil_eigenvalues(double complex *values, size_t *count, double *A, double *E,
                                      size_t n, sinew_error *error);

/* A = Zt' S Zt with Zt orthogonal and S lower triangular but for blocks of 2 on its diagonal: the
 * real Schur form, by LAPACK's dgees, read by rows. All (n, n). */
sinew_status sinew_schur(double *S, double *Zt, const double *A, size_t n, sinew_error *error);

#endif
