/* endpoint: what may stand in `bind` and `connect`: tcp://HOST:PORT and ipc://PATH. */
#ifndef SINEWD_ENDPOINT_H
#define SINEWD_ENDPOINT_H

#include <stdbool.h>

/* What is wrong with it as text that follows the endpoint; NULL: nothing. */
const char *sinewd_endpoint_fault(const char *endpoint);

/* Only this machine can reach it. */
bool sinewd_endpoint_local(const char *endpoint);

/* What stands at an ipc endpoint's path and is no socket, as text that follows the endpoint;
 * NULL: nothing. libzmq would remove it without a word. */
const char *sinewd_endpoint_obstacle(const char *endpoint);

/* Something is at an ipc endpoint that must not be replaced: all but a socket that nobody listens
 * at any more. libzmq would remove that too. */
bool sinewd_endpoint_taken(const char *endpoint);

/* Remove the socket that an ipc endpoint left in the file system, unless somebody listens. */
void sinewd_endpoint_remove(const char *endpoint);

#endif
