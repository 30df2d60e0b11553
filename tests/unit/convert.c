/* d2c, d2d, discretizations from discrete matrices: what was made is made again. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sinew/design.h"
#include "sinew/filter.h"
#include "sinew/stream.h"
#include "ssm/discretized.h"

enum { MOST = 12 };

static sinew_error error;

static void refused(sinew_status status, sinew_status expected, const char *words)
{
    cr_assert_eq(status, expected, "%s", error.text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

/* ---- systems of all kinds ---- */

typedef struct sample {
    size_t n, q, p;
    double A[MOST * MOST], B[MOST * 3], C[3 * MOST], D[9];
    double unit[MOST]; /* of the states: powers of two */
} sample;

static uint64_t seed;

static double random_number(void) /* -1 .. 1 */
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(int64_t)seed / 0x1p63;
}

typedef enum kind {
    STABLE,
    UNSTABLE,
    STIFF,      /* poles over five decades */
    INTEGRATES, /* a double pole at 0 */
    JORDAN,
    UNITS, /* states in units of 2^-30 .. 2^30 */
    KINDS
} kind;

static sinew_matrices view(const sample *s)
{
    return (sinew_matrices){s->n, s->q, s->p, s->A, s->B, s->C, s->D};
}

static void fill(double *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = random_number();
}

static double diagonal(kind k, size_t i, size_t n, double given)
{
    switch (k) {
    case STIFF:
        return -pow(10, -3 + 5 * (double)i / (double)n);
    case INTEGRATES:
        return i < 2 ? 0 : given - 1;
    case JORDAN:
        return -0.7;
    case UNSTABLE:
        return given + 0.4;
    default:
        return given - 2;
    }
}

static bool is_triangular(kind k)
{
    return k == STIFF || k == INTEGRATES || k == JORDAN;
}

static sample make(kind k, size_t n, size_t q, size_t p)
{
    sample s = {.n = n, .q = q, .p = p};
    fill(s.A, n * n);
    fill(s.B, n * q);
    fill(s.C, p * n);
    fill(s.D, p * q);
    for (size_t i = 0; i < n; i++) {
        s.A[i * n + i] = diagonal(k, i, n, s.A[i * n + i]);
        for (size_t j = i + 1; j < n && is_triangular(k); j++)
            s.A[i * n + j] = 0;
    }
    for (size_t i = 0; i < n; i++) {
        s.unit[i] = k == UNITS ? ldexp(1, (int)(30 * random_number())) : 1;
        for (size_t j = 0; j < n; j++) {
            s.A[i * n + j] *= s.unit[i];
            s.A[j * n + i] /= s.unit[i];
        }
        for (size_t j = 0; j < q; j++)
            s.B[i * q + j] *= s.unit[i];
        for (size_t j = 0; j < p; j++)
            s.C[j * n + i] /= s.unit[i];
    }
    return s;
}

static const struct {
    sinew_method method;
    double alpha, prewarp_hz;
} methods[] = {{SINEW_METHOD_ZOH, 0, 0},      {SINEW_METHOD_FOH, 0, 0},
               {SINEW_METHOD_BILINEAR, 0, 0}, {SINEW_METHOD_BILINEAR, 0, 0.7},
               {SINEW_METHOD_EULER, 0, 0},    {SINEW_METHOD_BACKWARD, 0, 0},
               {SINEW_METHOD_GBT, 0.3, 0},    {SINEW_METHOD_IMPULSE, 0, 0}};
enum { METHODS = sizeof methods / sizeof *methods };

static sinew_discretize_opts opts_of(size_t i, double step_s)
{
    return (sinew_discretize_opts){.step_s = step_s,
                                   .method = methods[i].method,
                                   .alpha = methods[i].alpha,
                                   .prewarp_hz = methods[i].prewarp_hz};
}

static sinew_system *system_of(const sample *s)
{
    sinew_system *system;
    sinew_matrices m = view(s);
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK, "%s", error.text);
    return system;
}

static sinew_discretization *discretize(const sinew_system *system,
                                        const sinew_discretize_opts *opts)
{
    sinew_discretization *d;
    cr_assert_eq(sinew_discretize(&d, system, opts, &error), SINEW_OK, "%s", error.text);
    return d;
}

static sinew_system *back(const sinew_matrices *m, const sinew_discretize_opts *opts)
{
    sinew_system *system;
    cr_assert_eq(sinew_system_new_d2c(&system, m, opts, &error), SINEW_OK, "%s", error.text);
    return system;
}

/* Entry i, j of matrix k (A, B, C, D) with the units taken out. */
static double unitless(const sample *s, size_t k, size_t i, size_t j, double x)
{
    x /= k < 2 ? s->unit[i] : 1;
    return k == 0 || k == 2 ? x * s->unit[j] : x;
}

/* The largest difference of an entry from that of the largest of its matrix. */
static double apart(const sample *s, const sinew_matrices *a, const sinew_matrices *b)
{
    double worst = 0;
    const double *as[] = {a->A, a->B, a->C, a->D}, *bs[] = {b->A, b->B, b->C, b->D};
    size_t rows[] = {s->n, s->n, s->p, s->p}, columns[] = {s->n, s->q, s->n, s->q};
    for (size_t k = 0; k < 4; k++) {
        double size = 0, off = 0;
        for (size_t i = 0; i < rows[k]; i++)
            for (size_t j = 0; j < columns[k]; j++) {
                double x = as[k][i * columns[k] + j], y = bs[k][i * columns[k] + j];
                size = fmax(size, fabs(unitless(s, k, i, j, x)));
                off = fmax(off, fabs(unitless(s, k, i, j, x - y)));
            }
        worst = fmax(worst, size > 0 ? off / size : off);
    }
    return worst;
}

/* How far the answer moves when A and B move by an ulp: of the largest entry, or where the zeros of
 * a triangle are known of each. */
static double condition(const sample *s, kind k, const sinew_matrices *discrete,
                        const sinew_matrices *answer, const sinew_discretize_opts *opts)
{
    double worst = 1, size = 0;
    size_t n = s->n;
    for (size_t i = 0; i < n * n; i++)
        size = fmax(size, fabs(unitless(s, 0, i / n, i % n, discrete->A[i])));
    for (int round = 0; round < 6; round++) {
        sample moved = *s;
        for (size_t i = 0; i < n * n; i++) {
            double unit = s->unit[i / n] / s->unit[i % n], a = discrete->A[i];
            moved.A[i] = a + 0x1p-30 * random_number() * (is_triangular(k) ? a : size * unit);
        }
        for (size_t i = 0; i < n * s->q; i++)
            moved.B[i] = discrete->B[i] * (1 + 0x1p-30 * random_number());
        sinew_matrices m = view(&moved);
        m.C = discrete->C;
        m.D = discrete->D;
        sinew_system *other = back(&m, opts);
        sinew_matrices o = sinew_system_matrices(other);
        worst = fmax(worst, 0x1p30 * apart(s, answer, &o));
        sinew_system_free(other);
    }
    return worst;
}

/* d2c(c2d(s)) = s, as near as the rounding of the discrete matrices allows. */
static void there_and_back(kind k, int round, size_t method)
{
    seed = 1000 * (uint64_t)k + (uint64_t)round;
    sample s =
        make(k, 1 + (size_t)round % MOST, 1 + (size_t)round % 3, 1 + (size_t)(round / 3) % 3);
    sinew_discretize_opts opts = opts_of(method, k == STIFF ? 0.03 : 0.25);
    sinew_system *system = system_of(&s);
    sinew_discretization *d = discretize(system, &opts);
    sinew_matrices discrete = sinew_discretization_matrices(d), want = view(&s);
    sinew_system *again = back(&discrete, &opts);
    sinew_matrices got = sinew_system_matrices(again);
    cr_assert_eq(got.order, s.n);
    double off = apart(&s, &want, &got);
    double bound = 0x1p-51 * (10 + (double)s.n) * condition(&s, k, &discrete, &got, &opts);
    cr_assert(off <= bound, "kind %d, %s, order %zu: %.3g, not within %.3g", (int)k,
              sinew_method_name(opts.method), s.n, off, bound);
    sinew_system_free(system);
    sinew_system_free(again);
    sinew_discretization_free(d);
}

Test(convert, back_to_the_system)
{
    for (int k = 0; k < KINDS; k++)
        for (size_t m = 0; m < METHODS; m++)
            for (int round = 0; round < 36; round++)
                there_and_back((kind)k, round, m);
}

/* A pole at 2/T takes bilinear's to infinity; nearby it only costs digits. */
Test(convert, poles_beside_the_edge_of_a_method)
{
    const double A[] = {-1e9, 0, 0.25, -1.25}, B[] = {1, 2}, C[] = {3, -1}, D[] = {0.5};
    sinew_matrices m = {2, 1, 1, A, B, C, D};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    sinew_discretize_opts opts = {.step_s = 1, .method = SINEW_METHOD_BILINEAR};
    sinew_discretization *d = discretize(system, &opts);
    sinew_matrices discrete = sinew_discretization_matrices(d); /* z = -1 + 4e-9 */
    sinew_system *again = back(&discrete, &opts);
    sinew_matrices got = sinew_system_matrices(again);
    cr_assert_float_eq(got.A[0], -1e9, 1e9 * 1e-7);
    cr_assert_float_eq(got.A[3], -1.25, 1e-15);
    sinew_system_free(again);
    sinew_system_free(system);
    sinew_discretization_free(d);
}

/* ---- discrete matrices that come from nowhere ---- */

/* h[0 .. count) from input 0 to output 0. */
static void impulse_response(double *h, size_t count, const sinew_matrices *m)
{
    double x[2 * MOST] = {0}, next[2 * MOST];
    for (size_t t = 0; t < count; t++) {
        double u = t == 0;
        h[t] = m->D[0] * u;
        for (size_t i = 0; i < m->order; i++) {
            h[t] += m->C[i] * x[i];
            next[i] = m->B[i * m->inputs] * u;
            for (size_t j = 0; j < m->order; j++)
                next[i] += m->A[i * m->order + j] * x[j];
        }
        memcpy(x, next, sizeof x);
    }
}

/* By what a system makes of an impulse, and by its first states, which are the discrete ones. */
static void same_filter(const sinew_matrices *discrete, const sinew_discretize_opts *opts,
                        size_t more, double tolerance)
{
    double want[40], got[40];
    sinew_system *system = back(discrete, opts);
    sinew_discretization *d = discretize(system, opts);
    sinew_matrices again = sinew_discretization_matrices(d);
    size_t n = discrete->order;
    cr_assert_eq(again.order, n + more);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n + more; j++)
            cr_assert_float_eq(again.A[i * (n + more) + j], j < n ? discrete->A[i * n + j] : 0,
                               tolerance);
    impulse_response(want, 40, discrete);
    impulse_response(got, 40, &again);
    for (size_t t = 0; t < 40; t++)
        cr_assert_float_eq(want[t], got[t], tolerance, "%s: h[%zu] %.17g, not %.17g",
                           sinew_method_name(opts->method), t, got[t], want[t]);
    sinew_system_free(system);
    sinew_discretization_free(d);
}

Test(convert, negative_eigenvalues_get_states)
{
    static const sinew_method exponential[] = {SINEW_METHOD_ZOH, SINEW_METHOD_FOH,
                                               SINEW_METHOD_IMPULSE};
    const double B3[] = {1, -2, 0.5}, C3[] = {1, 1, -1}, D[] = {0.25};
    const double single[] = {-0.5}, turned[] = {0.1, 0.75, 0.3, 0.6, -0.2, 0.1, 0.2, 0.4, 0.3};
    const double defective[] = {-0.5, 0, 0, 1, -0.5, 0, 0.3, 2, 0.6};
    const double two[] = {-0.9, 0, 0, 1, -0.1, 0, -2, 0.5, -0.4};
    const struct {
        sinew_matrices m;
        size_t more;
    } table[] = {{{1, 1, 1, single, B3, C3, D}, 1},
                 {{3, 1, 1, turned, B3, C3, D}, 1},
                 {{3, 1, 1, defective, B3, C3, D}, 2},
                 {{3, 1, 1, two, B3, C3, D}, 3}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (size_t k = 0; k < 3; k++)
            same_filter(&table[i].m,
                        &(sinew_discretize_opts){.step_s = 0.1, .method = exponential[k]},
                        table[i].more, 1e-13);
}

Test(convert, random_discrete_systems)
{
    for (int round = 0; round < 60; round++) {
        seed = (uint64_t)(77000 + round);
        sample s = make(STABLE, 1 + (size_t)round % 6, 1, 1);
        for (size_t i = 0; i < s.n * s.n; i++)
            s.A[i] = random_number() / sqrt((double)s.n);
        sinew_matrices m = view(&s);
        sinew_system *any;
        sinew_discretize_opts opts = {.rate_hz = 10, .method = SINEW_METHOD_ZOH};
        cr_assert_eq(sinew_system_new_d2c(&any, &m, &opts, &error), SINEW_OK, "%s", error.text);
        size_t more = sinew_system_matrices(any).order - s.n;
        sinew_system_free(any);
        same_filter(&m, &opts, more, 1e-10);
        opts.method = SINEW_METHOD_BILINEAR;
        same_filter(&m, &opts, 0, 1e-12);
    }
}

Test(convert, what_has_no_continuous_system)
{
    const double zero[] = {0.5, 0, 1, 0}, half[] = {0.5, 0.25, 1, 0.5}, minus[] = {-1, 0, 0, 0.5};
    const double B[] = {1, 1}, C[] = {1, 1}, D[] = {0}, odd[] = {0.5, NAN, 0, 0};
    const struct {
        const double *A;
        sinew_discretize_opts opts;
        sinew_status status;
        const char *words;
    } table[] = {
        {zero, {.step_s = 1}, SINEW_ERR_NUMERIC, "eigenvalue of the discrete A is 0:"},
        {half, {.step_s = 1}, SINEW_ERR_NUMERIC, "is 0:"},
        {zero, {.step_s = 1, .method = SINEW_METHOD_IMPULSE}, SINEW_ERR_NUMERIC, "is 0"},
        {zero, {.step_s = 1, .method = SINEW_METHOD_BACKWARD}, SINEW_ERR_NUMERIC, "z = 0"},
        {minus, {.step_s = 1, .method = SINEW_METHOD_BILINEAR}, SINEW_ERR_NUMERIC, "z = -1"},
        {minus, {.step_s = 1, .method = SINEW_METHOD_MATCHED}, SINEW_ERR_UNSUPPORTED, "matched"},
        {minus, {.step_s = 0}, SINEW_ERR_ARGUMENT, "no sampling rate"},
        {minus, {.step_s = 1, .alpha = 0.2}, SINEW_ERR_ARGUMENT, "alpha"},
        {odd, {.step_s = 1}, SINEW_ERR_DATA, "A[0][1] is nan"},
    };
    sinew_system *system;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        sinew_matrices m = {2, 1, 1, table[i].A, B, C, D};
        refused(sinew_system_new_d2c(&system, &m, &table[i].opts, &error), table[i].status,
                table[i].words);
        cr_assert_null(system);
    }
}

/* ---- discretizations ---- */

Test(convert, discrete_matrices_as_they_are)
{
    const double A[] = {0.5, -0.25, 0, 0.25, 0.5, 0, 0, 0, 0.9}, B[] = {1, 2, 3}, C[] = {1, 0, -1},
                 D[] = {0.5};
    sinew_matrices m = {3, 1, 1, A, B, C, D};
    sinew_discretize_opts opts = {.rate_hz = 8};
    sinew_discretization *d;
    sinew_complex h;
    cr_assert_eq(sinew_discretization_new(&d, &m, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_matrices kept = sinew_discretization_matrices(d);
    cr_assert(!memcmp(kept.A, A, sizeof A) && !memcmp(kept.B, B, sizeof B) &&
              !memcmp(kept.C, C, sizeof C) && kept.D[0] == 0.5);
    cr_assert(d->form == SINEW_FORM_PARALLEL && d->n_sections == 2);
    cr_assert_eq(sinew_discretization_radius(d), 0.9);
    cr_assert_eq(sinew_discretization_response(d, &(double){0}, 1, &h, &error), SINEW_OK);
    /* z = 1: (I - A) x = B */
    double det = 0.5 * 0.5 + 0.25 * 0.25, x0 = (0.5 * 1 - 0.25 * 2) / det;
    cr_assert_float_eq(h.re, x0 - 30 + 0.5, 1e-13);
    sinew_discretization_free(d);
    m.A = NULL;
    refused(sinew_discretization_new(&d, &m, &opts, &error), SINEW_ERR_ARGUMENT, "A is NULL");
    cr_assert_null(d);
}

/* It runs: what a stream makes of an impulse is C A^(k-1) B. Side by side, and dense. */
Test(convert, discrete_matrices_run)
{
    const double blocks[] = {0.5, -0.25, 0, 0.25, 0.5, 0, 0, 0, 0.9};
    const double full[] = {0.5, -0.25, 0.125, 0.25, -0.5, 0.5, 0.25, 0.125, 0.75};
    const double *const A[] = {blocks, full}, B[] = {1, 2, 3}, C[] = {1, 0, -1}, D[] = {0.5};
    for (size_t i = 0; i < 2; i++) {
        sinew_matrices m = {3, 1, 1, A[i], B, C, D};
        sinew_discretize_opts opts = {.rate_hz = 8};
        sinew_discretization *d;
        sinew_node *node;
        sinew_stream *stream;
        double u[40] = {1}, y[40], want[40];
        cr_assert_eq(sinew_discretization_new(&d, &m, &opts, &error), SINEW_OK);
        cr_assert_eq(sinew_filter_new(&node, d, NULL, &error), SINEW_OK, "%s", error.text);
        cr_assert_eq(sinew_stream_open(&stream, node, NULL, &error), SINEW_OK);
        sinew_block in = {.samples = u, .n_frames = 40, .channels = 1}, out = {.samples = y};
        sinew_stream_process(stream, &in, &out);
        impulse_response(want, 40, &m);
        for (size_t t = 0; t < 40; t++)
            cr_assert_float_eq(y[t], want[t], 1e-14);
        sinew_stream_close(stream);
        sinew_node_free(node);
        sinew_discretization_free(d);
    }
}

/* At half the step, twice; and back. */
Test(convert, another_step_of_discrete_matrices)
{
    const double A[] = {0.5, -0.25, 0.25, 0.75}, B[] = {1, 2}, C[] = {1, -1}, D[] = {0.5};
    sinew_matrices m = {2, 1, 1, A, B, C, D};
    sinew_discretize_opts slow = {.rate_hz = 8}, fast = {.rate_hz = 16};
    sinew_discretization *given, *half, *again;
    cr_assert_eq(sinew_discretization_new(&given, &m, &slow, &error), SINEW_OK);
    cr_assert_eq(sinew_discretization_d2d(&half, given, &fast, &error), SINEW_OK, "%s", error.text);
    for (size_t i = 0; i < 2; i++) {
        double held = half->B[i];
        for (size_t j = 0; j < 2; j++) {
            double sum = half->A[i * 2] * half->A[j] + half->A[i * 2 + 1] * half->A[2 + j];
            cr_assert_float_eq(sum, A[i * 2 + j], 1e-15);
            held += half->A[i * 2 + j] * half->B[j];
        }
        cr_assert_float_eq(held, B[i], 4e-15);
    }
    cr_assert_eq(sinew_discretization_d2d(&again, half, &slow, &error), SINEW_OK);
    for (size_t i = 0; i < 4; i++)
        cr_assert_float_eq(again->A[i], A[i], 1e-15);
    sinew_discretization_free(given);
    sinew_discretization_free(half);
    sinew_discretization_free(again);
}

/* What it was made of is known, though the system is gone: a design is prewarped anew. */
Test(convert, another_rate_of_a_design)
{
    sinew_design band = {.band = SINEW_BAND_PASS, .order = 4, .edges_hz = {300, 3400}};
    sinew_discretize_opts slow = {.rate_hz = 16000, .method = SINEW_METHOD_BILINEAR};
    sinew_discretize_opts fast = {.rate_hz = 48000, .method = SINEW_METHOD_BILINEAR};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_design(&system, &band, &error), SINEW_OK);
    sinew_discretization *d = discretize(system, &fast), *want = discretize(system, &slow), *got,
                         *none;
    sinew_system_free(system);
    cr_assert_eq(sinew_discretization_d2d(&got, d, &slow, &error), SINEW_OK);
    cr_assert_eq(got->hash, want->hash);
    cr_assert_eq(memcmp(got->A, want->A, 64 * sizeof(double)), 0);
    cr_assert_eq(got->form, SINEW_FORM_CASCADE);
    refused(sinew_discretization_d2d(&none, d, NULL, &error), SINEW_ERR_ARGUMENT, "no options");
    cr_assert_null(none);
    sinew_discretization_free(d);
    sinew_discretization_free(want);
    sinew_discretization_free(got);
}
