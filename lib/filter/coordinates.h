/* coordinates: in which the states of a lifted filter are small where they count little, so that
 * what rounds in O x is of the size of y.
 *
 * The growth of coordinates says by how much rounding is magnified: what rounds in a sum O x, at
 * most sum_s |O_s| r_s / |h| over the rows of O, and what is left of rounding x once a block, the
 * root of sum_s (r_s o_s)^2 / L over |h|. r_s and o_s are the roots of the gramians' diagonals, how
 * far state s is reached and how well seen, and |h| the root of the output's energy after impulses.
 * Coordinates as given are kept where it is bounded; else balanced ones (both gramians equal and
 * diagonal; Moore 1981), in which noise is about as small as it can be (Mullis, Roberts 1976), are
 * taken, group by group of coupled states.
 */
#ifndef SINEW_FILTER_COORDINATES_H
#define SINEW_FILTER_COORDINATES_H

#include "filter/lifted.h"
#include "filter/recurrence.h"
#include "math/components.h"

typedef struct sinew_coordinates {
    double *P, *inverse; /* (order, order), x = P z; NULL where the coordinates are those given */
    bool fits;           /* the growth is no more than `most` */
} sinew_coordinates;

/* `groups`: states that may be mixed; no two of them are coupled. Chosen for `d`, run by `r`, and,
 * where they are others, `l` turned into them. A system that does not settle has no gramians: its
 * coordinates are those given, and `fits` is what the caller says of such ones. Errors:
 * SINEW_ERR_MEMORY. Finish in any case. */
sinew_status sinew_coordinates_choose(sinew_coordinates *c, sinew_lifted *l,
                                      const sinew_discretization *d, const sinew_recurrence *r,
                                      const sinew_components *groups, double kept, double most,
                                      bool unsettled, sinew_error *error);
void sinew_coordinates_finish(sinew_coordinates *c);

#endif
