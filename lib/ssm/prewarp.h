/* What keeps its place under the bilinear rule. */
#ifndef SINEW_SSM_PREWARP_H
#define SINEW_SSM_PREWARP_H

#include "ssm/system.h"

/* The system whose parts the bilinear rule brings back to where they were meant; NULL where no
 * part asks for it. */
sinew_status sinew_system_prewarp(sinew_system **out, const sinew_system *system, double step_s,
                                  sinew_error *error);

#endif
