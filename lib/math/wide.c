#include "math/wide.h"

#include <math.h>
#include <string.h>

#include "math/complex.h"

/* ---- mantissas: n limbs, the last the most significant ---- */

static int leading_zeros(uint32_t x)
{
    int n = 0;
    for (; x && !(x >> 31); x <<= 1)
        n++;
    return x ? n : 32;
}

/* Shift left until the top bit is set; false where there is none. */
static bool normalise(uint32_t *limb, int n, int64_t *exponent)
{
    int whole = 0;
    while (whole < n && limb[n - 1 - whole] == 0)
        whole++;
    if (whole == n)
        return false;
    int bits = leading_zeros(limb[n - 1 - whole]);
    for (int i = n - 1; i >= 0; i--) {
        uint32_t high = i >= whole ? limb[i - whole] : 0;
        uint32_t low = i > whole ? limb[i - whole - 1] : 0;
        limb[i] = bits ? high << bits | low >> (32 - bits) : high;
    }
    *exponent -= 32 * (int64_t)whole + bits;
    return true;
}

/* out = in 2^-shift, cut off. */
static void shift_right(uint32_t *out, const uint32_t *in, int n, int64_t shift)
{
    int64_t whole = shift / 32;
    int bits = (int)(shift % 32);
    for (int i = 0; i < n; i++) {
        uint32_t low = i + whole < n ? in[i + whole] : 0;
        uint32_t high = i + whole + 1 < n ? in[i + whole + 1] : 0;
        out[i] = bits ? low >> bits | high << (32 - bits) : low;
    }
}

static int compare(const uint32_t *a, const uint32_t *b, int n)
{
    for (int i = n; i-- > 0;)
        if (a[i] != b[i])
            return a[i] > b[i] ? 1 : -1;
    return 0;
}

/* ---- real ---- */

void sinew_wide_set(sinew_wide *out, double x, int limbs)
{
    int exponent;
    double mantissa = frexp(fabs(x), &exponent);
    *out = (sinew_wide){.limbs = limbs, .sign = (x > 0) - (x < 0), .exponent = exponent};
    for (int i = limbs; i-- > 0 && mantissa > 0;) {
        mantissa *= 0x1p32;
        out->limb[i] = (uint32_t)mantissa;
        mantissa -= out->limb[i];
    }
}

double sinew_wide_split(const sinew_wide *x, int64_t *exponent)
{
    double sum = 0;
    *exponent = x->exponent;
    for (int i = x->limbs < 3 ? 0 : x->limbs - 3; i < x->limbs; i++)
        sum = (sum + x->limb[i]) * 0x1p-32;
    if (x->sign != 0 && sum >= 1) { /* rounded up */
        sum /= 2;
        ++*exponent;
    }
    return x->sign * sum;
}

long double sinew_wide_get_long(const sinew_wide *x)
{
    long double sum = 0;
    for (int i = x->limbs < 4 ? 0 : x->limbs - 4; i < x->limbs; i++)
        sum = (sum + x->limb[i]) * 0x1p-32L;
    int64_t e = x->exponent;
    return scalbnl(x->sign * sum, e > 20000 ? 20000 : e < -20000 ? -20000 : (int)e);
}

double sinew_wide_get(const sinew_wide *x)
{
    int64_t exponent;
    double mantissa = sinew_wide_split(x, &exponent);
    return ldexp(mantissa, exponent > 3000 ? 3000 : exponent < -3000 ? -3000 : (int)exponent);
}

void sinew_wide_scale(sinew_wide *x, int64_t power_of_two)
{
    x->exponent += power_of_two;
}

/* |a| >= |b|, both not 0; one more limb below keeps what alignment shifts out. */
static void combine(sinew_wide *out, const sinew_wide *a, const sinew_wide *b, bool minus)
{
    uint32_t x[SINEW_WIDE_LIMBS_MOST + 2] = {0}, y[SINEW_WIDE_LIMBS_MOST + 2] = {0};
    int n = a->limbs, wide = n + 2; /* one below, one above */
    int64_t shift = a->exponent - b->exponent, carry = 0, exponent = a->exponent + 32;
    if (shift >= 32 * (int64_t)(n + 1)) {
        *out = *a;
        return;
    }
    memcpy(x + 1, a->limb, (size_t)n * sizeof *x);
    memcpy(y + 1, b->limb, (size_t)n * sizeof *y);
    shift_right(y, y, wide, shift);
    for (int i = 0; i < wide; i++) {
        int64_t sum = (int64_t)x[i] + (minus ? -(int64_t)y[i] : (int64_t)y[i]) + carry;
        x[i] = (uint32_t)sum;
        carry = sum >> 32;
    }
    int sign = normalise(x, wide, &exponent) ? a->sign : 0;
    memcpy(out->limb, x + 2, (size_t)n * sizeof *x);
    out->limbs = n;
    out->sign = sign;
    out->exponent = sign ? exponent : 0;
}

static void add(sinew_wide *out, const sinew_wide *a, const sinew_wide *b, int sign_of_b)
{
    if (b->sign == 0 || a->sign == 0) {
        int sign = a->sign ? a->sign : sign_of_b;
        *out = a->sign ? *a : *b;
        out->sign = sign;
        return;
    }
    bool larger = a->exponent > b->exponent ||
                  (a->exponent == b->exponent && compare(a->limb, b->limb, a->limbs) >= 0);
    bool minus = a->sign != sign_of_b;
    int sign = larger ? a->sign : sign_of_b;
    if (larger)
        combine(out, a, b, minus);
    else
        combine(out, b, a, minus);
    if (out->sign)
        out->sign = sign;
}

void sinew_wide_add(sinew_wide *out, const sinew_wide *a, const sinew_wide *b)
{
    add(out, a, b, b->sign);
}

void sinew_wide_subtract(sinew_wide *out, const sinew_wide *a, const sinew_wide *b)
{
    add(out, a, b, -b->sign);
}

/* Squared a thousand times, e^-1e307 leaves even 64 bits: nothing is told apart out there. */
static int64_t held_exponent(int64_t exponent)
{
    const int64_t most = INT64_C(1) << 60;
    return exponent > most ? most : exponent < -most ? -most : exponent;
}

void sinew_wide_multiply(sinew_wide *out, const sinew_wide *a, const sinew_wide *b)
{
    uint32_t product[2 * SINEW_WIDE_LIMBS_MOST] = {0};
    int n = a->limbs;
    int64_t exponent = a->exponent + b->exponent;
    int sign = a->sign * b->sign;
    for (int i = 0; i < n && sign; i++) {
        uint64_t carry = 0, factor = a->limb[i];
        if (factor == 0)
            continue;
        for (int j = 0; j < n; j++) {
            carry += factor * b->limb[j] + product[i + j];
            product[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        product[i + n] = (uint32_t)carry;
    }
    out->limbs = n;
    out->sign = sign && normalise(product, 2 * n, &exponent) ? sign : 0;
    out->exponent = out->sign ? held_exponent(exponent) : 0;
    memcpy(out->limb, product + n, (size_t)n * sizeof *product);
}

/* Newton: x += x (1 - a x), from the double nearest to 1/a. Each step doubles the bits. */
void sinew_wide_invert(sinew_wide *out, const sinew_wide *a)
{
    sinew_wide one, x, rest;
    int64_t exponent;
    double mantissa = sinew_wide_split(a, &exponent);
    sinew_wide_set(&one, 1, a->limbs);
    sinew_wide_set(&x, 1 / mantissa, a->limbs);
    sinew_wide_scale(&x, -exponent);
    for (int bits = 50; bits < 32 * a->limbs; bits *= 2) {
        sinew_wide_multiply(&rest, a, &x);
        sinew_wide_subtract(&rest, &one, &rest);
        sinew_wide_multiply(&rest, &rest, &x);
        sinew_wide_add(&x, &x, &rest);
    }
    *out = x;
}

/* ---- complex ---- */

void sinew_widec_set(sinew_widec *out, double complex z, int limbs)
{
    sinew_wide_set(&out->re, creal(z), limbs);
    sinew_wide_set(&out->im, cimag(z), limbs);
}

double complex sinew_widec_get(const sinew_widec *z)
{
    return sinew_cmplx(sinew_wide_get(&z->re), sinew_wide_get(&z->im));
}

void sinew_widec_add(sinew_widec *out, const sinew_widec *a, const sinew_widec *b)
{
    sinew_wide_add(&out->re, &a->re, &b->re);
    sinew_wide_add(&out->im, &a->im, &b->im);
}

void sinew_widec_subtract(sinew_widec *out, const sinew_widec *a, const sinew_widec *b)
{
    sinew_wide_subtract(&out->re, &a->re, &b->re);
    sinew_wide_subtract(&out->im, &a->im, &b->im);
}

void sinew_widec_multiply(sinew_widec *out, const sinew_widec *a, const sinew_widec *b)
{
    sinew_wide p, q, r, s;
    sinew_wide_multiply(&p, &a->re, &b->re);
    sinew_wide_multiply(&q, &a->im, &b->im);
    sinew_wide_multiply(&r, &a->re, &b->im);
    sinew_wide_multiply(&s, &a->im, &b->re);
    sinew_wide_subtract(&out->re, &p, &q);
    sinew_wide_add(&out->im, &r, &s);
}

void sinew_widec_divide(sinew_widec *out, const sinew_widec *a, const sinew_widec *b)
{
    sinew_wide p, q;
    sinew_widec below = *b;
    below.im.sign = -below.im.sign;
    sinew_wide_multiply(&p, &b->re, &b->re);
    sinew_wide_multiply(&q, &b->im, &b->im);
    sinew_wide_add(&p, &p, &q);
    sinew_wide_invert(&p, &p);
    sinew_widec_multiply(&below, a, &below);
    sinew_wide_multiply(&out->re, &below.re, &p);
    sinew_wide_multiply(&out->im, &below.im, &p);
}

void sinew_widec_scale(sinew_widec *z, int64_t power_of_two)
{
    sinew_wide_scale(&z->re, power_of_two);
    sinew_wide_scale(&z->im, power_of_two);
}

bool sinew_widec_is_zero(const sinew_widec *z)
{
    return z->re.sign == 0 && z->im.sign == 0;
}

int64_t sinew_widec_exponent(const sinew_widec *z)
{
    int64_t re = z->re.sign ? z->re.exponent : INT64_MIN;
    int64_t im = z->im.sign ? z->im.exponent : INT64_MIN;
    int64_t larger = re > im ? re : im;
    return larger == INT64_MIN ? larger : larger + 1;
}

/* Taylor's series of z 2^-k, squared k times. */
void sinew_widec_exp(sinew_widec *out, const sinew_widec *z)
{
    int limbs = z->re.limbs;
    sinew_widec x = *z, sum, term, k_th;
    int64_t exponent = sinew_widec_exponent(z);
    int halvings = exponent > -8 ? (int)(exponent + 8) : 0;
    sinew_widec_set(&sum, 1, limbs);
    if (sinew_widec_is_zero(z)) {
        *out = sum;
        return;
    }
    sinew_widec_scale(&x, -halvings);
    term = sum;
    for (int k = 1; sinew_widec_exponent(&term) > -32 * (int64_t)limbs - 2; k++) {
        sinew_widec_set(&k_th, k, limbs);
        sinew_wide_invert(&k_th.re, &k_th.re);
        sinew_widec_multiply(&term, &term, &x);
        sinew_widec_multiply(&term, &term, &k_th);
        sinew_widec_add(&sum, &sum, &term);
    }
    for (int k = 0; k < halvings; k++)
        sinew_widec_multiply(&sum, &sum, &sum);
    *out = sum;
}

/* phi_k(x) = sum x^j / (j + k)! for |x| < 1 */
static void phi_series(sinew_widec *out, const sinew_widec *x, int k)
{
    int limbs = x->re.limbs;
    sinew_widec term, factor;
    sinew_widec_set(&term, k == 2 ? 0.5 : 1, limbs);
    *out = term;
    for (int j = 1; sinew_widec_exponent(&term) > -32 * (int64_t)limbs - 2; j++) {
        sinew_widec_set(&factor, j + k, limbs);
        sinew_wide_invert(&factor.re, &factor.re);
        sinew_widec_multiply(&term, &term, x);
        sinew_widec_multiply(&term, &term, &factor);
        sinew_widec_add(out, out, &term);
    }
}

void sinew_widec_phi(sinew_widec *phi1, sinew_widec *phi2, const sinew_widec *x,
                     const sinew_widec *q)
{
    sinew_widec one;
    if (sinew_widec_exponent(x) <= 0) {
        phi_series(phi1, x, 1);
        phi_series(phi2, x, 2);
        return;
    }
    sinew_widec_set(&one, 1, x->re.limbs);
    sinew_widec_subtract(phi1, q, &one);
    sinew_widec_divide(phi1, phi1, x);
    sinew_widec_subtract(phi2, phi1, &one);
    sinew_widec_divide(phi2, phi2, x);
}
