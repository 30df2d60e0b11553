/* hippo: the past on orthogonal functions. */
#include "model/kind.h"
#include "model/values.h"
#include "sinew/hippo.h"
#include "ssm/system.h"

typedef struct hippo_spec {
    int measure; /* index in `measures` */
    int64_t order;
    double window_s;
    sinew_spec_matrix C;
    bool has_C, halved, lmu, tilted, idle_sine;
} hippo_spec;

/* In the order of sinew_hippo_measure; what follows is another name for fout. */
static const char *const measures[] = {"legs", "legt", "lagt", "fout", "fourier", NULL};

static sinew_hippo_measure measure_of(const hippo_spec *spec)
{
    return spec->measure > SINEW_HIPPO_FOUT ? SINEW_HIPPO_FOUT : (sinew_hippo_measure)spec->measure;
}

static void check_flag(const sinew_at *at, const char *key, bool set, bool has_meaning,
                       const hippo_spec *spec)
{
    sinew_at place = *at;
    sinew_at_find(at, key, &place);
    if (set && !has_meaning)
        sinew_at_problem(&place, "has no meaning for %s", measures[spec->measure]);
}

static void check_hippo(const sinew_at *at, void *into)
{
    const hippo_spec *spec = into;
    sinew_hippo_measure measure = measure_of(spec);
    bool legt = measure == SINEW_HIPPO_LEGT, fout = measure == SINEW_HIPPO_FOUT;
    sinew_at place = *at;
    if (spec->has_C && (spec->C.rows == 0 || spec->C.columns != (size_t)spec->order)) {
        sinew_at_find(at, "C", &place);
        sinew_at_problem(&place, "is %zux%zu where the order needs rows of %lld", spec->C.rows,
                         spec->C.columns, (long long)spec->order);
    }
    check_flag(at, "halved", spec->halved, legt || fout, spec);
    check_flag(at, "lmu", spec->lmu, legt, spec);
    check_flag(at, "tilted", spec->tilted, measure == SINEW_HIPPO_LAGT, spec);
    check_flag(at, "idle_sine", spec->idle_sine, fout, spec);
}

static const sinew_key hippo_keys[] = {
    {.name = "measure",
     .kind = SINEW_KEY_CHOICE,
     .choices = measures,
     .offset = offsetof(hippo_spec, measure),
     .required = true},
    {.name = "order",
     .kind = SINEW_KEY_INTEGER,
     .offset = offsetof(hippo_spec, order),
     .range = {1, SINEW_ORDER_MAX},
     .required = true},
    {.name = "window_s",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_S,
     .offset = offsetof(hippo_spec, window_s),
     .range = {0, 1e12},
     .above = true,
     .fallback = "1"},
    {.name = "C",
     .kind = SINEW_KEY_READER,
     .read = sinew_value_matrix,
     .offset = offsetof(hippo_spec, C),
     .given = SINEW_KEY_GIVEN(hippo_spec, has_C)},
    {.name = "halved", .kind = SINEW_KEY_BOOLEAN, .offset = offsetof(hippo_spec, halved)},
    {.name = "lmu", .kind = SINEW_KEY_BOOLEAN, .offset = offsetof(hippo_spec, lmu)},
    {.name = "tilted", .kind = SINEW_KEY_BOOLEAN, .offset = offsetof(hippo_spec, tilted)},
    {.name = "idle_sine", .kind = SINEW_KEY_BOOLEAN, .offset = offsetof(hippo_spec, idle_sine)},
    {.name = NULL}};
static const sinew_table hippo_table = {.keys = hippo_keys, .check = check_hippo};

static sinew_status build(sinew_system **out, const void *given, sinew_document *document,
                          sinew_error *error)
{
    (void)document;
    const hippo_spec *spec = given;
    sinew_hippo hippo = {.measure = measure_of(spec),
                         .order = (size_t)spec->order,
                         .window_s = spec->window_s,
                         .outputs = spec->has_C ? spec->C.rows : 0,
                         .C = spec->C.entries,
                         .halved = spec->halved,
                         .lmu = spec->lmu,
                         .tilted = spec->tilted,
                         .idle_sine = spec->idle_sine};
    return sinew_system_new_hippo(out, &hippo, error);
}

const sinew_system_kind sinew_kind_hippo = {
    .key = {.name = "hippo", .kind = SINEW_KEY_MAPPING, .table = &hippo_table},
    .bytes = sizeof(hippo_spec),
    .build = build,
};
