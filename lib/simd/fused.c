/* The operations of fused.h, written once over the widest register. */
#include "simd/fused.h"

#include <string.h>

#include "simd/registers.h"

#if defined(__AVX512F__) || defined(__aarch64__)
#define REGISTERS 32
#else
#define REGISTERS 16
#endif

#define SPLAT(x) ((x) - (REGISTER){0})

#define REAL double
#define REGISTER vd
#define INTS vl
#define LANES WIDTH_D
#define PANEL SINEW_FUSED_F64
#define OP(name) name##_f64
#if WIDTH == 64
#define HALF vd_half
#endif
#include "simd/fused_real.h"
#include "simd/fused_transform.h"
#undef REAL
#undef REGISTER
#undef INTS
#undef LANES
#undef PANEL
#undef OP
#undef HALF

#define REAL float
#define REGISTER vf
#define INTS vi
#define LANES WIDTH_F
#define PANEL SINEW_FUSED_F32
#define OP(name) name##_f32
#if WIDTH >= 32
#define HALF vf_half
#endif
#include "simd/fused_real.h"
#include "simd/fused_transform.h"

extern const sinew_fused PASTE(sinew_fused_, SINEW_SIMD_NAME);

const sinew_fused PASTE(sinew_fused_,
                        SINEW_SIMD_NAME) = {.name = TEXT(SINEW_SIMD_NAME),
                                            .widths_f64 = 2 | (VD > 4 ? VD / 2 : 0) | VD | 2 * VD,
                                            .widths_f32 = 2 | (VF > 4 ? VF / 2 : 0) | VF | 2 * VF,
#define MEMBER(op, result, parameters) .op = op,
                                            SINEW_FUSED_OPS(MEMBER)};
