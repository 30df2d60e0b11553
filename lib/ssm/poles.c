/* Poles, zeros and stability. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/eigen.h"
#include "math/lapack.h"
#include "math/matrix.h"
#include "ssm/system.h"
#include "ssm/zeros.h"

static void put(sinew_complex *out, const double complex *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (sinew_complex){creal(values[i]), cimag(values[i])};
}

sinew_status sinew_system_poles(const sinew_system *system, sinew_complex *poles,
                                sinew_error *error)
{
    if (!system || (system->order > 0 && !poles))
        return sinew_fail_null(error);
    if (system->factored) {
        put(poles, system->zpk.poles, system->order);
        return SINEW_OK;
    }
    double complex *values = sinew_alloc(system->order, sizeof *values);
    sinew_status status = values ? sinew_eigenvalues(values, system->A, system->order, error)
                                 : sinew_fail_memory(error);
    if (!status)
        put(poles, values, system->order);
    sinew_free(values);
    return status;
}

sinew_status sinew_system_zeros(const sinew_system *system, sinew_complex *zeros, size_t *n_zeros,
                                sinew_error *error)
{
    if (!system || !n_zeros || (system->order > 0 && !zeros))
        return sinew_fail_null(error);
    *n_zeros = 0;
    if (system->factored) {
        *n_zeros = system->zpk.n_zeros;
        put(zeros, system->zpk.zeros, *n_zeros);
        return SINEW_OK;
    }
    double complex *values = sinew_alloc(system->order, sizeof *values);
    if (!values)
        return sinew_fail_memory(error);
    sinew_matrices m = sinew_system_matrices(system);
    sinew_status status = sinew_zeros(values, n_zeros, &m, error);
    put(zeros, values, *n_zeros);
    sinew_free(values);
    return status;
}

/* How many independent solutions stay bounded at an eigenvalue: the dimension of the null space
 * of A - value I, by its singular values. */
static sinew_status nullity(size_t *out, const double *A, size_t n, double complex value,
                            double tolerance, sinew_error *error)
{
    lapack_int size = (lapack_int)n;
    double complex *M = sinew_alloc(n * n, sizeof *M);
    double *sigma = sinew_alloc(2 * n, sizeof *sigma);
    sinew_status status = M && sigma ? SINEW_OK : sinew_fail_memory(error);
    *out = 0;
    if (!status) {
        for (size_t i = 0; i < n * n; i++)
            M[i] = A[i] - (i % (n + 1) == 0 ? value : 0);
        lapack_int info =
            !sinew_all_finite((double *)M, 2 * n * n) /* it would not end */
                ? 1
                : LAPACKE_zgesvd(LAPACK_COL_MAJOR, 'N', 'N', size, size, (lapack_complex_double *)M,
                                 size, sigma, NULL, 1, NULL, 1, sigma + n);
        status = sinew_lapack_answer(info, "the singular values did not converge", error);
        for (size_t i = 0; !status && i < n; i++)
            *out += sigma[i] <= tolerance;
    }
    sinew_free(M);
    sinew_free(sigma);
    return status;
}

/* A pole on the axis is harmless as often as it has solutions of its own. As factors it has one;
 * a matrix may have more: two integrators side by side. */
static sinew_status is_bounded(bool *bounded, const sinew_system *system, const double *A,
                               const double complex *poles, size_t k, double tolerance,
                               sinew_error *error)
{
    size_t multiplicity = 0, solutions = 1;
    for (size_t i = 0; i < system->order; i++)
        multiplicity += cabs(poles[i] - poles[k]) <= 2 * tolerance;
    sinew_status status = SINEW_OK;
    if (multiplicity > 1 && !system->factored)
        status = nullity(&solutions, A, system->order, poles[k], 4 * tolerance, error);
    *bounded = multiplicity <= solutions;
    return status;
}

/* `A` is balanced. A pole counts as on the axis within rounding: of itself when it was given as
 * a factor, of all of A when it is an eigenvalue. */
static sinew_status judge(sinew_stability *out, const sinew_system *system, const double *A,
                          sinew_error *error)
{
    size_t n = system->order;
    double complex *poles = sinew_alloc(n, sizeof *poles);
    if (!poles)
        return sinew_fail_memory(error);
    double of_A = system->factored ? 0 : (double)n * 0x1p-52 * sinew_matrix_norm_1(A, n);
    sinew_status status = SINEW_OK;
    if (system->factored)
        memcpy(poles, system->zpk.poles, n * sizeof *poles);
    else
        status = sinew_eigenvalues(poles, A, n, error);
    *out = SINEW_STABLE;
    for (size_t i = 0; !status && i < n && *out != SINEW_UNSTABLE; i++) {
        double tolerance = system->factored ? 0x1p-50 * cabs(poles[i]) : of_A;
        bool bounded = true;
        if (creal(poles[i]) < -tolerance)
            continue;
        if (creal(poles[i]) <= tolerance)
            status = is_bounded(&bounded, system, A, poles, i, tolerance, error);
        *out = creal(poles[i]) > tolerance || !bounded ? SINEW_UNSTABLE : SINEW_MARGINAL;
    }
    sinew_free(poles);
    return status;
}

sinew_status sinew_system_stability(const sinew_system *system, sinew_stability *out,
                                    sinew_error *error)
{
    if (!system || !out)
        return sinew_fail_null(error);
    size_t n = system->order;
    double *A = sinew_copy(system->A, n * n, sizeof *A), *scale = sinew_alloc(n, sizeof *scale);
    sinew_status status = SINEW_ERR_MEMORY;
    *out = SINEW_STABLE;
    if (!A || !scale) {
        status = sinew_fail_memory(error);
    } else {
        sinew_balance(A, scale, n);
        status = judge(out, system, A, error);
    }
    sinew_free(A);
    sinew_free(scale);
    return status;
}
