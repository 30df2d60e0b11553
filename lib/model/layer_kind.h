/* layer_kind: what may stand in the list under `graph`. A kind is a table of keys and a function
 * that builds, in a file layer_kind_NAME.c, and a line in layer_kinds.c.
 *
 * Reading comes first and finds every problem of the text, also which tensors are not there; the
 * node is built when its rate is known. Building changes nothing of the document: any thread may.
 */
#ifndef SINEW_MODEL_LAYER_KIND_H
#define SINEW_MODEL_LAYER_KIND_H

#include "model/keys.h"
#include "sinew/filter.h"
#include "sinew/layer.h"

typedef struct sinew_layer_kind sinew_layer_kind;

/* An entry of such a list, read. */
typedef struct sinew_spec_layer {
    const sinew_layer_kind *kind; /* NULL after a problem */
    const void *values;           /* (kind->bytes), of the document */
    const sinew_at *at;           /* of the kind's value */
    sinew_method method;          /* beside a system; DEFAULT: silent */
} sinew_spec_layer;

/* What a list of layers is built for. */
typedef struct sinew_layer_build {
    sinew_layer_opts opts; /* with the time steps of the frames here */
    double step_s;         /* between them; 0: not known */
    double trained_step_s; /* that they were trained at; 0: not known */
    bool steps;            /* each frame brings its own */
    uint32_t channels;     /* that come; 0: nothing has said it */
    uint32_t outside;      /* that come to the graph; 0: any */
    const sinew_filter_opts *filter;
    bool allow_unstable;
    bool lacks_step;        /* after an error: no layer is to blame, but that there is no rate */
    const sinew_at *blamed; /* after an error: the layer */
} sinew_layer_build;

struct sinew_layer_kind {
    sinew_key key; /* its name, and how its value is read: offset, group and given are the list's */
    size_t bytes;  /* of what is read */
    bool one_rate; /* it means frames, not seconds: no other rate than the trained one */
    sinew_status (*build)(sinew_node **out, const sinew_spec_layer *layer, sinew_layer_build *b,
                          sinew_error *error);
};

/* A list of layers -> sinew_items; range and name are to be filled in. */
extern const sinew_key sinew_layer_item;

/* One node of a list, in which frames with b->channels come; none: a node that changes nothing.
 * b->channels are those that go out then. */
sinew_status sinew_layers_build(sinew_node **out, const sinew_items *layers, sinew_layer_build *b,
                                sinew_error *error);

/* How many channels a layer has that takes any: what its key says (0: nothing), or what comes.
 * 0, and an error: nobody says. */
uint32_t sinew_layer_channels(const sinew_layer_build *b, int64_t given, sinew_error *error);

#endif
