/* JSON objects out of files that may come from strangers (jansson), and their problems in words. */
#ifndef SINEW_TENSOR_JSON_H
#define SINEW_TENSOR_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "sinew/status.h"

/* As the reference has it for the header of a file. */
enum { SINEW_JSON_BYTES_MOST = 100 * 1000 * 1000 };

/* An object, in which no key occurs twice; the caller has json_decref. Errors: SINEW_ERR_DATA,
 * "where:LINE:COLUMN: what is wrong", SINEW_ERR_MEMORY. */
sinew_status sinew_json_read(json_t **out, const void *bytes, size_t n_bytes, const char *where,
                             sinew_error *error);

/* What a value is, into text: "2.5", "a string"; returns text. */
enum { SINEW_JSON_SHOWN_BYTES = 40 };
const char *sinew_json_show(char text[SINEW_JSON_SHOWN_BYTES], const json_t *value);

#endif
