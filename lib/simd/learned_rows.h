/* The products of rows with frames of learned.h, over one type of weights. The includer's are
 *
 *     WEIGHT             what is in memory
 *     WIDEN, WIDEN_PART  a register of floats from VF of them, from fewer
 *     ROWS(name)         names of these
 *
 * Each sum is in one register, columns in its lanes, whatever else is computed beside it; the
 * lanes are added up at the end. */

/* sum (frames, rows) += W x over VF columns */
INLINE void ROWS(add)(vf *sum, const vf *weights, vf x, size_t rows)
{
    UNROLL
    for (size_t r = 0; r < rows; r++)
        sum[r] = madd_f32(weights[r], x, sum[r]);
}

/* Loops of no more than 16 turns, so that registers stay such. */
INLINE void ROWS(copy)(vf *to, const vf *from, size_t rows, size_t frames)
{
    UNROLL
    for (size_t t = 0; t < frames; t++)
        UNROLL
    for (size_t r = 0; r < rows; r++)
        to[t * rows + r] = from[t * rows + r];
}

/* y (frames, rows) from their sums, four at a time */
INLINE void ROWS(put)(const vf *sum, float *y, size_t y_stride, size_t rows, size_t frames)
{
    float out[TILE_ROWS * TILE_FRAMES] ALIGNED;
    vf zero = {0};
    UNROLL
    for (size_t i = 0; i < rows * frames; i += 4)
        *(v4 *)(out + i) = sums(sum[i], i + 1 < rows * frames ? sum[i + 1] : zero,
                                i + 2 < rows * frames ? sum[i + 2] : zero,
                                i + 3 < rows * frames ? sum[i + 3] : zero);
    UNROLL
    for (size_t t = 0; t < frames; t++)
        UNROLL
    for (size_t r = 0; r < rows; r++)
        y[t * y_stride + r] = out[t * rows + r];
}

/* Columns [from, to) of a tile: its sums begin with what is `kept` of the columns before them and
 * are kept for those behind. ahead: how many bytes behind the weights others are fetched; 0: the
 * cache has them. */
INLINE void ROWS(tile)(const WEIGHT *w, size_t columns, size_t from, size_t to, const float *x,
                       size_t x_stride, float *y, size_t y_stride, size_t rows, size_t frames,
                       size_t ahead, vf *kept)
{
    vf sum[TILE_ROWS * TILE_FRAMES], weights[8];
    size_t c = from;
    UNROLL
    for (size_t i = 0; i < rows * frames; i++)
        sum[i] = (vf){0};
    if (from > 0)
        ROWS(copy)(sum, kept, rows, frames);
    ROLLED
    for (; c + VF <= to; c += VF) {
        UNROLL
        for (size_t r = 0; r < rows; r++) {
            if (ahead > 0)
                __builtin_prefetch((const char *)(w + r * columns + c) + ahead, 0, 3);
            weights[r] = WIDEN(w + r * columns + c);
        }
        UNROLL
        for (size_t t = 0; t < frames; t++)
            ROWS(add)(sum + t * rows, weights, load(x + t * x_stride + c), rows);
    }
    if (to < columns) {
        ROWS(copy)(kept, sum, rows, frames);
        return;
    }
    if (c < columns) {
        UNROLL
        for (size_t r = 0; r < rows; r++)
            weights[r] = WIDEN_PART(w + r * columns + c, columns - c);
        UNROLL
        for (size_t t = 0; t < frames; t++)
            ROWS(add)(sum + t * rows, weights, load_part(x + t * x_stride + c, columns - c), rows);
    }
    ROWS(put)(sum, y, y_stride, rows, frames);
}

/* One frame: as many rows at a time as there are streams that memory serves well. */
static void ROWS(decode)(const sinew_rows *W, size_t first, size_t last, const float *x, float *y)
{
    const WEIGHT *w = W->values;
    enum { LEAST = 16 << 10 }; /* what memory gives while it is waited for, and more */
    size_t r = first, columns = W->columns, ahead = 8 * columns * sizeof *w;
    ahead = ahead > LEAST ? ahead : LEAST;
    for (; r + 8 <= last; r += 8)
        ROWS(tile)(w + r * columns, columns, 0, columns, x, 0, y + r, 0, 8, 1, ahead, NULL);
    for (; r < last; r++)
        ROWS(tile)(w + r * columns, columns, 0, columns, x, 0, y + r, 0, 1, 1, 0, NULL);
}

/* `frames` frames of the rows of a block, which stays in the second cache: so many columns at a
 * time that of a tile they stay in the first. */
INLINE void ROWS(strip)(const WEIGHT *w, size_t rows, size_t columns, const float *x,
                        size_t x_stride, float *y, size_t y_stride, size_t frames)
{
    vf kept[BLOCK_ROWS * TILE_FRAMES] ALIGNED;
    const size_t most = PART_BYTES / (TILE_FRAMES * sizeof *x + TILE_ROWS * sizeof *w);
    size_t parts = (columns + most - 1) / most;
    size_t part = ((columns + parts - 1) / parts + VF - 1) / VF * VF;
    ROLLED
    for (size_t from = 0; from < columns; from += part) {
        size_t to = columns - from > part ? from + part : columns, r = 0;
        ROLLED
        for (; r + TILE_ROWS <= rows; r += TILE_ROWS)
            ROWS(tile)
        (w + r * columns, columns, from, to, x, x_stride, y + r, y_stride, TILE_ROWS, frames, 0,
         kept + r * frames);
        ROLLED
        for (; r < rows; r++)
            ROWS(tile)
        (w + r * columns, columns, from, to, x, x_stride, y + r, y_stride, 1, frames, 0,
         kept + r * frames);
    }
}

/* All frames of a block of rows */
static void ROWS(block)(const WEIGHT *w, size_t rows, size_t columns, const float *x,
                        size_t x_stride, float *y, size_t y_stride, size_t n)
{
    size_t t = 0;
    for (; t + TILE_FRAMES <= n; t += TILE_FRAMES)
        ROWS(strip)(w, rows, columns, x + t * x_stride, x_stride, y + t * y_stride, y_stride, 6);
    for (; t + 2 <= n; t += 2)
        ROWS(strip)(w, rows, columns, x + t * x_stride, x_stride, y + t * y_stride, y_stride, 2);
    if (t < n)
        ROWS(strip)(w, rows, columns, x + t * x_stride, x_stride, y + t * y_stride, y_stride, 1);
}

static void ROWS(rows)(const sinew_rows *W, size_t first, size_t last, const float *x,
                       size_t x_stride, float *y, size_t y_stride, size_t n)
{
    const WEIGHT *w = W->values;
    size_t columns = W->columns, fit = BLOCK_BYTES / (columns * sizeof *w), rows = TILE_ROWS;
    if (n == 1) {
        ROWS(decode)(W, first, last, x, y);
        return;
    }
    if (fit > TILE_ROWS)
        rows = fit < BLOCK_ROWS ? fit / TILE_ROWS * TILE_ROWS : BLOCK_ROWS;
    for (size_t r = first; r < last; r += rows)
        ROWS(block)
    (w + r * columns, last - r < rows ? last - r : rows, columns, x, x_stride, y + r, y_stride, n);
}
