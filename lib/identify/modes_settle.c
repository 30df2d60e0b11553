/* Poles that a stable continuous system cannot have, and what becomes of them. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "identify/modes.h"
#include "math/complex.h"

static void swap(sinew_modes *m, size_t i, size_t k)
{
    double complex pole = m->poles[i];
    m->poles[i] = m->poles[k];
    m->poles[k] = pole;
    for (size_t j = 0; j < m->inputs; j++) {
        double complex b = m->b[i * m->inputs + j];
        m->b[i * m->inputs + j] = m->b[k * m->inputs + j];
        m->b[k * m->inputs + j] = b;
    }
    for (size_t o = 0; o < m->outputs; o++) {
        double complex c = m->c[i * m->outputs + o];
        m->c[i * m->outputs + o] = m->c[k * m->outputs + o];
        m->c[k * m->outputs + o] = c;
    }
}

/* The last mode takes the place of mode i. */
static void drop(sinew_modes *m, size_t i)
{
    swap(m, i, m->n - 1);
    m->n--;
}

/* So near to the circle a pole is on it: an integrator, or a mode without damping. */
static const double on_circle = 1 + 0x1p-40;

static void settle_unstable(sinew_modes *m, sinew_unstable unstable, sinew_modes_changes *changes)
{
    for (size_t i = m->n; i-- > 0;) {
        double complex z = m->poles[i];
        double size = cabs(z);
        if (!(size > 1))
            continue;
        if (size < on_circle) {
            m->poles[i] = z / size;
            continue;
        }
        changes->unstable += cimag(z) > 0 ? 2 : 1;
        changes->moved = changes->moved || unstable != SINEW_UNSTABLE_KEEP;
        if (unstable == SINEW_UNSTABLE_REFLECT)
            m->poles[i] = z / (size * size);
        else if (unstable == SINEW_UNSTABLE_DROP)
            drop(m, i);
    }
}

/* Modes in the order of |z|, smallest first. */
static void sort(sinew_modes *m)
{
    for (size_t i = 1; i < m->n; i++)
        for (size_t k = i; k > 0 && cabs(m->poles[k]) < cabs(m->poles[k - 1]); k--)
            swap(m, k, k - 1);
}

static double radius(size_t states)
{
    return pow(DBL_EPSILON, 0.5 / (double)states);
}

/* A direction that takes part in the mode, of length 1; any, where there is none. */
static void normalise(double complex *v, size_t n)
{
    double size = 0;
    for (size_t i = 0; i < n; i++)
        size = hypot(size, cabs(v[i]));
    for (size_t i = 0; i < n; i++)
        v[i] = size > 0 && isfinite(size) ? v[i] / size : 1;
}

/* `states` poles on the circle, none of them at z < 0, in the place of the first `count` modes. */
static void spread(sinew_modes *m, size_t count, size_t states)
{
    size_t pairs = states / 2, needed = states - pairs;
    for (size_t i = 0; i < needed; i++) {
        double turns = states % 2 ? (double)i : (double)i + 0.5;
        double angle = 2 * M_PI * turns / (double)states;
        m->poles[i] = radius(states) * sinew_cmplx(cos(angle), sin(angle));
        normalise(m->b + i * m->inputs, m->inputs);
        normalise(m->c + i * m->outputs, m->outputs);
        if (states % 2 && i == 0) { /* the real one */
            m->poles[i] = radius(states);
            for (size_t j = 0; j < m->inputs; j++)
                m->b[j] = creal(m->b[j]);
            for (size_t o = 0; o < m->outputs; o++)
                m->c[o] = creal(m->c[o]);
        }
    }
    for (size_t i = count; i > needed; i--)
        drop(m, i - 1);
}

/* A fit finds m poles at 0 scattered over a circle of eps^(1 / m); many fast poles that are not at
 * 0 lie further out than this. */
static const double farthest = 0.25;

/* The most poles nearest to 0 that all lie within the radius of so many. */
static void settle_fast(sinew_modes *m, sinew_modes_changes *changes)
{
    size_t states = 0, count = 0;
    sort(m);
    for (size_t i = 0; i < m->n; i++) {
        states += cimag(m->poles[i]) > 0 ? 2 : 1;
        if (cabs(m->poles[i]) < fmin(radius(states), farthest)) {
            count = i + 1;
            changes->fast = states;
        }
    }
    if (count > 0)
        spread(m, count, changes->fast);
    changes->moved = changes->moved || count > 0;
}

void sinew_modes_settle(sinew_modes *m, sinew_unstable unstable, sinew_modes_changes *changes)
{
    *changes = (sinew_modes_changes){0};
    settle_unstable(m, unstable, changes);
    settle_fast(m, changes);
}
