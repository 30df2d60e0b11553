/* What the response of a discretization would be without rounding. */
#ifndef SINEW_SSM_REFERENCE_H
#define SINEW_SSM_REFERENCE_H

#include "math/long_matrix.h"
#include "ssm/transfer.h"

/* From factors where they are known, else from matrices. */
typedef struct sinew_reference {
    sinew_transfer transfer;
    sinew_rule rule;
    sinew_step step;
    size_t q, p;
    sinew_long_resolvent matrices, again; /* again: by another number of squarings */
    bool twice;
    long double complex *other; /* (p, q): what `again` says */
} sinew_reference;

/* Finish in any case. There must be an origin. */
sinew_status sinew_reference_init(sinew_reference *r, const sinew_discretization *d,
                                  sinew_error *error);
void sinew_reference_finish(sinew_reference *r);

/* H(e^(j angle)) into out (p, q); *off: how far it may be off, an estimate; *finite is false at a
 * pole. */
sinew_status sinew_reference_at(long double complex *out, long double *off, bool *finite,
                                sinew_reference *r, double angle, sinew_error *error);

#endif
