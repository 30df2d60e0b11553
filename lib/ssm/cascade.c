/* A cascade from zeros, poles and gain, as zpk2sos does it: the most resonant poles choose
 * their nearest zeros first and stand last; every section has a gain near one, and the exact
 * rest of the gain is on the last of them. No polynomial of more than two roots is formed. */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "ssm/sections.h"

typedef struct group {
    double complex p[2], z[2];
    int poles, zeros;
    double resonance; /* |p| / |Re p|: 1 for real poles, infinite on the axis and at 0 */
} group;

typedef struct zero_pool { /* the zeros that no section has yet, and the room for them */
    const double complex *zeros;
    bool *taken;
    size_t count, real, pairs; /* pairs: conjugate pairs left */
    size_t twos, ones;         /* sections left with two poles, with one */
} zero_pool;

/* The slower pole of a group: its second where there are two. */
static double slowness(const group *g)
{
    return -cabs(g->p[g->poles - 1]);
}

/* Of equal resonance the slowest are last and so choose their zeros first: a zero far below its
 * section's poles would be what is left of d - d. */
static int by_resonance(const void *a, const void *b)
{
    const group *g = a, *h = b;
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

static size_t group_complex(group *groups, const sinew_zpk *zpk)
{
    size_t n = 0;
    for (size_t i = 0; i < zpk->n_poles; i++) {
        double complex p = zpk->poles[i];
        if (cimag(p) > 0)
            groups[n++] =
                (group){.p = {p, conj(p)}, .poles = 2, .resonance = cabs(p) / fabs(creal(p))};
    }
    return n;
}

/* Real poles in twos, neighbours in size; an odd one, the fastest, by itself. */
static sinew_status group_real(group *groups, size_t *count, const sinew_zpk *zpk,
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
        groups[(*count)++] = (group){
            .p = {real[i + 1], real[i]}, .poles = 2, .resonance = real[i] == 0 ? HUGE_VAL : 1};
    if (n % 2)
        groups[(*count)++] =
            (group){.p = {real[n - 1]}, .poles = 1, .resonance = real[n - 1] == 0 ? HUGE_VAL : 1};
    sinew_free(real);
    return SINEW_OK;
}

/* The nearest zero left; kind: 0 any, 1 real only, 2 complex only. count where there is none. */
static size_t nearest(const zero_pool *pool, double complex p, int kind)
{
    size_t best = pool->count;
    double distance = HUGE_VAL;
    for (size_t i = 0; i < pool->count; i++) {
        double im = cimag(pool->zeros[i]), d = cabs(p - pool->zeros[i]);
        if (pool->taken[i] || im < 0 || (kind == 1 && im != 0) || (kind == 2 && im == 0))
            continue;
        if (d < distance || best == pool->count) {
            distance = d;
            best = i;
        }
    }
    return best;
}

static void take(zero_pool *pool, group *g, size_t i)
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
static void choose_zeros(zero_pool *pool, group *g)
{
    size_t room = pool->twos - pool->pairs + pool->ones; /* sections that real zeros may have */
    bool must_pair = g->poles == 2 && pool->pairs > 0 && pool->pairs == pool->twos;
    int kind = must_pair ? 2 : g->poles == 1 ? 1 : 0;
    /* of two real poles the slower, which an integrator is, chooses first */
    bool real_pair = g->poles == 2 && cimag(g->p[0]) == 0;
    size_t i = nearest(pool, g->p[real_pair ? 1 : 0], kind);
    if (i < pool->count) {
        bool second = g->poles == 2 && cimag(pool->zeros[i]) == 0 && pool->real > room;
        take(pool, g, i);
        if (second)
            take(pool, g, nearest(pool, g->p[0], 1));
    }
    if (g->poles == 2)
        pool->twos--;
    else
        pool->ones--;
}

static sinew_status deal_zeros(group *groups, size_t n, const sinew_zpk *zpk, sinew_error *error)
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
    for (size_t i = n; i-- > 0;)
        choose_zeros(&pool, &groups[i]);
    sinew_free(pool.taken);
    return SINEW_OK;
}

/* log2 of the largest gain of a section, looked for at 0, around |p| and at infinity. */
static double log2_peak(const group *g, double scale)
{
    const double at[] = {0, 0.5, 0.9, 1, 1.1, 2};
    double w0 = fmax(cabs(g->p[0]), cabs(g->p[1]));
    double peak = g->zeros == g->poles ? 0 : -HUGE_VAL;
    if (w0 == 0)
        w0 = scale;
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        double level = 0;
        for (int k = 0; k < g->zeros; k++)
            level += log2(cabs(sinew_cmplx(0, at[i] * w0) - g->z[k]));
        for (int k = 0; k < g->poles; k++)
            level -= log2(cabs(sinew_cmplx(0, at[i] * w0) - g->p[k]));
        if (isfinite(level))
            peak = fmax(peak, level);
    }
    return isfinite(peak) ? peak : 0;
}

/* With v = s - sigma: gain (v^2 - (a + b) v + a b) / (v^2 + omega^2), a and b the zeros less
 * sigma; a b - omega^2 is taken apart so that a zero beside the pole loses nothing. */
static sinew_section section_complex(const group *g, double gain)
{
    double sigma = creal(g->p[0]), omega = cimag(g->p[0]);
    if (g->zeros == 0)
        return sinew_section_coupled(sigma, omega, 0, gain, 0);
    double a = creal(g->z[0]) - sigma, b = creal(g->z[1]) - sigma;
    if (g->zeros == 1)
        return sinew_section_coupled(sigma, omega, gain, -gain * a, 0);
    double im = cimag(g->z[0]);
    double r0 = im != 0 ? a * a + (im - omega) * (im + omega) : fma(a, b, -omega * omega);
    return sinew_section_coupled(sigma, omega, -gain * (a + b), gain * r0, gain);
}

/* [[p0, 0], [k, p1]] with b = (beta, 0): the transfer is d + c0 beta / (s - p0) +
 * c1 k beta / ((s - p0)(s - p1)), so c1 k beta = N(p1), a product of differences. */
static sinew_section section_real_pair(const group *g, double gain, double scale)
{
    double p0 = creal(g->p[0]), p1 = creal(g->p[1]);
    double k = fmax(fabs(p0), fabs(p1)), at_p1 = gain, r1 = 0;
    if (k == 0)
        k = scale;
    if (g->zeros > 0)
        at_p1 *= p1 - creal(g->z[0]);
    if (g->zeros == 1)
        r1 = gain;
    if (g->zeros == 2) {
        double im = cimag(g->z[0]);
        at_p1 = im != 0 ? gain * fma(p1 - creal(g->z[0]), p1 - creal(g->z[0]), im * im)
                        : at_p1 * (p1 - creal(g->z[1]));
        r1 = gain * ((p0 - creal(g->z[0])) + (p1 - creal(g->z[1])));
    }
    double beta = sqrt(hypot(r1, at_p1 / k));
    sinew_section s = {.A = {{p0, 0}, {k, p1}}, .states = 2, .d = g->zeros == 2 ? gain : 0};
    if (beta > 0) {
        s.b[0] = beta;
        s.c[0] = r1 / beta;
        s.c[1] = at_p1 / k / beta;
    }
    return s;
}

static sinew_section realise(const group *g, double gain, double scale)
{
    double p = creal(g->p[0]);
    if (g->poles == 1 && g->zeros == 1)
        return sinew_section_single(p, gain * (p - creal(g->z[0])), gain);
    if (g->poles == 1)
        return sinew_section_single(p, gain, 0);
    return cimag(g->p[0]) != 0 ? section_complex(g, gain) : section_real_pair(g, gain, scale);
}

/* Powers of two for all but the last section, so that the product of the gains is exact. */
static void spread_gain(sinew_section *sections, const group *groups, size_t n,
                        const sinew_zpk *zpk)
{
    double scale = 0, rest = zpk->gain != 0 ? log2(fabs(zpk->gain)) + zpk->exponent : 0;
    int given = 0;
    for (size_t i = 0; i < zpk->n_poles; i++)
        scale = fmax(scale, cabs(zpk->poles[i]));
    scale = scale > 0 ? scale : 1;
    for (size_t i = 0; i < n; i++)
        rest += log2_peak(&groups[i], scale);
    for (size_t i = 0; i + 1 < n; i++) {
        int e = (int)lrint(rest / (double)n - log2_peak(&groups[i], scale));
        sections[i] = realise(&groups[i], ldexp(1, e), scale);
        given += e;
    }
    sections[n - 1] = realise(&groups[n - 1], ldexp(zpk->gain, zpk->exponent - given), scale);
}

sinew_status sinew_sections_cascade(sinew_section *sections, size_t *count, const sinew_zpk *zpk,
                                    sinew_error *error)
{
    *count = 0;
    if (zpk->n_poles == 0)
        return SINEW_OK;
    group *groups = sinew_alloc(zpk->n_poles, sizeof *groups);
    if (!groups)
        return sinew_fail_memory(error);
    size_t n = group_complex(groups, zpk);
    sinew_status status = group_real(groups, &n, zpk, error);
    if (!status) {
        qsort(groups, n, sizeof *groups, by_resonance);
        status = deal_zeros(groups, n, zpk, error);
    }
    if (!status) {
        spread_gain(sections, groups, n, zpk);
        *count = n;
    }
    sinew_free(groups);
    return status;
}
