/* Each member of the workers has a range of a job of its own, so that the same rows come to the
 * same processor's cache again and again; who is done takes ranges that nobody has begun, so that
 * a member that sleeps or has no processor delays nobody. Between jobs members stay awake for a
 * while: a decoder's products follow one another within microseconds, and waking takes several. */
#include "layer/workers.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/denormal.h"
#include "base/error.h"
#include "base/memory.h"

enum {
    AWAKE_US = 100,      /* how long a member waits for a job before it sleeps */
    PAUSES_A_LOOK = 32,  /* at the clock */
    PAUSES_A_YIELD = 256 /* of one that waits for what others have begun */
};

typedef struct job {
    void (*part)(const void *context, size_t first, size_t last);
    const void *context;
    size_t n, range;
    sinew_float_mode mode; /* the caller's: bits must not depend on who computes */
} job;

typedef struct member {
    sinew_workers *workers;
    size_t i;
} member;

struct sinew_workers {
    /* A bit for each range of the job that nobody has begun: who clears it does that range. The job
     * is written before bits are set and stands until all that were set are done. */
    _Alignas(64) atomic_uint_fast64_t open;
    _Alignas(64) atomic_size_t undone; /* ranges */
    _Alignas(64) job job;
    atomic_size_t owners;
    atomic_flag busy;
    atomic_bool over;
    atomic_size_t sleeping;
    pthread_mutex_t lock;
    pthread_cond_t begin;
    size_t threads, n_started; /* the caller is one of them */
    bool stays_awake;          /* there is a processor for each thread */
    member members[SINEW_WORKERS_MAX];
    pthread_t ids[SINEW_WORKERS_MAX];
};

static void pause_a_little(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A range that nobody has begun, range i if it is one of those; false: there is none. */
static bool claim(sinew_workers *w, size_t *i)
{
    uint64_t own = UINT64_C(1) << *i, open;
    while ((open = atomic_load(&w->open))) {
        uint64_t bit = open & own ? own : open & -open;
        if (atomic_fetch_and(&w->open, ~bit) & bit) {
            *i = (size_t)__builtin_ctzll(bit);
            return true;
        }
    }
    return false;
}

static void do_ranges(sinew_workers *w, size_t own)
{
    sinew_float_mode before = sinew_flush_denormals();
    for (size_t i = own; claim(w, &i); i = own) {
        const job *j = &w->job;
        size_t first = i * j->range, left = j->n - first;
        sinew_restore_denormals(j->mode);
        j->part(j->context, first, first + (left < j->range ? left : j->range));
        atomic_fetch_sub(&w->undone, 1);
    }
    sinew_restore_denormals(before);
}

static bool is_awaited(sinew_workers *w)
{
    return atomic_load(&w->open) || atomic_load(&w->over);
}

/* false: it waited long enough */
static bool wait_awake(sinew_workers *w)
{
    int64_t end_us = now_us() + AWAKE_US;
    do
        for (int i = 0; i < PAUSES_A_LOOK; i++) {
            if (is_awaited(w))
                return true;
            pause_a_little();
        }
    while (now_us() < end_us);
    return false;
}

/* Who sets bits looks at `sleeping` afterwards, who sleeps looks at the bits after he has said so:
 * one of the two sees the other. */
static void wait_asleep(sinew_workers *w)
{
    pthread_mutex_lock(&w->lock);
    atomic_fetch_add(&w->sleeping, 1);
    while (!is_awaited(w))
        pthread_cond_wait(&w->begin, &w->lock);
    atomic_fetch_sub(&w->sleeping, 1);
    pthread_mutex_unlock(&w->lock);
}

static void *work(void *given)
{
    const member *m = given;
    sinew_workers *w = m->workers;
    while (!atomic_load(&w->over)) {
        do_ranges(w, m->i);
        if (!w->stays_awake || !wait_awake(w))
            wait_asleep(w);
    }
    return NULL;
}

static void wake(sinew_workers *w)
{
    if (atomic_load(&w->sleeping) == 0)
        return;
    pthread_mutex_lock(&w->lock);
    pthread_cond_broadcast(&w->begin);
    pthread_mutex_unlock(&w->lock);
}

/* What others have begun is done soon, unless they have no processor. */
static void wait_for_the_others(sinew_workers *w)
{
    for (size_t pauses = 1; atomic_load(&w->undone) > 0; pauses++)
        if (pauses % PAUSES_A_YIELD == 0 || !w->stays_awake)
            sched_yield();
        else
            pause_a_little();
}

static size_t processors(void)
{
#if defined(__linux__)
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        return (size_t)CPU_COUNT(&allowed);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (size_t)online : 1;
}

static void finish(sinew_workers *w)
{
    pthread_mutex_lock(&w->lock);
    atomic_store(&w->over, true);
    pthread_cond_broadcast(&w->begin);
    pthread_mutex_unlock(&w->lock);
    for (size_t i = 1; i < w->n_started; i++)
        pthread_join(w->ids[i], NULL);
    pthread_cond_destroy(&w->begin);
    pthread_mutex_destroy(&w->lock);
    sinew_free(w);
}

static sinew_status start(sinew_workers *w, sinew_error *error)
{
    for (w->n_started = 1; w->n_started < w->threads; w->n_started++) {
        size_t i = w->n_started;
        w->members[i] = (member){w, i};
        int failed = pthread_create(&w->ids[i], NULL, work, &w->members[i]);
        if (failed)
            return sinew_fail(error, SINEW_ERR_IO, "no thread can be started: %s",
                              strerror(failed));
    }
    return SINEW_OK;
}

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
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->begin, NULL);
    w->threads = threads;
    w->stays_awake = threads <= processors();
    sinew_status status = start(w, error);
    if (status) {
        finish(w);
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
    if (w && atomic_fetch_sub(&w->owners, 1) == 1)
        finish(w);
}

static sinew_float_mode current_mode(void)
{
    sinew_float_mode mode = sinew_flush_denormals();
    sinew_restore_denormals(mode);
    return mode;
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
    size_t each = ((n + w->threads - 1) / w->threads + grain - 1) / grain * grain;
    size_t ranges = (n + each - 1) / each;
    w->job = (job){part, context, n, each, current_mode()};
    atomic_store(&w->undone, ranges);
    atomic_store(&w->open, ~UINT64_C(0) >> (64 - ranges));
    wake(w);
    do_ranges(w, 0);
    wait_for_the_others(w);
    atomic_flag_clear(&w->busy);
}
