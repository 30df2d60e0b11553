/**
 * tensor: named arrays of numbers in safetensors files: the weights of a model, the state of a run.
 *
 * A file of weights is mapped, not copied; layers use the rows of an F32, F16 or BF16 matrix where
 * they stand in the file. A sharded checkpoint, with its index, is read as one.
 *
 *     sinew_tensors *tensors = NULL;
 *     if (sinew_tensors_open(&tensors, "mamba-130m", &error)) ...      // a file or a folder
 *     const sinew_tensor *D = sinew_tensors_find(tensors, "backbone.layers.0.mixer.D");
 *
 * Everything that a file says is checked before anything is used: the header's length and JSON,
 * names that occur twice, types, shapes whose product overflows, offsets that overlap, leave gaps
 * or lie outside. The format: github.com/huggingface/safetensors (8 bytes little-endian, the
 * length of a JSON header; the header; the data).
 *
 * Ownership: `sinew_tensors` is counted: layers keep what they read from. What _at and _find return
 * lives as long as it. Thread-safety: constant once opened; keep and free may be called by any
 * thread. A mapped file must not be truncated while it is in use, as with every mapping.
 */
#ifndef SINEW_TENSOR_H
#define SINEW_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sinew_dtype {
    SINEW_DTYPE_F32 = 0,
    SINEW_DTYPE_F16,
    SINEW_DTYPE_BF16,
    SINEW_DTYPE_F64,
    SINEW_DTYPE_I64,
    SINEW_DTYPE_I32,
    SINEW_DTYPE_I16,
    SINEW_DTYPE_I8,
    SINEW_DTYPE_U8,
    SINEW_DTYPE_BOOL
} sinew_dtype;

enum { SINEW_TENSOR_RANK_MAX = 8 };

typedef struct sinew_tensors sinew_tensors;

/** One array, in C order. It points to its numbers, little-endian as in the file, at any address.
 *  A zeroed `file` says that the memory is the caller's, who keeps it while a layer made of it
 *  lives. */
typedef struct sinew_tensor {
    const char *name; /* for messages too; NULL: "" */
    sinew_dtype dtype;
    uint32_t rank; /* 0: one number */
    uint64_t shape[SINEW_TENSOR_RANK_MAX];
    const void *data;
    sinew_tensors *file; /* what holds name and data, if it is one */
} sinew_tensor;

SINEW_API const char *sinew_dtype_name(sinew_dtype dtype); /* "F32"; NULL for what is none */
SINEW_API size_t sinew_dtype_bytes(sinew_dtype dtype);     /* 0 for what is none */

/** Numbers in it, the product of its shape (1 where rank is 0). */
SINEW_API uint64_t sinew_tensor_count(const sinew_tensor *tensor);

/** n numbers from number `from` on, as floats: exact for F32, F16, BF16 and small integers, rounded
 *  for the others. from + n <= the count. */
SINEW_API void sinew_tensor_floats(const sinew_tensor *tensor, uint64_t from, size_t n, float *out);

/** "(24, 768, 4)", cut where it does not fit; returns text. */
SINEW_API const char *sinew_tensor_shape_text(const sinew_tensor *tensor, char *text, size_t room);

/** Open a .safetensors file, an index (.json), or a folder: its model.safetensors, or else its
 *  model.safetensors.index.json. An index and its shards, files of its own folder, must name the
 *  same tensors. Errors: SINEW_ERR_IO, SINEW_ERR_DATA (names file, tensor and what is wrong),
 *  SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_tensors_open(sinew_tensors **out, const char *path,
                                          sinew_error *error);

/** The same from memory, which the caller keeps while `out` lives; `where` for messages. */
SINEW_API sinew_status sinew_tensors_read(sinew_tensors **out, const void *bytes, size_t n_bytes,
                                          const char *where, sinew_error *error);

/** One more owner, one less; NULL is fine for both, as the `file` of a tensor of the caller's is.
 *  Keep returns what it is given. */
SINEW_API sinew_tensors *sinew_tensors_keep(sinew_tensors *tensors);
SINEW_API void sinew_tensors_free(sinew_tensors *tensors);

SINEW_API size_t sinew_tensors_count(const sinew_tensors *tensors);
/** Tensor i, in the order of the names; NULL behind the last. */
SINEW_API const sinew_tensor *sinew_tensors_at(const sinew_tensors *tensors, size_t i);
SINEW_API const sinew_tensor *sinew_tensors_find(const sinew_tensors *tensors, const char *name);

/** An entry of __metadata__, of the first shard that has it; NULL where there is none. */
SINEW_API const char *sinew_tensors_metadata(const sinew_tensors *tensors, const char *key);

/** An entry for __metadata__. */
typedef struct sinew_metadata {
    const char *key, *value;
} sinew_metadata;

/** Write a file: whole or not at all (under another name first), also over the one that the tensors
 *  are read from. The order is that of the types' sizes, the largest first, then of the names:
 *  equal content is equal bytes, the data begin at a multiple of 64 and each tensor at one of its
 *  type's size. Errors: SINEW_ERR_IO, SINEW_ERR_ARGUMENT (a name twice, or what no file can hold),
 *  SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_tensors_write(const char *path, const sinew_tensor *tensors,
                                           size_t n_tensors, const sinew_metadata *metadata,
                                           size_t n_metadata, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
