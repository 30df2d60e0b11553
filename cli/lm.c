/* sinew lm: a language model, its logits or its text. */
#include "lm.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "interrupt.h"
#include "model/checkpoint.h"
#include "paths.h"

static const option options[] = {
    TEXT_OPTION(lm_asked, ids, "ids", "FILE", "token ids: npy, (n,) of int32 or int64"),
    TEXT_OPTION(lm_asked, logits, "logits", "FILE", "where their logits go: npy, (n, rows)"),
    TEXT_OPTION(lm_asked, prompt, "prompt", "TEXT", "the text to go on from"),
    COUNT_OPTION(lm_asked, tokens, "tokens", "N", "how many tokens more at most", 0, 1U << 31),
    NUMBER_OPTION(lm_asked, temperature, "temperature", "T", "0: always the likeliest token", 0,
                  1e6, SINEW_UNIT_NONE),
    COUNT_OPTION(lm_asked, top_k, "top-k", "K", "one of the K likeliest; 0: all", 0, 1U << 31),
    NUMBER_OPTION(lm_asked, top_p, "top-p", "P", "one of the fewest that have this share; 0: all",
                  0, 1, SINEW_UNIT_NONE),
    COUNT_OPTION(lm_asked, seed, "seed", "N", "of the random numbers: 0", 0, 1ULL << 53),
    TEXT_OPTION(lm_asked, state_in, "state-in", "FILE", "go on from a saved state"),
    TEXT_OPTION(lm_asked, state_out, "state-out", "FILE", "save the state at the end"),
    QUANTIZE_OPTION(lm_asked, quantize),
    COUNT_OPTION(lm_asked, block, "block", "N", "ids computed at a time: 128", 1, 1 << 20),
    COUNT_OPTION(lm_asked, threads, "threads", "N", "one a core", 1, SINEW_WORKERS_MAX),
    {0}};

static const char *what_is_wrong(const lm_asked *a)
{
    bool logits = a->ids || a->logits, text = a->prompt || a->tokens.given;
    if (logits && text)
        return "--ids and --logits, or --prompt and --tokens";
    if (!logits && !text)
        return "--ids FILE --logits FILE, or --prompt TEXT --tokens N are needed";
    if (logits && (!a->ids || !a->logits))
        return "--ids and --logits belong together";
    if (text && !a->tokens.given)
        return "--tokens N is needed: how many more";
    if (text && !a->prompt && !a->state_in)
        return "--prompt TEXT is needed, or --state-in FILE to go on from";
    if (logits && (a->temperature.given || a->top_k.given || a->top_p.given || a->seed.given))
        return "--temperature, --top-k, --top-p and --seed choose tokens, which --logits does not";
    return NULL;
}

/* No file that is written is another one of the run; a state may take the place of its own. */
static int check_files(const command *self, const lm_asked *a)
{
    const struct {
        const char *one, *other;
    } pairs[] = {{a->logits, a->ids},
                 {a->logits, a->state_in},
                 {a->logits, a->state_out},
                 {a->state_out, a->ids}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i].one && pairs[i].other && paths_same(pairs[i].one, pairs[i].other))
            return report_misuse(self, "%s and %s are one file", pairs[i].one, pairs[i].other);
    return EXIT_DONE;
}

/* Nor is it one of the model's: by its index a folder may have many, under any name. */
static sinew_status check_model_files(const lm_asked *a, const lm_model *m, sinew_error *error)
{
    const char *const written[] = {a->logits, a->state_out};
    for (size_t i = 0; i < m->checkpoint->n_files; i++)
        for (size_t k = 0; k < 2; k++)
            if (written[k] && paths_same(m->checkpoint->files[i], written[k]))
                return sinew_fail(error, SINEW_ERR_ARGUMENT,
                                  "%s: the model is read from it, and %s is the same file",
                                  m->checkpoint->files[i], k ? "--state-out" : "--logits");
    return SINEW_OK;
}

sinew_status lm_begin(lm_state *state, lm_model *m, const lm_asked *asked, sinew_error *error)
{
    bool exactly = true;
    *state = (lm_state){0};
    if (!asked->state_in)
        return SINEW_OK;
    sinew_status status = lm_state_load(state, m, &exactly, asked->state_in, error);
    if (!status && !exactly)
        report_warning("%s: the state is of another quantization or build: the run continues "
                       "within rounding, not to the bit",
                       asked->state_in);
    return status;
}

bool lm_feed_pending(lm_state *state, lm_model *m)
{
    if (!state->is_pending)
        return false;
    lm_model_feed(m, &state->recent[state->n_recent - 1], 1);
    state->is_pending = false;
    return true;
}

static size_t count_threads(const lm_asked *a)
{
    long cores = a->threads.given ? (long)a->threads.value : sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores < SINEW_WORKERS_MAX ? (size_t)cores : SINEW_WORKERS_MAX;
}

static sinew_status work(const lm_asked *a, const char *folder, sinew_error *error)
{
    lm_model m = {0};
    sinew_layer_opts layers = {.quantize = options_quantize(a->quantize)};
    sinew_status status = sinew_workers_new(&layers.workers, count_threads(a), error);
    if (!status)
        status = lm_model_open(&m, folder, &layers, (size_t)a->block.value, error);
    if (!status)
        status = check_model_files(a, &m, error);
    if (!status)
        status = a->ids ? lm_run_logits(&m, a, error) : lm_run_text(&m, a, folder, error);
    lm_model_close(&m);
    sinew_workers_free(layers.workers);
    return status;
}

static int run(const command *self, const void *given, const char **args, size_t n_args)
{
    const lm_asked *a = given;
    const char *wrong = what_is_wrong(a);
    sinew_error error;
    (void)n_args;
    if (wrong)
        return report_misuse(self, "%s", wrong);
    int status = check_files(self, a);
    if (status)
        return status;
    interrupt_watch();
    if (!work(a, args[0], &error))
        return EXIT_DONE;
    status = report_failure(self, &error);
    return interrupt_signal() ? 128 + interrupt_signal() : status;
}

const command command_lm = {
    .name = "lm",
    .summary = "run a language model: logits of ids, or a text that goes on",
    .usage = "FOLDER --ids FILE --logits FILE [options]\n"
             "       sinew lm FOLDER --prompt TEXT --tokens N [options]",
    .about =
        "FOLDER is a checkpoint of Mamba-1, -2 or -3 with an embedding. A text needs its\n"
        "tokenizer.json; what comes is printed token by token, until a special token ends it. A\n"
        "state that is saved goes on exactly, in another process: with the text where it ended, "
        "or\n"
        "with another --prompt. Its seed, temperature and so on stay unless they are given again.",
    .options = options,
    .settings_bytes = sizeof(lm_asked),
    .least = 1,
    .most = 1,
    .run = run};
