#include "layer/workers.h"

#include <stdatomic.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/team.h"

struct sinew_workers {
    atomic_size_t owners;
    atomic_flag busy;
    size_t threads;
    sinew_team *team;
};

sinew_status sinew_workers_new(sinew_workers **out, size_t threads, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (threads < 1 || threads > SINEW_WORKERS_MAX)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%zu threads, not 1 to %d", threads,
                          SINEW_WORKERS_MAX);
    sinew_workers *w = sinew_alloc(1, sizeof *w);
    if (!w)
        return sinew_fail_memory(error);
    atomic_init(&w->owners, 1);
    atomic_flag_clear(&w->busy);
    w->threads = threads;
    sinew_status status = sinew_team_new(&w->team, threads, error);
    if (status) {
        sinew_free(w);
        return status;
    }
    *out = w;
    return SINEW_OK;
}

sinew_workers *sinew_workers_keep(sinew_workers *w)
{
    if (w)
        atomic_fetch_add(&w->owners, 1);
    return w;
}

void sinew_workers_free(sinew_workers *w)
{
    if (!w || atomic_fetch_sub(&w->owners, 1) > 1)
        return;
    sinew_team_free(w->team);
    sinew_free(w);
}

typedef struct job {
    void (*part)(const void *context, size_t first, size_t last);
    const void *context;
    size_t n, range;
} job;

static void do_range(void *given, size_t i)
{
    const job *j = given;
    size_t first = i * j->range, left = j->n - first;
    j->part(j->context, first, first + (left < j->range ? left : j->range));
}

void sinew_workers_share(sinew_workers *w,
                         void (*part)(const void *context, size_t first, size_t last),
                         const void *context, size_t n, size_t grain)
{
    if (n == 0)
        return;
    if (!w || w->threads == 1 || n <= grain || atomic_flag_test_and_set(&w->busy)) {
        part(context, 0, n);
        return;
    }
    size_t each = (n + w->threads - 1) / w->threads;
    job j = {part, context, n, (each + grain - 1) / grain * grain};
    sinew_team_do(w->team, do_range, &j, (n + j.range - 1) / j.range);
    atomic_flag_clear(&w->busy);
}
