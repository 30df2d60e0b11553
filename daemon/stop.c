#include "stop.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "chunk.h"

sinew_status sinewd_stop_init(sinewd_stop *stop, sinew_error *error)
{
    atomic_init(&stop->wanted, false);
    stop->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return stop->fd >= 0 ? SINEW_OK
                         : sinew_fail(error, SINEW_ERR_IO, "eventfd: %s", strerror(errno));
}

void sinewd_stop_finish(sinewd_stop *stop)
{
    if (stop->fd >= 0)
        close(stop->fd);
    stop->fd = -1;
}

void sinewd_stop_ask(sinewd_stop *stop)
{
    atomic_store(&stop->wanted, true);
    eventfd_write(stop->fd, 1); /* can only fail when it is set already */
}

bool sinewd_stop_wanted(const sinewd_stop *stop)
{
    return atomic_load(&stop->wanted);
}

bool sinewd_stop_wait(const sinewd_stop *stop, int64_t ns)
{
    if (ns > 0 && !sinewd_stop_wanted(stop)) {
        struct pollfd waiting = {.fd = stop->fd, .events = POLLIN};
        struct timespec timeout = sinewd_time_add((struct timespec){0}, ns);
        ppoll(&waiting, 1, &timeout, NULL);
    }
    return sinewd_stop_wanted(stop);
}
