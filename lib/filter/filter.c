/* The constructor of filters: checks at the door, the choice of an engine, its table. */
#include "filter/filter.h"

#include <string.h>

#include "base/error.h"

/* In the order of sinew_engine. */
static const struct engine {
    sinew_engine engine;
    const char *name;
    sinew_status (*make)(sinew_node **, const sinew_discretization *, const sinew_filter_opts *,
                         sinew_error *);
} engines[] = {
    {SINEW_ENGINE_AUTO, "auto", NULL},
    {SINEW_ENGINE_SCAN, "scan", sinew_scan_new},
    {SINEW_ENGINE_BLOCK, "block", NULL},
    {SINEW_ENGINE_CONVOLVE, "convolve", sinew_convolve_new},
};

enum { N_ENGINES = sizeof engines / sizeof *engines };

const char *sinew_engine_name(sinew_engine engine)
{
    for (size_t i = 0; i < N_ENGINES; i++)
        if (engines[i].engine == engine)
            return engines[i].name;
    return "unknown";
}

int sinew_engine_from_name(const char *name, sinew_engine *out)
{
    for (size_t i = 0; i < N_ENGINES; i++)
        if (strcmp(engines[i].name, name) == 0) {
            *out = engines[i].engine;
            return 1;
        }
    return 0;
}

static sinew_status check(const sinew_discretization *d, const sinew_filter_opts *opts,
                          sinew_error *error)
{
    if (opts->sample != SINEW_SAMPLE_F64 && opts->sample != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a filter runs in f64 or f32");
    if ((unsigned)opts->engine >= N_ENGINES)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no engine has the number %d",
                          (int)opts->engine);
    if (opts->engine != SINEW_ENGINE_AUTO && !engines[opts->engine].make)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "this build has no %s engine",
                          engines[opts->engine].name);
    int single = d->inputs == 1 && d->outputs == 1;
    if (!single && opts->channels && opts->channels != d->inputs)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "%u channels for a model with %zu inputs and %zu outputs", opts->channels,
                          d->inputs, d->outputs);
    return SINEW_OK;
}

sinew_filter_cost sinew_filter_costs(const sinew_discretization *d, const sinew_filter_opts *opts)
{
    sinew_filter_opts planned = *opts;
    sinew_convolve_plan(d, &planned);
    return (sinew_filter_cost){.scan = sinew_recurrence_cost(d),
                               .convolve = sinew_convolve_cost(d, &planned)};
}

sinew_status sinew_filter_new(sinew_node **out, const sinew_discretization *d,
                              const sinew_filter_opts *opts, sinew_error *error)
{
    *out = NULL;
    static const sinew_filter_opts defaults;
    sinew_filter_opts planned = opts ? *opts : defaults;
    sinew_status status = check(d, &planned, error);
    if (status)
        return status;
    sinew_convolve_plan(d, &planned);
    if (planned.engine == SINEW_ENGINE_CONVOLVE && !sinew_convolve_fits(d, &planned))
        planned.engine = SINEW_ENGINE_SCAN;
    if (planned.engine == SINEW_ENGINE_AUTO) {
        sinew_filter_cost cost = sinew_filter_costs(d, &planned);
        bool convolve = cost.convolve < cost.scan && sinew_convolve_fits(d, &planned);
        planned.engine = convolve ? SINEW_ENGINE_CONVOLVE : SINEW_ENGINE_SCAN;
    }
    return engines[planned.engine].make(out, d, &planned, error);
}

sinew_engine sinew_filter_engine(const sinew_node *node)
{
    for (size_t i = 0; i < N_ENGINES; i++)
        if (strncmp(node->ops->kind, "filter.", 7) == 0 &&
            strcmp(node->ops->kind + 7, engines[i].name) == 0)
            return engines[i].engine;
    return SINEW_ENGINE_AUTO;
}
