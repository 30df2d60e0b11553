/* Partitioned convolution over one sample type: REAL and OP() are the includer's. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "filter/partitioned_inside.h"
#include "math/transform.h"

enum {
    BLOCK = SINEW_PARTITIONED_BLOCK,
    SLOT = SINEW_PARTITIONED_SLOT,
    TILE = SINEW_TRANSFORM_TILE
};

/* The state: the number of the next frame; then, aligned, what sinew_partitioned_state adds up. */
typedef struct view {
    uint64_t *frame;
    REAL *ring; /* (inputs, ring) */
    REAL *sum;  /* (outputs, BLOCK): what the levels give to this block */
    REAL
        *head; /* (outputs, inputs, BLOCK): its own inputs' shares so far; apart, as each is one sum
                * from its oldest input on, and so that small ones do not round against all else */
    struct {
        REAL *bins; /* (inputs, tiles, partitions, TILE): X, a ring of blocks */
        REAL *data; /* (2L): a transform on its way */
        REAL *out;  /* (2, outputs, L): the next block and the present one take turns */
    } level[SINEW_KERNEL_LEVELS_MAX];
} view;

static view view_of(const sinew_partitioned *c, void *state)
{
    view v = {.frame = state};
    unsigned char *at = (unsigned char *)state + SINEW_ALIGN;
    v.ring = (REAL *)(void *)at;
    at += sinew_aligned(c->inputs * c->ring * sizeof(REAL));
    v.sum = (REAL *)(void *)at;
    v.head = v.sum + c->outputs * BLOCK;
    REAL *numbers = v.head + c->outputs * c->inputs * BLOCK;
    for (size_t i = 0; i < c->n_levels; i++) {
        const sinew_level *l = &c->levels[i];
        v.level[i].bins = numbers;
        v.level[i].data = numbers += 2 * c->inputs * sinew_level_partitions(l) * l->length;
        v.level[i].out = numbers += 2 * l->length;
        numbers += 2 * c->outputs * l->length;
    }
    return v;
}

/* ---- units ---- */

static REAL *out_of(const sinew_partitioned *c, const view *v, size_t i, uint64_t b, size_t output)
{
    return v->level[i].out + ((size_t)(b & 1) * c->outputs + output) * c->levels[i].length;
}

/* A tile's sum over partitions [from, to), farthest first, of those that count. */
static void products(const sinew_partitioned *c, const view *v, size_t i, uint64_t b,
                     const sinew_partitioned_unit *u)
{
    const sinew_level *l = &c->levels[i];
    size_t n = sinew_level_partitions(l), tiles = l->length / SINEW_TRANSFORM_BINS;
    size_t skip = n - sinew_level_count(l, b + l->nearest - 1);
    size_t from = u->from > skip ? u->from : skip;
    REAL *sum = v->level[i].data + u->tile * TILE;
    if (u->from == 0)
        memset(sum, 0, TILE * sizeof(REAL));
    for (size_t m = 0; m < c->inputs; m++) {
        const REAL *x = v->level[i].bins + (m * tiles + u->tile) * n * TILE;
        const REAL *h =
            (const REAL *)l->spectra + ((u->channel * c->inputs + m) * tiles + u->tile) * n * TILE;
        for (size_t e = from; e < u->to;) {
            size_t slot = (size_t)((b + e) % n); /* of block b - 1 - (n - 1 - e) */
            size_t now = u->to - e < n - slot ? u->to - e : n - slot;
            c->simd->fused->OP(products)(sum, x + slot * TILE, h + e * TILE, now);
            e += now;
        }
    }
}

static void split_lanes(const view *v, const sinew_fused *f, const sinew_level *l, size_t i,
                        uint64_t b, const sinew_partitioned_unit *u, const REAL *of_tiles)
{
    size_t n = sinew_level_partitions(l), tiles = l->length / SINEW_TRANSFORM_BINS;
    for (size_t t = u->from; t < u->to; t++)
        f->OP(split_lanes)(
            v->level[i].data + t * TILE, of_tiles + t * SINEW_TRANSFORM_TILE_CONSTANTS,
            v->level[i].bins + ((u->channel * tiles + t) * n + (size_t)((b - 1) % n)) * TILE);
}

static void merge_lanes(const view *v, const sinew_fused *f, size_t i,
                        const sinew_partitioned_unit *u, const REAL *of_tiles)
{
    REAL work[TILE];
    for (size_t t = u->from; t < u->to; t++) {
        REAL *tile = v->level[i].data + t * TILE;
        memcpy(work, tile, sizeof work);
        f->OP(merge_lanes)(work, of_tiles + t * SINEW_TRANSFORM_TILE_CONSTANTS, tile);
    }
}

/* A unit of the work of block b of level i: its X is that of block b - 1. */
static void do_unit(const sinew_partitioned *c, const view *v, size_t i, uint64_t b,
                    const sinew_partitioned_unit *u)
{
    const sinew_level *l = &c->levels[i];
    const sinew_fused *f = c->simd->fused;
    const REAL *constants = l->constants;
    const REAL *of_tiles =
        constants + sinew_transform_offset(l->length, sinew_transform_passes(l->length));
    size_t quarter = l->length / 64 >> 2 * u->pass;
    REAL *data = v->level[i].data;
    const REAL *k = constants + sinew_transform_offset(l->length, u->pass);
    switch (u->what) {
    case SINEW_PARTITIONED_SPLIT_REAL:
        f->OP(split_real)(data,
                          v->ring + u->channel * c->ring + (size_t)((b - 1) * l->length % c->ring),
                          k, quarter, u->from, u->to);
        break;
    case SINEW_PARTITIONED_SPLIT:
        f->OP(split)(data, k, quarter, u->from, u->to);
        break;
    case SINEW_PARTITIONED_SPLIT_LANES:
        split_lanes(v, f, l, i, b, u, of_tiles);
        break;
    case SINEW_PARTITIONED_PRODUCTS:
        products(c, v, i, b, u);
        break;
    case SINEW_PARTITIONED_MERGE_LANES:
        merge_lanes(v, f, i, u, of_tiles);
        break;
    case SINEW_PARTITIONED_MERGE:
        f->OP(merge)(data, k, quarter, u->from, u->to);
        break;
    default: /* SINEW_PARTITIONED_MERGE_IMAG */
        f->OP(merge_imag)(data, out_of(c, v, i, b + l->nearest - 1, u->channel), k, quarter,
                          u->from, u->to);
    }
}

static void do_units(const sinew_partitioned *c, const view *v, size_t i, uint64_t b, size_t from,
                     size_t to)
{
    for (size_t u = from; u < to; u++)
        do_unit(c, v, i, b, &c->levels[i].units[u]);
}

/* ---- blocks ---- */

/* What the levels give to the block that begins at `frame`. */
static void begin_block(const sinew_partitioned *c, const view *v, uint64_t frame)
{
    for (size_t o = 0; o < c->outputs; o++) {
        REAL *sum = v->sum + o * BLOCK;
        if (c->n_levels == 0)
            memset(sum, 0, BLOCK * sizeof *sum);
        for (size_t i = 0; i < c->n_levels; i++) {
            size_t length = c->levels[i].length;
            const REAL *from = out_of(c, v, i, frame / length, o) + (size_t)(frame % length);
            for (size_t t = 0; t < BLOCK; t++)
                sum[t] = i == 0 ? from[t] : sum[t] + from[t];
        }
    }
    memset(v->head, 0, c->outputs * c->inputs * BLOCK * sizeof(REAL));
    if (c->n_levels == 0)
        for (size_t m = 0; m < c->inputs; m++)
            memcpy(v->ring + m * c->ring, v->ring + m * c->ring + BLOCK, BLOCK * sizeof(REAL));
}

static void begin_slot(const sinew_partitioned *c, const view *v, uint64_t frame)
{
    size_t s = (size_t)(frame / SLOT % c->slots);
    for (size_t i = 0; i < c->n_levels; i++) {
        const sinew_level *l = &c->levels[i];
        size_t from = frame % l->length == 0 ? 0 : l->done[s - 1];
        do_units(c, v, i, frame / l->length, from, l->done[s]);
    }
    if (frame % BLOCK == 0)
        begin_block(c, v, frame);
}

/* Where the present block's inputs are. */
static REAL *present(const sinew_partitioned *c, const view *v, uint64_t frame, size_t input)
{
    size_t at = c->n_levels ? (size_t)(frame / BLOCK * BLOCK % c->ring) : BLOCK;
    return v->ring + input * c->ring + at;
}

/* Frames [from, to) of the block, whose inputs are in place, reach its outputs; a tile of 16 that
 * begins takes all inputs before it as well. */
static void run_head(const sinew_partitioned *c, const view *v, uint64_t frame, size_t from,
                     size_t to)
{
    size_t tile = (from + 15) / 16 * 16, last = (to + 15) / 16 * 16;
    ptrdiff_t oldest = c->n_levels ? 0 : -(ptrdiff_t)BLOCK;
    for (size_t o = 0; o < c->outputs; o++)
        for (size_t m = 0; m < c->inputs; m++) {
            const REAL *u = present(c, v, frame, m);
            const REAL *h =
                (const REAL *)c->head + (o * c->inputs + m) * SINEW_HEAD_PADDED + SINEW_HEAD_BEFORE;
            REAL *y = v->head + (o * c->inputs + m) * BLOCK;
            if (from < tile)
                c->simd->fused->OP(head)(h, c->reach, u, (ptrdiff_t)from,
                                         (ptrdiff_t)(to < tile ? to : tile), y, tile - 16, tile);
            if (tile < to)
                c->simd->fused->OP(head)(h, c->reach, u, oldest, (ptrdiff_t)to, y, tile, last);
        }
}

static void gather(const sinew_partitioned *c, const view *v, const sinew_partitioned_frames *f,
                   size_t at, size_t phase, size_t n)
{
    for (size_t m = 0; m < c->inputs; m++) {
        REAL *u = present(c, v, *v->frame, m) + phase;
        const REAL *in = (const REAL *)f->u + at * f->stride_in + m;
        if (!f->u)
            memset(u, 0, n * sizeof *u);
        else if (f->stride_in == 1)
            memcpy(u, in, n * sizeof *u);
        else
            for (size_t t = 0; t < n; t++)
                u[t] = in[t * f->stride_in];
    }
}

/* sum += all shares of the frames' own block. */
static void add_head(const sinew_partitioned *c, const view *v, size_t phase, size_t n)
{
    for (size_t o = 0; o < c->outputs; o++)
        for (size_t m = 0; m < c->inputs; m++) {
            const REAL *head = v->head + (o * c->inputs + m) * BLOCK + phase;
            REAL *sum = v->sum + o * BLOCK + phase;
            for (size_t t = 0; t < n; t++)
                sum[t] += head[t];
        }
}

static void scatter(const sinew_partitioned *c, const view *v, const sinew_partitioned_frames *f,
                    size_t at, size_t phase, size_t n)
{
    for (size_t o = 0; o < c->outputs; o++) {
        const REAL *sum = v->sum + o * BLOCK + phase;
        REAL *y = (REAL *)f->y + at * f->stride_out + o;
        if (f->stride_out == 1)
            memcpy(y, sum, n * sizeof *y);
        else
            for (size_t t = 0; t < n; t++)
                y[t * f->stride_out] = sum[t];
    }
}

/* Whole blocks: the level's answer to each is that to itself and all before it. */
static void run_whole(const sinew_partitioned *c, const view *v, const sinew_partitioned_frames *f)
{
    const sinew_level *l = &c->levels[0];
    for (size_t at = 0; at < f->n; at += l->length) {
        uint64_t b = *v->frame / l->length;
        REAL *u = v->ring + (size_t)(*v->frame % c->ring);
        for (size_t m = 0; m < c->inputs; m++)
            for (size_t t = 0; t < l->length; t++)
                u[m * c->ring + t] = ((const REAL *)f->u)[(at + t) * f->stride_in + m];
        do_units(c, v, 0, b + 1, 0, l->n_units);
        for (size_t o = 0; o < c->outputs; o++) {
            const REAL *out = out_of(c, v, 0, b, o);
            for (size_t t = 0; t < l->length; t++)
                ((REAL *)f->y)[(at + t) * f->stride_out + o] = out[t];
        }
        *v->frame += l->length;
    }
}

static void run(const sinew_partitioned *c, void *state, const sinew_partitioned_frames *f)
{
    view v = view_of(c, state);
    if (sinew_partitioned_is_whole(c)) {
        run_whole(c, &v, f);
        return;
    }
    for (size_t at = 0; at < f->n;) {
        size_t phase = (size_t)(*v.frame % BLOCK), left = f->n - at;
        size_t n = BLOCK - phase < left ? BLOCK - phase : left;
        for (uint64_t s = (*v.frame + SLOT - 1) / SLOT * SLOT; s < *v.frame + n; s += SLOT)
            begin_slot(c, &v, s);
        gather(c, &v, f, at, phase, n);
        run_head(c, &v, *v.frame, phase, phase + n);
        add_head(c, &v, phase, n);
        if (f->y)
            scatter(c, &v, f, at, phase, n);
        *v.frame += n;
        at += n;
    }
}

/* ---- from inputs alone to a state ---- */

static void resume_level(const sinew_partitioned *c, const view *v, size_t i)
{
    const sinew_level *l = &c->levels[i];
    uint64_t frame = *v->frame, b = frame / l->length;
    size_t n = sinew_level_partitions(l), forward = 0;
    while (sinew_unit_is_forward(&l->units[forward]))
        forward++;
    if (l->nearest == 0) { /* X of all blocks before */
        for (uint64_t k = b - n + 1; k <= b; k++)
            do_units(c, v, i, k, 0, forward);
        return;
    }
    for (uint64_t k = b - n + 2 - l->nearest; k < b; k++) /* X of block k - 1 */
        do_units(c, v, i, k, 0, k + 1 == b && l->nearest > 1 ? l->n_units : forward);
    if (frame % l->length > 0)
        do_units(c, v, i, b, 0, l->done[(frame - 1) / SLOT % c->slots]);
}

static void resume(const sinew_partitioned *c, void *state)
{
    view v = view_of(c, state);
    size_t phase = (size_t)(*v.frame % BLOCK);
    for (size_t i = 0; i < c->n_levels; i++)
        resume_level(c, &v, i);
    if (phase == 0 || sinew_partitioned_is_whole(c))
        return;
    if (c->n_levels > 0)
        begin_block(c, &v, *v.frame - phase);
    run_head(c, &v, *v.frame, 0, phase);
}

/* ---- the kernel ---- */

static double tap(const sinew_partitioned *c, const double *h, size_t t)
{
    return t < c->taps ? h[t] : 0;
}

/* H_d of one pair, into its place of all tiles. data: (2L), work: (TILE). */
static void fill_partition(const sinew_partitioned *c, const sinew_level *l, const double *h,
                           size_t d, const double *constants, double *data, REAL *spectra)
{
    double work[TILE];
    size_t n = sinew_level_partitions(l), e = l->farthest - d;
    for (size_t t = 0; t < l->length; t++) {
        double *run = data + t / 16 * SINEW_TRANSFORM_RUN + t % 16;
        /* the transforms are not normalised: 1/L goes into the kernel, exactly */
        run[0] = tap(c, h, (d - 1) * l->length + t) / (double)l->length;
        run[16] = tap(c, h, d * l->length + t) / (double)l->length;
    }
    sinew_transform_split(data, constants, l->length, work);
    for (size_t t = 0; t < l->length / SINEW_TRANSFORM_BINS; t++)
        for (size_t k = 0; k < TILE; k++)
            spectra[(t * n + e) * TILE + k] = (REAL)data[t * TILE + k];
}

static void fill_level(const sinew_partitioned *c, sinew_level *l, const double *h,
                       double *constants, double *data)
{
    sinew_transform_fill(constants, l->length);
    for (size_t k = 0; k < sinew_transform_constants(l->length); k++)
        ((REAL *)l->constants)[k] = (REAL)constants[k];
    for (size_t pair = 0; pair < c->outputs * c->inputs; pair++)
        for (size_t d = l->nearest; d <= l->farthest; d++)
            fill_partition(c, l, h + pair * c->taps, d, constants, data,
                           (REAL *)l->spectra + pair * sinew_level_partitions(l) * 2 * l->length);
}

static sinew_status fill(sinew_partitioned *c, const double *h, sinew_error *error)
{
    for (size_t pair = 0; pair < c->outputs * c->inputs; pair++)
        for (size_t t = 0; t < c->reach; t++)
            ((REAL *)c->head)[pair * SINEW_HEAD_PADDED + SINEW_HEAD_BEFORE + t] =
                (REAL)h[pair * c->taps + t];
    for (size_t i = 0; i < c->n_levels; i++) {
        sinew_level *l = &c->levels[i];
        double *constants = sinew_alloc(sinew_transform_constants(l->length), sizeof *constants);
        double *data = sinew_alloc(2 * l->length, sizeof *data);
        if (constants && data)
            fill_level(c, l, h, constants, data);
        int ok = constants && data;
        sinew_free(constants);
        sinew_free(data);
        if (!ok)
            return sinew_fail_memory(error);
    }
    return SINEW_OK;
}

const sinew_partitioned_ops OP(sinew_partitioned) = {.fill = fill, .run = run, .resume = resume};
