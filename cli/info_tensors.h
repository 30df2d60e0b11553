/* info_tensors: what is in a safetensors file or a checkpoint, for sinew info. */
#ifndef SINEW_CLI_INFO_TENSORS_H
#define SINEW_CLI_INFO_TENSORS_H

#include <stdbool.h>

#include "sinew/status.h"

/* A path to a .safetensors file, the index of a sharded checkpoint, or a folder. */
bool info_tensors_is_path(const char *path);

sinew_status info_tensors_print(const char *path, bool json, sinew_error *error);

#endif
