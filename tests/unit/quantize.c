/* Samples to integers: the vector loops against one number after the other, by libm. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "stream/quantize.h"

enum { N = 40000 };

static uint64_t random_state = 88172645463325252u;

static uint64_t next_random(void) /* xorshift64, Marsaglia 2003 */
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Any bits, what lies in and about the range, and what lies half between two integers. */
static double any_sample(int bits)
{
    static const double special[] = {0,        -0.0,      1,        -1,     1e300,  -1e300,
                                     INFINITY, -INFINITY, NAN,      -NAN,   0x1p51, -0x1p52,
                                     0x1p-70,  5e-324,    0x1.8p52, -0x1p31};
    uint64_t random = next_random();
    double value, step = ldexp(1, 1 - bits);
    switch (random % 5) {
    case 0:
        memcpy(&value, &random, sizeof value);
        return value;
    case 1:
        return special[random / 5 % (sizeof special / sizeof *special)];
    case 2: /* about the ends */
        return (random & 1024 ? 1 : -1) + ((double)(random >> 40 & 15) - 8) * step / 2;
    case 3:
        return ((double)((int64_t)random >> (64 - bits)) + 0.5) * step;
    default:
        return (double)(int64_t)random * 0x1p-62;
    }
}

static int expected(double sample, int bits, double lowest, uint64_t *clipped)
{
    double value = rint(sample * ldexp(1, bits - 1));
    double inside = isnan(value) ? 0 : fmin(fmax(value, lowest), ldexp(1, bits - 1) - 1);
    *clipped += inside != value;
    return (int)((int64_t)inside * (INT64_C(1) << (32 - bits)));
}

Test(quantize, equals_rint_and_saturation)
{
    static const int all_bits[] = {8, 16, 20, 24, 32};
    static double in[N];
    static float narrow[N];
    static int out[N];
    for (size_t k = 0; k < 10; k++) {
        int bits = all_bits[k / 2];
        double lowest = -ldexp(1, bits - 1) + (double)(k % 2);
        for (size_t i = 0; i < N; i++)
            narrow[i] = (float)(in[i] = any_sample(bits));
        uint64_t wanted = 0, n = sinew_quantize(out, in, SINEW_SAMPLE_F64, N, bits, lowest);
        for (size_t i = 0; i < N; i++)
            cr_assert_eq(out[i], expected(in[i], bits, lowest, &wanted), "%a, %d bits: %d", in[i],
                         bits, out[i]);
        cr_assert(n == wanted && n > 0, "%d bits: %d clipped", bits, (int)n);
        n = sinew_quantize(out, narrow, SINEW_SAMPLE_F32, N, bits, lowest);
        wanted = 0;
        for (size_t i = 0; i < N; i++)
            cr_assert_eq(out[i], expected((double)narrow[i], bits, lowest, &wanted), "%a, %d bits",
                         (double)narrow[i], bits);
        cr_assert_eq(n, wanted);
    }
}

/* Pieces in which nothing is saturated go another way than those with something in them. */
Test(quantize, into_16_bits_equals_what_goes_by_way_of_32)
{
    static double in[N];
    static float narrow[N];
    static int wide[N];
    static int16_t out[N];
    for (size_t i = 0; i < N; i++) {
        double tame = ((double)(next_random() % 131070) / 2 - 32767.5) * 0x1p-15;
        in[i] = i < N / 2 || i % 4000 == 0 ? any_sample(16) : tame;
        if (i % 4096 == 9)
            in[i] = 32767.499999999996 * 0x1p-15; /* the most that is not saturated */
        narrow[i] = (float)in[i];
    }
    for (size_t from = 0, n; from < N; from += n) {
        n = next_random() % 3000;
        n = n < N - from ? n : N - from;
        uint64_t wanted = sinew_quantize(wide, in + from, SINEW_SAMPLE_F64, n, 16, -32768);
        cr_assert_eq(sinew_quantize_16(out, in + from, SINEW_SAMPLE_F64, n), wanted);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(out[i], wide[i] >> 16, "%a: %d", in[from + i], out[i]);
        wanted = sinew_quantize(wide, narrow + from, SINEW_SAMPLE_F32, n, 16, -32768);
        cr_assert_eq(sinew_quantize_16(out, narrow + from, SINEW_SAMPLE_F32, n), wanted);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(out[i], wide[i] >> 16, "%a: %d", (double)narrow[from + i], out[i]);
    }
}

Test(quantize, out_of_16_bits_is_exact)
{
    static int16_t in[65536];
    static double out[65536];
    static float narrow[65536];
    for (int i = 0; i < 65536; i++)
        in[i] = (int16_t)(i - 32768);
    sinew_dequantize_16(out, SINEW_SAMPLE_F64, in, 65536);
    sinew_dequantize_16(narrow, SINEW_SAMPLE_F32, in, 65536);
    for (int i = 0; i < 65536; i++)
        cr_assert(out[i] == (i - 32768) / 32768.0 && (double)narrow[i] == out[i], "%d", i);
}

Test(quantize, every_length_ends_where_it_should)
{
    double in[20], back[20];
    int out[20];
    for (size_t n = 0; n < 20; n++) {
        for (size_t i = 0; i < 20; i++) {
            in[i] = (double)i / 64 - 0.125;
            back[i] = out[i] = 77;
        }
        in[19] = 9;
        cr_assert_eq(sinew_quantize(out, in, SINEW_SAMPLE_F64, n, 16, -32768), 0);
        sinew_dequantize(back, SINEW_SAMPLE_F64, out, n);
        for (size_t i = 0; i < 20; i++)
            cr_assert(i < n ? back[i] == in[i] : out[i] == 77 && back[i] == 77, "%zu of %zu", i, n);
    }
}

Test(quantize, saturates_what_is_beyond_1)
{
    static double in[N], out[N];
    static float narrow[N];
    uint64_t wanted = 0;
    for (size_t i = 0; i < N; i++)
        narrow[i] = (float)(in[i] = any_sample(16));
    uint64_t n = sinew_saturate(out, in, SINEW_SAMPLE_F64, N);
    for (size_t i = 0; i < N; i++) {
        cr_assert_eq(out[i], isnan(in[i]) ? 0 : fmin(fmax(in[i], -1), 1), "%a: %a", in[i], out[i]);
        wanted += out[i] != in[i];
    }
    cr_assert(n == wanted && n > 0);
    n = sinew_saturate(out, narrow, SINEW_SAMPLE_F32, N);
    wanted = 0;
    for (size_t i = 0; i < N; i++) {
        double value = (double)narrow[i];
        cr_assert_eq(out[i], isnan(value) ? 0 : fmin(fmax(value, -1), 1));
        wanted += out[i] != value;
    }
    cr_assert_eq(n, wanted);
}
