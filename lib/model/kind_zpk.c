/* zpk: a system from zeros and poles (rad/s) and gain. */
#include "model/kind.h"
#include "model/values.h"
#include "sinew/system.h"

typedef struct zpk_spec {
    sinew_items zeros, poles; /* of sinew_complex, rad/s */
    double gain;
} zpk_spec;

static const sinew_key complex_item = {.kind = SINEW_KEY_READER, .read = sinew_value_complex};

static const sinew_key zpk_keys[] = {
    {.name = "zeros",
     .kind = SINEW_KEY_SEQUENCE,
     .item = &complex_item,
     .item_bytes = sizeof(sinew_complex),
     .offset = offsetof(zpk_spec, zeros)},
    {.name = "poles",
     .kind = SINEW_KEY_SEQUENCE,
     .item = &complex_item,
     .item_bytes = sizeof(sinew_complex),
     .offset = offsetof(zpk_spec, poles),
     .required = true},
    {.name = "gain", .kind = SINEW_KEY_NUMBER, .offset = offsetof(zpk_spec, gain), .fallback = "1"},
    {.name = NULL}};
static const sinew_table zpk_table = {.keys = zpk_keys};

static sinew_status build(sinew_system **out, const void *spec, sinew_document *document,
                          sinew_error *error)
{
    (void)document;
    const zpk_spec *zpk = spec;
    return sinew_system_new_zpk(out, zpk->zeros.items, zpk->zeros.n, zpk->poles.items, zpk->poles.n,
                                zpk->gain, error);
}

const sinew_system_kind sinew_kind_zpk = {
    .key = {.name = "zpk", .kind = SINEW_KEY_MAPPING, .table = &zpk_table},
    .bytes = sizeof(zpk_spec),
    .build = build,
};
