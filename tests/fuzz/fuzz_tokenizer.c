/* Any bytes as a tokenizer.json, and behind a NUL a text: the file is refused with a message, or
 * the text becomes ids that all have tokens, and those become UTF-8. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "sinew/tokenizer.h"

static void hold(int kept)
{
    if (!kept)
        abort();
}

static void check_piece(const char *text, size_t n)
{
    for (size_t at = 0, bytes; at < n; at += bytes)
        hold((bytes = sinew_utf8_bytes(text + at, n - at)) > 0);
}

static void decode(const sinew_tokenizer *tokenizer, const int32_t *ids, size_t n)
{
    sinew_text_stream *stream = NULL;
    const char *piece;
    size_t n_piece;
    if (sinew_text_stream_open(&stream, tokenizer, false, NULL))
        return;
    for (size_t i = 0; i < n; i++) {
        hold(ids[i] >= 0 && (size_t)ids[i] < sinew_tokenizer_size(tokenizer));
        hold(sinew_text_stream_next(stream, ids[i], &piece, &n_piece, NULL) == SINEW_OK);
        check_piece(piece, n_piece);
    }
    sinew_text_stream_end(stream, &piece, &n_piece);
    check_piece(piece, n_piece);
    sinew_text_stream_free(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    const uint8_t *end = n_bytes > 0 ? memchr(bytes, 0, n_bytes) : NULL;
    size_t n_json = end ? (size_t)(end - bytes) : n_bytes;
    sinew_tokenizer *tokenizer = NULL;
    sinew_error error = {0};
    sinew_status status = sinew_tokenizer_read(&tokenizer, n_bytes > 0 ? (const void *)bytes : "",
                                               n_json, "fuzz", &error);
    if (status) {
        hold(!tokenizer && error.status == status && error.text[0]);
        return 0;
    }
    int32_t *ids = NULL;
    size_t n = 0;
    status = sinew_tokenizer_encode(tokenizer, end ? (const char *)end + 1 : "",
                                    end ? n_bytes - n_json - 1 : 0, true, &ids, &n, &error);
    hold((status == SINEW_OK) == (ids != NULL));
    if (!status)
        decode(tokenizer, ids, n);
    sinew_tokenizer_free_ids(ids);
    sinew_tokenizer_free(tokenizer);
    return 0;
}
