/* The files that a checkpoint is read from. */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/checkpoint.h"
#include "tensor/tensors.h"

static bool add(sinew_checkpoint *c, const char *path)
{
    char *copy = sinew_copy(path, strlen(path) + 1, 1);
    if (copy)
        c->files[c->n_files++] = copy;
    return copy;
}

/* A file beside config.json, if there is one. */
static bool add_beside(sinew_checkpoint *c, const char *config, const char *name)
{
    size_t folder = strlen(config) - strlen("config.json");
    char *path = sinew_alloc(folder + strlen(name) + 1, 1);
    if (!path)
        return false;
    memcpy(path, config, folder);
    strcpy(path + folder, name);
    bool done = access(path, F_OK) != 0 || add(c, path);
    sinew_free(path);
    return done;
}

sinew_status sinew_checkpoint_list_files(sinew_checkpoint *c, const char *config,
                                         sinew_error *error)
{
    static const char *const others[] = {"model.safetensors", "model.safetensors.index.json",
                                         "tokenizer.json"};
    enum { OTHERS = sizeof others / sizeof *others };
    c->files = sinew_alloc(1 + c->tensors->n_files + OTHERS, sizeof *c->files);
    bool done = c->files && add(c, config);
    for (size_t i = 0; done && i < c->tensors->n_files; i++)
        done = add(c, c->tensors->files[i].path);
    for (size_t i = 0; done && i < OTHERS; i++)
        done = add_beside(c, config, others[i]);
    return done ? SINEW_OK : sinew_fail_memory(error);
}
