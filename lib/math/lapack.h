/* What LAPACKE answers, as a status. */
#ifndef SINEW_MATH_LAPACK_H
#define SINEW_MATH_LAPACK_H

#include <lapacke.h>

#include "sinew/status.h"

/* LAPACKE allocates, so that an info which is not 0 may say that it had no memory; else it is
 * SINEW_ERR_NUMERIC with the text `wrong`. */
sinew_status sinew_lapack_answer(lapack_int info, const char *wrong, sinew_error *error);

#endif
