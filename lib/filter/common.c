/* What all engines of a filter share, but for the saved state (saved.c). */
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "filter/filter.h"

sinew_status sinew_filter_init(sinew_filter *f, const sinew_node_ops *ops, sinew_engine engine,
                               const sinew_discretization *d, const sinew_filter_opts *opts,
                               sinew_error *error)
{
    size_t settle = sinew_discretization_settle_frames(d);
    bool forgets = settle < SIZE_MAX;
    bool single = sinew_filter_is_single(d);
    uint32_t channels = opts->channels ? opts->channels : (uint32_t)d->inputs;
    f->copies = single ? channels : 1;
    f->node = (sinew_node){.ops = ops,
                           .sample_in = opts->sample,
                           .sample_out = opts->sample,
                           .channels_in = channels,
                           .channels_out = single ? channels : (uint32_t)d->outputs,
                           .flags = forgets ? SINEW_NODE_FORGETS : 0,
                           .settle_frames = !forgets     ? 0
                                            : settle > 0 ? settle
                                                         : 1,
                           .step_s = d->step_s};
    f->node.model_hash = sinew_hash(d->hash, &channels, sizeof channels);
    uint32_t how[2] = {(uint32_t)engine, (uint32_t)opts->sample};
    f->node.identity = sinew_hash(f->node.model_hash, how, sizeof how);
    if (opts->x0) {
        f->x0 = sinew_copy(opts->x0, f->copies * d->order, sizeof *f->x0);
        if (!f->x0)
            return sinew_fail_memory(error);
    }
    sinew_status status = sinew_recurrence_init(&f->recurrence, d, sinew_simd_best(), error);
    return status ? status : sinew_decay_init(&f->decay, d, error);
}

void sinew_filter_finish(sinew_filter *f)
{
    sinew_recurrence_finish(&f->recurrence);
    sinew_decay_finish(&f->decay);
    sinew_free(f->x0);
}

void sinew_filter_start(const sinew_filter *f, double *x)
{
    size_t bytes = f->copies * f->recurrence.order * sizeof *x;
    if (f->x0)
        memcpy(x, f->x0, bytes);
    else
        memset(x, 0, bytes);
}

void sinew_filter_gather(const sinew_filter *f, const void *samples, size_t from, size_t n,
                         size_t copy, double *to)
{
    size_t stride = f->node.channels_in, width = f->recurrence.inputs;
    size_t at = from * stride + copy * width;
    if (f->node.sample_in == SINEW_SAMPLE_F32) {
        const float *in = (const float *)samples + at;
        for (size_t t = 0; t < n; t++)
            for (size_t i = 0; i < width; i++)
                to[t * width + i] = (double)in[t * stride + i];
    } else {
        const double *in = (const double *)samples + at;
        for (size_t t = 0; t < n; t++)
            for (size_t i = 0; i < width; i++)
                to[t * width + i] = in[t * stride + i];
    }
}

void sinew_filter_scatter(const sinew_filter *f, void *samples, size_t from, size_t n, size_t copy,
                          const double *from_)
{
    size_t stride = f->node.channels_out, width = f->recurrence.outputs;
    size_t at = from * stride + copy * width;
    if (f->node.sample_out == SINEW_SAMPLE_F32) {
        float *out = (float *)samples + at;
        for (size_t t = 0; t < n; t++)
            for (size_t i = 0; i < width; i++)
                out[t * stride + i] = (float)from_[t * width + i];
    } else {
        double *out = (double *)samples + at;
        for (size_t t = 0; t < n; t++)
            for (size_t i = 0; i < width; i++)
                out[t * stride + i] = from_[t * width + i];
    }
}
