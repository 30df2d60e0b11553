#include "options.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { OPTIONS_MOST = 64 };

const char *const options_quantizes[] = {"int8", "bf16", NULL};

sinew_quantize options_quantize(const char *word)
{
    return !word                   ? SINEW_QUANTIZE_NONE
           : !strcmp(word, "int8") ? SINEW_QUANTIZE_INT8
                                   : SINEW_QUANTIZE_BF16;
}

const char *const options_dtypes[] = {"f32", "f64", NULL};

const char *options_dtype(sinew_sample sample)
{
    return options_dtypes[sample != SINEW_SAMPLE_F32];
}

sinew_sample options_sample(const char *word)
{
    return word && strcmp(word, options_dtypes[0]) == 0 ? SINEW_SAMPLE_F32 : SINEW_SAMPLE_F64;
}

sinew_engine options_engine(const char *word)
{
    sinew_engine engine = SINEW_ENGINE_AUTO;
    if (word)
        sinew_engine_from_name(word, &engine);
    return engine;
}

__attribute__((format(printf, 2, 3))) static bool wrong(options_found *found, const char *format,
                                                        ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(found->wrong, sizeof found->wrong, format, args);
    va_end(args);
    return false;
}

static bool unknown_option(const option *table, const char *name, options_found *found)
{
    const char *names[OPTIONS_MOST + 1] = {0};
    for (size_t i = 0; i < OPTIONS_MOST && table[i].name; i++)
        names[i] = table[i].name;
    const char *like = sinew_name_like(name, names);
    if (like)
        return wrong(found, "no option --%s; did you mean --%s?", name, like);
    return wrong(found, "no option --%s", name);
}

static bool read_word(const option *o, const char *text, const char **out, options_found *found)
{
    char all[256] = "", shown[SINEW_QUOTED_BYTES];
    for (size_t i = 0, at = 0; o->words[i] && at < sizeof all; i++) {
        if (strcmp(o->words[i], text) == 0) {
            *out = o->words[i];
            return true;
        }
        at += (size_t)snprintf(all + at, sizeof all - at, i ? ", %s" : "%s", o->words[i]);
    }
    const char *like = sinew_name_like(text, o->words);
    sinew_quote(shown, text);
    if (like)
        return wrong(found, "--%s '%s': did you mean %s? It is one of %s", o->name, shown, like,
                     all);
    return wrong(found, "--%s '%s': it is one of %s", o->name, shown, all);
}

static bool read_number(const option *o, const char *text, double *out, options_found *found)
{
    char shown[SINEW_QUOTED_BYTES];
    const char *bad = sinew_number_parse(out, text, o->unit);
    sinew_quote(shown, text);
    if (bad)
        return wrong(found, "--%s: '%s' %s", o->name, shown, bad);
    if (o->kind == OPTION_COUNT && *out != floor(*out))
        return wrong(found, "--%s: '%s' is not a whole number", o->name, shown);
    if (*out < o->least || *out > o->most)
        return wrong(found, "--%s: '%s' is not within %.10g to %.10g", o->name, shown, o->least,
                     o->most);
    return true;
}

static bool already_given(const option *o, const void *at)
{
    switch (o->kind) {
    case OPTION_FLAG:
        return *(const bool *)at;
    case OPTION_TEXT:
    case OPTION_WORD:
        return *(const char *const *)at != NULL;
    case OPTION_NUMBER:
        return ((const option_number *)at)->given;
    case OPTION_COUNT:
        return ((const option_count *)at)->given;
    case OPTION_NUMBERS:
        return ((const option_numbers *)at)->n == OPTION_NUMBERS_MOST;
    }
    return false;
}

/* "1000,2k": each as one more of them. */
static bool store_numbers(const option *o, const char *text, option_numbers *numbers,
                          options_found *found)
{
    char piece[64];
    for (size_t length; text; text = text[length] ? text + length + 1 : NULL) {
        length = strcspn(text, ",");
        if (numbers->n == OPTION_NUMBERS_MOST)
            return wrong(found, "--%s is given too often", o->name);
        if (length >= sizeof piece)
            return wrong(found, "--%s: '%.40s...' is no number", o->name, text);
        snprintf(piece, sizeof piece, "%.*s", (int)length, text);
        if (!read_number(o, piece, &numbers->values[numbers->n], found))
            return false;
        numbers->n++;
    }
    return true;
}

static bool store(const option *o, const char *text, void *at, options_found *found)
{
    double value = 0;
    bool is_number = o->kind == OPTION_NUMBER || o->kind == OPTION_COUNT;
    if (is_number && !read_number(o, text, &value, found))
        return false;
    switch (o->kind) {
    case OPTION_FLAG:
        *(bool *)at = true;
        break;
    case OPTION_TEXT:
        if (!*text)
            return wrong(found, "--%s: an empty value", o->name);
        *(const char **)at = text;
        break;
    case OPTION_WORD:
        return read_word(o, text, at, found);
    case OPTION_NUMBER:
        *(option_number *)at = (option_number){true, value};
        break;
    case OPTION_COUNT:
        *(option_count *)at = (option_count){true, (uint64_t)value};
        break;
    case OPTION_NUMBERS:
        return store_numbers(o, text, at, found);
    }
    return true;
}

static const option *find(const option *table, const char *name)
{
    for (const option *o = table; o->name; o++)
        if (strcmp(o->name, name) == 0)
            return o;
    return NULL;
}

/* argv[*i] is "--name" or "--name=value"; *i moves past a value of its own. */
static bool read_one(const option *table, int argc, char **argv, int *i, void *settings,
                     options_found *found)
{
    char name[64];
    const char *text = argv[*i] + 2, *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), text);
    const option *o = find(table, name);
    if (!o)
        return unknown_option(table, name, found);
    char *at = (char *)settings + o->offset;
    if (already_given(o, at))
        return wrong(found, "--%s is given too often", name);
    const char *value = equals ? equals + 1 : NULL;
    if (o->kind == OPTION_FLAG && value)
        return wrong(found, "--%s takes no value", name);
    if (o->kind != OPTION_FLAG && !value) {
        if (*i + 1 >= argc || strncmp(argv[*i + 1], "--", 2) == 0)
            return wrong(found, "--%s needs a value (%s)", name, o->argument);
        value = argv[++*i];
    }
    return store(o, value, at, found);
}

bool options_read(const option *table, int argc, char **argv, void *settings, options_found *found)
{
    bool only_others = false;
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--") == 0)
            break;
        else if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
            return found->help = true;
    for (int i = 0; i < argc; i++) {
        const char *text = argv[i];
        if (only_others || text[0] != '-' || text[1] == 0) {
            if (!*text)
                return wrong(found, "an argument is empty");
            found->others[found->n_others++] = text;
        } else if (strcmp(text, "--") == 0) {
            only_others = true;
        } else if (text[1] != '-') {
            return wrong(found, "no option %s; options are long: --key value", text);
        } else if (!read_one(table, argc, argv, &i, settings, found)) {
            return false;
        }
    }
    return true;
}

void options_help(const option *table)
{
    for (const option *o = table; o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "--%s %s", o->name, o->argument ? o->argument : "");
        char words[128] = "";
        if (o->words)
            sinew_names_list(words, sizeof words, o->words);
        printf("  %-22s %s%s%s\n", left, o->help, *o->help && *words ? " " : "", words);
    }
    printf("  %-22s %s\n", "-h, --help", "this text");
}
