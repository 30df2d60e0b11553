/* Where a MODEL is: a path as it stands, or the name of a shipped model. */
#ifndef SINEW_MODEL_FIND_H
#define SINEW_MODEL_FIND_H

#include <stdbool.h>

#include "sinew/status.h"

/* Is this a path, by its look: a '/' in it, or the ending of a file that a model may be? Else it
 * is the name of a shipped model. */
bool sinew_model_is_path(const char *path_or_name);

bool sinew_model_is_folder(const char *path);

/* Is this path one of a checkpoint (sinew/checkpoint.h): a folder, or a .safetensors file? */
bool sinew_model_is_checkpoint(const char *path);

/* The file of the description (free with sinew_free). SINEW_ERR_IO for a name that no folder
 * holds, with the nearest name and where it was looked for. */
sinew_status sinew_model_find(char **path, const char *path_or_name, sinew_error *error);

#endif
