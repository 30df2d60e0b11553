#include "daemon.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "config.h"
#include "log.h"
#include "pipeline.h"
#include "publish.h"

enum { LAST_WORDS_MS = 700 }; /* after a stop, for `eos` to leave: the publisher's linger, 500 ms */

typedef struct daemon_run {
    sinewd_config_file file;
    const sinewd_config *config;
    sinewd_stop stop;
    int signal_fd, done_fd;
    sinewd_publisher *publisher; /* NULL: nothing is published */
    sinewd_pipeline **pipelines; /* (n) */
    size_t n;
} daemon_run;

/* ---- opening, in an order that lets every mistake show before anything runs ---- */

/* True: the document can be read, whatever else is wrong with it. */
static bool load_config(daemon_run *d, const char *path)
{
    sinewd_config_load(&d->file, path);
    d->config = &d->file.config;
    d->n = d->config->pipelines.n;
    return d->file.document != NULL;
}

static void say_problems(const daemon_run *d)
{
    const sinew_problems *problems = &d->file.problems;
    for (size_t i = 0; i < problems->n; i++)
        sinewd_log("%s", sinew_problems_text(problems, i));
    if (problems->seen > problems->n)
        sinewd_log("and %zu problems more", problems->seen - problems->n);
}

/* Every thread inherits the mask, so the signals come here only, as something to read. */
static sinew_status catch_signals(daemon_run *d, sinew_error *error)
{
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGHUP); /* a terminal that closes: what a live source gave is kept */
    pthread_sigmask(SIG_BLOCK, &stops, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of the write */
    d->signal_fd = signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
    d->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (d->signal_fd < 0 || d->done_fd < 0)
        return sinew_fail(error, SINEW_ERR_IO, "signals: %s", strerror(errno));
    return sinewd_stop_init(&d->stop, error);
}

static sinew_status make_publisher(daemon_run *d, sinew_error *error)
{
    const sinew_items *bind = &d->config->publish.bind;
    if (bind->n == 0)
        return SINEW_OK;
    sinewd_publish_opts opts = {
        .bind = bind->items, .n_bind = bind->n, .stop = &d->stop, .done_fd = d->done_fd};
    return sinewd_publisher_new(&d->publisher, &opts, error);
}

/* What is wrong is among the problems. */
static sinew_status open_pipelines(daemon_run *d, sinew_error *error)
{
    const sinewd_pipeline_config *configs = d->config->pipelines.items;
    sinewd_world world = {.publisher = d->publisher,
                          .queue_s = d->config->publish.queue_s,
                          .stop = &d->stop,
                          .done_fd = d->done_fd};
    if (d->n == 0)
        return SINEW_OK;
    d->pipelines = sinew_alloc(d->n, sizeof *d->pipelines);
    if (!d->pipelines)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < d->n; i++)
        if (configs[i].good)
            sinewd_pipeline_open(&d->pipelines[i], &d->file, i, &world);
    return SINEW_OK;
}

static void prepare_pipelines(daemon_run *d)
{
    for (size_t i = 0; i < d->n; i++)
        sinewd_pipeline_prepare(d->pipelines[i]);
}

static bool faulty(const daemon_run *d)
{
    return d->file.problems.seen > 0;
}

static sinew_status start_publisher(daemon_run *d, sinew_error *error)
{
    double messages = 1;
    if (!d->publisher)
        return SINEW_OK;
    for (size_t i = 0; i < d->n; i++)
        messages += sinewd_pipeline_messages_hz(d->pipelines[i]) * d->config->publish.queue_s;
    return sinewd_publisher_start(d->publisher, (size_t)messages + 1, error);
}

/* Memory that is swapped out would be missed in a callback. With a limit, locking what is to
 * come would make later allocations fail, so then nothing is locked. */
static void lock_memory(const daemon_run *d)
{
    bool device = false;
    for (size_t i = 0; i < d->n; i++)
        device |= sinewd_pipeline_uses_device(d->pipelines[i]);
    struct rlimit limit;
    if (!device)
        return;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        sinewd_log("memory is not locked (the limit is %llu bytes), going on without",
                   (unsigned long long)limit.rlim_cur);
    else if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
        sinewd_log("memory is not locked (%s), going on without", strerror(errno));
}

/* ---- running ---- */

static bool all_ended(const daemon_run *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (!sinewd_pipeline_ended(d->pipelines[i]))
            return false;
    return true;
}

/* Sleep until something of it happens: a signal (true), or done_fd was written to, or the time
 * is over (false). */
static bool wait_for_news(daemon_run *d, int timeout_ms)
{
    struct pollfd news[] = {{.fd = d->signal_fd, .events = POLLIN},
                            {.fd = d->done_fd, .events = POLLIN}};
    poll(news, 2, timeout_ms);
    eventfd_t ignored;
    if (news[1].revents)
        eventfd_read(d->done_fd, &ignored);
    struct signalfd_siginfo caught;
    return news[0].revents && read(d->signal_fd, &caught, sizeof caught) == sizeof caught;
}

static sinew_status run_pipelines(daemon_run *d, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    size_t started = 0;
    for (; started < d->n && !status; started++)
        status = sinewd_pipeline_start(d->pipelines[started], error);
    if (status)
        sinewd_stop_ask(&d->stop);
    while (!status && !all_ended(d))
        if (wait_for_news(d, -1))
            sinewd_stop_ask(&d->stop);
    for (size_t i = 0; i < started; i++)
        if (sinewd_pipeline_join(d->pipelines[i]) && !status)
            status = sinew_fail(error, SINEW_ERR_IO, "some pipeline failed");
    return status;
}

/* Let the publisher send what is left. It may wait for a slow reader of a file that went as
 * fast as it could; a stop gives it a moment only. False: it is still at it. */
static bool drain_publisher(daemon_run *d)
{
    if (!d->publisher)
        return true;
    eventfd_t ignored;
    eventfd_read(d->done_fd, &ignored); /* the pipelines' */
    sinewd_publisher_close(d->publisher);
    struct pollfd done = {.fd = d->done_fd, .events = POLLIN};
    while (!sinewd_stop_wanted(&d->stop)) {
        struct pollfd news[] = {{.fd = d->signal_fd, .events = POLLIN}, done};
        poll(news, 2, -1);
        if (news[1].revents)
            return true;
        if (news[0].revents)
            sinewd_stop_ask(&d->stop);
    }
    return poll(&done, 1, 2 * LAST_WORDS_MS) == 1;
}

static void close_all(daemon_run *d)
{
    if (d->stop.fd >= 0)
        sinewd_stop_ask(&d->stop); /* what never ran waits for nobody now */
    for (size_t i = 0; i < d->n && d->pipelines; i++)
        sinewd_pipeline_close(d->pipelines[i]);
    sinewd_publisher_free(d->publisher);
    sinew_free(d->pipelines);
    sinewd_stop_finish(&d->stop);
    if (d->signal_fd >= 0)
        close(d->signal_fd);
    if (d->done_fd >= 0)
        close(d->done_fd);
    sinewd_config_finish(&d->file);
}

/* SINEW_OK, and nothing faulty: all can run. A faulty configuration is opened as for a check. */
static sinew_status open_all(daemon_run *d, bool check, sinew_error *error)
{
    sinew_status status = catch_signals(d, error);
    if (!status && !check && !faulty(d))
        status = make_publisher(d, error);
    if (!status)
        status = open_pipelines(d, error);
    if (!status && !check && !faulty(d))
        prepare_pipelines(d);
    if (!status && !check && !faulty(d))
        status = start_publisher(d, error);
    return status;
}

/* Everything that is wrong is said; true: nothing is. */
static bool load_and_open(daemon_run *d, const char *config_path, bool check)
{
    sinew_error error = {0};
    sinew_status status = SINEW_OK;
    if (load_config(d, config_path))
        status = open_all(d, check, &error);
    say_problems(d);
    if (status)
        sinewd_log("%s", error.text);
    return !status && !faulty(d);
}

int sinewd_daemon_check(const char *config_path)
{
    daemon_run d = {.signal_fd = -1, .done_fd = -1, .stop.fd = -1};
    bool good = load_and_open(&d, config_path, true);
    if (good)
        sinewd_log("%s: %zu pipeline%s, all is well", config_path, d.n, d.n == 1 ? "" : "s");
    close_all(&d);
    return good ? 0 : 1;
}

int sinewd_daemon_run(const char *config_path)
{
    daemon_run d = {.signal_fd = -1, .done_fd = -1, .stop.fd = -1};
    sinew_error error = {0};
    int exit_status = 1;
    sinew_status status = SINEW_OK;
    bool opened = load_and_open(&d, config_path, false);
    if (opened) {
        lock_memory(&d);
        status = run_pipelines(&d, &error);
    }
    if (status)
        sinewd_log("%s", error.text);
    else if (opened)
        exit_status = 0;
    /* A reader that takes nothing must not keep the daemon: the files are complete by now, and
     * the operating system takes back the rest. */
    if (opened && !drain_publisher(&d))
        _exit(exit_status);
    close_all(&d);
    return exit_status;
}
