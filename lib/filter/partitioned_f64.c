#define REAL double
#define OP(name) name##_f64
#include "filter/partitioned_body.h"
