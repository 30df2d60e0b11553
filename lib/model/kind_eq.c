/* eq: a filter of an equalizer, by the Audio EQ Cookbook. */
#include "model/kind.h"
#include "sinew/equalizer.h"
#include "ssm/equalizer.h"

typedef struct eq_spec {
    int type; /* sinew_equalizer_type */
    double hz, q, bandwidth_octaves, bandwidth_hz, slope, gain_db;
} eq_spec;

static const sinew_key eq_keys[] = {{.name = "type",
                                     .kind = SINEW_KEY_CHOICE,
                                     .choices = sinew_equalizer_names,
                                     .offset = offsetof(eq_spec, type),
                                     .required = true},
                                    {.name = "hz",
                                     .kind = SINEW_KEY_NUMBER,
                                     .unit = SINEW_UNIT_HZ,
                                     .offset = offsetof(eq_spec, hz),
                                     .range = {0, 1e12},
                                     .above = true,
                                     .required = true},
                                    {.name = "q",
                                     .kind = SINEW_KEY_NUMBER,
                                     .offset = offsetof(eq_spec, q),
                                     .range = {1e-6, 1e12},
                                     .group = 1},
                                    {.name = "bandwidth_octaves",
                                     .kind = SINEW_KEY_NUMBER,
                                     .offset = offsetof(eq_spec, bandwidth_octaves),
                                     .range = {1e-6, 20},
                                     .group = 1},
                                    {.name = "bandwidth_hz",
                                     .kind = SINEW_KEY_NUMBER,
                                     .unit = SINEW_UNIT_HZ,
                                     .offset = offsetof(eq_spec, bandwidth_hz),
                                     .range = {1e-6, 1e12},
                                     .group = 1},
                                    {.name = "slope",
                                     .kind = SINEW_KEY_NUMBER,
                                     .offset = offsetof(eq_spec, slope),
                                     .range = {1e-6, 1e12},
                                     .group = 1},
                                    {.name = "gain_db",
                                     .kind = SINEW_KEY_NUMBER,
                                     .unit = SINEW_UNIT_DB,
                                     .offset = offsetof(eq_spec, gain_db),
                                     .range = {-120, 120}},
                                    {.name = NULL}};
static const sinew_table eq_table = {.keys = eq_keys};

static sinew_status build(sinew_system **out, const void *given, sinew_document *document,
                          sinew_error *error)
{
    (void)document;
    const eq_spec *spec = given;
    sinew_equalizer eq = {.type = (sinew_equalizer_type)spec->type,
                          .hz = spec->hz,
                          .q = spec->q,
                          .bandwidth_octaves = spec->bandwidth_octaves,
                          .bandwidth_hz = spec->bandwidth_hz,
                          .slope = spec->slope,
                          .gain_db = spec->gain_db};
    return sinew_system_new_equalizer(out, &eq, error);
}

const sinew_system_kind sinew_kind_eq = {
    .key = {.name = "eq", .kind = SINEW_KEY_MAPPING, .table = &eq_table},
    .bytes = sizeof(eq_spec),
    .build = build,
};
