/* What no key says alone: what its pipelines share, and places for what is found out later. */
#ifndef SINEWD_CONFIG_CHECK_H
#define SINEWD_CONFIG_CHECK_H

#include "config.h"

/* After the keys are read: topics and files that are used twice, endpoints
 * that other machines reach. Adds to file->problems; looks at good pipelines only. */
void sinewd_config_check(sinewd_config_file *file);

/* The way to a value of the document: keys and indices, "pipelines.0.source.file.path". */
typedef struct sinewd_way {
    char text[96];
} sinewd_way;

__attribute__((format(printf, 1, 2))) sinewd_way sinewd_way_to(const char *format, ...);

/* Add a problem at the end of the way, or as far on it as the file goes: a key may be left out,
 * and what may be a list may stand alone. */
__attribute__((format(printf, 3, 4))) void
sinewd_config_fault(sinewd_config_file *file, sinewd_way way, const char *format, ...);

#endif
