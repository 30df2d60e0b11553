/* team: threads that do the parts of a job together and sleep between jobs: for parts of
 * milliseconds. layer/workers.h are for those of microseconds. Not for real time. */
#ifndef SINEW_BASE_TEAM_H
#define SINEW_BASE_TEAM_H

#include <stddef.h>

#include "sinew/status.h"

typedef struct sinew_team sinew_team;

/* The caller and `members` - 1 threads. Errors: SINEW_ERR_MEMORY, SINEW_ERR_IO. */
sinew_status sinew_team_new(sinew_team **out, size_t members, sinew_error *error);
void sinew_team_free(sinew_team *team); /* NULL is fine */

/* part(context, i) for each i < n_parts, each by one member; returns when all are done. */
void sinew_team_do(sinew_team *team, void (*part)(void *context, size_t i), void *context,
                   size_t n_parts);

#endif
