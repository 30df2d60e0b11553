/* What a description says, key by key, before anything is built from it. */
#ifndef SINEW_MODEL_SPEC_H
#define SINEW_MODEL_SPEC_H

#include "model/kalman.h"
#include "model/kind.h"
#include "model/layered.h"
#include "sinew/discretization.h"

typedef struct sinew_spec {
    const char *name, *about; /* NULL where the description is silent */
    struct {
        const char *input, *output;
    } units;
    sinew_spec_system system; /* no kind: a graph of layers */
    sinew_spec_graph graph;
    bool has_graph;
    sinew_method method;
    double prewarp_hz, alpha;
    bool has_prewarp, has_alpha;
    const char *const *references; /* (n_references): the files of all that it refers to */
    size_t n_references;
    int64_t thiran_order; /* 0 where the description is silent */
    bool has_order;
    sinew_spec_kalman kalman;
    bool has_kalman;
} sinew_spec;

/* Everything is checked that can be said of the text itself: keys, numbers, sizes that fit.
 * Problems go where the document's go; the spec holds while the document lives. */
void sinew_spec_read(sinew_spec *spec, sinew_document *document);

/* The system that a spec without problems describes; what the mathematics refuses becomes a
 * problem at its place. NULL then. */
sinew_system *sinew_spec_build(const sinew_spec *spec, sinew_document *document);

/* The same for a kind with delays (kind->build_delayed). */
sinew_delayed *sinew_spec_build_delayed(const sinew_spec *spec, sinew_document *document);

/* The same for a kind with a kernel (kind->build_kernel); no kernel: a problem. */
sinew_kernel_parts sinew_spec_build_kernel(const sinew_spec *spec, sinew_document *document);

/* A kernel where the caller has asked for a system: a problem that names the way to have it. */
void sinew_spec_refuse_kernel(const sinew_spec *spec, sinew_document *document);

#endif
