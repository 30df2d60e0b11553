/* discrete: the continuous system behind discrete matrices. */
#include "model/kind.h"
#include "model/kind_ss.h"
#include "sinew/discretization.h"

typedef struct discrete_spec {
    sinew_ss_spec ss;
    double rate_hz, step_s, prewarp_hz, alpha;
    sinew_method method;
    bool has_prewarp, has_alpha;
} discrete_spec;

static void check_discrete(const sinew_at *at, void *into)
{
    const discrete_spec *d = into;
    sinew_at place = *at;
    if (d->has_prewarp && d->method != SINEW_METHOD_BILINEAR) {
        sinew_at_find(at, "prewarp_hz", &place);
        sinew_at_problem(&place, "only the method bilinear is prewarped");
    }
    if (d->has_alpha && d->method != SINEW_METHOD_GBT) {
        sinew_at_find(at, "alpha", &place);
        sinew_at_problem(&place, "only the method gbt has an alpha");
    }
    if (!d->has_alpha && d->method == SINEW_METHOD_GBT) {
        sinew_at_find(at, "method", &place);
        sinew_at_problem(&place, "gbt needs the key 'alpha'");
    }
}

static const sinew_key discrete_keys[] = {{.name = "ss",
                                           .kind = SINEW_KEY_MAPPING,
                                           .table = &sinew_ss_table,
                                           .offset = offsetof(discrete_spec, ss),
                                           .required = true},
                                          {.name = "rate_hz",
                                           .kind = SINEW_KEY_NUMBER,
                                           .unit = SINEW_UNIT_HZ,
                                           .offset = offsetof(discrete_spec, rate_hz),
                                           .range = {0, 1e15},
                                           .above = true,
                                           .group = 1,
                                           .required = true},
                                          {.name = "step_s",
                                           .kind = SINEW_KEY_NUMBER,
                                           .unit = SINEW_UNIT_S,
                                           .offset = offsetof(discrete_spec, step_s),
                                           .range = {0, 1e12},
                                           .above = true,
                                           .group = 1},
                                          {.name = "method",
                                           .kind = SINEW_KEY_READER,
                                           .read = sinew_value_method,
                                           .offset = offsetof(discrete_spec, method)},
                                          {.name = "prewarp_hz",
                                           .kind = SINEW_KEY_NUMBER,
                                           .unit = SINEW_UNIT_HZ,
                                           .offset = offsetof(discrete_spec, prewarp_hz),
                                           .range = {0, 1e12},
                                           .above = true,
                                           .given = SINEW_KEY_GIVEN(discrete_spec, has_prewarp)},
                                          {.name = "alpha",
                                           .kind = SINEW_KEY_NUMBER,
                                           .offset = offsetof(discrete_spec, alpha),
                                           .range = {0, 1},
                                           .given = SINEW_KEY_GIVEN(discrete_spec, has_alpha)},
                                          {.name = NULL}};
static const sinew_table discrete_table = {.keys = discrete_keys, .check = check_discrete};

static sinew_status build(sinew_system **out, const void *spec, sinew_document *document,
                          sinew_error *error)
{
    const discrete_spec *d = spec;
    sinew_matrices matrices;
    if (!sinew_ss_matrices(&matrices, &d->ss, document))
        return SINEW_ERR_MEMORY;
    sinew_discretize_opts opts = {.rate_hz = d->rate_hz,
                                  .step_s = d->step_s,
                                  .method = d->method,
                                  .prewarp_hz = d->prewarp_hz,
                                  .alpha = d->alpha};
    return sinew_system_new_d2c(out, &matrices, &opts, error);
}

const sinew_system_kind sinew_kind_discrete = {
    .key = {.name = "discrete", .kind = SINEW_KEY_MAPPING, .table = &discrete_table},
    .bytes = sizeof(discrete_spec),
    .build = build,
};
