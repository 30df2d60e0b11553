#include <string.h>

#include "model/kind.h"

extern const sinew_system_kind sinew_kind_ss;
extern const sinew_system_kind sinew_kind_zpk;
extern const sinew_system_kind sinew_kind_tf;
extern const sinew_system_kind sinew_kind_sos;
extern const sinew_system_kind sinew_kind_design;
extern const sinew_system_kind sinew_kind_eq;
extern const sinew_system_kind sinew_kind_weighting;
extern const sinew_system_kind sinew_kind_gammatone;
extern const sinew_system_kind sinew_kind_series;
extern const sinew_system_kind sinew_kind_parallel;
extern const sinew_system_kind sinew_kind_append;
extern const sinew_system_kind sinew_kind_feedback;
extern const sinew_system_kind sinew_kind_inverse;
extern const sinew_system_kind sinew_kind_connect;
extern const sinew_system_kind sinew_kind_hippo;
extern const sinew_system_kind sinew_kind_s4d;
extern const sinew_system_kind sinew_kind_dplr;
extern const sinew_system_kind sinew_kind_mass_spring;
extern const sinew_system_kind sinew_kind_mass_chain;
extern const sinew_system_kind sinew_kind_rlc;
extern const sinew_system_kind sinew_kind_pade;
extern const sinew_system_kind sinew_kind_delayed;
extern const sinew_system_kind sinew_kind_comb;
extern const sinew_system_kind sinew_kind_fir;
extern const sinew_system_kind sinew_kind_discrete;

/* clang-format off */
static const sinew_system_kind *const kinds[] = {
    &sinew_kind_ss,
    &sinew_kind_zpk,
    &sinew_kind_tf,
    &sinew_kind_sos,
    &sinew_kind_design,
    &sinew_kind_eq,
    &sinew_kind_weighting,
    &sinew_kind_gammatone,
    &sinew_kind_series,
    &sinew_kind_parallel,
    &sinew_kind_append,
    &sinew_kind_feedback,
    &sinew_kind_inverse,
    &sinew_kind_connect,
    &sinew_kind_hippo,
    &sinew_kind_s4d,
    &sinew_kind_dplr,
    &sinew_kind_mass_spring,
    &sinew_kind_mass_chain,
    &sinew_kind_rlc,
    &sinew_kind_pade,
    &sinew_kind_delayed,
    &sinew_kind_comb,
    &sinew_kind_fir,
    &sinew_kind_discrete,
};
/* clang-format on */

enum { KINDS = sizeof kinds / sizeof *kinds, ALIGN = 16 };

static size_t aligned(size_t bytes)
{
    return (bytes + (ALIGN - 1)) / ALIGN * ALIGN;
}

/* One table for this mapping: the kinds' keys, of which one must be there, and `beside`, which may
 * be; their values stand one behind another, those of `beside` first. */
static void read_kind(const sinew_at *at, const sinew_key *beside, size_t bytes, char **values,
                      sinew_spec_system *into)
{
    sinew_key keys[KINDS + 2] = {{0}};
    size_t flags = aligned(bytes), end = flags + aligned(KINDS * sizeof(bool));
    for (size_t i = 0; i < KINDS; i++) {
        keys[i] = kinds[i]->key;
        keys[i].offset = end;
        keys[i].given = flags + i * sizeof(bool) + 1;
        keys[i].group = 1;
        keys[i].required = i == 0;
        end += aligned(kinds[i]->bytes);
    }
    if (beside)
        keys[KINDS] = *beside;
    *values = sinew_document_alloc(at->document, end, 1);
    if (!*values)
        return;
    sinew_table table = {.keys = keys};
    sinew_key whole = {.kind = SINEW_KEY_MAPPING, .table = &table};
    if (!sinew_key_read(at, &whole, *values))
        return;
    for (size_t i = 0; i < KINDS; i++)
        if (((const bool *)(*values + flags))[i])
            *into = (sinew_spec_system){kinds[i], *values + keys[i].offset};
}

void sinew_value_system(const sinew_at *at, void *into)
{
    char *values;
    read_kind(at, NULL, 0, &values, into);
}

void sinew_value_placed(const sinew_at *at, void *into)
{
    static const sinew_key prewarp = {.name = "prewarp_hz",
                                      .kind = SINEW_KEY_NUMBER,
                                      .unit = SINEW_UNIT_HZ,
                                      .range = {0, 1e12},
                                      .above = true};
    sinew_spec_placed *placed = into;
    char *values;
    read_kind(at, &prewarp, sizeof(double), &values, &placed->system);
    if (values)
        memcpy(&placed->prewarp_hz, values, sizeof placed->prewarp_hz);
}

/* What the mathematics refused, if nothing has told of it at a better place. The library knows no
 * places: the value of the kind is the nearest. */
static void report(const sinew_spec_system *spec, const sinew_at *at, size_t seen,
                   sinew_status status, const sinew_error *error)
{
    sinew_at place = *at;
    if (status == SINEW_ERR_MEMORY) {
        sinew_document_no_memory(at->document);
    } else if (status && sinew_at_problems(at) == seen) {
        sinew_at_find(at, spec->kind->key.name, &place);
        sinew_at_problem(&place, "%s", error->text);
    }
}

sinew_system *sinew_kind_build(const sinew_spec_system *spec, const sinew_at *at)
{
    sinew_system *system = NULL;
    sinew_error error = {0};
    size_t seen = sinew_at_problems(at);
    sinew_status status = spec->kind->build(&system, spec->values, at->document, &error);
    report(spec, at, seen, status, &error);
    return status ? NULL : system;
}

sinew_delayed *sinew_kind_build_delayed(const sinew_spec_system *spec, const sinew_at *at)
{
    sinew_delayed *delayed = NULL;
    sinew_error error = {0};
    size_t seen = sinew_at_problems(at);
    sinew_status status = spec->kind->build_delayed(&delayed, spec->values, at->document, &error);
    report(spec, at, seen, status, &error);
    return status ? NULL : delayed;
}

sinew_kernel_parts sinew_kind_build_kernel(const sinew_spec_system *spec, const sinew_at *at)
{
    sinew_kernel_parts parts = {0};
    sinew_error error = {0};
    size_t seen = sinew_at_problems(at);
    sinew_status status = spec->kind->build_kernel(&parts, spec->values, at->document, &error);
    report(spec, at, seen, status, &error);
    if (status)
        sinew_kernel_parts_free(&parts);
    return parts;
}
