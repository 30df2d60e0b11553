#include "wire.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

static const char *const flag_names[SINEWD_FLAGS] = {"gap",   "xrun", "discont", "clip",
                                                     "muted", "eos",  "replay",  "stale"};

enum { FLAGS_READ = 64 }; /* a longer list of flags is refused */

static const int64_t INDEX_MAX = INT64_C(1) << 62; /* so that index + frames has room */

/* ---- encode ---- */

typedef struct text {
    char *at;
    size_t used, capacity; /* used > capacity: it did not fit */
} text;

__attribute__((format(printf, 2, 3))) static void text_add(text *to, const char *format, ...)
{
    if (to->used >= to->capacity)
        return;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(to->at + to->used, to->capacity - to->used, format, args);
    va_end(args);
    to->used += n < 0 ? to->capacity : (size_t)n;
}

/* RFC 8259: quote and backslash are escaped, and so are the control characters. */
static void text_add_string(text *to, const char *key, const char *value)
{
    text_add(to, ",\"%s\":\"", key);
    for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
        if (*c < 0x20)
            text_add(to, "\\u%04x", *c);
        else
            text_add(to, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    }
    text_add(to, "\"");
}

static void text_add_flags(text *to, uint32_t flags)
{
    const char *comma = "";
    text_add(to, ",\"flags\":[");
    for (int i = 0; i < SINEWD_FLAGS; i++)
        if (flags & (1u << i)) {
            text_add(to, "%s\"%s\"", comma, flag_names[i]);
            comma = ",";
        }
    text_add(to, "]");
}

static void text_add_time(text *to, const char *key, struct timespec t)
{
    text_add(to, ",\"%s\":[%lld,%ld]", key, (long long)t.tv_sec, t.tv_nsec);
}

size_t sinewd_wire_encode(char *to, size_t capacity, const char *topic, const sinewd_wire_header *h)
{
    text out = {.at = to, .capacity = capacity};
    text_add(&out, "%s {\"v\":%d", topic, SINEWD_WIRE_VERSION);
    text_add_string(&out, "epoch", h->epoch);
    text_add(&out, ",\"seq\":%" PRId64 ",\"index\":%" PRId64 ",\"rate\":%.17g", h->seq, h->index,
             h->rate_hz);
    text_add(&out, ",\"shape\":[%zu,%" PRIu32 "],\"dtype\":\"%s\"", h->n_frames, h->channels,
             sinewd_dtype_name(h->dtype));
    text_add_time(&out, "t_mono", h->at.mono);
    text_add_time(&out, "t_wall", h->at.wall);
    text_add_flags(&out, h->flags);
    text_add(&out, ",\"gap\":%" PRId64, h->gap);
    if (h->units[0])
        text_add_string(&out, "units", h->units);
    if (h->model[0])
        text_add_string(&out, "model", h->model);
    text_add(&out, ",\"latency\":%" PRIu32 "}", h->latency_frames);
    return out.used < capacity ? out.used : 0;
}

/* ---- decode: each reader says what is wrong with its key ---- */

static sinew_status wrong(sinew_error *error, const char *key, const char *what)
{
    return sinew_fail(error, SINEW_ERR_DATA, "wire header: %s %s", key, what);
}

static sinew_status read_integer(int64_t *out, const json_t *value, const char *key, int64_t max,
                                 sinew_error *error)
{
    if (!value)
        return wrong(error, key, "is missing");
    if (!json_is_integer(value))
        return wrong(error, key, "is not an integer");
    json_int_t number = json_integer_value(value);
    if (number < 0)
        return wrong(error, key, "is negative");
    if (number > max)
        return wrong(error, key, "is too large");
    *out = number;
    return SINEW_OK;
}

/* Copies a string of at most capacity - 1 bytes; one that is absent reads as "". */
static sinew_status read_string(char *out, size_t capacity, const json_t *value, const char *key,
                                bool required, sinew_error *error)
{
    out[0] = 0;
    if (!value)
        return required ? wrong(error, key, "is missing") : SINEW_OK;
    if (!json_is_string(value))
        return wrong(error, key, "is not a string");
    size_t n = json_string_length(value);
    if (required && n == 0)
        return wrong(error, key, "is empty");
    if (n >= capacity)
        return wrong(error, key, "is too long");
    memcpy(out, json_string_value(value), n + 1);
    return SINEW_OK;
}

static sinew_status read_rate(double *out, const json_t *value, sinew_error *error)
{
    if (!value)
        return wrong(error, "rate", "is missing");
    if (!json_is_number(value))
        return wrong(error, "rate", "is not a number");
    *out = json_number_value(value);
    if (!isfinite(*out) || *out <= 0 || *out > 1e9)
        return wrong(error, "rate", "is not above 0 and at most 1e9 Hz");
    return SINEW_OK;
}

static sinew_status read_pair(int64_t out[2], const json_t *value, const char *key,
                              const int64_t max[2], sinew_error *error)
{
    if (!value)
        return wrong(error, key, "is missing");
    if (!json_is_array(value) || json_array_size(value) != 2)
        return wrong(error, key, "is not an array of two integers");
    sinew_status status = SINEW_OK;
    for (size_t i = 0; i < 2 && !status; i++)
        status = read_integer(&out[i], json_array_get(value, i), key, max[i], error);
    return status;
}

static sinew_status read_time(struct timespec *out, const json_t *value, const char *key,
                              sinew_error *error)
{
    int64_t pair[2];
    sinew_status status =
        read_pair(pair, value, key, (const int64_t[2]){INDEX_MAX, SINEWD_SECOND_NS - 1}, error);
    if (!status)
        *out = (struct timespec){.tv_sec = pair[0], .tv_nsec = (long)pair[1]};
    return status;
}

static sinew_status read_flags(uint32_t *out, const json_t *value, sinew_error *error)
{
    *out = 0;
    if (!value)
        return wrong(error, "flags", "is missing");
    if (!json_is_array(value) || json_array_size(value) > FLAGS_READ)
        return wrong(error, "flags", "is not a short array of strings");
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *flag = json_array_get(value, i);
        if (!json_is_string(flag))
            return wrong(error, "flags", "is not a short array of strings");
        for (int k = 0; k < SINEWD_FLAGS; k++)
            if (strcmp(json_string_value(flag), flag_names[k]) == 0)
                *out |= 1u << k;
    }
    return SINEW_OK;
}

/* shape and dtype, and that their product is what part 1 holds. */
static sinew_status read_layout(sinewd_wire_header *out, const json_t *object, size_t payload_bytes,
                                sinew_error *error)
{
    char name[8];
    int64_t shape[2];
    sinew_status status =
        read_string(name, sizeof name, json_object_get(object, "dtype"), "dtype", true, error);
    if (status)
        return status;
    if (!sinewd_dtype_from_name(name, &out->dtype))
        return wrong(error, "dtype", "is none of <f4 <f8 <i2 <i4");
    status = read_pair(shape, json_object_get(object, "shape"), "shape",
                       (const int64_t[2]){INT32_MAX, SINEWD_WIRE_CHANNELS_MAX}, error);
    if (status)
        return status;
    if (shape[1] == 0)
        return wrong(error, "shape", "has no channels");
    out->n_frames = (size_t)shape[0];
    out->channels = (uint32_t)shape[1];
    /* 2^31 * 2^16 * 8 = 2^50: no overflow */
    if ((uint64_t)shape[0] * (uint64_t)shape[1] * sinewd_dtype_bytes(out->dtype) != payload_bytes)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "wire header: shape [%lld, %lld] of %s is not the %zu bytes that came",
                          (long long)shape[0], (long long)shape[1], name, payload_bytes);
    return SINEW_OK;
}

static sinew_status read_object(sinewd_wire_header *out, const json_t *object, size_t payload_bytes,
                                sinew_error *error)
{
    int64_t version, latency = 0;
    sinew_status status;
    if (!json_is_object(object))
        return sinew_fail(error, SINEW_ERR_DATA, "wire header: not a JSON object");
    if ((status = read_integer(&version, json_object_get(object, "v"), "v", INT32_MAX, error)))
        return status;
    if (version != SINEWD_WIRE_VERSION)
        return sinew_fail(error, SINEW_ERR_DATA, "wire header: v is %d, this reads v 1",
                          (int)version);
    const json_t *late = json_object_get(object, "latency");
    if ((status = read_string(out->epoch, sizeof out->epoch, json_object_get(object, "epoch"),
                              "epoch", true, error)) ||
        (status =
             read_integer(&out->seq, json_object_get(object, "seq"), "seq", INDEX_MAX, error)) ||
        (status = read_integer(&out->index, json_object_get(object, "index"), "index", INDEX_MAX,
                               error)) ||
        (status = read_rate(&out->rate_hz, json_object_get(object, "rate"), error)) ||
        (status = read_layout(out, object, payload_bytes, error)) ||
        (status = read_time(&out->at.mono, json_object_get(object, "t_mono"), "t_mono", error)) ||
        (status = read_time(&out->at.wall, json_object_get(object, "t_wall"), "t_wall", error)) ||
        (status = read_flags(&out->flags, json_object_get(object, "flags"), error)) ||
        (status =
             read_integer(&out->gap, json_object_get(object, "gap"), "gap", INDEX_MAX, error)) ||
        (status = read_string(out->units, sizeof out->units, json_object_get(object, "units"),
                              "units", false, error)) ||
        (status = read_string(out->model, sizeof out->model, json_object_get(object, "model"),
                              "model", false, error)) ||
        (late && (status = read_integer(&latency, late, "latency", UINT32_MAX, error))))
        return status;
    out->latency_frames = (uint32_t)latency;
    return SINEW_OK;
}

sinew_status sinewd_wire_decode(sinewd_wire_header *out, const char *topic, const void *part0,
                                size_t n_bytes, size_t payload_bytes, sinew_error *error)
{
    *out = (sinewd_wire_header){0};
    if (n_bytes > SINEWD_WIRE_HEADER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "wire header: %zu bytes are too many", n_bytes);
    const char *space = n_bytes ? memchr(part0, ' ', n_bytes) : NULL;
    if (!space)
        return sinew_fail(error, SINEW_ERR_DATA, "wire header: no space ends the topic");
    size_t topic_bytes = (size_t)(space - (const char *)part0);
    if (topic && (topic_bytes != strlen(topic) || memcmp(part0, topic, topic_bytes) != 0))
        return sinew_fail(error, SINEW_ERR_DATA, "wire header: another topic than %s", topic);
    json_error_t where;
    json_t *object =
        json_loadb(space + 1, n_bytes - topic_bytes - 1, JSON_REJECT_DUPLICATES, &where);
    if (!object)
        return sinew_fail(error, SINEW_ERR_DATA, "wire header: byte %d: %s", where.position,
                          where.text);
    sinew_status status = read_object(out, object, payload_bytes, error);
    json_decref(object);
    return status;
}
