/* Channels side by side, as fused.h has it. The includer's are REAL, OP(name) and
 *
 *     LANE, WIDE     a register and how many numbers it holds
 *     GROUPS         registers side by side
 *     BLOCKS         1, or 2: of those registers the second half of the numbers is the block that
 *                    comes next
 *     ROWS           sums of so many rows at a time
 *     MADD, LOAD, STORE
 *     SIDE(name)     names of these; ONE(name): of the same channels with BLOCKS 1
 *
 * A sum waits four cycles for itself, and each of its terms asks memory for an entry of a matrix:
 * ROWS times GROUPS sums at once hide the first, what shares an entry hides the second. What is
 * inside, x and w, is (n, GROUPS WIDE). */
#if BLOCKS == 1
#define BETWEEN WIDE /* numbers between the parts of a frame */
#else
#define BETWEEN (SINEW_LIFTED_LENGTH * stride)
#endif

/* sum[r] += M[row + r][j] one, r from `first` on; `row` begins a panel or a part of one. */
static inline __attribute__((always_inline)) void SIDE(add)(LANE (*sum)[GROUPS], size_t first,
                                                            size_t rows, const REAL *M,
                                                            size_t columns, size_t row, size_t j,
                                                            const LANE *one)
{
    const REAL *at = M + (row / PANEL * columns + j) * PANEL + row % PANEL;
    UNROLL
    for (size_t r = first; r < rows; r++) {
        LANE entry = at[r / PANEL * columns * PANEL + r % PANEL] - (LANE){0};
        UNROLL
        for (size_t g = 0; g < GROUPS; g++)
            sum[r][g] = MADD(entry, one[g], sum[r][g]);
    }
}

static inline __attribute__((always_inline)) void SIDE(add_inside)(LANE (*sum)[GROUPS], size_t rows,
                                                                   const REAL *M, size_t columns,
                                                                   size_t row, size_t j,
                                                                   const REAL *x)
{
    LANE one[GROUPS];
    UNROLL
    for (size_t g = 0; g < GROUPS; g++)
        one[g] = *(const LANE *)(x + g * WIDE);
    SIDE(add)(sum, 0, rows, M, columns, row, j, one);
}

static inline __attribute__((always_inline)) void SIDE(add_frame)(LANE (*sum)[GROUPS], size_t first,
                                                                  size_t rows, const REAL *M,
                                                                  size_t row, size_t j,
                                                                  const REAL *u, size_t stride)
{
    LANE one[GROUPS];
    UNROLL
    for (size_t g = 0; g < GROUPS; g++)
        one[g] = LOAD(u + j * stride, g, BETWEEN);
    SIDE(add)(sum, first, rows, M, SINEW_LIFTED_LENGTH, row, j, one);
}

/* Rows [row, row + rows) of w = G u. */
static inline __attribute__((always_inline)) void SIDE(drive)(const PASTE(sinew_, OP(lifted)) * m,
                                                              size_t row, size_t rows,
                                                              const REAL *u, size_t stride, REAL *w)
{
    LANE sum[ROWS][GROUPS] = {{{0}}};
    ROLLED
    for (size_t j = 0; j < SINEW_LIFTED_LENGTH; j++)
        SIDE(add_frame)(sum, 0, rows, m->G, row, j, u, stride);
    UNROLL
    for (size_t r = 0; r < rows; r++)
        UNROLL
    for (size_t g = 0; g < GROUPS; g++)
        *(LANE *)(w + ((row + r) * GROUPS + g) * WIDE) = sum[r][g];
}

/* Rows [row, row + ROWS) of O x + T u, nothing above the diagonal. y may be u: rows that come later
 * do not ask for what this one overwrites. */
static inline __attribute__((always_inline)) void SIDE(outputs)(const PASTE(sinew_, OP(lifted)) * m,
                                                                size_t row, const REAL *x,
                                                                const REAL *u, REAL *y,
                                                                size_t stride)
{
    LANE sum[ROWS][GROUPS] = {{{0}}};
    ROLLED
    for (size_t s = 0; s < m->n; s++)
        SIDE(add_inside)(sum, ROWS, m->O, m->n, row, s, x + s * GROUPS * WIDE);
    ROLLED
    for (size_t j = 0; j < row; j++)
        SIDE(add_frame)(sum, 0, ROWS, m->T, row, j, u, stride);
    UNROLL
    for (size_t r = 0; r < ROWS; r++)
        SIDE(add_frame)(sum, r, ROWS, m->T, row, row + r, u, stride);
    UNROLL
    for (size_t r = 0; r < ROWS; r++)
        UNROLL
    for (size_t g = 0; g < GROUPS; g++)
        STORE(y + (row + r) * stride, g, BETWEEN, sum[r][g]);
}

/* Row 0 of G u has heard of a NaN in any input. */
static inline int SIDE(is_finite)(const REAL *w)
{
    LANE heard = {0};
    for (size_t g = 0; g < GROUPS; g++)
        heard += *(const LANE *)(w + g * WIDE) * (REAL)0;
    REAL sum = 0;
    for (size_t i = 0; i < WIDE; i++)
        sum += heard[i];
    return sum == 0;
}

#if BLOCKS == 1

/* Rows [row, row + rows) of keep x + (w + E x), all of them `apart`; as OP(chained), the even and
 * the odd columns apart. */
static inline __attribute__((always_inline)) void
SIDE(states)(const PASTE(sinew_, OP(lifted)) * m, size_t row, size_t rows, const REAL *x,
             const REAL *w, REAL *next, size_t apart, size_t next_apart)
{
    LANE even[ROWS][GROUPS], odd[ROWS][GROUPS] = {{{0}}};
    UNROLL
    for (size_t r = 0; r < rows; r++)
        UNROLL
    for (size_t g = 0; g < GROUPS; g++)
        even[r][g] = *(const LANE *)(w + (row + r) * apart + g * WIDE);
    ROLLED
    for (size_t s = 0; s < m->n; s += 2) {
        SIDE(add_inside)(even, rows, m->E, m->n, row, s, x + s * apart);
        SIDE(add_inside)(odd, rows, m->E, m->n, row, s + 1, x + (s + 1) * apart);
    }
    UNROLL
    for (size_t r = 0; r < rows; r++)
        UNROLL
    for (size_t g = 0; g < GROUPS; g++) {
        size_t at = (row + r) * apart + g * WIDE;
        LANE keep = m->keep[row + r] - (LANE){0};
        *(LANE *)(next + (row + r) * next_apart + g * WIDE) =
            MADD(keep, *(const LANE *)(x + at), even[r][g] + odd[r][g]);
    }
}

static inline __attribute__((always_inline)) size_t
SIDE(blocks_of)(const PASTE(sinew_, OP(lifted)) * m, size_t rows, REAL *x, const REAL *u, REAL *y,
                size_t stride, size_t n_blocks)
{
    enum { LANES_ = GROUPS * WIDE };
    REAL w[16 * LANES_] ALIGNED, next[16 * LANES_] ALIGNED;
    size_t step = SINEW_LIFTED_LENGTH * stride;
    for (size_t b = 0; b < n_blocks; b++, u += step, y += step) {
        for (size_t row = 0; row < m->n; row += rows)
            SIDE(drive)(m, row, rows, u, stride, w);
        if (!SIDE(is_finite)(w))
            return b;
        UNROLL
        for (size_t row = SINEW_LIFTED_LENGTH; row > 0; row -= ROWS)
            SIDE(outputs)(m, row - ROWS, x, u, y, stride);
        for (size_t row = 0; row < m->n; row += rows)
            SIDE(states)(m, row, rows, x, w, next, LANES_, LANES_);
        memcpy(x, next, m->n * LANES_ * sizeof *x);
    }
    return n_blocks;
}

#else

static inline __attribute__((always_inline)) size_t
SIDE(blocks_of)(const PASTE(sinew_, OP(lifted)) * m, size_t rows, REAL *x, const REAL *u, REAL *y,
                size_t stride, size_t n_blocks)
{
    enum { TWICE = GROUPS * WIDE, LANES_ = TWICE / 2 };
    REAL w[16 * TWICE] ALIGNED, both[16 * TWICE] ALIGNED;
    size_t b = 0, step = SINEW_LIFTED_LENGTH * stride;
    for (; b + 2 <= n_blocks; b += 2, u += 2 * step, y += 2 * step) {
        for (size_t row = 0; row < m->n; row += rows)
            SIDE(drive)(m, row, rows, u, stride, w);
        if (!SIDE(is_finite)(w))
            break;
        for (size_t s = 0; s < m->n; s++)
            memcpy(both + s * TWICE, x + s * LANES_, LANES_ * sizeof *x);
        for (size_t row = 0; row < m->n; row += rows)
            ONE(states)(m, row, rows, both, w, both + LANES_, TWICE, TWICE);
        for (size_t row = 0; row < m->n; row += rows)
            ONE(states)(m, row, rows, both + LANES_, w + LANES_, x, TWICE, LANES_);
        UNROLL
        for (size_t row = SINEW_LIFTED_LENGTH; row > 0; row -= ROWS)
            SIDE(outputs)(m, row - ROWS, both, u, y, stride);
    }
    return b + ONE(blocks_of)(m, rows, x, u, y, stride, n_blocks - b);
}

#endif

static inline __attribute__((always_inline)) size_t
SIDE(blocks_by_order)(const PASTE(sinew_, OP(lifted)) * m, REAL *x, const REAL *u, REAL *y,
                      size_t stride, size_t n_blocks)
{
    enum { MOST = ROWS < 8 ? ROWS : 8 };
    if (m->n % MOST == 0)
        return SIDE(blocks_of)(m, MOST, x, u, y, stride, n_blocks);
    if (m->n % 4 == 0)
        return SIDE(blocks_of)(m, 4, x, u, y, stride, n_blocks);
    return SIDE(blocks_of)(m, 2, x, u, y, stride, n_blocks);
}

static __attribute__((unused)) size_t SIDE(blocks)(const PASTE(sinew_, OP(lifted)) * m, REAL *x,
                                                   const REAL *u, REAL *y, size_t stride,
                                                   size_t n_blocks)
{
    enum { NEIGHBOURS = GROUPS * WIDE / BLOCKS }; /* places that are known cost no addition */
    return stride == NEIGHBOURS ? SIDE(blocks_by_order)(m, x, u, y, NEIGHBOURS, n_blocks)
                                : SIDE(blocks_by_order)(m, x, u, y, stride, n_blocks);
}

#undef BETWEEN
#undef LANE
#undef WIDE
#undef GROUPS
#undef BLOCKS
#undef ROWS
#undef MADD
#undef LOAD
#undef STORE
#undef SIDE
#undef ONE
