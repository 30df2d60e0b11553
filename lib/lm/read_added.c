/* added_tokens: what is looked for in a text. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "lm/characters.h"
#include "lm/read.h"

/* Tokens that are looked for in normalized text are normalized themselves. */
static char *content_of(const sinew_tokenizer *to, sinew_json_reader *reader, const json_t *text,
                        bool is_normalized, size_t *n)
{
    char *content = NULL;
    *n = json_string_length(text);
    if (is_normalized && to->is_nfc) {
        sinew_status status = sinew_nfc(&content, n, json_string_value(text), *n, reader->error);
        if (status) {
            reader->status = status;
            return NULL;
        }
    }
    if (!content)
        content = sinew_copy(json_string_value(text), *n, 1);
    if (!content)
        sinew_json_no_memory(reader);
    return content;
}

static bool read_token(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *token,
                       const char *path)
{
    const json_t *text = json_object_get(token, "content");
    sinew_token *known =
        sinew_vocabulary_find(&to->vocabulary, json_string_value(text), json_string_length(text));
    known->is_special = sinew_json_flag(reader, token, path, "special", false);
    bool is_normalized = sinew_json_flag(reader, token, path, "normalized", !known->is_special);
    sinew_added *list = is_normalized ? &to->in_normalized : &to->in_text;
    sinew_added_token made = {.id = known->id,
                              .lstrip = sinew_json_flag(reader, token, path, "lstrip", false),
                              .rstrip = sinew_json_flag(reader, token, path, "rstrip", false),
                              .single_word =
                                  sinew_json_flag(reader, token, path, "single_word", false)};
    made.content = content_of(to, reader, text, is_normalized, &made.n);
    if (!made.content)
        return false;
    list->tokens[list->n++] = made;
    return !reader->status;
}

bool sinew_read_added(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *root)
{
    const json_t *tokens = json_object_get(root, "added_tokens");
    size_t n = json_array_size(tokens);
    to->in_text.tokens = sinew_alloc(n, sizeof *to->in_text.tokens);
    to->in_normalized.tokens = sinew_alloc(n, sizeof *to->in_normalized.tokens);
    if (!to->in_text.tokens || !to->in_normalized.tokens)
        return sinew_json_no_memory(reader);
    for (size_t i = 0; i < n; i++) {
        char path[48];
        snprintf(path, sizeof path, "added_tokens[%zu]", i);
        if (!read_token(to, reader, json_array_get(tokens, i), path))
            return false;
    }
    sinew_added_finish(&to->in_text);
    sinew_added_finish(&to->in_normalized);
    return true;
}
