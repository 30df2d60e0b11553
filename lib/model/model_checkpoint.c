/* A model that is a checkpoint: named by its folder or file, without a description. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/model.h"

/* "mamba-130m" of ".../mamba-130m/": the last part of the path. */
static char *last_of(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    size_t from = n;
    while (from > 0 && path[from - 1] != '/')
        from--;
    char *name = sinew_alloc(n - from + 1, 1);
    return name ? memcpy(name, path + from, n - from) : NULL;
}

sinew_status sinew_model_open_checkpoint(sinew_model **out, const char *path, bool any,
                                         sinew_error *error)
{
    if (!any)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s: a checkpoint, and no linear system: sinew_model_open_any takes it",
                          path);
    sinew_checkpoint *checkpoint = NULL;
    sinew_status status = sinew_checkpoint_open(&checkpoint, path, NULL, error);
    if (status)
        return status;
    sinew_model *model = sinew_alloc(1, sizeof *model);
    if (!model) {
        sinew_checkpoint_free(checkpoint);
        return sinew_fail_memory(error);
    }
    *model = (sinew_model){.name = last_of(path),
                           .about = sinew_copy("", 1, 1),
                           .units_in = sinew_copy("", 1, 1),
                           .units_out = sinew_copy("", 1, 1),
                           .checkpoint = checkpoint};
    if (!model->name || !model->about || !model->units_in || !model->units_out) {
        sinew_model_free(model);
        return sinew_fail_memory(error);
    }
    *out = model;
    return SINEW_OK;
}

const sinew_checkpoint *sinew_model_checkpoint(const sinew_model *model)
{
    return model->checkpoint;
}
