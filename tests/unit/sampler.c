/* The sampler: what it may choose, how often it does, and that it goes on where it was. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sinew/sampler.h"

static sinew_sampler *made(size_t n, sinew_sampler_opts opts)
{
    sinew_sampler *sampler;
    sinew_error error;
    cr_assert_eq(sinew_sampler_new(&sampler, n, &opts, &error), SINEW_OK, "%s", error.text);
    return sampler;
}

static int32_t next(sinew_sampler *sampler, const float *logits, size_t n)
{
    int32_t id = -1;
    sinew_error error;
    cr_assert_eq(sinew_sampler_next(sampler, logits, n, &id, &error), SINEW_OK, "%s", error.text);
    cr_assert(id >= 0 && (size_t)id < n);
    return id;
}

enum { N = 12, DRAWS = 200000 };

/* Not in order, with ties (1 and 4, 7 and 8), and one that cannot be. */
static const float logits[N] = {0.5f, 2.0f, -1.0f, 1.0f,  2.0f,  -INFINITY,
                                0.0f, 1.5f, 1.5f,  -3.0f, 0.75f, -0.5f};

/* Which remain and with which probability, by sorting all. */
static void reference(const sinew_sampler_opts *opts, double p[N])
{
    int order[N];
    double sum = 0, until = 0;
    size_t k = opts->top_k > 0 && opts->top_k < N ? opts->top_k : N, kept = 0;
    for (int i = 0; i < N; i++) {
        int at = i;
        for (; at > 0 && logits[order[at - 1]] < logits[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
        p[i] = 0;
    }
    for (size_t i = 0; i < k; i++)
        sum += exp((double)logits[order[i]] / opts->temperature);
    for (; kept < k; kept++) {
        if (opts->top_p > 0 && until >= opts->top_p * sum)
            break;
        until += p[order[kept]] = exp((double)logits[order[kept]] / opts->temperature);
    }
    for (int i = 0; i < N; i++)
        p[i] /= until;
}

/* Pearson's statistic against the 0.9999 quantile of chi square (Wilson, Hilferty 1931). With these
 * seeds it either fails always or never. */
Test(sampler, draws_as_often_as_it_should)
{
    static const sinew_sampler_opts all[] = {
        {.temperature = 1, .seed = 1},
        {.temperature = 0.5, .seed = 2},
        {.temperature = 3, .seed = 3},
        {.temperature = 1, .top_k = 5, .seed = 4},
        {.temperature = 1, .top_k = 1, .seed = 5},
        {.temperature = 1, .top_k = 4, .seed = 6}, /* between 7 and 8, which are equal: both */
        {.temperature = 1, .top_k = 3, .seed = 7}, /* the lower of them */
        {.temperature = 1, .top_p = 0.9, .seed = 8},
        {.temperature = 1, .top_p = 0.2, .seed = 9}, /* one of the two largest: the lower id */
        {.temperature = 1, .top_p = 1e-9, .seed = 10},
        {.temperature = 2, .top_k = 8, .top_p = 0.7, .seed = 11},
        {.temperature = 1, .top_k = 100, .top_p = 1, .seed = UINT64_MAX},
    };
    for (size_t c = 0; c < sizeof all / sizeof *all; c++) {
        sinew_sampler *sampler = made(N, all[c]);
        double p[N], chi = 0, freedom = -1;
        int counts[N] = {0};
        reference(&all[c], p);
        for (int i = 0; i < DRAWS; i++)
            counts[next(sampler, logits, N)]++;
        for (int i = 0; i < N; i++) {
            cr_expect((p[i] > 0) == (counts[i] > 0), "case %zu: id %d: p %g, %d times", c, i, p[i],
                      counts[i]);
            if (p[i] > 0) {
                chi += pow(counts[i] - p[i] * DRAWS, 2) / (p[i] * DRAWS);
                freedom++;
            }
        }
        double h = freedom > 0 ? 2 / (9 * freedom) : 0;
        cr_expect_lt(chi, freedom * pow(1 - h + 3.719 * sqrt(h), 3) + 1e-9, "case %zu: %g of %g", c,
                     chi, freedom);
        sinew_sampler_free(sampler);
    }
}

/* floor(1000 u) of the first numbers, by integers of any size in Python. */
Test(sampler, the_numbers_of_a_seed_are_these)
{
    static const struct {
        uint64_t seed;
        int ids[10];
    } known[] = {
        {UINT64_C(0), {652, 701, 387, 656, 787, 146, 778, 265, 375, 568}},
        {UINT64_C(1), {368, 943, 45, 777, 219, 774, 626, 246, 176, 243}},
        {UINT64_C(12345678901234567890), {264, 521, 243, 642, 681, 299, 114, 193, 56, 647}},
    };
    float flat[1000] = {0};
    for (size_t c = 0; c < sizeof known / sizeof *known; c++) {
        sinew_sampler *sampler =
            made(1000, (sinew_sampler_opts){.temperature = 1, .seed = known[c].seed});
        for (size_t i = 0; i < 10; i++)
            cr_expect_eq(next(sampler, flat, 1000), known[c].ids[i]);
        sinew_sampler_free(sampler);
    }
}

Test(sampler, the_largest_the_lowest_of_equals)
{
    sinew_sampler *sampler = NULL;
    cr_assert_eq(sinew_sampler_new(&sampler, N, NULL, NULL), SINEW_OK);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(next(sampler, logits, N), 1);
    cr_assert_eq(next(sampler, logits, 1), 0);
    cr_assert_eq(sinew_sampler_drawn(sampler), 0);
    sinew_sampler_free(sampler);
}

/* Temperatures so low that all but the largest underflow. */
Test(sampler, cold_is_the_largest)
{
    static const double cold[] = {1e-3, 1e-300, 5e-324};
    static const float far[] = {-3e38f, 1, 3e38f, 2};
    for (size_t c = 0; c < 3; c++) {
        sinew_sampler *sampler =
            made(4, (sinew_sampler_opts){.temperature = cold[c], .top_p = 0.9});
        for (int i = 0; i < 100; i++)
            cr_assert_eq(next(sampler, far, 4), 2);
        sinew_sampler_free(sampler);
    }
}

Test(sampler, padding_is_never_chosen)
{
    float rows[64];
    for (int i = 0; i < 64; i++)
        rows[i] = i < 50 ? 0 : 30;
    for (uint32_t top_k = 0; top_k < 80; top_k += 20) {
        sinew_sampler *sampler = made(64, (sinew_sampler_opts){.temperature = 1, .top_k = top_k});
        for (int i = 0; i < 10000; i++)
            cr_assert_lt(next(sampler, rows, 50), 50);
        sinew_sampler_free(sampler);
    }
}

/* A large vocabulary, where the order is only made as far as it is asked for. */
Test(sampler, many_logits_keep_the_right_ones)
{
    enum { MANY = 50280, K = 40 };
    static float rows[MANY];
    srand(1);
    for (int i = 0; i < MANY; i++)
        rows[i] = (float)(rand() % 2000) / 100;
    sinew_sampler *sampler =
        made(MANY, (sinew_sampler_opts){.temperature = 5, .top_k = K, .seed = 3});
    for (int i = 0; i < 500; i++) {
        int32_t id = next(sampler, rows, MANY);
        int before = 0;
        for (int k = 0; k < MANY; k++)
            before += rows[k] > rows[id] || (!(rows[k] < rows[id]) && k < id);
        cr_assert_lt(before, K);
    }
    sinew_sampler_free(sampler);
}

Test(sampler, set_where_another_was_it_goes_on_as_that)
{
    sinew_sampler_opts opts = {.temperature = 1.5, .top_k = 9, .top_p = 0.95, .seed = 77};
    sinew_sampler *whole = made(N, opts), *first = made(N, opts), *second = made(N, opts);
    int32_t ids[200];
    for (int i = 0; i < 200; i++)
        ids[i] = next(whole, logits, N);
    for (int i = 0; i < 93; i++)
        cr_assert_eq(next(first, logits, N), ids[i]);
    cr_assert_eq(sinew_sampler_drawn(first), 93);
    sinew_sampler_set_drawn(second, sinew_sampler_drawn(first));
    for (int i = 93; i < 200; i++)
        cr_assert_eq(next(second, logits, N), ids[i]);
    sinew_sampler_free(whole);
    sinew_sampler_free(first);
    sinew_sampler_free(second);
}

Test(sampler, what_is_no_distribution_is_refused)
{
    static const float bad[][3] = {
        {0, NAN, 1}, {0, 1, INFINITY}, {-INFINITY, -INFINITY, -INFINITY}};
    static const char *const told[] = {"logit 1 is NaN", "logit 2 is +inf", "-inf"};
    for (int greedy = 0; greedy < 2; greedy++) {
        sinew_sampler *sampler = made(3, (sinew_sampler_opts){.temperature = greedy ? 0 : 1});
        for (int i = 0; i < 3; i++) {
            sinew_error error;
            int32_t id;
            cr_assert_eq(sinew_sampler_next(sampler, bad[i], 3, &id, &error), SINEW_ERR_NUMERIC);
            cr_assert(strstr(error.text, told[i]), "%s", error.text);
            cr_assert_eq(sinew_sampler_drawn(sampler), 0);
            cr_assert_eq(sinew_sampler_next(sampler, bad[i], i == 0 ? 0 : 4, &id, &error),
                         SINEW_ERR_ARGUMENT);
        }
        sinew_sampler_free(sampler);
    }
}

Test(sampler, options_are_checked)
{
    static const sinew_sampler_opts bad[] = {
        {.temperature = -1}, {.temperature = NAN}, {.temperature = INFINITY},
        {.top_p = -0.1},     {.top_p = 1.1},       {.top_p = NAN}};
    sinew_sampler *sampler;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sampler = (sinew_sampler *)&sampler;
        cr_assert_eq(sinew_sampler_new(&sampler, 3, &bad[i], NULL), SINEW_ERR_ARGUMENT);
        cr_assert_null(sampler);
    }
    cr_assert_eq(sinew_sampler_new(&sampler, 0, NULL, NULL), SINEW_ERR_ARGUMENT);
    cr_assert_eq(sinew_sampler_new(&sampler, (size_t)1 << 31, NULL, NULL), SINEW_ERR_ARGUMENT);
}
