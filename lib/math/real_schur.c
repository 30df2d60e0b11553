#include "math/real_schur.h"

#include "base/error.h"
#include "base/memory.h"
#include "math/lapack.h"
#include "math/matrix.h"

void sinew_real_schur_finish(sinew_real_schur *s)
{
    sinew_free(s->T);
    sinew_free(s->Z);
    sinew_free(s->re);
    sinew_free(s->im);
    *s = (sinew_real_schur){0};
}

static sinew_status answer(lapack_int info, sinew_error *error)
{
    return sinew_lapack_answer(info, "the Schur form did not converge", error);
}

sinew_status sinew_real_schur_init(sinew_real_schur *s, const double *A, size_t n,
                                   sinew_error *error)
{
    lapack_int size = (lapack_int)n, unused;
    *s = (sinew_real_schur){.n = n};
    s->T = sinew_alloc(n * n, sizeof *s->T);
    s->Z = sinew_alloc(n * n, sizeof *s->Z);
    s->re = sinew_alloc(n, sizeof *s->re);
    s->im = sinew_alloc(n, sizeof *s->im);
    sinew_status status = SINEW_OK;
    if (!s->T || !s->Z || !s->re || !s->im) {
        status = sinew_fail_memory(error);
    } else if (n > 0) {
        sinew_matrix_transpose(s->T, A, n, n);
        status = answer(LAPACKE_dgees(LAPACK_COL_MAJOR, 'V', 'N', NULL, size, s->T, size, &unused,
                                      s->re, s->im, s->Z, size),
                        error);
    }
    if (status)
        sinew_real_schur_finish(s);
    return status;
}

/* By LAPACKE_dtrsen_work: without the conditions LAPACKE_dtrsen hands on no integer memory, and
 * dtrsen writes to it. */
sinew_status sinew_real_schur_order(sinew_real_schur *s, const lapack_logical *chosen,
                                    sinew_error *error)
{
    lapack_int n = (lapack_int)s->n, count, whole[1];
    double of_values, of_space, *work = sinew_alloc(s->n, sizeof *work);
    if (!work)
        return sinew_fail_memory(error);
    lapack_int info = 0;
    if (n > 0)
        info = LAPACKE_dtrsen_work(LAPACK_COL_MAJOR, 'N', 'V', chosen, n, s->T, n, s->Z, n, s->re,
                                   s->im, &count, &of_values, &of_space, work, n, whole, 1);
    sinew_free(work);
    if (info == 1)
        return sinew_fail(error, SINEW_ERR_NUMERIC,
                          "eigenvalues are too close to be told apart by rounded arithmetic");
    return answer(info, error);
}
