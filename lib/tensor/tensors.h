/* The files of a checkpoint as one. */
#ifndef SINEW_TENSOR_TENSORS_H
#define SINEW_TENSOR_TENSORS_H

#include <stdatomic.h>

#include "tensor/file.h"

struct sinew_tensors {
    atomic_size_t owners;
    sinew_tensor_file *files; /* (n_files) */
    size_t n_files;
    sinew_tensor *at; /* (n), in the order of their names */
    size_t n;
};

/* With room for n_files, all zeroed; one owner. NULL without memory. */
sinew_tensors *sinew_tensors_new(size_t n_files);

/* The tensors of the files, which are open, into one list. Errors: SINEW_ERR_MEMORY. */
sinew_status sinew_tensors_join(sinew_tensors *tensors, sinew_error *error);

/* A checkpoint by its index, a JSON file in the folder of its shards. */
sinew_status sinew_tensors_open_index(sinew_tensors **out, const char *path, sinew_error *error);

#endif
