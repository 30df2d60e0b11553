/* The frequencies at which a loop is looked at for its crossovers. */
#ifndef SINEW_SSM_CROSSOVERS_H
#define SINEW_SSM_CROSSOVERS_H

#include "ssm/system.h"

typedef struct sinew_points {
    double *at; /* rad/s, rising; the caller frees */
    size_t n, room;
} sinew_points;

/* So close that at most one crossover of a kind lies between two. */
sinew_status sinew_points_find(sinew_points *points, const sinew_system *loop, sinew_error *error);

#endif
