/* coordinates: in which the states of a lifted filter are small where they count little, so that
 * what rounds in O x is of the size of y.
 *
 * Coordinates as given are kept where growth (growth.h) and deadband (deadband.h) are bounded; else
 * balanced ones (both gramians equal and diagonal; Moore 1981), in which noise is about as small as
 * it can be (Mullis, Roberts 1976), are taken, group by group of coupled states: where noise grows
 * less in them, and turning loses less than the type's rounding. Double has the digits for the
 * model's own coordinates, which the scan engine uses too.
 */
#ifndef SINEW_FILTER_COORDINATES_H
#define SINEW_FILTER_COORDINATES_H

#include "filter/lifted.h"
#include "filter/recurrence.h"
#include "math/components.h"

typedef struct sinew_coordinates {
    double *P, *inverse; /* (order, order), x = P z; NULL where the coordinates are those given */
    bool fits;           /* growth and deadband are bounded */
} sinew_coordinates;

/* What a type holds: growth to which given coordinates are kept, growth and deadband (deadband.h)
 * at most, and what rounding makes of one. */
typedef struct sinew_digits {
    double kept, most, unit;
} sinew_digits;

/* `groups`: states that may be mixed; no two of them are coupled. Chosen for `d`, run by `r`, and,
 * where they are others, `l` turned into them. A system that does not settle has no gramians: it
 * does not fit. Errors: SINEW_ERR_MEMORY. Finish in any case. */
sinew_status sinew_coordinates_choose(sinew_coordinates *c, sinew_lifted *l,
                                      const sinew_discretization *d, const sinew_recurrence *r,
                                      const sinew_components *groups, const sinew_digits *digits,
                                      sinew_error *error);
void sinew_coordinates_finish(sinew_coordinates *c);

#endif
