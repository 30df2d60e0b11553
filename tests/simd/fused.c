/* The operations of fused.h: what they are, within rounding, in every table that this machine can
 * run; and, within one table, to the bit the same however the work is grouped. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "simd/ops.h"

#define EACH_TABLE(simd)                                                                           \
    size_t table_ = 0;                                                                             \
    for (const sinew_simd *simd; (simd = sinew_simd_table(table_)); table_++)

#define PASTE2(a, b) a##b
#define PASTE(a, b) PASTE2(a, b)

#define REAL double
#define OP(name) name##_f64
#define NAME(name) name##_f64
#define PANEL SINEW_FUSED_F64
#define EPS DBL_EPSILON
#include "fused_real.h"
#undef REAL
#undef OP
#undef NAME
#undef PANEL
#undef EPS

#define REAL float
#define OP(name) name##_f32
#define NAME(name) name##_f32
#define PANEL SINEW_FUSED_F32
#define EPS ((double)FLT_EPSILON)
#include "fused_real.h"
