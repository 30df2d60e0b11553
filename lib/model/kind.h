/* kind: what may stand under `system`. A kind is a file kind_NAME.c with a table of keys and a
 * function that builds, and a line in kinds.c.
 *
 * Reading comes first and finds every problem of the text; building comes after, and only where
 * there was none. */
#ifndef SINEW_MODEL_KIND_H
#define SINEW_MODEL_KIND_H

#include "model/keys.h"
#include "sinew/delay.h"
#include "sinew/kernel.h"
#include "sinew/system.h"

/* What a kind with a kernel is made of. */
typedef struct sinew_kernel_parts {
    sinew_kernel *kernel;
    sinew_system *plus; /* added to it; NULL: nothing */
} sinew_kernel_parts;

static inline void sinew_kernel_parts_free(sinew_kernel_parts *parts)
{
    sinew_kernel_free(parts->kernel);
    sinew_system_free(parts->plus);
    *parts = (sinew_kernel_parts){0};
}

typedef struct sinew_system_kind {
    sinew_key key; /* its name, and how its value is read: offset, group and given are kinds.c's */
    size_t bytes;  /* of what is read */
    /* The system that `spec`, which was read without a problem, describes. What has become a
     * problem of the document already is not told again. */
    sinew_status (*build)(sinew_system **out, const void *spec, sinew_document *document,
                          sinew_error *error);
    /* The same for a kind that makes a system with delays, whose `build` refuses; else NULL. */
    sinew_status (*build_delayed)(sinew_delayed **out, const void *spec, sinew_document *document,
                                  sinew_error *error);
    /* The same for a kind with a kernel of taps. Whatever is in *out, the caller frees. */
    sinew_status (*build_kernel)(sinew_kernel_parts *out, const void *spec,
                                 sinew_document *document, sinew_error *error);
} sinew_system_kind;

/* A value under `system`, read. */
typedef struct sinew_spec_system {
    const sinew_system_kind *kind; /* NULL after a problem */
    const void *values;            /* (kind->bytes), of the document */
} sinew_spec_system;

/* A mapping with exactly one kind -> sinew_spec_system; for use in tables of keys. */
void sinew_value_system(const sinew_at *at, void *into);

/* The same, where a frequency that keeps its place, prewarp_hz, may stand beside the kind. */
typedef struct sinew_spec_placed {
    sinew_spec_system system;
    double prewarp_hz; /* 0: none */
} sinew_spec_placed;

void sinew_value_placed(const sinew_at *at, void *into);

/* The system of a value read without a problem, `at` being the mapping that holds the kind; NULL,
 * and a problem says why, where the mathematics refuses it. The caller frees it. */
sinew_system *sinew_kind_build(const sinew_spec_system *spec, const sinew_at *at);
sinew_delayed *sinew_kind_build_delayed(const sinew_spec_system *spec, const sinew_at *at);
sinew_kernel_parts sinew_kind_build_kernel(const sinew_spec_system *spec, const sinew_at *at);

#endif
