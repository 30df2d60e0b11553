/* Tensors of deterministic noise, as weights: each is made once for its name and lives until the
 * program ends, so that every node made of them is the same one. */
#ifndef TESTS_NOISE_TENSORS_H
#define TESTS_NOISE_TENSORS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sinew/tensor.h"

typedef struct noise_tensor noise_tensor;
struct noise_tensor {
    noise_tensor *next;
    char name[64];
    sinew_tensor tensor;
    float values[];
};

static inline noise_tensor **noise_tensors(void)
{
    static noise_tensor *all;
    return &all;
}

/* (-1, 1), of 24 bits */
static inline float noise_number(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (float)((double)(int32_t)(*state >> 40) / (1 << 23) - 1);
}

/* shape: (rank). Numbers centre - spread to centre + spread. */
static inline const sinew_tensor *noise_tensor_of(const char *prefix, const char *name,
                                                  double centre, double spread, uint32_t rank,
                                                  const uint64_t *shape)
{
    char full[64];
    uint64_t state = UINT64_C(0xcbf29ce484222325);
    size_t n = 1;
    snprintf(full, sizeof full, "%s.%s", prefix, name);
    for (noise_tensor *t = *noise_tensors(); t; t = t->next)
        if (strcmp(t->name, full) == 0)
            return &t->tensor;
    for (const char *c = full; *c; c++)
        state = (state ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    for (uint32_t i = 0; i < rank; i++)
        n *= (size_t)shape[i];
    noise_tensor *made = malloc(sizeof *made + n * sizeof *made->values);
    if (!made)
        abort();
    memcpy(made->name, full, sizeof full);
    made->tensor = (sinew_tensor){.name = made->name, .rank = rank, .data = made->values};
    memcpy(made->tensor.shape, shape, rank * sizeof *shape);
    for (size_t i = 0; i < n; i++)
        made->values[i] = (float)(centre + spread * (double)noise_number(&state));
    made->next = *noise_tensors();
    *noise_tensors() = made;
    return &made->tensor;
}

/* shape as a list of numbers */
#define NOISE(prefix, name, centre, spread, ...)                                                   \
    noise_tensor_of(prefix, name, centre, spread,                                                  \
                    sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t),                          \
                    (const uint64_t[]){__VA_ARGS__})

#endif
