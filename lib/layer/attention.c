/* layer.attention as it runs; sinew/attention.h has the equations, attention.h the order of the
 * sums. */
#include "layer/attention.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

enum {
    TILE = SINEW_ATTENTION_TILE,
    LANES = SINEW_LEARNED_LANES,
    PIECE = SINEW_LAYER_FRAMES,
    ROW_FRAMES = SINEW_ATTENTION_FRAMES
};

/* Up to ROW_FRAMES frames that attend together, and their scores: column c is position base + c. */
typedef struct span {
    uint64_t position;     /* of the first frame */
    uint64_t base;         /* a multiple of a tile */
    size_t frames, stride; /* of frames in scores */
    float *q;              /* (frames, rows): of one head, which becomes what the head says */
    float *scores;         /* (frames, stride) */
    float *sum;            /* (frames, head_dim) */
} span;

/* The oldest position that a frame attends to. */
static uint64_t oldest(const sinew_attention *l, uint64_t position)
{
    return position + 1 > l->context ? position + 1 - l->context : 0;
}

static size_t score_columns(const sinew_attention *l)
{
    return (l->context + ROW_FRAMES + 2 * TILE) / TILE * TILE;
}

/* ---- scratch ---- */

typedef struct work {
    float *qkv;    /* (PIECE, rows) */
    float *angles; /* (2, pairs) */
    float *scores; /* (ROW_FRAMES, score_columns) */
    float *sum;    /* (ROW_FRAMES, head_dim) */
    void *product;
} work;

/* Returns the bytes that all take; memory NULL: only they count. */
static size_t lay_out(work *w, const sinew_attention *l, void *memory)
{
    const sinew_affine *maps[] = {&l->in[0], &l->in[1], &l->in[2], &l->out_map};
    size_t at = 0;
    w->qkv = sinew_take_floats(memory, &at, PIECE * l->rows);
    w->angles = sinew_take_floats(memory, &at, 2 * l->rope.pairs);
    w->scores = sinew_take_floats(memory, &at, ROW_FRAMES * score_columns(l));
    w->sum = sinew_take_floats(memory, &at, ROW_FRAMES * l->head_dim);
    w->product = sinew_take_floats(memory, &at, 0);
    return at + sinew_affines_scratch(maps, 4, PIECE);
}

size_t sinew_attention_scratch(const sinew_attention *l)
{
    work w;
    return lay_out(&w, l, NULL);
}

/* ---- one head of a span ---- */

/* scores[t][s - base] = q_t k_s, s from the oldest of the first frame to the last frame: in runs
 * that lie in the ring without a break. */
static void multiply_keys(const sinew_attention *l, const sinew_attention_state *s, const span *a,
                          size_t kv)
{
    uint64_t end = a->position + a->frames;
    const float *keys = s->k + kv * l->slots * l->head_dim;
    for (uint64_t at = oldest(l, a->position); at < end;) {
        size_t slot = (size_t)(at % l->slots), n = l->slots - slot;
        n = n < end - at ? n : (size_t)(end - at);
        sinew_rows rows = {n, l->head_dim, keys + slot * l->head_dim};
        l->layer.ops->rows_f32(&rows, 0, n, a->q, l->rows, a->scores + (at - a->base), a->stride,
                               a->frames);
        at += n;
    }
}

/* The largest of n; NaN does not count, and comes out of exp later. */
static float largest(const float *x, size_t n)
{
    float lanes[LANES], most;
    for (size_t i = 0; i < LANES; i++)
        lanes[i] = x[0];
    size_t whole = n / LANES * LANES;
    for (size_t at = 0; at < whole; at += LANES)
        for (size_t i = 0; i < LANES; i++)
            lanes[i] = x[at + i] > lanes[i] ? x[at + i] : lanes[i];
    most = lanes[0];
    for (size_t i = 1; i < LANES; i++)
        most = lanes[i] > most ? lanes[i] : most;
    for (size_t i = whole; i < n; i++)
        most = x[i] > most ? x[i] : most;
    return most;
}

/* Of a frame's columns of whole tiles: e^(score - largest) in its window, 0 outside; returns their
 * sum, lane by lane. */
static float weigh(const sinew_attention *l, float *scores, size_t first, size_t end,
                   size_t columns)
{
    float lanes[LANES] = {0}, sum = 0, most = largest(scores + first, end - first);
    memset(scores, 0, first * sizeof *scores);
    memset(scores + end, 0, (columns - end) * sizeof *scores);
    for (size_t c = first; c < end; c++)
        scores[c] -= most;
    l->layer.ops->exp(scores + first, scores + first, end - first);
    for (size_t at = 0; at < columns; at += LANES)
        for (size_t i = 0; i < LANES; i++)
            lanes[i] += scores[at + i];
    for (size_t i = 0; i < LANES; i++)
        sum += lanes[i];
    return sum;
}

/* q[t] += sum over a tile of scores[t][s] v_s, for tiles up to the last frame's. */
static void multiply_values(const sinew_attention *l, const sinew_attention_state *s, const span *a,
                            size_t kv, size_t columns)
{
    size_t d = l->head_dim;
    const float *tiles = s->v + kv * l->slots * d;
    for (size_t c = 0; c < columns; c += TILE) {
        size_t slot = (size_t)((a->base + c) % l->slots);
        sinew_rows rows = {d, TILE, tiles + slot * d};
        l->layer.ops->rows_f32(&rows, 0, d, a->scores + c, a->stride, a->sum, d, a->frames);
        for (size_t t = 0; t < a->frames; t++)
            for (size_t i = 0; i < d; i++)
                a->q[t * l->rows + i] += a->sum[t * d + i];
    }
}

static void attend(const sinew_attention *l, const sinew_attention_state *s, const span *a,
                   size_t kv)
{
    float scales[ROW_FRAMES];
    uint64_t end = a->position + a->frames;
    size_t d = l->head_dim, columns = (size_t)(end - a->base + TILE - 1) / TILE * TILE;
    multiply_keys(l, s, a, kv);
    for (size_t t = 0; t < a->frames; t++) {
        uint64_t p = a->position + t, from = oldest(l, p);
        float sum = weigh(l, a->scores + t * a->stride, (size_t)(from - a->base),
                          (size_t)(p + 1 - a->base), columns);
        scales[t] = *s->finite_from > from ? NAN : 1 / sum;
        memset(a->q + t * l->rows, 0, d * sizeof *a->q);
    }
    multiply_values(l, s, a, kv, columns);
    for (size_t t = 0; t < a->frames; t++)
        for (size_t i = 0; i < d; i++)
            a->q[t * l->rows + i] *= scales[t];
}

/* ---- all of it ---- */

static void project(const sinew_attention *l, const float *x, size_t n, const work *w)
{
    size_t at = 0;
    for (size_t i = 0; i < 3 && at < l->rows; i++) {
        sinew_affine_apply(&l->in[i], l->layer.workers, x, l->layer.node.channels_in, w->qkv + at,
                           l->rows, n, w->product);
        at += l->in[i].weight.rows.rows;
    }
}

/* q: turned and divided by sqrt d; k: turned. */
static void turn(const sinew_attention *l, float *q, uint64_t position, const work *w)
{
    size_t n = l->heads * l->head_dim;
    float scale = 1 / sqrtf((float)l->head_dim);
    if (l->rope.pairs > 0) {
        sinew_rope_angles(&l->rope, position, w->angles);
        sinew_rope_turn(&l->rope, w->angles, q, l->heads + l->kv_heads);
    }
    for (size_t i = 0; i < n; i++)
        q[i] *= scale;
}

/* Frames [from, n), of which only the first may be one that is not finite: one finite_from is
 * right for all of them. Returns where they end. */
static size_t keep(const sinew_attention *l, const sinew_attention_state *s, size_t from, size_t n,
                   const work *w)
{
    size_t queries = l->heads * l->head_dim, keys = l->kv_heads * l->head_dim;
    for (size_t t = from; t < n; t++) {
        const float *k = w->qkv + t * l->rows + queries, *v = k + keys;
        if (t > from && !sinew_attention_finite(l, k, v))
            return t;
        sinew_attention_keep(l, s, k, v);
    }
    return n;
}

/* Head by head, so that what is kept of one serves many frames while it is in the cache. */
static void attend_all(const sinew_attention *l, const sinew_attention_state *s, size_t first,
                       size_t last, const work *w)
{
    uint64_t start = *s->position - last; /* of frame 0 */
    span a = {.stride = score_columns(l), .scores = w->scores, .sum = w->sum};
    for (size_t h = 0; h < l->heads; h++)
        for (size_t t = first; t < last; t += a.frames) {
            a.frames = last - t < ROW_FRAMES ? last - t : ROW_FRAMES;
            a.position = start + t;
            a.base = oldest(l, a.position) / TILE * TILE;
            a.q = w->qkv + t * l->rows + h * l->head_dim;
            attend(l, s, &a, h / (l->heads / l->kv_heads));
        }
}

void sinew_attention_process(const sinew_node *node, void *memory, void *scratch,
                             const sinew_block *in, sinew_block *out)
{
    const sinew_attention *l = (const sinew_attention *)node;
    sinew_attention_state s = sinew_attention_state_at(l, memory);
    work w;
    lay_out(&w, l, scratch);
    for (size_t at = 0, n; at < in->n_frames; at += n) {
        n = in->n_frames - at < PIECE ? in->n_frames - at : PIECE;
        project(l, (const float *)in->samples + at * node->channels_in, n, &w);
        for (size_t t = 0; t < n; t++)
            turn(l, w.qkv + t * l->rows, *s.position + t, &w);
        for (size_t t = 0, kept; t < n; t = kept) {
            kept = keep(l, &s, t, n, &w);
            attend_all(l, &s, t, kept, &w);
        }
        sinew_affine_apply(&l->out_map, l->layer.workers, w.qkv, l->rows,
                           (float *)out->samples + at * node->channels_out, node->channels_out, n,
                           w.product);
    }
}
