/* matrices: A, B, C and D on standard output. */
#ifndef SINEW_CLI_MATRICES_H
#define SINEW_CLI_MATRICES_H

#include "sinew/discretization.h"

/* "A":rows,"B":rows,"C":rows,"D":rows: fields, without the braces around them. */
void matrices_json(const sinew_matrices *m);

/* "method":M,"step_s":S and the same. */
void matrices_json_sampled(const sinew_discretization *d);

/* Each with its name and size above it. */
void matrices_table(const sinew_matrices *m);

#endif
