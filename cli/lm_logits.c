/* sinew lm --ids in.npy --logits out.npy: (n,) ids to (n, rows) logits. */
#include "base/error.h"
#include "base/memory.h"
#include "interrupt.h"
#include "lm.h"
#include "state_file.h"
#include "stream/ids.h"

typedef struct task {
    lm_model *m;
    const lm_asked *asked;
    lm_state state;
    sinew_sink *sink;
    sinew_atomic_file file; /* of --state-out */
    sinew_error *error;
} task;

static sinew_status open_outputs(task *t, size_t n)
{
    sinew_sink_opts opts = {
        .signal = {.channels = t->m->info.rows, .sample = SINEW_SAMPLE_F32, .frames = (int64_t)n}};
    const char *path = t->asked->state_out;
    sinew_status status = path ? sinew_atomic_file_open(&t->file, path, path, t->error) : SINEW_OK;
    return status ? status : sinew_sink_open(&t->sink, t->asked->logits, &opts, t->error);
}

static sinew_status interrupted(const task *t)
{
    return sinew_fail(t->error, SINEW_ERR_IO, "%s: interrupted", t->asked->ids);
}

static sinew_status run_ids(task *t, const int32_t *ids, size_t n)
{
    sinew_status status = SINEW_OK;
    lm_feed_pending(&t->state, t->m);
    for (size_t at = 0, now; !status && at < n; at += now) {
        now = n - at < t->m->block ? n - at : t->m->block;
        lm_model_feed(t->m, ids + at, now);
        sinew_block out = {.samples = (void *)(uintptr_t)lm_model_logits(t->m, 0, now),
                           .n_frames = now,
                           .channels = t->m->info.rows};
        status = sinew_sink_write(t->sink, SINEW_SAMPLE_F32, &out, NULL, t->error);
        if (!status && interrupt_signal())
            status = interrupted(t);
    }
    for (size_t i = n < LM_RECENT ? 0 : n - LM_RECENT; i < n; i++)
        lm_state_add(&t->state, ids[i]);
    return status;
}

static sinew_status commit(task *t)
{
    const char *path = t->asked->state_out;
    sinew_status status =
        path ? lm_state_write(&t->state, t->m, &t->file, path, t->error) : SINEW_OK;
    return status ? status : state_file_commit(t->sink, t->asked->logits, &t->file, path, t->error);
}

sinew_status lm_run_logits(lm_model *m, const lm_asked *asked, sinew_error *error)
{
    task t = {.m = m, .asked = asked, .file = {.fd = -1}, .error = error};
    int32_t *ids = NULL;
    size_t n = 0;
    sinew_status status = sinew_ids_read(&ids, &n, asked->ids, m->info.rows, error);
    if (!status)
        status = lm_begin(&t.state, m, asked, error);
    if (!status)
        status = open_outputs(&t, n);
    if (!status)
        status = run_ids(&t, ids, n);
    if (!status)
        status = commit(&t);
    sinew_atomic_file_close(&t.file);
    sinew_sink_close(t.sink);
    sinew_free(ids);
    return status;
}
