/* Which token comes next: softmax, the largest k, the fewest that have p of the sum, one number.
 *
 *     w_i = exp((l_i - max l) / temperature),  i drawn with probability w_i / sum of the kept w
 *
 * Only where top_k or top_p ask for an order is there one, and only as far as they ask: a heap over
 * all tokens gives them one by one, the likeliest first. */
#include "sinew/sampler.h"

#include <math.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"

struct sinew_sampler {
    double temperature, top_p; /* top_p 1: all */
    uint32_t top_k;            /* UINT32_MAX: all */
    uint64_t key, drawn;
    size_t n_max;
    double *weights; /* (n_max), by id */
    uint32_t *heap;  /* (n_max), ids: the heap, and behind it what was taken out of it */
};

/* ---- random numbers: the k-th of a seed ---- */

/* The finalizer of SplitMix64: a permutation of 64 bits in which every bit hangs on all. */
static uint64_t mixed(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* In [0, 1), a multiple of 2^-53. The seed was mixed into `key`, so that seeds 1 and 2 are not one
 * sequence at two places. */
static double next_uniform(sinew_sampler *sampler)
{
    uint64_t place = sampler->key + ++sampler->drawn * UINT64_C(0x9e3779b97f4a7c15);
    return (double)(mixed(place) >> 11) * 0x1p-53;
}

/* ---- a heap of ids, the likeliest on top ---- */

static bool is_likelier(const float *logits, uint32_t a, uint32_t b)
{
    return logits[a] > logits[b] || (!(logits[a] < logits[b]) && a < b);
}

static void sift_down(uint32_t *heap, size_t n, size_t at, const float *logits)
{
    uint32_t id = heap[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && is_likelier(logits, heap[child + 1], heap[child]))
            child++;
        if (!is_likelier(logits, heap[child], id))
            break;
        heap[at] = heap[child];
    }
    heap[at] = id;
}

static void make_heap(uint32_t *heap, size_t n, const float *logits)
{
    for (size_t i = 0; i < n; i++)
        heap[i] = (uint32_t)i;
    for (size_t i = n / 2; i-- > 0;)
        sift_down(heap, n, i, logits);
}

/* The top goes to the end of the heap, which is one shorter then: heap[n - 1 - k] is the k-th. */
static uint32_t take_top(uint32_t *heap, size_t n, const float *logits)
{
    uint32_t top = heap[0];
    heap[0] = heap[n - 1];
    heap[n - 1] = top;
    if (n > 1)
        sift_down(heap, n - 1, 0, logits);
    return top;
}

/* ---- the draw ---- */

/* The largest logit's id, the lowest of them; refuses what no softmax is of. */
static sinew_status find_largest(const float *logits, size_t n, size_t *largest, sinew_error *error)
{
    *largest = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(logits[i]) || (isinf(logits[i]) && logits[i] > 0))
            return sinew_fail(error, SINEW_ERR_NUMERIC, "logit %zu is %s: a finite number expected",
                              i, isnan(logits[i]) ? "NaN" : "+inf");
        if (logits[i] > logits[*largest])
            *largest = i;
    }
    if (isinf(logits[*largest]))
        return sinew_fail(error, SINEW_ERR_NUMERIC, "all %zu logits are -inf", n);
    return SINEW_OK;
}

static double weigh(sinew_sampler *sampler, const float *logits, size_t n, double max)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += sampler->weights[i] = exp(((double)logits[i] - max) / sampler->temperature);
    return sum;
}

static uint32_t draw_of_all(sinew_sampler *sampler, size_t n, double sum)
{
    double target = next_uniform(sampler) * sum, until = 0;
    size_t last = 0; /* where rounding has put the target at the sum itself */
    for (size_t i = 0; i < n; i++) {
        until += sampler->weights[i];
        if (sampler->weights[i] > 0)
            last = i;
        if (target < until)
            return (uint32_t)i;
    }
    return (uint32_t)last;
}

/* How many of the likeliest remain. *sum: of all weights; becomes that of what is kept. Those are
 * then at the end of the heap, the likeliest last. */
static size_t keep(sinew_sampler *sampler, const float *logits, size_t n, double *sum)
{
    size_t most = sampler->top_k < n ? sampler->top_k : n, taken = 0, kept = 0;
    make_heap(sampler->heap, n, logits);
    if (most < n) {
        *sum = 0;
        for (; taken < most; taken++)
            *sum += sampler->weights[take_top(sampler->heap, n - taken, logits)];
    }
    double enough = sampler->top_p * *sum, until = 0;
    while (kept < most && (kept == 0 || until < enough)) {
        if (kept == taken)
            take_top(sampler->heap, n - taken++, logits);
        until += sampler->weights[sampler->heap[n - 1 - kept++]];
    }
    *sum = until;
    return kept;
}

static uint32_t draw_of_kept(sinew_sampler *sampler, size_t n, size_t kept, double sum)
{
    double target = next_uniform(sampler) * sum, until = 0;
    for (size_t k = 0; k < kept; k++) {
        until += sampler->weights[sampler->heap[n - 1 - k]];
        if (target < until)
            return sampler->heap[n - 1 - k];
    }
    return sampler->heap[n - 1]; /* not reached: `until` is added up to `sum` as in keep */
}

sinew_status sinew_sampler_next(sinew_sampler *sampler, const float *logits, size_t n, int32_t *id,
                                sinew_error *error)
{
    if (!sampler || !logits || !id)
        return sinew_fail_null(error);
    if (n == 0 || n > sampler->n_max)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%zu logits: 1 to %zu expected", n,
                          sampler->n_max);
    size_t largest;
    sinew_status status = find_largest(logits, n, &largest, error);
    if (status)
        return status;
    *id = (int32_t)largest;
    if (!(sampler->temperature > 0))
        return SINEW_OK;
    double sum = weigh(sampler, logits, n, (double)logits[largest]);
    if (sampler->top_k >= n && sampler->top_p >= 1) {
        *id = (int32_t)draw_of_all(sampler, n, sum);
        return SINEW_OK;
    }
    size_t kept = keep(sampler, logits, n, &sum);
    *id = (int32_t)draw_of_kept(sampler, n, kept, sum);
    return SINEW_OK;
}

/* ---- made, saved, freed ---- */

static sinew_status check(size_t n_max, const sinew_sampler_opts *opts, sinew_error *error)
{
    if (n_max == 0 || n_max > INT32_MAX)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%zu logits: 1 to 2^31 - 1 expected", n_max);
    if (!isfinite(opts->temperature) || opts->temperature < 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "temperature %g: a finite number, 0 or more, expected",
                          opts->temperature);
    if (!(opts->top_p >= 0 && opts->top_p <= 1))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "top_p %g: 0 to 1 expected", opts->top_p);
    return SINEW_OK;
}

sinew_status sinew_sampler_new(sinew_sampler **out, size_t n_max, const sinew_sampler_opts *opts,
                               sinew_error *error)
{
    static const sinew_sampler_opts greedy = {0};
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    opts = opts ? opts : &greedy;
    sinew_status status = check(n_max, opts, error);
    if (status)
        return status;
    sinew_sampler *made = sinew_alloc(1, sizeof *made);
    if (!made)
        return sinew_fail_memory(error);
    *made = (sinew_sampler){.temperature = opts->temperature,
                            .top_p = opts->top_p > 0 ? opts->top_p : 1,
                            .top_k = opts->top_k > 0 ? opts->top_k : UINT32_MAX,
                            .key = mixed(opts->seed + UINT64_C(0x9e3779b97f4a7c15)),
                            .n_max = n_max,
                            .weights = sinew_alloc(n_max, sizeof *made->weights),
                            .heap = sinew_alloc(n_max, sizeof *made->heap)};
    if (!made->weights || !made->heap) {
        sinew_sampler_free(made);
        return sinew_fail_memory(error);
    }
    *out = made;
    return SINEW_OK;
}

void sinew_sampler_free(sinew_sampler *sampler)
{
    if (!sampler)
        return;
    sinew_free(sampler->weights);
    sinew_free(sampler->heap);
    sinew_free(sampler);
}

uint64_t sinew_sampler_drawn(const sinew_sampler *sampler)
{
    return sampler->drawn;
}

void sinew_sampler_set_drawn(sinew_sampler *sampler, uint64_t drawn)
{
    sampler->drawn = drawn;
}
