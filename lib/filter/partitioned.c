/* Making one, and what goes by the sample type. */
#include "filter/partitioned.h"

#include "base/error.h"
#include "base/memory.h"
#include "filter/partitioned_inside.h"
#include "math/transform.h"

static const sinew_partitioned_ops *ops_of(const sinew_partitioned *c)
{
    return c->real_bytes == sizeof(float) ? &sinew_partitioned_f32 : &sinew_partitioned_f64;
}

static sinew_status init_level(sinew_partitioned *c, sinew_level *l, sinew_error *error)
{
    l->n_units = sinew_level_units(NULL, c, l);
    l->units = sinew_alloc(l->n_units, sizeof *l->units);
    l->done = sinew_alloc(c->slots, sizeof *l->done);
    l->constants = sinew_alloc(sinew_transform_constants(l->length), c->real_bytes);
    l->spectra = sinew_alloc(c->inputs * c->outputs * sinew_level_partitions(l),
                             2 * l->length * c->real_bytes);
    if (!l->units || !l->done || !l->constants || !l->spectra)
        return sinew_fail_memory(error);
    sinew_level_units(l->units, c, l);
    return SINEW_OK;
}

sinew_status sinew_partitioned_init(sinew_partitioned *c, size_t inputs, size_t outputs,
                                    size_t taps, const double *h, sinew_sample sample,
                                    const sinew_partitioned_opts *opts, sinew_error *error)
{
    *c = sinew_partitioned_of(inputs, outputs, taps, sample);
    sinew_partitioned_opts plan = *opts;
    if (plan.n_levels == 0)
        sinew_partitioned_plan(&plan, inputs, outputs, taps, sample);
    sinew_status status = sinew_partitioned_check(&plan, error);
    if (status)
        return status;
    sinew_partitioned_lay_out(c, &plan);
    for (size_t i = 0; !status && i < c->n_levels; i++)
        status = init_level(c, &c->levels[i], error);
    c->head = sinew_alloc(inputs * outputs * SINEW_HEAD_PADDED, c->real_bytes);
    if (!status && !c->head)
        status = sinew_fail_memory(error);
    if (!status)
        status = sinew_partitioned_schedule(c, error);
    return status ? status : ops_of(c)->fill(c, h, error);
}

void sinew_partitioned_finish(sinew_partitioned *c)
{
    for (size_t i = 0; i < c->n_levels; i++) {
        sinew_level *l = &c->levels[i];
        sinew_free(l->units);
        sinew_free(l->done);
        sinew_free(l->constants);
        sinew_free(l->spectra);
    }
    sinew_free(c->head);
}

void sinew_partitioned_run(const sinew_partitioned *c, void *state,
                           const sinew_partitioned_frames *f)
{
    ops_of(c)->run(c, state, f);
}

void sinew_partitioned_resume(const sinew_partitioned *c, void *state)
{
    ops_of(c)->resume(c, state);
}
