/* The operations of fused.h over one type: REAL, its REGISTER of so many LANES, the rows of a
 * PANEL, OP(name) are the includer's. */

enum { OP(PER_PANEL) = PANEL / LANES }; /* registers */

/* One panel of y_k += M u_k for WIDE vectors side by side, their sums in registers. */
#define TILE(wide_)                                                                                \
    static inline void OP(tile_##wide_)(const REAL *M, size_t from, size_t to, const REAL *u,      \
                                        size_t u_stride, REAL *y, size_t y_stride)                 \
    {                                                                                              \
        REGISTER sum[wide_][OP(PER_PANEL)];                                                        \
        for (int k = 0; k < wide_; k++)                                                            \
            for (int r = 0; r < OP(PER_PANEL); r++)                                                \
                sum[k][r] = *(const REGISTER *)(y + (size_t)k * y_stride + r * LANES);             \
        for (size_t j = from; j < to; j++) {                                                       \
            const REAL *at = M + j * PANEL;                                                        \
            for (int k = 0; k < wide_; k++)                                                        \
                for (int r = 0; r < OP(PER_PANEL); r++)                                            \
                    sum[k][r] += *(const REGISTER *)(at + r * LANES) *                             \
                                 u[(size_t)k * u_stride + (j - from)];                             \
        }                                                                                          \
        for (int k = 0; k < wide_; k++)                                                            \
            for (int r = 0; r < OP(PER_PANEL); r++)                                                \
                *(REGISTER *)(y + (size_t)k * y_stride + r * LANES) = sum[k][r];                   \
    }
TILE(8)
TILE(4)
TILE(2)
TILE(1)
#undef TILE

/* Where the rows [row, row + PANEL) of a block triangular matrix end. */
static inline size_t OP(end_of_panel)(const sinew_columns *c, size_t row)
{
    if (c->outputs == 0)
        return c->to;
    size_t last = ((row + PANEL - 1) / c->outputs + 1) * c->inputs;
    return last < c->to ? last : c->to;
}

static void OP(columns)(const sinew_columns *c, const REAL *M, const REAL *u, REAL *y, size_t count)
{
    for (size_t row = 0; row < c->rows; row += PANEL, M += c->columns * PANEL, y += PANEL) {
        size_t from = c->from, to = OP(end_of_panel)(c, row), k = 0;
        if (to <= from)
            continue;
        for (; OP(PER_PANEL) <= 2 && k + 8 <= count; k += 8)
            OP(tile_8)
        (M, from, to, u + k * c->u_stride, c->u_stride, y + k * c->y_stride, c->y_stride);
        for (; k + 4 <= count; k += 4)
            OP(tile_4)
        (M, from, to, u + k * c->u_stride, c->u_stride, y + k * c->y_stride, c->y_stride);
        for (; k + 2 <= count; k += 2)
            OP(tile_2)
        (M, from, to, u + k * c->u_stride, c->u_stride, y + k * c->y_stride, c->y_stride);
        if (k < count)
            OP(tile_1)
        (M, from, to, u + k * c->u_stride, c->u_stride, y + k * c->y_stride, c->y_stride);
    }
}

/* The even and the odd columns apart, so that no sum waits long for itself: x is late. */
static inline REGISTER OP(chained)(const REAL *E, size_t n, REGISTER first, const REAL *x)
{
    REGISTER even = {0}, odd = {0};
    for (size_t s = 0; s < n; s += 2) {
        even += *(const REGISTER *)(E + s * PANEL) * x[s];
        odd += *(const REGISTER *)(E + (s + 1) * PANEL) * x[s + 1];
    }
    return first + (even + odd);
}

static void OP(chain)(const REAL *E, size_t n, const REAL *keep, const REAL *x, const REAL *w,
                      REAL *next)
{
    for (size_t row = 0; row < n; row += PANEL, E += n * PANEL)
        for (size_t r = row; r < row + PANEL; r += LANES) {
            REGISTER first = *(const REGISTER *)(keep + r) * *(const REGISTER *)(x + r) +
                             *(const REGISTER *)(w + r);
            *(REGISTER *)(next + r) = OP(chained)(E + (r - row), n, first, x);
        }
}

static void OP(pairs)(const PASTE(sinew_, OP(pairs)) * e, const REAL *x, const REAL *w, REAL *next)
{
    size_t n = e->pairs;
    for (size_t i = 0; i < n; i += LANES) {
        REGISTER x1 = *(const REGISTER *)(x + i), x2 = *(const REGISTER *)(x + n + i);
        REGISTER w1 = *(const REGISTER *)(w + i), w2 = *(const REGISTER *)(w + n + i);
        REGISTER k1 = *(const REGISTER *)(e->keep + i), k2 = *(const REGISTER *)(e->keep + n + i);
        *(REGISTER *)(next + i) = (k1 * x1 + w1) + (*(const REGISTER *)(e->e11 + i) * x1 +
                                                    *(const REGISTER *)(e->e12 + i) * x2);
        *(REGISTER *)(next + n + i) = (k2 * x2 + w2) + (*(const REGISTER *)(e->e21 + i) * x1 +
                                                        *(const REGISTER *)(e->e22 + i) * x2);
    }
}

/* All of a block in registers. What does not wait for x overlaps with the block before. */
static inline __attribute__((always_inline)) size_t
OP(lifted_of)(const PASTE(sinew_, OP(lifted)) * m, size_t n, REAL *x, const REAL *u, REAL *y,
              size_t n_blocks)
{
    enum { LENGTH = SINEW_LIFTED_LENGTH, RY = LENGTH / LANES };
    const size_t states = (n + LANES - 1) / LANES; /* registers */
    for (size_t b = 0; b < n_blocks; b++, u += LENGTH, y += LENGTH) {
        REGISTER out[RY] = {0}, w[16 / LANES] = {0}, first[16 / LANES], next[16 / LANES];
#pragma GCC unroll 16
        for (size_t s = 0; s < n; s++)
            for (size_t r = 0; r < RY; r++)
                out[r] += *(const REGISTER *)(m->O + (r / OP(PER_PANEL) * n + s) * PANEL +
                                              r % OP(PER_PANEL) * LANES) *
                          x[s];
#pragma GCC unroll 16
        for (size_t j = 0; j < LENGTH; j++) {
            for (size_t r = 0; r < states; r++)
                w[r] += *(const REGISTER *)(m->G + (r / OP(PER_PANEL) * LENGTH + j) * PANEL +
                                            r % OP(PER_PANEL) * LANES) *
                        u[j];
            for (size_t r = j / LANES; r < RY; r++)
                out[r] += *(const REGISTER *)(m->T + (r / OP(PER_PANEL) * LENGTH + j) * PANEL +
                                              r % OP(PER_PANEL) * LANES) *
                          u[j];
        }
        /* each entry of G u has heard of a NaN, as zero times it is one */
        if (!(w[0][0] * 0 == 0))
            return b;
        for (size_t r = 0; r < RY; r++)
            *(REGISTER *)(y + r * LANES) = out[r];
        for (size_t r = 0; r < states; r++)
            first[r] =
                *(const REGISTER *)(m->keep + r * LANES) * *(const REGISTER *)(x + r * LANES) +
                w[r];
        for (size_t r = 0; r < states; r++)
            next[r] = OP(chained)(m->E + r / OP(PER_PANEL) * n * PANEL + r % OP(PER_PANEL) * LANES,
                                  n, first[r], x);
        for (size_t r = 0; r < states; r++)
            *(REGISTER *)(x + r * LANES) = next[r];
    }
    return n_blocks;
}

static size_t OP(lifted)(const PASTE(sinew_, OP(lifted)) * m, REAL *x, const REAL *u, REAL *y,
                         size_t n_blocks)
{
    switch (m->n) {
    case 2:
        return OP(lifted_of)(m, 2, x, u, y, n_blocks);
    case 4:
        return OP(lifted_of)(m, 4, x, u, y, n_blocks);
    case 8:
        return OP(lifted_of)(m, 8, x, u, y, n_blocks);
    case 12:
        return OP(lifted_of)(m, 12, x, u, y, n_blocks);
    default:
        return OP(lifted_of)(m, 16, x, u, y, n_blocks);
    }
}

/* Channels side by side. `ROWS` sums at a time, as many as there are registers for: a sum waits
 * four cycles for itself. */
#define LANES_OF(w_)                                                                               \
    typedef REAL OP(lane##w_)                                                                      \
        __attribute__((vector_size(w_ * sizeof(REAL)), aligned(sizeof(REAL)), may_alias));         \
                                                                                                   \
    /* sum[r] += M[row + r][j] data[j] for j in [from, to). */                                     \
    static inline __attribute__((always_inline)) void OP(add_lanes##w_)(                           \
        OP(lane##w_) * sum, size_t rows, const REAL *M, size_t columns, size_t row, size_t from,   \
        size_t to, const REAL *data, size_t stride)                                                \
    {                                                                                              \
        _Pragma("GCC unroll 8") for (size_t j = from; j < to; j++)                                 \
        {                                                                                          \
            OP(lane##w_) one = *(const OP(lane##w_) *)(data + j * stride);                         \
            _Pragma("GCC unroll 16") for (size_t r = 0; r < rows; r++) sum[r] +=                   \
                M[((row + r) / PANEL * columns + j) * PANEL + (row + r) % PANEL] * one;            \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    /* Rows [row, row + rows) of O x + T u. */                                                     \
    static inline __attribute__((always_inline)) void OP(rows_lanes##w_)(                          \
        const PASTE(sinew_, OP(lifted)) * m, size_t row, size_t rows, size_t n, const REAL *x,     \
        const REAL *u, REAL *y, size_t stride)                                                     \
    {                                                                                              \
        OP(lane##w_) sum[16] = {0};                                                                \
        OP(add_lanes##w_)(sum, rows, m->O, n, row, 0, n, x, w_);                                   \
        OP(add_lanes##w_)                                                                          \
        (sum, rows, m->T, SINEW_LIFTED_LENGTH, row, 0, row + 8, u, stride);                        \
        if (rows == 16) /* above the diagonal is nothing */                                        \
            OP(add_lanes##w_)                                                                      \
        (sum + 8, 8, m->T, SINEW_LIFTED_LENGTH, 8, 8, 16, u, stride);                              \
        for (size_t r = 0; r < rows; r++)                                                          \
            *(OP(lane##w_) *)(y + (row + r) * w_) = sum[r];                                        \
    }                                                                                              \
                                                                                                   \
    /* States [row, row + rows) a block later; whether G u is finite. */                           \
    static inline __attribute__((always_inline)) int OP(move_lanes##w_)(                           \
        const PASTE(sinew_, OP(lifted)) * m, size_t row, size_t rows, size_t n, const REAL *x,     \
        const REAL *u, REAL *next, size_t stride)                                                  \
    {                                                                                              \
        OP(lane##w_) w[8] = {0}, even[8] = {0}, odd[8] = {0};                                      \
        OP(add_lanes##w_)                                                                          \
        (w, rows, m->G, SINEW_LIFTED_LENGTH, row, 0, SINEW_LIFTED_LENGTH, u, stride);              \
        _Pragma("GCC unroll 8") for (size_t s = 0; s < n; s += 2)                                  \
        {                                                                                          \
            OP(add_lanes##w_)(even, rows, m->E, n, row, s, s + 1, x, w_);                          \
            OP(add_lanes##w_)(odd, rows, m->E, n, row, s + 1, s + 2, x, w_);                       \
        }                                                                                          \
        for (size_t r = 0; r < rows; r++)                                                          \
            *(OP(lane##w_) *)(next + (row + r) * w_) =                                             \
                (m->keep[row + r] * *(const OP(lane##w_) *)(x + (row + r) * w_) + w[r]) +          \
                (even[r] + odd[r]);                                                                \
        REAL heard = 0;                                                                            \
        for (size_t i = 0; i < w_; i++)                                                            \
            heard += w[0][i] * 0;                                                                  \
        return heard == 0;                                                                         \
    }                                                                                              \
                                                                                                   \
    static inline __attribute__((always_inline)) size_t OP(blocks_lanes##w_)(                      \
        const PASTE(sinew_, OP(lifted)) * m, size_t n, REAL * x, const REAL *u, REAL *y,           \
        size_t stride, size_t n_blocks)                                                            \
    {                                                                                              \
        REAL next[16 * w_], out[SINEW_LIFTED_LENGTH * w_];                                         \
        size_t step = SINEW_LIFTED_LENGTH * stride, low = n < 8 ? n : 8;                           \
        for (size_t b = 0; b < n_blocks; b++, u += step, y += step) {                              \
            for (size_t row = 0; row < SINEW_LIFTED_LENGTH; row += ROWS)                           \
                OP(rows_lanes##w_)(m, row, ROWS, n, x, u, out, stride);                            \
            if (!OP(move_lanes##w_)(m, 0, low, n, x, u, next, stride))                             \
                return b;                                                                          \
            if (n > 8)                                                                             \
                OP(move_lanes##w_)(m, 8, n - 8, n, x, u, next, stride);                            \
            for (size_t t = 0; t < SINEW_LIFTED_LENGTH; t++)                                       \
                *(OP(lane##w_) *)(y + t * stride) = *(const OP(lane##w_) *)(out + t * w_);         \
            for (size_t s = 0; s < n; s++)                                                         \
                *(OP(lane##w_) *)(x + s * w_) = *(const OP(lane##w_) *)(next + s * w_);            \
        }                                                                                          \
        return n_blocks;                                                                           \
    }                                                                                              \
                                                                                                   \
    static size_t OP(lanes##w_)(const PASTE(sinew_, OP(lifted)) * m, REAL * x, const REAL *u,      \
                                REAL *y, size_t stride, size_t n_blocks)                           \
    {                                                                                              \
        switch (m->n) {                                                                            \
        case 2:                                                                                    \
            return OP(blocks_lanes##w_)(m, 2, x, u, y, stride, n_blocks);                          \
        case 4:                                                                                    \
            return OP(blocks_lanes##w_)(m, 4, x, u, y, stride, n_blocks);                          \
        case 8:                                                                                    \
            return OP(blocks_lanes##w_)(m, 8, x, u, y, stride, n_blocks);                          \
        case 12:                                                                                   \
            return OP(blocks_lanes##w_)(m, 12, x, u, y, stride, n_blocks);                         \
        default:                                                                                   \
            return OP(blocks_lanes##w_)(m, 16, x, u, y, stride, n_blocks);                         \
        }                                                                                          \
    }
LANES_OF(4)
LANES_OF(8)
LANES_OF(16)
#undef LANES_OF

/* Two channels, the matrices loaded once for both: as lifted_of, which has the reasons. */
static inline __attribute__((always_inline)) size_t OP(two_of)(const PASTE(sinew_, OP(lifted)) * m,
                                                               size_t n, REAL *x, const REAL *u,
                                                               REAL *y, size_t stride,
                                                               size_t n_blocks)
{
    enum { LENGTH = SINEW_LIFTED_LENGTH, RY = LENGTH / LANES };
    const size_t states = (n + LANES - 1) / LANES;
    REAL at[2][16] = {{0}}, out[2][LENGTH];
    for (size_t s = 0; s < n; s++)
        for (size_t c = 0; c < 2; c++)
            at[c][s] = x[2 * s + c];
    for (size_t b = 0; b < n_blocks; b++, u += LENGTH * stride, y += LENGTH * stride) {
        REGISTER sum[2][RY] = {{{0}}}, w[2][16 / LANES] = {{{0}}};
#pragma GCC unroll 16
        for (size_t s = 0; s < n; s++)
            for (size_t r = 0; r < RY; r++) {
                REGISTER O = *(const REGISTER *)(m->O + (r / OP(PER_PANEL) * n + s) * PANEL +
                                                 r % OP(PER_PANEL) * LANES);
                sum[0][r] += O * at[0][s];
                sum[1][r] += O * at[1][s];
            }
#pragma GCC unroll 16
        for (size_t j = 0; j < LENGTH; j++) {
            REAL first = u[j * stride], second = u[j * stride + 1];
            for (size_t r = 0; r < states; r++) {
                REGISTER G = *(const REGISTER *)(m->G + (r / OP(PER_PANEL) * LENGTH + j) * PANEL +
                                                 r % OP(PER_PANEL) * LANES);
                w[0][r] += G * first;
                w[1][r] += G * second;
            }
            for (size_t r = j / LANES; r < RY; r++) {
                REGISTER T = *(const REGISTER *)(m->T + (r / OP(PER_PANEL) * LENGTH + j) * PANEL +
                                                 r % OP(PER_PANEL) * LANES);
                sum[0][r] += T * first;
                sum[1][r] += T * second;
            }
        }
        if (!(w[0][0][0] * 0 == 0 && w[1][0][0] * 0 == 0)) {
            n_blocks = b;
            break;
        }
        for (size_t c = 0; c < 2; c++) {
            REGISTER next[16 / LANES];
            for (size_t r = 0; r < RY; r++)
                *(REGISTER *)(out[c] + r * LANES) = sum[c][r];
            for (size_t r = 0; r < states; r++) {
                REGISTER first = *(const REGISTER *)(m->keep + r * LANES) *
                                     *(const REGISTER *)(at[c] + r * LANES) +
                                 w[c][r];
                next[r] =
                    OP(chained)(m->E + r / OP(PER_PANEL) * n * PANEL + r % OP(PER_PANEL) * LANES, n,
                                first, at[c]);
            }
            for (size_t r = 0; r < states; r++)
                *(REGISTER *)(at[c] + r * LANES) = next[r];
        }
        if (stride == 2)
            for (size_t t = 0; t < LENGTH; t++) {
                y[2 * t] = out[0][t];
                y[2 * t + 1] = out[1][t];
            }
        else
            for (size_t t = 0; t < LENGTH; t++) {
                y[t * stride] = out[0][t];
                y[t * stride + 1] = out[1][t];
            }
    }
    for (size_t s = 0; s < n; s++)
        for (size_t c = 0; c < 2; c++)
            x[2 * s + c] = at[c][s];
    return n_blocks;
}

static size_t OP(two)(const PASTE(sinew_, OP(lifted)) * m, REAL *x, const REAL *u, REAL *y,
                      size_t stride, size_t n_blocks)
{
    switch (m->n) {
    case 2:
        return OP(two_of)(m, 2, x, u, y, stride, n_blocks);
    case 4:
        return OP(two_of)(m, 4, x, u, y, stride, n_blocks);
    case 8:
        return OP(two_of)(m, 8, x, u, y, stride, n_blocks);
    case 12:
        return OP(two_of)(m, 12, x, u, y, stride, n_blocks);
    default:
        return OP(two_of)(m, 16, x, u, y, stride, n_blocks);
    }
}

static size_t OP(lanes)(const PASTE(sinew_, OP(lifted)) * m, size_t lanes, REAL *x, const REAL *u,
                        REAL *y, size_t stride, size_t n_blocks)
{
    switch (lanes) {
    case 2:
        return OP(two)(m, x, u, y, stride, n_blocks);
    case 4:
        return OP(lanes4)(m, x, u, y, stride, n_blocks);
    case 8:
        return OP(lanes8)(m, x, u, y, stride, n_blocks);
    default:
        return OP(lanes16)(m, x, u, y, stride, n_blocks);
    }
}

static void OP(gather)(const REAL *from, size_t stride, REAL *to, size_t n)
{
    if (stride == 2)
        for (size_t i = 0; i < n; i++)
            to[i] = from[2 * i];
    else
        for (size_t i = 0; i < n; i++)
            to[i] = from[i * stride];
}

static void OP(scatter)(const REAL *from, REAL *to, size_t stride, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i * stride] = from[i];
}
