/* log: one line to standard error, "sinewd: ...". Not for the device callback. */
#ifndef SINEWD_LOG_H
#define SINEWD_LOG_H

/* Thread-safety: a line is one write, lines of several threads do not mix. */
__attribute__((format(printf, 1, 2))) void sinewd_log(const char *format, ...);

#endif
