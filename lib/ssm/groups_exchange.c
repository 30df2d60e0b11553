/* Zeros change places. What was dealt out nearest first may have taken the only section where
 * another zero would lose nothing: a zero far below its section's poles is what is left of d - d.
 *
 * What that loses is told by sizes alone. Where |s| = w a factor s - p is about max(w, |p|), so a
 * section adds terms which are prod max(w, |p|) / prod max(w, |z|) times their sum. That is most at
 * the lowest w that counts, the size of the slowest pole: below it no response rises, but towards a
 * pole at 0. */
#include <math.h>

#include "ssm/groups.h"

/* How many times their sum the terms of a section are. One zero over a resonance only meets the
 * real part: s / (s^2 + w^2) has but one term. */
static double loss(const sinew_group *g, double w)
{
    double lost = 1;
    for (int k = 0; k < g->zeros; k++) {
        double p = cabs(g->p[k]);
        if (g->zeros < g->poles)
            p = cimag(g->p[0]) != 0 ? fabs(creal(g->p[0])) : cabs(g->p[1]);
        lost *= fmax(w, p) / fmax(w, cabs(g->z[k]));
    }
    return fmax(lost, 1);
}

/* How far a resonance stands out, as far as no zero beside it hides it. */
static double peak(const sinew_group *g)
{
    if (cimag(g->p[0]) == 0)
        return 1;
    double out = fmin(g->resonance, 0x1p52);
    for (int k = 0; k < g->zeros; k++)
        out *= fmin(1, cabs(g->p[0] - g->z[k]) / cabs(g->p[0]));
    return fmax(out, 1);
}

/* All the zeros of one for all those of the other. */
static bool swap_all(sinew_group *a, sinew_group *b)
{
    if (a->zeros > b->poles || b->zeros > a->poles)
        return false;
    for (int k = 0; k < 2; k++) {
        double complex z = a->z[k];
        a->z[k] = b->z[k];
        b->z[k] = z;
    }
    int zeros = a->zeros;
    a->zeros = b->zeros;
    b->zeros = zeros;
    return true;
}

/* Real zero i of a for real zero j of b. */
static bool swap_one(sinew_group *a, sinew_group *b, int i, int j)
{
    if (i >= a->zeros || j >= b->zeros || cimag(a->z[i]) != 0 || cimag(b->z[j]) != 0)
        return false;
    double complex z = a->z[i];
    a->z[i] = b->z[j];
    b->z[j] = z;
    return true;
}

/* Real zero i of a to b. */
static bool move_one(sinew_group *a, sinew_group *b, int i)
{
    if (i >= a->zeros || b->zeros >= b->poles || cimag(a->z[i]) != 0 ||
        (b->zeros > 0 && cimag(b->z[0]) != 0))
        return false;
    b->z[b->zeros++] = a->z[i];
    a->z[i] = a->z[--a->zeros];
    return true;
}

enum { WAYS = 9 };

/* One of the ways; false where it is none. */
static bool change(sinew_group *a, sinew_group *b, int way)
{
    if (way == 0)
        return swap_all(a, b);
    if (way < 5)
        return swap_one(a, b, (way - 1) / 2, (way - 1) % 2);
    return way < 7 ? move_one(a, b, way - 5) : move_one(b, a, way - 7);
}

/* The exchange between two sections that helps most, if any: what is lost falls to a half or less,
 * by more than the peaks grow. */
static bool exchange(sinew_group *a, sinew_group *b, double w)
{
    double lost = loss(a, w) + loss(b, w), peaks = peak(a) + peak(b), most = 0;
    sinew_group best[2] = {*a, *b};
    for (int way = 0; way < WAYS && lost >= 4; way++) {
        sinew_group c = *a, d = *b;
        if (!change(&c, &d, way))
            continue;
        double now = loss(&c, w) + loss(&d, w);
        double better = lost - now - (peak(&c) + peak(&d) - peaks);
        if (now <= lost / 2 && better > most) {
            most = better;
            best[0] = c;
            best[1] = d;
        }
    }
    *a = best[0];
    *b = best[1];
    return most > 0;
}

/* The size of the slowest pole; where one is at 0, of the slowest pole or zero that is not. */
static double lowest(const sinew_zpk *zpk)
{
    double least = HUGE_VAL;
    bool at_0 = false;
    for (size_t i = 0; i < zpk->n_poles; i++)
        if (zpk->poles[i] == 0)
            at_0 = true;
        else
            least = fmin(least, cabs(zpk->poles[i]));
    for (size_t i = 0; at_0 && i < zpk->n_zeros; i++)
        if (zpk->zeros[i] != 0)
            least = fmin(least, cabs(zpk->zeros[i]));
    return least;
}

/* Each exchange makes the sum of all losses and peaks less; the passes are counted all the same. */
void sinew_groups_exchange(sinew_group *groups, size_t n, const sinew_zpk *zpk)
{
    double w = lowest(zpk);
    bool better = isfinite(w); /* else all is at 0 */
    for (int pass = 0; better && pass < 32; pass++) {
        better = false;
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n; j++)
                better = exchange(&groups[i], &groups[j], w) || better;
    }
}
