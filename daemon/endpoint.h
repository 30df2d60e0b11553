/* endpoint: what may stand in `bind` and `connect`: tcp://HOST:PORT and ipc://PATH. */
#ifndef SINEWD_ENDPOINT_H
#define SINEWD_ENDPOINT_H

#include <stdbool.h>

/* What is wrong with it as text that follows the endpoint; NULL: nothing. */
const char *sinewd_endpoint_fault(const char *endpoint);

/* Only this machine can reach it. */
bool sinewd_endpoint_local(const char *endpoint);

/* Why an ipc endpoint cannot be bound to, as text that follows it; NULL: nothing known. libzmq
 * would remove whatever is there, a file or the socket of one who listens, without a word; only
 * a socket that nobody listens at may be replaced. */
const char *sinewd_endpoint_obstacle(const char *endpoint);

/* Remove the socket that an ipc endpoint left in the file system, unless somebody listens. */
void sinewd_endpoint_remove(const char *endpoint);

#endif
