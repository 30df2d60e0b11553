#define REAL double
#define OP(name) name##_f64
#include "filter/convolver_body.h"
