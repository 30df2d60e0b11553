#include "model/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/memory.h"

const char *sinew_checkpoint_kind_name(sinew_checkpoint_kind kind)
{
    static const char *const names[] = {"Mamba-1", "Mamba-2", "Mamba-3"};
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : NULL;
}

/* config.json in the folder, or beside the file. */
static char *config_path(const char *path)
{
    struct stat about;
    bool folder = stat(path, &about) == 0 && S_ISDIR(about.st_mode);
    const char *slash = strrchr(path, '/');
    size_t n = folder ? strlen(path) : slash ? (size_t)(slash - path) + 1 : 0;
    char *joined = sinew_alloc(n + sizeof "/config.json", 1);
    if (joined) {
        memcpy(joined, path, n);
        strcpy(joined + n, folder ? "/config.json" : "config.json");
    }
    return joined;
}

static sinew_status open_parts(sinew_checkpoint *c, const char *path, bool allow_unknown,
                               sinew_error *error)
{
    sinew_error detail;
    char *config = config_path(path);
    if (!config)
        return sinew_fail_memory(error);
    sinew_status status = sinew_config_open(&c->config, config, error);
    sinew_free(config);
    if (!status)
        status = sinew_tensors_open(&c->tensors, path, error);
    if (status)
        return status;
    status = sinew_checkpoint_place(c, allow_unknown, &detail);
    return status ? sinew_fail(error, status, "%s: %s", path, detail.text) : SINEW_OK;
}

sinew_status sinew_checkpoint_open(sinew_checkpoint **out, const char *path,
                                   const sinew_checkpoint_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!path)
        return sinew_fail_null(error);
    sinew_checkpoint *c = sinew_alloc(1, sizeof *c);
    if (!c)
        return sinew_fail_memory(error);
    sinew_status status = open_parts(c, path, opts && opts->allow_unknown, error);
    if (status) {
        sinew_checkpoint_free(c);
        return status;
    }
    *out = c;
    return SINEW_OK;
}

void sinew_checkpoint_free(sinew_checkpoint *c)
{
    if (!c)
        return;
    sinew_free(c->layers);
    sinew_tensors_free(c->tensors);
    sinew_free(c);
}

sinew_checkpoint_info sinew_checkpoint_about(const sinew_checkpoint *c)
{
    const sinew_tensor *head = c->head ? c->head : c->embedding;
    return (sinew_checkpoint_info){.kind = c->config.kind,
                                   .n_layer = c->n_layer,
                                   .d_model = c->d_model,
                                   .vocab = (uint32_t)c->config.vocab,
                                   .rows = head ? (uint32_t)head->shape[0] : 0,
                                   .tied = c->embedding && !c->head,
                                   .step_s = c->config.step_s};
}

sinew_status sinew_checkpoint_part_read(sinew_checkpoint_build_opts *opts, const char *text,
                                        sinew_error *error)
{
    if (!opts || !text)
        return sinew_fail_null(error);
    char *end = NULL;
    bool layer = !strncmp(text, "layer.", 6), mixer = !strncmp(text, "mixer.", 6);
    if (layer || mixer) {
        unsigned long i = text[6] >= '0' && text[6] <= '9' ? strtoul(text + 6, &end, 10) : 0;
        if (end && !*end && i < UINT32_MAX) {
            opts->part = layer ? SINEW_CHECKPOINT_LAYER : SINEW_CHECKPOINT_MIXER;
            opts->layer = (uint32_t)i;
            return SINEW_OK;
        }
    } else if (!strcmp(text, "stack") || !strcmp(text, "lm")) {
        opts->part = *text == 's' ? SINEW_CHECKPOINT_STACK : SINEW_CHECKPOINT_LM;
        return SINEW_OK;
    }
    return sinew_fail(error, SINEW_ERR_ARGUMENT,
                      "no part '%.40s': there are stack, layer.0, mixer.0 and so on, and lm", text);
}
