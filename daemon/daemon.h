/* daemon: all pipelines of a configuration, from start to an orderly end. */
#ifndef SINEWD_DAEMON_H
#define SINEWD_DAEMON_H

/* Both log what is wrong and return the exit status. */
int sinewd_daemon_run(const char *config_path);
int sinewd_daemon_check(const char *config_path);

#endif
