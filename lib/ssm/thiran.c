/* The denominator 1 + a_1 z^-1 + ... + a_N z^-N of the delay D has (Laakso, Valimaki, Karjalainen,
 * Laine 1996, IEEE Signal Processing Magazine 13(1):30, equation 86)
 *
 *     a_k = (-1)^k binomial(N, k) prod over i = 0 .. N of (D - N + i) / (D - N + k + i)
 *
 * and the numerator is it turned round. Each section is turned round by itself, so all of them stay
 * all-passes exactly however their poles are rounded. */
#include "ssm/thiran.h"

#include <complex.h>
#include <stdbool.h>

#include "math/roots.h"
#include "sinew/delay.h"

static double coefficient(double frames, size_t order, size_t k)
{
    long double product = k % 2 ? -1 : 1, rest = (long double)frames - (long double)order;
    for (size_t i = 0; i < k; i++)
        product *= (long double)(order - i) / (long double)(i + 1);
    for (size_t i = 0; i <= order; i++)
        product *= (rest + (long double)i) / (rest + (long double)(k + i));
    return (double)product;
}

/* (1 - p z) / (z - p) */
static sinew_section single(double p)
{
    return (sinew_section){
        .A = {{p}}, .b = {1}, .c = {1 - p * p}, .d = -p, .less = {{p - 1}}, .states = 1};
}

/* (c2 z^2 + c1 z + 1) / (z^2 + c1 z + c2) */
static sinew_section pair(double complex p)
{
    double c1 = -2 * creal(p), c2 = creal(p) * creal(p) + cimag(p) * cimag(p);
    return (sinew_section){.A = {{-c1, -c2}, {1, 0}},
                           .b = {1, 0},
                           .c = {c1 * (1 - c2), (1 - c2) * (1 + c2)},
                           .d = c2,
                           .less = {{-c1 - 1, -c2}, {1, -1}},
                           .states = 2};
}

sinew_status sinew_thiran(sinew_section *sections, size_t *count, double frames, size_t order,
                          sinew_error *error)
{
    double a[SINEW_THIRAN_ORDER_MAX + 1];
    double complex poles[SINEW_THIRAN_ORDER_MAX];
    *count = 0;
    for (size_t k = 0; k <= order; k++)
        a[k] = coefficient(frames, order, k);
    sinew_status status = sinew_roots(poles, a, order, error);
    for (size_t i = 0; !status && i < order; i++) {
        bool is_pair = cimag(poles[i]) != 0;
        sections[(*count)++] = is_pair ? pair(poles[i]) : single(creal(poles[i]));
        i += is_pair;
    }
    return status;
}
