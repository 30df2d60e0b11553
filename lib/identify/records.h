/* Input and output records, and the part of their identification that is plain least squares. */
#ifndef SINEW_IDENTIFY_RECORDS_H
#define SINEW_IDENTIFY_RECORDS_H

#include "identify/modes.h"

typedef struct sinew_records {
    const double *u, *y; /* (n, inputs), (n, outputs) */
    size_t n, inputs, outputs;
} sinew_records;

/* For discrete modes with poles and c settled: b, D and the modes' state x0 (modes) at the first
 * frame, such that the output is closest to y. */
sinew_status sinew_records_fit(sinew_modes *m, double complex *x0, const sinew_records *r,
                               sinew_error *error);

/* The relative error of the output that the modes give: rms over rms, largest over largest. */
sinew_status sinew_records_error(double *rms, double *peak, const sinew_modes *m,
                                 const double complex *x0, const sinew_records *r,
                                 sinew_error *error);

#endif
