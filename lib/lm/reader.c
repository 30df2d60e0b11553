#include "lm/reader.h"

#include <stdarg.h>
#include <stdio.h>

#include "tensor/json.h"

bool sinew_json_refuse(sinew_json_reader *reader, const char *format, ...)
{
    char text[SINEW_ERROR_TEXT_BYTES];
    va_list list;
    if (reader->status)
        return false;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    reader->status = sinew_fail(reader->error, SINEW_ERR_DATA, "%s: %s", reader->where, text);
    return false;
}

bool sinew_json_no_memory(sinew_json_reader *reader)
{
    if (!reader->status)
        reader->status = sinew_fail_memory(reader->error);
    return false;
}

/* "an object": what is expected */
static const char *type_name(json_type type)
{
    return type == JSON_OBJECT ? "an object" : type == JSON_ARRAY ? "an array" : "a string";
}

static const char *dot(const char *path)
{
    return *path ? "." : "";
}

json_t *sinew_json_member(sinew_json_reader *reader, const json_t *in, const char *path,
                          const char *key, json_type type)
{
    char shown[SINEW_JSON_SHOWN_BYTES];
    json_t *value = json_object_get(in, key);
    if (!value || json_is_null(value) || reader->status)
        return NULL;
    if (json_typeof(value) == type)
        return value;
    sinew_json_refuse(reader, "%s%s%s: %s, where %s is expected", path, dot(path), key,
                      sinew_json_show(shown, value), type_name(type));
    return NULL;
}

json_t *sinew_json_needed(sinew_json_reader *reader, const json_t *in, const char *path,
                          const char *key, json_type type)
{
    json_t *value = sinew_json_member(reader, in, path, key, type);
    if (!value)
        sinew_json_refuse(reader, "%s%s%s: missing, where %s is expected", path, dot(path), key,
                          type_name(type));
    return value;
}

bool sinew_json_flag(sinew_json_reader *reader, const json_t *in, const char *path, const char *key,
                     bool otherwise)
{
    char shown[SINEW_JSON_SHOWN_BYTES];
    const json_t *value = json_object_get(in, key);
    if (!value || json_is_null(value))
        return otherwise;
    if (json_is_boolean(value))
        return json_is_true(value);
    return sinew_json_refuse(reader, "%s%s%s: %s, where true or false is expected", path, dot(path),
                             key, sinew_json_show(shown, value));
}

const char *sinew_json_name(sinew_json_reader *reader, const json_t *in, const char *path,
                            const char *key)
{
    const json_t *value = sinew_json_needed(reader, in, path, key, JSON_STRING);
    return value ? json_string_value(value) : "";
}

int32_t sinew_json_id(sinew_json_reader *reader, const json_t *value, const char *path)
{
    char shown[SINEW_JSON_SHOWN_BYTES];
    if (json_is_integer(value) && json_integer_value(value) >= 0 &&
        json_integer_value(value) <= INT32_MAX)
        return (int32_t)json_integer_value(value);
    sinew_json_refuse(reader, "%s: %s, where an id, 0 to 2^31 - 1, is expected", path,
                      sinew_json_show(shown, value));
    return -1;
}
