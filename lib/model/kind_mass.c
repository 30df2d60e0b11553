/* mass_spring_damper, mass_chain: masses from their physical parameters. */
#include "model/kind.h"
#include "model/values.h"
#include "sinew/physical.h"
#include "ssm/system.h"

/* In the order of sinew_mass_input and sinew_mass_output. */
static const char *const inputs[] = {"force", "base_displacement", "base_velocity",
                                     "base_acceleration", NULL};
static const char *const outputs[] = {
    "displacement", "velocity", "acceleration", "relative", "relative_velocity",
    "spring_force", NULL};

/* ---- one mass ---- */

typedef struct single_spec {
    sinew_mass_spring mass;
    bool has_stiffness, has_damping, has_resonance;
} single_spec;

static void check_single(const sinew_at *at, void *into)
{
    const single_spec *spec = into;
    bool by_loss = spec->mass.q > 0 || spec->mass.damping_ratio > 0;
    sinew_at place = *at;
    if (spec->has_resonance && (spec->has_stiffness || spec->has_damping)) {
        sinew_at_find(at, spec->has_stiffness ? "stiffness_n_per_m" : "damping_n_s_per_m", &place);
        sinew_at_problem(&place, "says again what 'resonance_hz' says: only one of them");
    } else if (!spec->has_resonance && by_loss) {
        sinew_at_find(at, spec->mass.q > 0 ? "q" : "damping_ratio", &place);
        sinew_at_problem(&place, "needs the key 'resonance_hz'");
    } else if (!spec->has_resonance && !spec->has_stiffness && !spec->has_damping) {
        sinew_at_problem(at, "needs 'resonance_hz', or 'stiffness_n_per_m' and "
                             "'damping_n_s_per_m'");
    }
}

static const sinew_key single_keys[] = {{.name = "mass_kg",
                                         .kind = SINEW_KEY_NUMBER,
                                         .offset = offsetof(single_spec, mass.mass_kg),
                                         .range = {0, 1e300},
                                         .above = true,
                                         .fallback = "1"},
                                        {.name = "stiffness_n_per_m",
                                         .kind = SINEW_KEY_NUMBER,
                                         .offset = offsetof(single_spec, mass.stiffness_n_per_m),
                                         .range = {0, 1e300},
                                         .given = SINEW_KEY_GIVEN(single_spec, has_stiffness)},
                                        {.name = "damping_n_s_per_m",
                                         .kind = SINEW_KEY_NUMBER,
                                         .offset = offsetof(single_spec, mass.damping_n_s_per_m),
                                         .range = {0, 1e300},
                                         .given = SINEW_KEY_GIVEN(single_spec, has_damping)},
                                        {.name = "resonance_hz",
                                         .kind = SINEW_KEY_NUMBER,
                                         .unit = SINEW_UNIT_HZ,
                                         .offset = offsetof(single_spec, mass.resonance_hz),
                                         .range = {0, 1e12},
                                         .above = true,
                                         .given = SINEW_KEY_GIVEN(single_spec, has_resonance)},
                                        {.name = "q",
                                         .kind = SINEW_KEY_NUMBER,
                                         .offset = offsetof(single_spec, mass.q),
                                         .range = {0, 1e300},
                                         .above = true,
                                         .group = 1},
                                        {.name = "damping_ratio",
                                         .kind = SINEW_KEY_NUMBER,
                                         .offset = offsetof(single_spec, mass.damping_ratio),
                                         .range = {0, 1e300},
                                         .group = 1},
                                        {.name = "input",
                                         .kind = SINEW_KEY_CHOICE,
                                         .choices = inputs,
                                         .offset = offsetof(single_spec, mass.input),
                                         .fallback = "force"},
                                        {.name = "output",
                                         .kind = SINEW_KEY_CHOICE,
                                         .choices = outputs,
                                         .offset = offsetof(single_spec, mass.output),
                                         .fallback = "displacement"},
                                        {.name = NULL}};
static const sinew_table single_table = {.keys = single_keys, .check = check_single};

static sinew_status build_single(sinew_system **out, const void *given, sinew_document *document,
                                 sinew_error *error)
{
    (void)document;
    return sinew_system_new_mass_spring(out, &((const single_spec *)given)->mass, error);
}

const sinew_system_kind sinew_kind_mass_spring = {
    .key = {.name = "mass_spring_damper", .kind = SINEW_KEY_MAPPING, .table = &single_table},
    .bytes = sizeof(single_spec),
    .build = build_single,
};

/* ---- masses in a row ---- */

typedef struct chain_spec {
    sinew_items masses, stiffness, damping; /* of double */
    int input, output;
    int64_t force_at, output_at;
} chain_spec;

/* n of them, or n + 1 with the last to a wall. */
static void check_count(const sinew_at *at, const char *key, const sinew_items *list, size_t n)
{
    sinew_at place = *at;
    sinew_at_find(at, key, &place);
    if (list->n != n && list->n != n + 1)
        sinew_at_problem(&place, "has %zu items: %zu masses have as many, or one more to a wall",
                         list->n, n);
}

static void check_place(const sinew_at *at, const char *key, int64_t mass, size_t n)
{
    sinew_at place = *at;
    sinew_at_find(at, key, &place);
    if (mass >= (int64_t)n)
        sinew_at_problem(&place, "is mass %lld: they count from 0 to %zu", (long long)mass, n - 1);
}

static void check_chain(const sinew_at *at, void *into)
{
    const chain_spec *spec = into;
    check_count(at, "stiffness_n_per_m", &spec->stiffness, spec->masses.n);
    check_count(at, "damping_n_s_per_m", &spec->damping, spec->masses.n);
    check_place(at, "force_at", spec->force_at, spec->masses.n);
    check_place(at, "output_at", spec->output_at, spec->masses.n);
}

static const sinew_key mass_item = {.kind = SINEW_KEY_NUMBER, .range = {0, 1e300}, .above = true};
static const sinew_key part_item = {.kind = SINEW_KEY_NUMBER, .range = {0, 1e300}};

static const sinew_key chain_keys[] = {{.name = "masses_kg",
                                        .kind = SINEW_KEY_SEQUENCE,
                                        .item = &mass_item,
                                        .item_bytes = sizeof(double),
                                        .offset = offsetof(chain_spec, masses),
                                        .range = {1, SINEW_ORDER_MAX / 2},
                                        .required = true},
                                       {.name = "stiffness_n_per_m",
                                        .kind = SINEW_KEY_SEQUENCE,
                                        .item = &part_item,
                                        .item_bytes = sizeof(double),
                                        .offset = offsetof(chain_spec, stiffness),
                                        .required = true},
                                       {.name = "damping_n_s_per_m",
                                        .kind = SINEW_KEY_SEQUENCE,
                                        .item = &part_item,
                                        .item_bytes = sizeof(double),
                                        .offset = offsetof(chain_spec, damping),
                                        .required = true},
                                       {.name = "input",
                                        .kind = SINEW_KEY_CHOICE,
                                        .choices = inputs,
                                        .offset = offsetof(chain_spec, input),
                                        .fallback = "force"},
                                       {.name = "output",
                                        .kind = SINEW_KEY_CHOICE,
                                        .choices = outputs,
                                        .offset = offsetof(chain_spec, output),
                                        .fallback = "displacement"},
                                       {.name = "force_at",
                                        .kind = SINEW_KEY_INTEGER,
                                        .offset = offsetof(chain_spec, force_at),
                                        .range = {0, SINEW_ORDER_MAX}},
                                       {.name = "output_at",
                                        .kind = SINEW_KEY_INTEGER,
                                        .offset = offsetof(chain_spec, output_at),
                                        .range = {0, SINEW_ORDER_MAX}},
                                       {.name = NULL}};
static const sinew_table chain_table = {.keys = chain_keys, .check = check_chain};

/* n + 1 of them; without the last there is no wall. NULL without memory. */
static double *with_wall(const sinew_items *list, size_t n, sinew_document *document)
{
    double *all = sinew_document_alloc(document, n + 1, sizeof *all);
    for (size_t i = 0; all && i < list->n; i++)
        all[i] = ((const double *)list->items)[i];
    return all;
}

static sinew_status build_chain(sinew_system **out, const void *given, sinew_document *document,
                                sinew_error *error)
{
    const chain_spec *spec = given;
    size_t n = spec->masses.n;
    sinew_mass_chain chain = {.n = n,
                              .mass_kg = spec->masses.items,
                              .stiffness_n_per_m = with_wall(&spec->stiffness, n, document),
                              .damping_n_s_per_m = with_wall(&spec->damping, n, document),
                              .input = (sinew_mass_input)spec->input,
                              .output = (sinew_mass_output)spec->output,
                              .force_at = (size_t)spec->force_at,
                              .output_at = (size_t)spec->output_at};
    if (!chain.stiffness_n_per_m || !chain.damping_n_s_per_m)
        return SINEW_ERR_MEMORY;
    return sinew_system_new_mass_chain(out, &chain, error);
}

const sinew_system_kind sinew_kind_mass_chain = {
    .key = {.name = "mass_chain", .kind = SINEW_KEY_MAPPING, .table = &chain_table},
    .bytes = sizeof(chain_spec),
    .build = build_chain,
};
