/* Where a loop L crosses the unit circle and the negative real axis: a change of sign between two
 * of the points of crossovers.h is a crossover, found to the last digit by bisection. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "sinew/analysis.h"
#include "ssm/circle.h"
#include "ssm/crossovers.h"
#include "ssm/resolvent.h"
#include "ssm/sections.h"

/* Of a digital loop, `system` is what z = (1 + s) / (1 - s) makes of it: it says where to look. */
typedef struct loop {
    const sinew_system *system;
    const sinew_discretization *digital; /* NULL: `system` is the loop */
    sinew_resolvent resolvent;           /* of one that is known by its matrices */
    double noise;                        /* of L, against what it is summed from */
} loop;

static bool factored_at(sinew_slope *out, const sinew_system *system, double complex s)
{
    sinew_complex h;
    if (!sinew_zpk_at(&h, &system->zpk, s))
        return false;
    out->value = sinew_cmplx(h.re, h.im);
    out->size = cabs(out->value);
    return true;
}

static bool sections_at(sinew_slope *out, const sinew_discretization *d, double complex less_one)
{
    bool series = d->form == SINEW_FORM_CASCADE;
    sinew_slope part;
    *out = (sinew_slope){.value = series ? 1 : d->direct, .size = series ? 1 : fabs(d->direct)};
    for (size_t i = 0; i < d->n_sections; i++) {
        if (!sinew_section_slope(&part, &d->sections[i], less_one))
            return false;
        out->value = series ? out->value * part.value : out->value + part.value;
        out->size = series ? out->size * part.size : out->size + part.size;
    }
    return true;
}

/* L at jw, or at z = (1 + jw) / (1 - jw), where z - 1 is 2jw / (1 - jw). *blur, where it is wanted:
 * how much of the value may be rounding. */
static bool loop_at(double complex *value, double *blur, loop *l, double w)
{
    const sinew_discretization *d = l->digital;
    sinew_slope h;
    double complex s = sinew_cmplx(0, w);
    if (d)
        s = isinf(w) ? -2 : 2 * s / (1 - s);
    bool done = d && d->n_sections > 0      ? sections_at(&h, d, s)
                : !d && l->system->factored ? factored_at(&h, l->system, s)
                                            : sinew_resolvent_slope(&h, &l->resolvent, s);
    if (!done)
        return false;
    *value = h.value;
    if (blur)
        *blur = l->noise * h.size;
    return isfinite(creal(h.value)) && isfinite(cimag(h.value));
}

/* What changes its sign at a crossover; 0 within rounding, and at a pole. */
static double sign_at(loop *l, double rad, bool of_phase)
{
    double complex h;
    double blur;
    if (!loop_at(&h, &blur, l, rad) || cabs(h) <= blur)
        return 0;
    double value = of_phase ? cimag(h) / cabs(h) : log(cabs(h));
    return fabs(value) > blur / cabs(h) ? value : 0;
}

/* ---- what is there ---- */

typedef struct answer {
    sinew_crossover *out;
    size_t room, count;
} answer;

static void put(answer *a, double rad, double complex value, bool of_phase)
{
    if (a->count < a->room)
        a->out[a->count] = (sinew_crossover){rad, {creal(value), cimag(value)}, of_phase};
    a->count++;
}

/* Between two frequencies with signs that differ. A pole on the axis turns the sign too, from one
 * double to the next; so does the positive half of the real axis, which does not count. */
static void bisect(answer *a, loop *l, double low, double high, double sign, bool of_phase)
{
    for (;;) {
        double middle = low + (high - low) / 2;
        if (!(middle > low && middle < high))
            break;
        double complex h;
        if (!loop_at(&h, NULL, l, middle))
            return;
        double value = of_phase ? cimag(h) : log(cabs(h));
        if ((value > 0) == (sign > 0))
            low = middle;
        else
            high = middle;
    }
    double complex below, above;
    if (!loop_at(&below, NULL, l, low) || !loop_at(&above, NULL, l, high))
        return;
    if (!of_phase)
        put(a, high, above, false);
    else if (creal(below) < 0 && creal(above) < 0 && cabs(above - below) < 0.1 * cabs(above))
        put(a, high, sinew_cmplx(creal(above), 0), true);
}

static void scan(answer *a, loop *l, const sinew_points *p, bool of_phase)
{
    double last = 0, last_rad = 0;
    for (size_t i = 0; i < p->n; i++) {
        double sign = sign_at(l, p->at[i], of_phase);
        if (sign == 0)
            continue;
        if (last * sign < 0)
            bisect(a, l, last_rad, p->at[i], last, of_phase);
        last = sign;
        last_rad = p->at[i];
    }
}

/* At 0 and at infinity L is real: it need not cross there to be negative. */
static void ends(answer *a, loop *l)
{
    double complex h;
    double blur;
    if (loop_at(&h, &blur, l, 0) && creal(h) < -blur)
        put(a, 0, sinew_cmplx(creal(h), 0), true);
    if (l->digital && loop_at(&h, &blur, l, INFINITY) && creal(h) < -blur)
        put(a, INFINITY, sinew_cmplx(creal(h), 0), true);
    if (!l->digital && l->system->D[0] < 0)
        put(a, INFINITY, l->system->D[0], true);
}

static int by_rad(const void *a, const void *b)
{
    double x = ((const sinew_crossover *)a)->rad, y = ((const sinew_crossover *)b)->rad;
    return (x > y) - (x < y);
}

static sinew_status find(answer *a, loop *l, sinew_error *error)
{
    sinew_points p = {0};
    sinew_status status = sinew_points_find(&p, l->system, error);
    if (!status) {
        scan(a, l, &p, false);
        scan(a, l, &p, true);
        ends(a, l);
        if (a->count > 0 && a->count <= a->room)
            qsort(a->out, a->count, sizeof *a->out, by_rad);
    }
    sinew_free(p.at);
    return status;
}

/* Sorting what did not fit would leave out the wrong ones: all first, then those that do. */
static sinew_status find_all(answer *a, loop *l, sinew_error *error)
{
    answer all = {.room = 4 * l->system->order + 4};
    all.out = sinew_alloc(all.room, sizeof *all.out);
    if (!all.out)
        return sinew_fail_memory(error);
    sinew_status status = find(&all, l, error);
    all.count = all.count < all.room ? all.count : all.room;
    a->count = all.count;
    for (size_t i = 0; !status && i < all.count && i < a->room; i++)
        a->out[i] = all.out[i];
    sinew_free(all.out);
    return status;
}

static sinew_status check(const void *what, size_t inputs, size_t outputs, sinew_error *error)
{
    if (!what)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no loop, or nowhere to answer");
    if (inputs == 1 && outputs == 1)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                      "margins of a loop with %zu inputs and %zu outputs", inputs, outputs);
}

static sinew_status answer_of(loop *l, const sinew_matrices *of_resolvent, sinew_crossover *out,
                              size_t room, size_t *count, sinew_error *error)
{
    answer a = {out, room, 0};
    sinew_status status =
        of_resolvent ? sinew_resolvent_init(&l->resolvent, of_resolvent, error) : SINEW_OK;
    if (!status)
        status = find_all(&a, l, error);
    *count = status ? 0 : a.count;
    sinew_resolvent_finish(&l->resolvent);
    return status;
}

sinew_status sinew_system_crossovers(const sinew_system *system, sinew_crossover *out, size_t room,
                                     size_t *count, sinew_error *error)
{
    const void *all = system && count && (room == 0 || out) ? system : NULL;
    sinew_status status =
        check(all, system ? system->inputs : 0, system ? system->outputs : 0, error);
    if (status)
        return status;
    loop l = {.system = system, .noise = (double)(10 + system->order) * 0x1p-49};
    sinew_matrices m = sinew_system_matrices(system);
    return answer_of(&l, system->factored ? NULL : &m, out, room, count, error);
}

sinew_status sinew_discretization_crossovers(const sinew_discretization *d, sinew_crossover *out,
                                             size_t room, size_t *count, sinew_error *error)
{
    sinew_system *system = NULL;
    const void *all = d && count && (room == 0 || out) ? d : NULL;
    sinew_status status = check(all, d ? d->inputs : 0, d ? d->outputs : 0, error);
    if (status)
        return status;
    loop l = {.digital = d, .noise = (double)(10 + d->order) * 0x1p-49};
    sinew_matrices m = sinew_discretization_matrices(d);
    m.A = d->less; /* for an s of z - 1 */
    *count = 0;
    status = sinew_system_of_circle(&system, d, error);
    l.system = system;
    if (!status)
        status = answer_of(&l, d->n_sections > 0 ? NULL : &m, out, room, count, error);
    for (size_t i = 0; !status && i < *count && i < room; i++)
        out[i].rad = 2 / d->step_s * atan(out[i].rad);
    sinew_system_free(system);
    return status;
}
