/* How a function reports a failure: `return sinew_fail(error, SINEW_ERR_DATA, "...", ...);` */
#ifndef SINEW_BASE_ERROR_H
#define SINEW_BASE_ERROR_H

#include "sinew/status.h"

/* Write status and text into *error (which may be NULL) and return the status. Control
 * characters of the text, which may quote hostile input, become '?'. */
__attribute__((format(printf, 3, 4))) sinew_status
sinew_fail(sinew_error *error, sinew_status status, const char *format, ...);

/* SINEW_ERR_MEMORY with its usual text. */
sinew_status sinew_fail_memory(sinew_error *error);

/* SINEW_ERR_ARGUMENT for a NULL, as status.h has it for every public function. */
sinew_status sinew_fail_null(sinew_error *error);

#endif
