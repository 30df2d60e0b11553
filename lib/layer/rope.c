#include "layer/rope.h"

#include <math.h>

#include "base/memory.h"

static const long double tau = 6.28318530717958647692528676655900577L;

bool sinew_rope_init(sinew_rope *rope, size_t head_dim, double base, bool interleaved)
{
    *rope = (sinew_rope){.pairs = head_dim / 2, .interleaved = interleaved};
    rope->turns = sinew_alloc(rope->pairs, sizeof *rope->turns);
    for (size_t i = 0; rope->turns && i < rope->pairs; i++)
        rope->turns[i] = powl(base, -2 * (long double)i / (long double)head_dim) / tau;
    return rope->turns != NULL;
}

void sinew_rope_finish(sinew_rope *rope)
{
    sinew_free(rope->turns);
    *rope = (sinew_rope){0};
}

/* Whole turns are dropped before anything is rounded. */
void sinew_rope_angles(const sinew_rope *rope, uint64_t position, float *angles)
{
    for (size_t i = 0; i < rope->pairs; i++) {
        long double turns = (long double)position * rope->turns[i];
        double angle = (double)((turns - rintl(turns)) * tau);
        angles[i] = (float)cos(angle);
        angles[rope->pairs + i] = (float)sin(angle);
    }
}

/* (a, b) <- (a cos - b sin, a sin + b cos) */
void sinew_rope_turn(const sinew_rope *rope, const float *angles, float *x, size_t n)
{
    size_t pairs = rope->pairs, apart = rope->interleaved ? 1 : pairs;
    size_t step = rope->interleaved ? 2 : 1;
    for (size_t v = 0; v < n; v++, x += 2 * pairs)
        for (size_t i = 0; i < pairs; i++) {
            float *a = x + step * i, *b = a + apart, was = *a;
            *a = was * angles[i] - *b * angles[pairs + i];
            *b = was * angles[pairs + i] + *b * angles[i];
        }
}
