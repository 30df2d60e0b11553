/* growth: by how much the coordinates of a lifted filter magnify rounding, and what is lost by
 * turning it into others; both relative to |h|, the root of the output's energy after impulses. */
#ifndef SINEW_FILTER_GROWTH_H
#define SINEW_FILTER_GROWTH_H

#include "filter/lifted.h"
#include "filter/recurrence.h"
#include "math/components.h"

/* energy[o] = |h| of output o after an impulse into each input, and peak[o] the peak of what
 * follows a step into any, over so many frames or what is seen of them. Errors, of all here:
 * SINEW_ERR_MEMORY. */
sinew_status sinew_growth_energies(double *energy, double *peak, const sinew_recurrence *r,
                                   size_t settle_frames, sinew_error *error);

/* The growth: what rounds in a sum O x, at most sum_s |O_s| r_s / |h| over the rows of O, and what
 * is left of rounding x once a block, the root of sum_s (r_s o_s)^2 / L over |h|. r_s and o_s are
 * how far state s is reached and how well seen: the lengths of the rows of the gramians' factors
 * `reached` and `seen` (n, n). */
sinew_status sinew_growth_find(double *growth, const sinew_lifted *l, const double *reached,
                               const double *seen, const double *energy, sinew_error *error);

/* How far `turned` is from `given` after impulses. `groups`: no two of them are coupled. */
sinew_status sinew_growth_lost(double *lost, const sinew_lifted *given, const sinew_lifted *turned,
                               const sinew_components *groups, const double *energy,
                               size_t settle_frames, sinew_error *error);

#endif
