#include "sinew/stream.h"

#include <string.h>

#include "base/denormal.h"
#include "base/error.h"
#include "base/memory.h"
#include "stream/run.h"

enum { DEFAULT_MAX_FRAMES = 4096 };

struct sinew_stream {
    sinew_run now;
    sinew_run before;   /* while fading: what `now` replaces; later the memory is kept until the
                         * next swap or close, since `process` may not free it */
    size_t fade_frames; /* of the present fade */
    size_t faded;       /* how many of them are done; equal when there is no fade */
    unsigned char *fade_out; /* (max_frames, channels_out): what `before` gives */
    sinew_stream_opts opts;
    int64_t index;
};

static sinew_status check_opts(const sinew_node *node, const sinew_stream_opts *opts,
                               sinew_error *error)
{
    if (opts->steps && !(node->flags & SINEW_NODE_TAKES_STEPS))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "%s cannot take a time step for each frame",
                          node->ops->kind);
    if (opts->gap == SINEW_GAP_JUMP && !(node->ops->advance && (node->flags & SINEW_NODE_FORGETS)))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s cannot jump a gap as if silence had come: its state does not fade",
                          node->ops->kind);
    return SINEW_OK;
}

sinew_status sinew_stream_open(sinew_stream **out, const sinew_node *node,
                               const sinew_stream_opts *opts, sinew_error *error)
{
    *out = NULL;
    sinew_stream *s = sinew_alloc(1, sizeof *s);
    if (!s)
        return sinew_fail_memory(error);
    if (opts)
        s->opts = *opts;
    if (s->opts.max_frames == 0)
        s->opts.max_frames = DEFAULT_MAX_FRAMES;
    s->index = s->opts.index;
    sinew_status status = check_opts(node, &s->opts, error);
    if (!status)
        status = sinew_run_init(&s->now, node, s->opts.max_frames, error);
    if (status) {
        sinew_stream_close(s);
        return status;
    }
    *out = s;
    return SINEW_OK;
}

static void drop_before(sinew_stream *s)
{
    sinew_run_finish(&s->before);
    sinew_free(s->fade_out);
    s->fade_out = NULL;
}

void sinew_stream_close(sinew_stream *s)
{
    if (!s)
        return;
    drop_before(s);
    sinew_run_finish(&s->now);
    sinew_free(s);
}

static int fading(const sinew_stream *s)
{
    return s->faded < s->fade_frames;
}

/* out = old + (out - old) (faded + t + 1) / fade_frames, while that is below 1. */
static void mix_fade(sinew_stream *s, sinew_block *out)
{
    size_t left = s->fade_frames - s->faded;
    size_t n = out->n_frames < left ? out->n_frames : left;
    for (size_t t = 0; t < n; t++) {
        double weight = (double)(s->faded + t + 1) / (double)s->fade_frames;
        for (size_t i = t * out->channels; i < (t + 1) * out->channels; i++)
            if (s->now.node->sample_out == SINEW_SAMPLE_F32) {
                float old = ((float *)(void *)s->fade_out)[i], *sample = (float *)out->samples + i;
                *sample = (float)((double)old + ((double)*sample - (double)old) * weight);
            } else {
                double old = ((double *)(void *)s->fade_out)[i];
                double *sample = (double *)out->samples + i;
                *sample = old + (*sample - old) * weight;
            }
    }
    s->faded += n;
}

/* At most max_frames frames. */
static void process_piece(sinew_stream *s, const sinew_block *in, sinew_block *out)
{
    const sinew_node *node = s->now.node;
    int fade = fading(s);
    if (fade) { /* first, since out may be in */
        sinew_block old = *out;
        old.samples = s->fade_out;
        s->before.node->ops->process(s->before.node, s->before.state, s->before.scratch, in, &old);
    }
    node->ops->process(node, s->now.state, s->now.scratch, in, out);
    if (fade)
        mix_fade(s, out);
}

/* Frames before in->index were lost; index is always the true one afterwards. */
static void cross_gap(sinew_stream *s, int64_t index)
{
    uint64_t lost = index > s->index ? (uint64_t)index - (uint64_t)s->index : 0;
    const sinew_node *node = s->now.node;
    if (s->opts.gap == SINEW_GAP_RESET)
        node->ops->reset(node, s->now.state);
    else if (s->opts.gap == SINEW_GAP_JUMP)
        node->ops->advance(node, s->now.state, s->now.scratch, lost);
    s->faded = s->fade_frames; /* a fade does not reach over a gap */
    s->index = index;
}

void sinew_stream_process(sinew_stream *s, const sinew_block *in, sinew_block *out)
{
    const sinew_node *node = s->now.node;
    sinew_float_mode mode = sinew_flush_denormals();
    if (in->flags & SINEW_BLOCK_GAP)
        cross_gap(s, in->index);
    size_t in_bytes = node->channels_in * sinew_sample_bytes(node->sample_in);
    size_t out_bytes = node->channels_out * sinew_sample_bytes(node->sample_out);
    out->n_frames = in->n_frames;
    out->channels = node->channels_out;
    out->index = s->index;
    out->flags = in->flags;
    out->step_s = in->step_s;
    for (size_t at = 0; at < in->n_frames; at += s->opts.max_frames) {
        size_t left = in->n_frames - at;
        sinew_block from = *in, to = *out;
        from.n_frames = to.n_frames = left < s->opts.max_frames ? left : s->opts.max_frames;
        from.index = to.index = s->index + (int64_t)at;
        from.samples = (unsigned char *)in->samples + at * in_bytes;
        to.samples = (unsigned char *)out->samples + at * out_bytes;
        from.step_s = to.step_s = in->step_s ? in->step_s + at : NULL;
        process_piece(s, &from, &to);
    }
    s->index += (int64_t)in->n_frames;
    sinew_restore_denormals(mode);
}

void sinew_stream_reset(sinew_stream *s, int64_t index)
{
    s->now.node->ops->reset(s->now.node, s->now.state);
    s->faded = s->fade_frames;
    s->index = index;
}

int64_t sinew_stream_index(const sinew_stream *s)
{
    return s->index;
}

const sinew_node *sinew_stream_node(const sinew_stream *s)
{
    return s->now.node;
}

size_t sinew_stream_saved_bytes(const sinew_stream *s)
{
    return sinew_run_saved_bytes(&s->now);
}

sinew_status sinew_stream_save(const sinew_stream *s, void *bytes, size_t n_bytes,
                               sinew_error *error)
{
    if (fading(s))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "a stream cannot be saved while it fades");
    return sinew_run_save(&s->now, s->index, bytes, n_bytes, error);
}

sinew_status sinew_stream_load(sinew_stream *s, const void *bytes, size_t n_bytes,
                               sinew_error *error)
{
    int64_t index;
    sinew_status status = sinew_run_load(&s->now, &index, bytes, n_bytes, error);
    if (!status) {
        s->index = index;
        s->faded = s->fade_frames;
    }
    return status;
}

sinew_status sinew_stream_clone(sinew_stream **out, const sinew_stream *s, sinew_error *error)
{
    *out = NULL;
    if (fading(s))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "a stream cannot be cloned while it fades");
    sinew_status status = sinew_stream_open(out, s->now.node, &s->opts, error);
    if (!status) {
        sinew_run_copy(&(*out)->now, &s->now);
        (*out)->index = s->index;
    }
    return status;
}

static sinew_status check_swap(const sinew_stream *s, const sinew_node *next, sinew_error *error)
{
    const sinew_node *now = s->now.node;
    if (next->sample_in != now->sample_in || next->sample_out != now->sample_out ||
        next->channels_in != now->channels_in || next->channels_out != now->channels_out)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "a node with %u channels in and %u out cannot take the place of one with "
                          "%u and %u, or its sample type differs",
                          next->channels_in, next->channels_out, now->channels_in,
                          now->channels_out);
    if (fading(s))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "the stream is still fading");
    return check_opts(next, &s->opts, error);
}

sinew_status sinew_stream_swap(sinew_stream *s, const sinew_node *next, size_t fade_frames,
                               sinew_error *error)
{
    sinew_status status = check_swap(s, next, error);
    if (status)
        return status;
    sinew_run run = {0};
    unsigned char *fade_out =
        sinew_alloc(s->opts.max_frames * next->channels_out, sinew_sample_bytes(next->sample_out));
    status =
        fade_out ? sinew_run_init(&run, next, s->opts.max_frames, error) : sinew_fail_memory(error);
    if (!status && next->model_hash == s->now.node->model_hash)
        status = sinew_run_carry_over(&run, &s->now, s->index, error);
    if (status) {
        sinew_free(fade_out);
        sinew_run_finish(&run);
        return status;
    }
    drop_before(s);
    s->before = s->now;
    s->now = run;
    s->fade_out = fade_out;
    s->fade_frames = fade_frames;
    s->faded = 0;
    return SINEW_OK;
}
