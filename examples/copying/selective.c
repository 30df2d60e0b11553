/* The selective one: a Mamba-1 layer (sinew/mamba.h) with weights set by construction.
 *
 * Content makes delta softplus(0) = ln 2, noise softplus(-32) = 1e-14. With A = -1 two channels b
 * do
 *
 *     content   h_b <- h_b / 2 + ln 2 (bit b of the token)
 *     noise     h_b <- h_b                   exp(-1e-14) is 1 in float32, and B is 0
 *
 * so that h_b / ln 2 is a binary fraction of what was said, however much noise came between. */
#include <math.h>
#include <string.h>

#include "copying.h"

/* Its channels: the bits; 1 at content, which is B and opens delta; and 1, which is C. */
enum { CONTENT = BITS, ONE, CHANNELS };

/* silu(32) is 32 in float32: what passes an activation passes it unrounded. */
#define OPEN 32.0f

static struct weights {
    float embedding[VOCABULARY][VOCABULARY];
    float in_proj[2 * CHANNELS][VOCABULARY]; /* x, then z */
    float conv[CHANNELS][1][1];
    float x_proj[3][CHANNELS]; /* dt, B, C */
    float dt_proj[CHANNELS][1], dt_bias[CHANNELS];
    float A_log[CHANNELS][1], D[CHANNELS]; /* zeros: A = -1 */
    float out_proj[VOCABULARY][CHANNELS];
} w;

static void set_weights(void)
{
    for (int id = 0; id < VOCABULARY; id++) {
        w.embedding[id][id] = 1;
        w.in_proj[ONE][id] = OPEN;
        w.in_proj[CONTENT][id] = id < KINDS ? OPEN : 0;
        for (int b = 0; b < BITS; b++)
            w.in_proj[b][id] = id < KINDS && (id >> b) & 1 ? OPEN : 0;
        for (int d = 0; d < CHANNELS; d++)
            w.in_proj[CHANNELS + d][id] = OPEN;
    }
    w.x_proj[0][CONTENT] = 1;
    w.x_proj[1][CONTENT] = 1 / (OPEN * OPEN); /* u B = 1 */
    w.x_proj[2][ONE] = 1 / OPEN;              /* C = 1 */
    for (int d = 0; d < CHANNELS; d++) {
        w.conv[d][0][0] = 1;
        w.dt_proj[d][0] = 1;
        w.dt_bias[d] = -OPEN; /* delta: softplus(0) or softplus(-32) */
    }
    for (int b = 0; b < BITS; b++)
        w.out_proj[b][b] = 1 / OPEN; /* what the gate silu(z) has multiplied */
}

#define TENSOR(of, ...)                                                                            \
    (&(sinew_tensor){.name = #of,                                                                  \
                     .rank = sizeof((uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t),                 \
                     .shape = {__VA_ARGS__},                                                       \
                     .data = w.of})

sinew_node *selective_new(void)
{
    sinew_mamba1_weights mixer = {.in_proj = TENSOR(in_proj, 2 * CHANNELS, VOCABULARY),
                                  .conv = TENSOR(conv, CHANNELS, 1, 1),
                                  .x_proj = TENSOR(x_proj, 3, CHANNELS),
                                  .dt_proj = TENSOR(dt_proj, CHANNELS, 1),
                                  .dt_bias = TENSOR(dt_bias, CHANNELS),
                                  .A_log = TENSOR(A_log, CHANNELS, 1),
                                  .D = TENSOR(D, CHANNELS),
                                  .out_proj = TENSOR(out_proj, VOCABULARY, CHANNELS)};
    sinew_embedding_weights rows = {TENSOR(embedding, VOCABULARY, VOCABULARY)};
    sinew_node *parts[2], *node = NULL;
    sinew_error error;
    set_weights();
    check(sinew_embedding_new(&parts[0], &rows, NULL, &error), &error);
    check(sinew_mamba1_new(&parts[1], &mixer, NULL, &error), &error);
    check(sinew_graph_new_sequence(&node, parts, NULL, 2, &error), &error);
    return node;
}

/* h_b = ln 2 sum_j 2^(j - M) bit_j: the last token's bit is the first of the fraction. *off: how
 * far the state is from such a number, in units of its last digit; from 1/2 on it would fail. */
static void tell_selective(int *told, double *off, const task *k, const float *h)
{
    memset(told, 0, k->content * sizeof *told);
    for (int b = 0; b < BITS; b++) {
        double said = ldexp((double)h[b] / log(2), (int)k->content - 1);
        long digits = lround(said);
        *off = fmax(*off, fabs(said - (double)digits));
        for (size_t i = 0; i < k->content; i++)
            told[i] |= (int)(digits >> i & 1) << b;
    }
}

void selective_run(score *sum, double *off, const task *k, const sequence *s, sinew_stream *stream)
{
    static float out[BLOCK][VOCABULARY];
    size_t frames = k->length + 1, n = 0;
    int told[CONTENT_MOST];
    sinew_stream_reset(stream, 0);
    for (size_t t = 0; t < frames; t += n) {
        n = frames - t < BLOCK ? frames - t : BLOCK;
        sinew_block in = {.samples = s->tokens + t, .n_frames = n, .channels = 1};
        sinew_stream_process(stream, &in, &(sinew_block){.samples = out});
    }
    tell_selective(told, off, k, out[n - 1]);
    count(sum, k, s, told);
}
