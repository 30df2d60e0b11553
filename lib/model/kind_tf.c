/* tf: a system from a transfer function. */
#include "model/kind.h"
#include "model/values.h"
#include "sinew/system.h"

typedef struct tf_spec {
    sinew_items num, den; /* of double, descending powers of s */
} tf_spec;

static const sinew_key number_item = {.kind = SINEW_KEY_NUMBER};

static const sinew_key tf_keys[] = {{.name = "num",
                                     .kind = SINEW_KEY_SEQUENCE,
                                     .item = &number_item,
                                     .item_bytes = sizeof(double),
                                     .offset = offsetof(tf_spec, num),
                                     .range = {1, SINEW_DOCUMENT_VALUES},
                                     .required = true},
                                    {.name = "den",
                                     .kind = SINEW_KEY_SEQUENCE,
                                     .item = &number_item,
                                     .item_bytes = sizeof(double),
                                     .offset = offsetof(tf_spec, den),
                                     .range = {1, SINEW_DOCUMENT_VALUES},
                                     .required = true},
                                    {.name = NULL}};
static const sinew_table tf_table = {.keys = tf_keys};

static sinew_status build(sinew_system **out, const void *spec, sinew_document *document,
                          sinew_error *error)
{
    (void)document;
    const tf_spec *tf = spec;
    return sinew_system_new_tf(out, tf->num.items, tf->num.n, tf->den.items, tf->den.n, error);
}

const sinew_system_kind sinew_kind_tf = {
    .key = {.name = "tf", .kind = SINEW_KEY_MAPPING, .table = &tf_table},
    .bytes = sizeof(tf_spec),
    .build = build,
};
