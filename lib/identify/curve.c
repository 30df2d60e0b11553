#include "identify/curve.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/eigen.h"
#include "math/tall.h"

/* phi (n + 1) at jw, the last is 1. */
static void basis(double complex *phi, const sinew_curve_poles *poles, double w)
{
    double complex s = sinew_cmplx(0, w);
    for (size_t i = 0; i < poles->n; i++) {
        double complex p = poles->at[i], one = 1 / (s - p);
        phi[i] = one;
        if (cimag(p) > 0) {
            double complex other = 1 / (s - conj(p));
            phi[i] = one + other;
            phi[++i] = sinew_cmplx(0, 1) * (one - other);
        }
    }
    phi[poles->n] = 1;
}

static void add_row(double *row, const double complex *phi, size_t n, double complex by, int part)
{
    for (size_t i = 0; i < n; i++) {
        double complex x = by * phi[i];
        row[i] = part == 0 ? creal(x) : cimag(x);
    }
}

/* Of one element: rows [phi | -H phi], of which the triangle under the first half is what the
 * others of the same sigma need to know (Deschrijver, Mrozowski, Dhaene, De Zutter 2008). */
static sinew_status add_element(sinew_tall *sigma, const sinew_curve *curve,
                                const sinew_curve_poles *poles, size_t element, double complex *phi,
                                sinew_error *error)
{
    size_t width = poles->n + 1;
    sinew_tall t;
    sinew_status status = sinew_tall_init(&t, 2 * width, error);
    for (size_t k = 0; !status && k < curve->n; k++) {
        double weight = curve->weight[k * curve->elements + element];
        double complex H = curve->H[k * curve->elements + element];
        basis(phi, poles, curve->w[k]);
        for (int part = 0; !status && part < 2; part++) {
            double *row;
            status = sinew_tall_row(&row, &t, error);
            if (status)
                break;
            add_row(row, phi, width, weight, part);
            add_row(row + width, phi, width, -weight * H, part);
        }
    }
    if (!status)
        status = sinew_tall_reduce(&t, error);
    for (size_t i = 0; !status && i < width; i++) {
        double *row;
        status = sinew_tall_row(&row, sigma, error);
        if (!status)
            memcpy(row, t.rows + (width + i) * 2 * width + width, width * sizeof *row);
    }
    sinew_tall_finish(&t);
    return status;
}

/* Sigma must not vanish: its mean over the frequencies is 1 (Gustavsen 2006), with the weight that
 * the data have. */
static sinew_status add_mean(sinew_tall *sigma, const sinew_curve *curve,
                             const sinew_curve_poles *poles, double complex *phi,
                             sinew_error *error)
{
    size_t width = poles->n + 1;
    double size = 0;
    for (size_t i = 0; i < curve->n * curve->elements; i++)
        size = hypot(size, curve->weight[i] * cabs(curve->H[i]));
    double *row;
    sinew_status status = sinew_tall_row(&row, sigma, error);
    if (status)
        return status;
    for (size_t k = 0; k < curve->n; k++) {
        basis(phi, poles, curve->w[k]);
        for (size_t i = 0; i < width; i++)
            row[i] += creal(phi[i]) * size / (double)curve->n;
    }
    row[width] = size;
    return SINEW_OK;
}

/* The zeros of d + sum c phi: eigenvalues of A - b c^T / d, A and b being the real form of the
 * basis: a pair is [[re, im], [-im, re]] and [2, 0]. */
static sinew_status find_zeros(sinew_curve_poles *poles, const double *sigma, sinew_error *error)
{
    size_t n = poles->n;
    double *A = sinew_alloc(n * n, sizeof *A), d = sigma[n];
    if (!A)
        return sinew_fail_memory(error);
    if (fabs(d) < 1e-8) /* as good as none: then as little as still says where */
        d = d < 0 ? -1e-8 : 1e-8;
    for (size_t i = 0; i < n; i++) {
        double complex p = poles->at[i];
        bool pair = cimag(p) > 0;
        for (size_t j = 0; j < n; j++)
            A[i * n + j] = -(pair ? 2 : 1) * sigma[j] / d;
        A[i * n + i] += creal(p);
        if (pair) {
            A[i * n + i + 1] += cimag(p);
            A[(i + 1) * n + i] = -cimag(p);
            A[(i + 1) * n + i + 1] = creal(p);
            i++;
        }
    }
    sinew_status status = sinew_eigenvalues(poles->at, A, n, error);
    sinew_free(A);
    return status;
}

/* The mirror image of what is not stable; a pole on the axis goes beside it. */
static void reflect(sinew_curve_poles *poles)
{
    for (size_t i = 0; i < poles->n; i++) {
        double re = fabs(creal(poles->at[i])), im = cimag(poles->at[i]);
        poles->at[i] = sinew_cmplx(-fmax(re, 1e-12 * fmax(fabs(im), 1e-6)), im);
    }
}

sinew_status sinew_curve_move(sinew_curve_poles *poles, const sinew_curve *curve,
                              sinew_error *error)
{
    size_t width = poles->n + 1;
    double complex *phi = sinew_alloc(width, sizeof *phi);
    double *X = sinew_alloc(width, sizeof *X);
    sinew_tall sigma = {0};
    sinew_status status =
        phi && X ? sinew_tall_init(&sigma, width + 1, error) : sinew_fail_memory(error);
    for (size_t e = 0; !status && e < curve->elements; e++)
        status = add_element(&sigma, curve, poles, e, phi, error);
    if (!status)
        status = add_mean(&sigma, curve, poles, phi, error);
    if (!status)
        status = sinew_tall_solve(X, &sigma, 1, error);
    if (!status)
        status = find_zeros(poles, X, error);
    if (!status)
        reflect(poles);
    sinew_tall_finish(&sigma);
    sinew_free(phi);
    sinew_free(X);
    return status;
}

static sinew_status fit_element(double *X, const sinew_curve *curve, const sinew_curve_poles *poles,
                                size_t element, double complex *phi, sinew_error *error)
{
    size_t width = poles->n + 1;
    sinew_tall t;
    sinew_status status = sinew_tall_init(&t, width + 1, error);
    for (size_t k = 0; !status && k < curve->n; k++) {
        double weight = curve->weight[k * curve->elements + element];
        double complex H = weight * curve->H[k * curve->elements + element];
        basis(phi, poles, curve->w[k]);
        for (int part = 0; !status && part < 2; part++) {
            double *row;
            status = sinew_tall_row(&row, &t, error);
            if (status)
                break;
            add_row(row, phi, width, weight, part);
            row[width] = part == 0 ? creal(H) : cimag(H);
        }
    }
    if (!status)
        status = sinew_tall_solve(X, &t, 1, error);
    sinew_tall_finish(&t);
    return status;
}

/* weighted squares of the error and of the data; the largest of both, unweighted */
static void compare(double squares[2], double largest[2], const double *X, const sinew_curve *curve,
                    const sinew_curve_poles *poles, size_t element, double complex *phi)
{
    for (size_t k = 0; k < curve->n; k++) {
        size_t at = k * curve->elements + element;
        double complex H = curve->H[at], fit = 0;
        basis(phi, poles, curve->w[k]);
        for (size_t i = 0; i <= poles->n; i++)
            fit += X[i] * phi[i];
        double off = cabs(fit - H), weight = curve->weight[at];
        squares[0] += weight * weight * off * off;
        squares[1] += weight * weight * (creal(H) * creal(H) + cimag(H) * cimag(H));
        largest[0] = off <= largest[0] ? largest[0] : off;
        largest[1] = fmax(largest[1], cabs(H));
    }
}

sinew_status sinew_curve_residues(double *X, double *rms, double *peak, const sinew_curve *curve,
                                  const sinew_curve_poles *poles, sinew_error *error)
{
    size_t width = poles->n + 1;
    double complex *phi = sinew_alloc(width, sizeof *phi);
    double squares[2] = {0}, largest[2] = {0};
    sinew_status status = phi ? SINEW_OK : sinew_fail_memory(error);
    for (size_t e = 0; !status && e < curve->elements; e++) {
        status = fit_element(X + e * width, curve, poles, e, phi, error);
        if (!status)
            compare(squares, largest, X + e * width, curve, poles, e, phi);
    }
    *rms = sqrt(squares[0] / squares[1]);
    *peak = largest[0] / largest[1];
    sinew_free(phi);
    return status;
}
