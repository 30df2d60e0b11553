/* How a filter runs, for those who ask. */
#include "sinew/plan.h"

#include "base/error.h"
#include "filter/filter.h"

static const char *const forms[] = {[SINEW_FORM_DENSE] = "dense",
                                    [SINEW_FORM_CASCADE] = "cascade",
                                    [SINEW_FORM_PARALLEL] = "parallel"};

static void tell(sinew_plan *out, const sinew_node *node)
{
    const sinew_recurrence *r = &((const sinew_filter *)node)->recurrence;
    *out = (sinew_plan){.engine = sinew_filter_engine(node),
                        .form = forms[r->form],
                        .coordinates = "given",
                        .simd = r->simd->name,
                        .length = 1,
                        .lanes = 1};
    sinew_engine_tell(out, node);
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
