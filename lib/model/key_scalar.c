#include "model/key_scalar.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

static void *field(void *into, const sinew_key *key)
{
    return (char *)into + key->offset;
}

static bool in_range(const sinew_at *at, const sinew_key *key, double value, const char *text)
{
    char quoted[SINEW_QUOTED_BYTES];
    double least = key->range[0], greatest = key->range[1];
    if (least == 0 && greatest == 0)
        return true;
    if (value < least || (key->above && value <= least)) {
        sinew_at_problem(at, "'%s' is too small: it must be %s %.17g", sinew_quote(quoted, text),
                         key->above ? "above" : "at least", least);
        return false;
    }
    if (value > greatest) {
        sinew_at_problem(at, "'%s' is too large: it must be at most %.17g",
                         sinew_quote(quoted, text), greatest);
        return false;
    }
    return true;
}

static bool read_number(const sinew_at *at, const sinew_key *key, const char *text, bool quoted,
                        double *value)
{
    char shown[SINEW_QUOTED_BYTES];
    /* JSON has quotes only for "48k"; a number in quotes without a unit is a mistake. */
    const char *wrong = quoted && key->unit == SINEW_UNIT_NONE
                            ? "in quotes is a text, not a number"
                            : sinew_number_parse(value, text, key->unit);
    if (wrong) {
        sinew_at_problem(at, "'%s' %s", sinew_quote(shown, text), wrong);
        return false;
    }
    return true;
}

static bool read_integer(const sinew_at *at, const sinew_key *key, const char *text, bool quoted,
                         int64_t *out)
{
    char shown[SINEW_QUOTED_BYTES];
    double value;
    if (!read_number(at, key, text, quoted, &value))
        return false;
    if (value != floor(value) || fabs(value) > 9007199254740992.0) { /* 2^53: exact in double */
        sinew_at_problem(at, "'%s' is not a whole number%s", sinew_quote(shown, text),
                         value != floor(value) ? "" : " below 2^53");
        return false;
    }
    if (!in_range(at, key, value, text))
        return false;
    *out = (int64_t)value;
    return true;
}

static bool read_boolean(const sinew_at *at, const char *text, bool quoted, bool *out)
{
    char shown[SINEW_QUOTED_BYTES];
    if (!quoted && sinew_boolean_parse(out, text))
        return true;
    sinew_at_problem(at, "'%s' is neither true nor false%s", sinew_quote(shown, text),
                     quoted ? " (no quotes around it)" : "");
    return false;
}

static bool read_choice(const sinew_at *at, const sinew_key *key, const char *text, int *out)
{
    for (int i = 0; key->choices[i]; i++)
        if (!strcmp(key->choices[i], text)) {
            *out = i;
            return true;
        }
    char shown[SINEW_QUOTED_BYTES], names[200];
    const char *like = sinew_name_like(text, key->choices);
    sinew_names_list(names, sizeof names, key->choices);
    if (like)
        sinew_at_problem(at, "unknown choice '%s', did you mean '%s'?", sinew_quote(shown, text),
                         like);
    else
        sinew_at_problem(at, "unknown choice '%s': it must be %s", sinew_quote(shown, text), names);
    return false;
}

/* A text is shown on terminals and in one-line messages: no control characters but the newlines
 * and tabs of one that may be of any length. A bounded one is a name, and stays on its line. */
static bool text_is_clean(const sinew_at *at, const char *text, bool one_line)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        bool control = *c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0);
        if (control && (one_line || (*c != '\n' && *c != '\t'))) {
            sinew_at_problem(at, "holds a control character%s",
                             *c == '\n'   ? " (a new line)"
                             : *c == '\t' ? " (a tab)"
                                          : "");
            return false;
        }
    }
    return true;
}

static bool read_text(const sinew_at *at, const sinew_key *key, const char *text, const char **out)
{
    size_t n = strlen(text);
    double least = key->range[0], greatest = key->range[1];
    if (!text_is_clean(at, text, greatest > 0))
        return false;
    if ((double)n < least || (greatest > 0 && (double)n > greatest)) {
        if (n == 0)
            sinew_at_problem(at, "is empty");
        else
            sinew_at_problem(at, "is %zu bytes long: it must have %.0f to %.0f", n, least,
                             greatest);
        return false;
    }
    *out = text;
    return true;
}

static bool read_scalar(const sinew_at *at, const sinew_key *key, const char *text, bool quoted,
                        void *into)
{
    switch (key->kind) {
    case SINEW_KEY_BOOLEAN:
        return read_boolean(at, text, quoted, field(into, key));
    case SINEW_KEY_INTEGER:
        return read_integer(at, key, text, quoted, field(into, key));
    case SINEW_KEY_CHOICE:
        return read_choice(at, key, text, field(into, key));
    case SINEW_KEY_NUMBER: {
        double value;
        if (!read_number(at, key, text, quoted, &value) || !in_range(at, key, value, text))
            return false;
        *(double *)field(into, key) = value;
        return true;
    }
    default:
        return read_text(at, key, text, field(into, key));
    }
}

static const char *wanted(const sinew_key *key)
{
    switch (key->kind) {
    case SINEW_KEY_BOOLEAN:
        return "true or false";
    case SINEW_KEY_INTEGER:
        return "a whole number";
    case SINEW_KEY_NUMBER:
        return "a number";
    case SINEW_KEY_CHOICE:
        return "a name";
    case SINEW_KEY_MAPPING:
        return "a mapping of keys";
    case SINEW_KEY_SEQUENCE:
        return "a list";
    default:
        return "a text";
    }
}

bool sinew_key_scalar(const sinew_at *at, const sinew_key *key, void *into)
{
    bool quoted = false;
    const char *text = sinew_at_text(at, &quoted), *kind = sinew_at_kind(at);
    if (!text || !strcmp(kind, "nothing")) {
        sinew_at_problem(at, "must be %s, and is %s", wanted(key), kind);
        return false;
    }
    if (strlen(text) != at->value->data.scalar.length) {
        sinew_at_problem(at, "holds a NUL character");
        return false;
    }
    return read_scalar(at, key, text, quoted, into);
}

bool sinew_key_default(const sinew_at *at, const sinew_key *key, void *into)
{
    return read_scalar(at, key, key->fallback, false, into);
}
