/* The operations of fused.h, written once over the widest register. */
#include "simd/fused.h"

#include "simd/registers.h"

extern const sinew_fused PASTE(sinew_fused_, SINEW_SIMD_NAME);

const sinew_fused PASTE(sinew_fused_, SINEW_SIMD_NAME) = {.name = TEXT(SINEW_SIMD_NAME),
#define MEMBER(op, result, parameters) .op = op,
                                                          SINEW_FUSED_OPS(MEMBER)};
