/* Denormals: a state that decays ends in numbers that cost a hundred times as much; inside
 * `process` they are flushed to zero. The caller's mode is restored. */
#ifndef SINEW_BASE_DENORMAL_H
#define SINEW_BASE_DENORMAL_H

#include <stdint.h>

#if defined(__x86_64__)
#include <xmmintrin.h>

typedef unsigned int sinew_float_mode;

/* FTZ (bit 15) flushes results, DAZ (bit 6) operands. */
static inline sinew_float_mode sinew_flush_denormals(void)
{
    sinew_float_mode before = _mm_getcsr();
    _mm_setcsr(before | 0x8040u);
    return before;
}

static inline void sinew_restore_denormals(sinew_float_mode before)
{
    _mm_setcsr(before);
}

#elif defined(__aarch64__)

typedef uint64_t sinew_float_mode;

/* FZ is bit 24 of FPCR. */
static inline sinew_float_mode sinew_flush_denormals(void)
{
    sinew_float_mode before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | (UINT64_C(1) << 24)));
    return before;
}

static inline void sinew_restore_denormals(sinew_float_mode before)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
}

#else

typedef int sinew_float_mode;

static inline sinew_float_mode sinew_flush_denormals(void)
{
    return 0;
}

static inline void sinew_restore_denormals(sinew_float_mode before)
{
    (void)before;
}

#endif
#endif
