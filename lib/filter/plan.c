/* How a filter runs, for those who ask. */
#include "sinew/plan.h"

#include "base/error.h"
#include "filter/blockwise.h"
#include "filter/convolve.h"

static const char *const forms[] = {[SINEW_FORM_DENSE] = "dense",
                                    [SINEW_FORM_CASCADE] = "cascade",
                                    [SINEW_FORM_PARALLEL] = "parallel"};

static void tell_block(sinew_plan *out, const sinew_blockwise *b)
{
    out->arithmetic = b->type;
    out->length = b->length;
    out->coordinates = b->coordinates.P ? "balanced" : "given";
    out->computes_by = b->lifted ? "registers" : "products";
    out->lanes = sinew_blockwise_lanes(b, b->filter.node.sample_in, b->filter.copies);
    if (out->lanes > 1)
        out->computes_by = "channels";
}

static void tell_convolve(sinew_plan *out, const sinew_convolve *c)
{
    out->arithmetic = c->filter.node.sample_in;
    out->length = c->length;
    out->partitions = c->partitions;
    out->computes_by = "transforms";
}

static void tell(sinew_plan *out, const sinew_node *node)
{
    const sinew_filter *f = (const sinew_filter *)node;
    *out = (sinew_plan){.engine = sinew_filter_engine(node),
                        .form = forms[f->recurrence.form],
                        .coordinates = "given",
                        .computes_by = "recurrence",
                        .simd = f->recurrence.simd->name,
                        .arithmetic = SINEW_SAMPLE_F64,
                        .length = 1,
                        .lanes = 1};
    if (out->engine == SINEW_ENGINE_BLOCK)
        tell_block(out, (const sinew_blockwise *)node);
    else if (out->engine == SINEW_ENGINE_CONVOLVE)
        tell_convolve(out, (const sinew_convolve *)node);
}

sinew_status sinew_plan_filter(sinew_plan *out, const sinew_discretization *d,
                               const sinew_filter_opts *opts, sinew_error *error)
{
    sinew_node *node;
    if (!out)
        return sinew_fail_null(error);
    sinew_status status = sinew_filter_new(&node, d, opts, error);
    if (status)
        return status;
    tell(out, node);
    sinew_node_free(node);
    for (unsigned e = 0; e < SINEW_ENGINES; e++)
        out->ns[e] = sinew_filter_cost(d, opts, (sinew_engine)e);
    return SINEW_OK;
}
