/* sinew lm --prompt TEXT --tokens N: a text goes on, token by token. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "interrupt.h"
#include "lm.h"
#include "sinew/tokenizer.h"

typedef struct talk {
    lm_model *m;
    const lm_asked *asked;
    lm_state state;
    sinew_tokenizer *tokenizer;
    sinew_text_stream *text;
    sinew_sampler *sampler;
    sinew_atomic_file file; /* of --state-out */
    size_t n_tokens;        /* ids that may be chosen; the rows behind are padding */
    const float *logits;    /* of the last id that was read; NULL: none was */
    sinew_error *error;
} talk;

static sinew_status print(const talk *t, const char *text, size_t n_bytes)
{
    errno = 0;
    if (n_bytes > 0 && (fwrite(text, 1, n_bytes, stdout) != n_bytes || fflush(stdout)))
        return sinew_fail(t->error, SINEW_ERR_IO, "standard output: %s",
                          strerror(errno ? errno : EIO));
    return SINEW_OK;
}

/* The bytes that ids from before have left held back are held again; their text was printed. */
static sinew_status open_text(talk *t)
{
    sinew_status status = sinew_text_stream_open(&t->text, t->tokenizer, true, t->error);
    for (size_t i = 0; !status && i < t->state.n_recent; i++) {
        const char *text;
        size_t n;
        status = sinew_text_stream_next(t->text, t->state.recent[i], &text, &n, t->error);
    }
    return status;
}

/* What the command line says, else what the saved run had. */
static sinew_sampler_opts sampling_of(const talk *t)
{
    const lm_asked *a = t->asked;
    sinew_sampler_opts opts = t->state.sampling;
    if (a->temperature.given)
        opts.temperature = a->temperature.value;
    if (a->top_k.given)
        opts.top_k = (uint32_t)a->top_k.value;
    if (a->top_p.given)
        opts.top_p = a->top_p.value;
    if (a->seed.given)
        opts.seed = a->seed.value;
    return opts;
}

static sinew_status open_sampler(talk *t)
{
    size_t known = sinew_tokenizer_size(t->tokenizer), rows = t->m->info.rows;
    size_t vocab = t->m->info.vocab;
    t->n_tokens = known < rows ? known : rows;
    if (vocab > 0 && vocab < t->n_tokens)
        t->n_tokens = vocab;
    t->state.sampling = sampling_of(t);
    t->state.has_sampling = true;
    sinew_status status = sinew_sampler_new(&t->sampler, t->n_tokens, &t->state.sampling, t->error);
    if (!status)
        sinew_sampler_set_drawn(t->sampler, t->state.drawn);
    return status;
}

static sinew_status read_ids(talk *t, const int32_t *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] < 0 || (uint32_t)ids[i] >= t->m->info.rows)
            return sinew_fail(t->error, SINEW_ERR_MISMATCH,
                              "the tokenizer has an id %d, the model has %u rows: they are not of "
                              "one checkpoint",
                              ids[i], t->m->info.rows);
    for (size_t at = 0, now; at < n; at += now) {
        now = n - at < t->m->block ? n - at : t->m->block;
        lm_model_feed(t->m, ids + at, now);
        t->logits = at + now == n ? lm_model_logits(t->m, now - 1, 1) : NULL;
        if (interrupt_signal())
            return sinew_fail(t->error, SINEW_ERR_IO, "interrupted");
    }
    return SINEW_OK;
}

/* A text stream goes on after the answer, not after the prompt: its ids are text that is whole. */
static sinew_status read_prompt(talk *t)
{
    bool begins = sinew_stream_index(t->m->stream) == 0 && !t->state.is_pending;
    int32_t *ids = NULL;
    size_t n = 0;
    if (lm_feed_pending(&t->state, t->m))
        t->logits = lm_model_logits(t->m, 0, 1);
    const char *prompt = t->asked->prompt ? t->asked->prompt : "";
    sinew_status status =
        sinew_tokenizer_encode(t->tokenizer, prompt, strlen(prompt), begins, &ids, &n, t->error);
    if (!status)
        status = read_ids(t, ids, n);
    for (size_t i = n < LM_RECENT ? 0 : n - LM_RECENT; !status && i < n; i++)
        lm_state_add(&t->state, ids[i]);
    sinew_tokenizer_free_ids(ids);
    if (!status && !t->logits)
        return sinew_fail(t->error, SINEW_ERR_ARGUMENT,
                          "nothing to go on from: --prompt TEXT is needed");
    return status;
}

/* Another token, printed. *end: it was a special one, and ends the text. */
static sinew_status say(talk *t, bool *end)
{
    int32_t id;
    const char *text = NULL;
    size_t n = 0;
    if (lm_feed_pending(&t->state, t->m))
        t->logits = lm_model_logits(t->m, 0, 1);
    if (interrupt_signal())
        return sinew_fail(t->error, SINEW_ERR_IO, "interrupted");
    sinew_status status = sinew_sampler_next(t->sampler, t->logits, t->n_tokens, &id, t->error);
    if (!status)
        status = sinew_text_stream_next(t->text, id, &text, &n, t->error);
    if (status)
        return status;
    lm_state_add(&t->state, id);
    t->state.is_pending = true;
    t->state.drawn = sinew_sampler_drawn(t->sampler);
    *end = sinew_tokenizer_is_special(t->tokenizer, id);
    return print(t, text, n);
}

/* A text that is to go on ends where it is, perhaps within a character. */
static sinew_status finish(talk *t)
{
    const char *path = t->asked->state_out, *text;
    size_t n;
    if (!path) {
        sinew_text_stream_end(t->text, &text, &n);
        return print(t, text, n);
    }
    sinew_status status = lm_state_write(&t->state, t->m, &t->file, path, t->error);
    return status ? status : sinew_atomic_file_commit(&t->file, path, t->error);
}

static sinew_status open_talk(talk *t, const char *folder)
{
    const char *path = t->asked->state_out;
    sinew_status status = sinew_tokenizer_open(&t->tokenizer, folder, t->error);
    if (!status)
        status = lm_begin(&t->state, t->m, t->asked, t->error);
    if (!status)
        status = open_text(t);
    if (!status)
        status = open_sampler(t);
    if (!status && path)
        status = sinew_atomic_file_open(&t->file, path, path, t->error);
    return status;
}

/* A text that has ended goes on with another prompt only. */
static bool has_ended(const talk *t)
{
    const lm_state *state = &t->state;
    return !t->asked->prompt && state->is_pending &&
           sinew_tokenizer_is_special(t->tokenizer, state->recent[state->n_recent - 1]);
}

sinew_status lm_run_text(lm_model *m, const lm_asked *asked, const char *folder, sinew_error *error)
{
    talk t = {.m = m, .asked = asked, .file = {.fd = -1}, .error = error};
    bool end = false;
    sinew_status status = open_talk(&t, folder);
    if (!status)
        end = has_ended(&t);
    if (!status && !end)
        status = read_prompt(&t);
    for (uint64_t i = 0; !status && !end && i < asked->tokens.value; i++)
        status = say(&t, &end);
    if (!status)
        status = finish(&t);
    sinew_atomic_file_close(&t.file);
    sinew_text_stream_free(t.text);
    sinew_sampler_free(t.sampler);
    sinew_tokenizer_free(t.tokenizer);
    return status;
}
