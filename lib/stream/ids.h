/* Token ids from a file: an npy array of int32 or int64, (n,). */
#ifndef SINEW_STREAM_IDS_H
#define SINEW_STREAM_IDS_H

#include <stddef.h>
#include <stdint.h>

#include "sinew/status.h"

/* All of them into *ids (*n), for sinew_free; each below `rows`. Errors: SINEW_ERR_IO,
 * SINEW_ERR_DATA (also an id out of range, which the message names with its place). */
sinew_status sinew_ids_read(int32_t **ids, size_t *n, const char *path, size_t rows,
                            sinew_error *error);

#endif
