#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

/* A handler reaches nothing but static memory: the program's one variable. */
static volatile sig_atomic_t caught;

/* A read or write that waits for the other end of a pipe, and is tried again after EINTR, would
 * never see the flag: so pipes on standard input and output end here. Only system calls that
 * signal-safety(7) lists. */
static void on_signal(int number)
{
    int saved_errno = errno;
    caught = number;
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) {
        dup2(nothing, STDIN_FILENO);
        dup2(nothing, STDOUT_FILENO);
        close(nothing);
    }
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
