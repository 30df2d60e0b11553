/* fft: FFTW's planner is not thread-safe; all plans are made and destroyed inside this lock. */
#ifndef SINEW_MATH_FFT_H
#define SINEW_MATH_FFT_H

void sinew_fft_lock(void);
void sinew_fft_unlock(void);

#endif
