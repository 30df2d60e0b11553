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
static void on_signal(int number)
{
    int saved_errno = errno;
    caught = number;
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; nothing >= 0 && fd < DESCRIPTORS; fd++)
        if (fd != nothing && may_wait(fd))
            dup2(nothing, fd);
    errno = saved_errno;
}

void interrupt_watch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int interrupt_signal(void)
{
    return caught;
}
