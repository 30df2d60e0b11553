/* A part of a quarter (of a turn, of a period) with what is missing to the whole, so that nothing
 * is lost at either end. */
#ifndef SINEW_MATH_QUARTER_H
#define SINEW_MATH_QUARTER_H

#include <math.h>

#define SINEW_PI_L 3.14159265358979323846264338327950288L

typedef struct sinew_quarter {
    long double part, rest; /* part + rest = 1, both >= 0 */
} sinew_quarter;

static inline sinew_quarter sinew_quarter_of(long double part, long double whole)
{
    return (sinew_quarter){part / whole, (whole - part) / whole};
}

static inline sinew_quarter sinew_quarter_rest(sinew_quarter q)
{
    return (sinew_quarter){q.rest, q.part};
}

/* The sine of a part of a quarter turn; the cosine is the sine of the rest. */
static inline long double sinew_quarter_sin(sinew_quarter q)
{
    return q.part <= q.rest ? sinl(SINEW_PI_L / 2 * q.part) : cosl(SINEW_PI_L / 2 * q.rest);
}

static inline long double sinew_quarter_cos(sinew_quarter q)
{
    return sinew_quarter_sin(sinew_quarter_rest(q));
}

#endif
