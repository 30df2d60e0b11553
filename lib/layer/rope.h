/* rope: pairs of numbers turned by their position (Su et al. 2021, arXiv 2104.09864). */
#ifndef SINEW_LAYER_ROPE_H
#define SINEW_LAYER_ROPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sinew_rope {
    size_t pairs; /* d / 2; 0: nothing is turned */
    bool interleaved;
    long double *turns; /* (pairs): of a frame, base^(-2i/d) / (2 pi) */
} sinew_rope;

/* False without memory. Finish in any case. */
bool sinew_rope_init(sinew_rope *rope, size_t head_dim, double base, bool interleaved);
void sinew_rope_finish(sinew_rope *rope); /* zeroed is fine */

/* cosines and sines of a position: (2, pairs) */
void sinew_rope_angles(const sinew_rope *rope, uint64_t position, float *angles);

/* n vectors of d numbers, one behind another. */
void sinew_rope_turn(const sinew_rope *rope, const float *angles, float *x, size_t n);

#endif
