/* Every kind of node that the library can make, in one table: the laws of sinew/node.h run over
 * all of it. A new engine or layer gets its lines in nodes.c and the laws find it. */
#ifndef TESTS_LAW_NODES_H
#define TESTS_LAW_NODES_H

#include <stdbool.h>

#include "sinew/sinew.h"

typedef struct law_node law_node;
struct law_node {
    const char *name;
    const char *group;     /* nodes of one group have one model hash and one answer */
    double tolerance;      /* to the group's first node, relative to the peak */
    double cuts_tolerance; /* of one input in other cuts, likewise; 0: equal to the bit */
    sinew_sample sample_in, sample_out;
    uint32_t channels_in, channels_out;
    bool steps; /* takes a time step for each frame */
    sinew_node *(*make)(const law_node *law);
    /* Filters: what they are made of. NULL for what is no linear system. */
    sinew_discretization *(*discretization)(void);
    sinew_filter_opts opts;
    /* Filters over irregular time: likewise. */
    sinew_system *(*system)(void);
    sinew_irregular_opts irregular;
    sinew_kalman *(*kalman)(void);
    sinew_kalman_node_opts kalman_opts;
    /* Kernels: their levels and sample type. */
    sinew_kernel_opts kernel;
};

extern const law_node law_nodes[];
extern const size_t n_law_nodes;

/* The node; it ends the test when it cannot be made. */
sinew_node *law_make(const law_node *law);

/* The law of that name; it ends the test where there is none. */
const law_node *law_named(const char *name);

/* Samples: deterministic noise with some silence and a few large values, (n, channels). */
void *law_input(sinew_sample sample, uint32_t channels, size_t n, unsigned seed);
double law_value(sinew_sample sample, const void *samples, size_t i);
void law_set(sinew_sample sample, void *samples, size_t i, double value);

/* The time step of frame t of the irregular streams: (n). */
double *law_steps(size_t n);

/* Whether their states are exchanged. */
bool law_alike(const law_node *a, const law_node *b);

/* Process n frames from `in` to `out` in pieces of the given lengths (0 ends the list, which is
 * then repeated), continuing at frame `from`. */
void law_run(sinew_stream *stream, const law_node *law, const void *in, void *out, size_t from,
             size_t n, const size_t *cuts);

#endif
