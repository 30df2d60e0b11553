#include "filter/rounded.h"

#include <complex.h>
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/eigen.h"

/* As the engine holds it: of a state that is kept, the rest is rounded. */
static double rounded(const sinew_lifted *l, size_t i, size_t j)
{
    size_t at = i * l->order + j;
    if (i == j && sinew_section_keeps(l->power[at]))
        return 1 + (double)(float)l->E[at];
    return (double)(float)l->power[at];
}

static sinew_status find_radius(double *radius, const sinew_lifted *l, const size_t *states,
                                size_t n, sinew_error *error)
{
    double *A = sinew_alloc(n * n, sizeof *A);
    double complex *values = sinew_alloc(n, sizeof *values);
    sinew_status status = A && values ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < n * n; i++)
        A[i] = rounded(l, states[i / n], states[i % n]);
    if (!status)
        status = sinew_eigenvalues(values, A, n, error);
    for (size_t i = 0; !status && i < n; i++)
        *radius = fmax(*radius, cabs(values[i]));
    sinew_free(A);
    sinew_free(values);
    return status;
}

sinew_status sinew_rounded_fades(bool *fades, const sinew_lifted *l, double radius,
                                 const sinew_components *groups, sinew_error *error)
{
    double exact = pow(radius, (double)l->length), found = 0;
    sinew_status status = SINEW_OK;
    *fades = true;
    if (!(radius < 1))
        return SINEW_OK;
    for (size_t c = 0; !status && c < groups->count; c++) {
        const size_t *states;
        size_t n = sinew_component(groups, c, &states);
        status = find_radius(&found, l, states, n, error);
    }
    *fades = !status && found <= exact + (1 - exact) / 2;
    return status;
}
