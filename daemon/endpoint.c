#include "endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char TCP[] = "tcp://", IPC[] = "ipc://";

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static const char *tcp_fault(const char *host)
{
    const char *colon = strrchr(host, ':');
    if (!colon || colon == host)
        return "is not tcp://HOST:PORT";
    char *end;
    long port = strtol(colon + 1, &end, 10);
    if (colon[1] < '0' || colon[1] > '9' || *end || port < 1 || port > 65535)
        return "has no port from 1 to 65535";
    return NULL;
}

const char *sinewd_endpoint_fault(const char *endpoint)
{
    if (starts(endpoint, TCP))
        return tcp_fault(endpoint + sizeof TCP - 1);
    if (!starts(endpoint, IPC))
        return "is neither tcp://HOST:PORT nor ipc://PATH";
    const char *path = endpoint + sizeof IPC - 1;
    if (!path[0])
        return "has no path";
    if (strlen(path) >= sizeof((struct sockaddr_un *)0)->sun_path)
        return "has a path longer than a socket's may be";
    return NULL;
}

bool sinewd_endpoint_local(const char *endpoint)
{
    if (!starts(endpoint, TCP))
        return true;
    const char *host = endpoint + sizeof TCP - 1;
    unsigned a, b, c, d;
    int read = 0;
    if (sscanf(host, "%3u.%3u.%3u.%3u:%n", &a, &b, &c, &d, &read) == 4 && read > 0)
        return a == 127; /* 127/8 is the loopback net */
    return starts(host, "localhost:") || starts(host, "[::1]:") || starts(host, "lo:");
}

bool sinewd_endpoint_taken(const char *endpoint)
{
    if (!starts(endpoint, IPC))
        return false;
    const char *path = endpoint + sizeof IPC - 1;
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t n = strlen(path);
    if (n >= sizeof to.sun_path)
        return false;
    memcpy(to.sun_path, path, n + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    bool taken = connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    close(fd);
    return taken;
}

void sinewd_endpoint_remove(const char *endpoint)
{
    if (starts(endpoint, IPC) && endpoint[sizeof IPC - 1] != '@' &&
        !sinewd_endpoint_taken(endpoint))
        unlink(endpoint + sizeof IPC - 1);
}
