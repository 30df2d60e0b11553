/* A deed of scarce.c: a checkpoint. */
#ifndef TESTS_LAW_SCARCE_CHECKPOINT_H
#define TESTS_LAW_SCARCE_CHECKPOINT_H

#include "sinew/sinew.h"

/* Written, opened with this config.json as a model, built, run, its state saved and loaded.
 * *answer: the hash of what comes out. */
sinew_status scarce_checkpoint(uint64_t *answer, const char *config);

#endif
