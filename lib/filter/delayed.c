/* filter.delayed: a plant run by a filter, of any engine, and rings around it.
 *
 * What comes out of a ring was put in at least a chunk ago, so the plant runs over chunks no longer
 * than the shortest ring. In double for every sample type: what goes round a loop must not be
 * rounded each time to float. */
#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "filter/delayed.h"
#include "ssm/delayed.h"

enum { CHUNK_FRAMES = 256 };

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const sinew_delayed_filter *f = (const sinew_delayed_filter *)node;
    size_t rings = f->total_frames * f->width * f->copies * sizeof(double);
    (void)max_frames;
    out->state_bytes = f->copies * f->inner_bytes + sinew_delayed_places_bytes(f) + rings;
    out->saved_bytes = sinew_delayed_saved_bytes(f);
    out->scratch_bytes =
        sinew_aligned(sinew_delayed_chunk_doubles(f) * sizeof(double)) + f->inner_scratch;
}

static void reset(const sinew_node *node, void *state)
{
    const sinew_delayed_filter *f = (const sinew_delayed_filter *)node;
    for (size_t c = 0; c < f->copies; c++)
        f->inner->ops->reset(f->inner, sinew_delayed_state(f, state, c));
    sinew_delayed_clear(f, state);
}

/* ---- samples ---- */

static double get(sinew_sample sample, const void *samples, size_t i)
{
    return sample == SINEW_SAMPLE_F32 ? (double)((const float *)samples)[i]
                                      : ((const double *)samples)[i];
}

static void set(sinew_sample sample, void *samples, size_t i, double value)
{
    if (sample == SINEW_SAMPLE_F32)
        ((float *)samples)[i] = (float)value;
    else
        ((double *)samples)[i] = value;
}

/* n frames of a ring of a loop, of one number each, to or from one of the `stride` numbers of a
 * frame; the ring stays where it is. */
static void from_ring(const double *ring, uint64_t place, size_t frames, double *to, size_t stride,
                      size_t n)
{
    for (size_t t = 0; t < n; t++) {
        to[t * stride] = ring[place];
        place = place + 1 < frames ? place + 1 : 0;
    }
}

static void to_ring(double *ring, uint64_t place, size_t frames, const double *from, size_t stride,
                    size_t n)
{
    for (size_t t = 0; t < n; t++) {
        ring[place] = from[t * stride];
        place = place + 1 < frames ? place + 1 : 0;
    }
}

/* A chunk of one copy on its way: u (n, the plant's inputs), y (n, its outputs), its own memory. */
typedef struct chunk {
    double *u, *y;
    unsigned char *work;
    size_t copy, n;
} chunk;

static chunk chunk_of(const sinew_delayed_filter *f, void *scratch, size_t copy, size_t n)
{
    double *u = scratch;
    return (chunk){u, u + f->chunk_frames * f->inner->channels_in,
                   (unsigned char *)scratch +
                       sinew_aligned(sinew_delayed_chunk_doubles(f) * sizeof(double)),
                   copy, n};
}

static double *ring_of_copy(const sinew_delayed_filter *f, void *state, size_t ring, size_t copy)
{
    return sinew_delayed_ring(f, state, ring) + copy * f->frames[ring] * f->width;
}

/* u from frame `at` on of a block, NULL: of silence. */
static void gather(const sinew_delayed_filter *f, const chunk *c, const sinew_block *in, size_t at)
{
    size_t wide = f->inner->channels_in, q = f->inputs;
    for (size_t t = 0; t < c->n; t++) {
        size_t from = (at + t) * f->node.channels_in + c->copy * q;
        for (size_t i = 0; i < q; i++)
            c->u[t * wide + i] = in ? get(f->node.sample_in, in->samples, from + i) : 0;
    }
}

static void scatter(const sinew_delayed_filter *f, const chunk *c, sinew_block *out, size_t at)
{
    size_t wide = f->inner->channels_out, p = f->outputs;
    for (size_t t = 0; t < c->n; t++) {
        size_t to = (at + t) * f->node.channels_out + c->copy * p;
        for (size_t i = 0; i < p; i++)
            set(f->node.sample_out, out->samples, to + i, c->y[t * wide + i]);
    }
}

/* u is put into the ring, and what was put in long ago takes its place. */
static void delay_input(const sinew_delayed_filter *f, const chunk *c, void *state)
{
    size_t frames = f->frames[0], wide = f->inner->channels_in;
    double *ring = ring_of_copy(f, state, 0, c->copy);
    uint64_t place = sinew_delayed_places(f, state)[0];
    if (frames == 0)
        return;
    for (size_t t = 0; t < c->n; t++) {
        double *frame = ring + place * f->width;
        for (size_t i = 0; i < f->width; i++) {
            double old = frame[i];
            frame[i] = c->u[t * wide + i];
            c->u[t * wide + i] = old;
        }
        place = place + 1 < frames ? place + 1 : 0;
    }
}

static void run_copy(const sinew_delayed_filter *f, void *state, const chunk *c)
{
    const sinew_node *inner = f->inner;
    const uint64_t *place = sinew_delayed_places(f, state);
    if (f->at_input)
        delay_input(f, c, state);
    for (size_t r = 0; r < f->n && !f->at_input; r++)
        from_ring(ring_of_copy(f, state, r, c->copy), place[r], f->frames[r], c->u + f->inputs + r,
                  inner->channels_in, c->n);
    sinew_block in = {.samples = c->u, .n_frames = c->n, .channels = inner->channels_in};
    sinew_block out = {.samples = c->y, .n_frames = c->n, .channels = inner->channels_out};
    inner->ops->process(inner, sinew_delayed_state(f, state, c->copy), c->work, &in, &out);
    for (size_t r = 0; r < f->n && !f->at_input; r++)
        to_ring(ring_of_copy(f, state, r, c->copy), place[r], f->frames[r], c->y + f->outputs + r,
                inner->channels_out, c->n);
}

/* in NULL: silence; out NULL: not wanted. */
static void run(const sinew_delayed_filter *f, void *state, void *scratch, const sinew_block *in,
                sinew_block *out, uint64_t n_frames)
{
    uint64_t *place = sinew_delayed_places(f, state);
    for (uint64_t at = 0; at < n_frames;) {
        uint64_t left = n_frames - at;
        size_t n = left < f->chunk_frames ? (size_t)left : f->chunk_frames;
        for (size_t i = 0; i < f->copies; i++) {
            chunk c = chunk_of(f, scratch, i, n);
            gather(f, &c, in, (size_t)at);
            run_copy(f, state, &c);
            if (out)
                scatter(f, &c, out, (size_t)at);
        }
        for (size_t r = 0; r < f->n; r++)
            place[r] = f->frames[r] > 0 ? (place[r] + n) % f->frames[r] : 0;
        at += n;
    }
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    run((const sinew_delayed_filter *)node, state, scratch, in, out, in->n_frames);
}

/* Silence until the rings have nothing left to say. Then the plant behind a delay knows a short
 * cut; one in a loop is at rest with it, though it may not be stable by itself. */
static void advance(const sinew_node *node, void *state, void *scratch, uint64_t n_frames)
{
    const sinew_delayed_filter *f = (const sinew_delayed_filter *)node;
    const sinew_node_ops *ops = f->inner->ops;
    size_t enough = f->at_input ? f->total_frames : f->settle_frames;
    uint64_t now = n_frames < enough ? n_frames : enough;
    run(f, state, scratch, NULL, NULL, now);
    if (now == n_frames)
        return;
    if (f->at_input) {
        chunk c = chunk_of(f, scratch, 0, 0);
        ops->advance(f->inner, sinew_delayed_state(f, state, 0), c.work, n_frames - now);
    } else {
        reset(node, state);
    }
}

/* ---- the node ---- */

static void delayed_free(sinew_node *node)
{
    sinew_delayed_filter *f = (sinew_delayed_filter *)node;
    sinew_node_free(f->inner);
    sinew_free(f->frames);
    sinew_free(f);
}

static const sinew_node_ops delayed_ops = {.kind = "filter.delayed",
                                           .footprint = footprint,
                                           .reset = reset,
                                           .process = process,
                                           .save_state = sinew_delayed_save,
                                           .load_state = sinew_delayed_load,
                                           .advance = advance,
                                           .free = delayed_free};

const sinew_node *sinew_delayed_inner(const sinew_node *node)
{
    return node->ops == &delayed_ops ? ((const sinew_delayed_filter *)node)->inner : NULL;
}

static sinew_status check(const sinew_delayed_discretization *d, const sinew_filter_opts *opts,
                          sinew_error *error)
{
    bool single = d->inputs == 1 && d->outputs == 1;
    if (opts->sample != SINEW_SAMPLE_F64 && opts->sample != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a filter runs in f64 or f32");
    if (opts->x0)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "a system with delays starts from rest: it has no x0");
    if (!single && opts->channels && opts->channels != d->inputs)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "%u channels for a model with %zu inputs and %zu outputs", opts->channels,
                          d->inputs, d->outputs);
    return SINEW_OK;
}

/* What stands in front of the inner node: channels, copies, hashes, rings. */
static sinew_status init(sinew_delayed_filter *f, const sinew_delayed_discretization *d,
                         const sinew_filter_opts *opts, sinew_error *error)
{
    bool single = d->inputs == 1 && d->outputs == 1;
    uint32_t channels = opts->channels ? opts->channels : (uint32_t)d->inputs;
    f->node = (sinew_node){.ops = &delayed_ops,
                           .sample_in = opts->sample,
                           .sample_out = opts->sample,
                           .channels_in = channels,
                           .channels_out = single ? channels : (uint32_t)d->outputs,
                           .flags = d->settle_frames < SIZE_MAX ? SINEW_NODE_FORGETS : 0,
                           .settle_frames = d->settle_frames < SIZE_MAX ? d->settle_frames : 0,
                           .step_s = sinew_discretization_step_s(d->plant)};
    f->n = d->n;
    f->at_input = d->at_input;
    f->settle_frames = d->settle_frames;
    f->frames = sinew_copy(d->frames, d->n, sizeof *d->frames);
    if (!f->frames)
        return sinew_fail_memory(error);
    /* a plant of one input and output makes copies of itself */
    f->copies = single && !d->at_input ? channels : 1;
    f->inputs = d->at_input ? channels : d->inputs;
    f->outputs = d->at_input ? f->node.channels_out : d->outputs;
    f->width = d->at_input ? channels : 1;
    f->chunk_frames = CHUNK_FRAMES;
    for (size_t r = 0; r < f->n; r++) {
        f->total_frames += f->frames[r];
        if (f->frames[r] > 0 && f->frames[r] < f->chunk_frames)
            f->chunk_frames = f->frames[r];
    }
    return SINEW_OK;
}

static void measure_inner(sinew_delayed_filter *f)
{
    sinew_footprint inner;
    f->inner->ops->footprint(f->inner, f->chunk_frames, &inner);
    f->inner_bytes = sinew_aligned(inner.state_bytes);
    f->inner_saved = inner.saved_bytes;
    f->inner_scratch = inner.scratch_bytes;
}

sinew_status sinew_filter_new_delayed(sinew_node **out, const sinew_delayed_discretization *d,
                                      const sinew_filter_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!d)
        return sinew_fail_null(error);
    static const sinew_filter_opts defaults;
    opts = opts ? opts : &defaults;
    sinew_status status = check(d, opts, error);
    sinew_delayed_filter *f = status ? NULL : sinew_alloc(1, sizeof *f);
    if (!status && !f)
        status = sinew_fail_memory(error);
    if (status)
        return status;
    sinew_filter_opts inner = *opts;
    inner.sample = SINEW_SAMPLE_F64;
    inner.channels = d->at_input ? opts->channels : 0;
    status = init(f, d, opts, error);
    if (inner.block_frames == 0 || inner.block_frames > f->chunk_frames)
        inner.block_frames = f->chunk_frames;
    if (!status)
        status = sinew_filter_new(&f->inner, d->plant, &inner, error);
    if (status) {
        delayed_free(&f->node);
        return status;
    }
    measure_inner(f);
    uint32_t channels = f->node.channels_in, sample = (uint32_t)opts->sample;
    f->node.model_hash = sinew_hash(d->hash, &channels, sizeof channels);
    f->node.identity = sinew_hash(f->node.model_hash, &f->inner->identity, sizeof(uint64_t));
    f->node.identity = sinew_hash(f->node.identity, &sample, sizeof sample);
    *out = &f->node;
    return SINEW_OK;
}
