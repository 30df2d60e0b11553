#include "stream/npy_header.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "stream/formats.h"

enum { MAX_DIMENSIONS = 8, MAX_WORD = 64 };

typedef struct parser {
    const char *at, *end, *text;
    const char *name;
    sinew_error *error;
    char descr[MAX_WORD];
    bool has_descr, has_order, has_shape, fortran_order;
    int64_t shape[MAX_DIMENSIONS];
    size_t n_dimensions;
} parser;

size_t sinew_npy_header_length(const uint8_t *prefix, size_t *text_offset)
{
    static const uint8_t magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
    if (memcmp(prefix, magic, sizeof magic) != 0 || prefix[6] < 1 || prefix[6] > 3 || prefix[7])
        return 0;
    if (prefix[6] == 1) {
        *text_offset = 10;
        return 10 + (size_t)prefix[8] + 256 * (size_t)prefix[9];
    }
    *text_offset = 12;
    return 12 + (size_t)sinew_get_u32(prefix + 8);
}

static sinew_status fail(parser *p, const char *expected)
{
    int left = (int)(p->end - p->at < 24 ? p->end - p->at : 24);
    return sinew_fail(p->error, SINEW_ERR_DATA,
                      "%s: npy header: %s expected at character %td, found '%.*s'", p->name,
                      expected, p->at - p->text + 1, left, p->at);
}

static void skip_blanks(parser *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\t'))
        p->at++;
}

static bool take(parser *p, char c)
{
    skip_blanks(p);
    if (p->at == p->end || *p->at != c)
        return false;
    p->at++;
    return true;
}

static sinew_status parse_string(parser *p, char *out)
{
    skip_blanks(p);
    char quote = p->at < p->end ? *p->at : '\0';
    const char *from = p->at + 1;
    if (quote != '\'' && quote != '"')
        return fail(p, "a string");
    const char *to = memchr(from, quote, (size_t)(p->end - from));
    if (!to || to - from >= MAX_WORD || memchr(from, '\\', (size_t)(to - from)))
        return fail(p, "a short string");
    memcpy(out, from, (size_t)(to - from));
    out[to - from] = '\0';
    p->at = to + 1;
    return SINEW_OK;
}

static bool take_word(parser *p, const char *word)
{
    size_t n = strlen(word);
    skip_blanks(p);
    if ((size_t)(p->end - p->at) < n || memcmp(p->at, word, n) != 0)
        return false;
    p->at += n;
    return true;
}

static sinew_status parse_integer(parser *p, int64_t *out)
{
    skip_blanks(p);
    const char *from = p->at;
    int64_t value = 0;
    for (; p->at < p->end && *p->at >= '0' && *p->at <= '9'; p->at++) {
        if (value > (INT64_MAX - 9) / 10)
            return sinew_fail(p->error, SINEW_ERR_DATA, "%s: npy header: the shape is too large",
                              p->name);
        value = 10 * value + (*p->at - '0');
    }
    if (p->at == from)
        return fail(p, "a length");
    *out = value;
    return SINEW_OK;
}

/* (), (n,), (n, c), ... */
static sinew_status parse_shape(parser *p)
{
    bool comma = true;
    if (!take(p, '('))
        return fail(p, "'('");
    while (!take(p, ')')) {
        if (!comma || p->n_dimensions == MAX_DIMENSIONS)
            return fail(p, comma ? "fewer dimensions" : "',' or ')'");
        sinew_status status = parse_integer(p, &p->shape[p->n_dimensions++]);
        if (status)
            return status;
        comma = take(p, ',');
    }
    if (p->n_dimensions == 1 && !comma)
        return fail(p, "a tuple, (n,)");
    return SINEW_OK;
}

static sinew_status parse_entry(parser *p)
{
    char key[MAX_WORD];
    sinew_status status = parse_string(p, key);
    if (status)
        return status;
    if (!take(p, ':'))
        return fail(p, "':'");
    bool *seen = strcmp(key, "descr") == 0           ? &p->has_descr
                 : strcmp(key, "fortran_order") == 0 ? &p->has_order
                 : strcmp(key, "shape") == 0         ? &p->has_shape
                                                     : NULL;
    if (!seen || *seen)
        return sinew_fail(p->error, SINEW_ERR_DATA, "%s: npy header: %s key '%s'", p->name,
                          seen ? "a second" : "unknown", key);
    *seen = true;
    if (seen == &p->has_shape)
        return parse_shape(p);
    if (seen == &p->has_descr) {
        skip_blanks(p);
        if (p->at < p->end && *p->at == '[')
            return sinew_fail(p->error, SINEW_ERR_DATA,
                              "%s: an array of records; '<f4' or '<f8' is read", p->name);
        return parse_string(p, p->descr);
    }
    p->fortran_order = take_word(p, "True");
    return p->fortran_order || take_word(p, "False") ? SINEW_OK : fail(p, "True or False");
}

static sinew_status parse_dictionary(parser *p)
{
    bool comma = true;
    if (!take(p, '{'))
        return fail(p, "'{'");
    while (!take(p, '}')) {
        if (!comma)
            return fail(p, "',' or '}'");
        sinew_status status = parse_entry(p);
        if (status)
            return status;
        comma = take(p, ',');
    }
    skip_blanks(p);
    if (p->at != p->end)
        return fail(p, "the end");
    if (!p->has_descr || !p->has_order || !p->has_shape)
        return sinew_fail(p->error, SINEW_ERR_DATA, "%s: npy header: no key '%s'", p->name,
                          !p->has_descr   ? "descr"
                          : !p->has_order ? "fortran_order"
                                          : "shape");
    return SINEW_OK;
}

static sinew_status interpret(const parser *p, sinew_npy_header *out)
{
    bool integer = !strcmp(p->descr, "<i4") || !strcmp(p->descr, "<i8");
    if (strcmp(p->descr, "<f4") != 0 && strcmp(p->descr, "<f8") != 0 && !integer)
        return sinew_fail(
            p->error, SINEW_ERR_DATA,
            "%s: an array of '%s'; '<f4' or '<f8' is read, and of token ids '<i4' or '<i8'",
            p->name, p->descr);
    if (p->n_dimensions != 1 && p->n_dimensions != 2)
        return sinew_fail(p->error, SINEW_ERR_DATA,
                          "%s: an array of %zu dimensions; (frames,) or (frames, channels) is read",
                          p->name, p->n_dimensions);
    int64_t channels = p->n_dimensions == 2 ? p->shape[1] : 1;
    if (p->fortran_order && channels != 1)
        return sinew_fail(p->error, SINEW_ERR_DATA,
                          "%s: an array in Fortran order of %" PRId64 " channels; C order is read",
                          p->name, channels);
    out->integer_bytes = integer ? (size_t)(p->descr[2] - '0') : 0;
    out->sample = p->descr[2] == '4' ? SINEW_SAMPLE_F32 : SINEW_SAMPLE_F64;
    out->frames = p->shape[0];
    if (channels == 0)
        return sinew_fail(p->error, SINEW_ERR_DATA, "%s: an array without channels", p->name);
    if (channels > SINEW_CHANNELS_MOST)
        return sinew_fail(p->error, SINEW_ERR_DATA,
                          "%s: the shape (%" PRId64 ", %" PRId64 ") has %" PRId64
                          " channels; %d are the most, and frames come first",
                          p->name, out->frames, channels, channels, SINEW_CHANNELS_MOST);
    if (out->frames > INT64_MAX / channels / (int64_t)sinew_sample_bytes(out->sample))
        return sinew_fail(p->error, SINEW_ERR_DATA,
                          "%s: the shape (%" PRId64 ", %" PRId64 ") is too large", p->name,
                          out->frames, channels);
    out->channels = (uint32_t)channels;
    return SINEW_OK;
}

sinew_status sinew_npy_header_parse(sinew_npy_header *out, const char *text, size_t n,
                                    const char *name, sinew_error *error)
{
    parser p = {.at = text, .end = text + n, .text = text, .name = name, .error = error};
    sinew_status status = parse_dictionary(&p);
    return status ? status : interpret(&p, out);
}

void sinew_npy_header_write(const sinew_npy_header *header, uint8_t *bytes)
{
    memset(bytes, ' ', SINEW_NPY_HEADER_BYTES);
    memcpy(bytes, "\x93NUMPY\x01\x00", 8);
    bytes[8] = SINEW_NPY_HEADER_BYTES - 10;
    bytes[9] = 0;
    char text[SINEW_NPY_HEADER_BYTES - 10];
    int n = snprintf(
        text, sizeof text,
        "{'descr': '%s', 'fortran_order': False, 'shape': (%" PRId64 ", %" PRIu32 "), }",
        header->sample == SINEW_SAMPLE_F32 ? "<f4" : "<f8", header->frames, header->channels);
    memcpy(bytes + 10, text, (size_t)n);
    bytes[SINEW_NPY_HEADER_BYTES - 1] = '\n';
}
