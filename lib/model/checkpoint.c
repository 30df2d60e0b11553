#include "model/checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/find.h"

const char *sinew_checkpoint_kind_name(sinew_checkpoint_kind kind)
{
    static const char *const names[] = {"Mamba-1", "Mamba-2", "Mamba-3"};
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : NULL;
}

/* config.json in the folder, or beside the file. */
static char *config_path(const char *path)
{
    bool folder = sinew_model_is_folder(path);
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
    struct stat about;
    if (stat(path, &about) != 0)
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", path, strerror(errno));
    char *config = config_path(path);
    if (!config)
        return sinew_fail_memory(error);
    if (access(config, F_OK) != 0) {
        sinew_free(config);
        return sinew_fail(error, SINEW_ERR_IO,
                          "%s: is no checkpoint: that is a folder with config.json and "
                          "model.safetensors, or such a file beside its config.json",
                          path);
    }
    sinew_status status = sinew_config_open(&c->config, config, error);
    if (!status)
        status = sinew_tensors_open(&c->tensors, path, error);
    if (!status)
        status = sinew_checkpoint_list_files(c, config, error);
    sinew_free(config);
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
    for (size_t i = 0; i < c->n_files; i++)
        sinew_free(c->files[i]);
    sinew_free(c->files);
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

/* "layer.3": the number behind the point; false where there is none. */
static bool read_layer(uint32_t *out, const char *text)
{
    char *end = NULL;
    unsigned long i = *text >= '0' && *text <= '9' ? strtoul(text, &end, 10) : 0;
    *out = (uint32_t)i;
    return end && !*end && i < UINT32_MAX;
}

sinew_status sinew_checkpoint_part_read(sinew_checkpoint_build_opts *opts, const char *text,
                                        sinew_error *error)
{
    static const struct {
        const char *name;
        sinew_checkpoint_part part;
        bool of_one; /* a number follows */
    } parts[] = {{"stack", SINEW_CHECKPOINT_STACK, false}, {"layer.", SINEW_CHECKPOINT_LAYER, true},
                 {"mixer.", SINEW_CHECKPOINT_MIXER, true}, {"lm", SINEW_CHECKPOINT_LM, false},
                 {"body", SINEW_CHECKPOINT_BODY, false},   {"head", SINEW_CHECKPOINT_HEAD, false}};
    if (!opts || !text)
        return sinew_fail_null(error);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t n = strlen(parts[i].name);
        uint32_t layer = 0;
        if (strncmp(text, parts[i].name, n) != 0 ||
            (parts[i].of_one ? !read_layer(&layer, text + n) : text[n] != 0))
            continue;
        opts->part = parts[i].part;
        opts->layer = layer;
        return SINEW_OK;
    }
    return sinew_fail(
        error, SINEW_ERR_ARGUMENT,
        "no part '%.40s': there are stack, layer.0, mixer.0 and so on, lm, body, head", text);
}
