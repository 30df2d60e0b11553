/* workers: threads that do the ranges of a job together (sinew/layer.h), and wait for the next one
 * awake: for jobs of microseconds. base/team.h sleeps. */
#ifndef SINEW_LAYER_WORKERS_H
#define SINEW_LAYER_WORKERS_H

#include "sinew/layer.h"

/* part(context, first, last) over ranges that together are [0, n); all but the last range are
 * multiples of `grain`. Returns when all are done. workers NULL, or busy with another job: the
 * caller does all. What is computed must not depend on the ranges. */
void sinew_workers_share(sinew_workers *workers,
                         void (*part)(const void *context, size_t first, size_t last),
                         const void *context, size_t n, size_t grain);

#endif
