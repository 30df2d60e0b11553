/* HiPPO's matrices as normal plus low rank (Gu, Goel, Re 2022, arXiv 2111.00396, appendix C):
 *
 *   (A + A') / 2 = re I - P P',   (A - A') / 2 = S skew:   A = re I + S - P P'
 *
 * -j S is Hermitian, so V is unitary to rounding. A itself must not be diagonalised: the condition
 * of LegS's eigenvectors is 1e19 at order 32. */
#include <complex.h>
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/hermitian.h"
#include "sinew/s4.h"
#include "ssm/hippo.h"

/* P over the states, before V: row r of rank; and re. Of (A + A')/2 as hippo.h gives A. */
static double correction(const sinew_hippo *h, const double *A, size_t row, size_t i)
{
    double diagonal = -A[i * h->order + i];
    switch (h->measure) {
    case SINEW_HIPPO_LEGS: /* (2i+1) / 2 of i + 1, the rest is re */
        return sqrt(diagonal * ((double)(2 * i + 1) / (double)(2 * i + 2)));
    case SINEW_HIPPO_LEGT: /* even and odd states do not meet */
        return i % 2 == row ? sqrt(diagonal) : 0;
    case SINEW_HIPPO_LAGT:
        return sqrt(h->tilted ? diagonal : diagonal / 2);
    case SINEW_HIPPO_FOUT:
        return sqrt(diagonal);
    }
    return 0;
}

static double real_part(const sinew_hippo *h, const double *A)
{
    bool half = h->measure == SINEW_HIPPO_LEGS || (h->measure == SINEW_HIPPO_LAGT && !h->tilted);
    return half ? A[0] / 2 : 0;
}

static sinew_complex put(double complex z)
{
    return (sinew_complex){creal(z), cimag(z)};
}

/* v* x for a real x. */
static double complex inner(const double complex *v, const double *x, size_t n)
{
    double complex sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += conj(v[i]) * x[i];
    return sum;
}

/* Turn v so that v* B is real and not negative; one that B does not reach, its largest entry. */
static void set_phase(double complex *v, const double *B, size_t n)
{
    double complex turn = inner(v, B, n), largest = 0;
    double size = 0;
    for (size_t i = 0; i < n; i++) {
        size += fabs(B[i]);
        largest = cabs(v[i]) > cabs(largest) ? v[i] : largest;
    }
    if (cabs(turn) <= 0x1p-40 * size)
        turn = conj(largest);
    turn /= cabs(turn);
    for (size_t i = 0; i < n; i++)
        v[i] *= turn;
}

/* Of the vectors Re a, Im a, Re b, Im b the longest, to length one, without its part along `less`
 * (NULL: none). */
static void longest_part(double *out, const double complex *a, const double complex *b,
                         const double *less, double *part, size_t n)
{
    double longest = 0;
    for (int which = 0; which < 4; which++) {
        const double complex *v = which < 2 ? a : b;
        double along = 0, length = 0;
        for (size_t i = 0; i < n; i++) {
            part[i] = which % 2 ? cimag(v[i]) : creal(v[i]);
            along += less ? part[i] * less[i] : 0;
        }
        for (size_t i = 0; i < n; i++) {
            part[i] -= less ? along * less[i] : 0;
            length = hypot(length, part[i]);
        }
        for (size_t i = 0; length > longest && i < n; i++)
            out[i] = part[i] / length;
        longest = fmax(longest, length);
    }
}

/* Two modes of frequency 0, of which an eigensolver gives any basis: (r + j s) / sqrt 2 with real r
 * and s stands for both. (Of an even fout: the constant, and the last cosine.) */
static sinew_status pair_zeros(double complex *a, const double complex *b, size_t n,
                               sinew_error *error)
{
    double *all = sinew_alloc(3 * n, sizeof *all), *r = all, *s = all + n;
    if (!all)
        return sinew_fail_memory(error);
    longest_part(r, a, b, NULL, all + 2 * n, n);
    longest_part(s, a, b, r, all + 2 * n, n);
    for (size_t i = 0; i < n; i++)
        a[i] = sqrt(0.5) * sinew_cmplx(r[i], s[i]);
    sinew_free(all);
    return SINEW_OK;
}

static void put_mode(sinew_nplr *out, size_t k, const sinew_hippo *h, double complex *v, double im,
                     const double *A, const double *B, const double *P)
{
    size_t n = h->order;
    bool alone = n % 2 == 1 && k == 0;
    double weight = alone ? sqrt(0.5) : 1;
    set_phase(v, B, n);
    for (size_t i = 0; i < n; i++) {
        if (alone) /* a real eigenvector, but for rounding */
            v[i] = creal(v[i]);
        out->V[i * out->modes + k] = put(weight * v[i]);
    }
    out->lambda[k] = (sinew_complex){real_part(h, A), alone ? 0 : im};
    out->B[k] = (sinew_complex){weight * creal(inner(v, B, n)), 0};
    for (size_t r = 0; r < out->rank; r++)
        out->P[r * out->modes + k] = put(weight * inner(v, P + r * n, n));
}

static sinew_status alloc(sinew_nplr *out, const sinew_hippo *h, sinew_error *error)
{
    size_t modes = (h->order + 1) / 2, rank = h->measure == SINEW_HIPPO_LEGT ? 2 : 1;
    *out = (sinew_nplr){.modes = modes,
                        .rank = rank,
                        .lambda = sinew_alloc(modes, sizeof *out->lambda),
                        .P = sinew_alloc(rank * modes, sizeof *out->P),
                        .B = sinew_alloc(modes, sizeof *out->B),
                        .V = sinew_alloc(h->order * modes, sizeof *out->V)};
    bool good = out->lambda && out->P && out->B && out->V;
    return good ? SINEW_OK : sinew_fail_memory(error);
}

void sinew_nplr_finish(sinew_nplr *nplr)
{
    sinew_free(nplr->lambda);
    sinew_free(nplr->P);
    sinew_free(nplr->B);
    sinew_free(nplr->V);
    *nplr = (sinew_nplr){0};
}

/* The upper half of the spectrum, which is symmetric about 0. */
static sinew_status decompose(sinew_nplr *out, const sinew_hippo *h, const double *A,
                              const double *B, const double *P, sinew_error *error)
{
    size_t n = h->order;
    double complex *M = sinew_alloc(n * n, sizeof *M), *vectors = sinew_alloc(n * n, sizeof *M);
    double *values = sinew_alloc(n, sizeof *values);
    sinew_status status = M && vectors && values ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < n; i++)
        for (size_t k = 0; k < n; k++)
            M[i * n + k] = sinew_cmplx(0, A[k * n + i] / 2 - A[i * n + k] / 2); /* -j S */
    if (!status)
        status = sinew_hermitian(values, vectors, M, n, error);
    size_t first = n - out->modes;
    if (!status && n % 2 == 0 && values[first] <= 0x1p-46 * values[n - 1]) {
        status = pair_zeros(vectors + first * n, vectors + (first - 1) * n, n, error);
        values[first] = 0;
    }
    for (size_t k = 0; !status && k < out->modes; k++) {
        size_t at = first + k;
        put_mode(out, k, h, vectors + at * n, values[at], A, B, P);
    }
    sinew_free(M);
    sinew_free(vectors);
    sinew_free(values);
    return status;
}

sinew_status sinew_nplr_init(sinew_nplr *out, const sinew_hippo *h, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = (sinew_nplr){0};
    sinew_status status = sinew_hippo_check(h, error);
    if (!status && (h->lmu || h->idle_sine))
        status = sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                            "no normal plus low rank form of a hippo with '%s'",
                            h->lmu ? "lmu" : "idle_sine");
    if (!status)
        status = alloc(out, h, error);
    if (status) {
        sinew_nplr_finish(out);
        return status;
    }
    size_t n = h->order;
    double *A = sinew_alloc(n * n, sizeof *A), *B = sinew_alloc(n, sizeof *B);
    double *P = sinew_alloc(out->rank * n, sizeof *P);
    if (!A || !B || !P) {
        status = sinew_fail_memory(error);
    } else {
        sinew_hippo_matrices(h, A, B);
        for (size_t r = 0; r < out->rank; r++)
            for (size_t i = 0; i < n; i++)
                P[r * n + i] = correction(h, A, r, i);
        status = decompose(out, h, A, B, P, error);
    }
    sinew_free(A);
    sinew_free(B);
    sinew_free(P);
    if (status)
        sinew_nplr_finish(out);
    return status;
}
