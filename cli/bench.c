/* sinew bench: how long frames take. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "json.h"
#include "simd/ops.h"
#include "sinew/kernel.h"

static const char *const dtypes[] = {"f64", "f32", "bf16", "int8", NULL};

/* clang-format off */
static const option options[] = {
    COUNT_OPTION(bench_asked, order, "order", "N", "filter: states, 8", 1, 4096),
    COUNT_OPTION(bench_asked, taps, "taps", "K", "convolve: 65536", 1, SINEW_KERNEL_TAPS_MAX),
    COUNT_OPTION(bench_asked, channels, "channels", "C", "filter: how many, 1; selective: 1536", 1, 65536),
    COUNT_OPTION(bench_asked, block, "block", "B", "filter, convolve: frames a call, 256; mixer: 1", 1, 1 << 20),
    COUNT_OPTION(bench_asked, state, "state", "N", "of a channel; selective: 16, mixer: 8", 1, 4096),
    COUNT_OPTION(bench_asked, frames, "frames", "L", "selective: frames, 2048", 1, 1 << 20),
    COUNT_OPTION(bench_asked, layers, "layers", "N", "lm: of Mamba-1, 24", 1, 1024),
    COUNT_OPTION(bench_asked, d_model, "d-model", "N", "lm: channels, 768; mixer: 16", 1, 65536),
    COUNT_OPTION(bench_asked, vocab, "vocab", "N", "lm: tokens, 50280", 1, 1 << 20),
    COUNT_OPTION(bench_asked, threads, "threads", "T", "lm: 1", 1, SINEW_WORKERS_MAX),
    ENGINE_OPTION(bench_asked, engine, "filter:"),
    WORD_OPTION(bench_asked, dtype, "dtype", "D", "filter: f64 or f32; lm: f32 or", dtypes),
    FLAG_OPTION(bench_asked, json, "json", "print JSON"),
    {0}};
/* clang-format on */

enum {
    FILTER = 1,
    TAPS = 2,
    CHANNELS = 4,
    BLOCK = 8,
    SCAN = 16,
    MODEL = 32,
    STATE = 64,
    WIDTH = 128
}; /* options of some benches */

static const struct bench {
    const char *name;
    unsigned takes;
    sinew_status (*run)(const bench_asked *asked, sinew_error *error);
} benches[] = {{"filter", FILTER | CHANNELS | BLOCK, bench_filter},
               {"convolve", TAPS | BLOCK, bench_convolve},
               {"selective", CHANNELS | SCAN | STATE, bench_selective},
               {"lm", MODEL | WIDTH, bench_lm},
               {"mixer", WIDTH | STATE | BLOCK, bench_mixer}};
enum { N_BENCHES = sizeof benches / sizeof *benches };

static void print_json(const char *name, const bench_times *times, const bench_row *rows)
{
    fputs("{\"name\":", stdout);
    json_text(name);
    fputs(",\"ns_per_frame\":{\"min\":", stdout);
    json_number(times->min);
    fputs(",\"median\":", stdout);
    json_number(times->median);
    fputs(",\"max\":", stdout);
    json_number(times->max);
    fputs("}", stdout);
    for (const bench_row *row = rows; row->name; row++) {
        printf(",\"%s\":", row->name);
        if (row->text)
            json_text(row->text);
        else
            json_number(row->value);
    }
    printf(",\"simd\":");
    json_text(sinew_simd_best()->name);
    printf(",\"rounds\":%zu,\"calls\":%zu}\n", times->rounds, times->calls);
}

void bench_print(const bench_asked *asked, const char *name, const bench_times *times,
                 const bench_row *rows)
{
    if (asked->json) {
        print_json(name, times, rows);
        return;
    }
    printf("%-13s %.4g (%.4g to %.4g in %zu rounds)\n", "ns per frame", times->median, times->min,
           times->max, times->rounds);
    for (const bench_row *row = rows; row->name; row++)
        if (row->text)
            printf("%-13s %s\n", row->name, row->text);
        else
            printf("%-13s %.6g\n", row->name, row->value);
    printf("%-13s %s\n", "simd", sinew_simd_best()->name);
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
    return word && (!strcmp(word, a) || (b && !strcmp(word, b)));
}

static const char *what_is_wrong(const struct bench *b, const bench_asked *asked)
{
    const struct {
        bool given;
        unsigned of;
        const char *text;
    } rules[] = {
        {asked->order.given || asked->engine, FILTER, "--order and --engine are for filter"},
        {asked->dtype != NULL, FILTER | MODEL, "--dtype is for filter and lm"},
        {is_one_of(asked->dtype, "f64", NULL), FILTER, "--dtype f64 is for filter"},
        {is_one_of(asked->dtype, "bf16", "int8"), MODEL, "--dtype bf16 and int8 are for lm"},
        {asked->layers.given || asked->vocab.given || asked->threads.given, MODEL,
         "--layers, --vocab and --threads are for lm"},
        {asked->d_model.given, WIDTH, "--d-model is for lm and mixer"},
        {asked->taps.given, TAPS, "--taps is for convolve"},
        {asked->channels.given, CHANNELS, "--channels is for filter and selective"},
        {asked->block.given, BLOCK, "--block is for filter, convolve and mixer"},
        {asked->frames.given, SCAN, "--frames is for selective"},
        {asked->state.given, STATE, "--state is for selective and mixer"}};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].given && !(b->takes & rules[i].of))
            return rules[i].text;
    return NULL;
}

static int run(const command *self, const void *settings, const char **args, size_t n_args)
{
    const struct bench *b = benches;
    sinew_error error;
    (void)n_args;
    while (b < benches + N_BENCHES && strcmp(b->name, args[0]) != 0)
        b++;
    if (b == benches + N_BENCHES)
        return report_misuse(
            self, "no bench '%s'; there are filter, convolve, selective, lm and mixer", args[0]);
    const char *wrong = what_is_wrong(b, settings);
    if (wrong)
        return report_misuse(self, "%s", wrong);
    return b->run(settings, &error) ? report_failure(self, &error) : EXIT_DONE;
}

const command command_bench = {
    .name = "bench",
    .summary = "measure how fast filters run here",
    .usage = "filter | convolve | selective | lm | mixer [options]",
    .about =
        "filter: a Butterworth low-pass of up to 16 states, or as many modes as give the order,\n"
        "over noise, in calls of some frames. Prints the nanoseconds that a frame of all channels\n"
        "takes, in CPU time, and which engine ran; about a second.\n\n"
        "convolve: a kernel of many taps on one channel of floats. Also prints the mean of a call\n"
        "and the worst, which is the largest, over the positions in the period of the schedule,\n"
        "of the median time at that position.\n\n"
        "selective: the scan of a selective layer (Mamba) in one call of one thread, beside as "
        "many\n"
        "exponentials alone; ratio is the least of the one to the least of the other.\n\n"
        "lm: a language model of Mamba-1 with random weights; the tokens a second of one after\n"
        "another, of a prompt of 512, and how many of the bytes are read that a plain loop of as\n"
        "many threads reads in the same run.\n\n"
        "mixer: one Mamba-1 mixer on one thread, frame by frame or in calls of more: what share "
        "of\n"
        "a core it takes at 48 kHz, and the mean and the worst call as of convolve.",
    .options = options,
    .settings_bytes = sizeof(bench_asked),
    .least = 1,
    .most = 1,
    .run = run};
