/* The block engine over the type that it calculates in: REAL, OP(), PANEL, TYPE and BLOCKWISE_NEW
 * are the includer's. blockwise.h has the equations. */
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "filter/blockwise.h"

#include "filter/blockwise_layout.h"

#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)

/* ---- samples ---- */

static const sinew_fused *fused(const sinew_blockwise *b)
{
    return b->filter.recurrence.simd->fused;
}

/* Numbers from and to an array of the other type, `width` of every `stride`. */
#define CONVERT(name_, from_, to_)                                                                 \
    static void name_(const from_ *from, size_t from_stride, to_ *to, size_t to_stride,            \
                      size_t width, size_t n)                                                      \
    {                                                                                              \
        for (size_t t = 0; t < n; t++)                                                             \
            for (size_t i = 0; i < width; i++)                                                     \
                to[t * to_stride + i] = (to_)from[t * from_stride + i];                            \
    }
CONVERT(convert_in, STREAM_REAL, REAL)
CONVERT(convert_out, REAL, STREAM_REAL)
#undef CONVERT

/* Frames [from, from + n) of copy c, one behind the other. */
static void gather(const sinew_blockwise *b, const void *samples, size_t from, size_t n, size_t c,
                   REAL *to)
{
    size_t stride = b->filter.node.channels_in, width = b->filter.recurrence.inputs;
    size_t at = from * stride + c * width;
    if (b->filter.node.sample_in != TYPE)
        convert_in((const STREAM_REAL *)samples + at, stride, to, width, width, n);
    else if (width == stride)
        memcpy(to, (const REAL *)samples + at, n * width * sizeof(REAL));
    else /* of several copies each has one input */
        fused(b)->OP(gather)((const REAL *)samples + at, stride, to, n);
}

static void scatter(const sinew_blockwise *b, void *samples, size_t from, size_t n, size_t c,
                    const REAL *y)
{
    size_t stride = b->filter.node.channels_out, width = b->filter.recurrence.outputs;
    size_t at = from * stride + c * width;
    if (b->filter.node.sample_out != TYPE)
        convert_out(y, width, (STREAM_REAL *)samples + at, stride, width, n);
    else if (width == stride)
        memcpy((REAL *)samples + at, y, n * width * sizeof(REAL));
    else
        fused(b)->OP(scatter)(y, (REAL *)samples + at, stride, n);
}

/* ---- products ---- */

/* `y` += O x, T u from frame `phase` on, G u likewise, for `count` vectors. */
static void add_states(const sinew_blockwise *b, const REAL *x, REAL *y, size_t count)
{
    sinew_columns c = {.rows = b->rows,
                       .columns = b->states,
                       .to = b->states,
                       .u_stride = b->padded,
                       .y_stride = b->rows};
    fused(b)->OP(columns)(&c, b->O, x, y, count);
}

static void add_inputs(const sinew_blockwise *b, const REAL *u, size_t phase, size_t n, REAL *y,
                       size_t count)
{
    const sinew_recurrence *r = &b->filter.recurrence;
    sinew_columns c = {.rows = b->rows,
                       .columns = b->length * r->inputs,
                       .from = phase * r->inputs,
                       .to = (phase + n) * r->inputs,
                       .inputs = r->inputs,
                       .outputs = r->outputs,
                       .u_stride = b->length * r->inputs,
                       .y_stride = b->rows};
    fused(b)->OP(columns)(&c, b->T, u, y, count);
}

static void add_drive(const sinew_blockwise *b, const REAL *u, size_t phase, size_t n, REAL *w,
                      size_t count)
{
    size_t q = b->filter.recurrence.inputs;
    sinew_columns c = {.rows = b->padded,
                       .columns = b->length * q,
                       .from = phase * q,
                       .to = (phase + n) * q,
                       .u_stride = b->length * q,
                       .y_stride = b->padded};
    fused(b)->OP(columns)(&c, b->G, u, w, count);
}

/* next = A^L x + w */
static void move(const sinew_blockwise *b, const REAL *x, const REAL *w, REAL *next)
{
    if (b->pairs) {
        size_t n = b->states / 2;
        const REAL *e = b->E;
        PASTE(sinew_, OP(pairs)) pairs = {n, b->keep, e, e + n, e + 2 * n, e + 3 * n};
        fused(b)->OP(pairs)(&pairs, x, w, next);
    } else {
        fused(b)->OP(chain)(b->E, b->states, b->keep, x, w, next);
    }
}

/* Of an entry of G u: each has heard of a NaN or infinity in u, as zero times one is a NaN. */
static bool is_finite(REAL w)
{
    return w * 0 == 0;
}

/* ---- frames that do not fill a block ---- */

/* n frames from `phase` on, no further than the block, of inputs that are in k->u already. Past a
 * NaN the sums of earlier frames are lost, so `y`, NULL or (n, outputs), takes them first. */
static void add_frames(const sinew_blockwise *b, const copy *k, size_t phase, size_t n, REAL *y)
{
    size_t q = b->filter.recurrence.inputs, p = b->filter.recurrence.outputs;
    const REAL *u = k->u + phase * q;
    if (phase == 0) {
        memset(k->out, 0, b->rows * sizeof(REAL));
        memset(k->w, 0, b->padded * sizeof(REAL));
        add_states(b, k->x, k->out, 1);
    }
    add_drive(b, u, phase, n, k->w, 1);
    size_t step = is_finite(k->w[0]) ? n : 1;
    for (size_t t = 0; t < n; t += step) {
        add_inputs(b, u + t * q, phase + t, step, k->out, 1);
        if (y)
            memcpy(y + t * p, k->out + (phase + t) * p, step * p * sizeof(REAL));
    }
}

static void end_block(const sinew_blockwise *b, const copy *k, work *w)
{
    move(b, k->x, k->w, w->x);
    memcpy(k->x, w->x, b->padded * sizeof(REAL));
}

/* Copy c. */
static void process_frames(const sinew_blockwise *b, void *state, work *w, const sinew_block *in,
                           sinew_block *out, size_t at, size_t n, size_t phase, size_t c)
{
    copy k = copy_at(b, state, c);
    gather(b, in->samples, at, n, c, k.u + phase * b->filter.recurrence.inputs);
    add_frames(b, &k, phase, n, w->y);
    scatter(b, out->samples, at, n, c, w->y);
    if (phase + n == b->length)
        end_block(b, &k, w);
}

static void process_some(const sinew_blockwise *b, void *state, work *w, const sinew_block *in,
                         sinew_block *out, size_t at, size_t n)
{
    header *h = state;
    size_t phase = (size_t)h->phase;
    for (size_t c = 0; c < b->filter.copies; c++)
        process_frames(b, state, w, in, out, at, n, phase, c);
    h->phase = (phase + n) % b->length;
}

/* ---- whole blocks ---- */

/* Whether a block's samples can be read and written where they are. */
static bool is_plain(const sinew_filter *f)
{
    return f->copies == 1 && f->node.sample_in == TYPE && f->node.sample_out == TYPE;
}

/* Copy c through registers; how many blocks. */
static size_t by_registers(const sinew_blockwise *b, void *state, work *w, const sinew_block *in,
                           sinew_block *out, size_t at, size_t n_blocks, size_t c)
{
    const sinew_filter *f = &b->filter;
    copy k = copy_at(b, state, c);
    PASTE(sinew_, OP(lifted)) m = {b->states, b->O, b->T, b->G, b->E, b->keep};
    if (is_plain(f))
        return fused(b)->OP(lifted)(&m, k.x, (const REAL *)in->samples + at,
                                    (REAL *)out->samples + at, n_blocks);
    for (size_t from = 0; from < n_blocks;) {
        size_t n = n_blocks - from < MOST_VECTORS ? n_blocks - from : MOST_VECTORS;
        gather(b, in->samples, at + from * b->length, n * b->length, c, w->u);
        size_t done = fused(b)->OP(lifted)(&m, k.x, w->u, w->u, n);
        scatter(b, out->samples, at + from * b->length, done * b->length, c, w->u);
        from += done;
        if (done < n)
            return from;
    }
    return n_blocks;
}

/* Copies [c, c + lanes) side by side, where they stand in the frames. */
static size_t by_channels(const sinew_blockwise *b, void *state, work *w, const sinew_block *in,
                          sinew_block *out, size_t at, size_t n_blocks, size_t c, size_t lanes)
{
    PASTE(sinew_, OP(lifted)) m = {b->states, b->O, b->T, b->G, b->E, b->keep};
    size_t channels = b->filter.node.channels_in, first = at * channels + c;
    for (size_t i = 0; i < lanes; i++) {
        const REAL *x = copy_at(b, state, c + i).x;
        for (size_t s = 0; s < b->states; s++)
            w->x[s * lanes + i] = x[s];
    }
    size_t done = fused(b)->OP(lanes)(&m, lanes, w->x, (const REAL *)in->samples + first,
                                      (REAL *)out->samples + first, channels, n_blocks);
    for (size_t i = 0; i < lanes; i++) {
        REAL *x = copy_at(b, state, c + i).x;
        for (size_t s = 0; s < b->states; s++)
            x[s] = w->x[s * lanes + i];
    }
    return done;
}

/* Copies [c, c + lanes) through registers; blocks that are not finite go frame by frame. */
static void some_by_registers(const sinew_blockwise *b, void *state, work *w, const sinew_block *in,
                              sinew_block *out, size_t at, size_t n_blocks, size_t c, size_t lanes)
{
    while (n_blocks > 0) {
        size_t done = lanes == 1 ? by_registers(b, state, w, in, out, at, n_blocks, c)
                                 : by_channels(b, state, w, in, out, at, n_blocks, c, lanes);
        at += done * b->length;
        n_blocks -= done;
        if (n_blocks > 0) {
            for (size_t i = 0; i < lanes; i++)
                process_frames(b, state, w, in, out, at, b->length, 0, c + i);
            at += b->length;
            n_blocks--;
        }
    }
}

/* Channels side by side, what is left one by one. */
static void all_by_registers(const sinew_blockwise *b, void *state, work *w, const sinew_block *in,
                             sinew_block *out, size_t at, size_t n_blocks)
{
    const sinew_filter *f = &b->filter;
    for (size_t c = 0, lanes; c < f->copies; c += lanes) {
        lanes = sinew_blockwise_lanes(b, fused(b), f->node.sample_in, f->copies - c);
        some_by_registers(b, state, w, in, out, at, n_blocks, c, lanes);
    }
}

/* Vector c n_blocks + k of the work is block k of copy `first` + c. False where some are not
 * finite: then nothing has happened. */
static bool by_products(const sinew_blockwise *b, void *state, work *w, size_t first, size_t copies,
                        size_t n_blocks)
{
    size_t count = copies * n_blocks;
    memset(w->w, 0, count * b->padded * sizeof(REAL));
    memset(w->y, 0, count * b->rows * sizeof(REAL));
    add_drive(b, w->u, 0, b->length, w->w, count);
    for (size_t i = 0; i < count; i++)
        if (!is_finite(w->w[i * b->padded]))
            return false;
    for (size_t c = 0; c < copies; c++) {
        copy k = copy_at(b, state, first + c);
        REAL *x = w->x + c * n_blocks * b->padded, *drive = w->w + c * n_blocks * b->padded;
        memcpy(x, k.x, b->padded * sizeof(REAL));
        for (size_t i = 0; i < n_blocks; i++)
            move(b, x + i * b->padded, drive + i * b->padded,
                 i + 1 < n_blocks ? x + (i + 1) * b->padded : k.x);
    }
    add_states(b, w->x, w->y, count);
    add_inputs(b, w->u, 0, b->length, w->y, count);
    return true;
}

/* Copies [first, first + copies) by products of matrices. */
static void some_by_products(const sinew_blockwise *b, void *state, work *w, const sinew_block *in,
                             sinew_block *out, size_t at, size_t n_blocks, size_t first,
                             size_t copies)
{
    size_t L = b->length, n = n_blocks * L;
    for (size_t c = 0; c < copies; c++)
        gather(b, in->samples, at, n, first + c, w->u + c * n * b->filter.recurrence.inputs);
    if (by_products(b, state, w, first, copies, n_blocks))
        for (size_t c = 0; c < copies; c++)
            for (size_t k = 0; k < n_blocks; k++)
                scatter(b, out->samples, at + k * L, L, first + c,
                        w->y + (c * n_blocks + k) * b->rows);
    else
        for (size_t c = 0; c < copies; c++)
            for (size_t k = 0; k < n_blocks; k++)
                process_frames(b, state, w, in, out, at + k * L, L, 0, first + c);
}

static void all_by_products(const sinew_blockwise *b, void *state, work *w, const sinew_block *in,
                            sinew_block *out, size_t at, size_t n_blocks)
{
    size_t copies = b->filter.copies, together = sinew_blockwise_together(copies),
           most = MOST_VECTORS / together;
    for (size_t from = 0; from < n_blocks; from += most)
        for (size_t c = 0; c < copies; c += together)
            some_by_products(b, state, w, in, out, at + from * b->length,
                             n_blocks - from < most ? n_blocks - from : most, c,
                             copies - c < together ? copies - c : together);
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const sinew_blockwise *b = (const sinew_blockwise *)node;
    const header *h = state;
    work w = work_at(b, scratch);
    size_t length = b->length;
    for (size_t at = 0; at < in->n_frames;) {
        size_t left = in->n_frames - at, blocks = h->phase == 0 ? left / length : 0;
        if (blocks > 0) {
            (b->registers ? all_by_registers : all_by_products)(b, state, &w, in, out, at, blocks);
            at += blocks * length;
        } else {
            size_t rest = length - (size_t)h->phase, n = left < rest ? left : rest;
            process_some(b, state, &w, in, out, at, n);
            at += n;
        }
    }
}

#include "filter/blockwise_saved.h"

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    (void)max_frames;
    const sinew_blockwise *b = (const sinew_blockwise *)node;
    out->state_bytes = SINEW_ALIGN + b->filter.copies * sizes_of(b).copy;
    out->saved_bytes = saved_bytes(b);
    out->scratch_bytes =
        sinew_aligned(work_bytes(b)) + fold_bytes(b) + sinew_aligned(saved_bytes(b));
}

static void blockwise_free(sinew_node *node)
{
    sinew_blockwise_finish((sinew_blockwise *)node);
    sinew_free(node);
}

static const sinew_node_ops blockwise_ops = {.kind = "filter.block",
                                             .footprint = footprint,
                                             .reset = reset,
                                             .process = process,
                                             .save_state = save_state,
                                             .load_state = load_state,
                                             .advance = advance,
                                             .free = blockwise_free};

#include "filter/blockwise_build.h"

/* The instruction set is part of how (fused.h). */
static void identify(sinew_blockwise *b)
{
    const char *name = fused(b)->name;
    uint64_t identity = sinew_hash_count(b->filter.node.identity, layout_of(b));
    b->filter.node.identity = sinew_hash(identity, name, strlen(name));
}

sinew_status BLOCKWISE_NEW(sinew_node **out, const sinew_discretization *d,
                           const sinew_filter_opts *opts, sinew_error *error)
{
    sinew_blockwise *b = sinew_alloc(1, sizeof *b);
    sinew_lifted l = {0};
    bool fits = false;
    if (!b)
        return sinew_fail_memory(error);
    sinew_status status =
        sinew_filter_init(&b->filter, &blockwise_ops, SINEW_ENGINE_BLOCK, d, opts, error);
    if (!status)
        status = sinew_blockwise_init(b, &l, d, TYPE, &fits, error);
    if (!status && !fits)
        status = sinew_fail(error, SINEW_ERR_NUMERIC, "no coordinates of this filter hold blocks");
    if (!status)
        status = place_matrices(b, &l, error);
    sinew_lifted_finish(&l);
    if (status) {
        blockwise_free(&b->filter.node);
        return status;
    }
    identify(b);
    *out = &b->filter.node;
    return SINEW_OK;
}
