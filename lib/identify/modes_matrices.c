/* The modes of matrices: eigenvalues and eigenvectors by LAPACK's dgeev, then B in coordinates of
 * the eigenvectors by LU, so that C T T^-1 B is C B again. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "identify/modes.h"
#include "math/complex.h"
#include "math/lapack.h"
#include "math/lu.h"
#include "math/matrix.h"

typedef struct vectors {
    double *re, *im; /* (n) the eigenvalues */
    double *T;       /* (n, n): columns [v] of a real one, [Re v, Im v] of a pair */
    double *B, *C;   /* T^-1 B, C T */
} vectors;

/* LAPACK sees A^T, whose left eigenvectors, u^H A^T = z u^H, are those of A, conjugate; its columns
 * are our rows. */
static sinew_status decompose(vectors *v, const double *A, size_t n, sinew_error *error)
{
    double *copy = sinew_copy(A, n * n, sizeof *A), *rows = sinew_alloc(n * n, sizeof *rows);
    sinew_status status = copy && rows ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        lapack_int size = (lapack_int)n;
        lapack_int info = LAPACKE_dgeev(LAPACK_COL_MAJOR, 'V', 'N', size, copy, size, v->re, v->im,
                                        rows, size, NULL, 1);
        status = sinew_lapack_answer(info, "the eigenvalues did not converge", error);
        sinew_matrix_transpose(v->T, rows, n, n);
    }
    sinew_free(copy);
    sinew_free(rows);
    /* the conjugate: of Re u, Im u for z with Im > 0 it is Re u, -Im u */
    for (size_t j = 0; !status && j < n; j++)
        if (v->im[j] < 0)
            for (size_t i = 0; i < n; i++)
                v->T[i * n + j] = -v->T[i * n + j];
    return status;
}

/* The condition of T, |T| |T^-1| in the 1-norm, as LAPACK estimates it. */
static sinew_status find_condition(double *out, const sinew_lu *lu, const double *T, size_t n,
                                   sinew_error *error)
{
    double rcond;
    sinew_status status = sinew_lu_rcond(&rcond, lu, sinew_matrix_norm_1(T, n), error);
    *out = 1 / rcond;
    return status;
}

/* No eigenvectors for all of A, as of a block with one pole many times: then of an A as far away as
 * rounding may have brought it, where the poles have come apart. */
static void shake(double *A, const double *from, size_t n)
{
    double size = 0x1p-50 * sinew_matrix_norm_1(from, n);
    uint64_t state = 1;
    for (size_t i = 0; i < n * n; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407); /* Knuth */
        A[i] = from[i] + size * ((double)(state >> 11) * 0x1p-53 - 0.5);
    }
}

static sinew_status factorise(vectors *v, sinew_lu *lu, double *condition, const double *A,
                              size_t n, sinew_error *error)
{
    sinew_status status = decompose(v, A, n, error);
    if (!status)
        status = sinew_lu_init(lu, v->T, n, error);
    if (!status)
        status = find_condition(condition, lu, v->T, n, error);
    return status;
}

/* B by T^-1, C by T. */
static sinew_status into_modes(vectors *v, double *condition, const sinew_matrices *from,
                               sinew_error *error)
{
    size_t n = from->order;
    sinew_lu lu = {0};
    sinew_status status = factorise(v, &lu, condition, from->A, n, error);
    if (!status && !(*condition < 0x1p52)) {
        double *A = sinew_alloc(n * n, sizeof *A);
        sinew_lu_finish(&lu);
        if (!A)
            return sinew_fail_memory(error);
        shake(A, from->A, n);
        status = factorise(v, &lu, condition, A, n, error);
        sinew_free(A);
    }
    if (!status && lu.singular)
        status = sinew_fail(error, SINEW_ERR_NUMERIC,
                            "poles so close together that their eigenvectors cannot be told apart");
    if (!status)
        status = sinew_lu_left(&lu, v->B, from->B, from->inputs, error);
    if (!status)
        sinew_matrix_multiply(v->C, from->C, v->T, from->outputs, n, n);
    sinew_lu_finish(&lu);
    return status;
}

/* y = C (xr Re v + xi Im v) with xr + .. real: c x + conj with c = (Re - j Im) of C v / 2. */
static void gather(sinew_modes *m, const vectors *v, size_t n)
{
    size_t i = 0;
    for (size_t j = 0; j < n; j++) {
        if (v->im[j] < 0)
            continue;
        bool pair = v->im[j] > 0;
        m->poles[i] = sinew_cmplx(v->re[j], v->im[j]);
        for (size_t k = 0; k < m->inputs; k++) {
            double re = v->B[j * m->inputs + k];
            double im = pair ? v->B[(j + 1) * m->inputs + k] : 0;
            m->b[i * m->inputs + k] = pair ? sinew_cmplx(re / 2, -im / 2) : re;
        }
        for (size_t o = 0; o < m->outputs; o++) {
            double re = v->C[o * n + j], im = pair ? v->C[o * n + j + 1] : 0;
            m->c[i * m->outputs + o] = sinew_cmplx(re, im);
        }
        i++;
    }
    m->n = i;
}

sinew_status sinew_modes_of_matrices(sinew_modes *m, const sinew_matrices *from, sinew_error *error)
{
    size_t n = from->order, q = from->inputs, p = from->outputs;
    sinew_status status = sinew_modes_init(m, n, q, p, error);
    double *work = sinew_alloc(2 * n + n * n + n * q + p * n, sizeof *work);
    if (!work)
        status = sinew_fail_memory(error);
    vectors v = {work, work + n, work + 2 * n, work + 2 * n + n * n, work + 2 * n + n * n + n * q};
    if (!status && n > 0)
        status = into_modes(&v, &m->condition, from, error);
    if (!status) {
        gather(m, &v, n);
        for (size_t i = 0; i < p * q; i++)
            m->D[i] = from->D[i];
    } else {
        sinew_modes_finish(m);
    }
    sinew_free(work);
    return status;
}
