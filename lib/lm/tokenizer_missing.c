/* In place of all else of the tokenizer where PCRE2 or utf8proc is missing. There is no
 * tokenizer then, so what takes one is never called. */
#include "sinew/tokenizer.h"

#include "base/error.h"

static sinew_status missing(sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                      "this build has no tokenizers: it was made without PCRE2 or utf8proc");
}

sinew_status sinew_tokenizer_open(sinew_tokenizer **out, const char *path, sinew_error *error)
{
    if (!out || !path)
        return sinew_fail_null(error);
    *out = NULL;
    return missing(error);
}

sinew_status sinew_tokenizer_read(sinew_tokenizer **out, const void *json, size_t n_bytes,
                                  const char *where, sinew_error *error)
{
    (void)n_bytes;
    if (!out || !json || !where)
        return sinew_fail_null(error);
    *out = NULL;
    return missing(error);
}

void sinew_tokenizer_free(sinew_tokenizer *tokenizer)
{
    (void)tokenizer;
}

size_t sinew_tokenizer_size(const sinew_tokenizer *tokenizer)
{
    (void)tokenizer;
    return 0;
}

int32_t sinew_tokenizer_id(const sinew_tokenizer *tokenizer, const char *content)
{
    (void)tokenizer, (void)content;
    return -1;
}

const char *sinew_tokenizer_bytes(const sinew_tokenizer *tokenizer, int32_t id, size_t *n_bytes)
{
    (void)tokenizer, (void)id;
    *n_bytes = 0;
    return NULL;
}

bool sinew_tokenizer_is_special(const sinew_tokenizer *tokenizer, int32_t id)
{
    (void)tokenizer, (void)id;
    return false;
}

sinew_status sinew_tokenizer_encode(const sinew_tokenizer *tokenizer, const char *text,
                                    size_t n_bytes, bool add_special, int32_t **ids, size_t *n,
                                    sinew_error *error)
{
    (void)add_special;
    if (!tokenizer || (!text && n_bytes > 0) || !ids || !n)
        return sinew_fail_null(error);
    *ids = NULL;
    *n = 0;
    return missing(error);
}

void sinew_tokenizer_free_ids(int32_t *ids)
{
    (void)ids;
}

sinew_status sinew_text_stream_open(sinew_text_stream **out, const sinew_tokenizer *tokenizer,
                                    bool skip_special, sinew_error *error)
{
    (void)skip_special;
    if (!out || !tokenizer)
        return sinew_fail_null(error);
    *out = NULL;
    return missing(error);
}

sinew_status sinew_text_stream_next(sinew_text_stream *stream, int32_t id, const char **text,
                                    size_t *n_bytes, sinew_error *error)
{
    (void)id;
    if (!stream || !text || !n_bytes)
        return sinew_fail_null(error);
    return missing(error);
}

void sinew_text_stream_end(sinew_text_stream *stream, const char **text, size_t *n_bytes)
{
    (void)stream;
    *text = "";
    *n_bytes = 0;
}

void sinew_text_stream_free(sinew_text_stream *stream)
{
    (void)stream;
}
