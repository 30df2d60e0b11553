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

/* A loop over registers: one that is not unrolled keeps them in memory. */
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)
#define TEXT2(a) #a
#define TEXT(a) TEXT2(a)

#endif
