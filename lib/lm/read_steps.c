/* normalizer, pre_tokenizer and decoder. */
#include <stdio.h>
#include <string.h>

#include "lm/read.h"

static bool read_normalizer(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *one,
                            const char *path)
{
    const char *type = sinew_json_name(reader, one, path, "type");
    if (reader->status)
        return false;
    if (strcmp(type, "NFC") == 0)
        return to->is_nfc = true;
    if (strcmp(type, "Sequence") != 0)
        return sinew_json_refuse(reader, "%s.type: %.80s is not supported; NFC is expected", path,
                                 type);
    const json_t *list = sinew_json_needed(reader, one, path, "normalizers", JSON_ARRAY);
    for (size_t i = 0; i < json_array_size(list) && !reader->status; i++) {
        char inner[128];
        snprintf(inner, sizeof inner, "%.80s.normalizers[%zu]", path, i);
        read_normalizer(to, reader, json_array_get(list, i), inner);
    }
    return !reader->status;
}

bool sinew_read_normalizer(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *root)
{
    const json_t *one = sinew_json_member(reader, root, "", "normalizer", JSON_OBJECT);
    return one ? read_normalizer(to, reader, one, "normalizer") : !reader->status;
}

/* ---- pre_tokenizer ---- */

/* A step that cuts; regex_path: where the pattern is. */
static bool add_step(sinew_tokenizer *to, sinew_json_reader *reader, const char *path,
                     sinew_pre_step step, const char *pattern, size_t n, bool is_literal)
{
    sinew_pretokenizer *steps = &to->pretokenizer;
    int code = 0;
    size_t offset = 0;
    if (reader->status)
        return false;
    if (steps->n_steps == SINEW_PRE_STEPS_MAX)
        return sinew_json_refuse(reader, "%s: more than %d steps", path, SINEW_PRE_STEPS_MAX);
    if (pattern && !(step.regex = sinew_pre_compile(pattern, n, is_literal, &code, &offset))) {
        char text[128] = "";
        pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text);
        bool is_memory = code == PCRE2_ERROR_NOMEMORY || code == PCRE2_ERROR_HEAP_FAILED;
        return is_memory
                   ? sinew_json_no_memory(reader)
                   : sinew_json_refuse(reader, "%s.pattern: %s (at byte %zu)", path, text, offset);
    }
    steps->steps[steps->n_steps++] = step;
    return true;
}

static bool read_byte_level(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *one,
                            const char *path)
{
    sinew_pre_step step = {.add_prefix_space =
                               sinew_json_flag(reader, one, path, "add_prefix_space", true)};
    bool cuts = sinew_json_flag(reader, one, path, "use_regex", true);
    return add_step(to, reader, path, step, cuts ? sinew_gpt2_pattern : NULL,
                    strlen(sinew_gpt2_pattern), false);
}

static bool read_behavior(sinew_json_reader *reader, const json_t *one, const char *path,
                          sinew_split *split)
{
    static const char *const names[SINEW_SPLITS] = {"Isolated", "Removed", "MergedWithPrevious",
                                                    "MergedWithNext", "Contiguous"};
    const char *name = sinew_json_name(reader, one, path, "behavior");
    for (int i = 0; i < SINEW_SPLITS; i++)
        if (strcmp(name, names[i]) == 0) {
            *split = (sinew_split)i;
            return true;
        }
    return sinew_json_refuse(reader,
                             "%s.behavior: \"%.80s\", where Isolated, Removed, MergedWithPrevious, "
                             "MergedWithNext or Contiguous is expected",
                             path, name);
}

static bool read_split(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *one,
                       const char *path)
{
    sinew_pre_step step = {.invert = sinew_json_flag(reader, one, path, "invert", false)};
    const json_t *pattern = sinew_json_needed(reader, one, path, "pattern", JSON_OBJECT);
    if (!pattern || !read_behavior(reader, one, path, &step.split))
        return false;
    const json_t *regex = sinew_json_member(reader, pattern, "pattern", "Regex", JSON_STRING),
                 *string = sinew_json_member(reader, pattern, "pattern", "String", JSON_STRING),
                 *text = regex ? regex : string;
    if (!text || (regex && string) || json_string_length(text) == 0)
        return sinew_json_refuse(
            reader, "%s.pattern: {\"Regex\": text} or {\"String\": text} is expected", path);
    return add_step(to, reader, path, step, json_string_value(text), json_string_length(text),
                    !regex);
}

static bool read_digits(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *one,
                        const char *path)
{
    sinew_pre_step step = {.split = sinew_json_flag(reader, one, path, "individual_digits", false)
                                        ? SINEW_SPLIT_ISOLATED
                                        : SINEW_SPLIT_CONTIGUOUS};
    return add_step(to, reader, path, step, "\\p{N}", strlen("\\p{N}"), false);
}

/* *byte_level: the path's ByteLevel was read, behind which nothing else may come. */
static bool read_step(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *one,
                      const char *path, bool *byte_level)
{
    const char *type = sinew_json_name(reader, one, path, "type");
    if (reader->status)
        return false;
    if (*byte_level)
        return sinew_json_refuse(reader, "%s.type: %.80s behind ByteLevel is not supported", path,
                                 type);
    if (strcmp(type, "ByteLevel") == 0) {
        *byte_level = true;
        return read_byte_level(to, reader, one, path);
    }
    if (strcmp(type, "Split") == 0)
        return read_split(to, reader, one, path);
    if (strcmp(type, "Digits") == 0)
        return read_digits(to, reader, one, path);
    if (strcmp(type, "Sequence") != 0)
        return sinew_json_refuse(reader,
                                 "%s.type: %.80s is not supported; ByteLevel, Split, Digits or "
                                 "Sequence is expected",
                                 path, type);
    const json_t *list = sinew_json_needed(reader, one, path, "pretokenizers", JSON_ARRAY);
    for (size_t i = 0; i < json_array_size(list) && !reader->status; i++) {
        char inner[128];
        snprintf(inner, sizeof inner, "%.80s.pretokenizers[%zu]", path, i);
        read_step(to, reader, json_array_get(list, i), inner, byte_level);
    }
    return !reader->status;
}

bool sinew_read_pretokenizer(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *root)
{
    bool byte_level = false;
    const json_t *one = sinew_json_needed(reader, root, "", "pre_tokenizer", JSON_OBJECT);
    if (!one || !read_step(to, reader, one, "pre_tokenizer", &byte_level))
        return false;
    if (!byte_level)
        return sinew_json_refuse(reader, "pre_tokenizer: no ByteLevel in it, which is expected");
    const json_t *decoder = sinew_json_needed(reader, root, "", "decoder", JSON_OBJECT);
    const char *type = sinew_json_name(reader, decoder, "decoder", "type");
    if (!reader->status && strcmp(type, "ByteLevel") != 0)
        sinew_json_refuse(reader, "decoder.type: %.80s is not supported; ByteLevel is expected",
                          type);
    return !reader->status;
}
