/* What is done beyond the textbook: the number of squarings comes from norms of powers, not
 * from the norm, so a badly non-normal A is not overscaled; and where A is block triangular
 * with blocks of 1 and 2 the diagonal blocks, and the entries beside neighbouring blocks of 1,
 * are computed afresh in closed form after each squaring, so that a stiff triangular A keeps
 * its fast modes at e^-large instead of drowning them in, or making NaN of, rounding.
 *
 * The powers are those of U, A scaled by a power of two to a norm near 1, so that none of them
 * overflows; t and the halvings go into the coefficients of the polynomials.
 *
 * Degrees 3 and 5 of the paper are left out: they save nothing that matters here, and in a
 * block exponential (Van Loan 1978) they are too short for the columns that hold phi_1, phi_2,
 * whose series start one or two powers later. */
#include "math/expm.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/matrix.h"
#include "math/solve.h"

typedef struct pade {
    int degree;
    double theta;    /* the largest norm it serves: table 3.1 of the paper */
    double backward; /* |c_(2m+1)| = 1 / (binomial(2m, m) (2m+1)!), equation 4.2 */
    double coefficient[14];
} pade;

static const pade pades[] = {
    {7,
     9.504178996162932e-1,
     2.2281945605535596e-16,
     {17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1}},
    {9,
     2.097847961257068,
     1.6907929343118737e-22,
     {17643225600, 8821612800, 2075673600, 302702400, 30270240, 2162160, 110880, 3960, 90, 1}},
    {13,
     4.25,
     8.829961602018678e-36,
     {64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000,
      10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1}},
};

enum { POWERS = 6, MOST_SQUARINGS = 2000 };

/* h U may not grow beyond this before it is put into a polynomial: a nilpotent U would not be
 * scaled at all, and h^12 would overflow. */
static const double h_most = 0x1p60;

/* One run: U scaled by h = t 2^(exponent - squarings). */
typedef struct run {
    const sinew_expm_plan *plan;
    double h;
    double *out, *less;
    double *U, *V, *T; /* (n, n) */
} run;

static const double *power_of(const sinew_expm_plan *p, size_t which)
{
    return p->powers + which * p->n * p->n;
}

/* || |U|^(2m+1) ||_1, a row of ones times |U| again and again: |U| has no negative entry. The
 * powers of two taken out on the way are returned, so that nothing overflows. row: (2, n) */
static double log2_norm_of_abs_power(const double *U, size_t n, int power, double *row)
{
    double *now = row, *next = row + n, exponent = 0, largest = 1;
    for (size_t i = 0; i < n; i++)
        now[i] = 1;
    for (int k = 0; k < power; k++) {
        memset(next, 0, n * sizeof *next);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                next[j] += now[i] * fabs(U[i * n + j]);
        largest = 0;
        for (size_t j = 0; j < n; j++)
            largest = fmax(largest, next[j]);
        if (!(largest > 0) || !isfinite(largest))
            return largest > 0 ? HUGE_VAL : -HUGE_VAL;
        int shift = ilogb(largest);
        for (size_t j = 0; j < n; j++)
            now[j] = ldexp(next[j], -shift);
        exponent += shift;
        largest = ldexp(largest, -shift);
    }
    return exponent + log2(largest);
}

static void find_powers(sinew_expm_plan *p, const double *A)
{
    static const unsigned char factors[POWERS][2] = {{0, 0}, {0, 0}, {1, 1},
                                                     {2, 1}, {2, 2}, {2, 3}};
    size_t n = p->n, square = n * n;
    for (size_t i = 0; i < square; i++)
        p->powers[i] = ldexp(A[i], -p->exponent);
    for (size_t k = 1; k < POWERS; k++)
        sinew_matrix_multiply(p->powers + k * square, power_of(p, factors[k][0]),
                              power_of(p, factors[k][1]), n, n, n);
}

static void find_norms(sinew_expm_plan *p, double *row)
{
    static const double degrees[] = {4, 6, 8, 10};
    for (size_t k = 0; k < 4; k++)
        p->roots[k] = pow(sinew_matrix_norm_1(power_of(p, k + 2), p->n), 1 / degrees[k]);
    double norm = sinew_matrix_norm_1(p->powers, p->n);
    for (size_t k = 0; k < 3; k++)
        p->log2_abs[k] = log2_norm_of_abs_power(p->powers, p->n, 2 * pades[k].degree + 1, row) -
                         (norm > 0 ? log2(norm) : 0);
}

sinew_status sinew_expm_plan_init(sinew_expm_plan *p, const double *A, size_t n, sinew_error *error)
{
    *p = (sinew_expm_plan){.n = n};
    double norm = sinew_matrix_norm_1(A, n);
    if (!isfinite(norm))
        return sinew_fail(error, SINEW_ERR_NUMERIC,
                          "the matrix is too large (or not finite) for its exponential");
    double *row = sinew_alloc(2 * n, sizeof *row);
    p->exponent = norm > 0 ? ilogb(norm) : 0;
    p->powers = sinew_alloc(POWERS * n * n, sizeof *p->powers);
    p->sizes = sinew_alloc(n, 1);
    if (!row || !p->powers || !p->sizes) {
        sinew_free(row);
        return sinew_fail_memory(error);
    }
    find_powers(p, A);
    p->shape = sinew_blocks_find(p->powers, n, p->sizes);
    find_norms(p, row);
    sinew_free(row);
    return SINEW_OK;
}

void sinew_expm_plan_finish(sinew_expm_plan *p)
{
    sinew_free(p->powers);
    sinew_free(p->sizes);
    *p = (sinew_expm_plan){0};
}

size_t sinew_expm_memory(const sinew_expm_plan *p)
{
    return 3 * p->n * p->n;
}

/* The paper's l(h U, m): further squarings that rounding asks for. */
static int extra_squarings(const sinew_expm_plan *p, size_t which, double log2_h)
{
    int degree = pades[which].degree;
    double alpha = log2(pades[which].backward) + p->log2_abs[which] + 2 * degree * log2_h;
    double extra = ceil((alpha + 53) / (2 * degree));
    return extra > 0 ? (int)fmin(extra, MOST_SQUARINGS) : 0;
}

/* Which approximant, after how many halvings of h. */
static const pade *choose(const sinew_expm_plan *p, double h, int *squarings)
{
    double d4 = h * p->roots[0], d6 = h * p->roots[1], d8 = h * p->roots[2];
    double d10 = h * p->roots[3], eta3 = fmax(d6, d8), log2_h = log2(h);
    *squarings = 0;
    for (size_t i = 0; i < 2; i++)
        if (fmax(eta3, i == 0 ? d4 : 0) <= pades[i].theta && h <= h_most &&
            !extra_squarings(p, i, log2_h))
            return &pades[i];
    double eta5 = fmin(eta3, fmax(d8, d10));
    if (eta5 > pades[2].theta)
        *squarings = (int)ceil(log2(eta5 / pades[2].theta));
    *squarings += extra_squarings(p, 2, log2_h - *squarings);
    if (log2_h - *squarings > log2(h_most))
        *squarings = (int)ceil(log2_h - log2(h_most));
    return &pades[2];
}

/* out = sum of c[2k] (hU)^2k, `count` of them, and outer (hU)^6 times it where that is given. */
static void even_sum(const run *r, double *out, const double *c, int count, const double *outer)
{
    size_t n = r->plan->n;
    double h2 = r->h * r->h, factor[5], powered = 1;
    const double *power[5] = {NULL};
    for (int k = 0; k < count; k++, powered *= h2) {
        factor[k] = c[2 * k] * powered;
        power[k] = power_of(r->plan, (size_t)k);
    }
    double of_outer = outer ? h2 * h2 * h2 : 0;
    for (size_t i = 0; i < n * n; i++) {
        double sum = outer ? of_outer * outer[i] : 0;
        for (int k = count - 1; k > 0; k--)
            sum += factor[k] * power[k][i];
        out[i] = sum;
    }
    for (size_t i = 0; i < n; i++)
        out[i * n + i] += factor[0];
}

/* out = U^6 (c[0] (hU)^2 + c[2] (hU)^4 + c[4] (hU)^6); out is not T */
static void high_sum(const run *r, double *out, const double *c)
{
    const sinew_expm_plan *p = r->plan;
    double h2 = r->h * r->h, f2 = c[0] * h2, f4 = c[2] * h2 * h2, f6 = c[4] * h2 * h2 * h2;
    const double *P2 = power_of(p, 1), *P4 = power_of(p, 2), *P6 = power_of(p, 3);
    for (size_t i = 0; i < p->n * p->n; i++)
        r->T[i] = f6 * P6[i] + f4 * P4[i] + f2 * P2[i];
    sinew_matrix_multiply(out, P6, r->T, p->n, p->n, p->n);
}

/* U holds the odd part, V the even part of the approximant's numerator. Degree 13 takes six
 * products in place of twelve (Higham 2005); `out` and `less` are free until then. */
static void numerator(const run *r, const pade *p)
{
    size_t n = r->plan->n;
    const double *b = p->coefficient, *odd = NULL, *even = NULL;
    int count = (p->degree + 1) / 2;
    if (p->degree == 13) {
        high_sum(r, r->out, b + 9);
        high_sum(r, r->less, b + 8);
        odd = r->out;
        even = r->less;
        count = 4;
    }
    even_sum(r, r->T, b + 1, count, odd);
    even_sum(r, r->V, b, count, even);
    sinew_matrix_multiply(r->U, power_of(r->plan, 0), r->T, n, n, n);
    for (size_t i = 0; i < n * n; i++)
        r->U[i] *= r->h;
}

/* less = (V - U)^-1 (V + U) - I = 2 (V - U)^-1 U */
static bool rational(const run *r)
{
    size_t n = r->plan->n;
    for (size_t i = 0; i < n * n; i++) {
        r->V[i] -= r->U[i];
        r->less[i] = 2 * r->U[i];
    }
    return sinew_solve(r->V, r->less, n, n);
}

/* Write the closed form of exp(scale U), less_one: less I, over rows and columns i, i + 1 of out:
 * all of a block of 2, but only the entry off the diagonal for two blocks of 1. */
static void refresh_pair(const sinew_expm_plan *p, double *out, size_t i, double scale, bool whole,
                         bool less_one)
{
    size_t n = p->n;
    const double *a = p->powers + i * n + i;
    double block[4] = {scale * a[0], scale * a[1], scale * a[n], scale * a[n + 1]}, e[4];
    double *o = out + i * n + i;
    (less_one ? sinew_block2_expm1 : sinew_block2_exp)(e, block);
    if (whole) {
        o[0] = e[0];
        o[n + 1] = e[3];
    }
    if (whole || p->shape == SINEW_SHAPE_UPPER)
        o[1] = e[1];
    if (whole || p->shape == SINEW_SHAPE_LOWER)
        o[n] = e[2];
}

/* Set what is known of exp(scale U), less_one: less I: diagonal blocks, and the zeros on the empty
 * side. */
static void refresh(const sinew_expm_plan *p, double *out, double scale, bool less_one)
{
    size_t n = p->n;
    if (p->shape == SINEW_SHAPE_FULL)
        return;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            out[p->shape == SINEW_SHAPE_LOWER ? i * n + j : j * n + i] = 0;
    for (size_t i = 0; i < n; i += p->sizes[i]) {
        if (p->sizes[i] == 2)
            refresh_pair(p, out, i, scale, true, less_one);
        else {
            double a = scale * p->powers[i * n + i];
            out[i * n + i] = less_one ? expm1(a) : exp(a);
            if (i + 1 < n && p->sizes[i + 1] == 1)
                refresh_pair(p, out, i, scale, false, less_one);
        }
    }
}

/* exp(2A) = exp(A)^2, exp(2A) - I = 2 L + L^2 with L = exp(A) - I. True where nothing moved: what
 * decays has decayed, and further squarings would change nothing. */
static bool square(const run *r, double scale)
{
    size_t n = r->plan->n, bytes = n * n * sizeof(double);
    memcpy(r->T, r->out, bytes);
    sinew_matrix_multiply(r->out, r->T, r->T, n, n, n);
    refresh(r->plan, r->out, scale, false);
    memcpy(r->U, r->less, bytes);
    sinew_matrix_multiply(r->less, r->U, r->U, n, n, n);
    for (size_t i = 0; i < n * n; i++)
        r->less[i] += 2 * r->U[i];
    refresh(r->plan, r->less, scale, true);
    return memcmp(r->T, r->out, bytes) == 0 && memcmp(r->U, r->less, bytes) == 0;
}

bool sinew_expm_run(const sinew_expm_plan *p, double t, double *out, double *less, double *memory)
{
    size_t n = p->n, entries = n * n;
    double h = ldexp(t, p->exponent);
    int squarings;
    if (!isfinite(h))
        return false;
    const pade *approximant = choose(p, fabs(h), &squarings);
    run r = {.plan = p,
             .h = ldexp(h, -squarings),
             .out = out,
             .less = less,
             .U = memory,
             .V = memory + entries,
             .T = memory + 2 * entries};
    numerator(&r, approximant);
    if (!rational(&r))
        return false;
    for (size_t i = 0; i < entries; i++)
        out[i] = less[i] + (i % (n + 1) == 0 ? 1 : 0);
    refresh(p, out, r.h, false);
    refresh(p, less, r.h, true);
    for (int k = 1; k <= squarings; k++)
        if (square(&r, ldexp(r.h, k)))
            break;
    return sinew_all_finite(out, entries) && sinew_all_finite(less, entries);
}

sinew_status sinew_expm(double *out, double *less, const double *A, size_t n, sinew_error *error)
{
    sinew_expm_plan plan;
    sinew_status status = sinew_expm_plan_init(&plan, A, n, error);
    double *memory = status ? NULL : sinew_alloc(sinew_expm_memory(&plan), sizeof *memory);
    if (!status && !memory)
        status = sinew_fail_memory(error);
    if (!status && n > 0 && !sinew_expm_run(&plan, 1, out, less, memory))
        status = sinew_fail(error, SINEW_ERR_NUMERIC, "the matrix exponential is not finite");
    sinew_free(memory);
    sinew_expm_plan_finish(&plan);
    return status;
}
