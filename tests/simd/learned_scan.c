/* The scans of learned.h: what they are, within rounding; and, within a table, to the bit the same
 * however frames and channels are cut. */
#include "tables.h"

enum { FRAMES = 64 };

typedef struct scan {
    sinew_selective s;
    float *A, *D, *u, *delta, *B, *C; /* frames `stride` apart, B and C beside one another */
    size_t h_count;
} scan;

static scan new_scan(size_t channels, size_t order, int harmonic)
{
    size_t panels = (channels + 15) / 16, stride = channels + PAD, bc = 2 * order + PAD;
    scan c = {.s = {channels, order, NULL, NULL, harmonic, stride, stride, bc, stride},
              .A = room(panels * order * 16, 0),
              .D = room(panels * 16, 0),
              .u = frames_of_noise(FRAMES, channels, stride),
              .delta = frames_of_noise(FRAMES, channels, stride),
              .B = frames_of_noise(FRAMES, 2 * order, bc),
              .h_count = panels * order * 16};
    c.C = c.B + order;
    for (size_t d = 0; d < channels; d++) {
        c.D[d] = noise();
        for (size_t i = 0; i < order; i++)
            c.A[(d / 16 * order + i) * 16 + d % 16] =
                (harmonic ? -(float)(i + 1) : -16 * fabsf(noise())) * 0x1.715476p0F;
    }
    for (size_t t = 0; t < FRAMES; t++) /* one is so large that nothing is left */
        for (size_t d = 0; d < channels; d++) {
            float *delta = c.delta + t * stride + d;
            *delta = (t * 7 + d) % 50 == 49 ? 1000 : 0.2F * fabsf(*delta);
        }
    c.s.A = c.A, c.s.D = c.D;
    return c;
}

static void free_scan(scan *c)
{
    free(c->A);
    free(c->D);
    free(c->u);
    free(c->delta);
    free(c->B);
}

static void run(const sinew_learned *ops, const scan *c, size_t first, size_t last, float *h,
                float *y, size_t t, size_t n)
{
    const sinew_selective *s = &c->s;
    ops->selective(s, first, last, h, c->u + t * s->u_stride, c->delta + t * s->delta_stride,
                   c->B + t * s->bc_stride, c->C + t * s->bc_stride, y + t * s->y_stride, n);
}

static void check_scan(const scan *c, const float *y, double tolerance)
{
    const sinew_selective *s = &c->s;
    for (size_t d = 0; d < s->channels; d++) {
        double h[80] = {0};
        for (size_t t = 0; t < FRAMES; t++) {
            double u = (double)c->u[t * s->u_stride + d], sum = (double)c->D[d] * u;
            double delta = (double)c->delta[t * s->delta_stride + d], size = fabs(sum);
            for (size_t i = 0; i < s->order; i++) {
                double A = (double)c->A[(d / 16 * s->order + i) * 16 + d % 16];
                const float *at = c->B + t * s->bc_stride + i;
                h[i] = exp2(delta * A) * h[i] + delta * u * (double)at[0];
                sum += h[i] * (double)at[s->order];
                size += fabs(h[i] * (double)at[s->order]);
            }
            cr_assert_float_eq((double)y[t * s->y_stride + d], sum, tolerance * (size + 0.1),
                               "channel %zu of %zu, order %zu", d, s->channels, s->order);
        }
    }
}

static void check_scan_cuts(const sinew_learned *ops, const scan *c, const float *whole,
                            const float *h_whole)
{
    const sinew_selective *s = &c->s;
    EACH(size_t, n, counts)
    {
        float *h = room(c->h_count, 0), *y = room(FRAMES * s->y_stride, 9);
        for (size_t t = 0; t < FRAMES; t += *n)
            for (size_t d = 0; d < s->channels; d += 16)
                run(ops, c, d, d + 16 < s->channels ? d + 16 : s->channels, h, y, t,
                    FRAMES - t < *n ? FRAMES - t : *n);
        cr_assert(same(y, whole, FRAMES * s->y_stride) && same(h, h_whole, c->h_count),
                  "%s: %zu channels, order %zu, by %zu", ops->name, s->channels, s->order, *n);
        free(h);
        free(y);
    }
}

static const size_t orders[] = {1, 2, 7, 8, 16, 17, 31, 64};

Test(learned_scan, selective)
{
    static const size_t widths[] = {1, 15, 16, 17, 32, 67};
    EACH_TABLE(ops)
    EACH(size_t, order, orders)
    EACH(size_t, channels, widths)
    for (int harmonic = 0; harmonic < 2; harmonic++) {
        scan c = new_scan(*channels, *order, harmonic);
        float *h = room(c.h_count, 0), *y = room(FRAMES * c.s.y_stride, 9);
        run(ops, &c, 0, *channels, h, y, 0, FRAMES);
        check_scan(&c, y, 3e-6);
        for (size_t t = 0; t < FRAMES; t++)
            cr_assert(y[t * c.s.y_stride + *channels] == 9, "behind the channels");
        check_scan_cuts(ops, &c, y, h);
        free(h);
        free(y);
        free_scan(&c);
    }
}

/* A NaN in one channel stays in it. */
Test(learned_scan, nan)
{
    EACH_TABLE(ops)
    {
        scan c = new_scan(16, 16, 0);
        float *h = room(c.h_count, 0), *y = room(FRAMES * c.s.y_stride, 9);
        c.delta[3 * c.s.delta_stride + 5] = NAN;
        run(ops, &c, 0, 16, h, y, 0, FRAMES);
        for (size_t t = 0; t < FRAMES; t++)
            for (size_t d = 0; d < 16; d++)
                cr_assert(!isnan(y[t * c.s.y_stride + d]) == !(d == 5 && t >= 3), "%s", ops->name);
        free(h);
        free(y);
        free_scan(&c);
    }
}

typedef struct head_case {
    sinew_heads s;
    sinew_heads_in in;
    float *D, *a, *x, *b; /* a, w, w2; x, x2; b, c, b2 beside one another */
    size_t h_count;
} head_case;

static head_case new_heads(size_t head_dim, size_t order, size_t group_heads, bool two)
{
    enum { HEADS = 4 };
    size_t width = HEADS * head_dim, groups = HEADS / group_heads;
    head_case c = {.s = {HEADS, head_dim, order, group_heads, NULL, 2 * width + PAD,
                         3 * HEADS + PAD, 3 * groups * order + PAD, width + PAD},
                   .h_count = HEADS * ((head_dim + 15) / 16) * order * 16};
    c.D = frames_of_noise(1, width, width + PAD);
    c.a = frames_of_noise(FRAMES, 3 * HEADS, c.s.a_stride);
    c.x = frames_of_noise(FRAMES, 2 * width, c.s.x_stride);
    c.b = frames_of_noise(FRAMES, 3 * groups * order, c.s.bc_stride);
    c.s.D = c.D;
    c.in =
        (sinew_heads_in){.a = c.a, .w = c.a + HEADS, .x = c.x, .b = c.b, .c = c.b + groups * order};
    if (two)
        c.in.w2 = c.a + 2 * HEADS, c.in.x2 = c.x + width, c.in.b2 = c.b + 2 * groups * order;
    return c;
}

static void run_heads(const sinew_learned *ops, const head_case *c, size_t first, size_t last,
                      float *h, float *y, size_t t, size_t n)
{
    sinew_heads_in in = c->in;
    in.a += t * c->s.a_stride, in.w += t * c->s.a_stride, in.x += t * c->s.x_stride;
    in.b += t * c->s.bc_stride, in.c += t * c->s.bc_stride;
    if (in.x2)
        in.w2 += t * c->s.a_stride, in.x2 += t * c->s.x_stride, in.b2 += t * c->s.bc_stride;
    ops->heads(&c->s, first, last, h, &in, y + t * c->s.y_stride, n);
}

static void check_heads(const head_case *c, const float *y)
{
    const sinew_heads *s = &c->s;
    for (size_t d = 0; d < s->heads * s->head_dim; d++) {
        double h[80] = {0};
        size_t head = d / s->head_dim;
        for (size_t t = 0; t < FRAMES; t++) {
            size_t of_a = t * s->a_stride + head, of_x = t * s->x_stride + d;
            size_t of_b = t * s->bc_stride + head / s->group_heads * s->order;
            double x = (double)c->in.x[of_x], sum = (double)c->D[d] * x, size = fabs(sum);
            for (size_t i = 0; i < s->order; i++) {
                h[i] = (double)c->in.a[of_a] * h[i] +
                       (double)c->in.w[of_a] * x * (double)c->in.b[of_b + i];
                if (c->in.x2)
                    h[i] += (double)c->in.w2[of_a] * (double)c->in.x2[of_x] *
                            (double)c->in.b2[of_b + i];
                sum += h[i] * (double)c->in.c[of_b + i];
                size += fabs(h[i] * (double)c->in.c[of_b + i]);
            }
            cr_assert_float_eq((double)y[t * s->y_stride + d], sum, 5e-6 * (size + 0.1),
                               "channel %zu of heads of %zu, order %zu", d, s->head_dim, s->order);
        }
    }
}

static void check_heads_cuts(const sinew_learned *ops, const head_case *c, const float *whole,
                             const float *h_whole)
{
    EACH(size_t, n, counts)
    {
        float *h = room(c->h_count, 0), *y = room(FRAMES * c->s.y_stride, 9);
        for (size_t t = 0; t < FRAMES; t += *n)
            for (size_t head = 0; head < c->s.heads; head++)
                run_heads(ops, c, head, head + 1, h, y, t, FRAMES - t < *n ? FRAMES - t : *n);
        cr_assert(same(y, whole, FRAMES * c->s.y_stride) && same(h, h_whole, c->h_count),
                  "%s: heads of %zu, order %zu, by %zu", ops->name, c->s.head_dim, c->s.order, *n);
        free(h);
        free(y);
    }
}

Test(learned_scan, heads)
{
    static const size_t dims[] = {1, 15, 16, 17, 64};
    EACH_TABLE(ops)
    EACH(size_t, order, orders)
    EACH(size_t, head_dim, dims)
    for (size_t group_heads = 1; group_heads <= 4; group_heads *= 2) {
        head_case c = new_heads(*head_dim, *order, group_heads, group_heads != 2);
        float *h = room(c.h_count, 0), *y = room(FRAMES * c.s.y_stride, 9);
        run_heads(ops, &c, 0, c.s.heads, h, y, 0, FRAMES);
        check_heads(&c, y);
        for (size_t t = 0; t < FRAMES; t++)
            cr_assert(y[t * c.s.y_stride + c.s.heads * *head_dim] == 9, "behind the channels");
        check_heads_cuts(ops, &c, y, h);
        free(h);
        free(y);
        free(c.D);
        free(c.a);
        free(c.x);
        free(c.b);
    }
}
