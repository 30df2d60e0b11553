/* A cascade from zeros, poles and gain. No polynomial of more than two roots is formed. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "ssm/groups.h"
#include "ssm/sections.h"

/* With v = s - sigma: gain (v^2 - (a + b) v + a b) / (v^2 + omega^2), a and b the zeros less
 * sigma; a b - omega^2 is taken apart so that a zero beside the pole loses nothing. */
static sinew_section section_complex(const sinew_group *g, double gain)
{
    double sigma = creal(g->p[0]), omega = cimag(g->p[0]);
    if (g->zeros == 0)
        return sinew_section_coupled(sigma, omega, 0, gain, 0);
    double a = creal(g->z[0]) - sigma, b = creal(g->z[1]) - sigma;
    if (g->zeros == 1)
        return sinew_section_coupled(sigma, omega, gain, -gain * a, 0);
    double im = cimag(g->z[0]);
    double r0 = im != 0 ? a * a + (im - omega) * (im + omega) : fma(a, b, -omega * omega);
    return sinew_section_coupled(sigma, omega, -gain * (a + b), gain * r0, gain);
}

/* [[p0, 0], [k, p1]] with b = (beta, 0): the transfer is d + c0 beta / (s - p0) +
 * c1 k beta / ((s - p0)(s - p1)), so c1 k beta = N(p1), a product of differences. */
static sinew_section section_real_pair(const sinew_group *g, double gain, double scale)
{
    double p0 = creal(g->p[0]), p1 = creal(g->p[1]);
    double k = fmax(fabs(p0), fabs(p1)), at_p1 = gain, r1 = 0;
    if (k == 0)
        k = scale;
    if (g->zeros > 0)
        at_p1 *= p1 - creal(g->z[0]);
    if (g->zeros == 1)
        r1 = gain;
    if (g->zeros == 2) {
        double im = cimag(g->z[0]);
        at_p1 = im != 0 ? gain * fma(p1 - creal(g->z[0]), p1 - creal(g->z[0]), im * im)
                        : at_p1 * (p1 - creal(g->z[1]));
        r1 = gain * ((p0 - creal(g->z[0])) + (p1 - creal(g->z[1])));
    }
    double beta = sqrt(hypot(r1, at_p1 / k));
    sinew_section s = {.A = {{p0, 0}, {k, p1}}, .states = 2, .d = g->zeros == 2 ? gain : 0};
    if (beta > 0) {
        s.b[0] = beta;
        s.c[0] = r1 / beta;
        s.c[1] = at_p1 / k / beta;
    }
    return s;
}

static sinew_section realise(const sinew_group *g, double gain, double scale)
{
    double p = creal(g->p[0]);
    if (g->poles == 1 && g->zeros == 1)
        return sinew_section_single(p, gain * (p - creal(g->z[0])), gain);
    if (g->poles == 1)
        return sinew_section_single(p, gain, 0);
    return cimag(g->p[0]) != 0 ? section_complex(g, gain) : section_real_pair(g, gain, scale);
}

sinew_status sinew_sections_cascade(sinew_section *sections, size_t *count, const sinew_zpk *zpk,
                                    sinew_error *error)
{
    *count = 0;
    if (zpk->n_poles == 0)
        return SINEW_OK;
    sinew_group *groups = sinew_alloc(zpk->n_poles, sizeof *groups);
    if (!groups)
        return sinew_fail_memory(error);
    size_t n = 0;
    sinew_status status = sinew_groups_make(groups, &n, zpk, error);
    if (!status) {
        double scale = sinew_groups_scale(zpk);
        for (size_t i = 0; i < n; i++)
            sections[i] = realise(&groups[i], groups[i].gain, scale);
        *count = n;
    }
    sinew_free(groups);
    return status;
}
