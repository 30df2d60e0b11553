/* Real and complex numbers of many bits, for what a double cannot be the judge of: references that
 * measure rounding, and roots that are left when large terms cancel. 64 to 4096 bits, chosen where
 * a number is made; an answer has as many as its operands, which agree. Exponents of
 * products stay within 2^60. Operations cut off instead of rounding: an answer is off by a few
 * units of its last bit. */
#ifndef SINEW_MATH_WIDE_H
#define SINEW_MATH_WIDE_H

#include <complex.h>
#include <stdbool.h>
#include <stdint.h>

enum { SINEW_WIDE_LIMBS_MOST = 128 }; /* of 32 bits */

/* sign 0.m 2^exponent, where m is the limbs, the last one the most significant, its top bit set.
 * Zero has sign 0. */
typedef struct sinew_wide {
    int sign, limbs;
    int64_t exponent;
    uint32_t limb[SINEW_WIDE_LIMBS_MOST];
} sinew_wide;

typedef struct sinew_widec {
    sinew_wide re, im;
} sinew_widec;

/* Exact. */
void sinew_wide_set(sinew_wide *out, double x, int limbs);
void sinew_widec_set(sinew_widec *out, double complex z, int limbs);

/* The nearest double or so, 0 or infinite where none is near; and as mantissa 2^exponent, the
 * mantissa in [1/2, 1). */
double sinew_wide_get(const sinew_wide *x);
long double sinew_wide_get_long(const sinew_wide *x);
double sinew_wide_split(const sinew_wide *x, int64_t *exponent);
double complex sinew_widec_get(const sinew_widec *z);

/* Operands may be the answer. */
void sinew_wide_add(sinew_wide *out, const sinew_wide *a, const sinew_wide *b);
void sinew_wide_subtract(sinew_wide *out, const sinew_wide *a, const sinew_wide *b);
void sinew_wide_multiply(sinew_wide *out, const sinew_wide *a, const sinew_wide *b);
void sinew_wide_invert(sinew_wide *out, const sinew_wide *a); /* a is not 0 */
void sinew_wide_scale(sinew_wide *x, int64_t power_of_two);

void sinew_widec_add(sinew_widec *out, const sinew_widec *a, const sinew_widec *b);
void sinew_widec_subtract(sinew_widec *out, const sinew_widec *a, const sinew_widec *b);
void sinew_widec_multiply(sinew_widec *out, const sinew_widec *a, const sinew_widec *b);
void sinew_widec_divide(sinew_widec *out, const sinew_widec *a, const sinew_widec *b); /* b not 0 */
void sinew_widec_scale(sinew_widec *z, int64_t power_of_two);
void sinew_widec_exp(sinew_widec *out, const sinew_widec *z);

/* (e^x - 1)/x and (e^x - 1 - x)/x^2, q being e^x. */
void sinew_widec_phi(sinew_widec *phi1, sinew_widec *phi2, const sinew_widec *x,
                     const sinew_widec *q);

bool sinew_widec_is_zero(const sinew_widec *z);

/* |z| < 2^this, and not below half or a quarter of it; INT64_MIN for 0. */
int64_t sinew_widec_exponent(const sinew_widec *z);

#endif
