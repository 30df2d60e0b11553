/* layered: a model that is a graph of layers: the keys of a description that are for one, and from
 * there to a node. */
#ifndef SINEW_MODEL_LAYERED_H
#define SINEW_MODEL_LAYERED_H

#include "model/layer_kind.h"
#include "sinew/model.h"

/* What the root of a description says of its graph. */
typedef struct sinew_spec_graph {
    sinew_items layers; /* of sinew_spec_layer */
    double rate_hz;     /* that it was trained at; 0: silent */
    bool has_weights, has_rate, allow_unused;
} sinew_spec_graph;

/* What only the root can say of them: called where its keys were good. */
void sinew_spec_graph_check(const sinew_at *root, const sinew_spec_graph *graph);

/* A graph and the document that it points into. */
typedef struct sinew_layered sinew_layered;

/* Takes the document; NULL without memory, and the document is freed. */
sinew_layered *sinew_layered_new(const sinew_spec_graph *graph, sinew_document *document);
void sinew_layered_free(sinew_layered *layered); /* NULL is fine */

sinew_status sinew_layered_build(sinew_node **out, const sinew_layered *layered,
                                 const sinew_build_opts *opts, sinew_build_report *facts,
                                 sinew_error *error);

#endif
