/* Inverse scaling and squaring (Al-Mohy, Higham 2012, SIAM J. Sci. Comput. 34:C153): in Schur
 * coordinates square roots are taken until I + X is near I, log(I + X) is a Pade approximant there,
 * and log(A) is 2^s times that.
 *
 * What differs from the paper: the roots are of I + X, as X. From (I + R)^2 = I + X
 *
 *     r_ij = (x_ij - sum r_ik r_kj) / (rho_i + rho_j),    r_ii = x_ii / (1 + rho_i)
 *
 * with rho_i = 1 + r_ii, which is kept beside r_ii: slow eigenvalues keep the digits of X, fast
 * ones, near 0, those of A, and no root is ever subtracted from I. As in the paper the diagonal and
 * the entries beside it are set in closed form at the end (Higham 2008, equation 11.28).
 *
 * LAPACK sees A^T = Q U Q^H, so log(A) = conj(Q) log(U)^T Q^T; U is kept by columns as LAPACK
 * has it. */
#include "math/logm.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/blocks.h"
#include "math/complex.h"
#include "math/lapack.h"
#include "math/matrix.h"

typedef double complex cplx;

typedef struct work {
    size_t n;
    cplx *all;
    cplx *Q, *U, *X, *R, *sum; /* by columns; U is kept, X and R are its roots less I */
    cplx *lambda, *rho;        /* eigenvalues, and those of the root */
    bool reversed, full;
} work;

/* ||X^k||^(1/k) for k = 2, 3: less than the norm where X is far from normal. */
static const double largest_alpha = 2.88e-1; /* theta_7, table 2.1 of the paper */

/* Gauss-Legendre on [0, 1], seven points: the [7/7] Pade approximant of log(1 + x) is
 * sum w x / (1 + t x) (Dieci, Morini, Papini 1996). */
static const double points[7] = {0.02544604382862074, 0.1292344072003028, 0.2970774243113014, 0.5,
                                 0.7029225756886985,  0.8707655927996972, 0.9745539561713793};
static const double weights[7] = {0.06474248308443485, 0.1398526957446383, 0.1909150252525595,
                                  0.2089795918367347,  0.1909150252525595, 0.1398526957446383,
                                  0.06474248308443485};

static sinew_status work_init(work *w, size_t n, sinew_error *error)
{
    *w = (work){.n = n, .all = sinew_alloc(5 * n * n + 2 * n, sizeof *w->all)};
    if (!w->all)
        return sinew_fail_memory(error);
    cplx **part[] = {&w->Q, &w->U, &w->X, &w->R, &w->sum};
    for (size_t i = 0; i < 5; i++)
        *part[i] = w->all + i * n * n;
    w->lambda = w->all + 5 * n * n;
    w->rho = w->lambda + n;
    return SINEW_OK;
}

/* Row i, column j of `a`, counted from the other end where that makes it lower triangular: what
 * LAPACK sees is then upper triangular, and its eigenvalues are not touched. */
static double entry(const work *w, const double *a, size_t i, size_t j)
{
    size_t n = w->n;
    return w->reversed ? a[(n - 1 - i) * n + n - 1 - j] : a[i * n + j];
}

/* q_k^H A^T q_k, the eigenvalue as A knows it. */
static cplx quotient(const work *w, const double *A, size_t k)
{
    const cplx *q = w->Q + k * w->n;
    cplx sum = 0;
    for (size_t i = 0; i < w->n; i++) {
        cplx row = 0;
        for (size_t j = 0; j < w->n; j++)
            row += entry(w, A, j, i) * q[j];
        sum += conj(q[i]) * row;
    }
    return sum;
}

static sinew_status schur(work *w, const double *A, const double *less, sinew_error *error)
{
    size_t n = w->n;
    unsigned char *sizes = sinew_alloc(n, 1);
    if (!sizes)
        return sinew_fail_memory(error);
    sinew_shape shape = sinew_blocks_find(A, n, sizes);
    sinew_free(sizes);
    w->reversed = shape == SINEW_SHAPE_UPPER;
    w->full = shape == SINEW_SHAPE_FULL;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            w->U[i * n + j] = entry(w, less, i, j);
    lapack_int size = (lapack_int)n, unused;
    lapack_int info = LAPACKE_zgees(
        LAPACK_COL_MAJOR, 'V', 'N', NULL, size, (lapack_complex_double *)w->U, size, &unused,
        (lapack_complex_double *)w->lambda, (lapack_complex_double *)w->Q, size);
    return sinew_lapack_answer(info, "the Schur form did not converge", error);
}

/* lambda, and x_ii = lambda - 1 each from the source that knows it better. */
static sinew_status find_eigenvalues(work *w, const double *A, sinew_error *error)
{
    size_t n = w->n;
    double rounding = w->full ? (double)n * 0x1p-52 * sinew_matrix_norm_1(A, n) : 0;
    for (size_t i = 0; i < n; i++) {
        cplx *x = &w->U[i * n + i], near = quotient(w, A, i);
        w->lambda[i] = cabs(near) < 0.5 ? near : 1 + *x;
        if (cabs(near) < 0.5)
            *x = near - 1;
        if (cabs(w->lambda[i]) <= rounding)
            return sinew_fail(error, SINEW_ERR_NUMERIC,
                              "an eigenvalue of the discrete A is 0%s: nothing continuous dies out "
                              "within a step",
                              w->full ? " within rounding" : "");
        if (cimag(w->lambda[i]) == 0 && creal(w->lambda[i]) < 0)
            return sinew_fail(error, SINEW_ERR_NUMERIC,
                              "the matrix has no real logarithm: an eigenvalue is %g",
                              creal(w->lambda[i]));
    }
    return SINEW_OK;
}

/* X becomes (I + X)^(1/2) - I; rho follows. */
static void take_root(work *w)
{
    size_t n = w->n;
    for (size_t j = 0; j < n; j++) {
        cplx *r = w->R + j * n;
        w->rho[j] = csqrt(w->rho[j]);
        r[j] = w->X[j * n + j] / (1 + w->rho[j]);
        for (size_t i = j; i-- > 0;) {
            cplx sum = w->X[j * n + i];
            for (size_t k = i + 1; k < j; k++)
                sum -= w->R[k * n + i] * r[k];
            r[i] = sum / (w->rho[i] + w->rho[j]);
        }
    }
    cplx *kept = w->X;
    w->X = w->R;
    w->R = kept;
}

/* out = a b, all upper triangular. */
static void multiply(cplx *out, const cplx *a, const cplx *b, size_t n)
{
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i <= j; i++) {
            cplx sum = 0;
            for (size_t k = i; k <= j; k++)
                sum += a[k * n + i] * b[j * n + k];
            out[j * n + i] = sum;
        }
}

static double norm_1(const cplx *a, size_t n)
{
    double largest = 0;
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; i <= j; i++)
            sum += cabs(a[j * n + i]);
        largest = fmax(largest, sum);
    }
    return largest;
}

static bool is_near(work *w)
{
    size_t n = w->n;
    if (norm_1(w->X, n) <= largest_alpha)
        return true;
    multiply(w->R, w->X, w->X, n);
    double square = sqrt(norm_1(w->R, n));
    if (square > largest_alpha)
        return false;
    multiply(w->sum, w->R, w->X, n);
    return cbrt(norm_1(w->sum, n)) <= largest_alpha;
}

/* sum = log(I + X): each term is (I + t X)^-1 w X, from the right. */
static void pade(work *w)
{
    size_t n = w->n;
    memset(w->sum, 0, n * n * sizeof *w->sum);
    for (size_t p = 0; p < 7; p++)
        for (size_t j = 0; j < n; j++) {
            cplx *y = w->R + j * n;
            for (size_t i = j + 1; i-- > 0;) {
                cplx right = weights[p] * w->X[j * n + i];
                for (size_t k = i + 1; k <= j; k++)
                    right -= points[p] * w->X[k * n + i] * y[k];
                y[i] = right / (1 + points[p] * w->X[i * n + i]);
                w->sum[j * n + i] += y[i];
            }
        }
}

/* log(1 + x) with lambda = 1 + x. */
static cplx log_of(cplx lambda, cplx x)
{
    if (cabs(x) > 0.5)
        return clog(lambda);
    double re = creal(x), im = cimag(x);
    return sinew_cmplx(log1p(re * (2 + re) + im * im) / 2, atan2(im, 1 + re));
}

/* (log b - log a) / (b - a), with x = a - 1, y = b - 1. */
static cplx slope(cplx a, cplx x, cplx b, cplx y)
{
    cplx difference = y - x;
    if (cabs(a) < 0.5 && cabs(b) < 0.5)
        difference = b - a;
    if (difference == 0)
        return 1 / a;
    cplx fa = log_of(a, x), fb = log_of(b, y), z = difference / (a + b);
    if (cabs(z) > 0.5)
        return (fb - fa) / difference;
    double turns = ceil((cimag(fb - fa) - M_PI) / (2 * M_PI));
    return (2 * catanh(z) + sinew_cmplx(0, 2 * M_PI * turns)) / difference;
}

static void set_exact(work *w)
{
    size_t n = w->n;
    for (size_t i = 0; i < n; i++) {
        cplx x = w->U[i * n + i];
        w->sum[i * n + i] = log_of(w->lambda[i], x);
        if (i + 1 < n)
            w->sum[(i + 1) * n + i] =
                w->U[(i + 1) * n + i] *
                slope(w->lambda[i], x, w->lambda[i + 1], w->U[(i + 1) * n + i + 1]);
    }
}

/* out = conj(Q) sum^T Q^T, which is real but for rounding; false where it is not. */
static bool turn_back(double *out, work *w)
{
    size_t n = w->n;
    double real = 0, imaginary = 0;
    memset(w->R, 0, n * n * sizeof *w->R); /* sum^T Q^T, by rows */
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i <= j; i++)
            for (size_t k = 0; k < n; k++)
                w->R[j * n + k] += w->sum[j * n + i] * w->Q[i * n + k];
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            cplx sum = 0;
            for (size_t j = 0; j < n; j++)
                sum += conj(w->Q[j * n + i]) * w->R[j * n + k];
            out[w->reversed ? (n - 1 - i) * n + n - 1 - k : i * n + k] = creal(sum);
            real = fmax(real, fabs(creal(sum)));
            imaginary = fmax(imaginary, fabs(cimag(sum)));
        }
    return imaginary <= 1e-6 * real;
}

enum { ROOTS_MOST = 1100 }; /* from the largest double down to 2 */

sinew_status sinew_logm(double *out, const double *A, const double *less, size_t n,
                        sinew_error *error)
{
    work w;
    if (n == 0)
        return SINEW_OK;
    sinew_status status = work_init(&w, n, error);
    if (!status)
        status = schur(&w, A, less, error);
    if (!status)
        status = find_eigenvalues(&w, A, error);
    if (!status) {
        int roots = 0;
        memcpy(w.X, w.U, n * n * sizeof *w.X);
        memcpy(w.rho, w.lambda, n * sizeof *w.rho);
        for (; roots < ROOTS_MOST && !is_near(&w); roots++)
            take_root(&w);
        pade(&w);
        for (size_t i = 0; i < n * n; i++)
            w.sum[i] *= ldexp(1, roots);
        set_exact(&w);
        bool real = turn_back(out, &w);
        if (!real || !sinew_all_finite(out, n * n))
            status = sinew_fail(error, SINEW_ERR_NUMERIC,
                                "the matrix has no real logarithm that "
                                "rounding leaves in sight");
    }
    sinew_free(w.all);
    return status;
}
