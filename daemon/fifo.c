#include "fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"

enum {
    PIECE_BYTES = 1 << 12, /* a page: a FIFO takes it whole or not at all */
    LOOK_NS = 20000000,    /* how often a writer looks for a reader: nothing tells of one */
    LAST_MS = 200          /* after a stop, for the other end to take what is left */
};

struct sinewd_fifo {
    const char *path;
    sinewd_fifo_way way;
    const sinewd_stop *stop;
    int inner;     /* the thread's end of the pipe */
    int handed;    /* the other one; -1: it is handed over */
    char text[32]; /* its path */
    pthread_t thread;
};

bool sinewd_fifo_at(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISFIFO(about.st_mode);
}

/* ---- the thread ---- */

/* Until fd is ready, or the other side of it is gone; false: a stop is wanted, or nobody reads
 * what would go into the pipe. */
static bool wait_for(const sinewd_fifo *f, int fd, short events)
{
    struct pollfd news[] = {{.fd = fd, .events = events},
                            {.fd = f->stop->fd, .events = POLLIN},
                            {.fd = f->way == SINEWD_FIFO_READ ? f->inner : -1}};
    while (!sinewd_stop_wanted(f->stop)) {
        poll(news, 3, -1);
        if (news[2].revents)
            return false;
        if (news[0].revents)
            return true;
    }
    return false;
}

/* A FIFO without a reader cannot be opened for writing; -1: a stop is wanted, or it is gone. */
static int open_fifo(const sinewd_fifo *f)
{
    int mode = f->way == SINEWD_FIFO_READ ? O_RDONLY : O_WRONLY;
    for (;;) {
        int fd = open(f->path, mode | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0 || errno != ENXIO || sinewd_stop_wait(f->stop, LOOK_NS))
            return fd;
    }
}

/* All n bytes; false: the reader is gone, or did not take them after a stop. */
static bool put(const sinewd_fifo *f, int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done > 0) {
            bytes += done;
            n -= (size_t)done;
        } else if (errno == EAGAIN) {
            struct pollfd last = {.fd = fd, .events = POLLOUT};
            if (!wait_for(f, fd, POLLOUT) && poll(&last, 1, LAST_MS) <= 0)
                return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* FIFO -> pipe. */
static void copy_in(const sinewd_fifo *f, int fifo)
{
    char bytes[PIECE_BYTES];
    while (wait_for(f, fifo, POLLIN)) {
        ssize_t n = read(fifo, bytes, sizeof bytes);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (n <= 0 || !put(f, f->inner, bytes, (size_t)n))
            return;
    }
}

/* Pipe -> FIFO, to the pipe's end: after a stop too, as that ends the writer. Where the FIFO's
 * reader is gone before any stop, the pipe is left: the writer must learn of it. */
static void copy_out(const sinewd_fifo *f, int fifo)
{
    char bytes[PIECE_BYTES];
    bool lost = fifo < 0;
    for (;;) {
        struct pollfd more = {.fd = f->inner, .events = POLLIN};
        poll(&more, 1, -1);
        ssize_t n = read(f->inner, bytes, sizeof bytes);
        if (n == 0)
            return;
        if (n > 0 && !lost)
            lost = !put(f, fifo, bytes, (size_t)n);
        if (lost && !sinewd_stop_wanted(f->stop))
            return;
    }
}

static void *copy(void *fifo)
{
    sinewd_fifo *f = fifo;
    int fd = open_fifo(f);
    if (f->way == SINEWD_FIFO_WRITE)
        copy_out(f, fd);
    else if (fd >= 0)
        copy_in(f, fd);
    if (fd >= 0)
        close(fd);
    close(f->inner); /* an end for the reader, EPIPE for the writer */
    return NULL;
}

/* ---- opening and closing ---- */

sinew_status sinewd_fifo_open(sinewd_fifo **out, const char *path, sinewd_fifo_way way,
                              const sinewd_stop *stop, sinew_error *error)
{
    int ends[2];
    *out = NULL;
    sinewd_fifo *f = sinew_alloc(1, sizeof *f);
    if (!f)
        return sinew_fail_memory(error);
    *f = (sinewd_fifo){.path = path, .way = way, .stop = stop};
    if (access(path, way == SINEWD_FIFO_READ ? R_OK : W_OK) < 0 ||
        pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        sinew_status status = sinew_fail(error, SINEW_ERR_IO, "%s: %s", path, strerror(errno));
        sinew_free(f);
        return status;
    }
    f->inner = ends[way == SINEWD_FIFO_READ];
    f->handed = ends[way == SINEWD_FIFO_WRITE];
    snprintf(f->text, sizeof f->text, "/dev/fd/%d", f->handed);
    if (pthread_create(&f->thread, NULL, copy, f) != 0) {
        close(ends[0]);
        close(ends[1]);
        sinew_free(f);
        return sinew_fail(error, SINEW_ERR_MEMORY, "no thread for %s", path);
    }
    *out = f;
    return SINEW_OK;
}

const char *sinewd_fifo_end(const sinewd_fifo *fifo)
{
    return fifo->text;
}

void sinewd_fifo_handed(sinewd_fifo *fifo)
{
    if (fifo->handed >= 0)
        close(fifo->handed);
    fifo->handed = -1;
}

void sinewd_fifo_name_error(const sinewd_fifo *fifo, sinew_error *error)
{
    size_t n = strlen(fifo->text);
    char rest[sizeof error->text];
    if (!error || strncmp(error->text, fifo->text, n) != 0)
        return;
    snprintf(rest, sizeof rest, "%s", error->text + n);
    snprintf(error->text, sizeof error->text, "%.200s%.300s", fifo->path, rest);
}

void sinewd_fifo_close(sinewd_fifo *fifo)
{
    if (!fifo)
        return;
    sinewd_fifo_handed(fifo);
    pthread_join(fifo->thread, NULL);
    sinew_free(fifo);
}
