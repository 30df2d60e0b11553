/* rlc: a circuit of resistor, coil and capacitor. */
#include "model/kind.h"
#include "sinew/physical.h"

/* In the order of sinew_rlc_shape and sinew_rlc_output. */
static const char *const circuits[] = {"series", "parallel", NULL};
static const char *const outputs[] = {"resistor", "inductor", "capacitor", "tank", "current", NULL};

static const sinew_key rlc_keys[] = {{.name = "circuit",
                                      .kind = SINEW_KEY_CHOICE,
                                      .choices = circuits,
                                      .offset = offsetof(sinew_rlc, shape),
                                      .fallback = "series"},
                                     {.name = "resistance_ohm",
                                      .kind = SINEW_KEY_NUMBER,
                                      .offset = offsetof(sinew_rlc, resistance_ohm),
                                      .range = {0, 1e300}},
                                     {.name = "inductance_h",
                                      .kind = SINEW_KEY_NUMBER,
                                      .offset = offsetof(sinew_rlc, inductance_h),
                                      .range = {0, 1e300}},
                                     {.name = "capacitance_f",
                                      .kind = SINEW_KEY_NUMBER,
                                      .offset = offsetof(sinew_rlc, capacitance_f),
                                      .range = {0, 1e300}},
                                     {.name = "output",
                                      .kind = SINEW_KEY_CHOICE,
                                      .choices = outputs,
                                      .offset = offsetof(sinew_rlc, output),
                                      .required = true},
                                     {.name = NULL}};
static const sinew_table rlc_table = {.keys = rlc_keys};

static sinew_status build(sinew_system **out, const void *given, sinew_document *document,
                          sinew_error *error)
{
    (void)document;
    return sinew_system_new_rlc(out, given, error);
}

const sinew_system_kind sinew_kind_rlc = {
    .key = {.name = "rlc", .kind = SINEW_KEY_MAPPING, .table = &rlc_table},
    .bytes = sizeof(sinew_rlc),
    .build = build,
};
