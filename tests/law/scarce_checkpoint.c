#include "scarce_checkpoint.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"

static const float numbers[] = {0.5F, -0.25F, 0.75F, 1, -0.5F, 0.125F, 0.25F, -1, 0.375F, 0.0625F};

/* d_model 1, D 2, N 1, K 2, R 1. */
#define TENSOR(name_, rank_, ...)                                                                  \
    {                                                                                              \
        .name = name_, .rank = rank_, .shape = {__VA_ARGS__}, .data = numbers                      \
    }
#define MIXER(name_) "backbone.layers.0.mixer." name_
static const sinew_tensor tensors[] = {TENSOR("backbone.embedding.weight", 2, 3, 1),
                                       TENSOR("backbone.norm_f.weight", 1, 1),
                                       TENSOR("backbone.layers.0.norm.weight", 1, 1),
                                       TENSOR(MIXER("in_proj.weight"), 2, 4, 1),
                                       TENSOR(MIXER("conv1d.weight"), 3, 2, 1, 2),
                                       TENSOR(MIXER("x_proj.weight"), 2, 3, 2),
                                       TENSOR(MIXER("dt_proj.weight"), 2, 2, 1),
                                       TENSOR(MIXER("dt_proj.bias"), 1, 2),
                                       TENSOR(MIXER("A_log"), 2, 2, 1),
                                       TENSOR(MIXER("D"), 1, 2),
                                       TENSOR(MIXER("out_proj.weight"), 2, 1, 2)};
enum { N_TENSORS = sizeof tensors / sizeof *tensors };

static sinew_status run(uint64_t *answer, const sinew_node *node, const char *path)
{
    int32_t ids[5] = {0, 1, 2, 1, 0};
    float logits[5 * 3];
    sinew_stream *stream = NULL;
    sinew_tensors *saved = NULL;
    sinew_block in = {.samples = ids, .n_frames = 5, .channels = 1}, out = {.samples = logits};
    sinew_status status = sinew_stream_open(&stream, node, NULL, NULL);
    if (!status) {
        sinew_stream_process(stream, &in, &out);
        status = sinew_stream_save_tensors(stream, path, NULL, 0, NULL);
    }
    if (!status)
        status = sinew_tensors_open(&saved, path, NULL);
    if (!status)
        status = sinew_stream_load_tensors(stream, saved, NULL, NULL);
    if (!status) {
        sinew_stream_process(stream, &in, &out);
        *answer = sinew_hash(*answer, logits, sizeof logits);
    }
    sinew_tensors_free(saved);
    sinew_stream_close(stream);
    return status;
}

static sinew_status open_and_run(uint64_t *answer, const char *folder, const char *state)
{
    sinew_model *model = NULL;
    sinew_node *node = NULL;
    sinew_build_opts opts = {
        .checkpoint = {.part = SINEW_CHECKPOINT_LM, .layers.quantize = SINEW_QUANTIZE_INT8}};
    sinew_status status = sinew_model_open_any(&model, folder, NULL);
    if (!status)
        status = sinew_model_build(&node, model, &opts, NULL);
    if (!status)
        status = run(answer, node, state);
    sinew_node_free(node);
    sinew_model_free(model);
    return status;
}

sinew_status scarce_checkpoint(uint64_t *answer, const char *config)
{
    static const char *const names[] = {"config.json", "model.safetensors", "state.safetensors"};
    char folder[] = "/tmp/sinew-scarce-XXXXXX", paths[3][64];
    if (!mkdtemp(folder))
        return SINEW_ERR_IO;
    for (size_t i = 0; i < 3; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s", folder, names[i]);
    int fd = open(paths[0], O_WRONLY | O_CREAT, 0600); /* stdio would ask for memory */
    sinew_status status =
        fd >= 0 && write(fd, config, strlen(config)) > 0 ? SINEW_OK : SINEW_ERR_IO;
    close(fd);
    if (!status)
        status = sinew_tensors_write(paths[1], tensors, N_TENSORS, NULL, 0, NULL);
    if (!status)
        status = open_and_run(answer, folder, paths[2]);
    for (size_t i = 0; i < 3; i++)
        unlink(paths[i]);
    rmdir(folder);
    /* jansson loses a character of a text that it has no memory to read on, and says nothing: then
     * a name is another one, and that is what is refused */
    return status == SINEW_ERR_MISMATCH || status == SINEW_ERR_DATA ? SINEW_ERR_MEMORY : status;
}
