/* Tests of fused.h over one type: REAL, OP(), PANEL, EPS and NAME(test) are the includer's. */

static void OP(fill)(REAL *to, size_t n, unsigned seed, double size)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        to[i] = (REAL)(size * ((double)seed / 2147483648.0 - 1));
    }
}

/* The definition: y += M u, panels, columns [from, to). */
static void OP(multiply_plainly)(const sinew_columns *c, const REAL *M, const REAL *u, REAL *y)
{
    for (size_t r = 0; r < c->rows; r++) {
        double sum = (double)y[r];
        size_t end = c->outputs ? (r / c->outputs + 1) * c->inputs : c->to;
        for (size_t j = c->from; j < c->to && j < end; j++)
            sum += (double)M[(r / PANEL * c->columns + j) * PANEL + r % PANEL] *
                   (double)u[j - c->from];
        y[r] = (REAL)sum;
    }
}

/* Block triangular as an engine's: what is above the diagonal is zero. */
static void OP(clear_upper)(const sinew_columns *c, REAL *M)
{
    for (size_t r = 0; c->outputs && r < c->rows; r++)
        for (size_t j = (r / c->outputs + 1) * c->inputs; j < c->columns; j++)
            M[(r / PANEL * c->columns + j) * PANEL + r % PANEL] = 0;
}

Test(fused, NAME(columns))
{
    enum { ROWS = 3 * PANEL, COLUMNS = 21, MOST = 13 };
    static REAL M[ROWS * COLUMNS], u[MOST * 32], y[MOST * 64], want[MOST * 64];
    static const size_t shapes[][2] = {{0, 0}, {1, 1}, {3, 2}, {1, 5}};
    for (size_t s = 0; s < 4; s++)
        for (size_t from = 0; from < 21; from += 4)
            for (size_t count = 1; count <= MOST; count++) {
                sinew_columns c = {ROWS,         COLUMNS,      from, COLUMNS - s,
                                   shapes[s][0], shapes[s][1], 32,   64};
                OP(fill)(M, ROWS * COLUMNS, 1, 1);
                OP(fill)(u, MOST * 32, 2, 1);
                OP(clear_upper)(&c, M);
                OP(fill)(want, MOST * 64, 3, 1);
                for (size_t k = 0; k < count; k++)
                    OP(multiply_plainly)(&c, M, u + 32 * k, want + 64 * k);
                EACH_TABLE(simd)
                {
                    OP(fill)(y, MOST * 64, 3, 1);
                    simd->fused->OP(columns)(&c, M, u, y, count);
                    for (size_t i = 0; i < MOST * 64; i++)
                        cr_assert_float_eq((double)y[i], (double)want[i], 40 * EPS, "%s",
                                           simd->name);
                }
            }
}

Test(fused, NAME(pairs))
{
    enum { N = 2 * PANEL };
    REAL x[2 * N], w[2 * N], keep[2 * N], e[4][N], next[2 * N];
    OP(fill)(x, 2 * N, 4, 1);
    OP(fill)(w, 2 * N, 5, 1);
    for (size_t i = 0; i < 4; i++)
        OP(fill)(e[i], N, 6 + (unsigned)i, 1);
    for (size_t i = 0; i < 2 * N; i++)
        keep[i] = i % 3 == 0;
    PASTE(sinew_, OP(pairs)) pairs = {N, keep, e[0], e[1], e[2], e[3]};
    EACH_TABLE(simd)
    {
        simd->fused->OP(pairs)(&pairs, x, w, next);
        for (size_t i = 0; i < N; i++) {
            double x1 = (double)x[i], x2 = (double)x[N + i];
            cr_assert_float_eq((double)next[i],
                               (double)keep[i] * x1 + (double)w[i] + (double)e[0][i] * x1 +
                                   (double)e[1][i] * x2,
                               8 * EPS);
            cr_assert_float_eq((double)next[N + i],
                               (double)keep[N + i] * x2 + (double)w[N + i] + (double)e[2][i] * x1 +
                                   (double)e[3][i] * x2,
                               8 * EPS);
        }
    }
}

/* A block of 16 frames in all ways: by the products that an engine makes of any block, through
 * registers, and channels side by side; to the bit the same. */
typedef struct OP(block16) {
    size_t n;
    REAL O[16 * 16], T[16 * 16], G[16 * 16], E[16 * 16], keep[16];
} OP(block16);

static void OP(make_block)(OP(block16) * m, size_t n)
{
    *m = (OP(block16)){.n = n};
    sinew_columns square = {.rows = 16, .columns = 16, .to = 16, .inputs = 1, .outputs = 1};
    OP(fill)(m->O, 16 * n, 10, 0.3);
    OP(fill)(m->T, 256, 11, 0.3);
    OP(fill)(m->G, 256, 12, 0.3);
    OP(fill)(m->E, 256, 13, 0.02);
    OP(clear_upper)(&square, m->T);
    for (size_t i = 0; i < n; i++)
        m->keep[i] = i % 2 == 0;
}

static void OP(by_products)(const sinew_fused *f, const OP(block16) * m, REAL *x, const REAL *u,
                            REAL *y, size_t n_blocks)
{
    size_t padded = (m->n + PANEL - 1) / PANEL * PANEL;
    sinew_columns states = {.rows = 16, .columns = m->n, .to = m->n};
    sinew_columns inputs = {.rows = 16, .columns = 16, .to = 16, .inputs = 1, .outputs = 1};
    sinew_columns drive = {.rows = padded, .columns = 16, .to = 16};
    for (size_t b = 0; b < n_blocks; b++, u += 16, y += 16) {
        REAL w[16] = {0}, next[16] = {0};
        memset(y, 0, 16 * sizeof *y);
        f->OP(columns)(&states, m->O, x, y, 1);
        f->OP(columns)(&inputs, m->T, u, y, 1);
        f->OP(columns)(&drive, m->G, u, w, 1);
        f->OP(chain)(m->E, m->n, m->keep, x, w, next);
        memcpy(x, next, padded * sizeof *x);
    }
}

Test(fused, NAME(blocks_of_sixteen_are_their_products_to_the_bit))
{
    enum { BLOCKS = 3, FRAMES = 16 * BLOCKS, CHANNELS = SINEW_FUSED_LANES };
    static const size_t sizes[] = {2, 4, 8, 12, 16};
    static REAL u[FRAMES * CHANNELS], y[FRAMES * CHANNELS];
    for (size_t s = 0; s < 5; s++) {
        OP(block16) m;
        OP(make_block)(&m, sizes[s]);
        PASTE(sinew_, OP(lifted)) given = {m.n, m.O, m.T, m.G, m.E, m.keep};
        OP(fill)(u, FRAMES * CHANNELS, 14, 1);
        EACH_TABLE(simd)
        {
            for (size_t lanes = 2; lanes <= CHANNELS; lanes *= 2) {
                if (!(lanes & simd->fused->OP(widths)))
                    continue;
                REAL x[16 * CHANNELS];
                OP(fill)(x, 16 * CHANNELS, 15, 1);
                memset(y, 0x55, sizeof y);
                size_t first = lanes < CHANNELS; /* unaligned */
                cr_assert_eq(simd->fused->OP(lanes)(&given, lanes, x, u + first, y + first,
                                                    CHANNELS, BLOCKS),
                             BLOCKS);
                for (size_t c = 0; c < lanes; c++) {
                    REAL one[16] = {0}, through[16], in[FRAMES], out[FRAMES], again[FRAMES];
                    REAL start[16 * CHANNELS];
                    OP(fill)(start, 16 * CHANNELS, 15, 1);
                    for (size_t i = 0; i < m.n; i++)
                        one[i] = start[i * lanes + c];
                    memcpy(through, one, sizeof one);
                    for (size_t t = 0; t < FRAMES; t++)
                        in[t] = u[first + t * CHANNELS + c];
                    OP(by_products)(simd->fused, &m, one, in, out, BLOCKS);
                    cr_assert_eq(simd->fused->OP(lifted)(&given, through, in, again, BLOCKS),
                                 BLOCKS);
                    cr_assert_eq(memcmp(out, again, sizeof out), 0, "%s %zu", simd->name, m.n);
                    for (size_t t = 0; t < FRAMES; t++)
                        cr_assert_eq(y[first + t * CHANNELS + c], out[t],
                                     "%s: %zu lanes, frame %zu", simd->name, lanes, t);
                    for (size_t i = 0; i < m.n; i++) {
                        cr_assert_eq(x[i * lanes + c], one[i]);
                        cr_assert_eq(through[i], one[i]);
                    }
                }
            }
        }
    }
}

/* The block in which it comes is not touched, nor what follows. */
Test(fused, NAME(what_is_not_finite_is_left))
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    OP(block16) m;
    OP(make_block)(&m, 8);
    PASTE(sinew_, OP(lifted)) given = {m.n, m.O, m.T, m.G, m.E, m.keep};
    EACH_TABLE(simd)
    for (size_t at = 0; at < 48; at++) {
        static REAL u[48 * SINEW_FUSED_LANES], y[48 * SINEW_FUSED_LANES];
        REAL x[16 * SINEW_FUSED_LANES] = {0};
        OP(fill)(u, 48, 16, 1);
        u[at] = (REAL)bad[at % 3];
        memset(y, 0, sizeof y);
        memset(x, 0, sizeof x);
        size_t done = simd->fused->OP(lifted)(&given, x, u, y, 3);
        cr_assert_eq(done, at / 16);
        for (size_t t = 16 * done; t < 48; t++)
            cr_assert_eq(y[t], 0);
        for (size_t lanes = 2; lanes <= SINEW_FUSED_LANES; lanes *= 2) {
            if (!(lanes & simd->fused->OP(widths)))
                continue;
            memset(x, 0, sizeof x);
            OP(fill)(u, 48 * lanes, 17, 1);
            u[lanes * at + at % lanes] = (REAL)bad[at % 3];
            cr_assert_eq(simd->fused->OP(lanes)(&given, lanes, x, u, y, lanes, 3), at / 16);
        }
    }
}

Test(fused, NAME(gather_and_scatter))
{
    REAL from[67 * 5], to[67], back[67 * 5];
    OP(fill)(from, 67 * 5, 18, 1);
    EACH_TABLE(simd)
    for (size_t stride = 1; stride <= 5; stride++)
        for (size_t n = 0; n <= 67; n++) {
            memset(back, 0, sizeof back);
            simd->fused->OP(gather)(from, stride, to, n);
            simd->fused->OP(scatter)(to, back, stride, n);
            for (size_t i = 0; i < 67 * stride; i++)
                cr_assert_eq(back[i], i % stride == 0 && i / stride < n ? from[i] : 0);
        }
}
