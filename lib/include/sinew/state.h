/**
 * state: the state of a stream as named tensors, in a safetensors file: what a model remembers can
 * be looked at, made and changed by other programs.
 *
 *     sinew_stream_save_tensors(stream, "now.safetensors", NULL, 0, &error);
 *     sinew_tensors_open(&saved, "now.safetensors", &error);
 *     sinew_stream_load_tensors(stream, saved, &exactly, &error);
 *
 * The tensors are the arrays of the node's state: of a checkpoint (checkpoint.h) `layers.0.conv`,
 * `layers.0.ssm` and so on; of what has none of its own one array of bytes, `state`. The metadata
 * say where the stream stood and of which model the state is (`index`, and `model_hash` and
 * `identity` of node.h, in hexadecimal). Both may be missing from a file that others have written:
 * the index is 0 then.
 *
 * Not real time. Thread-safety: as for the stream.
 */
#ifndef SINEW_STATE_H
#define SINEW_STATE_H

#include "stream.h"
#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Write the file, whole or not at all. more: further metadata, (n_more), NULL where that is 0.
 *  Errors: those of sinew_stream_save and sinew_tensors_write. */
SINEW_API sinew_status sinew_stream_save_tensors(const sinew_stream *stream, const char *path,
                                                 const sinew_metadata *more, size_t n_more,
                                                 sinew_error *error);

/** Continue from these tensors. Where the state is float32, F16, BF16 and F64 are taken too.
 *  *exactly, which may be NULL: whether that continues to the bit (stream.h). Errors: those of
 *  sinew_stream_load; SINEW_ERR_MISMATCH for a tensor that is missing, that the state has none of,
 *  or of another shape or type, SINEW_ERR_NUMERIC for one with a NaN or infinity; the message names
 *  it, and the stream is as before. */
SINEW_API sinew_status sinew_stream_load_tensors(sinew_stream *stream, const sinew_tensors *tensors,
                                                 bool *exactly, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
