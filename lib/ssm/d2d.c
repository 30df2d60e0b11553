#include "base/error.h"
#include "base/hash.h"
#include "ssm/d2c.h"
#include "ssm/system.h"

sinew_status sinew_discretization_d2d(sinew_discretization **out, const sinew_discretization *d,
                                      const sinew_discretize_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!d || !opts)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no discretization or no options");
    if (d->origin)
        return sinew_discretize(out, d->origin, opts, error);
    sinew_system *system = NULL;
    sinew_discrete discrete = {{d->order, d->inputs, d->outputs, d->A, d->B, d->C, d->D}, d->less};
    sinew_status status = sinew_d2c(&system, &discrete, &d->asked, d->step_s, error);
    if (!status) {
        system->asked = sinew_hash(d->hash, "d2d", 3);
        status = sinew_discretize(out, system, opts, error);
    }
    sinew_system_free(system);
    return status;
}
