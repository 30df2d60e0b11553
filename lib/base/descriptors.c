#include "base/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool sinew_descriptors_reserve(void)
{
    /* the wrong way round for 0 and 1, so that their use is an error still */
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDWR};
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
            continue;
        /* the lowest number that is free, which is fd: those below it are open by now */
        if (open("/dev/null", modes[fd]) != fd)
            return false;
    }
    return true;
}
