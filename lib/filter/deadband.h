/* deadband: how far off an output rests because a state that moves by less than its last digit
 * does not move (Blackman 1965; Jackson 1970). Rounding that is noise averages out, and growth.h
 * measures it against the energy of the output; what rounds alike in every block adds up to
 * (I - A^L)^-1 times as much, and only counts against the peak of the response: a slow state beside
 * a direct path is hardly any of the energy, and all of the error. */
#ifndef SINEW_FILTER_DEADBAND_H
#define SINEW_FILTER_DEADBAND_H

#include "filter/lifted.h"
#include "math/components.h"

/* In units of what rounding makes of one, by how much what rounds once a block carries an output
 * off, against its peak: of ones, with `peak` (outputs) the peaks of the step response as far as it
 * is known, and of the cosines that are the same in every block, against the highest peak of all.
 * Infinite where the states never come to rest. `groups`: no two of them are coupled. Errors:
 * SINEW_ERR_MEMORY. */
sinew_status sinew_deadband_find(double *deadband, const sinew_lifted *l,
                                 const sinew_components *groups, const double *peak,
                                 sinew_error *error);

#endif
