/* The inside of dplr: the views with their defaults filled in. */
#ifndef SINEW_SSM_DPLR_H
#define SINEW_SSM_DPLR_H

#include <complex.h>

#include "sinew/s4.h"

sinew_status sinew_dplr_check(const sinew_dplr *dplr, sinew_error *error);

/* And C is not in its truncated form, and step_s is a step, or 0. */
sinew_status sinew_dplr_check_plain(const sinew_dplr *dplr, double step_s, sinew_error *error);

/* Entries as the C language's own, of a dplr that was checked. */
double complex sinew_dplr_lambda(const sinew_dplr *d, size_t mode);
double complex sinew_dplr_P(const sinew_dplr *d, size_t r, size_t mode);
double complex sinew_dplr_Q(const sinew_dplr *d, size_t r, size_t mode);
double complex sinew_dplr_B(const sinew_dplr *d, size_t mode, size_t input);
double complex sinew_dplr_C(const sinew_dplr *d, size_t output, size_t mode);

#endif
