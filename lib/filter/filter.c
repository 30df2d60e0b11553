/* The constructor of filters: checks at the door, the choice of an engine, its table. */
#include "filter/filter.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "filter/delayed.h"
#include "filter/engines.h"

const char *const sinew_engine_names[] = {
    [SINEW_ENGINE_AUTO] = "auto",   [SINEW_ENGINE_SCAN] = "scan",
    [SINEW_ENGINE_BLOCK] = "block", [SINEW_ENGINE_CONVOLVE] = "convolve",
    [SINEW_ENGINES] = NULL,
};

/* An engine plans what its options leave open, alike in both. */
static const struct engine {
    sinew_status (*make)(sinew_node **, const sinew_discretization *, const sinew_filter_opts *,
                         sinew_error *);
    bool (*work)(sinew_work *, const sinew_discretization *, const sinew_filter_opts *);
    void (*tell)(sinew_plan *, const sinew_node *);
} engines[SINEW_ENGINES] = {
    [SINEW_ENGINE_SCAN] = {sinew_scan_new, sinew_scan_work, sinew_scan_tell},
    [SINEW_ENGINE_BLOCK] = {sinew_blockwise_new, sinew_blockwise_work, sinew_blockwise_tell},
    [SINEW_ENGINE_CONVOLVE] = {sinew_convolve_new, sinew_convolve_work, sinew_convolve_tell},
};

const char *sinew_engine_name(sinew_engine engine)
{
    return (unsigned)engine < SINEW_ENGINES ? sinew_engine_names[engine] : "unknown";
}

int sinew_engine_from_name(const char *name, sinew_engine *out)
{
    for (unsigned i = 0; i < SINEW_ENGINES; i++)
        if (strcmp(sinew_engine_names[i], name) == 0) {
            *out = (sinew_engine)i;
            return 1;
        }
    return 0;
}

static sinew_status check(const sinew_discretization *d, const sinew_filter_opts *opts,
                          sinew_error *error)
{
    if (opts->sample != SINEW_SAMPLE_F64 && opts->sample != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a filter runs in f64 or f32");
    if ((unsigned)opts->engine >= SINEW_ENGINES)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no engine has the number %d",
                          (int)opts->engine);
    if (!sinew_filter_is_single(d) && opts->channels && opts->channels != d->inputs)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "%u channels for a model with %zu inputs and %zu outputs", opts->channels,
                          d->inputs, d->outputs);
    return SINEW_OK;
}

bool sinew_engine_work(sinew_work *work, const sinew_discretization *d,
                       const sinew_filter_opts *opts, sinew_engine engine)
{
    *work = (sinew_work){0};
    return (unsigned)engine < SINEW_ENGINES && engines[engine].work &&
           engines[engine].work(work, d, opts);
}

/* Nanoseconds a frame. */
static double estimate(const sinew_discretization *d, const sinew_filter_opts *opts,
                       const sinew_costs *costs, sinew_engine engine)
{
    sinew_work work;
    if (!sinew_engine_work(&work, d, opts, engine))
        return INFINITY;
    return sinew_work_ns(&work, costs) / (double)sinew_call_frames(opts);
}

/* Of all engines, at AUTO that of the engine that auto takes, which is returned. A gain stays a
 * product, to the bit on every processor: it has no past that blocks would save. */
static sinew_engine estimate_all(double ns[SINEW_ENGINES], const sinew_discretization *d,
                                 const sinew_filter_opts *opts)
{
    sinew_engine best = SINEW_ENGINE_SCAN;
    const sinew_costs built_in = sinew_costs_built_in();
    const sinew_costs *costs = opts->costs ? opts->costs : &built_in;
    for (unsigned i = 0; i < SINEW_ENGINES; i++)
        ns[i] = estimate(d, opts, costs, (sinew_engine)i);
    for (unsigned i = 0; i < SINEW_ENGINES; i++)
        if (d->order > 0 && ns[i] < ns[best])
            best = (sinew_engine)i;
    ns[SINEW_ENGINE_AUTO] = ns[best];
    return best;
}

static const sinew_filter_opts defaults;

double sinew_filter_cost(const sinew_discretization *d, const sinew_filter_opts *opts,
                         sinew_engine engine)
{
    double ns[SINEW_ENGINES];
    if ((unsigned)engine >= SINEW_ENGINES)
        return INFINITY;
    estimate_all(ns, d, opts ? opts : &defaults);
    return ns[engine];
}

/* Scan holds everything, where another engine would be wrong. */
static sinew_engine choose(const sinew_discretization *d, const sinew_filter_opts *opts)
{
    double ns[SINEW_ENGINES];
    sinew_work work;
    if (opts->engine == SINEW_ENGINE_AUTO)
        return estimate_all(ns, d, opts);
    return sinew_engine_work(&work, d, opts, opts->engine) ? opts->engine : SINEW_ENGINE_SCAN;
}

sinew_status sinew_filter_new(sinew_node **out, const sinew_discretization *d,
                              const sinew_filter_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!d)
        return sinew_fail_null(error);
    if (!opts)
        opts = &defaults;
    sinew_status status = check(d, opts, error);
    if (status)
        return status;
    sinew_engine engine = choose(d, opts);
    status = engines[engine].make(out, d, opts, error);
    return status == SINEW_ERR_NUMERIC ? sinew_scan_new(out, d, opts, error) : status;
}

sinew_engine sinew_filter_engine(const sinew_node *node)
{
    if (sinew_delayed_inner(node))
        node = sinew_delayed_inner(node);
    for (unsigned i = 0; i < SINEW_ENGINES; i++)
        if (strncmp(node->ops->kind, "filter.", 7) == 0 &&
            strcmp(node->ops->kind + 7, sinew_engine_names[i]) == 0)
            return (sinew_engine)i;
    return SINEW_ENGINE_AUTO;
}

void sinew_engine_tell(sinew_plan *plan, const sinew_node *node)
{
    engines[sinew_filter_engine(node)].tell(plan, node);
}
