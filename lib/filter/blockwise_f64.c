#define REAL double
#define STREAM_REAL float
#define OP(name) name##_f64
#define PANEL SINEW_FUSED_F64
#define TYPE SINEW_SAMPLE_F64
#define BLOCKWISE_NEW sinew_blockwise_new_f64
#include "filter/blockwise_body.h"
