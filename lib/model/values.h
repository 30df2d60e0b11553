/* Readers for the values that a linear system is made of; for use in tables of keys. */
#ifndef SINEW_MODEL_VALUES_H
#define SINEW_MODEL_VALUES_H

#include "model/keys.h"

/* Rows of numbers: (rows, columns), rows first. [] has no columns that anyone could count. */
typedef struct sinew_spec_matrix {
    size_t rows, columns;
    double *entries;
} sinew_spec_matrix;

typedef struct sinew_spec_edges {
    double hz[2];
    size_t n;
} sinew_spec_edges;

/* A list of rows of numbers -> sinew_spec_matrix. */
void sinew_value_matrix(const sinew_at *at, void *into);

/* [re, im] or a plain real number -> sinew_complex. */
void sinew_value_complex(const sinew_at *at, void *into);

/* A frequency, or a list of one or two -> sinew_spec_edges. */
void sinew_value_edges(const sinew_at *at, void *into);

/* The name of a method -> sinew_method. */
void sinew_value_method(const sinew_at *at, void *into);

#endif
