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
