/* bench lm: tokens a second of a language model, one by one and of a prompt, beside the bytes a
 * second that the same threads read. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "bench.h"
#include "bench_lm_model.h"
#include "layer/workers.h"
#include "progress.h"

enum { ROUNDS = 9, TOKENS = 8, PROMPT = 512, READ_BYTES = 1 << 28 };

typedef struct machine {
    lm_made made;
    sinew_stream *body, *head;
    sinew_workers *workers;
    int32_t ids[PROMPT];
    float *features, *logits; /* (PROMPT, d_model), (vocab) */
    char *large;              /* (READ_BYTES), which no cache holds */
} machine;

/* ---- plain reading ---- */

typedef uint64_t words __attribute__((vector_size(64), aligned(8), may_alias));

/* Lines of eight pages at a time, the same of the next eight fetched meanwhile. */
static void read_range(const void *given, size_t first, size_t last)
{
    enum { PAGE = 4096 };
    const char *from = given;
    words sum[8] = {{0}};
    for (size_t at = first; at + 8 * PAGE <= last; at += 8 * PAGE)
        for (size_t i = 0; i < PAGE; i += 64)
            for (size_t k = 0; k < 8; k++) {
                __builtin_prefetch(from + at + k * PAGE + i + 8 * PAGE);
                sum[k] ^= *(const words *)(from + at + k * PAGE + i);
            }
    for (size_t k = 0; k < 8; k++)
        __asm__ volatile("" ::"r"(&sum[k]) : "memory"); /* it was read */
}

static double read_s(const machine *m)
{
    double started_s = clock_s();
    sinew_workers_share(m->workers, read_range, m->large, READ_BYTES, 1 << 20);
    return clock_s() - started_s;
}

/* ---- tokens ---- */

static void feed(machine *m, size_t n)
{
    sinew_block in = {.samples = m->ids, .n_frames = n, .channels = 1};
    sinew_block out = {.samples = m->features};
    sinew_stream_process(m->body, &in, &out);
}

static void look(machine *m, size_t frame)
{
    size_t d = m->made.body->channels_out;
    sinew_block in = {.samples = m->features + frame * d, .n_frames = 1, .channels = (uint32_t)d};
    sinew_block out = {.samples = m->logits};
    sinew_stream_process(m->head, &in, &out);
}

static double decode_s(machine *m)
{
    double started_s = clock_s();
    for (size_t i = 0; i < TOKENS; i++) {
        feed(m, 1);
        look(m, 0);
    }
    return (clock_s() - started_s) / TOKENS;
}

static double prefill_s(machine *m)
{
    double started_s = clock_s();
    feed(m, PROMPT);
    look(m, PROMPT - 1);
    return (clock_s() - started_s) / PROMPT;
}

/* ---- */

static sinew_status open_machine(machine *m, const lm_shape *shape, sinew_layer_opts *opts,
                                 size_t threads, sinew_error *error)
{
    sinew_status status = sinew_workers_new(&m->workers, threads, error);
    opts->workers = m->workers;
    if (!status)
        status = lm_made_new(&m->made, shape, opts, error);
    if (!status)
        status = sinew_stream_open(&m->body, m->made.body, NULL, error);
    if (!status)
        status = sinew_stream_open(&m->head, m->made.head, NULL, error);
    if (status)
        return status;
    m->features = sinew_alloc(PROMPT * shape->d_model, sizeof *m->features);
    m->logits = sinew_alloc(shape->vocab, sizeof *m->logits);
    m->large = sinew_alloc(READ_BYTES, 1);
    if (!m->features || !m->logits || !m->large)
        return sinew_fail_memory(error);
    memset(m->large, 1, READ_BYTES); /* pages of its own, not one of zeros */
    for (size_t i = 0; i < PROMPT; i++)
        m->ids[i] = (int32_t)(i * 7919 % shape->vocab);
    return SINEW_OK;
}

static void close_machine(machine *m)
{
    sinew_stream_close(m->body);
    sinew_stream_close(m->head);
    lm_made_free(&m->made);
    sinew_workers_free(m->workers);
    sinew_free(m->features);
    sinew_free(m->logits);
    sinew_free(m->large);
}

static void measure(const bench_asked *asked, machine *m, const lm_shape *shape,
                    sinew_quantize quantize, size_t threads)
{
    double decode[ROUNDS], prefill[ROUNDS], reading[ROUNDS];
    decode_s(m);
    for (size_t i = 0; i < ROUNDS; i++) { /* by turns, so that all see the same machine */
        reading[i] = read_s(m);
        decode[i] = 1e9 * decode_s(m);
        prefill[i] = prefill_s(m);
    }
    bench_times times = {.median = bench_median(decode, ROUNDS), .rounds = ROUNDS, .calls = TOKENS};
    times.min = decode[0], times.max = decode[ROUNDS - 1];
    bench_median(prefill, ROUNDS);
    bench_median(reading, ROUNDS);
    double numbers = (double)lm_shape_numbers(shape), read = READ_BYTES / reading[0];
    double decoded = lm_shape_bytes(shape, quantize) / (1e-9 * times.min);
    double prompt =
        numbers - (double)(shape->vocab * shape->d_model); /* one row of it sees the head */
    bench_row rows[] = {{.name = "layers", .value = (double)shape->layers},
                        {.name = "d_model", .value = (double)shape->d_model},
                        {.name = "vocab", .value = (double)shape->vocab},
                        {.name = "dtype", .text = asked->dtype ? asked->dtype : "f32"},
                        {.name = "threads", .value = (double)threads},
                        {.name = "decode_tok_s", .value = 1e9 / times.min},
                        {.name = "prefill_tok_s", .value = 1 / prefill[0]},
                        {.name = "prefill_gflop_s", .value = 2e-9 * prompt / prefill[0]},
                        {.name = "decode_GB_s", .value = 1e-9 * decoded},
                        {.name = "read_GB_s", .value = 1e-9 * read},
                        {.name = "decode_of_read", .value = decoded / read},
                        {0}};
    bench_print(asked, "lm", &times, rows);
}

sinew_status bench_lm(const bench_asked *asked, sinew_error *error)
{
    lm_shape shape = {.layers = asked->layers.given ? (size_t)asked->layers.value : 24,
                      .d_model = asked->d_model.given ? (size_t)asked->d_model.value : 768,
                      .vocab = asked->vocab.given ? (size_t)asked->vocab.value : 50280,
                      .order = 16};
    size_t threads = asked->threads.given ? (size_t)asked->threads.value : 1;
    sinew_layer_opts opts = {.quantize = asked->dtype && strcmp(asked->dtype, "f32") != 0
                                             ? options_quantize(asked->dtype)
                                             : SINEW_QUANTIZE_NONE};
    machine m = {.body = NULL};
    sinew_status status = open_machine(&m, &shape, &opts, threads, error);
    if (!status)
        measure(asked, &m, &shape, opts.quantize, threads);
    close_machine(&m);
    return status;
}
