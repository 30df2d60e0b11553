/* Sections of one or two states: how factors become a cascade, and sections become matrices. */
#ifndef SINEW_SSM_SECTIONS_H
#define SINEW_SSM_SECTIONS_H

#include "ssm/slope.h"
#include "ssm/system.h"

/* The cascade of a zpk: at most n_poles sections into `sections`, their number into *count.
 * No pole: no section, and the gain is all there is. */
sinew_status sinew_sections_cascade(sinew_section *sections, size_t *count, const sinew_zpk *zpk,
                                    sinew_error *error);

/* The matrices (order, order), (order), (order), (1) of sections in series, gain `direct` for
 * none of them; or side by side with `direct` for D. The arrays must be zero. */
void sinew_sections_series(const sinew_section *sections, size_t count, double direct, size_t order,
                           double *A, double *B, double *C, double *D);
void sinew_sections_parallel(const sinew_section *sections, size_t count, double direct,
                             size_t order, double *A, double *B, double *C, double *D);

/* A view of one section as a system of one input and one output. */
static inline sinew_matrices sinew_section_matrices(const sinew_section *section)
{
    return (sinew_matrices){
        (size_t)section->states, 1, 1, section->A[0], section->b, section->c, &section->d};
}

/* The section that holds the poles sigma +- j omega: A is scaled to balanced coupled form, and
 * its transfer is d + (r1 (s - sigma) + r0) / ((s - sigma)^2 + omega^2). */
sinew_section sinew_section_coupled(double sigma, double omega, double r1, double r0, double d);

/* Of a discrete section, c (z I - A)^-1 b + d and its derivative by z, where z - 1 = less_one.
 * false at a pole. */
bool sinew_section_slope(sinew_slope *out, const sinew_section *s, double complex less_one);

/* d + r / (s - p) */
sinew_section sinew_section_single(double p, double r, double d);

#endif
