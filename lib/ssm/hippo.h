/* The inside of hippo: its matrices before they become a system. */
#ifndef SINEW_SSM_HIPPO_H
#define SINEW_SSM_HIPPO_H

#include "sinew/hippo.h"

sinew_status sinew_hippo_check(const sinew_hippo *hippo, sinew_error *error);

/* A (order, order) and B (order) of a hippo that was checked. */
void sinew_hippo_matrices(const sinew_hippo *hippo, double *A, double *B);

#endif
