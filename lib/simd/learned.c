/* The bodies of learned.h, compiled once for each instruction set. */
#include "simd/learned.h"

#include <string.h>

#include "simd/learned_half.h"
#include "simd/learned_heads.h"
#include "simd/learned_int8.h"
#include "simd/learned_lanes.h"
#include "simd/learned_math.h"
#include "simd/learned_modes.h"
#include "simd/learned_selective.h"
#include "simd/learned_vectors.h"

/* Rows and frames of a tile: a sum each in a register, the rows' weights in others. */
#if REGISTERS == 32
#define TILE_ROWS 4
#else
#define TILE_ROWS 2
#endif
#define TILE_FRAMES 6

enum {
    BLOCK_BYTES = 256 << 10, /* a part of the second cache */
    BLOCK_ROWS = 64,
    PART_BYTES = 48 << 10 /* the first cache */
};

#define WEIGHT float
#define WIDEN load
#define WIDEN_PART load_part
#define ROWS(name) name##_f32
#include "simd/learned_rows.h"
#undef WEIGHT
#undef WIDEN
#undef WIDEN_PART
#undef ROWS

#define WEIGHT uint16_t
#define WIDEN bf16_load
#define WIDEN_PART bf16_load_part
#define ROWS(name) name##_bf16
#include "simd/learned_rows.h"
#undef WIDEN
#undef WIDEN_PART
#undef ROWS

#define WIDEN f16_load
#define WIDEN_PART f16_load_part
#define ROWS(name) name##_f16
#include "simd/learned_rows.h"

#define TABLE PASTE(sinew_learned_, SINEW_SIMD_NAME)
extern const sinew_learned TABLE;
const sinew_learned TABLE = {.name = TEXT(SINEW_SIMD_NAME),
                             .rows_f32 = rows_f32,
                             .rows_bf16 = rows_bf16,
                             .rows_f16 = rows_f16,
                             .rows_int8 = rows_int8,
                             .round_int8 = round_int8,
                             .exp = each_exp,
                             .sigmoid = sigmoid,
                             .silu = silu,
                             .softplus = softplus,
                             .tanh = each_tanh,
                             .gelu = gelu,
                             .gelu_tanh = gelu_tanh,
                             .sincos = each_sincos,
                             .gate = gate,
                             .squares = squares,
                             .scaled = scaled,
                             .taps = taps,
                             .selective = selective,
                             .heads = heads,
                             .modes = modes};
