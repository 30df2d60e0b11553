/* post_processor: what is put around a text. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "lm/read.h"

/* The ids that a template's special token stands for. */
static const json_t *ids_of(sinew_json_reader *reader, const json_t *post, const char *path,
                            const char *name)
{
    const json_t *all = sinew_json_needed(reader, post, path, "special_tokens", JSON_OBJECT);
    const json_t *one = sinew_json_needed(reader, all, "special_tokens", name, JSON_OBJECT);
    return sinew_json_needed(reader, one, "special_tokens", "ids", JSON_ARRAY);
}

static bool add_ids(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *ids,
                    const char *path, bool is_behind)
{
    size_t n = to->n_before + to->n_behind, more = json_array_size(ids);
    int32_t *specials = sinew_alloc(n + more, sizeof *specials);
    if (!specials)
        return sinew_json_no_memory(reader);
    if (n > 0)
        memcpy(specials, to->specials, n * sizeof *specials);
    sinew_free(to->specials);
    to->specials = specials;
    for (size_t i = 0; i < more; i++) {
        int32_t id = sinew_json_id(reader, json_array_get(ids, i), path);
        if (id >= 0 && !sinew_vocabulary_at(&to->vocabulary, id))
            sinew_json_refuse(reader, "%s: there is no token of id %d", path, id);
        if (reader->status)
            return false;
        specials[n + i] = id;
    }
    *(is_behind ? &to->n_behind : &to->n_before) += more;
    return true;
}

static bool read_template(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *post,
                          const char *path)
{
    const json_t *single = sinew_json_needed(reader, post, path, "single", JSON_ARRAY);
    bool is_behind = false;
    for (size_t i = 0; i < json_array_size(single) && !reader->status; i++) {
        char place[160];
        snprintf(place, sizeof place, "%s.single[%zu]", path, i);
        const json_t *part = json_array_get(single, i);
        const json_t *sequence = sinew_json_member(reader, part, place, "Sequence", JSON_OBJECT);
        if (!sequence) {
            const json_t *token =
                sinew_json_needed(reader, part, place, "SpecialToken", JSON_OBJECT);
            const char *name = sinew_json_name(reader, token, place, "id");
            const json_t *ids = ids_of(reader, post, path, name);
            if (ids)
                add_ids(to, reader, ids, place, is_behind);
        } else if (is_behind || strcmp(sinew_json_name(reader, sequence, place, "id"), "A") != 0) {
            sinew_json_refuse(reader, "%s: Sequence A, once, is expected", place);
        } else {
            is_behind = true;
        }
    }
    if (!is_behind)
        sinew_json_refuse(reader, "%s.single: no Sequence A in it", path);
    return !reader->status;
}

static bool read_post(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *post,
                      const char *path, bool *has_template)
{
    const char *type = sinew_json_name(reader, post, path, "type");
    if (reader->status || strcmp(type, "ByteLevel") == 0) /* which moves offsets, not ids */
        return !reader->status;
    if (strcmp(type, "TemplateProcessing") == 0) {
        if (*has_template)
            return sinew_json_refuse(reader, "%s: a second TemplateProcessing is not supported",
                                     path);
        *has_template = true;
        return read_template(to, reader, post, path);
    }
    if (strcmp(type, "Sequence") != 0)
        return sinew_json_refuse(reader,
                                 "%s.type: %.80s is not supported; ByteLevel, TemplateProcessing "
                                 "or Sequence is expected",
                                 path, type);
    const json_t *list = sinew_json_needed(reader, post, path, "processors", JSON_ARRAY);
    for (size_t i = 0; i < json_array_size(list) && !reader->status; i++) {
        char inner[128];
        snprintf(inner, sizeof inner, "%.80s.processors[%zu]", path, i);
        read_post(to, reader, json_array_get(list, i), inner, has_template);
    }
    return !reader->status;
}

bool sinew_read_post(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *root)
{
    bool has_template = false;
    const json_t *post = sinew_json_member(reader, root, "", "post_processor", JSON_OBJECT);
    return post ? read_post(to, reader, post, "post_processor", &has_template) : !reader->status;
}
