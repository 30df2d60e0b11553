/* filter.delayed: a plant run by a filter, of any engine, and rings around it.
 *
 * What comes out of a ring was put in at least a chunk ago, so the plant runs over chunks no longer
 * than the shortest ring. State: for each copy the state of the inner node, then the rings, each
 * (frames, copies x its width) and the place of its oldest frame. In double for every sample type:
 * what goes round a loop must not be rounded each time to float. */
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "filter/delayed.h"
#include "ssm/delayed.h"

enum { CHUNK_FRAMES = 256, SAVED_VERSION = 1 };

typedef struct delayed_filter {
    sinew_node node;
    sinew_node *inner; /* f64 */
    size_t copies;     /* runs of the inner node side by side; it may hold copies of its own */
    bool at_input;
    size_t inputs, outputs; /* of a copy, without the delays' */
    size_t n, width;        /* rings; numbers of a frame in a ring */
    size_t *frames;         /* (n) */
    size_t chunk_frames, total_frames, settle_frames;
    size_t inner_bytes, inner_saved, inner_scratch;
} delayed_filter;

/* ---- the state ---- */

static unsigned char *inner_state(const delayed_filter *f, void *state, size_t copy)
{
    return (unsigned char *)state + copy * f->inner_bytes;
}

/* Where each ring's oldest frame is: (n) */
static uint64_t *places(const delayed_filter *f, void *state)
{
    return (uint64_t *)(void *)inner_state(f, state, f->copies);
}

static size_t places_bytes(const delayed_filter *f)
{
    return sinew_aligned(f->n * sizeof(uint64_t));
}

static size_t ring_doubles(const delayed_filter *f, size_t ring)
{
    return f->frames[ring] * f->width * f->copies;
}

/* Ring i of copy 0; that of copy c is frames[i] * width * c further on. */
static double *ring_at(const delayed_filter *f, void *state, size_t ring)
{
    double *at = (double *)(void *)((unsigned char *)places(f, state) + places_bytes(f));
    for (size_t i = 0; i < ring; i++)
        at += ring_doubles(f, i);
    return at;
}

static size_t chunk_doubles(const delayed_filter *f)
{
    return f->chunk_frames * (size_t)(f->inner->channels_in + f->inner->channels_out);
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const delayed_filter *f = (const delayed_filter *)node;
    size_t rings = f->total_frames * f->width * f->copies * sizeof(double);
    (void)max_frames;
    out->state_bytes = f->copies * f->inner_bytes + places_bytes(f) + rings;
    out->saved_bytes = 4 * 4 + f->n * 8 + f->copies * (8 + f->inner_saved) + rings;
    out->scratch_bytes = sinew_aligned(chunk_doubles(f) * sizeof(double)) + f->inner_scratch;
}

static void clear_rings(const delayed_filter *f, void *state)
{
    size_t rings = f->total_frames * f->width * f->copies * sizeof(double);
    memset(places(f, state), 0, places_bytes(f) + rings);
}

static void reset(const sinew_node *node, void *state)
{
    const delayed_filter *f = (const delayed_filter *)node;
    for (size_t c = 0; c < f->copies; c++)
        f->inner->ops->reset(f->inner, inner_state(f, state, c));
    clear_rings(f, state);
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

static chunk chunk_of(const delayed_filter *f, void *scratch, size_t copy, size_t n)
{
    double *u = scratch;
    return (chunk){u, u + f->chunk_frames * f->inner->channels_in,
                   (unsigned char *)scratch + sinew_aligned(chunk_doubles(f) * sizeof(double)),
                   copy, n};
}

static double *ring_of_copy(const delayed_filter *f, void *state, size_t ring, size_t copy)
{
    return ring_at(f, state, ring) + copy * f->frames[ring] * f->width;
}

/* u from frame `at` on of a block, NULL: of silence. */
static void gather(const delayed_filter *f, const chunk *c, const sinew_block *in, size_t at)
{
    size_t wide = f->inner->channels_in, q = f->inputs;
    for (size_t t = 0; t < c->n; t++) {
        size_t from = (at + t) * f->node.channels_in + c->copy * q;
        for (size_t i = 0; i < q; i++)
            c->u[t * wide + i] = in ? get(f->node.sample_in, in->samples, from + i) : 0;
    }
}

static void scatter(const delayed_filter *f, const chunk *c, sinew_block *out, size_t at)
{
    size_t wide = f->inner->channels_out, p = f->outputs;
    for (size_t t = 0; t < c->n; t++) {
        size_t to = (at + t) * f->node.channels_out + c->copy * p;
        for (size_t i = 0; i < p; i++)
            set(f->node.sample_out, out->samples, to + i, c->y[t * wide + i]);
    }
}

/* u is put into the ring, and what was put in long ago takes its place. */
static void delay_input(const delayed_filter *f, const chunk *c, void *state)
{
    size_t frames = f->frames[0], wide = f->inner->channels_in;
    double *ring = ring_of_copy(f, state, 0, c->copy);
    uint64_t place = places(f, state)[0];
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

static void run_copy(const delayed_filter *f, void *state, const chunk *c)
{
    const sinew_node *inner = f->inner;
    const uint64_t *place = places(f, state);
    if (f->at_input)
        delay_input(f, c, state);
    for (size_t r = 0; r < f->n && !f->at_input; r++)
        from_ring(ring_of_copy(f, state, r, c->copy), place[r], f->frames[r], c->u + f->inputs + r,
                  inner->channels_in, c->n);
    sinew_block in = {.samples = c->u, .n_frames = c->n, .channels = inner->channels_in};
    sinew_block out = {.samples = c->y, .n_frames = c->n, .channels = inner->channels_out};
    inner->ops->process(inner, inner_state(f, state, c->copy), c->work, &in, &out);
    for (size_t r = 0; r < f->n && !f->at_input; r++)
        to_ring(ring_of_copy(f, state, r, c->copy), place[r], f->frames[r], c->y + f->outputs + r,
                inner->channels_out, c->n);
}

/* in NULL: silence; out NULL: not wanted. */
static void run(const delayed_filter *f, void *state, void *scratch, const sinew_block *in,
                sinew_block *out, uint64_t n_frames)
{
    uint64_t *place = places(f, state);
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
    run((const delayed_filter *)node, state, scratch, in, out, in->n_frames);
}

/* Silence until the rings have nothing left to say. Then the plant behind a delay knows a short
 * cut; one in a loop is at rest with it, though it may not be stable by itself. */
static void advance(const sinew_node *node, void *state, void *scratch, uint64_t n_frames)
{
    const delayed_filter *f = (const delayed_filter *)node;
    const sinew_node_ops *ops = f->inner->ops;
    size_t enough = f->at_input ? f->total_frames : f->settle_frames;
    uint64_t now = n_frames < enough ? n_frames : enough;
    run(f, state, scratch, NULL, NULL, now);
    if (now == n_frames)
        return;
    if (f->at_input) {
        chunk c = chunk_of(f, scratch, 0, 0);
        ops->advance(f->inner, inner_state(f, state, 0), c.work, n_frames - now);
    } else {
        reset(node, state);
    }
}

/* ---- saved: version, rings, width x copies, copies; the rings' lengths; for each copy how many
 * bytes its plant has, and these; the rings, oldest frame first ---- */

static uint8_t *put_ring(const delayed_filter *f, uint8_t *at, const double *ring, uint64_t place,
                         size_t frames)
{
    for (size_t t = 0; t < frames; t++) {
        const double *frame = ring + (place + t) % frames * f->width;
        for (size_t i = 0; i < f->width; i++)
            at = sinew_put_f64(at, frame[i]);
    }
    return at;
}

static void save_state(const sinew_node *node, const void *state, void *bytes)
{
    const delayed_filter *f = (const delayed_filter *)node;
    void *from = (void *)(uintptr_t)state;
    uint8_t *at = sinew_put_u32(bytes, SAVED_VERSION);
    at = sinew_put_u32(at, (uint32_t)f->n);
    at = sinew_put_u32(at, (uint32_t)f->width);
    at = sinew_put_u32(at, (uint32_t)f->copies);
    for (size_t r = 0; r < f->n; r++)
        at = sinew_put_u64(at, f->frames[r]);
    for (size_t c = 0; c < f->copies; c++) {
        at = sinew_put_u64(at, f->inner_saved);
        f->inner->ops->save_state(f->inner, inner_state(f, from, c), at);
        at += f->inner_saved;
    }
    for (size_t r = 0; r < f->n; r++)
        for (size_t c = 0; c < f->copies; c++)
            at = put_ring(f, at, ring_at(f, from, r) + c * f->frames[r] * f->width,
                          places(f, from)[r], f->frames[r]);
}

/* The header; *at stands behind it then. */
static sinew_status check_saved(const delayed_filter *f, const uint8_t **at, const uint8_t *end,
                                sinew_error *error)
{
    if ((size_t)(end - *at) < 4 * 4 + f->n * 8)
        return sinew_fail(error, SINEW_ERR_DATA, "the saved state of a delay ends in its header");
    if (sinew_get_u32(*at) != SAVED_VERSION)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "the saved state of a delay has version %u, not %d", sinew_get_u32(*at),
                          SAVED_VERSION);
    bool fits = sinew_get_u32(*at + 4) == f->n && sinew_get_u32(*at + 8) == f->width &&
                sinew_get_u32(*at + 12) == f->copies;
    for (size_t r = 0; fits && r < f->n; r++)
        fits = sinew_get_u64(*at + 16 + 8 * r) == f->frames[r];
    if (!fits)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "the saved state has other delays than this filter");
    *at += 16 + 8 * f->n;
    return SINEW_OK;
}

static sinew_status load_state(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    const delayed_filter *f = (const delayed_filter *)node;
    const uint8_t *at = bytes, *end = at + n_bytes;
    chunk whole = chunk_of(f, scratch, 0, 0);
    sinew_status status = check_saved(f, &at, end, error);
    for (size_t c = 0; !status && c < f->copies; c++) {
        size_t left = (size_t)(end - at);
        uint64_t inner = left >= 8 ? sinew_get_u64(at) : 0;
        if (left < 8 || inner > left - 8)
            return sinew_fail(error, SINEW_ERR_DATA, "the saved state of a delay is cut short");
        status = f->inner->ops->load_state(f->inner, inner_state(f, state, c), whole.work, at + 8,
                                           (size_t)inner, error);
        at += 8 + inner;
    }
    size_t numbers = f->total_frames * f->width * f->copies;
    if (!status && (size_t)(end - at) / 8 < numbers)
        status = sinew_fail(error, SINEW_ERR_DATA, "the saved state of a delay is cut short");
    if (status)
        return status;
    clear_rings(f, state);
    double *ring = ring_at(f, state, 0);
    for (size_t i = 0; i < numbers; i++)
        ring[i] = sinew_get_f64(at + 8 * i);
    return SINEW_OK;
}

/* ---- the node ---- */

static void delayed_free(sinew_node *node)
{
    delayed_filter *f = (delayed_filter *)node;
    sinew_node_free(f->inner);
    sinew_free(f->frames);
    sinew_free(f);
}

static const sinew_node_ops delayed_ops = {.kind = "filter.delayed",
                                           .footprint = footprint,
                                           .reset = reset,
                                           .process = process,
                                           .save_state = save_state,
                                           .load_state = load_state,
                                           .advance = advance,
                                           .free = delayed_free};

const sinew_node *sinew_delayed_inner(const sinew_node *node)
{
    return node->ops == &delayed_ops ? ((const delayed_filter *)node)->inner : NULL;
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
static sinew_status init(delayed_filter *f, const sinew_delayed_discretization *d,
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

static void measure_inner(delayed_filter *f)
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
    static const sinew_filter_opts defaults;
    opts = opts ? opts : &defaults;
    *out = NULL;
    sinew_status status = check(d, opts, error);
    delayed_filter *f = status ? NULL : sinew_alloc(1, sizeof *f);
    if (!status && !f)
        status = sinew_fail_memory(error);
    if (status)
        return status;
    sinew_filter_opts inner = *opts;
    inner.sample = SINEW_SAMPLE_F64;
    inner.channels = d->at_input ? opts->channels : 0;
    status = init(f, d, opts, error);
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
