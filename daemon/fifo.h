/* fifo: a named pipe whose other end may never come, never read, and never go.
 *
 * Opening, reading and writing a FIFO wait for the other process, and nothing ends that wait:
 * the daemon would be deaf to a stop. So a thread of its own opens the FIFO without waiting and
 * copies between it and a pipe, listening for the stop; the library reads or writes the pipe:
 *
 *     sinewd_fifo_open(&fifo, path, SINEWD_FIFO_READ, stop, &error)
 *     ... sinew_source_open(&source, sinewd_fifo_end(fifo), ...); sinewd_fifo_handed(fifo) ...
 *     sinew_source_close(source); sinewd_fifo_close(fifo)
 *
 * At a stop the reader of the pipe finds its end behind all that had come. What the writer of the
 * pipe wrote is delivered, as long as the other end of the FIFO takes it; after a stop it has a
 * moment for each piece, and then the rest is dropped. */
#ifndef SINEWD_FIFO_H
#define SINEWD_FIFO_H

#include "stop.h"

typedef struct sinewd_fifo sinewd_fifo;

typedef enum sinewd_fifo_way { SINEWD_FIFO_READ, SINEWD_FIFO_WRITE } sinewd_fifo_way;

/* Is there a FIFO at this path? */
bool sinewd_fifo_at(const char *path);

sinew_status sinewd_fifo_open(sinewd_fifo **out, const char *path, sinewd_fifo_way way,
                              const sinewd_stop *stop, sinew_error *error);

/* A path that opens the pipe, until it is handed over. */
const char *sinewd_fifo_end(const sinewd_fifo *fifo);
void sinewd_fifo_handed(sinewd_fifo *fifo);

/* An error of the pipe is one of the FIFO: give it that name. */
void sinewd_fifo_name_error(const sinewd_fifo *fifo, sinew_error *error);

/* After whoever has the pipe closed it: waits for the last bytes. NULL is fine. */
void sinewd_fifo_close(sinewd_fifo *fifo);

#endif
