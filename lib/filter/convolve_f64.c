#define REAL double
#define FFTW(name) fftw_##name
#define SIMD_OP(name) name##_f64
#define CONVOLVE_NEW sinew_convolve_new_f64
#include "filter/convolve_body.h"
