/* What all layers share: the first member of each layer's node.
 *
 * A new layer is one file beside linear.c: the equations at the top, the struct, the ops table,
 * the constructor; its weights go through parameters.h and weights.h. */
#ifndef SINEW_LAYER_LAYER_H
#define SINEW_LAYER_LAYER_H

#include "layer/parameters.h"
#include "layer/weights.h"
#include "layer/workers.h"

/* Frames that a layer computes at a time, so that what lies between its steps stays in the cache;
 * its scratch memory is for so many, however long blocks are. */
enum { SINEW_LAYER_FRAMES = 128 };

typedef struct sinew_layer {
    sinew_node node;
    const sinew_learned *ops;
    sinew_workers *workers; /* kept; NULL: none */
    sinew_quantize quantize;
    double trained_step_s;
    float delta_scale; /* step / trained step of frames without steps of their own */
} sinew_layer;

/* The fields that all layers have alike; opts may be NULL. Errors: SINEW_ERR_ARGUMENT. Finish in
 * any case. */
sinew_status sinew_layer_init(sinew_layer *layer, const sinew_node_ops *ops,
                              const sinew_layer_opts *opts, sinew_error *error);
void sinew_layer_finish(sinew_layer *layer); /* zeroed is fine */

/* What a layer is made of goes into its model hash tensor by tensor; then seal it: its identity is
 * the model hash, the table of operations and how it is quantized. Steps are hashed where frames
 * are computed by them. */
void sinew_layer_hash(sinew_layer *layer, const sinew_tensor *tensor);
void sinew_layer_hash_number(sinew_layer *layer, double number);
void sinew_layer_hash_steps(sinew_layer *layer);
void sinew_layer_seal(sinew_layer *layer);

/* The factor of delta at frame t. A step that is none (below 0, NaN) takes no time. */
static inline float sinew_layer_delta_scale(const sinew_layer *layer, const sinew_block *in,
                                            size_t t)
{
    if (!in->step_s)
        return layer->delta_scale;
    return in->step_s[t] > 0 ? (float)(in->step_s[t] / layer->trained_step_s) : 0;
}

#endif
