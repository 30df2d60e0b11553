/* Which poles and zeros share a section, as zpk2sos does it: the most resonant poles choose their
 * nearest zeros first and stand last; every section has a gain near one, and the exact rest of the
 * gain is on the last of them. */
#include "ssm/groups.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"

typedef struct zero_pool { /* the zeros that no section has yet, and the room for them */
    const double complex *zeros;
    bool *taken;
    size_t count, real, pairs; /* pairs: conjugate pairs left */
    size_t twos, ones;         /* sections left with two poles, with one */
    double slowest;            /* |p| of the slowest section that is still to choose */
} zero_pool;

/* The slower pole of a group: its second where there are two. */
static double slowness(const sinew_group *g)
{
    return -cabs(g->p[g->poles - 1]);
}

/* Of equal resonance the slowest are last and so choose their zeros first: a zero far below its
 * section's poles would be what is left of d - d. */
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

/* A zero far below its section's poles is what is left of d - d: |p| / |z| of its digits are lost.
 * A section leaves it to one that is much slower, if one is still to come. */
static bool is_for_slower(const zero_pool *pool, double complex p, double complex z)
{
    const double far = 8;
    return cabs(z) * far < cabs(p) && pool->slowest * far < cabs(p);
}

/* How far a zero is from a pole, by what the smaller of them is: a slow zero is far from a fast
 * pole as seen from itself. */
static double distance(double complex p, double complex z)
{
    double apart = cabs(p - z);
    return apart > 0 ? apart / fmin(cabs(p), cabs(z)) : 0;
}

/* The nearest zero left; kind: 0 any, 1 real only, 2 complex only; choosy: not one that is for a
 * slower section. count where there is none. */
static size_t nearest(const zero_pool *pool, double complex p, int kind, bool choosy)
{
    size_t best = pool->count;
    for (size_t i = 0; i < pool->count; i++) {
        double complex z = pool->zeros[i];
        if (pool->taken[i] || cimag(z) < 0 || (kind == 1 && cimag(z) != 0) ||
            (kind == 2 && cimag(z) == 0) || (choosy && is_for_slower(pool, p, z)))
            continue;
        double here = distance(p, z),
               least = best < pool->count ? distance(p, pool->zeros[best]) : 0;
        /* beside a pole or zero at 0 all is far */
        if (best == pool->count || here < least ||
            (here == least && cabs(p - z) < cabs(p - pool->zeros[best])))
            best = i;
    }
    return best;
}

static void take(zero_pool *pool, sinew_group *g, size_t i)
{
    g->z[g->zeros++] = pool->zeros[i];
    pool->taken[i] = true;
    if (cimag(pool->zeros[i]) > 0) {
        g->z[g->zeros++] = conj(pool->zeros[i]);
        pool->taken[i + 1] = true; /* conjugates are adjacent */
        pool->pairs--;
    } else
        pool->real--;
}

/* Zeros for one section. Pairs need sections of two poles: when as many are left of both, only
 * a pair will do. Real zeros go one to a section as long as that places them all: s/(s^2+..)
 * twice is better conditioned than s^2/(..) and 1/(..). */
static void choose_zeros(zero_pool *pool, sinew_group *g)
{
    size_t room = pool->twos - pool->pairs + pool->ones; /* sections that real zeros may have */
    size_t mine = g->poles == 2 ? 2 : 1, all = 2 * (pool->twos - pool->pairs) + pool->ones;
    bool must_pair = g->poles == 2 && pool->pairs > 0 && pool->pairs == pool->twos;
    bool choosy = !must_pair && all >= mine + pool->real; /* the others have room for all */
    int kind = must_pair ? 2 : g->poles == 1 ? 1 : 0;
    /* of two real poles the slower, which an integrator is, chooses first */
    bool real_pair = g->poles == 2 && cimag(g->p[0]) == 0;
    size_t i = nearest(pool, g->p[real_pair ? 1 : 0], kind, choosy);
    if (i < pool->count) {
        bool second = g->poles == 2 && cimag(pool->zeros[i]) == 0 && pool->real > room;
        take(pool, g, i);
        i = second ? nearest(pool, g->p[0], 1, choosy) : pool->count;
        if (i < pool->count)
            take(pool, g, i);
    }
    if (g->poles == 2)
        pool->twos--;
    else
        pool->ones--;
}

static sinew_status deal_zeros(sinew_group *groups, size_t n, const sinew_zpk *zpk,
                               sinew_error *error)
{
    zero_pool pool = {.zeros = zpk->zeros, .count = zpk->n_zeros};
    pool.taken = sinew_alloc(pool.count, sizeof *pool.taken);
    if (!pool.taken)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < pool.count; i++) {
        pool.real += cimag(pool.zeros[i]) == 0;
        pool.pairs += cimag(pool.zeros[i]) > 0;
    }
    for (size_t i = 0; i < n; i++)
        *(groups[i].poles == 2 ? &pool.twos : &pool.ones) += 1;
    for (size_t i = n; i-- > 0;) {
        pool.slowest = HUGE_VAL;
        for (size_t k = 0; k < i; k++)
            pool.slowest = fmin(pool.slowest, -slowness(&groups[k]));
        choose_zeros(&pool, &groups[i]);
    }
    sinew_free(pool.taken);
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
        status = deal_zeros(groups, *count, zpk, error);
    }
    if (!status)
        spread_gain(groups, *count, zpk);
    return status;
}
