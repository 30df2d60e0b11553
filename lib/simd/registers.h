/* The widest register that the compiler's flags allow, for the bodies that are compiled once for
 * each instruction set; SINEW_SIMD_NAME is its name. In `scalar`, the definition, one double wide.
 */
#ifndef SINEW_SIMD_REGISTERS_H
#define SINEW_SIMD_REGISTERS_H

#include <stdint.h>

#include "simd/ops.h"

#if defined(__AVX512F__)
#define WIDTH 64
#elif defined(__AVX__)
#define WIDTH 32
#elif defined(SINEW_SIMD_SCALAR)
#define WIDTH 8
#else
#define WIDTH 16
#endif
#define WIDTH_D (WIDTH / 8) /* doubles and floats in a register, for the preprocessor */
#define WIDTH_F (WIDTH / 4)
/* four lanes of double never need more than 32 bytes */
#define WIDTH4 (WIDTH > 32 ? 32 : WIDTH)

typedef double vd __attribute__((vector_size(WIDTH), aligned(8), may_alias));
typedef float vf __attribute__((vector_size(WIDTH), aligned(4), may_alias));
typedef int64_t vl __attribute__((vector_size(WIDTH), aligned(8), may_alias));
typedef int32_t vi __attribute__((vector_size(WIDTH), aligned(4), may_alias));
typedef double vd4 __attribute__((vector_size(WIDTH4), aligned(8), may_alias));

enum {
    VD = WIDTH / 8,                        /* doubles in a register */
    VF = WIDTH / 4,                        /* floats in a register */
    R4 = SINEW_SECTION_LANES * 8 / WIDTH4, /* registers for four lanes of double */
    R8 = SINEW_PANEL_ROWS * 8 / WIDTH,     /* ... eight lanes of double */
    R16 = 16 * 4 / WIDTH                   /* ... sixteen lanes of float */
};

/* a b + c, for sums that are to have the same bits wherever they are written: contraction is the
 * compiler's choice, place by place. */
#if defined(__AVX512F__)
#include <immintrin.h>
static inline vf madd_f32(vf a, vf b, vf c)
{
    return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
static inline vd madd_f64(vd a, vd b, vd c)
{
    return (vd)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}
#elif defined(__FMA__) && WIDTH == 32
#include <immintrin.h>
static inline vf madd_f32(vf a, vf b, vf c)
{
    return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
static inline vd madd_f64(vd a, vd b, vd c)
{
    return (vd)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}
#elif defined(__aarch64__) && WIDTH == 16
#include <arm_neon.h>
static inline vf madd_f32(vf a, vf b, vf c)
{
    return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
static inline vd madd_f64(vd a, vd b, vd c)
{
    return (vd)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}
#else /* no instruction to contract to */
static inline vf madd_f32(vf a, vf b, vf c)
{
    return a * b + c;
}
static inline vd madd_f64(vd a, vd b, vd c)
{
    return a * b + c;
}
#endif

/* Halves of a register, where a half holds more than two numbers: HALF in fused.c. */
#if WIDTH > 16
typedef double vd_half __attribute__((vector_size(WIDTH / 2), aligned(8), may_alias));
typedef float vf_half __attribute__((vector_size(WIDTH / 2), aligned(4), may_alias));
#endif
#if WIDTH == 64
static inline vf_half madd_half_f32(vf_half a, vf_half b, vf_half c)
{
    return (vf_half)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
static inline vd_half madd_half_f64(vd_half a, vd_half b, vd_half c)
{
    return (vd_half)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}
static inline vf join_f32(vf_half low, vf_half high)
{
    return (vf)_mm512_insertf32x8(_mm512_castps256_ps512((__m256)low), (__m256)high, 1);
}
static inline vd join_f64(vd_half low, vd_half high)
{
    return (vd)_mm512_insertf64x4(_mm512_castpd256_pd512((__m256d)low), (__m256d)high, 1);
}
static inline vf_half low_f32(vf v)
{
    return (vf_half)_mm512_castps512_ps256((__m512)v);
}
static inline vd_half low_f64(vd v)
{
    return (vd_half)_mm512_castpd512_pd256((__m512d)v);
}
static inline vf_half high_f32(vf v)
{
    return (vf_half)_mm512_extractf32x8_ps((__m512)v, 1);
}
static inline vd_half high_f64(vd v)
{
    return (vd_half)_mm512_extractf64x4_pd((__m512d)v, 1);
}
#elif WIDTH == 32
static inline vf_half madd_half_f32(vf_half a, vf_half b, vf_half c)
{
    return (vf_half)_mm_fmadd_ps((__m128)a, (__m128)b, (__m128)c);
}
static inline vf join_f32(vf_half low, vf_half high)
{
    return (vf)_mm256_insertf128_ps(_mm256_castps128_ps256((__m128)low), (__m128)high, 1);
}
static inline vf_half low_f32(vf v)
{
    return (vf_half)_mm256_castps256_ps128((__m256)v);
}
static inline vf_half high_f32(vf v)
{
    return (vf_half)_mm256_extractf128_ps((__m256)v, 1);
}
#endif

/* A loop over registers: one that is not unrolled keeps them in memory. Under a sanitizer, which
 * looks at every access, unrolled ones compile for minutes. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif
#if defined(SANITIZED)
#define UNROLL
#define ROLLED
#elif defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#define ROLLED _Pragma("GCC unroll 1")
#endif

/* What a register holds is calculated here and not behind a later branch, where the compiler would
 * spill all that it takes. */
#if defined(__x86_64__) && !defined(SINEW_SIMD_SCALAR)
#define DONE(v) __asm__ volatile("" : "+v"(v))
#elif defined(__aarch64__) && !defined(SINEW_SIMD_SCALAR)
#define DONE(v) __asm__ volatile("" : "+w"(v))
#else
#define DONE(v) ((void)0)
#endif

/* Of an array that registers are stored to and loaded from: over the border of a line of the cache
 * that takes several times as long. */
#define ALIGNED __attribute__((aligned(64)))

#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#define TEXT2(a) #a
#define TEXT(a) TEXT2(a)

#endif
