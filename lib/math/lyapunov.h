/* Lyapunov's equations, solved for a factor of the solution without ever forming the solution: its
 * small eigenvalues keep their digits (Hammarling 1982, IMA J. Numer. Anal. 2:303). */
#ifndef SINEW_MATH_LYAPUNOV_H
#define SINEW_MATH_LYAPUNOV_H

#include <stddef.h>

#include "sinew/status.h"

typedef enum sinew_lyapunov {
    SINEW_LYAPUNOV_CONTINUOUS = 0, /* A X + X A' + B B' = 0, every eigenvalue with Re < 0 */
    SINEW_LYAPUNOV_DISCRETE        /* (I + A) X (I + A)' - X + B B' = 0: A is what is less than I,
                                    * which keeps the digits of slow modes; |1 + eigenvalue| < 1 */
} sinew_lyapunov;

/* L (n, n) with X = L L'. A (n, n), B (n, m), rows first.
 * SINEW_ERR_NUMERIC where an eigenvalue is not within its bounds: there is no X >= 0. */
sinew_status sinew_lyapunov_factor(double *L, const double *A, const double *B, size_t n, size_t m,
                                   sinew_lyapunov kind, sinew_error *error);

#endif
