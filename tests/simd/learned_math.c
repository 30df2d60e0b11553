/* The functions of a number of learned.h, in units of the last place of what they are; and the
 * same bits wherever a number stands. */
#include "tables.h"

static long double sigmoid_of(long double x)
{
    return 1 / (1 + expl(-x));
}
static long double silu_of(long double x)
{
    return x / (1 + expl(-x));
}
static long double softplus_of(long double x)
{
    return fmaxl(x, 0) + log1pl(expl(-fabsl(x)));
}
static long double gelu_of(long double x)
{
    return x * erfcl(-x * sqrtl(0.5L)) / 2;
}
static long double gelu_tanh_of(long double x)
{
    return x * (1 + tanhl(sqrtl(2 / acosl(-1)) * (x + 0.044715L * x * x * x))) / 2;
}

typedef void each(const float *x, float *y, size_t n);

static const struct function {
    const char *name;
    long double (*exact)(long double x);
    double ulps;       /* where it is above the smallest normal number */
    float least, most; /* between these */
} functions[] = {{"exp", expl, 2, -120, 100},
                 {"sigmoid", sigmoid_of, 4, -87, 120},
                 {"silu", silu_of, 5, -87, 200},
                 {"softplus", softplus_of, 4, -87, 200},
                 {"tanh", tanhl, 4, -20, 20},
                 {"gelu", gelu_of, 8, -12, 20},
                 {"gelu_tanh", gelu_tanh_of, 16, -3, 20}};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static each *of_table(const sinew_learned *ops, size_t i)
{
    return (each *[FUNCTIONS]){ops->exp,  ops->sigmoid, ops->silu,     ops->softplus,
                               ops->tanh, ops->gelu,    ops->gelu_tanh}[i];
}

/* All of a range, and what is small beside it */
static float argument(const struct function *f, size_t i, size_t n)
{
    float x = f->least + (f->most - f->least) * (float)i / (float)n;
    return i % 3 == 0 ? ldexpf(x, -(int)(i / 3 % 30)) : x;
}

Test(learned_math, accuracy)
{
    enum { N = 200000 };
    float *x = room(N, 0), *y = room(N, 0);
    for (size_t i = 0; i < FUNCTIONS; i++) {
        const struct function *f = &functions[i];
        for (size_t k = 0; k < N; k++)
            x[k] = argument(f, k, N);
        EACH_TABLE(ops)
        {
            double worst = 0;
            of_table(ops, i)(x, y, N);
            for (size_t k = 0; k < N; k++) {
                double apart = ulps(y[k], f->exact((long double)x[k]));
                worst = fmax(worst, apart);
                cr_assert(apart <= f->ulps, "%s: %s(%a) is %a, off by %g", ops->name, f->name,
                          (double)x[k], (double)y[k], apart);
            }
            cr_log_info("%s %s: %.2f\n", ops->name, f->name, worst);
        }
    }
    free(x);
    free(y);
}

/* name, at, what comes out */
static const struct limit {
    size_t function;
    float x, y;
} limits[] = {{0, INFINITY, INFINITY},
              {0, 89, INFINITY},
              {0, 3e38F, INFINITY},
              {0, -INFINITY, 0},
              {0, -3e38F, 0},
              {0, -104, 0},
              {0, 0, 1},
              {0, -0.0F, 1},
              {1, INFINITY, 1},
              {1, -INFINITY, 0},
              {1, 0, 0.5F},
              {2, INFINITY, INFINITY},
              {2, 3e38F, 3e38F},
              {2, 0, 0},
              {3, INFINITY, INFINITY},
              {3, 3e38F, 3e38F},
              {3, -INFINITY, 0},
              {3, 1000, 1000},
              {4, INFINITY, 1},
              {4, -INFINITY, -1},
              {4, 3e38F, 1},
              {4, 0, 0},
              {5, INFINITY, INFINITY},
              {5, 3e38F, 3e38F},
              {5, -3e38F, 0},
              {5, 0, 0},
              {6, INFINITY, INFINITY},
              {6, 3e38F, 3e38F},
              {6, -3e38F, 0}};

Test(learned_math, limits)
{
    EACH_TABLE(ops)
    {
        EACH(struct limit, l, limits)
        {
            float y;
            of_table(ops, l->function)(&l->x, &y, 1);
            cr_assert(y == l->y, "%s: %s(%g) is %g", ops->name, functions[l->function].name,
                      (double)l->x, (double)y);
        }
        for (size_t i = 0; i < FUNCTIONS; i++)
            for (uint32_t payload = 0; payload < 64; payload++) {
                float y, x = sinew_bits_float((payload % 2 << 31) | 0x7FC00000 | payload * 77777);
                of_table(ops, i)(&x, &y, 1);
                cr_assert(isnan(y), "%s: %s of NaN", ops->name, functions[i].name);
            }
    }
}

/* Wherever a number stands, whatever is beside it, in place or not */
Test(learned_math, places)
{
    enum { MOST = 67 };
    float x[MOST + 1], whole[MOST + 1], y[MOST + 2];
    for (size_t i = 0; i < FUNCTIONS; i++)
        EACH_TABLE(ops)
        {
            each *f = of_table(ops, i);
            for (size_t k = 0; k <= MOST; k++)
                x[k] = 9 * noise();
            f(x, whole, MOST + 1);
            for (size_t n = 0; n <= MOST; n++)
                for (size_t from = 0; from + n <= MOST; from += 1 + n / 2) {
                    memcpy(y, x, sizeof x);
                    f(y + from, y + from, n);
                    cr_assert(same(y + from, whole + from, n) && same(y, x, from) &&
                                  same(y + from + n, x + from + n, MOST - from - n),
                              "%s: %s of %zu from %zu", ops->name, functions[i].name, n, from);
                }
        }
}

Test(learned_math, gate)
{
    enum { MOST = 67 };
    EACH_TABLE(ops)
    for (size_t n = 0; n <= MOST; n++) {
        float z[MOST], y[MOST + 1], was[MOST + 1], silu[MOST];
        for (size_t i = 0; i < MOST; i++)
            z[i] = 9 * noise(), was[i] = y[i] = noise();
        y[n] = was[n] = 9;
        ops->silu(z, silu, MOST);
        ops->gate(z, y, n);
        for (size_t i = 0; i < n; i++)
            cr_assert(y[i] == was[i] * silu[i], "%s", ops->name);
        cr_assert(y[n] == 9);
    }
}

Test(learned_math, sincos)
{
    enum { N = 100003 };
    float *x = room(N, 0), *sine = room(N, 9), *cosine = room(N, 9), one[2];
    for (size_t i = 0; i < N; i++)
        x[i] = 6.2831855F * (float)i / (float)(N - 1);
    EACH_TABLE(ops)
    {
        ops->sincos(x, sine, cosine, N);
        for (size_t i = 0; i < N; i++) {
            double exact = (double)x[i];
            cr_assert(fabs((double)sine[i] - sin(exact)) < 1e-7 &&
                          fabs((double)cosine[i] - cos(exact)) < 1e-7,
                      "%s: of %.9g", ops->name, exact);
            ops->sincos(x + i, one, one + 1, 1);
            cr_assert(one[0] == sine[i] && one[1] == cosine[i], "%s", ops->name);
        }
    }
    free(x);
    free(sine);
    free(cosine);
}

Test(learned_math, norms)
{
    enum { MOST = 200 };
    EACH_TABLE(ops)
    for (size_t n = 0; n <= MOST; n++) {
        float *x = frames_of_noise(1, n, n + PAD), *w = frames_of_noise(1, n, n + PAD);
        float *y = room(n + 1, 9), *ones = room(n + 1, 9);
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += (double)x[i] * (double)x[i];
        cr_assert_float_eq((double)ops->squares(x, n), sum, 4e-7 * sum, "%s: %zu", ops->name, n);
        ops->scaled(x, 0.7F, w, y, n);
        ops->scaled(x, 0.7F, NULL, ones, n);
        for (size_t i = 0; i < n; i++)
            cr_assert(y[i] == x[i] * 0.7F * w[i] && ones[i] == x[i] * 0.7F, "%s", ops->name);
        cr_assert(y[n] == 9 && ones[n] == 9);
        free(x);
        free(w);
        free(y);
        free(ones);
    }
}

static void check_taps(const sinew_learned *ops, size_t n_taps, size_t channels, bool biased)
{
    enum { FRAMES = 13 };
    size_t stride = channels + PAD;
    float *x = frames_of_noise(FRAMES + n_taps - 1, channels, stride);
    float *w = frames_of_noise(1, n_taps * channels, n_taps * channels + PAD);
    float *bias = biased ? frames_of_noise(1, channels, stride) : NULL;
    float *y = room(FRAMES * stride, 9), *cut = room(FRAMES * stride, 9);
    ops->taps(w, bias, n_taps, channels, x, stride, y, stride, FRAMES);
    for (size_t t = 0; t < FRAMES; t++) {
        for (size_t c = 0; c < channels; c++) {
            double sum = bias ? (double)bias[c] : 0;
            for (size_t k = 0; k < n_taps; k++)
                sum += (double)w[k * channels + c] * (double)x[(t + k) * stride + c];
            cr_assert_float_eq((double)y[t * stride + c], sum, 1e-6, "%s", ops->name);
        }
        cr_assert(y[t * stride + channels] == 9);
        ops->taps(w, bias, n_taps, channels, x + t * stride, stride, cut + t * stride, stride, 1);
    }
    cr_assert(same(y, cut, FRAMES * stride), "%s", ops->name);
    free(x);
    free(w);
    free(bias);
    free(y);
    free(cut);
}

Test(learned_math, taps)
{
    EACH_TABLE(ops)
    for (size_t n_taps = 1; n_taps <= 5; n_taps++)
        for (size_t channels = 1; channels <= 67; channels += channels < 36 ? 1 : 31)
            check_taps(ops, n_taps, channels, channels % 2);
}
