/* Workers: each number of a job is done once, jobs follow one another at once or after a sleep,
 * from several callers, with more threads than processors. A plain program that speaks TAP, for the
 * thread sanitizer. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/denormal.h"
#include "layer/workers.h"

enum { MOST = 1000, CALLERS = 3 };

static size_t numbers, failures;

static void check(int holds, const char *what, size_t of)
{
    printf("%s %zu - %s: %zu\n", holds ? "ok" : "not ok", ++numbers, what, of);
    failures += !holds;
}

typedef struct count {
    int *done; /* how often each number was */
    size_t n, grain;
} count;

static void do_part(const void *given, size_t first, size_t last)
{
    const count *c = given;
    if (first % c->grain > 0 || (last != c->n && last % c->grain > 0) || first >= last)
        abort();
    for (size_t i = first; i < last; i++)
        c->done[i]++;
}

/* How many numbers were not done once a job. */
static size_t wrong_after(sinew_workers *w, size_t n, size_t grain, int jobs)
{
    static _Thread_local int done[MOST];
    count c = {done, n, grain};
    size_t wrong = 0;
    memset(done, 0, sizeof done);
    for (int i = 0; i < jobs; i++)
        sinew_workers_share(w, do_part, &c, n, grain);
    for (size_t i = 0; i < MOST; i++)
        wrong += done[i] != (i < n ? jobs : 0);
    return wrong;
}

static void sleep_us(long us)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000 * us}, NULL);
}

static void all_sizes(sinew_workers *w, size_t threads)
{
    size_t wrong = 0;
    for (size_t n = 0; n <= 70; n++)
        for (size_t grain = 1; grain <= 16; grain *= 4)
            wrong += wrong_after(w, n, grain, 3);
    wrong += wrong_after(w, MOST, 16, 3000);
    check(wrong == 0, "each number is done once a job by threads", threads);
}

/* A pause near the time that members stay awake meets them as they fall asleep. */
static void with_pauses(sinew_workers *w, size_t threads)
{
    size_t wrong = 0;
    for (long us = 0; us < 300; us += 3) {
        sleep_us(us);
        wrong += wrong_after(w, MOST, 16, 2);
    }
    check(wrong == 0, "asleep or awake", threads);
}

static void *call(void *w)
{
    size_t wrong = 0;
    for (int i = 0; i < 200; i++)
        wrong += wrong_after(w, MOST, 16, 5);
    return (void *)wrong;
}

static void several_callers(sinew_workers *w, size_t threads)
{
    pthread_t ids[CALLERS];
    void *wrong[CALLERS];
    size_t all = 0;
    for (size_t i = 0; i < CALLERS; i++)
        if (pthread_create(&ids[i], NULL, call, w))
            abort();
    for (size_t i = 0; i < CALLERS; i++) {
        pthread_join(ids[i], &wrong[i]);
        all += (size_t)wrong[i];
    }
    check(all == 0, "several callers", threads);
}

/* A number that is subnormal, or zero where that is what the caller wants. */
static void halve(const void *given, size_t first, size_t last)
{
    float *const *values = given;
    for (size_t i = first; i < last; i++)
        (*values)[i] *= 0.5F;
}

static void the_callers_mode(sinew_workers *w, size_t threads)
{
    float values[MOST], *at = values;
    size_t wrong = 0;
    for (int round = 0; round < 100; round++)
        for (int flushed = 0; flushed < 2; flushed++) {
            for (size_t i = 0; i < MOST; i++)
                values[i] = 0x1p-126F;
            sinew_float_mode before = 0;
            if (flushed)
                before = sinew_flush_denormals();
            sinew_workers_share(w, halve, &at, MOST, 16);
            if (flushed)
                sinew_restore_denormals(before);
            for (size_t i = 0; i < MOST; i++)
                wrong += (values[i] > 0) == flushed;
        }
    check(wrong == 0, "subnormal numbers are as the caller has them", threads);
}

static void counted(void)
{
    sinew_workers *w = NULL;
    sinew_error error;
    check(sinew_workers_new(&w, 0, &error) == SINEW_ERR_ARGUMENT && !w, error.text, 0);
    check(sinew_workers_new(&w, SINEW_WORKERS_MAX + 1, &error) == SINEW_ERR_ARGUMENT && !w,
          error.text, SINEW_WORKERS_MAX + 1);
    for (int i = 0; i < 50; i++) { /* that never had a job */
        if (sinew_workers_new(&w, 4, &error))
            abort();
        sinew_workers_free(sinew_workers_keep(w));
        sinew_workers_free(w);
    }
    check(1, "made, kept, freed", 50);
}

int main(void)
{
    static const size_t threads[] = {1, 2, 3, 7, SINEW_WORKERS_MAX};
    counted();
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        sinew_workers *w;
        if (sinew_workers_new(&w, threads[i], NULL))
            abort();
        all_sizes(w, threads[i]);
        with_pauses(w, threads[i]);
        several_callers(w, threads[i]);
        the_callers_mode(w, threads[i]);
        sinew_workers_free(w);
    }
    printf("1..%zu\n", numbers);
    return failures > 0;
}
