/* The factors of a factored system, given out again. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "ssm/groups.h"
#include "ssm/system.h"

static sinew_status check(const sinew_system *system, sinew_error *error)
{
    if (system->factored)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                      "a system from matrices has no factors of its own");
}

sinew_status sinew_system_gain(const sinew_system *system, double *gain, int *exponent,
                               sinew_error *error)
{
    if (!system || !gain || !exponent)
        return sinew_fail_null(error);
    sinew_status status = check(system, error);
    *gain = status ? 0 : frexp(system->zpk.gain, exponent);
    if (status || *gain == 0)
        *exponent = 0;
    else
        *exponent += system->zpk.exponent;
    return status;
}

/* The last n + 1 of c[3]: gain prod(s - roots). What is conjugate is multiplied as such. */
static void polynomial(double c[3], const double complex roots[2], int n, double gain)
{
    double complex a = n > 0 ? roots[0] : 0, b = n > 1 ? roots[1] : 0;
    double square = cimag(a) != 0 ? creal(a) * creal(a) + cimag(a) * cimag(a) : creal(a) * creal(b);
    memset(c, 0, 3 * sizeof *c);
    c[2 - n] = gain;
    if (n == 1)
        c[2] = 0 - gain * creal(a); /* no -0 for people to wonder at */
    if (n == 2) {
        c[1] = 0 - gain * (creal(a) + creal(b));
        c[2] = gain * square;
    }
}

static sinew_status put_sections(double *sections, const sinew_group *groups, size_t n,
                                 sinew_error *error)
{
    for (size_t i = 0; i < n; i++) {
        double *row = sections + 6 * i;
        polynomial(row, groups[i].z, groups[i].zeros, groups[i].gain);
        polynomial(row + 3, groups[i].p, groups[i].poles, 1);
        for (int k = 0; k < 6; k++)
            if (!isfinite(row[k]))
                return sinew_fail(error, SINEW_ERR_NUMERIC,
                                  "section %zu has a coefficient that no double holds", i);
    }
    return SINEW_OK;
}

sinew_status sinew_system_sos(const sinew_system *system, double *sections, size_t *n,
                              sinew_error *error)
{
    if (!system || !sections || !n)
        return sinew_fail_null(error);
    *n = 0;
    sinew_status status = check(system, error);
    if (status)
        return status;
    size_t room = system->order > 0 ? system->order : 1, count = 1;
    sinew_group *groups = sinew_alloc(room, sizeof *groups);
    if (!groups)
        return sinew_fail_memory(error);
    if (system->order > 0)
        status = sinew_groups_make(groups, &count, &system->zpk, error);
    else
        groups[0].gain = ldexp(system->zpk.gain, system->zpk.exponent);
    if (!status)
        status = put_sections(sections, groups, count, error);
    if (!status)
        *n = count;
    sinew_free(groups);
    return status;
}
