/**
 * irregular: a filter over irregular time, exact for every step.
 *
 *     y[k] = C x[k] + D u[k]
 *     x[k] follows from x[k-1] over dt[k] = t[k] - t[k-1], with the input between
 *          held at u[k-1] (zoh), or on the line from u[k-1] to u[k] (foh)
 *     x[0] = x0, or zero: the step of a stream's first frame does not count
 *
 * A discretization has one step; this node is made from the system itself and takes a step with
 * every frame (sinew_block.step_s):
 *
 *     sinew_irregular_opts opts = {.method = SINEW_METHOD_FOH};
 *     if (sinew_filter_new_irregular(&node, system, &opts, &error)) ...
 *     sinew_stream_opts with_steps = {.steps = true};
 *     if (sinew_stream_open(&stream, node, &with_steps, &error)) ...
 *     in.step_s = steps;
 *     sinew_stream_process(stream, &in, &out);
 *
 * e^{A dt} and the integrals beside it are computed inside `process`, in its own memory: block by
 * block from phi functions where A is block diagonal, or where the poles of a factored system may
 * stand side by side; else by scaling and squaring. Some recent distinct steps (2 to 32, at most
 * 256 KiB of them) are kept, which changes no bit of what comes out.
 *
 * A step of 0 changes no state. One that is negative or NaN counts as 0, as no time has passed;
 * one beyond all bounds (2^300 over the norm of A) as that: a stable system is at rest by then.
 *
 * Ownership: the caller frees the node (sinew_node_free); the system may go at once.
 * Thread-safety: any thread may build; the node is immutable. Real time: as all nodes.
 */
#ifndef SINEW_IRREGULAR_H
#define SINEW_IRREGULAR_H

#include "discretization.h"
#include "node.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sinew_irregular_opts {
    sinew_sample sample; /* F64 or F32, in and out */
    sinew_method method; /* zoh (also DEFAULT) or foh */
    uint32_t channels;   /* as in sinew_filter_opts: of a system with one input and output any
                          * number, each by itself; 0: the system's inputs */
    double step_s;       /* the step of blocks that carry none, and the one that is typical; 0:
                          * streams must be opened with steps */
    const double *x0;    /* (copies, order): the continuous state that a new stream starts from,
                          * copied; NULL: zero */
} sinew_irregular_opts;

/** opts may be NULL for the defaults. Errors: SINEW_ERR_ARGUMENT for another method, channels
 *  that do not fit, a step below 0 or not finite; SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_filter_new_irregular(sinew_node **out, const sinew_system *system,
                                                  const sinew_irregular_opts *opts,
                                                  sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
