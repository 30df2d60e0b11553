#include "lm/characters.h"

#include <stdint.h>
#include <stdlib.h>
#include <utf8proc.h>

#include "base/text.h"
#include "lm/grow.h"

enum { MARKS_MAX = 4096 };

size_t sinew_utf8_stretch(const char *text, size_t n, bool *valid)
{
    size_t at = 0;
    *valid = n > 0 && sinew_utf8_bytes(text, n) > 0;
    while (at < n) {
        size_t bytes = sinew_utf8_bytes(text + at, n - at);
        if ((bytes > 0) != *valid)
            break;
        at += bytes > 0 ? bytes : 1;
    }
    return at;
}

/* The character at the start, -1 where there is none; *bytes of it. */
static int32_t first_character(const char *text, size_t n, size_t *bytes)
{
    utf8proc_int32_t code = -1;
    *bytes = n > 0 ? sinew_utf8_bytes(text, n) : 0;
    if (*bytes > 0)
        utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)*bytes, &code);
    return code;
}

static int32_t last_character(const char *text, size_t n, size_t *bytes)
{
    for (size_t back = 1; back <= 4 && back <= n; back++)
        if (((unsigned char)text[n - back] & 0xc0) != 0x80) {
            int32_t code = first_character(text + n - back, back, bytes);
            return *bytes == back ? code : -1;
        }
    *bytes = 0;
    return -1;
}

static bool is_space(int32_t code)
{
    return (code >= 9 && code <= 13) || code == 32 || code == 0x85 || code == 0xa0 ||
           code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
           code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

static bool is_word(int32_t code)
{
    if (code < 0)
        return false;
    utf8proc_category_t category = utf8proc_category(code);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NL) ||
           category == UTF8PROC_CATEGORY_PC;
}

size_t sinew_space_at_start(const char *text, size_t n)
{
    size_t at = 0, bytes;
    while (is_space(first_character(text + at, n - at, &bytes)))
        at += bytes;
    return at;
}

size_t sinew_space_at_end(const char *text, size_t n)
{
    size_t left = n, bytes;
    while (is_space(last_character(text, left, &bytes)))
        left -= bytes;
    return n - left;
}

bool sinew_word_at_start(const char *text, size_t n)
{
    size_t bytes;
    return is_word(first_character(text, n, &bytes));
}

bool sinew_word_at_end(const char *text, size_t n)
{
    size_t bytes;
    return is_word(last_character(text, n, &bytes));
}

/* ---- NFC ---- */

typedef struct buffer {
    void *text;
    size_t n, room;
} buffer;

static bool append(buffer *to, const void *bytes, size_t n)
{
    if (!sinew_grow(&to->text, &to->room, to->n + n, 1))
        return false;
    if (n > 0)
        memcpy((char *)to->text + to->n, bytes, n);
    to->n += n;
    return true;
}

static bool is_ascii(const char *text, size_t n)
{
    unsigned char all = 0;
    for (size_t i = 0; i < n; i++)
        all |= (unsigned char)text[i];
    return all < 0x80;
}

static bool has_heap_of_marks(const char *text, size_t n)
{
    size_t marks = 0, bytes;
    for (size_t at = 0; at < n; at += bytes) {
        int32_t code = first_character(text + at, n - at, &bytes);
        marks = utf8proc_get_property(code)->combining_class > 0 ? marks + 1 : 0;
        if (marks > MARKS_MAX)
            return true;
    }
    return false;
}

static sinew_status append_nfc(buffer *to, const char *text, size_t n, sinew_error *error)
{
    if (has_heap_of_marks(text, n))
        return sinew_fail(error, SINEW_ERR_DATA,
                          "a character with more than %d combining marks: no text has such",
                          MARKS_MAX);
    utf8proc_uint8_t *made = NULL;
    utf8proc_ssize_t n_made =
        utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)n, &made,
                     (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (n_made < 0 && n_made != UTF8PROC_ERROR_NOMEM)
        return sinew_fail(error, SINEW_ERR_DATA, "normalization: %s", utf8proc_errmsg(n_made));
    bool good = n_made >= 0 && append(to, made, (size_t)n_made);
    free(made);
    return good ? SINEW_OK : sinew_fail_memory(error);
}

sinew_status sinew_nfc(char **out, size_t *n_out, const char *text, size_t n, sinew_error *error)
{
    buffer made = {0};
    sinew_status status = SINEW_OK;
    *out = NULL;
    *n_out = n;
    if (is_ascii(text, n))
        return SINEW_OK;
    bool valid;
    for (size_t at = 0, stretch; at < n && !status; at += stretch) {
        stretch = sinew_utf8_stretch(text + at, n - at, &valid);
        if (valid)
            status = append_nfc(&made, text + at, stretch, error);
        else if (!append(&made, text + at, stretch))
            status = sinew_fail_memory(error);
    }
    if (status) {
        sinew_free(made.text);
        return status;
    }
    *out = made.text;
    *n_out = made.n;
    return SINEW_OK;
}
