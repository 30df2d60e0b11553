/* modes: diagonal systems, and what they are at a step: sinew/diagonal.h has the equations. Modes
 * stand in panels of 16 channels, padded with zeros: (panels, order, parts, 16), parts re and im.
 */
#ifndef SINEW_LAYER_MODES_H
#define SINEW_LAYER_MODES_H

#include "layer/layer.h"
#include "layer/state_arrays.h"
#include "sinew/diagonal.h"

typedef struct sinew_mode_set {
    size_t channels, order, parts;
    bool bilinear;
    double *lambda; /* (channels, order, 2) */
    double *B;      /* (channels, order, 2): what the gain of the step is multiplied by */
    double *step;   /* (channels, order) */
    float *a, *b;   /* at the node's own step: in panels */
} sinew_mode_set;

/* The tensors of both layers. */
typedef struct sinew_mode_tensors {
    const sinew_tensor *log_A_real, *A_real, *A_imag, *log_step;
    bool bilinear;
} sinew_mode_tensors;

/* Of A (channels, order), or (channels) with `flat`, when order is 1; B is 1 everywhere. A step is
 * one for all modes of a channel. Finish in any case. */
sinew_status sinew_mode_set_init(sinew_mode_set *set, const sinew_mode_tensors *tensors, bool flat,
                                 sinew_error *error);
void sinew_mode_set_finish(sinew_mode_set *set); /* zeroed is fine */

/* Numbers of all modes in panels; and the place of one's real part, 16 behind it the other one. */
size_t sinew_mode_floats(const sinew_mode_set *set);
size_t sinew_mode_place(const sinew_mode_set *set, size_t channel, size_t mode);

/* At the ratio of the layer's own step, into the set. SINEW_ERR_NUMERIC where that is not finite.
 */
sinew_status sinew_mode_set_own(sinew_mode_set *set, const sinew_layer *layer, sinew_error *error);

/* A complex tensor as floats, or a real one where the set is real: shape (rank) without the 2. */
sinew_status sinew_mode_numbers(float **out, const sinew_mode_set *set, const sinew_tensor *tensor,
                                const char *what, uint32_t rank, const uint64_t *shape,
                                sinew_error *error);

/* ---- frames ---- */

/* Frames [first, *last) that share a step, and a and b at it: those of the set, or made in
 * `scratch` (2, floats) where *made, the ratio that stands there, is another one. */
typedef struct sinew_mode_run {
    const float *a, *b;
} sinew_mode_run;
sinew_mode_run sinew_mode_run_at(const sinew_mode_set *set, const sinew_layer *layer,
                                 const sinew_block *in, size_t first, size_t end, size_t *last,
                                 float *scratch, double *made);

/* ---- the saved state: `ssm`, (channels, order, parts) ---- */

void sinew_mode_part(const sinew_mode_set *set, bool flat, sinew_state_arrays *arrays);
void sinew_mode_put(const sinew_mode_set *set, const float *h, uint8_t *at);
void sinew_mode_get(const sinew_mode_set *set, float *h, const uint8_t *at);

#endif
