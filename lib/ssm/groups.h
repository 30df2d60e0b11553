/* The poles and zeros of a zpk dealt out to sections of one or two states. */
#ifndef SINEW_SSM_GROUPS_H
#define SINEW_SSM_GROUPS_H

#include "ssm/zpk.h"

typedef struct sinew_group {
    double complex p[2], z[2];
    int poles, zeros;
    double gain;      /* of the section: gain prod(s - z) / prod(s - p) */
    double resonance; /* |p| / |Re p|: 1 for real poles, infinite on the axis and at 0 */
} sinew_group;

/* At most n_poles groups into `groups`, in the order of a cascade: the most resonant last. The
 * product of their gains is that of the zpk, which has at least one pole. */
sinew_status sinew_groups_make(sinew_group *groups, size_t *count, const sinew_zpk *zpk,
                               sinew_error *error);

/* Its two halves for zeros: groups_deal.c puts them into groups that have none yet, and
 * groups_exchange.c lets them change places where much less is lost then. */
sinew_status sinew_groups_deal(sinew_group *groups, size_t n, const sinew_zpk *zpk,
                               sinew_error *error);
void sinew_groups_exchange(sinew_group *groups, size_t n, const sinew_zpk *zpk);

/* The largest |pole|, 1 where all are 0. */
double sinew_groups_scale(const sinew_zpk *zpk);

#endif
