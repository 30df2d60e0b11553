/* The product of panels with frames in int8 over one way to the exact sums of a group: SUMS. The
 * includer's are also TARGET, an attribute, and INT8(name), names of these. */

/* One panel and `frames` frames from x's frame t: y (frames, rows <= 16). */
TARGET INLINE void INT8(tile)(const uint8_t *panel, const sinew_frames_int8 *x, size_t t, float *y,
                              size_t y_stride, size_t rows, size_t frames)
{
    enum { AHEAD = 4096 }; /* bytes that are fetched before they are needed */
    vf sum[4][R16];
    UNROLL
    for (size_t f = 0; f < frames; f++)
        UNROLL
    for (size_t r = 0; r < R16; r++)
        sum[f][r] = (vf){0};
    ROLLED
    for (size_t g = 0; g < x->groups; g++, panel += GROUP_BYTES) {
        const uint16_t *scales = (const void *)(panel + 16 * GROUP);
        if (frames == 1)
            UNROLL
        for (size_t i = 0; i < 9; i++)
            __builtin_prefetch(panel + AHEAD + 64 * i);
        UNROLL
        for (size_t f = 0; f < frames; f++) {
            size_t at = (t + f) * x->groups + g;
            vi exact[R16];
            SUMS(exact, panel, x->values + at * 2 * GROUP, x->sums[at]);
            UNROLL
            for (size_t r = 0; r < R16; r++)
                sum[f][r] = madd_f32(__builtin_convertvector(exact[r], vf),
                                     f16_load(scales + r * VF) * x->scales[at], sum[f][r]);
        }
    }
    UNROLL
    for (size_t f = 0; f < frames; f++) {
        float out[16] ALIGNED;
        memcpy(out, sum[f], sizeof out);
        if (rows == 16)
            memcpy(y + f * y_stride, out, sizeof out);
        else
            memcpy(y + f * y_stride, out, rows * sizeof *out);
    }
}

/* A panel stays in the first cache while all frames come by. */
TARGET static void INT8(rows)(const sinew_rows_int8 *W, size_t first, size_t last,
                              const sinew_frames_int8 *x, float *y, size_t y_stride, size_t n)
{
    for (size_t r = first; r < last; r += 16) {
        const uint8_t *panel = W->values + r / 16 * W->groups * GROUP_BYTES;
        size_t rows = last - r < 16 ? last - r : 16, t = 0;
        for (; t + 4 <= n; t += 4)
            INT8(tile)(panel, x, t, y + t * y_stride + r, y_stride, rows, 4);
        for (; t < n; t++)
            INT8(tile)(panel, x, t, y + t * y_stride + r, y_stride, rows, 1);
    }
}
