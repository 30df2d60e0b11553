/* Which poles and zeros share a section: those that are nearest to one another. The most resonant
 * poles stand last, as zpk2sos has them; every section has a gain near one, and the exact rest of
 * the gain is on the last of them. */
#include "ssm/groups.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"

/* The zeros on their way to the sections. */
typedef struct dealing {
    sinew_group *groups;
    size_t n_groups, n_zeros;
    const double complex *zeros;
    size_t *best;   /* (n_zeros): the group that a zero would go to; DEALT: it is dealt */
    size_t pairs;   /* conjugate pairs left */
    size_t empty;   /* sections of two poles without a zero: the room for pairs */
    double slowest; /* |p| of the slowest section with room */
} dealing;

#define DEALT ((size_t)-1)

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

/* How far a zero is from a pole, by what the smaller of them is: a slow zero is far from a fast
 * pole as seen from itself. */
static double distance(double complex p, double complex z)
{
    double apart = cabs(p - z);
    return apart > 0 ? apart / fmin(cabs(p), cabs(z)) : 0;
}

/* The pole of a group that a zero would stand beside. Of two real ones the slower, which an
 * integrator is, gets the first zero. */
static double complex host(const sinew_group *g)
{
    return g->poles == 2 && cimag(g->p[0]) == 0 && g->zeros == 0 ? g->p[1] : g->p[0];
}

/* How little a zero should go to a group, the first that differs counts: it is far below the poles,
 * where |p| / |z| of its digits would be what is left of d - d, and a much slower section has room;
 * it would be the second real zero there (s / (s^2 + ..) twice is better than s^2 / (..) and 1 /
 * (..)); the distance; and beside a pole or zero at 0, where all is far, the bare distance. */
typedef struct reluctance {
    double of[4];
} reluctance;

static reluctance judge(const dealing *d, const sinew_group *g, double complex z)
{
    const double far = 8;
    double complex p = host(g);
    bool for_slower = cabs(z) * far < cabs(p) && d->slowest * far < cabs(p);
    return (reluctance){{for_slower, g->zeros, distance(p, z), cabs(p - z)}};
}

static bool is_less(const reluctance *a, const reluctance *b)
{
    for (int i = 0; i < 4; i++)
        if (a->of[i] != b->of[i])
            return a->of[i] < b->of[i];
    return false;
}

/* Pairs need sections of two poles without a zero; when as many are left of both, no real zero may
 * take one. */
static bool has_room(const dealing *d, const sinew_group *g, double complex z)
{
    bool empty = g->poles == 2 && g->zeros == 0;
    if (cimag(z) != 0)
        return empty;
    return g->zeros < g->poles && !(empty && d->pairs >= d->empty);
}

static void find_best(dealing *d, size_t zero)
{
    reluctance least = {{0}};
    d->best[zero] = d->n_groups;
    for (size_t i = 0; i < d->n_groups; i++) {
        if (!has_room(d, &d->groups[i], d->zeros[zero]))
            continue;
        reluctance now = judge(d, &d->groups[i], d->zeros[zero]);
        if (d->best[zero] == d->n_groups || is_less(&now, &least)) {
            least = now;
            d->best[zero] = i;
        }
    }
}

static double slowest_with_room(const dealing *d)
{
    double least = HUGE_VAL;
    for (size_t i = 0; i < d->n_groups; i++)
        if (d->groups[i].zeros < d->groups[i].poles)
            least = fmin(least, -slowness(&d->groups[i]));
    return least;
}

/* The zero that is least reluctant to go where it would. */
static size_t next_zero(const dealing *d)
{
    reluctance least = {{0}};
    size_t next = DEALT;
    for (size_t i = 0; i < d->n_zeros; i++) {
        if (d->best[i] == DEALT)
            continue;
        reluctance now = judge(d, &d->groups[d->best[i]], d->zeros[i]);
        if (next == DEALT || is_less(&now, &least)) {
            least = now;
            next = i;
        }
    }
    return next;
}

/* Zero i, and with it its conjugate, to its group. What others had in mind may be gone then. */
static void deal(dealing *d, size_t i)
{
    size_t to = d->best[i];
    sinew_group *g = &d->groups[to];
    bool tight = d->pairs >= d->empty;
    d->empty -= g->poles == 2 && g->zeros == 0;
    d->best[i] = DEALT;
    g->z[g->zeros++] = d->zeros[i];
    if (cimag(d->zeros[i]) != 0) {
        g->z[g->zeros++] = conj(d->zeros[i]);
        d->pairs--;
    }
    d->slowest = slowest_with_room(d);
    bool all = tight != (d->pairs >= d->empty);
    for (size_t k = 0; k < d->n_zeros; k++)
        if (d->best[k] != DEALT && (all || d->best[k] == to))
            find_best(d, k);
}

/* The zeros go one after another, the nearest first: what stands beside a pole is hardly heard, and
 * what is far from all of them does not keep others from theirs. */
static sinew_status deal_zeros(sinew_group *groups, size_t n, const sinew_zpk *zpk,
                               sinew_error *error)
{
    dealing d = {.groups = groups, .n_groups = n, .n_zeros = zpk->n_zeros, .zeros = zpk->zeros};
    d.best = sinew_alloc(d.n_zeros, sizeof *d.best);
    if (!d.best)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < n; i++)
        d.empty += groups[i].poles == 2;
    for (size_t i = 0; i < d.n_zeros; i++)
        d.pairs += cimag(d.zeros[i]) > 0;
    d.slowest = slowest_with_room(&d);
    for (size_t i = 0; i < d.n_zeros; i++)
        if (cimag(d.zeros[i]) < 0)
            d.best[i] = DEALT; /* goes with its conjugate */
        else
            find_best(&d, i);
    for (size_t i; (i = next_zero(&d)) != DEALT;)
        deal(&d, i);
    sinew_free(d.best);
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
