/* model, but for its vocab: the merges, and what it asks for that is not done here. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "lm/byte_level.h"
#include "lm/read.h"

/* The two texts of a merge: ["a", "b"] or "a b". */
static bool halves(const json_t *merge, const char *half[2], size_t n[2])
{
    if (json_is_array(merge) && json_array_size(merge) == 2) {
        for (size_t i = 0; i < 2; i++) {
            const json_t *text = json_array_get(merge, i);
            half[i] = json_string_value(text);
            n[i] = json_string_length(text);
        }
        return half[0] && half[1];
    }
    const char *text = json_string_value(merge), *space = text ? strchr(text, ' ') : NULL;
    if (!space || strchr(space + 1, ' '))
        return false;
    half[0] = text;
    n[0] = (size_t)(space - text);
    half[1] = space + 1;
    n[1] = json_string_length(merge) - n[0] - 1;
    return true;
}

static const sinew_token *known(const sinew_tokenizer *to, sinew_json_reader *reader, size_t i,
                                const char *content, size_t n)
{
    const sinew_token *token = sinew_vocabulary_find_model(&to->vocabulary, content, n);
    if (!token)
        sinew_json_refuse(reader, "model.merges[%zu]: model.vocab has no \"%.*s\"", i,
                          (int)(n < 80 ? n : 80), content);
    return token;
}

/* `joined` has room for two of the longest tokens. */
static bool read_merge(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *merge,
                       size_t i, char *joined)
{
    const char *half[2];
    size_t n[2];
    if (!halves(merge, half, n))
        return sinew_json_refuse(
            reader, "model.merges[%zu]: \"a b\" or [\"a\", \"b\"], two tokens, is expected", i);
    const sinew_token *left = known(to, reader, i, half[0], n[0]),
                      *right = known(to, reader, i, half[1], n[1]);
    if (!left || !right)
        return false;
    if (n[0] == 0 || n[1] == 0)
        return sinew_json_refuse(reader, "model.merges[%zu]: half of it is empty", i);
    memcpy(joined, half[0], n[0]);
    memcpy(joined + n[0], half[1], n[1]);
    const sinew_token *made = known(to, reader, i, joined, n[0] + n[1]);
    if (!made)
        return false;
    to->bpe.merges[to->bpe.n_merges++] = (sinew_merge){left->id, right->id, made->id, (uint32_t)i};
    return true;
}

static bool read_list(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *list)
{
    char *joined = sinew_alloc(2 * to->vocabulary.longest + 1, 1);
    to->bpe.merges = sinew_alloc(json_array_size(list), sizeof *to->bpe.merges);
    bool good = (joined && to->bpe.merges) || sinew_json_no_memory(reader);
    for (size_t i = 0; good && i < json_array_size(list); i++)
        good = read_merge(to, reader, json_array_get(list, i), i, joined);
    sinew_free(joined);
    if (!good)
        return false;
    const sinew_merge *twice = sinew_bpe_finish(&to->bpe);
    if (twice)
        return sinew_json_refuse(reader, "model.merges[%u] and model.merges[%u] are the same",
                                 twice->rank, twice[1].rank);
    return true;
}

static bool refuse_unless_empty(sinew_json_reader *reader, const json_t *model, const char *key)
{
    const json_t *text = sinew_json_member(reader, model, "model", key, JSON_STRING);
    if (text && json_string_length(text) > 0)
        return sinew_json_refuse(reader, "model.%s: not supported; null or \"\" is expected", key);
    return !reader->status;
}

static bool check_kind(sinew_json_reader *reader, const json_t *model)
{
    const json_t *type = sinew_json_member(reader, model, "model", "type", JSON_STRING);
    if (type && strcmp(json_string_value(type), "BPE") != 0)
        return sinew_json_refuse(reader, "model.type: %.80s is not supported; BPE is expected",
                                 json_string_value(type));
    const json_t *dropout = json_object_get(model, "dropout");
    if (dropout && !json_is_null(dropout) &&
        !(json_is_number(dropout) && !(json_number_value(dropout) > 0)))
        return sinew_json_refuse(reader, "model.dropout: not supported; null or 0 is expected");
    if (sinew_json_flag(reader, model, "model", "byte_fallback", false))
        return sinew_json_refuse(reader, "model.byte_fallback: not supported; false is expected");
    return refuse_unless_empty(reader, model, "continuing_subword_prefix") &&
           refuse_unless_empty(reader, model, "end_of_word_suffix");
}

static bool read_unknown(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *model)
{
    const json_t *text = sinew_json_member(reader, model, "model", "unk_token", JSON_STRING);
    to->bpe.unknown = -1;
    to->bpe.fuse_unknown = sinew_json_flag(reader, model, "model", "fuse_unk", false);
    if (!text || json_string_length(text) == 0)
        return !reader->status;
    const sinew_token *token = sinew_vocabulary_find_model(&to->vocabulary, json_string_value(text),
                                                           json_string_length(text));
    if (!token)
        return sinew_json_refuse(reader, "model.unk_token: there is no token \"%.80s\"",
                                 json_string_value(text));
    to->bpe.unknown = token->id;
    return true;
}

static void find_bytes(sinew_tokenizer *to)
{
    for (int byte = 0; byte < 256; byte++) {
        char content[2];
        size_t n = sinew_byte_level_write(&(char){(char)byte}, 1, content);
        const sinew_token *token = sinew_vocabulary_find_model(&to->vocabulary, content, n);
        to->bpe.of_byte[byte] = token ? token->id : -1;
    }
}

bool sinew_read_merges(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *root)
{
    const json_t *model = json_object_get(root, "model");
    const json_t *list = sinew_json_needed(reader, model, "model", "merges", JSON_ARRAY);
    if (!list || !check_kind(reader, model) || !read_unknown(to, reader, model) ||
        !read_list(to, reader, list))
        return false;
    to->bpe.ignore_merges = sinew_json_flag(reader, model, "model", "ignore_merges", false);
    find_bytes(to);
    return !reader->status;
}
