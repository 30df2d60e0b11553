#include "endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
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
    const char *host = endpoint + sizeof TCP - 1, *colon = strrchr(host, ':');
    char dotted[INET_ADDRSTRLEN] = "";
    struct in_addr address;
    if (colon && (size_t)(colon - host) < sizeof dotted)
        memcpy(dotted, host, (size_t)(colon - host));
    if (inet_pton(AF_INET, dotted, &address) == 1)
        return ntohl(address.s_addr) >> 24 == 127; /* 127/8 is the loopback net */
    return starts(host, "localhost:") || starts(host, "[::1]:") || starts(host, "lo:");
}

/* What a connection to the path of an ipc endpoint meets: 0, somebody who listens; else errno. */
static int knock(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t n = strlen(path);
    if (n >= sizeof to.sun_path)
        return ENAMETOOLONG;
    memcpy(to.sun_path, path, n);
    bool abstract = path[0] == '@';
    if (abstract)
        to.sun_path[0] = '\0';
    socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + !abstract);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return errno;
    int met = connect(fd, (struct sockaddr *)&to, bytes) == 0 ? 0 : errno;
    close(fd);
    return met;
}

/* A socket that nobody listens at any more: its owner ended without a chance to remove it. */
static bool stale(const char *path)
{
    struct stat about;
    return path[0] != '@' && lstat(path, &about) == 0 && S_ISSOCK(about.st_mode) &&
           knock(path) == ECONNREFUSED;
}

const char *sinewd_endpoint_obstacle(const char *endpoint)
{
    struct stat about;
    if (!starts(endpoint, IPC) || endpoint[sizeof IPC - 1] == '@')
        return NULL;
    if (lstat(endpoint + sizeof IPC - 1, &about) < 0)
        return NULL; /* bind knows better what is wrong, if anything is */
    return S_ISSOCK(about.st_mode) ? NULL : "is there already, and is no socket";
}

bool sinewd_endpoint_taken(const char *endpoint)
{
    struct stat about;
    if (!starts(endpoint, IPC))
        return false;
    const char *path = endpoint + sizeof IPC - 1;
    if (path[0] == '@')
        return knock(path) != ECONNREFUSED;
    return lstat(path, &about) == 0 && !stale(path);
}

void sinewd_endpoint_remove(const char *endpoint)
{
    if (starts(endpoint, IPC) && stale(endpoint + sizeof IPC - 1))
        unlink(endpoint + sizeof IPC - 1);
}
