#include "base/text.h"

#include <stdint.h>
#include <string.h>

/* RFC 3629, section 4. */
size_t sinew_utf8_bytes(const char *text, size_t left)
{
    const unsigned char *at = (const unsigned char *)text;
    unsigned char lead = at[0];
    if (lead < 0x80)
        return 1;
    size_t n = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : 4;
    if (lead < 0xc2 || lead > 0xf4 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    uint32_t code = lead & (0x7fu >> n);
    for (size_t i = 1; i < n; i++)
        code = code << 6 | (at[i] & 0x3fu);
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    return n;
}

const char *sinew_utf8_check(const char *text, size_t n_bytes, size_t *line, size_t *column)
{
    const unsigned char *at = (const unsigned char *)text;
    *line = *column = 0;
    for (size_t i = 0, n; i < n_bytes; i += n) {
        n = sinew_utf8_bytes(text + i, n_bytes - i);
        if (n == 0)
            return "not UTF-8 text";
        if (at[i] == 0)
            return "a NUL byte: this is not a text";
        if (at[i] == 0x7f || (at[i] < 0x20 && at[i] != '\t' && at[i] != '\n' && at[i] != '\r'))
            return "a control character, which a text does not hold";
        if (at[i] == '\n') {
            ++*line;
            *column = 0;
        } else {
            ++*column;
        }
    }
    return NULL;
}

bool sinew_text_ends(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

void sinew_text_blank(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            *c = '?';
}

const char *sinew_quote_in(char *quoted, size_t room, const char *text)
{
    size_t n = 0;
    for (; text[n] && n < room - 4; n++) {
        unsigned char c = (unsigned char)text[n], before = n > 0 ? (unsigned char)text[n - 1] : 0;
        /* U+0080..U+009F are controls of a terminal too: C2 80 .. C2 9F in UTF-8 */
        bool control = c < 0x20 || c == 0x7f || (before == 0xc2 && c < 0xa0);
        quoted[n] = control ? '?' : text[n];
        if (control && before == 0xc2)
            quoted[n - 1] = '?';
    }
    if (text[n]) { /* cut between characters */
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
            n--;
        memcpy(quoted + n, "...", 3);
        n += 3;
    }
    quoted[n] = 0;
    return quoted;
}

const char *sinew_quote(char quoted[SINEW_QUOTED_BYTES], const char *text)
{
    enum { SHOWN = 44 };
    return sinew_quote_in(quoted, SHOWN + 4, text);
}
