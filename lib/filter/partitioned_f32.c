#define REAL float
#define OP(name) name##_f32
#include "filter/partitioned_body.h"
