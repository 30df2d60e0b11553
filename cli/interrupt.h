/* interrupt: SIGINT and SIGTERM ask a run to stop and clean up. */
#ifndef SINEW_CLI_INTERRUPT_H
#define SINEW_CLI_INTERRUPT_H

/* From here on the first SIGINT or SIGTERM only sets a flag; a second one kills. */
void interrupt_watch(void);

/* The signal that came, 0 for none. The exit status is then 128 plus it. */
int interrupt_signal(void);

#endif
