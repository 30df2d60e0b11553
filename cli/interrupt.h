/* interrupt: SIGINT, SIGTERM and SIGHUP ask a run to stop and clean up. */
#ifndef SINEW_CLI_INTERRUPT_H
#define SINEW_CLI_INTERRUPT_H

#include <pthread.h>

/* From here on the first of them only sets a flag; a second one kills. What is ignored stays so. */
void interrupt_watch(void);

/* The signal came to one thread: end the system call that another one, not joined yet, waits in.
 * It may be about to enter it, so nudge until the thread is done. */
void interrupt_nudge(pthread_t thread);

/* The signal that came, 0 for none. The exit status is then 128 plus it. */
int interrupt_signal(void);

#endif
