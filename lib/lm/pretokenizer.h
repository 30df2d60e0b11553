/* The cutting of a text into the words that BPE works on: steps, each of which cuts the pieces of
 * the one before with a regular expression. */
#ifndef SINEW_LM_PRETOKENIZER_H
#define SINEW_LM_PRETOKENIZER_H

#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 8
#endif
#include <pcre2.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { SINEW_PRE_STEPS_MAX = 32 };

/* What becomes of the matches. */
typedef enum sinew_split {
    SINEW_SPLIT_ISOLATED,   /* pieces of their own */
    SINEW_SPLIT_REMOVED,    /* nothing */
    SINEW_SPLIT_PREVIOUS,   /* the end of the piece before */
    SINEW_SPLIT_NEXT,       /* the start of the piece behind */
    SINEW_SPLIT_CONTIGUOUS, /* one piece for all in a row */
    SINEW_SPLITS
} sinew_split;

typedef struct sinew_pre_step {
    bool add_prefix_space; /* before all: a space to each piece that does not begin with one */
    bool invert;           /* what lies between the matches counts as matches */
    sinew_split split;
    pcre2_code *regex; /* NULL: nothing is cut */
} sinew_pre_step;

typedef struct sinew_pretokenizer {
    sinew_pre_step steps[SINEW_PRE_STEPS_MAX];
    size_t n_steps;
} sinew_pretokenizer;

void sinew_pretokenizer_clear(sinew_pretokenizer *pretokenizer);

/* GPT-2's words: contractions, letters, digits, the rest, each with a space before; white space. */
extern const char sinew_gpt2_pattern[];

/* Compile a pattern as tokenizers files have it (Oniguruma's syntax, as far as PCRE2 agrees: \s is
 * Unicode's white space, ^ and $ are ends of lines); is_literal: a text. NULL: *error_code says
 * why, at *offset. */
pcre2_code *sinew_pre_compile(const char *pattern, size_t n, bool is_literal, int *error_code,
                              size_t *offset);

typedef struct sinew_piece {
    uint32_t at, n; /* bytes of the text */
    bool is_valid;  /* UTF-8; other bytes are never cut */
    bool is_match;
} sinew_piece;

/* A text and its pieces; zeroed to begin, kept for the next text. */
typedef struct sinew_pieces {
    const char *text;
    void *pieces; /* sinew_piece (n) */
    size_t n;
    void *spaced; /* the text where spaces were added */
    void *next, *found;
    size_t n_next, n_found;
    size_t pieces_room, spaced_room, next_room, found_room;
    pcre2_match_data *data;
    pcre2_match_context *context;
} sinew_pieces;

/* Cut n bytes, at most 2^30. */
sinew_status sinew_pretokenize(const sinew_pretokenizer *pretokenizer, sinew_pieces *work,
                               const char *text, size_t n, sinew_error *error);
void sinew_pieces_clear(sinew_pieces *work);

#endif
