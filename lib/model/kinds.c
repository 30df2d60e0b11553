#include "model/kind.h"

extern const sinew_system_kind sinew_kind_ss, sinew_kind_zpk, sinew_kind_tf, sinew_kind_sos,
    sinew_kind_design, sinew_kind_eq, sinew_kind_weighting, sinew_kind_gammatone,
    sinew_kind_discrete;

static const sinew_system_kind *const kinds[] = {
    &sinew_kind_ss,        &sinew_kind_zpk,       &sinew_kind_tf,
    &sinew_kind_sos,       &sinew_kind_design,    &sinew_kind_eq,
    &sinew_kind_weighting, &sinew_kind_gammatone, &sinew_kind_discrete,
};

enum { KINDS = sizeof kinds / sizeof *kinds, ALIGN = 16 };

static size_t aligned(size_t bytes)
{
    return (bytes + (ALIGN - 1)) / ALIGN * ALIGN;
}

/* One table for this mapping: the kinds' keys, of which one must be there; their values stand one
 * behind another. */
void sinew_value_system(const sinew_at *at, void *into)
{
    sinew_key keys[KINDS + 1] = {{0}};
    size_t end = aligned(KINDS * sizeof(bool));
    for (size_t i = 0; i < KINDS; i++) {
        keys[i] = kinds[i]->key;
        keys[i].offset = end;
        keys[i].given = i * sizeof(bool) + 1;
        keys[i].group = 1;
        keys[i].required = i == 0;
        end += aligned(kinds[i]->bytes);
    }
    char *values = sinew_document_alloc(at->document, end, 1);
    if (!values)
        return;
    sinew_table table = {.keys = keys};
    sinew_key whole = {.kind = SINEW_KEY_MAPPING, .table = &table};
    if (!sinew_key_read(at, &whole, values))
        return;
    for (size_t i = 0; i < KINDS; i++)
        if (((const bool *)values)[i])
            *(sinew_spec_system *)into = (sinew_spec_system){kinds[i], values + keys[i].offset};
}
