/* How a delayed system fades: the largest |z| that solves its characteristic equation,
 *
 *     det(z I - A) f(z) = 0,   f(z) = det(I - G(z) diag(z^-frames)),
 *
 * G the plant from the delays' outputs to their inputs. A ring of 24 000 frames has as many poles,
 * so they are not found but counted (the principle of the argument): f is 1 at infinity, so outside
 * of the circle |z| = r there are
 *
 *     eigenvalues of A outside - turns of f about 0 along the circle
 *
 * of them, and r is bisected. */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/order.h"
#include "math/complex.h"
#include "math/eigen.h"
#include "ssm/delayed.h"
#include "ssm/resolvent.h"

typedef struct loop {
    const sinew_delayed_discretization *d;
    size_t n, length;       /* delays; frames of all, and states */
    double *B, *C, *D;      /* of G; its A is `less` */
    double complex *values; /* the eigenvalues of A */
    double *angles;         /* (n_angles) 0 .. pi, rising: where f is looked at first */
    size_t n_angles;
    sinew_complex *G;     /* (n, n) */
    double complex *work; /* (n, n) */
    sinew_resolvent resolvent;
} loop;

static void loop_finish(loop *l)
{
    sinew_resolvent_finish(&l->resolvent);
    sinew_free(l->B);
    sinew_free(l->C);
    sinew_free(l->D);
    sinew_free(l->values);
    sinew_free(l->angles);
    sinew_free(l->G);
    sinew_free(l->work);
}

/* The part of the plant between the delays. */
static void cut_out(loop *l)
{
    const sinew_delayed_discretization *d = l->d;
    const sinew_discretization *p = d->plant;
    size_t n = p->order;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < l->n; k++) {
            l->B[i * l->n + k] = p->B[i * p->inputs + d->inputs + k];
            l->C[k * n + i] = p->C[(d->outputs + k) * n + i];
        }
    for (size_t i = 0; i < l->n; i++)
        for (size_t k = 0; k < l->n; k++)
            l->D[i * l->n + k] = p->D[(d->outputs + i) * p->inputs + d->inputs + k];
}

/* Close enough for what the rings turn, and at the angle of each eigenvalue: a resonance turns f
 * round within its own width, which no even grid need meet. */
static sinew_status choose_angles(loop *l, sinew_error *error)
{
    size_t pieces = 4 * l->length + 64, states = l->d->plant->order;
    l->angles = sinew_alloc(pieces + 1 + states, sizeof *l->angles);
    if (!l->angles)
        return sinew_fail_memory(error);
    for (size_t i = 0; i <= pieces; i++)
        l->angles[i] = M_PI * (double)i / (double)pieces;
    l->n_angles = pieces + 1;
    for (size_t i = 0; i < states; i++)
        if (cimag(l->values[i]) > 0)
            l->angles[l->n_angles++] = carg(l->values[i]);
    qsort(l->angles, l->n_angles, sizeof *l->angles, sinew_order_double);
    return SINEW_OK;
}

static sinew_status loop_init(loop *l, const sinew_delayed_discretization *d, sinew_error *error)
{
    size_t states = d->plant->order, n = d->n;
    *l = (loop){.d = d,
                .n = n,
                .length = states,
                .B = sinew_alloc(states * n, sizeof(double)),
                .C = sinew_alloc(states * n, sizeof(double)),
                .D = sinew_alloc(n * n, sizeof(double)),
                .values = sinew_alloc(states, sizeof *l->values),
                .G = sinew_alloc(n * n, sizeof *l->G),
                .work = sinew_alloc(n * n, sizeof *l->work)};
    if (!l->B || !l->C || !l->D || !l->values || !l->G || !l->work)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < n; i++)
        l->length += d->frames[i];
    cut_out(l);
    sinew_matrices m = {states, n, n, d->plant->less, l->B, l->C, l->D};
    sinew_status status = sinew_resolvent_init(&l->resolvent, &m, error);
    if (!status)
        status = sinew_eigenvalues(l->values, d->plant->A, states, error);
    return status ? status : choose_angles(l, error);
}

static double complex determinant(double complex *M, size_t n)
{
    double complex product = 1;
    for (size_t k = 0; k < n; k++) {
        size_t best = k;
        for (size_t i = k + 1; i < n; i++)
            best = cabs(M[i * n + k]) > cabs(M[best * n + k]) ? i : best;
        if (M[best * n + k] == 0)
            return 0;
        for (size_t c = 0; c < n && best != k; c++) {
            double complex kept = M[k * n + c];
            M[k * n + c] = M[best * n + c];
            M[best * n + c] = kept;
        }
        product *= best != k ? -M[k * n + k] : M[k * n + k];
        for (size_t i = k + 1; i < n; i++) {
            double complex factor = M[i * n + k] / M[k * n + k];
            for (size_t c = k; c < n; c++)
                M[i * n + c] -= factor * M[k * n + c];
        }
    }
    return product;
}

/* f at r e^(j angle); 0 at a pole of G as well: the circle then does not count. */
static double complex f_at(loop *l, double log_r, double angle)
{
    double less = expm1(log_r), half = sin(angle / 2), r = less + 1;
    double complex less_one = sinew_cmplx(less - r * 2 * half * half, r * sin(angle)); /* z - 1 */
    size_t n = l->n;
    if (!sinew_resolvent_at(l->G, &l->resolvent, less_one))
        return 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            double m = (double)l->d->frames[k];
            double complex later = exp(-m * log_r) * cexp(sinew_cmplx(0, -m * angle));
            sinew_complex g = l->G[i * n + k];
            l->work[i * n + k] = (i == k) - sinew_cmplx(g.re, g.im) * later;
        }
    return determinant(l->work, n);
}

enum { HALVINGS = 40 };

/* The change of arg f from one angle to the next, halved until no piece turns by much. false: f is
 * 0 on the way, or as good as. */
static bool add_turn(double *turn, loop *l, double log_r, double from, double complex f_from,
                     double to, double complex f_to, int halvings)
{
    double step = carg(f_to / f_from);
    if (!(cabs(f_from) > 1e-12) || !(cabs(f_to) > 1e-12) || halvings == 0)
        return false;
    double size = fmax(cabs(f_from), cabs(f_to));
    if (fabs(step) < 1 && cabs(f_to - f_from) < size) {
        *turn += step;
        return true;
    }
    double middle = from + (to - from) / 2;
    double complex f = f_at(l, log_r, middle);
    return add_turn(turn, l, log_r, from, f_from, middle, f, halvings - 1) &&
           add_turn(turn, l, log_r, middle, f, to, f_to, halvings - 1);
}

/* Whether all roots lie inside of the circle. f of a real system is conjugate on its halves. */
static bool all_inside(loop *l, double log_r)
{
    double turn = 0, outside = 0;
    double complex f_before = f_at(l, log_r, 0);
    for (size_t i = 1; i < l->n_angles; i++) {
        double complex f = f_at(l, log_r, l->angles[i]);
        if (!add_turn(&turn, l, log_r, l->angles[i - 1], f_before, l->angles[i], f, HALVINGS))
            return false;
        f_before = f;
    }
    for (size_t i = 0; i < l->d->plant->order; i++)
        outside += cabs(l->values[i]) > exp(log_r);
    return fabs(outside - turn / M_PI) < 0.5;
}

/* log of the radius, or of a little more: the circle at which nothing was found outside. */
static double log_radius(loop *l)
{
    double length = (double)l->length, unit = 1e-6 / length, edge = 1e-9;
    double good, bad = 0;
    if (all_inside(l, 0)) {
        for (good = 0, bad = -unit; all_inside(l, bad); bad *= 4) {
            good = bad;
            if (bad * length <
                -700) /* nothing returns: what is in the rings leaves, and that is all */
                return -INFINITY;
        }
    } else if (all_inside(l, edge)) {
        return 0;
    } else {
        for (good = 2 * edge; !all_inside(l, good); good *= 4) {
            bad = good;
            if (good > 50)
                return INFINITY;
        }
    }
    for (int i = 0; i < 5; i++) {
        double middle = good / 2 + bad / 2;
        *(all_inside(l, middle) ? &good : &bad) = middle;
    }
    return good;
}

/* One gain round one ring: |z|^frames is the gain. */
static bool is_plain(const loop *l)
{
    return l->n == 1 && l->d->plant->order == 0;
}

/* A delay at the input is no pole of the system. */
static void of_input(sinew_delayed_discretization *d)
{
    size_t settle = sinew_discretization_settle_frames(d->plant);
    d->radius = d->plant->radius;
    d->settle_frames = settle < SIZE_MAX - d->frames[0] ? settle + d->frames[0] : SIZE_MAX;
}

sinew_status sinew_delayed_find_radius(sinew_delayed_discretization *d, sinew_error *error)
{
    loop l = {0};
    if (d->at_input) {
        of_input(d);
        return SINEW_OK;
    }
    sinew_status status = loop_init(&l, d, error);
    if (!status) {
        double log_r = is_plain(&l) ? log(fabs(l.D[0])) / (double)d->frames[0] : log_radius(&l);
        double frames = 60 * M_LN2 / -log_r;
        d->radius = exp(log_r);
        d->settle_frames =
            log_r < 0 && frames < 0x1p60 ? (size_t)ceil(frames) + l.length : SIZE_MAX;
    }
    loop_finish(&l);
    return status;
}

double sinew_delayed_discretization_radius(const sinew_delayed_discretization *d)
{
    return d->radius;
}

int sinew_delayed_discretization_grows(const sinew_delayed_discretization *d)
{
    return d->radius > 1 + 1e-9;
}

size_t sinew_delayed_discretization_settle_frames(const sinew_delayed_discretization *d)
{
    return d->settle_frames;
}
