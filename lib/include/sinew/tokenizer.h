/**
 * tokenizer: text to the ids of a language model and back, as a Hugging Face `tokenizer.json` says.
 *
 * Byte-level BPE: GPT-2, GPT-NeoX (mamba-130m and its sisters), Llama 3 and what is like them. Text
 * is cut at added tokens, normalized (NFC or not at all), cut into words by regular expressions,
 * and the bytes of each word are merged in the order in which the merges were learned.
 *
 *     sinew_tokenizer *tokenizer = NULL;
 *     int32_t *ids = NULL;
 *     size_t n;
 *     if (sinew_tokenizer_open(&tokenizer, "mamba-130m", &error) ||
 *         sinew_tokenizer_encode(tokenizer, text, strlen(text), true, &ids, &n, &error)) ...
 *
 *     sinew_text_stream_open(&stream, tokenizer, true, &error);
 *     for each id: sinew_text_stream_next(stream, id, &text, &n_bytes, &error), write n_bytes
 *     sinew_text_stream_end(stream, &text, &n_bytes);
 *
 * What a file asks for is done or refused by its name, never left out: other kinds of model,
 * normalizer, pre-tokenizer, decoder; dropout; byte_fallback. Of a file, `truncation` and `padding`
 * are not read: they are for batches.
 *
 * Text may hold any bytes. What is no UTF-8 stands apart from the words about it, and decodes to
 * the same bytes again.
 *
 * Functions answer SINEW_ERR_UNSUPPORTED where the library was built without PCRE2 and utf8proc.
 * Ownership: the caller's; a tokenizer outlives its text streams. Thread-safety: a tokenizer is
 * constant; a text stream belongs to one thread.
 */
#ifndef SINEW_TOKENIZER_H
#define SINEW_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sinew_tokenizer sinew_tokenizer;

/** Read a tokenizer.json, or the one in a folder. Errors: SINEW_ERR_IO, SINEW_ERR_DATA (names file
 *  and place, as `model.merges[17]`), SINEW_ERR_UNSUPPORTED, SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_tokenizer_open(sinew_tokenizer **out, const char *path,
                                            sinew_error *error);

/** The same from memory, which is not needed afterwards; `where` for messages. */
SINEW_API sinew_status sinew_tokenizer_read(sinew_tokenizer **out, const void *json, size_t n_bytes,
                                            const char *where, sinew_error *error);

SINEW_API void sinew_tokenizer_free(sinew_tokenizer *tokenizer); /* NULL is fine */

/** One more than the greatest id; not every id below need have a token. A model's head may have
 *  more rows, which are padding. */
SINEW_API size_t sinew_tokenizer_size(const sinew_tokenizer *tokenizer);

/** The id of a token by its content in the file ("<|endoftext|>"); -1 where there is none. */
SINEW_API int32_t sinew_tokenizer_id(const sinew_tokenizer *tokenizer, const char *content);

/** The bytes that an id stands for, which may be a part of a character, without a NUL behind them;
 *  NULL where the id has no token. Lives as long as the tokenizer. */
SINEW_API const char *sinew_tokenizer_bytes(const sinew_tokenizer *tokenizer, int32_t id,
                                            size_t *n_bytes);

/** Is it a special token, such as <|endoftext|>? */
SINEW_API bool sinew_tokenizer_is_special(const sinew_tokenizer *tokenizer, int32_t id);

/** The ids of a text of n_bytes (which may be 0, and then `text` NULL), at most 2^30. add_special:
 * with what the file's post-processor puts around a text (a token of its beginning, where the model
 * has one). *ids is the caller's, to be freed with sinew_tokenizer_free_ids, also where n is 0;
 * NULL after a failure. Takes time in n log n, whatever the text. Errors: SINEW_ERR_DATA (a byte
 * that has no token, where the file names none for unknown ones), SINEW_ERR_NUMERIC (a regular
 *  expression of the file that goes back and forth without an end), SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_tokenizer_encode(const sinew_tokenizer *tokenizer, const char *text,
                                              size_t n_bytes, bool add_special, int32_t **ids,
                                              size_t *n, sinew_error *error);
SINEW_API void sinew_tokenizer_free_ids(int32_t *ids); /* NULL is fine */

/**
 * Ids back to text, one at a time. A character whose bytes come in several tokens is held back
 * until it is whole, so that every piece is UTF-8 and pieces put together are the text of all ids.
 * Bytes that are none become U+FFFD, one for each beginning of a character that was not finished
 * (Unicode 15, table 3-8). At most 3 bytes are held, so the text stream of a run that is resumed
 * goes on after the last 3 ids from before, and what comes of those is thrown away.
 */
typedef struct sinew_text_stream sinew_text_stream;

/** skip_special: special tokens give no text. */
SINEW_API sinew_status sinew_text_stream_open(sinew_text_stream **out,
                                              const sinew_tokenizer *tokenizer, bool skip_special,
                                              sinew_error *error);

/** One id. *text is good until the next call, not NULL and without a NUL behind it. Allocates
 *  nothing. Errors: SINEW_ERR_DATA for an id without a token; the stream is then as it was. */
SINEW_API sinew_status sinew_text_stream_next(sinew_text_stream *stream, int32_t id,
                                              const char **text, size_t *n_bytes,
                                              sinew_error *error);

/** The end: what is still held, as U+FFFD; then the stream is as new. */
SINEW_API void sinew_text_stream_end(sinew_text_stream *stream, const char **text, size_t *n_bytes);

SINEW_API void sinew_text_stream_free(sinew_text_stream *stream); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
