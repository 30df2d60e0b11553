/* The cost of a token: the models, and how they are measured. */
#ifndef COST_H
#define COST_H

#include <stdbool.h>
#include <stddef.h>

#include <sinew/sinew.h>

enum {
    HEAD = 64,      /* numbers of a head of attention, of which d_model is a multiple */
    SHORTEST = 256, /* lengths double from here on */
    LENGTHS_MOST = 16,
    LAYERS_MOST = 32,
    TENSORS_MOST = 16 * LAYERS_MOST,
    CALL_FRAMES = 4096
};

typedef enum kind { RECOMPUTED, CACHED, LSTM, S4D, MAMBA, KINDS } kind;

/* One width, one depth, for all. */
typedef struct size {
    size_t d_model, layers;
} size;

typedef struct model {
    sinew_node *node; /* (frames, d_model) to as many */
    size_t parameters;
    void *tensors[TENSORS_MOST]; /* which the node reads where they stand */
    size_t n_tensors;
} model;

/* What was measured of a model; seconds are of one thread's CPU time. */
typedef struct cost {
    const char *name;
    size_t parameters, n;              /* n lengths */
    size_t lengths[LENGTHS_MOST];      /* L, rising */
    double first_s;                    /* the first token */
    double token_s[LENGTHS_MOST];      /* the next token where L are there already */
    double one_by_one_s[LENGTHS_MOST]; /* L tokens, a call each: the integral of token_s */
    double at_once_s[LENGTHS_MOST];    /* L tokens in calls of CALL_FRAMES; 0: does not apply */
    double bytes[LENGTHS_MOST];        /* kept from token to token */
} cost;

void check(sinew_status status, const sinew_error *error); /* or say why and exit */
void *allocate(size_t n, size_t each);                     /* zeros; or exit */

/* Layers with random weights. context: tokens that attention keeps; nothing to the others. */
void model_init(model *m, kind which, const size *of, size_t context);
void model_finish(model *m);

/* Measure at lengths up to `longest`. */
void measure(cost *c, kind which, const size *of, const size_t *lengths, size_t n);

/* The exponent p of the power law L^p that fits y best (a line in logarithms), over the last
 * lengths from a quarter of the longest on. */
double slope(const cost *c, const double *y);

#endif
