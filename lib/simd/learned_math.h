/* The functions of learned.h of a number. Each is of a register; what is left at the end is copied
 * into one, so that a number gives the same bits wherever it stands. */
#ifndef SINEW_SIMD_LEARNED_MATH_H
#define SINEW_SIMD_LEARNED_MATH_H

#include "simd/learned_exp.h"

INLINE vf magnitude(vf x)
{
    return (vf)((vi)x & 0x7FFFFFFF);
}

/* 1 / (1 + e^-x), of e^-|x| so that nothing overflows */
INLINE vf sigmoid_of(vf x)
{
    vf e = exp_of(-magnitude(x));
    return either(x < 0, e, SPLAT(1)) / (e + 1);
}

INLINE vf silu_of(vf x)
{
    return x * sigmoid_of(x);
}

/* max(x, 0) + log(1 + z), z = e^-|x|; log(1 + z) = 2 atanh(s), s = z / (2 + z) <= 1/3, and that is
 * 2 s (1 + s^2 / 3 + ...) with an error of 5e-9 */
INLINE vf softplus_of(vf x)
{
    static const float c[] = {1, 0x1.5555p-2F, 0x1.99d27cp-3F, 0x1.1eb612p-3F, 0x1.1ef86ep-3F};
    vf z = exp_of(-magnitude(x)), s = z / (z + 2);
    return madd_f32(s + s, polynomial(s * s, c, 4), at_least(x, 0));
}

/* Near zero x (1 - x^2 / 3 + ...), so that it is as accurate as x is; otherwise 1 - 2 / (e^2|x| +
 * 1)
 */
INLINE vf tanh_of(vf x)
{
    static const float c[] = {-0x1.555534p-2F, 0x1.110768p-3F, -0x1.b8444ap-5F, 0x1.5256dap-6F,
                              -0x1.76ac22p-8F};
    vf a = magnitude(x), square = a * a;
    vf near = madd_f32(a * square, polynomial(square, c, 4), a);
    vf far = 1 - 2 / (exp_of(a + a) + 1);
    vi sign = (vi)x & ~0x7FFFFFFF;
    return (vf)((vi)either(a < 0.625F, near, far) | sign);
}

/* x Phi(x), Phi the normal distribution. Phi(-a) = e^(-a^2 / 2) t p(t), t = 1 / (1 + 0.35 a), p a
 * polynomial with a relative error of 3e-8 for a < 14. Where a^2 / 2 is large, what it is rounded
 * by counts: of two halves of a, the products of which are exact. */
INLINE vf gelu_of(vf x)
{
    static const float c[] = {0x1.1df1d4p-3F, 0x1.1e6fe6p-3F,  0x1.ead5ecp-4F,
                              0x1.b028f4p-4F, -0x1.7a9fc2p-6F, 0x1.45fcc4p-3F,
                              -0x1.05d9dp-2F, 0x1.26da8p-3F,   -0x1.dd86bp-6F};
    vf a = at_most(magnitude(x), 16), power = a * a * 0.5F, e = exp_of(-power);
    vf upper = (vf)((vi)a & ~0xFFF), lower = a - upper;
    vf rounded_by = (upper * upper * 0.5F - power) + upper * lower + lower * lower * 0.5F;
    vf t = 1 / madd_f32(a, SPLAT(0.35F), SPLAT(1));
    vf tail = madd_f32(-e, rounded_by, e) * (t * polynomial(t, c, 8));
    return x * either(x > 0, 1 - tail, tail);
}

/* x (1 + tanh(g)) / 2 = x / (1 + e^-2g), g = sqrt(2 / pi) (x + 0.044715 x^3) */
INLINE vf gelu_tanh_of(vf x)
{
    return x * sigmoid_of(x * madd_f32(x * x, SPLAT(0.0713548163F), SPLAT(1.59576912F)));
}

#define EACH(name, function)                                                                       \
    static void name(const float *x, float *y, size_t n)                                           \
    {                                                                                              \
        size_t i = 0;                                                                              \
        for (; i + VF <= n; i += VF)                                                               \
            store(y + i, function(load(x + i)));                                                   \
        if (i < n)                                                                                 \
            store_part(y + i, function(load_part(x + i, n - i)), n - i);                           \
    }
EACH(each_exp, exp_of)
EACH(sigmoid, sigmoid_of)
EACH(silu, silu_of)
EACH(softplus, softplus_of)
EACH(each_tanh, tanh_of)
EACH(gelu, gelu_of)
EACH(gelu_tanh, gelu_tanh_of)
#undef EACH

/* Of x = k pi / 2 + r, |r| <= pi / 4: sin r = r (1 - r^2 / 6 + ...), cos r = 1 - r^2 / 2 + ...,
 * which for odd k change places. */
INLINE void sincos_of(vf x, vf *sine, vf *cosine)
{
    static const float s[] = {-0x1.555546p-3F, 0x1.110756p-7F, -0x1.994b4p-13F};
    static const float c[] = {0x1.55554ap-5F, -0x1.6c0c82p-10F, 0x1.99ff4p-16F};
    vf biased = madd_f32(x, SPLAT(0x1.45f306p-1F), SPLAT(INTEGER)), k = biased - INTEGER;
    vf r = madd_f32(k, SPLAT(-0x1.921fbp0F), x); /* exact, as k is small */
    r = madd_f32(k, SPLAT(-0x1.5110b4p-22F), r);
    vf square = r * r, sin_r = madd_f32(r * square, polynomial(square, s, 2), r);
    vf cos_r = madd_f32(square * square, polynomial(square, c, 2), 1 - square * 0.5F);
    vi quarter = (vi)biased, odd = -(quarter & 1);
    *sine = (vf)((vi)either(odd, cos_r, sin_r) ^ (vi)((vu)(quarter & 2) << 30));
    *cosine = (vf)((vi)either(odd, sin_r, cos_r) ^ (vi)((vu)((quarter + 1) & 2) << 30));
}

static void each_sincos(const float *x, float *sine, float *cosine, size_t n)
{
    for (size_t i = 0; i < n; i += VF) {
        vf s, c;
        if (n - i >= VF) {
            sincos_of(load(x + i), &s, &c);
            store(sine + i, s);
            store(cosine + i, c);
        } else {
            sincos_of(load_part(x + i, n - i), &s, &c);
            store_part(sine + i, s, n - i);
            store_part(cosine + i, c, n - i);
        }
    }
}

static void gate(const float *z, float *y, size_t n)
{
    size_t i = 0;
    for (; i + VF <= n; i += VF)
        store(y + i, load(y + i) * silu_of(load(z + i)));
    if (i < n)
        store_part(y + i, load_part(y + i, n - i) * silu_of(load_part(z + i, n - i)), n - i);
}

#endif
