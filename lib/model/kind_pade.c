/* pade: a delay as a rational all-pass. */
#include "model/kind.h"
#include "sinew/delay.h"

typedef struct pade_spec {
    double delay_s;
    int64_t order;
} pade_spec;

static const sinew_key pade_keys[] = {{.name = "delay_s",
                                       .kind = SINEW_KEY_NUMBER,
                                       .unit = SINEW_UNIT_S,
                                       .offset = offsetof(pade_spec, delay_s),
                                       .range = {0, 1e12},
                                       .above = true,
                                       .required = true},
                                      {.name = "order",
                                       .kind = SINEW_KEY_INTEGER,
                                       .offset = offsetof(pade_spec, order),
                                       .range = {1, SINEW_PADE_ORDER_MAX},
                                       .required = true},
                                      {.name = NULL}};
static const sinew_table pade_table = {.keys = pade_keys};

static sinew_status build(sinew_system **out, const void *given, sinew_document *document,
                          sinew_error *error)
{
    (void)document;
    const pade_spec *spec = given;
    return sinew_system_new_delay_pade(out, spec->delay_s, (size_t)spec->order, error);
}

const sinew_system_kind sinew_kind_pade = {
    .key = {.name = "pade", .kind = SINEW_KEY_MAPPING, .table = &pade_table},
    .bytes = sizeof(pade_spec),
    .build = build,
};
