/* Text to ids: cut at added tokens, normalize, cut at those of normalized text, cut into words,
 * merge the bytes of each. */
#include "base/memory.h"
#include "lm/characters.h"
#include "lm/tokenizer.h"

enum { TEXT_BYTES_MAX = 1 << 30 };

typedef struct encoding {
    const sinew_tokenizer *tokenizer;
    sinew_error *error;
    sinew_pieces pieces;
    sinew_bpe_work work;
    sinew_ids ids;
} encoding;

static sinew_status add_id(encoding *to, int32_t id)
{
    return sinew_ids_add(&to->ids, id) ? SINEW_OK : sinew_fail_memory(to->error);
}

static sinew_status encode_word(encoding *to, const char *word, size_t n)
{
    unsigned char bad;
    switch (sinew_bpe_encode(&to->tokenizer->bpe, &to->tokenizer->vocabulary, &to->work, word, n,
                             &to->ids, &bad)) {
    case SINEW_BPE_OK:
        return SINEW_OK;
    case SINEW_BPE_NO_MEMORY:
        return sinew_fail_memory(to->error);
    default:
        return sinew_fail(to->error, SINEW_ERR_DATA,
                          "the tokenizer has no token for the byte 0x%02x, nor an unk_token", bad);
    }
}

static sinew_status encode_words(encoding *to, const char *text, size_t n)
{
    sinew_status status =
        sinew_pretokenize(&to->tokenizer->pretokenizer, &to->pieces, text, n, to->error);
    const sinew_piece *pieces = to->pieces.pieces;
    for (size_t i = 0; i < to->pieces.n && !status; i++)
        status = encode_word(to, to->pieces.text + pieces[i].at, pieces[i].n);
    return status;
}

/* What is between the tokens of a list goes to `inner`. */
static sinew_status cut_at(encoding *to, const sinew_added *added, const char *text, size_t n,
                           sinew_status (*inner)(encoding *to, const char *text, size_t n))
{
    sinew_status status = SINEW_OK;
    int32_t id;
    size_t from = 0, first, last;
    for (; sinew_added_find(added, text, from, n, &id, &first, &last); from = last) {
        status = first > from ? inner(to, text + from, first - from) : SINEW_OK;
        status = status ? status : add_id(to, id);
        if (status)
            return status;
    }
    return n > from ? inner(to, text + from, n - from) : SINEW_OK;
}

static sinew_status normalize(encoding *to, const char *text, size_t n)
{
    char *normal = NULL;
    sinew_status status = SINEW_OK;
    if (to->tokenizer->is_nfc)
        status = sinew_nfc(&normal, &n, text, n, to->error);
    if (!status)
        status = cut_at(to, &to->tokenizer->in_normalized, normal ? normal : text, n, encode_words);
    sinew_free(normal);
    return status;
}

static sinew_status encode(encoding *to, const char *text, size_t n, bool add_special)
{
    const sinew_tokenizer *tokenizer = to->tokenizer;
    sinew_status status = SINEW_OK;
    for (size_t i = 0; add_special && i < tokenizer->n_before && !status; i++)
        status = add_id(to, tokenizer->specials[i]);
    if (!status && n > 0)
        status = cut_at(to, &tokenizer->in_text, text, n, normalize);
    for (size_t i = 0; add_special && i < tokenizer->n_behind && !status; i++)
        status = add_id(to, tokenizer->specials[tokenizer->n_before + i]);
    return status;
}

sinew_status sinew_tokenizer_encode(const sinew_tokenizer *tokenizer, const char *text,
                                    size_t n_bytes, bool add_special, int32_t **ids, size_t *n,
                                    sinew_error *error)
{
    if (!tokenizer || (!text && n_bytes > 0) || !ids || !n)
        return sinew_fail_null(error);
    *ids = NULL;
    *n = 0;
    if (n_bytes > TEXT_BYTES_MAX)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a text of %zu bytes: at most 2^30 expected",
                          n_bytes);
    encoding to = {.tokenizer = tokenizer, .error = error};
    sinew_status status = encode(&to, text, n_bytes, add_special);
    sinew_pieces_clear(&to.pieces);
    sinew_bpe_work_clear(&to.work);
    if (!status && !to.ids.ids && !(to.ids.ids = sinew_alloc(1, sizeof **ids)))
        status = sinew_fail_memory(error);
    if (status) {
        sinew_free(to.ids.ids);
        return status;
    }
    *ids = to.ids.ids;
    *n = to.ids.n;
    return SINEW_OK;
}
