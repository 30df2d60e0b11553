/* lib/filter: the block engine, and what it is made of, against the recurrence in 256 bits. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "filter/lifted.h"
#include "math/wide.h"
#include "random_systems.h"
#include "sinew/sinew.h"

enum { LIMBS = 8, MOST = 32 };

static sinew_error error;

/* ---- the recurrence, of one input and output ---- */

static void add_product(sinew_wide *sum, double a, const sinew_wide *b)
{
    sinew_wide product;
    sinew_wide_set(&product, a, LIMBS);
    sinew_wide_multiply(&product, &product, b);
    sinew_wide_add(sum, sum, &product);
}

/* `a` x of the state itself, which is kept where that is what is rounded less. */
static void add_own(sinew_wide *sum, double a, double less, const sinew_wide *x)
{
    if (sinew_section_keeps(a))
        sinew_wide_add(sum, sum, x);
    add_product(sum, sinew_section_keeps(a) ? less : a, x);
}

static void step_dense(const sinew_discretization *d, sinew_wide *x, const sinew_wide *u,
                       sinew_wide *y)
{
    size_t n = d->order;
    sinew_wide next[MOST];
    add_product(y, d->D[0], u);
    for (size_t i = 0; i < n; i++) {
        sinew_wide_set(&next[i], 0, LIMBS);
        add_product(y, d->C[i], &x[i]);
        add_product(&next[i], d->B[i], u);
        for (size_t j = 0; j < n; j++)
            if (i == j)
                add_own(&next[i], d->A[i * n + i], d->less[i * n + i], &x[i]);
            else
                add_product(&next[i], d->A[i * n + j], &x[j]);
    }
    memcpy(x, next, n * sizeof *x);
}

/* `out` becomes c x + d v. */
static void step_section(const sinew_section *s, sinew_wide *x, const sinew_wide *v,
                         sinew_wide *out)
{
    sinew_wide next[2];
    sinew_wide_set(out, 0, LIMBS);
    add_product(out, s->d, v);
    for (int i = 0; i < s->states; i++) {
        sinew_wide_set(&next[i], 0, LIMBS);
        add_product(out, s->c[i], &x[i]);
        add_product(&next[i], s->b[i], v);
        add_own(&next[i], s->A[i][i], s->less[i][i], &x[i]);
        if (s->states == 2)
            add_product(&next[i], s->A[i][1 - i], &x[1 - i]);
    }
    memcpy(x, next, (size_t)s->states * sizeof *x);
}

static void step_sections(const sinew_discretization *d, sinew_wide *x, const sinew_wide *u,
                          sinew_wide *y)
{
    sinew_wide v = *u, out;
    bool chained = d->form == SINEW_FORM_CASCADE;
    for (const sinew_section *s = d->sections; s < d->sections + d->n_sections; s++) {
        step_section(s, x, &v, &out);
        if (chained)
            v = out;
        else
            sinew_wide_add(y, y, &out);
        x += s->states;
    }
    if (chained)
        *y = v;
    else
        add_product(y, d->direct, u);
}

static double step(const sinew_discretization *d, sinew_wide *x, double u)
{
    sinew_wide in, y;
    sinew_wide_set(&in, u, LIMBS);
    sinew_wide_set(&y, 0, LIMBS);
    if (d->form == SINEW_FORM_DENSE)
        step_dense(d, x, &in, &y);
    else
        step_sections(d, x, &in, &y);
    return sinew_wide_get(&y);
}

/* ---- systems that are hard for powers of matrices, or for other coordinates ---- */

/* Four times the same pair of poles in one chain, mixed by integers of determinant one. */
static sinew_discretization *chained_pairs(sinew_method method)
{
    static const double A[] = {23.5, -11,   4,    -7,  0,   -1,   -5,   -16, 11, -1.5, -1,  8,  -8,
                               3,    -2,    -9,   -14, 9,   -4.5, 8,    -3,  1,  2,    11,  50, -31,
                               15,   -23.5, 8,    -6,  -11, -33,  77,   -43, 24, -26,  5.5, -7, -18,
                               -52,  0,     -4,   11,  -1,  4,    -5.5, -6,  1,  17,   -7,  0,  -8,
                               1,    1,     -1.5, -8,  -5,  5,    -3,   0,   0,  0,    1,   3.5};
    static const double B[] = {0.00123,  0.29875,  -0.27414, -0.89059,
                               -0.45467, -0.99165, 0.06014,  1.3402};
    static const double C[] = {-0.49221, -0.62047, 0.48984,  0.35689,
                               0.10541,  -0.93047, -0.02925, 0.6952};
    static const double D[] = {-1.3442};
    sinew_matrices m = {8, 1, 1, A, B, C, D};
    sinew_system *system;
    sinew_discretization *d;
    sinew_discretize_opts opts = {.step_s = 0.3, .method = method};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_system_free(system);
    return d;
}

/* Poles from 0.01 to 10^6, mixed likewise. */
static sinew_discretization *stiff(double alpha)
{
    static const double A[] = {999.98,     -999,     2000.97,    -999.99,    -999000, 998999,
                               -998001,    999000,   999000,     -999000,    998000,  -999000,
                               2998999.98, -2998998, 2998001.97, -2998999.99};
    static const double B[] = {0.00123, 0.29875, -0.27414, -0.89059};
    static const double C[] = {-0.45467, -0.99165, 0.06014, 1.3402}, D[] = {-0.49221};
    sinew_matrices m = {4, 1, 1, A, B, C, D};
    sinew_system *system;
    sinew_discretization *d;
    sinew_discretize_opts opts = {.step_s = 1e-3, .method = SINEW_METHOD_GBT, .alpha = alpha};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_system_free(system);
    return d;
}

/* Euler makes it grow, and its powers far more in between. */
static sinew_discretization *legendre(void)
{
    double *C = random_matrix(32, 1);
    sinew_hippo hippo = {.measure = SINEW_HIPPO_LEGT, .order = 32, .outputs = 1, .C = C};
    sinew_system *system;
    sinew_discretization *d;
    sinew_discretize_opts opts = {.step_s = 0.01, .method = SINEW_METHOD_EULER};
    cr_assert_eq(sinew_system_new_hippo(&system, &hippo, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_system_free(system);
    free(C);
    return d;
}

static sinew_discretization *chebyshev(uint32_t order, double hz, sinew_method method)
{
    sinew_system *system;
    sinew_discretization *d;
    sinew_design design = {
        .family = SINEW_FAMILY_CHEBYSHEV1, .order = order, .edges_hz = {hz}, .ripple_db = 0.1};
    sinew_discretize_opts opts = {.step_s = 1 / 48000.0, .method = method};
    cr_assert_eq(sinew_system_new_design(&system, &design, &error), SINEW_OK);
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_system_free(system);
    return d;
}

/* Two resonances of Q 10^4 that are nearly one: they build up over a hundred thousand frames. */
static sinew_discretization *near_resonances(sinew_method method)
{
    sinew_complex zero = {0, 0};
    sinew_complex poles[] = {{-0.31415, 6282.99999214625},
                             {-0.31415, -6282.99999214625},
                             {-0.314244245, 6284.884892143894},
                             {-0.314244245, -6284.884892143894}};
    sinew_system *system;
    sinew_discretization *d;
    sinew_discretize_opts opts = {.step_s = 1 / 48000.0, .method = method};
    cr_assert_eq(sinew_system_new_zpk(&system, &zero, 1, poles, 4, 1e8, &error), SINEW_OK);
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_system_free(system);
    return d;
}

/* ---- the lifted matrices ---- */

static void clear(sinew_wide *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sinew_wide_set(&x[i], 0, LIMBS);
}

/* Largest distance of `a` from `b`, and size of `b`. */
typedef struct apart {
    double distance, size;
} apart;

static void compare(apart *to, double a, double b)
{
    cr_assert(isfinite(a) && isfinite(b));
    to->distance = fmax(to->distance, fabs(a - b));
    to->size = fmax(to->size, fabs(b));
}

/* By a few ulps; in double, powers of these lose thousands. */
static void agrees(const char *name, apart a)
{
    cr_expect(a.distance <= 0x1p-49 * a.size, "%s: %.3g of %.3g", name, a.distance, a.size);
}

static void check_states(const sinew_lifted *l, const sinew_discretization *d)
{
    size_t n = l->order;
    sinew_wide x[MOST], one;
    apart O = {0, 0}, power = {0, 0}, E = {0, 0};
    sinew_wide_set(&one, 1, LIMBS);
    for (size_t s = 0; s < n; s++) {
        clear(x, n);
        x[s] = one;
        for (size_t t = 0; t < l->length; t++)
            compare(&O, l->O[t * n + s], step(d, x, 0));
        for (size_t i = 0; i < n; i++)
            compare(&power, l->power[i * n + s], sinew_wide_get(&x[i]));
        sinew_wide_subtract(&x[s], &x[s], &one);
        for (size_t i = 0; i < n; i++)
            compare(&E, l->E[i * n + s], sinew_wide_get(&x[i]));
    }
    agrees("O", O);
    agrees("A^L", power);
    agrees("A^L - I", E);
}

static void check_inputs(const sinew_lifted *l, const sinew_discretization *d)
{
    size_t n = l->order, L = l->length;
    sinew_wide x[MOST];
    apart T = {0, 0}, G = {0, 0};
    clear(x, n);
    for (size_t back = 0; back < L; back++) {
        double y = step(d, x, back == 0);
        for (size_t j = 0; j + back < L; j++)
            compare(&T, l->T[(j + back) * L + j], y);
        for (size_t s = 0; s < n; s++)
            compare(&G, l->G[s * L + L - 1 - back], sinew_wide_get(&x[s]));
    }
    agrees("T", T);
    agrees("G", G);
}

static void check_lifted(sinew_discretization *d)
{
    for (size_t length = 16; length <= 32; length *= 2) {
        sinew_lifted l;
        cr_assert_eq(sinew_lifted_init(&l, d, length, &error), SINEW_OK);
        check_states(&l, d);
        check_inputs(&l, d);
        sinew_lifted_finish(&l);
    }
    sinew_discretization_free(d);
}

Test(lifted, rounded_once)
{
    check_lifted(chained_pairs(SINEW_METHOD_ZOH));
    check_lifted(chained_pairs(SINEW_METHOD_BILINEAR));
    check_lifted(chained_pairs(SINEW_METHOD_EULER));
    check_lifted(stiff(0.25));
    check_lifted(legendre());
    check_lifted(chebyshev(11, 5, SINEW_METHOD_BILINEAR));
    check_lifted(chebyshev(8, 1000, SINEW_METHOD_ZOH));
    check_lifted(near_resonances(SINEW_METHOD_ZOH));
}

/* ---- the engine ---- */

enum { FRAMES = 2000 };

/* The block engine's answer to noise, no further from the recurrence's than part of its peak. */
static void check_engine(sinew_discretization *d, size_t frames, double tolerance)
{
    static double u[FRAMES], y[FRAMES];
    sinew_wide x[MOST];
    sinew_filter_opts opts = {.engine = SINEW_ENGINE_BLOCK, .sample = SINEW_SAMPLE_F64};
    sinew_node *node;
    sinew_stream *stream;
    cr_assert_eq(sinew_filter_new(&node, d, &opts, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_filter_engine(node), SINEW_ENGINE_BLOCK);
    cr_assert_eq(sinew_stream_open(&stream, node, NULL, &error), SINEW_OK);
    for (size_t t = 0; t < frames; t++)
        u[t] = random_number();
    sinew_block in = {.samples = u, .n_frames = frames, .channels = 1}, out = {.samples = y};
    sinew_stream_process(stream, &in, &out);
    apart a = {0, 0};
    clear(x, d->order);
    for (size_t t = 0; t < frames; t++)
        compare(&a, y[t], step(d, x, u[t]));
    cr_expect(a.distance <= tolerance * a.size, "%.3g of %.3g", a.distance, a.size);
    sinew_stream_close(stream);
    sinew_node_free(node);
    sinew_discretization_free(d);
}

/* What has only begun to fill up is as right as what has. */
Test(blockwise, starts_as_small_as_it_is)
{
    check_engine(chebyshev(11, 5, SINEW_METHOD_BILINEAR), FRAMES, 1e-14);
    check_engine(chebyshev(11, 5, SINEW_METHOD_ZOH), FRAMES, 1e-14);
    check_engine(near_resonances(SINEW_METHOD_ZOH), FRAMES, 5e-14);
    check_engine(near_resonances(SINEW_METHOD_BILINEAR), FRAMES, 5e-14);
}

Test(blockwise, as_right_as_frame_by_frame)
{
    check_engine(chained_pairs(SINEW_METHOD_ZOH), FRAMES, 1e-12);
    check_engine(chained_pairs(SINEW_METHOD_BILINEAR), FRAMES, 1e-12);
    check_engine(chained_pairs(SINEW_METHOD_EULER), FRAMES, 1e-6);
    check_engine(stiff(0.25), 200, 5e-13);
    check_engine(legendre(), 300, 1e-9);
}
