#include "initial.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"

static double first_input(const sinew_block *first, sinew_sample sample, size_t channel)
{
    if (!first)
        return 0;
    return sample == SINEW_SAMPLE_F32 ? (double)((const float *)first->samples)[channel]
                                      : ((const double *)first->samples)[channel];
}

static sinew_status check(const sinew_system *system, const sinew_discretization *d, size_t n_x0,
                          sinew_error *error)
{
    sinew_method method = sinew_discretization_method(d);
    size_t order = sinew_discretization_matrices(d).order;
    if (sinew_system_is_factored(system))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "--x0 is for a system given as matrices (ss): the state of this one has "
                          "coordinates of the library's choice");
    if (method != SINEW_METHOD_ZOH && method != SINEW_METHOD_FOH)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "--x0 is for the methods zoh and foh, not for %s",
                          sinew_method_name(method));
    if (n_x0 != order)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "--x0 has %zu numbers, the system has order %zu", n_x0, order);
    return SINEW_OK;
}

sinew_status initial_state(double **out, const sinew_system *system, const sinew_discretization *d,
                           const double *x0, size_t n_x0, uint32_t channels,
                           const sinew_block *first, sinew_sample sample, sinew_error *error)
{
    sinew_status status = check(system, d, n_x0, error);
    sinew_matrices m = sinew_discretization_matrices(d);
    size_t copies = m.inputs == 1 && m.outputs == 1 ? channels : 1;
    const double *shift = sinew_discretization_foh_shift(d); /* (order, inputs) */
    *out = NULL;
    if (status)
        return status;
    double *state = sinew_alloc(copies * m.order, sizeof *state);
    if (!state)
        return sinew_fail_memory(error);
    for (size_t c = 0; c < copies; c++)
        for (size_t i = 0; i < m.order; i++) {
            double x = x0[i];
            for (size_t j = 0; j < m.inputs; j++)
                x -= shift[i * m.inputs + j] * first_input(first, sample, c + j);
            state[c * m.order + i] = x;
        }
    *out = state;
    return SINEW_OK;
}
