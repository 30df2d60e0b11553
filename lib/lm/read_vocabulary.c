/* model.vocab, and the contents and ids of added_tokens: one list of tokens. */
#include <stdio.h>
#include <string.h>

#include "lm/read.h"

/* The object of an added token; NULL after a failure. */
static json_t *added_at(sinew_json_reader *reader, const json_t *list, size_t i)
{
    json_t *token = json_array_get(list, i);
    char path[48];
    snprintf(path, sizeof path, "added_tokens[%zu]", i);
    if (!json_is_object(token)) {
        sinew_json_refuse(reader, "%s: an object is expected", path);
        return NULL;
    }
    const json_t *content = sinew_json_needed(reader, token, path, "content", JSON_STRING);
    if (content &&
        (json_string_length(content) == 0 || json_string_length(content) > SINEW_ADDED_BYTES_MAX))
        sinew_json_refuse(reader, "%s.content: %zu bytes, where 1 to %d are expected", path,
                          json_string_length(content), SINEW_ADDED_BYTES_MAX);
    return reader->status ? NULL : token;
}

static bool reserve(sinew_tokenizer *to, sinew_json_reader *reader, json_t *vocab, json_t *added)
{
    size_t n_bytes = 0;
    const char *content;
    json_t *value;
    json_object_foreach(vocab, content, value) n_bytes += strlen(content);
    for (size_t i = 0; i < json_array_size(added); i++) {
        const json_t *token = added_at(reader, added, i);
        if (!token)
            return false;
        n_bytes += json_string_length(json_object_get(token, "content"));
    }
    size_t n = json_object_size(vocab) + json_array_size(added);
    return sinew_vocabulary_reserve(&to->vocabulary, n, n_bytes) || sinew_json_no_memory(reader);
}

static bool finish(sinew_tokenizer *to, sinew_json_reader *reader)
{
    const sinew_token *twice = sinew_vocabulary_finish(&to->vocabulary);
    if (!twice)
        return true;
    return sinew_json_refuse(reader, "id %d is both of the tokens \"%.*s\" and \"%.*s\"", twice->id,
                             (int)(twice->n_content < 80 ? twice->n_content : 80), twice->content,
                             (int)(twice[1].n_content < 80 ? twice[1].n_content : 80),
                             twice[1].content);
}

static bool read_vocab(sinew_tokenizer *to, sinew_json_reader *reader, json_t *vocab)
{
    const char *content;
    json_t *value;
    json_object_foreach(vocab, content, value)
    {
        char path[128];
        snprintf(path, sizeof path, "model.vocab[\"%.100s\"]", content);
        int32_t id = sinew_json_id(reader, value, path);
        if (id < 0)
            return false;
        sinew_vocabulary_add(&to->vocabulary, id, content, strlen(content), true);
    }
    return finish(to, reader);
}

/* An added token that the model has too is one, under the same id. */
static bool add_added(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *list)
{
    size_t n_vocab = to->vocabulary.n;
    sinew_vocabulary model = to->vocabulary; /* find works in what was finished */
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *token = json_array_get(list, i), *text = json_object_get(token, "content");
        const char *content = json_string_value(text);
        size_t n = json_string_length(text);
        char path[48];
        snprintf(path, sizeof path, "added_tokens[%zu].id", i);
        int32_t id = sinew_json_id(reader, json_object_get(token, "id"), path);
        if (id < 0)
            return false;
        model.n = n_vocab;
        const sinew_token *same = sinew_vocabulary_find(&model, content, n);
        if (same && same->id != id)
            return sinew_json_refuse(reader, "%s: %d, but model.vocab has \"%.80s\" as %d", path,
                                     id, content, same->id);
        if (!same)
            sinew_vocabulary_add(&to->vocabulary, id, content, n, false);
    }
    return finish(to, reader);
}

static bool check_contents(const sinew_tokenizer *to, sinew_json_reader *reader)
{
    const sinew_vocabulary *all = &to->vocabulary;
    for (size_t i = 1; i < all->n; i++) {
        const sinew_token *a = &all->tokens[all->by_content[i - 1]],
                          *b = &all->tokens[all->by_content[i]];
        if (a->n_content == b->n_content && memcmp(a->content, b->content, a->n_content) == 0)
            return sinew_json_refuse(reader, "added_tokens: \"%.*s\" is there as %d and as %d",
                                     (int)(a->n_content < 80 ? a->n_content : 80), a->content,
                                     a->id, b->id);
    }
    return true;
}

bool sinew_read_vocabulary(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *root)
{
    const json_t *model = sinew_json_needed(reader, root, "", "model", JSON_OBJECT);
    json_t *vocab = sinew_json_needed(reader, model, "model", "vocab", JSON_OBJECT);
    json_t *added = sinew_json_member(reader, root, "", "added_tokens", JSON_ARRAY);
    if (reader->status || !reserve(to, reader, vocab, added) || !read_vocab(to, reader, vocab) ||
        !add_added(to, reader, added) || !check_contents(to, reader))
        return false;
    for (size_t i = 0; i < to->vocabulary.n; i++)
        if (to->vocabulary.tokens[i].n_bytes > to->longest)
            to->longest = to->vocabulary.tokens[i].n_bytes;
    return true;
}
