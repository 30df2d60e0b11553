#define REAL float
#define STREAM_REAL double
#define OP(name) name##_f32
#define PANEL SINEW_FUSED_F32
#define TYPE SINEW_SAMPLE_F32
#define BLOCKWISE_NEW sinew_blockwise_new_f32
#include "filter/blockwise_body.h"
