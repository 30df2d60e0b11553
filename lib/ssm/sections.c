#include "ssm/sections.h"

#include <math.h>

/* (s - sigma) I - [[0, k], [-omega^2/k, 0]] has the inverse [[v, k], [-omega^2/k, v]] over
 * v^2 + omega^2, v = s - sigma; with b = (0, beta): k c0 beta = r0 and c1 beta = r1. k = omega
 * is the coupled form [[s, w], [-w, s]]; for an almost double real pole it would divide by
 * almost nothing, and k is kept at a part of sigma. |b| = |c| balances input against output. */
sinew_section sinew_section_coupled(double sigma, double omega, double r1, double r0, double d)
{
    double k = fmax(omega, fabs(sigma) / 8);
    double beta = sqrt(hypot(r0 / k, r1));
    sinew_section s = {.A = {{sigma, k}, {k == omega ? -omega : -omega * (omega / k), sigma}},
                       .d = d,
                       .states = 2};
    if (beta > 0) {
        s.b[1] = beta;
        s.c[0] = r0 / k / beta;
        s.c[1] = r1 / beta;
    }
    return s;
}

sinew_section sinew_section_single(double p, double r, double d)
{
    double beta = sqrt(fabs(r));
    return (sinew_section){.A = {{p}}, .b = {beta}, .c = {copysign(beta, r)}, .d = d, .states = 1};
}

void sinew_sections_series(const sinew_section *sections, size_t count, double direct, size_t order,
                           double *A, double *B, double *C, double *D)
{
    /* C and D run along: the output so far, as a function of the states and of u. */
    size_t at = 0;
    *D = count ? 1 : direct;
    for (size_t i = 0; i < count; i++) {
        const sinew_section *s = &sections[i];
        for (int r = 0; r < s->states; r++) {
            double *row = A + (at + (size_t)r) * order;
            for (size_t j = 0; j < at; j++)
                row[j] = s->b[r] * C[j];
            for (int j = 0; j < s->states; j++)
                row[at + (size_t)j] = s->A[r][j];
            B[at + (size_t)r] = s->b[r] * *D;
        }
        for (size_t j = 0; j < at; j++)
            C[j] *= s->d;
        for (int r = 0; r < s->states; r++)
            C[at + (size_t)r] = s->c[r];
        *D *= s->d;
        at += (size_t)s->states;
    }
}

void sinew_sections_parallel(const sinew_section *sections, size_t count, double direct,
                             size_t order, double *A, double *B, double *C, double *D)
{
    size_t at = 0;
    *D = direct;
    for (size_t i = 0; i < count; i++) {
        const sinew_section *s = &sections[i];
        for (int r = 0; r < s->states; r++, at++) {
            for (int j = 0; j < s->states; j++)
                A[at * order + at - (size_t)r + (size_t)j] = s->A[r][j];
            B[at] = s->b[r];
            C[at] = s->c[r];
        }
    }
}

/* As section_at of response.c, with x = (z I - A)^-1 b and dx = -(z I - A)^-1 x. */
bool sinew_section_slope(sinew_slope *out, const sinew_section *s, double complex less_one)
{
    double complex p = less_one - s->less[0][0], q = 1, det = p, x[2], dx[2];
    double upper = 0, lower = 0;
    if (s->states == 2) {
        upper = s->A[0][1];
        lower = s->A[1][0];
        q = less_one - s->less[1][1];
        det = p * q - upper * lower;
    }
    if (det == 0)
        return false;
    x[0] = (q * s->b[0] + upper * s->b[1]) / det;
    x[1] = s->states == 2 ? (lower * s->b[0] + p * s->b[1]) / det : 0;
    dx[0] = -(q * x[0] + upper * x[1]) / det;
    dx[1] = s->states == 2 ? -(lower * x[0] + p * x[1]) / det : 0;
    out->value = s->c[0] * x[0] + s->c[1] * x[1] + s->d;
    out->slope = s->c[0] * dx[0] + s->c[1] * dx[1];
    out->size = cabs(s->c[0] * x[0]) + cabs(s->c[1] * x[1]) + fabs(s->d);
    return true;
}
