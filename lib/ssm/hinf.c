/* The Hinf norm. A number g is a singular value of the response at w exactly where j w is an
 * eigenvalue of
 *
 *     H = [[F, B R^-1 B'], [-C' (I + D R^-1 D') C, -F']],   F = A + B R^-1 D' C,  R = g^2 I - D' D
 *
 * (Boyd, Balakrishnan, Kabamba 1989), so that between the eigenvalues on the axis the response lies
 * above or below g as a whole, and the middle of each interval tells which (Bruinsma, Steinbuch
 * 1990, Syst. Contr. Lett. 14:287). Which eigenvalues are on the axis is a question that rounding
 * blurs; it need not be asked: more points only make the intervals shorter. So the response is
 * looked at above the imaginary part of every eigenvalue and between them, and g is the norm where
 * nothing higher is found. A peak is climbed to the top at once, so few rounds do. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/blocks.h"
#include "math/complex.h"
#include "math/eigen.h"
#include "math/lu.h"
#include "math/matrix.h"
#include "math/svd.h"
#include "ssm/discretized.h"
#include "ssm/gramian.h"
#include "ssm/resolvent.h"
#include "ssm/response.h"
#include "ssm/system.h"

/* A peak counts as higher by this part: the norm is at most this far off. */
static const double margin = 1e-10;

/* The response at any frequency of the axis, by the best way that there is to it. */
typedef struct probe {
    const sinew_matrices *m;       /* balanced, continuous: what H is made of */
    const sinew_system *system;    /* factored; or NULL */
    const sinew_discretization *d; /* its frequency is 2 atan(w) / step; or NULL */
    sinew_resolvent *resolvent;    /* where there are neither factors nor sections */
    sinew_complex *h;              /* (outputs, inputs), */
    double complex *value;         /* and the same again */
} probe;

typedef struct peak {
    double rad, height;
} peak;

static sinew_status at_a_pole(double rad, sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_NUMERIC,
                      "the Hinf norm is infinite: a pole at %.17g rad/s on the axis", rad);
}

static sinew_status response_at(const probe *p, double w, sinew_error *error)
{
    double rad = p->d ? 2 * atan(w) / p->d->step_s : w;
    if (!p->resolvent)
        return p->d ? sinew_realization_response(p->d, &rad, 1, p->h, error)
                    : sinew_system_response(p->system, &rad, 1, p->h, error);
    double half = sin(atan(w)); /* the resolvent of A - I is asked at z - 1 */
    double complex s = p->d ? sinew_cmplx(-2 * half * half, sin(2 * atan(w))) : sinew_cmplx(0, w);
    return sinew_resolvent_at(p->h, p->resolvent, s) ? SINEW_OK : at_a_pole(rad, error);
}

static sinew_status look(double *height, const probe *p, double w, sinew_error *error)
{
    sinew_status status = response_at(p, w, error);
    for (size_t i = 0; !status && i < p->m->outputs * p->m->inputs; i++)
        p->value[i] = sinew_cmplx(p->h[i].re, p->h[i].im);
    if (!status)
        status = sinew_norm_2(height, p->value, p->m->outputs, p->m->inputs, error);
    if (!status && !isfinite(*height))
        status = at_a_pole(p->d ? 2 * atan(w) / p->d->step_s : w, error);
    return status;
}

static sinew_status look_higher(peak *best, const probe *p, double rad, sinew_error *error)
{
    double height;
    if (!isfinite(rad))
        return SINEW_OK;
    sinew_status status = look(&height, p, rad, error);
    if (!status && height > best->height)
        *best = (peak){rad, height};
    return status;
}

/* ---- the climb ---- */

/* The highest point within [low, high], which holds one, by golden sections. */
static sinew_status climb(peak *best, const probe *p, double low, double high, sinew_error *error)
{
    const double part = 0.61803398874989485;
    sinew_status status = SINEW_OK;
    double inner[2] = {high - part * (high - low), low + part * (high - low)}, height[2] = {0};
    for (int i = 0; !status && i < 2; i++)
        status = look(&height[i], p, inner[i], error);
    for (int round = 0; !status && round < 200 && high - low > 1e-9 * high; round++) {
        int lost = height[0] < height[1] ? 0 : 1; /* the end beside the lower point is dropped */
        int kept = 1 - lost;
        if (lost == 0)
            low = inner[0];
        else
            high = inner[1];
        inner[lost] = inner[kept];
        height[lost] = height[kept];
        inner[kept] = lost == 0 ? low + part * (high - low) : high - part * (high - low);
        status = look(&height[kept], p, inner[kept], error);
    }
    for (int i = 0; !status && i < 2; i++)
        if (height[i] > best->height)
            *best = (peak){inner[i], height[i]};
    return status;
}

/* ---- the search ---- */

/* The interval around the best frequency that no other of `rad` (n) is in, climbed. */
static sinew_status climb_within(peak *best, const probe *p, const double *rad, size_t n,
                                 sinew_error *error)
{
    double low = 0, high = 4 * best->rad;
    for (size_t i = 0; i < n; i++) {
        if (rad[i] < best->rad)
            low = fmax(low, rad[i]);
        if (rad[i] > best->rad)
            high = fmin(high, rad[i]);
    }
    return best->rad > 0 ? climb(best, p, low, high, error) : SINEW_OK;
}

/* One round at g, a little above the best so far: *higher says whether there was more. */
static sinew_status search(bool *higher, peak *best, const probe *p, double *rad,
                           sinew_error *error)
{
    size_t count = 2 * p->m->order + 1;
    double g = best->height * (1 + margin), before = best->height;
    sinew_status status = sinew_hinf_crossings(rad, p->m, g, error);
    for (size_t i = 0; !status && i < count; i++) {
        status = look_higher(best, p, rad[i], error);
        if (!status && i + 1 < count && rad[i + 1] > rad[i])
            status = look_higher(best, p, rad[i] / 2 + rad[i + 1] / 2, error);
    }
    *higher = best->height > before * (1 + margin);
    if (!status && *higher)
        status = climb_within(best, p, rad, count, error);
    return status;
}

/* ---- where to begin ---- */

/* How near to the axis an eigenvalue may be and yet lie on it: rounding of its own where A is block
 * triangular, else of all of A. */
static sinew_status check_axis(const sinew_matrices *m, const double complex *poles,
                               sinew_error *error)
{
    size_t n = m->order;
    unsigned char *sizes = sinew_alloc(n, 1);
    if (!sizes)
        return sinew_fail_memory(error);
    double of_A = sinew_blocks_find(m->A, n, sizes) == SINEW_SHAPE_FULL
                      ? (double)n * 0x1p-52 * sinew_matrix_norm_1(m->A, n)
                      : 0;
    sinew_free(sizes);
    for (size_t i = 0; i < n; i++)
        if (fabs(creal(poles[i])) <= fmax(of_A, 0x1p-50 * cabs(poles[i])))
            return at_a_pole(fabs(cimag(poles[i])), error);
    return SINEW_OK;
}

/* 0, infinity, and above every pole. */
static sinew_status begin(peak *best, const probe *p, double *rad, sinew_error *error)
{
    size_t n = p->m->order, kept = 0;
    double complex *poles = sinew_alloc(n, sizeof *poles);
    sinew_status status = poles ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < p->m->outputs * p->m->inputs; i++)
        p->value[i] = p->m->D[i];
    *best = (peak){.rad = INFINITY};
    if (!status)
        status = sinew_norm_2(&best->height, p->value, p->m->outputs, p->m->inputs, error);
    if (!status)
        status = sinew_eigenvalues(poles, p->m->A, n, error);
    if (!status)
        status = check_axis(p->m, poles, error);
    if (!status)
        status = look_higher(best, p, 0, error);
    rad[kept++] = 0;
    for (size_t i = 0; !status && i < n; i++) {
        status = look_higher(best, p, fabs(cimag(poles[i])), error);
        if (!status)
            status = look_higher(best, p, cabs(poles[i]), error);
        rad[kept++] = fabs(cimag(poles[i]));
    }
    if (!status && isfinite(best->rad))
        status = climb_within(best, p, rad, kept, error);
    sinew_free(poles);
    return status;
}

static sinew_status find(double *norm, double *peak_rad, probe *p, sinew_error *error)
{
    /* Every round doubles the digits. What still rises after this many is the rounding of a
     * response that is nothing but rounding: the difference of two that are the same. */
    enum { MOST_ROUNDS = 30 };
    double *rad = sinew_alloc(2 * p->m->order + 1, sizeof *rad);
    peak best;
    p->h = sinew_alloc(p->m->outputs * p->m->inputs, sizeof *p->h);
    p->value = sinew_alloc(p->m->outputs * p->m->inputs, sizeof *p->value);
    sinew_status status =
        rad && p->h && p->value ? begin(&best, p, rad, error) : sinew_fail_memory(error);
    bool higher = p->m->order > 0;
    for (int round = 0; !status && higher && best.height > 0 && round < MOST_ROUNDS; round++)
        status = search(&higher, &best, p, rad, error);
    if (!status) {
        *norm = best.height;
        best.rad = best.height > 0 ? best.rad : 0;
        if (peak_rad)
            *peak_rad = p->d ? 2 * atan(best.rad) / p->d->step_s : best.rad;
    }
    sinew_free(rad);
    sinew_free(p->h);
    sinew_free(p->value);
    return status;
}

/* ---- of what ---- */

/* Balanced: H is made of it, and its eigenvalues are looked for. */
static sinew_status balanced_hinf(double *norm, double *peak_rad, probe *p, const sinew_matrices *m,
                                  sinew_error *error)
{
    size_t n = m->order, q = m->inputs, rows = m->outputs;
    double *A = sinew_copy(m->A, n * n, sizeof *A), *scale = sinew_alloc(n, sizeof *scale);
    double *B = sinew_copy(m->B, n * q, sizeof *B), *C = sinew_copy(m->C, n * rows, sizeof *C);
    sinew_status status = A && B && C && scale ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        sinew_balance(A, scale, n);
        sinew_balance_sides(B, C, scale, n, q, rows);
        sinew_matrices balanced = {n, q, rows, A, B, C, m->D};
        p->m = &balanced;
        status = find(norm, peak_rad, p, error);
    }
    sinew_free(A);
    sinew_free(B);
    sinew_free(C);
    sinew_free(scale);
    return status;
}

sinew_status sinew_matrices_hinf(double *norm, double *peak_rad, const sinew_matrices *m,
                                 sinew_error *error)
{
    sinew_resolvent w = {0};
    sinew_status status = sinew_resolvent_init(&w, m, error);
    if (!status)
        status = balanced_hinf(norm, peak_rad, &(probe){.resolvent = &w}, m, error);
    sinew_resolvent_finish(&w);
    return status;
}

sinew_status sinew_system_hinf(double *norm, double *peak_rad, const sinew_system *system,
                               sinew_error *error)
{
    if (!norm || !system)
        return sinew_fail_null(error);
    sinew_matrices m = sinew_system_matrices(system);
    if (!system->factored)
        return sinew_matrices_hinf(norm, peak_rad, &m, error);
    return balanced_hinf(norm, peak_rad, &(probe){.system = system}, &m, error);
}

/* The response on the circle is that of a continuous system on the axis: z = (1 + s) / (1 - s).
 * With E = A - I and M = A + I = E + 2 I:  M^-1 E, sqrt2 M^-1 B, sqrt2 C M^-1, D - C M^-1 B. */
static sinew_status to_axis(double *A, double *B, double *C, double *D,
                            const sinew_discretization *d, sinew_error *error)
{
    size_t n = d->order, q = d->inputs, p = d->outputs;
    double *M = sinew_copy(d->less, n * n, sizeof *M), *work = sinew_alloc(n * p, sizeof *work);
    double *turned = sinew_alloc(n * n, sizeof *turned);
    sinew_lu lu = {0};
    sinew_status status = M && work && turned ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < n; i++)
        M[i * n + i] += 2;
    if (!status)
        status = sinew_lu_init(&lu, M, n, error);
    if (!status && lu.singular)
        status = at_a_pole(M_PI / d->step_s, error);
    if (!status)
        status = sinew_lu_left(&lu, A, d->less, n, error);
    if (!status)
        status = sinew_lu_left(&lu, B, d->B, q, error);
    sinew_lu_finish(&lu);
    if (!status) { /* C M^-1 is (M'^-1 C')' */
        sinew_matrix_transpose(turned, M, n, n);
        status = sinew_lu_init(&lu, turned, n, error);
    }
    if (!status) {
        sinew_matrix_transpose(work, d->C, p, n);
        status = sinew_lu_left(&lu, work, work, p, error);
        sinew_lu_finish(&lu);
    }
    if (!status) {
        sinew_matrix_transpose(C, work, n, p);
        sinew_matrix_multiply(D, d->C, B, p, n, q);
        for (size_t i = 0; i < p * q; i++)
            D[i] = d->D[i] - D[i];
        for (size_t i = 0; i < n * q; i++)
            B[i] *= M_SQRT2;
        for (size_t i = 0; i < p * n; i++)
            C[i] *= M_SQRT2;
    }
    sinew_free(M);
    sinew_free(work);
    sinew_free(turned);
    return status;
}

static sinew_status on_circle(double *norm, double *peak_rad, const sinew_matrices *m,
                              const sinew_discretization *d, sinew_error *error)
{
    sinew_resolvent w = {0};
    sinew_matrices less = sinew_discretization_matrices(d);
    less.A = d->less;
    if (d->n_sections > 0)
        return balanced_hinf(norm, peak_rad, &(probe){.d = d}, m, error);
    sinew_status status = sinew_resolvent_init(&w, &less, error);
    if (!status)
        status = balanced_hinf(norm, peak_rad, &(probe){.d = d, .resolvent = &w}, m, error);
    sinew_resolvent_finish(&w);
    return status;
}

sinew_status sinew_discretization_hinf(double *norm, double *peak_rad,
                                       const sinew_discretization *d, sinew_error *error)
{
    if (!norm || !d)
        return sinew_fail_null(error);
    size_t n = d->order, q = d->inputs, p = d->outputs;
    double *A = sinew_alloc(n * n, sizeof *A), *B = sinew_alloc(n * q, sizeof *B);
    double *C = sinew_alloc(p * n, sizeof *C), *D = sinew_alloc(p * q, sizeof *D);
    sinew_status status = A && B && C && D ? SINEW_OK : sinew_fail_memory(error);
    if (!status)
        status = to_axis(A, B, C, D, d, error);
    if (!status) {
        sinew_matrices m = {n, q, p, A, B, C, D};
        status = on_circle(norm, peak_rad, &m, d, error);
    }
    sinew_free(A);
    sinew_free(B);
    sinew_free(C);
    sinew_free(D);
    return status;
}
