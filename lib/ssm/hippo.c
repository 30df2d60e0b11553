/* HiPPO's systems; hippo.h has the formulas. Every entry is an integer, the root of one or a
 * multiple of pi, over the window: taken in long double and rounded once. */
#include "ssm/hippo.h"

#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "ssm/system.h"

static const long double pi = 3.14159265358979323846264338327950288L;

/* sqrt(product) / time; the root of an integer is rounded correctly as it is. */
static double root(size_t product, long double time)
{
    return time == 1 ? sqrt((double)product) : (double)(sqrtl((long double)product) / time);
}

static double sign(size_t k)
{
    return k % 2 ? -1 : 1;
}

static void fill_legs(double *A, double *B, size_t n, long double time)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            A[i * n + k] = -root((2 * i + 1) * (2 * k + 1), time);
        A[i * n + i] = (double)(-(long double)(i + 1) / time);
        B[i] = root(2 * i + 1, time);
    }
}

static void fill_legt(double *A, double *B, size_t n, long double time)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++)
            A[i * n + k] = -root((2 * i + 1) * (2 * k + 1), time) * (k > i ? sign(k - i) : 1);
        B[i] = root(2 * i + 1, time);
    }
}

static void fill_lmu(double *A, double *B, size_t n, long double time)
{
    for (size_t i = 0; i < n; i++) {
        double row = (double)((long double)(2 * i + 1) / time);
        for (size_t k = 0; k < n; k++)
            A[i * n + k] = k > i ? -row : -sign(i - k) * row;
        B[i] = sign(i) * row;
    }
}

static void fill_lagt(double *A, double *B, size_t n, long double time, bool tilted)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k <= i; k++)
            A[i * n + k] = (double)(-1 / time);
        if (tilted)
            A[i * n + i] /= 2;
        B[i] = (double)(1 / time);
    }
}

/* b_i^2: 1 for the constant, 2 for a cosine, 0 for a sine. */
static size_t fourier_weight(size_t i, size_t first_cosine)
{
    if (i == 0)
        return 1;
    return i >= first_cosine && (i - first_cosine) % 2 == 0 ? 2 : 0;
}

static void fill_fout(double *A, double *B, size_t n, long double time, bool idle_sine)
{
    size_t first = idle_sine ? 2 : 1; /* cosine */
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            size_t weight = fourier_weight(i, first) * fourier_weight(k, first);
            if (weight > 0)
                A[i * n + k] = -root(4 * weight, time);
        }
        B[i] = root(4 * fourier_weight(i, first), time);
    }
    for (size_t i = first; i + 1 < n; i += 2) {
        double rad = (double)(pi * (long double)(i + 2 - first) / time); /* 2 pi m */
        A[(i + 1) * n + i] = rad;
        A[i * n + i + 1] = -rad;
    }
}

static double window(const sinew_hippo *h)
{
    return h->window_s == 0 ? 1 : h->window_s;
}

void sinew_hippo_matrices(const sinew_hippo *h, double *A, double *B)
{
    long double time = (long double)window(h) * (h->halved ? 2 : 1);
    switch (h->measure) {
    case SINEW_HIPPO_LEGS:
        fill_legs(A, B, h->order, time);
        break;
    case SINEW_HIPPO_LEGT:
        (h->lmu ? fill_lmu : fill_legt)(A, B, h->order, time);
        break;
    case SINEW_HIPPO_LAGT:
        fill_lagt(A, B, h->order, time, h->tilted);
        break;
    case SINEW_HIPPO_FOUT:
        fill_fout(A, B, h->order, time, h->idle_sine);
        break;
    }
}

static sinew_status check_flags(const sinew_hippo *h, sinew_error *error)
{
    bool legt = h->measure == SINEW_HIPPO_LEGT, fout = h->measure == SINEW_HIPPO_FOUT;
    const char *wrong = NULL;
    if (h->halved && !legt && !fout)
        wrong = "'halved' has a meaning for legt and fout only";
    else if (h->lmu && !legt)
        wrong = "'lmu' has a meaning for legt only";
    else if (h->tilted && h->measure != SINEW_HIPPO_LAGT)
        wrong = "'tilted' has a meaning for lagt only";
    else if (h->idle_sine && !fout)
        wrong = "'idle_sine' has a meaning for fout only";
    return wrong ? sinew_fail(error, SINEW_ERR_ARGUMENT, "%s", wrong) : SINEW_OK;
}

sinew_status sinew_hippo_check(const sinew_hippo *h, sinew_error *error)
{
    if (!h || (unsigned)h->measure > SINEW_HIPPO_FOUT)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such measure of hippo");
    if (h->order < 1 || h->order > SINEW_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "order %zu: a hippo has an order of 1 to %d",
                          h->order, SINEW_ORDER_MAX);
    if (!(window(h) > 0) || !isfinite(window(h)))
        return sinew_fail(error, SINEW_ERR_DATA, "a window of %g s is out of range", h->window_s);
    if (h->outputs > 0 && !h->C)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%zu outputs and no C", h->outputs);
    return check_flags(h, error);
}

static uint64_t hash_asked(const sinew_hippo *h)
{
    double seconds = window(h);
    uint64_t asked = sinew_hash(SINEW_HASH_START, "hippo", 5);
    asked = sinew_hash_count(asked, (uint64_t)h->measure);
    asked = sinew_hash_count(asked, h->order);
    asked = sinew_hash_count(asked, (uint64_t)h->halved | (uint64_t)h->lmu << 1 |
                                        (uint64_t)h->tilted << 2 | (uint64_t)h->idle_sine << 3);
    asked = sinew_hash_numbers(asked, &seconds, 1);
    return sinew_hash_numbers(asked, h->C, h->outputs * h->order);
}

sinew_status sinew_system_new_hippo(sinew_system **out, const sinew_hippo *h, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_status status = sinew_hippo_check(h, error);
    if (status)
        return status;
    size_t n = h->order, outputs = h->outputs > 0 ? h->outputs : n;
    double *A = sinew_alloc(n * n, sizeof *A), *B = sinew_alloc(n, sizeof *B);
    double *identity = sinew_alloc(n * n, sizeof *identity), *D = sinew_alloc(outputs, sizeof *D);
    if (!A || !B || !identity || !D) {
        status = sinew_fail_memory(error);
    } else {
        for (size_t i = 0; i < n; i++)
            identity[i * n + i] = 1;
        sinew_hippo_matrices(h, A, B);
        sinew_matrices m = {n, 1, outputs, A, B, h->outputs > 0 ? h->C : identity, D};
        status = sinew_system_new_ss(out, &m, error);
    }
    if (!status)
        (*out)->asked = hash_asked(h);
    sinew_free(A);
    sinew_free(B);
    sinew_free(identity);
    sinew_free(D);
    return status;
}
