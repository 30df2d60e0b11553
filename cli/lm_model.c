#include "lm_model.h"

#include "base/memory.h"
#include "base/error.h"

/* As many frames as layers compute at a time; logits of a large vocabulary fit 32 MiB. */
enum { BLOCK = 128, LOGITS_BYTES_MOST = 1 << 25 };

static size_t choose_block(const lm_model *m, size_t asked)
{
    size_t most = LOGITS_BYTES_MOST / (sizeof(float) * (m->info.rows > 0 ? m->info.rows : 1));
    size_t block = asked > 0 ? asked : BLOCK;
    return block < most ? block : most > 0 ? most : 1;
}

static sinew_status build(lm_model *m, const sinew_layer_opts *layers, sinew_error *error)
{
    sinew_checkpoint_build_opts opts = {.part = SINEW_CHECKPOINT_HEAD, .layers = *layers};
    sinew_status status = sinew_checkpoint_build(&m->head, m->checkpoint, &opts, error);
    opts.part = SINEW_CHECKPOINT_BODY;
    opts.head = m->head;
    return status ? status : sinew_checkpoint_build(&m->body, m->checkpoint, &opts, error);
}

static sinew_status open_streams(lm_model *m, sinew_error *error)
{
    sinew_stream_opts opts = {.max_frames = m->block};
    sinew_status status = sinew_stream_open(&m->stream, m->body, &opts, error);
    if (!status)
        status = sinew_stream_open(&m->of_head, m->head, &opts, error);
    if (status)
        return status;
    m->features = sinew_alloc(m->block * m->info.d_model, sizeof *m->features);
    m->logits = sinew_alloc(m->block * m->info.rows, sizeof *m->logits);
    return m->features && m->logits ? SINEW_OK : sinew_fail_memory(error);
}

sinew_status lm_model_open(lm_model *m, const char *path, const sinew_layer_opts *layers,
                           size_t block, sinew_error *error)
{
    sinew_error detail;
    *m = (lm_model){0};
    sinew_status status = sinew_checkpoint_open(&m->checkpoint, path, NULL, error);
    if (status)
        return status;
    m->info = sinew_checkpoint_about(m->checkpoint);
    status = build(m, layers, &detail);
    if (status)
        return sinew_fail(error, status, "%s: %s", path, detail.text);
    m->block = choose_block(m, block);
    return open_streams(m, error);
}

void lm_model_close(lm_model *m)
{
    sinew_stream_close(m->stream);
    sinew_stream_close(m->of_head);
    sinew_node_free(m->body);
    sinew_node_free(m->head);
    sinew_checkpoint_free(m->checkpoint);
    sinew_free(m->features);
    sinew_free(m->logits);
    *m = (lm_model){0};
}

void lm_model_feed(lm_model *m, const int32_t *ids, size_t n)
{
    sinew_block in = {.samples = (void *)(uintptr_t)ids, .n_frames = n, .channels = 1};
    sinew_block out = {.samples = m->features};
    sinew_stream_process(m->stream, &in, &out);
}

const float *lm_model_logits(lm_model *m, size_t first, size_t n)
{
    sinew_block in = {.samples = m->features + first * m->info.d_model,
                      .n_frames = n,
                      .channels = m->info.d_model};
    sinew_block out = {.samples = m->logits};
    sinew_stream_process(m->of_head, &in, &out);
    return m->logits;
}
