/* fft: FFTW's planner is not thread-safe; all plans are made and destroyed inside this lock. */
#ifndef SINEW_MATH_FFT_H
#define SINEW_MATH_FFT_H

#include <stdbool.h>
#include <stddef.h>

void sinew_fft_lock(void);
void sinew_fft_unlock(void);

/* FFTW ends the program where it gets no memory. Asked before a plan of this length is made: is
 * there as much as it may take? Another thread may take it first; then nothing helps. */
bool sinew_fft_has_room(size_t length);

#endif
