#include "sinew/stream.h"

#include <math.h>
#include <string.h>

#include "base/denormal.h"
#include "base/error.h"
#include "base/memory.h"
#include "stream/run.h"

enum { DEFAULT_MAX_FRAMES = 4096 };

/* A change under way: `next` runs beside the present node, first unheard, then fading in. */
typedef struct change {
    sinew_run next;        /* zeroed: no change is under way */
    unsigned char *output; /* (max_frames, channels_out): what `next` gives; kept in between */
    size_t warm_left, fade_frames, faded;
} change;

struct sinew_stream {
    sinew_run now;
    change change;
    sinew_stream_opts opts;
    int64_t index;
};

/* Before it is made: a run that is ready. Afterwards: what is left over, to be freed. */
struct sinew_swap {
    sinew_run run;
    unsigned char *output;
    size_t max_frames;
};

/* What ends with each signal is neither kept nor handed on. */
static sinew_status check_goes_on(const sinew_stream *s, const char *what, sinew_error *error)
{
    if (!s->opts.whole)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                      "a stream of whole signals cannot be %s: each of them begins anew", what);
}

static sinew_status check_whole(const sinew_node *node, const sinew_stream_opts *opts,
                                sinew_error *error)
{
    if ((node->flags & SINEW_NODE_WHOLE) && !opts->whole)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s needs its whole input before its output begins: it cannot run block "
                          "by block",
                          node->ops->kind);
    if (opts->whole && opts->gap == SINEW_GAP_JUMP)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "nothing goes on over a gap between whole signals");
    return SINEW_OK;
}

static sinew_status check_opts(const sinew_node *node, const sinew_stream_opts *opts,
                               sinew_error *error)
{
    sinew_status status = check_whole(node, opts, error);
    if (status)
        return status;
    if (opts->steps && !(node->flags & SINEW_NODE_TAKES_STEPS))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "%s cannot take a time step for each frame",
                          node->ops->kind);
    if (!opts->steps && (node->flags & SINEW_NODE_TAKES_STEPS) && !(node->step_s > 0))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s has no step of its own: each frame must bring one", node->ops->kind);
    if (opts->gap == SINEW_GAP_JUMP && !(node->ops->advance && (node->flags & SINEW_NODE_FORGETS)))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s cannot jump a gap as if silence had come: its state does not fade",
                          node->ops->kind);
    return SINEW_OK;
}

static sinew_stream_opts filled_in(const sinew_stream_opts *opts)
{
    sinew_stream_opts filled = opts ? *opts : (sinew_stream_opts){0};
    if (filled.max_frames == 0)
        filled.max_frames = DEFAULT_MAX_FRAMES;
    return filled;
}

sinew_status sinew_stream_open(sinew_stream **out, const sinew_node *node,
                               const sinew_stream_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!node)
        return sinew_fail_null(error);
    sinew_stream *s = sinew_alloc(1, sizeof *s);
    if (!s)
        return sinew_fail_memory(error);
    s->opts = filled_in(opts);
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

void sinew_stream_close(sinew_stream *s)
{
    if (!s)
        return;
    sinew_run_finish(&s->now);
    sinew_run_finish(&s->change.next);
    sinew_free(s->change.output);
    sinew_free(s);
}

bool sinew_stream_changing(const sinew_stream *s)
{
    return s->change.next.node != NULL;
}

/* The new node is alone from here on; the old run waits in its place to be handed out. */
static void end_change(sinew_stream *s)
{
    sinew_run old = s->now;
    s->now = s->change.next;
    s->change.next = old;
    s->change.next.node = NULL;
}

/* out = old + (new - old) (faded + t + 1) / fade_frames, while that is below 1. */
static void mix(change *c, sinew_sample sample, sinew_block *out)
{
    for (size_t t = 0; t < out->n_frames; t++) {
        double weight = 1;
        if (c->faded < c->fade_frames)
            weight = (double)++c->faded / (double)c->fade_frames;
        for (size_t i = t * out->channels; i < (t + 1) * out->channels; i++)
            if (sample == SINEW_SAMPLE_F32) {
                float *old = (float *)out->samples + i, new = ((float *)(void *)c->output)[i];
                *old = weight < 1 ? (float)((double)*old + ((double)new - (double)*old) * weight)
                                  : new;
            } else {
                double *old = (double *)out->samples + i, new = ((double *)(void *)c->output)[i];
                *old = weight < 1 ? *old + (new - *old) * weight : new;
            }
    }
}

static void process_run(sinew_run *run, const sinew_block *in, sinew_block *out)
{
    run->node->ops->process(run->node, run->state, run->scratch, in, out);
}

/* At most max_frames frames, all of them warming or none. */
static void process_piece(sinew_stream *s, const sinew_block *in, sinew_block *out)
{
    if (!sinew_stream_changing(s)) {
        process_run(&s->now, in, out);
        return;
    }
    change *c = &s->change;
    sinew_block beside = *out;
    beside.samples = c->output;
    process_run(&c->next, in, &beside); /* first, since out may be in */
    process_run(&s->now, in, out);
    if (c->warm_left > 0)
        c->warm_left -= in->n_frames;
    else
        mix(c, s->now.node->sample_out, out);
    if (c->warm_left == 0 && c->faded == c->fade_frames)
        end_change(s);
}

/* A signal, which begins anew; or one that there is no room for. */
static void process_signal(sinew_stream *s, const sinew_block *in, sinew_block *out)
{
    const sinew_node *node = s->now.node;
    size_t frame_bytes = node->channels_out * sinew_sample_bytes(node->sample_out);
    if (in->n_frames > s->opts.max_frames) {
        memset(out->samples, 0xff, in->n_frames * frame_bytes);
    } else if (in->n_frames > 0) {
        node->ops->reset(node, s->now.state);
        process_run(&s->now, in, out);
    }
}

/* The most frames that can be processed alike from here. */
static size_t piece_frames(const sinew_stream *s, size_t left)
{
    size_t n = left < s->opts.max_frames ? left : s->opts.max_frames;
    size_t warm = sinew_stream_changing(s) ? s->change.warm_left : 0;
    return warm > 0 && warm < n ? warm : n;
}

static void cross_run(const sinew_run *run, sinew_gap gap, uint64_t lost)
{
    if (gap == SINEW_GAP_RESET)
        run->node->ops->reset(run->node, run->state);
    else if (gap == SINEW_GAP_JUMP)
        run->node->ops->advance(run->node, run->state, run->scratch, lost);
}

/* Frames before in->index were lost; index is always the true one afterwards. */
static void cross_gap(sinew_stream *s, int64_t index)
{
    uint64_t lost = index > s->index ? (uint64_t)index - (uint64_t)s->index : 0;
    cross_run(&s->now, s->opts.gap, lost);
    if (sinew_stream_changing(s))
        cross_run(&s->change.next, s->opts.gap, lost);
    s->index = index;
}

/* Of any length, in pieces. */
static void process_pieces(sinew_stream *s, const sinew_block *in, const sinew_block *out)
{
    const sinew_node *node = s->now.node;
    size_t in_bytes = node->channels_in * sinew_sample_bytes(node->sample_in);
    size_t out_bytes = node->channels_out * sinew_sample_bytes(node->sample_out);
    for (size_t at = 0, n; at < in->n_frames; at += n) {
        n = piece_frames(s, in->n_frames - at);
        sinew_block from = *in, to = *out;
        from.n_frames = to.n_frames = n;
        from.index = to.index = in->index + (int64_t)at;
        from.samples = (unsigned char *)in->samples + at * in_bytes;
        to.samples = (unsigned char *)out->samples + at * out_bytes;
        from.step_s = to.step_s = in->step_s ? in->step_s + at : NULL;
        process_piece(s, &from, &to);
    }
}

void sinew_stream_process(sinew_stream *s, const sinew_block *in, sinew_block *out)
{
    sinew_float_mode mode = sinew_flush_denormals();
    if (in->flags & SINEW_BLOCK_GAP)
        cross_gap(s, in->index);
    sinew_block placed = *in;
    placed.index = s->index;
    placed.channels = s->now.node->channels_in;
    placed.step_s = s->opts.steps ? in->step_s : NULL;
    out->n_frames = in->n_frames;
    out->channels = s->now.node->channels_out;
    out->index = s->index;
    out->flags = in->flags;
    out->step_s = placed.step_s;
    if (s->opts.whole)
        process_signal(s, &placed, out);
    else
        process_pieces(s, &placed, out);
    s->index += (int64_t)in->n_frames;
    sinew_restore_denormals(mode);
}

void sinew_stream_reset(sinew_stream *s, int64_t index)
{
    if (sinew_stream_changing(s))
        end_change(s);
    s->now.node->ops->reset(s->now.node, s->now.state);
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
    if (!s || !bytes)
        return sinew_fail_null(error);
    if (sinew_stream_changing(s))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "a stream cannot be saved while its node changes");
    sinew_status status = check_goes_on(s, "saved", error);
    return status ? status : sinew_run_save(&s->now, s->index, bytes, n_bytes, error);
}

sinew_status sinew_stream_load(sinew_stream *s, const void *bytes, size_t n_bytes,
                               sinew_error *error)
{
    if (!s || !bytes)
        return sinew_fail_null(error);
    int64_t index;
    if (sinew_stream_changing(s))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "a stream cannot be loaded while its node changes");
    sinew_status status = check_goes_on(s, "loaded", error);
    if (!status)
        status = sinew_run_load(&s->now, &index, bytes, n_bytes, error);
    if (!status)
        s->index = index;
    return status;
}

bool sinew_stream_continues_exactly(const sinew_stream *s, const void *bytes, size_t n_bytes)
{
    return sinew_run_is_exact(&s->now, bytes, n_bytes);
}

sinew_status sinew_stream_clone(sinew_stream **out, const sinew_stream *s, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!s)
        return sinew_fail_null(error);
    if (sinew_stream_changing(s))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "a stream cannot be cloned while its node changes");
    sinew_status status = sinew_stream_open(out, s->now.node, &s->opts, error);
    if (!status) {
        sinew_run_copy(&(*out)->now, &s->now);
        (*out)->index = s->index;
    }
    return status;
}

sinew_status sinew_swap_new(sinew_swap **out, const sinew_node *next, const sinew_stream_opts *opts,
                            sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!next)
        return sinew_fail_null(error);
    sinew_stream_opts filled = filled_in(opts);
    sinew_status status = check_opts(next, &filled, error);
    if (status)
        return status;
    sinew_swap *swap = sinew_alloc(1, sizeof *swap);
    if (!swap)
        return sinew_fail_memory(error);
    swap->max_frames = filled.max_frames;
    size_t frame_bytes = next->channels_out * sinew_sample_bytes(next->sample_out);
    swap->output = sinew_alloc(filled.max_frames, frame_bytes);
    status = swap->output ? sinew_run_init(&swap->run, next, filled.max_frames, error)
                          : sinew_fail_memory(error);
    if (status) {
        sinew_swap_free(swap);
        return status;
    }
    *out = swap;
    return SINEW_OK;
}

void sinew_swap_free(sinew_swap *swap)
{
    if (!swap)
        return;
    sinew_run_finish(&swap->run);
    sinew_free(swap->output);
    sinew_free(swap);
}

static sinew_status check_swap(const sinew_stream *s, const sinew_swap *swap, sinew_error *error)
{
    const sinew_node *now = s->now.node, *next = swap->run.node;
    if (!next || sinew_stream_changing(s))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "%s",
                          next ? "another change is under way" : "this swap was used before");
    if (next->sample_in != now->sample_in || next->sample_out != now->sample_out ||
        next->channels_in != now->channels_in || next->channels_out != now->channels_out)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "a node with %u channels in and %u out cannot take the place of one with "
                          "%u and %u, or its sample type differs",
                          next->channels_in, next->channels_out, now->channels_in,
                          now->channels_out);
    if (now->step_s > 0 && next->step_s > 0 &&
        !(fabs(next->step_s - now->step_s) <= 1e-9 * now->step_s))
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "a node of %.10g Hz cannot take the place of one of %.10g Hz",
                          1 / next->step_s, 1 / now->step_s);
    if (now->sample_out == SINEW_SAMPLE_I32)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "there is no fading between integers");
    if (swap->max_frames < s->opts.max_frames)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "the swap is for blocks of %zu frames, the stream has %zu",
                          swap->max_frames, s->opts.max_frames);
    return check_opts(next, &s->opts, error);
}

sinew_status sinew_stream_swap(sinew_stream *s, sinew_swap *swap, size_t warm_frames,
                               size_t fade_frames, sinew_error *error)
{
    if (!s || !swap)
        return sinew_fail_null(error);
    sinew_status status = check_goes_on(s, "given another node", error);
    if (!status)
        status = check_swap(s, swap, error);
    size_t missing = SIZE_MAX;
    bool follows = !status && sinew_run_follows(&swap->run, &s->now, &missing);
    if (follows)
        status = sinew_run_carry_over(&swap->run, &s->now, error);
    if (status)
        return status;
    if (!follows)
        missing = SIZE_MAX;
    change old = s->change;
    s->change = (change){.next = swap->run,
                         .output = swap->output,
                         .warm_left = warm_frames < missing ? warm_frames : missing,
                         .fade_frames = fade_frames};
    swap->run = old.next;
    swap->output = old.output;
    swap->run.node = NULL;
    if (s->change.warm_left == 0 && fade_frames == 0)
        end_change(s);
    return SINEW_OK;
}
