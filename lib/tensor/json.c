#include "tensor/json.h"

#include <errno.h>
#include <stdio.h>

#include "base/error.h"

sinew_status sinew_json_read(json_t **out, const void *bytes, size_t n_bytes, const char *where,
                             sinew_error *error)
{
    json_error_t problem = {.line = -1};
    *out = NULL;
    if (n_bytes > SINEW_JSON_BYTES_MOST)
        return sinew_fail(error, SINEW_ERR_DATA, "%s: %zu bytes of JSON, %d are the most", where,
                          n_bytes, SINEW_JSON_BYTES_MOST);
    errno = 0;
    json_t *root = json_loadb(bytes, n_bytes, JSON_REJECT_DUPLICATES, &problem);
    /* where memory is refused deep inside, jansson finds a token invalid, or says nothing */
    if (!root && (errno == ENOMEM || !problem.text[0]))
        return sinew_fail_memory(error);
    if (!root)
        return sinew_fail(error, SINEW_ERR_DATA, "%s:%d:%d: %s", where, problem.line,
                          problem.column, problem.text);
    if (!json_is_object(root)) {
        json_decref(root);
        return sinew_fail(error, SINEW_ERR_DATA, "%s: an object expected, found an array", where);
    }
    *out = root;
    return SINEW_OK;
}

const char *sinew_json_show(char text[SINEW_JSON_SHOWN_BYTES], const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_STRING] = "a string",
        [JSON_TRUE] = "true",        [JSON_FALSE] = "false",    [JSON_NULL] = "null",
    };
    if (!value)
        snprintf(text, SINEW_JSON_SHOWN_BYTES, "nothing");
    else if (json_is_integer(value))
        snprintf(text, SINEW_JSON_SHOWN_BYTES, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, SINEW_JSON_SHOWN_BYTES, "%#.10g", json_real_value(value));
    else
        snprintf(text, SINEW_JSON_SHOWN_BYTES, "%s", names[json_typeof(value)]);
    return text;
}
