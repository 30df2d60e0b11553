#define REAL float
#define FFTW(name) fftwf_##name
#define SIMD_OP(name) name##_f32
#define CONVOLVE_NEW sinew_convolve_new_f32
#include "filter/convolve_body.h"
