/* Transforms and products of convolution, over one sample type: REAL, REGISTER, INTS, LANES, OP()
 * and SPLAT() are fused.c's. math/transform.h has the equations and the layout. */

enum { OP(regs) = 16 / LANES };
#define REGS OP(regs)

#if LANES == 16
#define PICK(a, b, F, d)                                                                           \
    __builtin_shufflevector(a, b, F(0, d), F(1, d), F(2, d), F(3, d), F(4, d), F(5, d), F(6, d),   \
                            F(7, d), F(8, d), F(9, d), F(10, d), F(11, d), F(12, d), F(13, d),     \
                            F(14, d), F(15, d))
#elif LANES == 8
#define PICK(a, b, F, d)                                                                           \
    __builtin_shufflevector(a, b, F(0, d), F(1, d), F(2, d), F(3, d), F(4, d), F(5, d), F(6, d),   \
                            F(7, d))
#elif LANES == 4
#define PICK(a, b, F, d) __builtin_shufflevector(a, b, F(0, d), F(1, d), F(2, d), F(3, d))
#else
#define PICK(a, b, F, d) __builtin_shufflevector(a, b, F(0, d), F(1, d))
#endif
/* Blocks of d lanes change places across two rows. */
#define FIRST(l, d) ((l) & (d) ? LANES + (l) - (d) : (l))
#define SECOND(l, d) ((l) & (d) ? LANES + (l) : (l) + (d))
#define TURN(row, d)                                                                               \
    for (int i = 0; i < LANES; i++)                                                                \
        if (!(i & (d))) {                                                                          \
            REGISTER one = row[i], two = row[i + (d)];                                             \
            row[i] = PICK(one, two, FIRST, d);                                                     \
            row[i + (d)] = PICK(one, two, SECOND, d);                                              \
        }

/* One block of LANES x LANES numbers: rows `in` numbers apart to rows `out` apart. */
static inline void OP(turn_block)(const REAL *from, size_t in, REAL *to, size_t out)
{
    REGISTER row[LANES];
    for (int i = 0; i < LANES; i++)
        row[i] = *(const REGISTER *)(from + (size_t)i * in);
#if LANES > 8
    TURN(row, 8)
#endif
#if LANES > 4
    TURN(row, 4)
#endif
#if LANES > 2
    TURN(row, 2)
#endif
#if LANES > 1
    TURN(row, 1)
#endif
    for (int i = 0; i < LANES; i++)
        *(REGISTER *)(to + (size_t)i * out) = row[i];
}

/* Sixteen runs become sixteen others: lane e of run v is lane v of run e. */
static inline void OP(turn)(const REAL *from, REAL *to)
{
    for (size_t part = 0; part < 32; part += 16)
        for (size_t r = 0; r < 16; r += LANES)
            for (size_t c = 0; c < 16; c += LANES)
                OP(turn_block)(from + r * 32 + part + c, 32, to + c * 32 + part + r, 32);
}

/* Four coefficients -> values at q, -q, iq, -iq; s = q^2. */
static inline void OP(split4)(REGISTER *r, REGISTER *i, REGISTER sr, REGISTER si, REGISTER qr,
                              REGISTER qi)
{
    REGISTER t0r = r[0] + sr * r[2] - si * i[2], t0i = i[0] + sr * i[2] + si * r[2];
    REGISTER t1r = r[0] - sr * r[2] + si * i[2], t1i = i[0] - sr * i[2] - si * r[2];
    REGISTER u0r = r[1] + sr * r[3] - si * i[3], u0i = i[1] + sr * i[3] + si * r[3];
    REGISTER u1r = r[1] - sr * r[3] + si * i[3], u1i = i[1] - sr * i[3] - si * r[3];
    r[0] = t0r + qr * u0r - qi * u0i, i[0] = t0i + qr * u0i + qi * u0r;
    r[1] = t0r - qr * u0r + qi * u0i, i[1] = t0i - qr * u0i - qi * u0r;
    r[2] = t1r - qi * u1r - qr * u1i, i[2] = t1i - qi * u1i + qr * u1r;
    r[3] = t1r + qi * u1r + qr * u1i, i[3] = t1i + qi * u1i - qr * u1r;
}

/* Its inverse, times four. */
static inline void OP(merge4)(REGISTER *r, REGISTER *i, REGISTER sr, REGISTER si, REGISTER qr,
                              REGISTER qi)
{
    REGISTER t0r = r[0] + r[1], t0i = i[0] + i[1], d0r = r[0] - r[1], d0i = i[0] - i[1];
    REGISTER t1r = r[2] + r[3], t1i = i[2] + i[3], d1r = r[2] - r[3], d1i = i[2] - i[3];
    REGISTER u0r = qr * d0r + qi * d0i, u0i = qr * d0i - qi * d0r;
    REGISTER u1r = qr * d1i - qi * d1r, u1i = -(qi * d1i) - qr * d1r;
    REGISTER er = t0r - t1r, ei = t0i - t1i, fr = u0r - u1r, fi = u0i - u1i;
    r[0] = t0r + t1r, i[0] = t0i + t1i;
    r[1] = u0r + u1r, i[1] = u0i + u1i;
    r[2] = sr * er + si * ei, i[2] = sr * ei - si * er;
    r[3] = sr * fr + si * fi, i[3] = sr * fi - si * fr;
}

/* The quads [from, to) of a pass: quad c of a node takes runs c, c + quarter, ... */
static inline __attribute__((always_inline)) void
OP(pass)(REAL *data, const REAL *c, size_t quarter, size_t from, size_t to, int merge)
{
    for (size_t at = from; at < to;) {
        size_t node = at / quarter, end = (node + 1) * quarter < to ? (node + 1) * quarter : to;
        const REAL *k = c + 4 * node;
        REGISTER sr = SPLAT(k[0]), si = SPLAT(k[1]);
        REGISTER qr = SPLAT(k[2]), qi = SPLAT(k[3]);
        for (; at < end; at++) {
            REAL *run = data + (node * 3 * quarter + at) * 32;
            for (size_t g = 0; g < 16; g += LANES) {
                REGISTER r[4], i[4];
                for (size_t a = 0; a < 4; a++) {
                    r[a] = *(const REGISTER *)(run + a * quarter * 32 + g);
                    i[a] = *(const REGISTER *)(run + a * quarter * 32 + g + 16);
                }
                if (merge)
                    OP(merge4)(r, i, sr, si, qr, qi);
                else
                    OP(split4)(r, i, sr, si, qr, qi);
                for (size_t a = 0; a < 4; a++) {
                    *(REGISTER *)(run + a * quarter * 32 + g) = r[a];
                    *(REGISTER *)(run + a * quarter * 32 + g + 16) = i[a];
                }
            }
        }
    }
}

static void OP(split)(REAL *data, const REAL *c, size_t quarter, size_t from, size_t to)
{
    OP(pass)(data, c, quarter, from, to, 0);
}

static void OP(merge)(REAL *data, const REAL *c, size_t quarter, size_t from, size_t to)
{
    OP(pass)(data, c, quarter, from, to, 1);
}

static void OP(split_real)(REAL *data, const REAL *x, const REAL *c, size_t quarter, size_t from,
                           size_t to)
{
    REGISTER sr = SPLAT(c[0]), si = SPLAT(c[1]), qr = SPLAT(c[2]), qi = SPLAT(c[3]);
    size_t step = quarter * 32;
    for (size_t at = from; at < to; at++)
        for (size_t g = 0; g < 16; g += LANES) {
            const REAL *in = x + at * 16 + g;
            REAL *run = data + at * 32 + g;
            REGISTER a0 = *(const REGISTER *)in, a1 = *(const REGISTER *)(in + quarter * 16);
            REGISTER a2 = *(const REGISTER *)(in + quarter * 32),
                     a3 = *(const REGISTER *)(in + quarter * 48);
            REGISTER t0r = a0 + sr * a2, t1r = a0 - sr * a2, ti = si * a2;
            REGISTER u0r = a1 + sr * a3, u1r = a1 - sr * a3, ui = si * a3;
            *(REGISTER *)run = t0r + qr * u0r - qi * ui;
            *(REGISTER *)(run + 16) = ti + qr * ui + qi * u0r;
            *(REGISTER *)(run + step) = t0r - qr * u0r + qi * ui;
            *(REGISTER *)(run + step + 16) = ti - qr * ui - qi * u0r;
            *(REGISTER *)(run + 2 * step) = t1r - qi * u1r + qr * ui;
            *(REGISTER *)(run + 2 * step + 16) = -ti + qi * ui + qr * u1r;
            *(REGISTER *)(run + 3 * step) = t1r + qi * u1r - qr * ui;
            *(REGISTER *)(run + 3 * step + 16) = -ti - qi * ui - qr * u1r;
        }
}

static void OP(merge_imag)(const REAL *data, REAL *y, const REAL *c, size_t quarter, size_t from,
                           size_t to)
{
    REGISTER sr = SPLAT(c[0]), si = SPLAT(c[1]), qr = SPLAT(c[2]), qi = SPLAT(c[3]);
    size_t step = quarter * 32;
    for (size_t at = from; at < to; at++)
        for (size_t g = 0; g < 16; g += LANES) {
            const REAL *run = data + at * 32 + g;
            REAL *out = y + at * 16 + g;
            REGISTER r[4], i[4];
            for (size_t a = 0; a < 4; a++) {
                r[a] = *(const REGISTER *)(run + a * step);
                i[a] = *(const REGISTER *)(run + a * step + 16);
            }
            OP(merge4)(r, i, sr, si, qr, qi);
            for (size_t a = 0; a < 4; a++)
                *(REGISTER *)(out + a * quarter * 16) = i[a];
        }
}

/* A radix-4 pass over the sixteen runs of a tile, whose constants differ from lane to lane. */
static inline __attribute__((always_inline)) void OP(lane_pass)(REAL *tile, const REAL *c,
                                                                size_t quarter, int merge)
{
    for (size_t node = 0; node < 4 / quarter; node++)
        for (size_t at = 0; at < quarter; at++)
            for (size_t g = 0; g < 16; g += LANES) {
                REAL *run = tile + (node * 4 * quarter + at) * 32 + g;
                const REAL *k = c + node * 64 + g;
                REGISTER r[4], i[4];
                for (size_t a = 0; a < 4; a++) {
                    r[a] = *(const REGISTER *)(run + a * quarter * 32);
                    i[a] = *(const REGISTER *)(run + a * quarter * 32 + 16);
                }
                REGISTER sr = *(const REGISTER *)k, si = *(const REGISTER *)(k + 16);
                REGISTER qr = *(const REGISTER *)(k + 32), qi = *(const REGISTER *)(k + 48);
                if (merge)
                    OP(merge4)(r, i, sr, si, qr, qi);
                else
                    OP(split4)(r, i, sr, si, qr, qi);
                for (size_t a = 0; a < 4; a++) {
                    *(REGISTER *)(run + a * quarter * 32) = r[a];
                    *(REGISTER *)(run + a * quarter * 32 + 16) = i[a];
                }
            }
}

static void OP(split_lanes)(const REAL *runs, const REAL *c, REAL *tile)
{
    OP(turn)(runs, tile);
    OP(lane_pass)(tile, c, 4, 0);
    OP(lane_pass)(tile, c + 64, 1, 0);
}

static void OP(merge_lanes)(REAL *tile, const REAL *c, REAL *runs)
{
    OP(lane_pass)(tile, c + 64, 1, 1);
    OP(lane_pass)(tile, c, 4, 1);
    OP(turn)(tile, runs);
}

/* sums kept in registers over all n products */
enum { OP(sums) = WIDTH == 64 ? 8 : 4 };

static void OP(products)(REAL *sum, const REAL *x, const REAL *h, size_t n)
{
    enum { SUMS = OP(sums) };
    for (size_t first = 0; first < 16 * REGS; first += SUMS) {
        REGISTER r[SUMS], i[SUMS];
        for (size_t k = 0; k < SUMS; k++) {
            size_t at = (first + k) / REGS * 32 + (first + k) % REGS * LANES;
            r[k] = *(const REGISTER *)(sum + at);
            i[k] = *(const REGISTER *)(sum + at + 16);
        }
        for (size_t p = 0; p < n; p++)
            for (size_t k = 0; k < SUMS; k++) {
                size_t at = p * 512 + (first + k) / REGS * 32 + (first + k) % REGS * LANES;
                REGISTER xr = *(const REGISTER *)(x + at), xi = *(const REGISTER *)(x + at + 16);
                REGISTER hr = *(const REGISTER *)(h + at), hi = *(const REGISTER *)(h + at + 16);
                r[k] = r[k] + xr * hr - xi * hi;
                i[k] = i[k] + xr * hi + xi * hr;
            }
        for (size_t k = 0; k < SUMS; k++) {
            size_t at = (first + k) / REGS * 32 + (first + k) % REGS * LANES;
            *(REGISTER *)(sum + at) = r[k];
            *(REGISTER *)(sum + at + 16) = i[k];
        }
    }
}

static inline REGISTER OP(steps)(void)
{
    REGISTER steps;
    for (int l = 0; l < LANES; l++)
        ((REAL *)&steps)[l] = (REAL)l;
    return steps;
}

/* `count` registers of outputs from t on, inputs [from, to). */
static inline __attribute__((always_inline)) void OP(triangle)(const REAL *h, const REAL *u,
                                                               ptrdiff_t from, ptrdiff_t to,
                                                               REAL *y, ptrdiff_t t,
                                                               const int count)
{
    REGISTER sum[16], lanes = OP(steps)();
    UNROLL
    for (int g = 0; g < count; g++)
        sum[g] = *(const REGISTER *)(y + t + g * LANES);
    ptrdiff_t j = from, full = to <= t ? to : t + 1;
    for (; j < full; j++)
        UNROLL
    for (int g = 0; g < count; g++)
        sum[g] = OP(madd)(*(const REGISTER *)(h + t + g * LANES - j), SPLAT(u[j]), sum[g]);
    /* inputs inside of the outputs' frames: what came before them stays as it is, whatever they
     * hold (a NaN times zero is none) */
    UNROLL
    for (int d = 0; d < count; d++)
        for (ptrdiff_t end = t + (d + 1) * LANES < to ? t + (d + 1) * LANES : to; j < end; j++) {
            REGISTER next =
                OP(madd)(*(const REGISTER *)(h + t + d * LANES - j), SPLAT(u[j]), sum[d]);
            INTS reached = (INTS)(lanes >= SPLAT((REAL)(j - t - d * LANES)));
            sum[d] = (REGISTER)((reached & (INTS)next) | (~reached & (INTS)sum[d]));
            UNROLL
            for (int g = d + 1; g < count; g++)
                sum[g] = OP(madd)(*(const REGISTER *)(h + t + g * LANES - j), SPLAT(u[j]), sum[g]);
        }
    UNROLL
    for (int g = 0; g < count; g++)
        *(REGISTER *)(y + t + g * LANES) = sum[g];
}

static void OP(head)(const REAL *h, size_t taps, const REAL *u, ptrdiff_t from, ptrdiff_t to,
                     REAL *y, size_t first, size_t last)
{
    enum { WIDE = WIDTH == 64 ? 4 : 8 };
    ptrdiff_t t = (ptrdiff_t)first, end = (ptrdiff_t)last;
    while (t < end) {
        /* the oldest input that counts, alike for all outputs of 64, however they are cut */
        ptrdiff_t oldest = (t & ~(ptrdiff_t)63) - (ptrdiff_t)taps + 1;
        ptrdiff_t begin = oldest > from ? oldest : from;
        if (WIDE * LANES > 16 && end - t >= WIDE * LANES) {
            OP(triangle)(h, u, begin, to, y, t, WIDE);
            t += WIDE * LANES;
        } else {
            OP(triangle)(h, u, begin, to, y, t, REGS);
            t += 16;
        }
    }
}

#undef REGS
#undef PICK
#undef FIRST
#undef SECOND
#undef TURN
