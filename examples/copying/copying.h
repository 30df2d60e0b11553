/* Selective copying: the task, and those that are tried at it. */
#ifndef COPYING_H
#define COPYING_H

#include <stdbool.h>
#include <stdint.h>

#include <sinew/sinew.h>

enum {
    BITS = 2,
    KINDS = 1 << BITS,
    VOCABULARY = 2 * KINDS, /* as many kinds of noise, which say nothing */
    CONTENT_MOST = 20,      /* float32 has 24 bits, and the last need some room */
    BLOCK = 4096
};

typedef struct task {
    size_t length, content; /* L, M */
    bool fixed;             /* the same places each time, evenly spaced */
} task;

typedef struct sequence {
    int32_t *tokens; /* (L + 1): content is below KINDS; the last is noise */
    size_t places[CONTENT_MOST];
    int kinds[CONTENT_MOST];
} sequence;

/* How many of each token were told right, and how many sequences without a fault. */
typedef struct score {
    size_t sequences, whole, right[CONTENT_MOST];
} score;

void check(sinew_status status, const sinew_error *error); /* or say why and exit */
void *allocate(size_t n, size_t each);                     /* zeros; or exit */

void draw_sequence(const task *k, sequence *s);
void count(score *sum, const task *k, const sequence *s, const int *told);

/* Of all tokens, the part that was told right; chance is 1 / KINDS. */
double accuracy(const score *sum, const task *k);

/* For the tokens at fixed places, the i-th is here. */
size_t fixed_place(const task *k, size_t i);

/* The selective layer; it has SELECTIVE_STATES. *off: how far a state was from one that stands for
 * tokens, in units of its last digit; from 1/2 on the answer is wrong. */
enum { SELECTIVE_STATES = BITS + 2 };
sinew_node *selective_new(void);
void selective_run(score *sum, double *off, const task *k, const sequence *s, sinew_stream *stream);

/* chances (M, L): that the i-th token stands at t. */
double *place_chances(const task *k);

/* The linear time-invariant memory of order states a bit, with the best readout for the task. */
sinew_node *lti_new(const task *k, const double *chances, size_t order);
void lti_run(score *sum, const task *k, const sequence *s, sinew_stream *stream);

/* The best readout of all that was heard, for which no number of states is enough. */
void limit_run(score *sum, const task *k, const double *chances, const sequence *s);

#endif
