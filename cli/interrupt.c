#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

/* A handler reaches nothing but static memory: the program's one variable. */
static volatile sig_atomic_t caught;

enum { DESCRIPTORS = 256 }; /* far more than a run opens */

/* Where a read or write may wait for the other end. */
static int may_wait(int fd)
{
    struct stat about;
    return fd != STDERR_FILENO && fstat(fd, &about) == 0 &&
           (S_ISFIFO(about.st_mode) || S_ISSOCK(about.st_mode) || S_ISCHR(about.st_mode));
}

/* A read that waits for a pipe might never see the flag: it may be tried again after EINTR, and
 * the signal may come just before it. So whatever can wait becomes /dev/null, where a read ends
 * and a write succeeds at once. Only system calls that signal-safety(7) lists. */
static void end_waits(void)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; nothing >= 0 && fd < DESCRIPTORS; fd++)
        if (fd != nothing && may_wait(fd))
            dup2(nothing, fd);
    if (nothing >= 0)
        close(nothing);
}

static void on_signal(int number)
{
    int saved_errno = errno;
    caught = number;
    end_waits();
    errno = saved_errno;
}

/* In the thread that is nudged: its system call ends with EINTR, and if it is tried again, then
 * on /dev/null. A file that the thread has opened since is one more to be ended. */
static void on_nudge(int number)
{
    (void)number;
    int saved_errno = errno;
    end_waits();
    errno = saved_errno;
}

void interrupt_watch(void)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}, before;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
        /* who runs the program behind nohup, or in a script's background, wants it to go on */
        if (sigaction(ending[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(ending[i], &action, NULL);
    /* no SA_RESTART: an open of a fifo is to fail */
    struct sigaction nudge = {.sa_handler = on_nudge};
    sigemptyset(&nudge.sa_mask);
    sigaction(SIGUSR1, &nudge, NULL);
}

void interrupt_nudge(pthread_t thread)
{
    pthread_kill(thread, SIGUSR1);
}

int interrupt_signal(void)
{
    return caught;
}
