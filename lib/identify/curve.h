/* A measured frequency response, and the least squares that vector fitting is made of.
 *
 * Over poles p the response is sum r phi(s) + d with real coefficients: phi = 1 / (s - p) for a
 * real p; for a pair 1 / (s - p) + 1 / (s - p*) and j / (s - p) - j / (s - p*). */
#ifndef SINEW_IDENTIFY_CURVE_H
#define SINEW_IDENTIFY_CURVE_H

#include <complex.h>
#include <stddef.h>

#include "sinew/status.h"

typedef struct sinew_curve {
    size_t n, elements; /* elements = outputs inputs */
    double *w;          /* (n) frequencies, over the largest */
    double complex *H;  /* (n, elements) */
    double *weight;     /* (n, elements) */
} sinew_curve;

/* Poles as they are moved: `n` in all, of which a pair stands in two places, Im > 0 first. */
typedef struct sinew_curve_poles {
    size_t n;
    double complex *at; /* (n) */
} sinew_curve_poles;

/* One step: the zeros of the relaxed sigma(s) become the poles, reflected where they are not
 * stable. */
sinew_status sinew_curve_move(sinew_curve_poles *poles, const sinew_curve *curve,
                              sinew_error *error);

/* The coefficients X (elements, n + 1), d last, that are closest, and the weighted relative error.
 */
sinew_status sinew_curve_residues(double *X, double *rms, double *peak, const sinew_curve *curve,
                                  const sinew_curve_poles *poles, sinew_error *error);

#endif
