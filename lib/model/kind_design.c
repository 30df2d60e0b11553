/* design: a classic filter. */
#include "model/kind_design.h"

#include "model/kind.h"
#include "model/values.h"
#include "sinew/design.h"
#include "ssm/system.h"

typedef struct design_spec {
    int family, band; /* sinew_family, sinew_band */
    int64_t order;
    sinew_spec_edges edges;
} design_spec;

const char *const sinew_family_names[] = {"butterworth", NULL};
const char *const sinew_band_names[] = {"lowpass", "highpass", "bandpass", "bandstop", NULL};

static void check_design(const sinew_at *at, void *into)
{
    const design_spec *design = into;
    const sinew_spec_edges *edges = &design->edges;
    size_t needed = design->band == SINEW_BAND_PASS || design->band == SINEW_BAND_STOP ? 2 : 1;
    sinew_at place = *at;
    sinew_at_find(at, "edges_hz", &place);
    if (edges->n != needed)
        sinew_at_problem(&place, "a %s has %zu edge%s, and here %s %zu",
                         sinew_band_names[design->band], needed, needed == 1 ? "" : "s",
                         edges->n == 1 ? "is" : "are", edges->n);
    else if (needed == 2 && edges->hz[0] >= edges->hz[1])
        sinew_at_problem(&place, "the lower edge (%.17g) must be below the upper one (%.17g)",
                         edges->hz[0], edges->hz[1]);
}

static const sinew_key design_keys[] = {{.name = "family",
                                         .kind = SINEW_KEY_CHOICE,
                                         .choices = sinew_family_names,
                                         .offset = offsetof(design_spec, family),
                                         .required = true},
                                        {.name = "band",
                                         .kind = SINEW_KEY_CHOICE,
                                         .choices = sinew_band_names,
                                         .offset = offsetof(design_spec, band),
                                         .required = true},
                                        {.name = "order",
                                         .kind = SINEW_KEY_INTEGER,
                                         .offset = offsetof(design_spec, order),
                                         .range = {1, SINEW_DESIGN_ORDER_MAX},
                                         .required = true},
                                        {.name = "edges_hz",
                                         .kind = SINEW_KEY_READER,
                                         .read = sinew_value_edges,
                                         .offset = offsetof(design_spec, edges),
                                         .required = true},
                                        {.name = NULL}};
static const sinew_table design_table = {.keys = design_keys, .check = check_design};

static sinew_status build(sinew_system **out, const void *given, sinew_document *document,
                          sinew_error *error)
{
    (void)document;
    const design_spec *spec = given;
    sinew_design design = {.family = (sinew_family)spec->family,
                           .band = (sinew_band)spec->band,
                           .order = (uint32_t)spec->order,
                           .edges_hz = {spec->edges.hz[0], spec->edges.hz[1]}};
    return sinew_system_new_design(out, &design, error);
}

const sinew_system_kind sinew_kind_design = {
    .key = {.name = "design", .kind = SINEW_KEY_MAPPING, .table = &design_table},
    .bytes = sizeof(design_spec),
    .build = build,
};
