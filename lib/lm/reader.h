/* What is read of a tokenizer.json, with the place of what is wrong. The first failure stays in the
 * reader; what is read afterwards is nothing. */
#ifndef SINEW_LM_READER_H
#define SINEW_LM_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

typedef struct sinew_json_reader {
    const char *where;
    sinew_error *error;
    sinew_status status;
} sinew_json_reader;

/* Refuse with SINEW_ERR_DATA, "WHERE: ...", if nothing was refused before; false always. */
__attribute__((format(printf, 2, 3))) bool sinew_json_refuse(sinew_json_reader *reader,
                                                             const char *format, ...);
bool sinew_json_no_memory(sinew_json_reader *reader);

/* A member of an object, of a type: NULL where it is missing or null; another type is refused.
 * `path` is the object's, "" at the root. */
json_t *sinew_json_member(sinew_json_reader *reader, const json_t *in, const char *path,
                          const char *key, json_type type);
/* The same, but that it must be there. */
json_t *sinew_json_needed(sinew_json_reader *reader, const json_t *in, const char *path,
                          const char *key, json_type type);
bool sinew_json_flag(sinew_json_reader *reader, const json_t *in, const char *path, const char *key,
                     bool otherwise);
/* A text that must be there; "" after a failure. */
const char *sinew_json_name(sinew_json_reader *reader, const json_t *in, const char *path,
                            const char *key);
/* 0 to 2^31 - 1; -1 after a failure. */
int32_t sinew_json_id(sinew_json_reader *reader, const json_t *value, const char *path);

#endif
