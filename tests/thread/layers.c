/* One node of layers with workers, run by several threads at once, each with a stream of its own:
 * what comes out is what one thread without workers computes, to the bit, whoever has the workers.
 * For the thread sanitizer: a plain program that speaks TAP. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "noise_tensors.h"
#include "sinew/mamba.h"
#include "sinew/stream.h"

enum { WIDTH = 96, INNER = 192, ORDER = 16, RANK = 6, THREADS = 3, FRAMES = 300, ROUNDS = 4 };

static const sinew_tensor *tensor(const char *name, double centre, double spread, uint64_t rows,
                                  uint64_t columns)
{
    return noise_tensor_of("m", name, centre, spread, columns ? 2 : 1, (uint64_t[]){rows, columns});
}

static sinew_node *new_mixer(size_t threads)
{
    sinew_layer_opts opts = {0};
    sinew_node *node = NULL;
    sinew_mamba1_weights w = {
        .in_proj = tensor("in", 0, 0.2, 2 * INNER, WIDTH),
        .conv = noise_tensor_of("m", "conv", 0, 0.5, 3, (uint64_t[]){INNER, 1, 4}),
        .x_proj = tensor("x", 0, 0.2, RANK + 2 * ORDER, INNER),
        .dt_proj = tensor("dt", 0, 0.3, INNER, RANK),
        .dt_bias = tensor("bias", -4, 1, INNER, 0),
        .A_log = tensor("A", 1, 1, INNER, ORDER),
        .D = tensor("D", 1, 0, INNER, 0),
        .out_proj = tensor("out", 0, 0.1, WIDTH, INNER)};
    if (sinew_workers_new(&opts.workers, threads, NULL) == SINEW_OK)
        sinew_mamba1_new(&node, &w, &opts, NULL);
    sinew_workers_free(opts.workers); /* the node keeps them */
    return node;
}

typedef struct job {
    const sinew_node *node;
    const char *wrong;
    float out[FRAMES * WIDTH];
} job;

/* In blocks of all sizes, so that shared products and lonely ones alternate. */
static void *run(void *given)
{
    static const size_t blocks[] = {1, 64, 7, 128, 100};
    job *my = given;
    for (int round = 0; round < ROUNDS && !my->wrong; round++) {
        sinew_stream *stream = NULL;
        float in[FRAMES * WIDTH];
        for (size_t i = 0; i < FRAMES * WIDTH; i++)
            in[i] = (float)(i * 7919 % 1000) / 500 - 1;
        if (sinew_stream_open(&stream, my->node, NULL, NULL))
            my->wrong = "a stream does not open";
        for (size_t at = 0, i = 0; stream && at < FRAMES; at += blocks[i++]) {
            sinew_block from = {.samples = in + at * WIDTH, .n_frames = blocks[i]};
            sinew_block to = {.samples = my->out + at * WIDTH};
            sinew_stream_process(stream, &from, &to);
        }
        sinew_stream_close(stream);
    }
    return NULL;
}

static const char *together(const sinew_node *node, const float *alone)
{
    static job jobs[THREADS];
    pthread_t threads[THREADS];
    const char *wrong = NULL;
    int n = 0;
    for (; n < THREADS && !wrong; n++) {
        jobs[n] = (job){.node = node};
        if (pthread_create(&threads[n], NULL, run, &jobs[n]))
            wrong = "a thread does not start";
    }
    for (int i = 0; i < n - (wrong != NULL); i++) {
        pthread_join(threads[i], NULL);
        if (jobs[i].wrong)
            wrong = jobs[i].wrong;
        else if (memcmp(jobs[i].out, alone, sizeof jobs[i].out) != 0)
            wrong = "the bits differ";
    }
    return wrong;
}

int main(void)
{
    static job alone;
    alone.node = new_mixer(1);
    sinew_node *shared = new_mixer(2);
    const char *wrong = alone.node && shared ? NULL : "a mixer is not made";
    if (!wrong) {
        run(&alone);
        wrong = alone.wrong ? alone.wrong : together(shared, alone.out);
    }
    printf("1..1\n%sok 1 - %d threads share a mixer and its workers%s%s\n", wrong ? "not " : "",
           THREADS, wrong ? ": " : "", wrong ? wrong : "");
    sinew_node_free(shared);
    sinew_node_free((sinew_node *)(uintptr_t)alone.node);
    return wrong != NULL;
}
