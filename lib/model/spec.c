#include "model/spec.h"

#include "model/values.h"

static const sinew_key units_keys[] = {
    {.name = "input", .offset = offsetof(sinew_spec, units.input), .range = {0, 64}},
    {.name = "output", .offset = offsetof(sinew_spec, units.output), .range = {0, 64}},
    {.name = NULL}};
static const sinew_table units_table = {.keys = units_keys};

/* A number that the method has no use for is a misunderstanding, not a detail to be ignored. */
static void check_spec(const sinew_at *at, void *into)
{
    const sinew_spec *spec = into;
    sinew_at place = *at;
    if (spec->has_prewarp && spec->method != SINEW_METHOD_BILINEAR) {
        sinew_at_find(at, "prewarp_hz", &place);
        sinew_at_problem(&place, "only the method bilinear is prewarped");
    }
    if (spec->has_alpha && spec->method != SINEW_METHOD_GBT) {
        sinew_at_find(at, "alpha", &place);
        sinew_at_problem(&place, "only the method gbt has an alpha");
    }
    if (spec->has_kalman && spec->method > SINEW_METHOD_FOH) {
        sinew_at_find(at, "method", &place);
        sinew_at_problem(&place, "the inputs of a Kalman filter are held (zoh) or on lines (foh)");
    }
    if (!spec->has_alpha && spec->method == SINEW_METHOD_GBT) {
        sinew_at_find(at, "method", &place);
        sinew_at_problem(&place, "gbt needs the key 'alpha'");
    }
}

static const sinew_key spec_keys[] = {
    {.name = "name", .offset = offsetof(sinew_spec, name), .range = {1, 128}},
    {.name = "about", .offset = offsetof(sinew_spec, about)},
    {.name = "units", .kind = SINEW_KEY_MAPPING, .table = &units_table},
    {.name = "system",
     .kind = SINEW_KEY_READER,
     .read = sinew_value_system,
     .offset = offsetof(sinew_spec, system),
     .required = true},
    {.name = "method",
     .kind = SINEW_KEY_READER,
     .read = sinew_value_method,
     .offset = offsetof(sinew_spec, method)},
    {.name = "prewarp_hz",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_HZ,
     .offset = offsetof(sinew_spec, prewarp_hz),
     .range = {0, 1e12},
     .above = true,
     .given = SINEW_KEY_GIVEN(sinew_spec, has_prewarp)},
    {.name = "alpha",
     .kind = SINEW_KEY_NUMBER,
     .offset = offsetof(sinew_spec, alpha),
     .range = {0, 1},
     .given = SINEW_KEY_GIVEN(sinew_spec, has_alpha)},
    {.name = "kalman",
     .kind = SINEW_KEY_MAPPING,
     .table = &sinew_spec_kalman_table,
     .offset = offsetof(sinew_spec, kalman),
     .given = SINEW_KEY_GIVEN(sinew_spec, has_kalman)},
    {.name = NULL}};
static const sinew_table spec_table = {.keys = spec_keys, .check = check_spec};

void sinew_spec_read(sinew_spec *spec, sinew_document *document)
{
    *spec = (sinew_spec){0};
    sinew_keys_read(document, &spec_table, spec);
}

sinew_system *sinew_spec_build(const sinew_spec *spec, sinew_document *document)
{
    sinew_system *system = NULL;
    sinew_error error = {0};
    sinew_status status = spec->system.kind->build(&system, spec->system.values, document, &error);
    if (status == SINEW_OK)
        return system;
    if (status == SINEW_ERR_MEMORY) {
        sinew_document_no_memory(document);
        return NULL;
    }
    /* The library knows no places: the mapping under `system` is the nearest. */
    sinew_at root = sinew_at_root(document), place = root, key_at;
    if (sinew_at_find(&root, "system", &place)) {
        sinew_at kind = sinew_at_pair(&place, 0, &key_at);
        sinew_at_problem(&kind, "%s", error.text);
    }
    return NULL;
}
