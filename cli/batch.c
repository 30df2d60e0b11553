#include "batch.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "clash.h"
#include "interrupt.h"
#include "losses.h"
#include "json.h"
#include "paths.h"
#include "progress.h"

typedef enum outcome { OUTCOME_DONE, OUTCOME_SKIPPED, OUTCOME_FAILED } outcome;

typedef struct entry {
    const char *input;
    char *output;
    outcome outcome;
    job_result result;
    sinew_error error;
} entry;

/* What the threads share; `lock` guards what follows it. */
typedef struct batch {
    const job_plan *plan;
    const batch_opts *opts;
    entry *entries;
    size_t n;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t next, n_workers; /* the next entry to take, the threads still at work */
    size_t *ready;          /* (n) entries that are through, in that order */
    size_t n_ready;
    pthread_t *threads; /* (n_threads) of the first thread alone */
    size_t n_threads;
} batch;

bool batch_print_json(const char *input, const char *output, const char *status,
                      const job_result *result, const char *error)
{
    if (ferror(stdout)) /* one message will do */
        return false;
    fputs("{\"file\":", stdout);
    json_text(input);
    fputs(",\"output\":", stdout);
    json_text(output);
    printf(",\"status\":\"%s\"", status);
    if (result) {
        printf(",\"frames\":%lld,\"rate\":", (long long)result->frames);
        if (result->rate_hz > 0)
            json_number(result->rate_hz);
        else
            fputs("null", stdout);
        fputs(",\"seconds\":", stdout);
        json_number(result->seconds);
        printf(",\"clipped\":%llu", (unsigned long long)result->clipped);
    } else {
        fputs(",\"frames\":null,\"rate\":null,\"seconds\":null,\"clipped\":null", stdout);
    }
    fputs(",\"error\":", stdout);
    if (error)
        json_text(error);
    else
        fputs("null", stdout);
    puts("}");
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    const char *why = strerror(errno ? errno : EIO);
    if (strcmp(status, "done") == 0)
        report_error("standard output: %s; %s is written all the same", why, output);
    else
        report_error("standard output: %s", why);
    return false;
}

static bool is_older(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec != b->st_mtim.tv_sec ? a->st_mtim.tv_sec < b->st_mtim.tv_sec
                                                  : a->st_mtim.tv_nsec < b->st_mtim.tv_nsec;
}

/* What the model is made of, none of it newer than the output. */
static bool references_are_older(const batch *b, const struct stat *output)
{
    struct stat file;
    size_t n;
    const char *const *references = sinew_model_references(b->plan->model, &n);
    for (size_t i = 0; i < n; i++)
        if (stat(references[i], &file) || is_older(output, &file))
            return false;
    return true;
}

/* The output is there, and not older than the input or the model. The same time, which is a tick
 * of some milliseconds, counts as done, as in make. */
static bool is_done_already(const batch *b, const entry *e)
{
    struct stat output, input, model;
    if (b->opts->force || stat(e->output, &output) || stat(e->input, &input) ||
        stat(b->opts->model_path, &model) || S_ISDIR(input.st_mode) || S_ISDIR(output.st_mode))
        return false;
    return !is_older(&output, &input) && !is_older(&output, &model) &&
           references_are_older(b, &output);
}

static void work_on(const batch *b, entry *e)
{
    job_files files = {e->input, e->output, b->opts->in_format, b->opts->out_format};
    if (is_done_already(b, e))
        e->outcome = OUTCOME_SKIPPED;
    else if (path_is_folder(e->input)) {
        sinew_fail(&e->error, SINEW_ERR_IO, "%s: %s", e->input, strerror(EISDIR));
        e->outcome = OUTCOME_FAILED;
    } else if (job_run(&e->result, b->plan, &files, &(job_watch){0}, &e->error))
        e->outcome = OUTCOME_FAILED;
}

static void *worker(void *context)
{
    batch *b = context;
    pthread_mutex_lock(&b->lock);
    while (b->next < b->n && !interrupt_signal()) {
        size_t mine = b->next++;
        pthread_mutex_unlock(&b->lock);
        work_on(b, &b->entries[mine]);
        pthread_mutex_lock(&b->lock);
        b->ready[b->n_ready++] = mine;
        pthread_cond_signal(&b->changed);
    }
    b->n_workers--;
    pthread_cond_signal(&b->changed);
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

/* An error text names the file already unless the trouble is the model's. False: there was JSON
 * to print, and it went nowhere. */
static bool report_entry(const batch *b, const entry *e)
{
    static const char *const names[] = {"done", "skipped", "failed"};
    bool failed = e->outcome == OUTCOME_FAILED;
    size_t length = strlen(e->input);
    if (failed && strncmp(e->error.text, e->input, length) == 0)
        report_error("%s", e->error.text);
    else if (failed)
        report_error("%s: %s", e->input, e->error.text);
    if (e->outcome == OUTCOME_DONE && e->result.warning[0])
        report_warning("%s: %s", e->input, e->result.warning);
    if (e->outcome == OUTCOME_DONE)
        losses_report(e->output, &e->result);
    return !b->opts->json || batch_print_json(e->input, e->output, names[e->outcome],
                                              e->outcome == OUTCOME_DONE ? &e->result : NULL,
                                              failed ? e->error.text : NULL);
}

static void wait_a_moment(batch *b)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 100000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_cond_timedwait(&b->changed, &b->lock, &until);
}

/* The first thread prints what the others finish. How many failed. */
static size_t watch_workers(batch *b)
{
    progress bar = progress_start(b->opts->quiet);
    double signal_s = 0;
    size_t n_reported = 0, n_failed = 0;
    pthread_mutex_lock(&b->lock);
    while (b->n_workers > 0 || n_reported < b->n_ready) {
        if (interrupt_signal())
            for (size_t i = 0; i < b->n_threads; i++)
                interrupt_nudge(b->threads[i]);
        if (n_reported == b->n_ready)
            wait_a_moment(b);
        size_t n_ready = b->n_ready;
        pthread_mutex_unlock(&b->lock);
        for (; n_reported < n_ready; n_reported++) {
            const entry *e = &b->entries[b->ready[n_reported]];
            if (e->outcome == OUTCOME_DONE)
                signal_s +=
                    e->result.rate_hz > 0 ? (double)e->result.frames / e->result.rate_hz : 0;
            n_failed += e->outcome == OUTCOME_FAILED;
            progress_clear(&bar);
            n_failed += !report_entry(b, e) && e->outcome != OUTCOME_FAILED;
        }
        progress_of_batch(&bar, n_reported, b->n, signal_s);
        pthread_mutex_lock(&b->lock);
    }
    pthread_mutex_unlock(&b->lock);
    progress_clear(&bar);
    return n_failed;
}

static size_t count_threads(const batch *b)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = b->opts->jobs ? b->opts->jobs : cores > 0 ? (size_t)cores : 1;
    return jobs < b->n ? jobs : b->n;
}

static int run_threads(batch *b)
{
    size_t wanted = count_threads(b), n_failed = 0;
    b->threads = calloc(wanted, sizeof *b->threads);
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->changed, NULL);
    if (b->threads) {
        pthread_mutex_lock(&b->lock);
        while (b->n_threads < wanted &&
               pthread_create(&b->threads[b->n_threads], NULL, worker, b) == 0)
            b->n_threads++;
        b->n_workers = b->n_threads;
        pthread_mutex_unlock(&b->lock);
        n_failed = watch_workers(b);
        for (size_t i = 0; i < b->n_threads; i++)
            pthread_join(b->threads[i], NULL);
    }
    free(b->threads);
    pthread_cond_destroy(&b->changed);
    pthread_mutex_destroy(&b->lock);
    if (b->n_threads == 0)
        report_error("no thread can be started");
    if (interrupt_signal())
        return 128 + interrupt_signal();
    return b->n_threads == 0 || n_failed > 0 ? EXIT_FAILED : EXIT_DONE;
}

static int compare_outputs(const void *a, const void *b)
{
    const entry *const *left = a, *const *right = b;
    return strcmp((*left)->output, (*right)->output);
}

/* Two inputs that would become one output. Sorted, so that a hundred thousand files are no
 * matter. */
static int check_names(const command *self, const batch *b)
{
    const entry **sorted = calloc(b->n, sizeof *sorted);
    int status = EXIT_DONE;
    if (!sorted) {
        report_error("out of memory");
        return EXIT_FAILED;
    }
    for (size_t i = 0; i < b->n; i++)
        sorted[i] = &b->entries[i];
    qsort(sorted, b->n, sizeof *sorted, compare_outputs);
    for (size_t i = 1; i < b->n && !status; i++)
        if (strcmp(sorted[i - 1]->output, sorted[i]->output) == 0)
            status = report_misuse(self, "%s and %s would both become %s", sorted[i - 1]->input,
                                   sorted[i]->input, sorted[i]->output);
    free(sorted);
    return status;
}

/* No output, through links too, is an input, the model, x0 or another output. */
static int check_files(const command *self, const batch *b)
{
    size_t n_references;
    const char *const *references = sinew_model_references(b->plan->model, &n_references);
    clash_file *files = calloc(2 * b->n + 2 + n_references, sizeof *files);
    const clash_file *one, *other;
    size_t n = 0;
    int status = EXIT_DONE;
    if (!files) {
        report_error("out of memory");
        return EXIT_FAILED;
    }
    for (size_t i = 0; i < b->n; i++) {
        files[n++].path = b->entries[i].input;
        files[n++] = (clash_file){.path = b->entries[i].output, .written = true};
    }
    files[n++].path = b->opts->model_path;
    for (size_t i = 0; i < n_references; i++)
        files[n++].path = references[i];
    if (b->opts->x0_path)
        files[n++].path = b->opts->x0_path;
    if (clash_find(files, n, &one, &other))
        status =
            report_misuse(self, "%s would be overwritten by the output %s", one->path, other->path);
    free(files);
    return status;
}

static int prepare(const command *self, batch *b, const char **inputs)
{
    b->entries = calloc(b->n, sizeof *b->entries);
    b->ready = calloc(b->n, sizeof *b->ready);
    for (size_t i = 0; i < b->n && b->entries && b->ready; i++) {
        if (strcmp(inputs[i], "-") == 0)
            return report_misuse(self, "- is no file for --out-dir");
        b->entries[i].input = inputs[i];
        b->entries[i].output = path_in_folder(b->opts->out_dir, inputs[i], b->opts->out_format);
        if (!b->entries[i].output)
            break;
    }
    if (!b->entries || !b->ready || !b->entries[b->n - 1].output) {
        report_error("out of memory");
        return EXIT_FAILED;
    }
    int status = check_names(self, b);
    if (!status)
        status = check_files(self, b);
    if (!status && mkdir(b->opts->out_dir, 0777) && errno != EEXIST) {
        report_error("%s: %s", b->opts->out_dir, strerror(errno));
        status = EXIT_FAILED;
    }
    return status;
}

int batch_run(const command *self, const job_plan *plan, const batch_opts *opts,
              const char **inputs, size_t n_inputs)
{
    batch b = {.plan = plan, .opts = opts, .n = n_inputs};
    int status = prepare(self, &b, inputs);
    if (!status)
        status = run_threads(&b);
    for (size_t i = 0; b.entries && i < b.n; i++)
        free(b.entries[i].output);
    free(b.entries);
    free(b.ready);
    return status;
}
