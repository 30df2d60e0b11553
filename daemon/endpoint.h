/* endpoint: what may stand in `bind` and `connect`: tcp://HOST:PORT and ipc://PATH. */
#ifndef SINEWD_ENDPOINT_H
#define SINEWD_ENDPOINT_H

#include <stdbool.h>

/* What is wrong with it as text that follows the endpoint; NULL: nothing. */
const char *sinewd_endpoint_fault(const char *endpoint);

/* Only this machine can reach it. */
bool sinewd_endpoint_local(const char *endpoint);

/* Somebody listens at an ipc endpoint now. libzmq would remove that one's socket and take its
 * place without a word. */
bool sinewd_endpoint_taken(const char *endpoint);

/* Remove the socket that an ipc endpoint left in the file system, unless somebody listens. */
void sinewd_endpoint_remove(const char *endpoint);

#endif
