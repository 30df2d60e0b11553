/* options: the long options of a command, read strictly from a table.
 *
 * Each row says where in the command's settings, a plain struct zeroed before, its value goes:
 *
 *   FLAG     bool
 *   TEXT     const char *, NULL where not given
 *   WORD     const char *, one of `words`
 *   NUMBER   option_number within [least, most]
 *   NUMBERS  option_numbers: a list, "1,2,3", and the option may be repeated
 *   COUNT    option_count: a whole number within [least, most]
 *
 * "--key value" and "--key=value" are the same. A number is read whole, with the suffixes of its
 * unit: "48k" is 48000, "48x" is refused. Nothing may be given twice but NUMBERS. "--" ends the
 * options, "-" is no option. */
#ifndef SINEW_CLI_OPTIONS_H
#define SINEW_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter/engines.h"
#include "model/scalar.h"
#include "sinew/filter.h"
#include "sinew/layer.h"

typedef enum option_kind {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_WORD,
    OPTION_NUMBER,
    OPTION_NUMBERS,
    OPTION_COUNT
} option_kind;

typedef struct option_number {
    bool given;
    double value;
} option_number;

enum { OPTION_NUMBERS_MOST = 32 };

typedef struct option_numbers {
    size_t n;
    double values[OPTION_NUMBERS_MOST];
} option_numbers;

typedef struct option_count {
    bool given;
    uint64_t value;
} option_count;

typedef struct option {
    const char *name; /* without the dashes; NULL ends a table */
    option_kind kind;
    const char *argument; /* what the help calls the value; NULL for a FLAG */
    const char *help;     /* of a WORD: what stands before the words */
    size_t offset;        /* into the settings */
    double least, most;
    const char *const *words; /* NULL-terminated */
    sinew_unit unit;          /* of a number */
} option;

/* One row each: where it goes, what it is called, what the help says. */
#define OPTION_ROW(kind, settings, member, name, argument, help, least, most, words, unit)         \
    {                                                                                              \
        name, kind, argument, help, offsetof(settings, member), least, most, words, unit           \
    }
#define FLAG_OPTION(settings, member, name, help)                                                  \
    OPTION_ROW(OPTION_FLAG, settings, member, name, NULL, help, 0, 0, NULL, SINEW_UNIT_NONE)
#define TEXT_OPTION(settings, member, name, argument, help)                                        \
    OPTION_ROW(OPTION_TEXT, settings, member, name, argument, help, 0, 0, NULL, SINEW_UNIT_NONE)
#define WORD_OPTION(settings, member, name, argument, help, words)                                 \
    OPTION_ROW(OPTION_WORD, settings, member, name, argument, help, 0, 0, words, SINEW_UNIT_NONE)
#define NUMBER_OPTION(settings, member, name, argument, help, least, most, unit)                   \
    OPTION_ROW(OPTION_NUMBER, settings, member, name, argument, help, least, most, NULL, unit)
#define NUMBERS_OPTION(settings, member, name, argument, help, least, most, unit)                  \
    OPTION_ROW(OPTION_NUMBERS, settings, member, name, argument, help, least, most, NULL, unit)
#define COUNT_OPTION(settings, member, name, argument, help, least, most)                          \
    OPTION_ROW(OPTION_COUNT, settings, member, name, argument, help, least, most, NULL,            \
               SINEW_UNIT_NONE)

/* --engine and --dtype, as WORD; what stands before the words in the help. */
#define ENGINE_OPTION(settings, member, help)                                                      \
    WORD_OPTION(settings, member, "engine", "E", help, sinew_engine_names)
#define DTYPE_OPTION(settings, member, help)                                                       \
    WORD_OPTION(settings, member, "dtype", "D", help, options_dtypes)
extern const char *const options_dtypes[];

/* --quantize, as WORD. */
#define QUANTIZE_OPTION(settings, member)                                                          \
    WORD_OPTION(settings, member, "quantize", "Q", "the matrices of layers:", options_quantizes)
extern const char *const options_quantizes[];
sinew_quantize options_quantize(const char *word); /* NULL: none */

/* What they say; NULL: auto, and f64. */
sinew_engine options_engine(const char *word);
sinew_sample options_sample(const char *word);

/* "f32" or "f64". */
const char *options_dtype(sinew_sample sample);

typedef struct options_found {
    bool help;           /* -h or --help: nothing else counts */
    const char **others; /* (n_others): what is no option, in order */
    size_t n_others;
    char wrong[512]; /* what is wrong, after false */
} options_found;

/* Read argv[0..argc) into `settings`; found->others must have room for argc. False where the
 * line is misused. */
bool options_read(const option *table, int argc, char **argv, void *settings, options_found *found);

/* Print the table as help, one option a line. */
void options_help(const option *table);

#endif
