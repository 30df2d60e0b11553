/* Four matrices as a mapping, for kinds that are made of them. */
#ifndef SINEW_MODEL_KIND_SS_H
#define SINEW_MODEL_KIND_SS_H

#include "model/values.h"
#include "sinew/system.h"

typedef struct sinew_ss_spec {
    sinew_spec_matrix A, B, C, D;
    bool has_D;
} sinew_ss_spec;

extern const sinew_table sinew_ss_table; /* A, B, C and D, whose sizes fit */

/* A view of what was read; a D that is left out is zeros. False without memory. */
bool sinew_ss_matrices(sinew_matrices *out, const sinew_ss_spec *ss, sinew_document *document);

#endif
