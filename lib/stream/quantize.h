/* Samples to integers and back, a piece at a time: loops without a branch or a call a sample, that
 * compilers turn into vectors. Samples are F64 or F32, n is less than 2^31. */
#ifndef SINEW_STREAM_QUANTIZE_H
#define SINEW_STREAM_QUANTIZE_H

#include <stddef.h>
#include <stdint.h>

#include "sinew/block.h"

/* x 2^(bits-1), rounded half to even and saturated at `lowest` and 2^(bits-1) - 1, shifted up to
 * 32 bits; bits is 1 to 32. A NaN, which no integer is, becomes 0. How many of the n were not as
 * they should be: saturated or NaN. */
uint64_t sinew_quantize(int *out, const void *samples, sinew_sample sample, size_t n, int bits,
                        double lowest);

/* The same for 16 bits, which most sound files have, as they stand in the file. */
uint64_t sinew_quantize_16(int16_t *out, const void *samples, sinew_sample sample, size_t n);

/* k 2^-31: an integer of b bits, shifted up to 32, as a sample; exact in F64. */
void sinew_dequantize(void *out, sinew_sample sample, const int *integers, size_t n);

/* k 2^-15. */
void sinew_dequantize_16(void *out, sinew_sample sample, const int16_t *integers, size_t n);

/* Saturated at -1 and 1, a NaN as 0; how many of the n that changed. */
uint64_t sinew_saturate(double *out, const void *samples, sinew_sample sample, size_t n);

#endif
