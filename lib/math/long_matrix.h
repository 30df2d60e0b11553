/* Matrices in long double: what a double's rounding is measured against. On x86 that is 11 bits
 * more; where long double is no more than double, so are the answers. */
#ifndef SINEW_MATH_LONG_MATRIX_H
#define SINEW_MATH_LONG_MATRIX_H

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>

#include "sinew/status.h"

/* less = e^A - I by Taylor's series of A 2^-k, squared k times as 2 L + L^2; k is what brings the
 * norm below a quarter, and `further` more. A, less: (n, n), not the same memory. */
sinew_status sinew_long_expm1(long double *less, const long double *A, size_t n, int further,
                              sinew_error *error);

/* C (s I - A)^-1 B + D at one s after another, n^2 each: A is turned into Hessenberg form once. */
typedef struct sinew_long_resolvent {
    size_t n, q, p;
    long double *A, *B, *C, *D;
    long double complex *work; /* (n, n + q) */
} sinew_long_resolvent;

/* Copies what it is given; finish in any case. */
sinew_status sinew_long_resolvent_init(sinew_long_resolvent *w, size_t n, size_t q, size_t p,
                                       const long double *A, const long double *B,
                                       const long double *C, const long double *D,
                                       sinew_error *error);
void sinew_long_resolvent_finish(sinew_long_resolvent *w);

/* out (p, q); false where s is a pole. */
bool sinew_long_resolvent_at(long double complex *out, sinew_long_resolvent *w,
                             long double complex s);

#endif
