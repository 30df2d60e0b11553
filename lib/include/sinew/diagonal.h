/**
 * diagonal: the state space layers before selection: S4D, a system for each channel, and S5, one
 * system for all. Their modes do not depend on the input, so they are linear filters; what they
 * are here is layers: float32, learned tensors as in the published checkpoints, a step for each
 * frame.
 *
 *     h' = lambda h + B x      y = 2 Re(C h) + D x        lambda = A_real + j A_imag
 *
 * seen with step = e^log_step (dt_t / trained step), where dt_t is the time step of the frame
 * (layer.h), so a model trained at one rate runs at another and frames may come irregularly:
 *
 *     zoh       h_t = e^(step lambda) h_(t-1) + (e^(step lambda) - 1)/lambda B x_t
 *     bilinear  h_t = (1 + step lambda/2)/(1 - step lambda/2) h_(t-1)
 *                     + step/(1 - step lambda/2) B x_t
 *
 * and y_t from h_t: a frame earlier than a discretized system (sinew_dplr_kernel in s4.h has the
 * kernel of both). All of it is calculated in double and rounded to float32 once; frames that
 * bring a step of their own cost an exponential for each mode.
 *
 * A `system` (system.h, s4.h, hippo.h), which is the same in double and with any A, is a layer
 * too, by sinew_filter_new with SINEW_SAMPLE_F32 or sinew_filter_new_irregular, in a graph
 * (graph.h): these here are for checkpoints and for many channels. sinew_s4d_modes gives modes.
 *
 * Sources: S4D, Gu, Gupta, Goel, Re 2022 (arXiv 2206.11893); S5, Smith, Warrington, Linderman 2023
 * (arXiv 2208.04933).
 *
 * Saved state: `ssm`, float32: S4D (H, N, 2), S5 (N, 2); without the 2 where modes are real.
 * Thread-safety, real time: layer.h.
 */
#ifndef SINEW_DIAGONAL_H
#define SINEW_DIAGONAL_H

#include "layer.h"

#ifdef __cplusplus
extern "C" {
#endif

/** S4D: H channels of N modes each, numbers as (re, im). Where A_imag is NULL all is real, without
 *  the last dimension of 2, and y = C h + D x. */
typedef struct sinew_s4d_layer_weights {
    const sinew_tensor *log_A_real; /* (H, N): A_real = -e^; or NULL, and: */
    const sinew_tensor *A_real;     /* (H, N) */
    const sinew_tensor *A_imag;     /* (H, N) or NULL */
    const sinew_tensor *B;          /* (H, N, 2) or NULL: ones */
    const sinew_tensor *C;          /* (H, N, 2) */
    const sinew_tensor *D;          /* (H) or NULL */
    const sinew_tensor *log_step;   /* (H) or (H, 1): log_dt */
    bool bilinear;                  /* else zoh */
    bool whole; /* complex modes are all there, not one of each pair: y = Re(C h) + D x */
} sinew_s4d_layer_weights;
SINEW_API sinew_status sinew_s4d_layer_new(sinew_node **out, const sinew_s4d_layer_weights *weights,
                                           const sinew_layer_opts *opts, sinew_error *error);

/** S5: N modes of all channels together; likewise. */
typedef struct sinew_s5_layer_weights {
    const sinew_tensor *log_A_real; /* (N): A_real = -e^; or NULL, and: */
    const sinew_tensor *A_real;     /* (N): Lambda_re */
    const sinew_tensor *A_imag;     /* (N) or NULL: Lambda_im */
    const sinew_tensor *B;          /* (N, channels_in, 2) */
    const sinew_tensor *C;          /* (channels_out, N, 2) */
    const sinew_tensor *D;          /* (channels_in), where as many come out; or NULL */
    const sinew_tensor *log_step;   /* (N) or (N, 1) */
    bool bilinear, whole;
} sinew_s5_layer_weights;
SINEW_API sinew_status sinew_s5_layer_new(sinew_node **out, const sinew_s5_layer_weights *weights,
                                          const sinew_layer_opts *opts, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
