/* delayed, comb: systems with exact delays. They stand at the top of a description only, as what is
 * made of systems takes rational ones. */
#include "base/error.h"
#include "model/kind.h"
#include "sinew/delay.h"

static sinew_status refuse(sinew_system **out, const void *spec, sinew_document *document,
                           sinew_error *error)
{
    (void)spec;
    (void)document;
    *out = NULL;
    return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                      "an exact delay, where a rational system is wanted: 'pade' makes one of it");
}

/* ---- delayed ---- */

typedef struct delayed_spec {
    sinew_spec_system system;
    double delay_s;
    sinew_items delays_s; /* of double */
    bool at_input;
} delayed_spec;

static const sinew_key delay_item = {
    .kind = SINEW_KEY_NUMBER, .unit = SINEW_UNIT_S, .range = {0, 1e12}, .above = true};

static const sinew_key delayed_keys[] = {{.name = "system",
                                          .kind = SINEW_KEY_READER,
                                          .read = sinew_value_system,
                                          .offset = offsetof(delayed_spec, system),
                                          .required = true},
                                         {.name = "delay_s",
                                          .kind = SINEW_KEY_NUMBER,
                                          .unit = SINEW_UNIT_S,
                                          .offset = offsetof(delayed_spec, delay_s),
                                          .given = SINEW_KEY_GIVEN(delayed_spec, at_input),
                                          .range = {0, 1e12},
                                          .above = true,
                                          .group = 1,
                                          .required = true},
                                         {.name = "delays_s",
                                          .kind = SINEW_KEY_SEQUENCE,
                                          .item = &delay_item,
                                          .item_bytes = sizeof(double),
                                          .offset = offsetof(delayed_spec, delays_s),
                                          .range = {1, 4096},
                                          .group = 1},
                                         {.name = NULL}};
static const sinew_table delayed_table = {.keys = delayed_keys};

static sinew_status build_delayed(sinew_delayed **out, const void *given, sinew_document *document,
                                  sinew_error *error)
{
    const delayed_spec *spec = given;
    sinew_system *plant = NULL;
    *out = NULL;
    sinew_status status = spec->system.kind->build(&plant, spec->system.values, document, error);
    if (status)
        return status;
    return spec->at_input
               ? sinew_delayed_new_input(out, plant, spec->delay_s, error)
               : sinew_delayed_new(out, plant, spec->delays_s.n, spec->delays_s.items, error);
}

const sinew_system_kind sinew_kind_delayed = {
    .key = {.name = "delayed", .kind = SINEW_KEY_MAPPING, .table = &delayed_table},
    .bytes = sizeof(delayed_spec),
    .build = refuse,
    .build_delayed = build_delayed,
};

/* ---- comb ---- */

static const char *const teeth[] = {"notch", "peak", NULL};

typedef struct comb_spec {
    int teeth;
    sinew_comb comb;
} comb_spec;

static const sinew_key comb_keys[] = {
    {.name = "teeth",
     .kind = SINEW_KEY_CHOICE,
     .choices = teeth,
     .offset = offsetof(comb_spec, teeth),
     .required = true},
    {.name = "hz",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_HZ,
     .offset = offsetof(comb_spec, comb.hz),
     .range = {0, 1e12},
     .above = true,
     .required = true},
    {.name = "q",
     .kind = SINEW_KEY_NUMBER,
     .offset = offsetof(comb_spec, comb.q),
     .range = {1, 1e300},
     .above = true,
     .required = true},
    {.name = "halfway", .kind = SINEW_KEY_BOOLEAN, .offset = offsetof(comb_spec, comb.halfway)},
    {.name = NULL}};
static const sinew_table comb_table = {.keys = comb_keys};

static sinew_status build_comb(sinew_delayed **out, const void *given, sinew_document *document,
                               sinew_error *error)
{
    (void)document;
    const comb_spec *spec = given;
    sinew_comb comb = spec->comb;
    comb.peak = spec->teeth == 1;
    return sinew_delayed_new_comb(out, &comb, error);
}

const sinew_system_kind sinew_kind_comb = {
    .key = {.name = "comb", .kind = SINEW_KEY_MAPPING, .table = &comb_table},
    .bytes = sizeof(comb_spec),
    .build = refuse,
    .build_delayed = build_comb,
};
