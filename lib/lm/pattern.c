/* The regular expressions of tokenizers in PCRE2. */
#include "lm/pretokenizer.h"

#include "base/memory.h"

const char sinew_gpt2_pattern[] =
    "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

static size_t put(char *out, const char *text)
{
    size_t n = 0;
    while (text[n]) {
        out[n] = text[n];
        n++;
    }
    return n;
}

/* PCRE2's \s has the Mongolian vowel separator too, which is no white space since Unicode 6.3. A
 * pattern of n bytes becomes one of at most 8 n. */
static size_t name_space(const char *pattern, size_t n, char *out)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (pattern[i] != '\\' || i + 1 == n) {
            out[at++] = pattern[i];
            continue;
        }
        char escaped = pattern[++i];
        if (escaped == 's' || escaped == 'S') {
            at += put(out + at, escaped == 's' ? "\\p{Wspace}" : "\\P{Wspace}");
        } else {
            out[at++] = '\\';
            out[at++] = escaped;
        }
    }
    return at;
}

pcre2_code *sinew_pre_compile(const char *pattern, size_t n, bool is_literal, int *error_code,
                              size_t *offset)
{
    uint32_t options = is_literal
                           ? PCRE2_UTF | PCRE2_LITERAL
                           : PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    char *named = sinew_alloc(8 * n + 1, 1);
    pcre2_code *code = NULL;
    *error_code = PCRE2_ERROR_NOMEMORY;
    *offset = 0;
    if (context && named) {
        pcre2_set_newline(context, PCRE2_NEWLINE_LF);
        size_t n_named = is_literal ? 0 : name_space(pattern, n, named);
        code = pcre2_compile((PCRE2_SPTR)(is_literal ? pattern : named), is_literal ? n : n_named,
                             options, error_code, offset, context);
    }
    sinew_free(named);
    pcre2_compile_context_free(context);
    return code;
}
