/* Ids to text, where a character may come in several tokens. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "lm/tokenizer.h"

static const char replacement[3] = {(char)0xef, (char)0xbf, (char)0xbd}; /* U+FFFD */

enum { HELD_MAX = 3 };

struct sinew_text_stream {
    const sinew_tokenizer *tokenizer;
    bool skip_special;
    size_t n_held;
    char *held; /* (HELD_MAX + longest): the beginning of a character, then a token's bytes */
    char *text; /* (3 (HELD_MAX + longest)): each byte may become U+FFFD */
};

sinew_status sinew_text_stream_open(sinew_text_stream **out, const sinew_tokenizer *tokenizer,
                                    bool skip_special, sinew_error *error)
{
    if (!out || !tokenizer)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_text_stream *made = sinew_alloc(1, sizeof *made);
    if (!made)
        return sinew_fail_memory(error);
    size_t room = HELD_MAX + tokenizer->longest;
    *made = (sinew_text_stream){.tokenizer = tokenizer, .skip_special = skip_special};
    made->held = sinew_alloc(room, 1);
    made->text = sinew_alloc(room, sizeof replacement);
    if (!made->held || !made->text) {
        sinew_text_stream_free(made);
        return sinew_fail_memory(error);
    }
    *out = made;
    return SINEW_OK;
}

/* May `byte` stand at place i, 1 to 3, behind `lead`? (Unicode 15, table 3-7) */
static bool may_follow(unsigned char lead, size_t i, unsigned char byte)
{
    unsigned char least = 0x80, most = 0xbf;
    if (i == 1) {
        least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    }
    return byte >= least && byte <= most;
}

/* How many of the bytes at the start, at least 1, are the beginning of a character that is not
 * there; *may_go_on: it may still come behind the last byte. */
static size_t unfinished(const char *text, size_t n, bool *may_go_on)
{
    unsigned char lead = (unsigned char)text[0];
    size_t wanted = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    size_t i = 1;
    while (i < wanted && i < n && may_follow(lead, i, (unsigned char)text[i]))
        i++;
    *may_go_on = i == n && i < wanted;
    return i;
}

/* Bytes in `held` (n) to text; what may still become a character stays. */
static size_t decode(sinew_text_stream *stream, size_t n)
{
    size_t n_text = 0, at = 0;
    bool may_go_on;
    while (at < n) {
        size_t bytes = sinew_utf8_bytes(stream->held + at, n - at);
        if (bytes > 0) {
            memcpy(stream->text + n_text, stream->held + at, bytes);
            n_text += bytes;
            at += bytes;
            continue;
        }
        bytes = unfinished(stream->held + at, n - at, &may_go_on);
        if (may_go_on)
            break;
        memcpy(stream->text + n_text, replacement, sizeof replacement);
        n_text += sizeof replacement;
        at += bytes;
    }
    stream->n_held = n - at;
    memmove(stream->held, stream->held + at, stream->n_held);
    return n_text;
}

sinew_status sinew_text_stream_next(sinew_text_stream *stream, int32_t id, const char **text,
                                    size_t *n_bytes, sinew_error *error)
{
    if (!stream || !text || !n_bytes)
        return sinew_fail_null(error);
    *text = stream->text;
    *n_bytes = 0;
    const sinew_token *token = sinew_vocabulary_at(&stream->tokenizer->vocabulary, id);
    if (!token)
        return sinew_fail(error, SINEW_ERR_DATA, "id %d: the tokenizer has no such token", id);
    if (token->is_special && stream->skip_special)
        return SINEW_OK;
    memcpy(stream->held + stream->n_held, token->bytes, token->n_bytes);
    *n_bytes = decode(stream, stream->n_held + token->n_bytes);
    return SINEW_OK;
}

void sinew_text_stream_end(sinew_text_stream *stream, const char **text, size_t *n_bytes)
{
    *text = replacement;
    *n_bytes = stream->n_held > 0 ? sizeof replacement : 0;
    stream->n_held = 0;
}

void sinew_text_stream_free(sinew_text_stream *stream)
{
    if (!stream)
        return;
    sinew_free(stream->held);
    sinew_free(stream->text);
    sinew_free(stream);
}
