/* What a description says, key by key, before anything is built from it. */
#ifndef SINEW_MODEL_SPEC_H
#define SINEW_MODEL_SPEC_H

#include "model/keys.h"
#include "sinew/discretization.h"

/* Rows of numbers: (rows, columns), rows first. [] has no columns that anyone could count. */
typedef struct sinew_spec_matrix {
    size_t rows, columns;
    double *entries;
} sinew_spec_matrix;

typedef struct sinew_spec_ss {
    sinew_spec_matrix A, B, C, D;
    bool has_D;
} sinew_spec_ss;

typedef struct sinew_spec_zpk {
    sinew_items zeros, poles; /* of sinew_complex, rad/s */
    double gain;
} sinew_spec_zpk;

typedef struct sinew_spec_tf {
    sinew_items num, den; /* of double, descending powers of s */
} sinew_spec_tf;

typedef struct sinew_spec_edges {
    double hz[2];
    size_t n;
} sinew_spec_edges;

typedef struct sinew_spec_design {
    int family, band; /* sinew_family, sinew_band */
    int64_t order;
    sinew_spec_edges edges;
} sinew_spec_design;

/* Exactly one of the four is there. */
typedef struct sinew_spec_system {
    bool has_ss, has_zpk, has_tf, has_design;
    sinew_spec_ss ss;
    sinew_spec_zpk zpk;
    sinew_spec_tf tf;
    sinew_spec_design design;
} sinew_spec_system;

typedef struct sinew_spec {
    const char *name, *about; /* NULL where the description is silent */
    struct {
        const char *input, *output;
    } units;
    sinew_spec_system system;
    sinew_method method;
    double prewarp_hz, alpha;
    bool has_prewarp, has_alpha;
} sinew_spec;

/* Everything is checked that can be said of the text itself: keys, numbers, sizes that fit.
 * Problems go where the document's go; the spec holds while the document lives. */
void sinew_spec_read(sinew_spec *spec, sinew_document *document);

/* The system that a spec without problems describes; what the mathematics refuses becomes a
 * problem at its place. NULL then. */
sinew_system *sinew_spec_build(const sinew_spec *spec, sinew_document *document);

#endif
