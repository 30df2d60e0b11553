/* Deeds of scarce.c that make layers. */
#ifndef TESTS_LAW_SCARCE_LAYERS_H
#define TESTS_LAW_SCARCE_LAYERS_H

#include "sinew/sinew.h"

/* *answer: the hash of what the layer of that kind computes. */
sinew_status scarce_layer(uint64_t *answer, const char *kind);

#endif
