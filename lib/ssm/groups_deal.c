/* Zeros to the sections of their poles, one after another, the nearest first: what stands beside a
 * pole is hardly heard, and what is far from all of them does not keep others from theirs. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "ssm/groups.h"

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
            least = fmin(least, cabs(d->groups[i].p[d->groups[i].poles - 1]));
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

sinew_status sinew_groups_deal(sinew_group *groups, size_t n, const sinew_zpk *zpk,
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
