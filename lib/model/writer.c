#include "model/writer.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/scalar.h"

static bool make_room(sinew_writer *w, size_t more)
{
    if (w->full || w->n + more < w->room)
        return !w->full;
    size_t room = 2 * (w->n + more) + 1024;
    char *text = sinew_alloc(room, 1);
    if (!text) {
        w->full = true;
        return false;
    }
    if (w->n > 0)
        memcpy(text, w->text, w->n);
    sinew_free(w->text);
    w->text = text;
    w->room = room;
    return true;
}

static void put_bytes(sinew_writer *w, const char *bytes, size_t n)
{
    if (!make_room(w, n))
        return;
    memcpy(w->text + w->n, bytes, n);
    w->n += n;
    w->text[w->n] = 0;
}

void sinew_writer_put(sinew_writer *w, const char *text)
{
    put_bytes(w, text, strlen(text));
}

void sinew_writer_spaces(sinew_writer *w, size_t count)
{
    for (; count > 0; count--)
        put_bytes(w, " ", 1);
}

/* Any decimal of 15 digits survives the way to a double and back, so %.15g has the fewest digits
 * where they suffice, but for subnormal numbers. A YAML 1.1 reader wants a point before an
 * exponent: 1.0e-05. */
void sinew_writer_number(sinew_writer *w, double value)
{
    char text[40];
    int digits = fabs(value) < DBL_MIN ? 1 : 15;
    do
        snprintf(text, sizeof text, "%.*g", digits, value);
    while (++digits <= 17 && strtod(text, NULL) != value);
    char *exponent = strchr(text, 'e');
    if (exponent && !strchr(text, '.')) {
        put_bytes(w, text, (size_t)(exponent - text));
        sinew_writer_put(w, ".0");
        sinew_writer_put(w, exponent);
    } else {
        sinew_writer_put(w, text);
    }
}

void sinew_writer_numbers(sinew_writer *w, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            sinew_writer_put(w, ", ");
        sinew_writer_number(w, values[i]);
    }
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters first, then nothing that YAML has a use for. */
static bool is_plain(const char *text)
{
    size_t n = strlen(text);
    bool boolean;
    if (n == 0 || !is_letter(text[0]) || text[n - 1] == ' ' || sinew_boolean_parse(&boolean, text))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_letter(text[i]) && !(text[i] >= '0' && text[i] <= '9') &&
            !strchr(" ._/()^*+-", text[i]))
            return false;
    static const char *const words[] = {"null", "Null", "NULL", "y", "Y", "n", "N"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(text, words[i]))
            return false;
    return true;
}

unsigned sinew_writer_special(const char *at)
{
    static const struct {
        const char *bytes;
        unsigned code;
    } specials[] = {{"\xc2\x85", 0x85},       {"\xe2\x80\xa8", 0x2028}, {"\xe2\x80\xa9", 0x2029},
                    {"\xef\xbb\xbf", 0xfeff}, {"\xef\xbf\xbe", 0xfffe}, {"\xef\xbf\xbf", 0xffff}};
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (!strncmp(at, specials[i].bytes, strlen(specials[i].bytes)))
            return specials[i].code;
    return 0;
}

static void put_character(sinew_writer *w, const char *at, size_t n_bytes)
{
    char escaped[16];
    unsigned code = sinew_writer_special(at);
    if (*at == '"' || *at == '\\')
        sinew_writer_put(w, "\\");
    if (*at == '\n' || *at == '\t') {
        sinew_writer_put(w, *at == '\n' ? "\\n" : "\\t");
    } else if (code) {
        snprintf(escaped, sizeof escaped, "\\u%04x", code);
        sinew_writer_put(w, escaped);
    } else {
        put_bytes(w, at, n_bytes);
    }
}

void sinew_writer_text(sinew_writer *w, const char *text)
{
    if (is_plain(text)) {
        sinew_writer_put(w, text);
        return;
    }
    sinew_writer_put(w, "\"");
    for (size_t left = strlen(text), n; left > 0; text += n, left -= n) {
        n = sinew_utf8_bytes(text, left);
        n = n > 0 ? n : 1;
        put_character(w, text, n);
    }
    sinew_writer_put(w, "\"");
}
