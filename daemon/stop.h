/* stop: the one wish that every waiting thread listens for.
 *
 * An eventfd that becomes readable once and stays so: any poll can hold it beside what it really
 * waits for. Thread-safety: any thread may ask and wait. */
#ifndef SINEWD_STOP_H
#define SINEWD_STOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "sinew/status.h"

typedef struct sinewd_stop {
    int fd;
    atomic_bool wanted;
} sinewd_stop;

sinew_status sinewd_stop_init(sinewd_stop *stop, sinew_error *error);
void sinewd_stop_finish(sinewd_stop *stop);

void sinewd_stop_ask(sinewd_stop *stop);
bool sinewd_stop_wanted(const sinewd_stop *stop);

/* Sleep `ns` nanoseconds (not at all below 1), less if a stop is wanted; tells whether it is. */
bool sinewd_stop_wait(const sinewd_stop *stop, int64_t ns);

#endif
