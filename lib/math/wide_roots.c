/* Aberth: x_i -= N / (1 - N S), N = p(x_i) / p'(x_i), S = sum over j != i of 1 / (x_i - x_j), one
 * root after another. p needs the bits, S does not. */
#include "math/wide_roots.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"

typedef struct work {
    size_t n;
    int limbs;
    sinew_wide *c;  /* (n + 1), cut off to `limbs` */
    sinew_widec *x; /* (n) */
    double *log2_c; /* (n + 1) */
    size_t *hull;   /* (n + 1) */
} work;

enum { ROUNDS_MOST = 400, FIRST_LIMBS = 4 };

/* x with as many limbs, cut off or filled up with zeros. */
static sinew_wide with_limbs(const sinew_wide *x, int limbs)
{
    sinew_wide out = {.sign = x->sign, .limbs = limbs, .exponent = x->exponent};
    for (int i = 1; i <= limbs && i <= x->limbs; i++)
        out.limb[limbs - i] = x->limb[x->limbs - i];
    return out;
}

/* log2 |x|, -HUGE_VAL for 0 */
static double log2_of(const sinew_wide *x)
{
    int64_t exponent;
    double mantissa = fabs(sinew_wide_split(x, &exponent));
    return mantissa > 0 ? log2(mantissa) + (double)exponent : -HUGE_VAL;
}

/* The upper hull of the points (k, log2 |c_k|): its edges' slopes are the sizes of the roots. */
static size_t find_hull(work *w)
{
    size_t count = 0;
    for (size_t k = 0; k <= w->n; k++) {
        if (!isfinite(w->log2_c[k]))
            continue;
        while (count >= 2) {
            size_t a = w->hull[count - 2], b = w->hull[count - 1];
            double to_b = (w->log2_c[b] - w->log2_c[a]) / (double)(b - a);
            double to_k = (w->log2_c[k] - w->log2_c[a]) / (double)(k - a);
            if (to_b > to_k)
                break;
            count--;
        }
        w->hull[count++] = k;
    }
    return count;
}

static void first_guess(work *w)
{
    size_t edges = find_hull(w) - 1;
    for (size_t e = 0; e < edges; e++) {
        size_t from = w->hull[e], to = w->hull[e + 1];
        double size = (w->log2_c[from] - w->log2_c[to]) / (double)(to - from);
        double whole = floor(size);
        for (size_t i = from; i < to; i++) {
            double angle = 2 * M_PI * (double)(i - from) / (double)(to - from) + 0.7 + (double)e;
            sinew_widec_set(&w->x[i], exp2(size - whole) * cexp(sinew_cmplx(0, angle)),
                            FIRST_LIMBS);
            sinew_widec_scale(&w->x[i], (int64_t)whole);
        }
    }
}

/* p(x) and p'(x) by Horner's rule. */
static void horner(sinew_widec *value, sinew_widec *slope, const work *w, const sinew_widec *x)
{
    sinew_widec_set(value, 0, w->limbs);
    *slope = *value;
    for (size_t k = w->n + 1; k-- > 0;) {
        sinew_widec_multiply(slope, slope, x);
        sinew_widec_add(slope, slope, value);
        sinew_widec_multiply(value, value, x);
        sinew_wide_add(&value->re, &value->re, &w->c[k]);
    }
}

/* Is p(x) no more than what the sum's rounding leaves? */
static bool is_noise(const work *w, const sinew_widec *x, const sinew_widec *value)
{
    double size = fmax(log2_of(&x->re), log2_of(&x->im)), largest = -HUGE_VAL;
    if (sinew_widec_is_zero(value))
        return true;
    for (size_t k = 0; k <= w->n; k++)
        largest = fmax(largest, w->log2_c[k] + size * (double)k);
    return (double)sinew_widec_exponent(value) < largest - 32 * w->limbs + 16;
}

static double complex repulsion(const work *w, size_t i)
{
    double complex sum = 0;
    for (size_t j = 0; j < w->n; j++) {
        sinew_widec difference;
        sinew_widec_subtract(&difference, &w->x[i], &w->x[j]);
        double complex d = sinew_widec_get(&difference);
        if (j != i && d != 0)
            sum += 1 / d;
    }
    return sum;
}

/* One step of root i; true where it has come to rest, within 2^-bits of its size. */
static bool improve(work *w, size_t i, int bits)
{
    sinew_widec value, slope, correction;
    horner(&value, &slope, w, &w->x[i]);
    if (is_noise(w, &w->x[i], &value))
        return true;
    if (sinew_widec_is_zero(&slope)) { /* a saddle: step aside */
        sinew_widec_set(&correction, sinew_cmplx(0.9, 0.1), w->limbs);
        sinew_widec_multiply(&w->x[i], &w->x[i], &correction);
        return false;
    }
    sinew_widec_divide(&correction, &value, &slope);
    double complex below = 1 - sinew_widec_get(&correction) * repulsion(w, i);
    if (isfinite(creal(below)) && isfinite(cimag(below)) && cabs(below) > 1e-3) {
        sinew_widec factor;
        sinew_widec_set(&factor, 1 / below, w->limbs);
        sinew_widec_multiply(&correction, &correction, &factor);
    }
    int64_t size = sinew_widec_exponent(&w->x[i]), step = sinew_widec_exponent(&correction);
    sinew_widec_subtract(&w->x[i], &w->x[i], &correction);
    return sinew_widec_is_zero(&correction) || step + bits < size; /* of 0, size is INT64_MIN */
}

static bool settle(work *w, int bits)
{
    for (int round = 0; round < ROUNDS_MOST; round++) {
        bool rest = true;
        for (size_t i = 0; i < w->n; i++)
            rest = improve(w, i, bits) && rest;
        if (rest)
            return true;
    }
    return false;
}

static void load(work *w, const sinew_wide *c, int limbs)
{
    w->limbs = limbs;
    for (size_t k = 0; k <= w->n; k++)
        w->c[k] = with_limbs(&c[k], limbs);
    for (size_t i = 0; i < w->n; i++) {
        w->x[i].re = with_limbs(&w->x[i].re, limbs);
        w->x[i].im = with_limbs(&w->x[i].im, limbs);
    }
}

/* The real ones, and the others with Im > 0 followed by their conjugates. */
static sinew_status round_off(double complex *roots, const work *w, double less, sinew_error *error)
{
    size_t count = 0;
    sinew_widec shift;
    sinew_widec_set(&shift, less, w->limbs);
    for (size_t i = 0; i < w->n; i++) {
        double complex root = sinew_widec_get(&w->x[i]);
        sinew_widec shifted;
        sinew_widec_subtract(&shifted, &w->x[i], &shift);
        double complex x = sinew_widec_get(&shifted);
        if (fabs(cimag(root)) <= 0x1p-60 * fabs(creal(root))) {
            if (count < w->n)
                roots[count] = creal(x);
            count++;
        } else if (cimag(root) > 0) {
            if (count + 1 < w->n) {
                roots[count] = x;
                roots[count + 1] = conj(x);
            }
            count += 2;
        }
    }
    if (count != w->n)
        return sinew_fail(error, SINEW_ERR_NUMERIC, "the zeros could not be paired");
    return SINEW_OK;
}

sinew_status sinew_wide_roots(double complex *roots, const sinew_wide *c, size_t degree,
                              double less, sinew_error *error)
{
    if (degree == 0)
        return SINEW_OK;
    work w = {.n = degree,
              .c = sinew_alloc(degree + 1, sizeof *w.c),
              .x = sinew_alloc(degree, sizeof *w.x),
              .log2_c = sinew_alloc(degree + 1, sizeof *w.log2_c),
              .hull = sinew_alloc(degree + 1, sizeof *w.hull)};
    bool settled = false;
    sinew_status status = w.c && w.x && w.log2_c && w.hull ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        for (size_t k = 0; k <= degree; k++)
            w.log2_c[k] = log2_of(&c[k]);
        first_guess(&w);
        int most = c->limbs;
        for (int limbs = FIRST_LIMBS < most ? FIRST_LIMBS : most;; limbs *= 2) {
            limbs = limbs < most ? limbs : most;
            load(&w, c, limbs);
            settled = settle(&w, limbs < most ? 8 : 60);
            if (limbs == most)
                break;
        }
        status = settled ? round_off(roots, &w, less, error)
                         : sinew_fail(error, SINEW_ERR_NUMERIC, "the zeros did not converge");
    }
    sinew_free(w.c);
    sinew_free(w.x);
    sinew_free(w.log2_c);
    sinew_free(w.hull);
    return status;
}
