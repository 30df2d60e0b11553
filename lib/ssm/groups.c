/* Which poles and zeros share a section. The most resonant poles stand last, as zpk2sos has them;
 * every section has a gain near one, and the exact rest of the gain is on the last of them. */
#include "ssm/groups.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"

/* The slower pole of a group: its second where there are two. */
static double slowness(const sinew_group *g)
{
    return -cabs(g->p[g->poles - 1]);
}

static int by_resonance(const void *a, const void *b)
{
    const sinew_group *g = a, *h = b;
    double x = g->resonance, y = h->resonance;
    if (x == y) {
        x = slowness(g);
        y = slowness(h);
    }
    return (x > y) - (x < y);
}

static int by_size(const void *a, const void *b)
{
    double x = fabs(*(const double *)a), y = fabs(*(const double *)b);
    return (x > y) - (x < y);
}

/* |p| / |Re p| of p in the s plane. */
static double resonance(const sinew_zpk *zpk, double complex p)
{
    if (p == 0)
        return HUGE_VAL;
    if (zpk->delta && p == -1)
        return 1; /* gone within a step */
    double complex s = zpk->delta ? clog(1 + p) : p;
    return cabs(s) / fabs(creal(s));
}

static size_t group_complex(sinew_group *groups, const sinew_zpk *zpk)
{
    size_t n = 0;
    for (size_t i = 0; i < zpk->n_poles; i++) {
        double complex p = zpk->poles[i];
        if (cimag(p) > 0)
            groups[n++] =
                (sinew_group){.p = {p, conj(p)}, .poles = 2, .resonance = resonance(zpk, p)};
    }
    return n;
}

/* Real poles in twos, neighbours in size; an odd one, the fastest, by itself. */
static sinew_status group_real(sinew_group *groups, size_t *count, const sinew_zpk *zpk,
                               sinew_error *error)
{
    double *real = sinew_alloc(zpk->n_poles, sizeof *real);
    size_t n = 0;
    if (!real)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < zpk->n_poles; i++)
        if (cimag(zpk->poles[i]) == 0)
            real[n++] = creal(zpk->poles[i]);
    qsort(real, n, sizeof *real, by_size);
    for (size_t i = 0; i + 1 < n; i += 2)
        groups[(*count)++] =
            (sinew_group){.p = {real[i + 1], real[i]},
                          .poles = 2,
                          .resonance = fmax(resonance(zpk, real[i]), resonance(zpk, real[i + 1]))};
    if (n % 2)
        groups[(*count)++] =
            (sinew_group){.p = {real[n - 1]}, .poles = 1, .resonance = resonance(zpk, real[n - 1])};
    sinew_free(real);
    return SINEW_OK;
}

/* The frequency `part` times as high as that which p stands for, in the plane of the factors. */
static double complex frequency(bool delta, double complex p, double part)
{
    if (!delta)
        return sinew_cmplx(0, part * cabs(p));
    double angle = fmin(M_PI, part * (p == -1 ? M_PI : cabs(clog(1 + p)))), half = sin(angle / 2);
    return sinew_cmplx(-2 * half * half, sin(angle)); /* e^(j angle) - 1 */
}

/* log2 of the largest gain of a section, looked for at 0, around |p| and at infinity, or half the
 * rate. */
static double log2_peak(const sinew_group *g, bool delta, double scale)
{
    const double at[] = {0, 0.5, 0.9, 1, 1.1, 2, 1e9};
    size_t count = sizeof at / sizeof *at - (delta ? 0 : 1);
    double complex p = cabs(g->p[0]) > cabs(g->p[1]) ? g->p[0] : g->p[1];
    double peak = g->zeros == g->poles && !delta ? 0 : -HUGE_VAL;
    for (size_t i = 0; i < count; i++) {
        double complex s = frequency(delta, p == 0 ? scale : p, at[i]);
        double level = 0;
        for (int k = 0; k < g->zeros; k++)
            level += log2(cabs(s - g->z[k]));
        for (int k = 0; k < g->poles; k++)
            level -= log2(cabs(s - g->p[k]));
        if (isfinite(level))
            peak = fmax(peak, level);
    }
    return isfinite(peak) ? peak : 0;
}

double sinew_groups_scale(const sinew_zpk *zpk)
{
    double scale = 0;
    for (size_t i = 0; i < zpk->n_poles; i++)
        scale = fmax(scale, cabs(zpk->poles[i]));
    return scale > 0 ? scale : 1;
}

/* Powers of two for all but the last section, so that the product of the gains is exact. */
static void spread_gain(sinew_group *groups, size_t n, const sinew_zpk *zpk)
{
    double scale = sinew_groups_scale(zpk);
    double rest = zpk->gain != 0 ? log2(fabs(zpk->gain)) + zpk->exponent : 0;
    int given = 0;
    for (size_t i = 0; i < n; i++)
        rest += log2_peak(&groups[i], zpk->delta, scale);
    for (size_t i = 0; i + 1 < n; i++) {
        int e = (int)lrint(rest / (double)n - log2_peak(&groups[i], zpk->delta, scale));
        groups[i].gain = ldexp(1, e);
        given += e;
    }
    groups[n - 1].gain = ldexp(zpk->gain, zpk->exponent - given);
}

sinew_status sinew_groups_make(sinew_group *groups, size_t *count, const sinew_zpk *zpk,
                               sinew_error *error)
{
    *count = group_complex(groups, zpk);
    sinew_status status = group_real(groups, count, zpk, error);
    if (!status) {
        qsort(groups, *count, sizeof *groups, by_resonance);
        status = sinew_groups_deal(groups, *count, zpk, error);
    }
    if (!status) {
        sinew_groups_exchange(groups, *count, zpk);
        spread_gain(groups, *count, zpk);
    }
    return status;
}
