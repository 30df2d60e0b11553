/* What is done beyond the textbook: the number of squarings comes from norms of powers, not
 * from the norm, so a badly non-normal A is not overscaled; and where A is block triangular
 * with blocks of 1 and 2 the diagonal blocks, and the entries beside neighbouring blocks of 1,
 * are computed afresh in closed form after each squaring, so that a stiff triangular A keeps
 * its fast modes at e^-large instead of drowning them in, or making NaN of, rounding.
 *
 * Degrees 3 and 5 of the paper are left out: they save nothing that matters here, and in a
 * block exponential (Van Loan 1978) they are too short for the columns that hold phi_1, phi_2,
 * whose series start one or two powers later. */
#include "math/expm.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/blocks.h"
#include "math/lu.h"
#include "math/matrix.h"

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

typedef struct work {
    size_t n;
    double *all;              /* one allocation for the nine below */
    double *A, *P2, *P4, *P6; /* the scaled matrix and its powers */
    double *P8, *P10;
    double *U, *V, *T;
    double *row; /* (2, n) */
    unsigned char *sizes;
    sinew_shape shape;
} work;

static sinew_status work_init(work *w, const double *A, size_t n, sinew_error *error)
{
    *w = (work){.n = n};
    w->all = sinew_alloc(9 * n * n, sizeof *w->all);
    w->row = sinew_alloc(2 * n, sizeof *w->row);
    w->sizes = sinew_alloc(n, 1);
    if (!w->all || !w->row || !w->sizes)
        return sinew_fail_memory(error);
    double **part[] = {&w->A, &w->P2, &w->P4, &w->P6, &w->P8, &w->P10, &w->U, &w->V, &w->T};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        *part[i] = w->all + i * n * n;
    memcpy(w->A, A, n * n * sizeof *A);
    w->shape = sinew_blocks_find(A, n, w->sizes);
    sinew_matrix_multiply(w->P2, w->A, w->A, n, n, n);
    sinew_matrix_multiply(w->P4, w->P2, w->P2, n, n, n);
    sinew_matrix_multiply(w->P6, w->P4, w->P2, n, n, n);
    sinew_matrix_multiply(w->P8, w->P4, w->P4, n, n, n);
    sinew_matrix_multiply(w->P10, w->P4, w->P6, n, n, n);
    return SINEW_OK;
}

static void work_finish(work *w)
{
    sinew_free(w->all);
    sinew_free(w->row);
    sinew_free(w->sizes);
}

static double root_of_norm(const double *power, size_t n, double exponent)
{
    return pow(sinew_matrix_norm_1(power, n), 1 / exponent);
}

/* || |A|^(2m+1) ||_1, a row of ones times |A| again and again: |A| has no negative entry. The
 * powers of two taken out on the way are returned, so that nothing overflows. */
static double log2_norm_of_abs_power(const work *w, int power)
{
    size_t n = w->n;
    double *now = w->row, *next = w->row + n, exponent = 0, largest = 1;
    for (size_t i = 0; i < n; i++)
        now[i] = 1;
    for (int k = 0; k < power; k++) {
        memset(next, 0, n * sizeof *next);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                next[j] += now[i] * fabs(w->A[i * n + j]);
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

/* The paper's l(A, m), with A scaled by 2^-s: further squarings that rounding asks for. */
static int extra_squarings(const work *w, const pade *p, int s)
{
    int power = 2 * p->degree + 1;
    double norm = sinew_matrix_norm_1(w->A, w->n);
    if (!(norm > 0))
        return 0;
    double alpha =
        log2(p->backward) + log2_norm_of_abs_power(w, power) - log2(norm) - (double)s * (power - 1);
    double extra = ceil((alpha + 53) / (2 * p->degree));
    return extra > 0 ? (int)fmin(extra, 2000) : 0;
}

/* Which approximant, after how many halvings. */
static const pade *choose(const work *w, int *squarings)
{
    size_t n = w->n;
    double d4 = root_of_norm(w->P4, n, 4), d6 = root_of_norm(w->P6, n, 6);
    double d8 = root_of_norm(w->P8, n, 8), d10 = root_of_norm(w->P10, n, 10);
    double eta3 = fmax(d6, d8);
    *squarings = 0;
    for (size_t i = 0; i < 2; i++)
        if (fmax(eta3, i == 0 ? d4 : 0) <= pades[i].theta && !extra_squarings(w, &pades[i], 0))
            return &pades[i];
    const pade *last = &pades[2];
    double eta5 = fmin(eta3, fmax(d8, d10));
    if (eta5 > last->theta)
        *squarings = (int)fmin(ceil(log2(eta5 / last->theta)), 2000);
    *squarings += extra_squarings(w, last, *squarings);
    return last;
}

/* out = sum of c[k] P_k over the even powers 0, 2, 4, ... `count` of them. */
static void even_sum(double *out, const work *w, const double *c, int count)
{
    const double *power[] = {NULL, w->P2, w->P4, w->P6, w->P8};
    size_t n = w->n;
    for (size_t i = 0; i < n * n; i++) {
        double sum = 0;
        for (int k = count - 1; k > 0; k--)
            sum += c[2 * k] * power[k][i];
        out[i] = sum;
    }
    for (size_t i = 0; i < n; i++)
        out[i * n + i] += c[0];
}

/* U holds the odd part, V the even part of the approximant's numerator. */
static void numerator(work *w, const pade *p)
{
    size_t n = w->n, all = n * n;
    const double *b = p->coefficient;
    if (p->degree < 13) {
        even_sum(w->T, w, b + 1, (p->degree + 1) / 2);
        even_sum(w->V, w, b, (p->degree + 1) / 2);
    } else { /* Higham 2005: six products in place of twelve */
        for (size_t i = 0; i < all; i++) {
            w->U[i] = b[13] * w->P6[i] + b[11] * w->P4[i] + b[9] * w->P2[i];
            w->V[i] = b[12] * w->P6[i] + b[10] * w->P4[i] + b[8] * w->P2[i];
        }
        sinew_matrix_multiply(w->P8, w->P6, w->U, n, n, n);
        sinew_matrix_multiply(w->P10, w->P6, w->V, n, n, n);
        even_sum(w->T, w, b + 1, 4);
        even_sum(w->V, w, b, 4);
        for (size_t i = 0; i < all; i++) {
            w->T[i] += w->P8[i];
            w->V[i] += w->P10[i];
        }
    }
    sinew_matrix_multiply(w->U, w->A, w->T, n, n, n);
}

/* less = (V - U)^-1 (V + U) - I = 2 (V - U)^-1 U */
static sinew_status rational(work *w, double *less, sinew_error *error)
{
    size_t n = w->n;
    sinew_lu lu;
    for (size_t i = 0; i < n * n; i++)
        w->V[i] -= w->U[i];
    sinew_status status = sinew_lu_init(&lu, w->V, n, error);
    if (status)
        return status;
    if (!lu.singular)
        status = sinew_lu_left(&lu, less, w->U, n, error);
    else
        status = sinew_fail(error, SINEW_ERR_NUMERIC, "the matrix exponential is not finite");
    sinew_lu_finish(&lu);
    for (size_t i = 0; !status && i < n * n; i++)
        less[i] *= 2;
    return status;
}

/* Write the closed form of exp(scale A), less_one: less I, over rows and columns i, i + 1 of out:
 * all of a block of 2, but only the entry off the diagonal for two blocks of 1. */
static void refresh_pair(const work *w, double *out, size_t i, double scale, bool whole,
                         bool less_one)
{
    size_t n = w->n;
    const double *a = w->A + i * n + i;
    double block[4] = {scale * a[0], scale * a[1], scale * a[n], scale * a[n + 1]}, e[4];
    double *o = out + i * n + i;
    (less_one ? sinew_block2_expm1 : sinew_block2_exp)(e, block);
    if (whole) {
        o[0] = e[0];
        o[n + 1] = e[3];
    }
    if (whole || w->shape == SINEW_SHAPE_UPPER)
        o[1] = e[1];
    if (whole || w->shape == SINEW_SHAPE_LOWER)
        o[n] = e[2];
}

/* Set what is known of exp(scale A), less_one: less I: diagonal blocks, and the zeros on the empty
 * side. */
static void refresh(const work *w, double *out, double scale, bool less_one)
{
    size_t n = w->n;
    if (w->shape == SINEW_SHAPE_FULL)
        return;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            out[w->shape == SINEW_SHAPE_LOWER ? i * n + j : j * n + i] = 0;
    for (size_t i = 0; i < n; i += w->sizes[i]) {
        if (w->sizes[i] == 2)
            refresh_pair(w, out, i, scale, true, less_one);
        else {
            double a = scale * w->A[i * n + i];
            out[i * n + i] = less_one ? expm1(a) : exp(a);
            if (i + 1 < n && w->sizes[i + 1] == 1)
                refresh_pair(w, out, i, scale, false, less_one);
        }
    }
}

static void scale_powers(work *w, int s)
{
    double *power[] = {w->A, w->P2, w->P4, w->P6, w->P8};
    const int degree[] = {1, 2, 4, 6, 8};
    for (size_t k = 0; k < 5; k++)
        for (size_t i = 0; i < w->n * w->n; i++)
            power[k][i] = ldexp(power[k][i], -s * degree[k]);
}

/* exp(2A) = exp(A)^2, exp(2A) - I = 2 L + L^2 with L = exp(A) - I. */
static void square(work *w, double *out, double *less, double scale)
{
    size_t n = w->n;
    memcpy(w->T, out, n * n * sizeof *out);
    sinew_matrix_multiply(out, w->T, w->T, n, n, n);
    refresh(w, out, scale, false);
    memcpy(w->T, less, n * n * sizeof *less);
    sinew_matrix_multiply(less, w->T, w->T, n, n, n);
    for (size_t i = 0; i < n * n; i++)
        less[i] += 2 * w->T[i];
    refresh(w, less, scale, true);
}

sinew_status sinew_expm(double *out, double *less, const double *A, size_t n, sinew_error *error)
{
    work w;
    int squarings;
    sinew_status status = work_init(&w, A, n, error);
    if (status || n == 0)
        goto done;
    if (!sinew_all_finite(w.all, 6 * n * n)) {
        status = sinew_fail(error, SINEW_ERR_NUMERIC,
                            "the matrix is too large (or not finite) for its exponential");
        goto done;
    }
    const pade *p = choose(&w, &squarings);
    scale_powers(&w, squarings);
    numerator(&w, p);
    status = rational(&w, less, error);
    if (status)
        goto done;
    for (size_t i = 0; i < n * n; i++)
        out[i] = less[i] + (i % (n + 1) == 0 ? 1 : 0);
    refresh(&w, out, 1, false);
    refresh(&w, less, 1, true);
    for (int k = 1; k <= squarings; k++)
        square(&w, out, less, ldexp(1, k));
    if (!sinew_all_finite(out, n * n))
        status = sinew_fail(error, SINEW_ERR_NUMERIC, "the matrix exponential is not finite");
done:
    work_finish(&w);
    return status;
}
