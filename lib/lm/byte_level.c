#include "lm/byte_level.h"

static bool is_own(unsigned code)
{
    return (code >= 33 && code <= 126) || (code >= 161 && code <= 255 && code != 173);
}

static unsigned code_of(unsigned char byte)
{
    if (is_own(byte))
        return byte;
    return byte <= 32 ? 256u + byte : byte == 173 ? 323u : 256u + 33 + (byte - 127u);
}

static int byte_of(unsigned code)
{
    if (code < 256)
        return is_own(code) ? (int)code : -1;
    if (code <= 288)
        return (int)code - 256;
    return code <= 322 ? (int)code - 289 + 127 : code == 323 ? 173 : -1;
}

size_t sinew_byte_level_write(const char *bytes, size_t n, char *out)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned code = code_of((unsigned char)bytes[i]);
        if (code >= 128)
            out[at++] = (char)(0xc0 | code >> 6);
        out[at++] = (char)(code >= 128 ? 0x80 | (code & 0x3f) : code);
    }
    return at;
}

bool sinew_byte_level_read(const char *text, size_t n, char *out, size_t *n_out)
{
    *n_out = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned code = (unsigned char)text[i];
        if (code >= 0xe0)
            return false; /* three bytes and more: beyond U+0143 */
        if (code >= 0xc0 && i + 1 < n)
            code = (code & 0x1f) << 6 | ((unsigned char)text[++i] & 0x3fu);
        int byte = byte_of(code);
        if (byte < 0)
            return false;
        out[(*n_out)++] = (char)byte;
    }
    return true;
}
