#include "lm_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/scalar.h"
#include "stream/state.h"

void lm_state_add(lm_state *state, int32_t id)
{
    if (state->n_recent == LM_RECENT) {
        memmove(state->recent, state->recent + 1, (LM_RECENT - 1) * sizeof *state->recent);
        state->n_recent--;
    }
    state->recent[state->n_recent++] = id;
}

/* ---- in ---- */

typedef struct reader {
    const sinew_tensors *tensors;
    sinew_error *error;
    sinew_status status; /* of the first that was wrong */
} reader;

static void wrong(reader *r, const char *key, const char *text)
{
    if (!r->status)
        r->status = sinew_fail(r->error, SINEW_ERR_DATA, "the metadata %s is '%.40s'", key, text);
}

/* False where there is none. */
static bool take_count(reader *r, const char *key, uint64_t most, uint64_t *out)
{
    const char *text = sinew_tensors_metadata(r->tensors, key);
    char *end = NULL;
    if (!text)
        return false;
    errno = 0;
    unsigned long long value = *text >= '0' && *text <= '9' ? strtoull(text, &end, 10) : 0;
    if (!end || *end || errno || value > most)
        wrong(r, key, text);
    *out = value;
    return true;
}

static void take_number(reader *r, const char *key, double *out)
{
    const char *text = sinew_tensors_metadata(r->tensors, key);
    if (text && sinew_number_parse(out, text, SINEW_UNIT_NONE))
        wrong(r, key, text);
}

/* "12 3 900" */
static void take_recent(reader *r, lm_state *state, uint32_t rows)
{
    const char *text = sinew_tensors_metadata(r->tensors, "lm.recent"), *at = text;
    while (at && *at && state->n_recent < LM_RECENT) {
        char *end = NULL;
        long id = strtol(at, &end, 10);
        if (end == at || id < 0 || id >= (long)rows || (*end && *end != ' ')) {
            wrong(r, "lm.recent", text);
            return;
        }
        lm_state_add(state, (int32_t)id);
        at = *end ? end + 1 : end;
    }
    if (at && *at)
        wrong(r, "lm.recent", text);
}

static sinew_status take(lm_state *state, const sinew_tensors *tensors, uint32_t rows,
                         sinew_error *error)
{
    reader r = {.tensors = tensors, .error = error};
    uint64_t pending = 0, top_k = 0;
    *state = (lm_state){0};
    take_recent(&r, state, rows);
    take_count(&r, "lm.pending", 1, &pending);
    state->is_pending = pending && state->n_recent > 0;
    state->has_sampling = take_count(&r, "lm.drawn", UINT64_MAX, &state->drawn);
    take_count(&r, "lm.seed", UINT64_MAX, &state->sampling.seed);
    take_count(&r, "lm.top_k", UINT32_MAX, &top_k);
    state->sampling.top_k = (uint32_t)top_k;
    take_number(&r, "lm.temperature", &state->sampling.temperature);
    take_number(&r, "lm.top_p", &state->sampling.top_p);
    return r.status;
}

sinew_status lm_state_load(lm_state *state, lm_model *m, bool *exactly, const char *path,
                           sinew_error *error)
{
    sinew_tensors *tensors = NULL;
    sinew_error detail;
    *exactly = true;
    sinew_status status = sinew_tensors_open(&tensors, path, error);
    if (status)
        return status;
    status = take(state, tensors, m->info.rows, &detail);
    if (!status)
        status = sinew_stream_load_tensors(m->stream, tensors, exactly, &detail);
    *exactly |= !sinew_tensors_metadata(tensors, "identity");
    sinew_tensors_free(tensors);
    return status ? sinew_fail(error, status, "%s: %s", path, detail.text) : SINEW_OK;
}

/* ---- out ---- */

enum { TEXT_BYTES = 48, ENTRIES_MOST = 7 };

typedef struct writer {
    char texts[ENTRIES_MOST][TEXT_BYTES];
    sinew_metadata entries[ENTRIES_MOST];
    size_t n;
} writer;

/* Room for the value of one more key. */
static char *put(writer *w, const char *key)
{
    w->entries[w->n] = (sinew_metadata){key, w->texts[w->n]};
    return w->texts[w->n++];
}

static void put_recent(writer *w, const lm_state *state)
{
    char *text = put(w, "lm.recent");
    size_t n = 0;
    for (size_t i = 0; i < state->n_recent; i++)
        n += (size_t)snprintf(text + n, TEXT_BYTES - n, "%s%" PRId32, i > 0 ? " " : "",
                              state->recent[i]);
    snprintf(put(w, "lm.pending"), TEXT_BYTES, "%d", state->is_pending);
}

static void put_sampling(writer *w, const lm_state *state)
{
    const sinew_sampler_opts *s = &state->sampling;
    snprintf(put(w, "lm.drawn"), TEXT_BYTES, "%" PRIu64, state->drawn);
    snprintf(put(w, "lm.seed"), TEXT_BYTES, "%" PRIu64, s->seed);
    snprintf(put(w, "lm.top_k"), TEXT_BYTES, "%" PRIu32, s->top_k);
    snprintf(put(w, "lm.temperature"), TEXT_BYTES, "%.17g", s->temperature);
    snprintf(put(w, "lm.top_p"), TEXT_BYTES, "%.17g", s->top_p);
}

sinew_status lm_state_write(const lm_state *state, const lm_model *m, sinew_atomic_file *file,
                            const char *path, sinew_error *error)
{
    writer w = {.n = 0};
    if (state->n_recent > 0)
        put_recent(&w, state);
    if (state->has_sampling)
        put_sampling(&w, state);
    return sinew_stream_write_tensors(m->stream, file, path, w.entries, w.n, error);
}
