/* design: a classic filter, by its order and edges or by what it is to do. */
#include "model/kind_design.h"

#include "model/kind.h"
#include "model/values.h"
#include "ssm/design.h"

typedef struct design_spec {
    int family, band, norm; /* indices of names; a checked spec has the enums */
    int64_t order;
    sinew_spec_edges edges, pass, stop;
    double ripple_db, attenuation_db, rate_hz;
    bool has_order, has_edges, has_stop, has_ripple, has_attenuation, has_norm, has_rate;
} design_spec;

/* ---- names ---- */

const char *const sinew_family_names[] = {"butterworth", "chebyshev1", "chebyshev2", "elliptic",
                                          "bessel",      "butter",     "cheby1",     "cheby2",
                                          "ellip",       "cauer",      NULL};
const char *const sinew_band_names[] = {"lowpass", "highpass", "bandpass", "bandstop",
                                        "low",     "high",     NULL};
const char *const sinew_norm_names[] = {"phase", "delay", "magnitude", "mag", NULL};

sinew_family sinew_family_named(int index)
{
    static const sinew_family others[] = {SINEW_FAMILY_BUTTERWORTH, SINEW_FAMILY_CHEBYSHEV1,
                                          SINEW_FAMILY_CHEBYSHEV2, SINEW_FAMILY_ELLIPTIC,
                                          SINEW_FAMILY_ELLIPTIC};
    return index <= SINEW_FAMILY_BESSEL ? (sinew_family)index
                                        : others[index - SINEW_FAMILY_BESSEL - 1];
}

sinew_band sinew_band_named(int index)
{
    return (sinew_band)(index <= SINEW_BAND_STOP ? index : index - SINEW_BAND_STOP - 1);
}

sinew_bessel_norm sinew_norm_named(int index)
{
    return index <= SINEW_NORM_MAGNITUDE ? (sinew_bessel_norm)index : SINEW_NORM_MAGNITUDE;
}

/* ---- what no single key can say ---- */

static sinew_at place_of(const sinew_at *at, const char *key)
{
    sinew_at place = *at;
    sinew_at_find(at, key, &place);
    return place;
}

static bool has_two_edges(const design_spec *d)
{
    return d->band == SINEW_BAND_PASS || d->band == SINEW_BAND_STOP;
}

static void check_edges(const sinew_at *at, const design_spec *d, const char *key,
                        const sinew_spec_edges *edges)
{
    size_t needed = has_two_edges(d) ? 2 : 1;
    sinew_at place = place_of(at, key);
    if (edges->n != needed)
        sinew_at_problem(&place, "a %s has %zu edge%s, and here %s %zu", sinew_band_names[d->band],
                         needed, needed == 1 ? "" : "s", edges->n == 1 ? "is" : "are", edges->n);
    else if (needed == 2 && edges->hz[0] >= edges->hz[1])
        sinew_at_problem(&place, "the lower edge (%.17g) must be below the upper one (%.17g)",
                         edges->hz[0], edges->hz[1]);
}

/* A key is there if and only if it counts. */
static void check_given(const sinew_at *at, const char *key, bool given, bool counts,
                        const char *whose)
{
    sinew_at place = place_of(at, key);
    if (given && !counts)
        sinew_at_problem(&place, "only %s", whose);
    if (!given && counts)
        sinew_at_problem(at, "the key '%s' is missing: %s", key, whose);
}

static void check_keys(const sinew_at *at, const design_spec *d)
{
    bool goal = !d->has_order;
    sinew_family family = (sinew_family)d->family;
    check_given(at, "edges_hz", d->has_edges, !goal,
                "a design with an order has edges_hz (pass_hz and stop_hz give both)");
    check_given(at, "stop_hz", d->has_stop, goal, "a design with pass_hz has stop_hz");
    check_given(at, "ripple_db", d->has_ripple, goal || sinew_family_has_ripple(family),
                goal ? "a design with pass_hz has ripple_db"
                     : "chebyshev1 and elliptic have ripple_db");
    check_given(at, "attenuation_db", d->has_attenuation,
                goal || sinew_family_has_attenuation(family),
                goal ? "a design with pass_hz has attenuation_db"
                     : "chebyshev2 and elliptic have attenuation_db");
    if (d->has_norm)
        check_given(at, "norm", true, d->family == SINEW_FAMILY_BESSEL, "bessel has a norm");
    if (d->has_rate)
        check_given(at, "rate_hz", true, goal, "a design with pass_hz has rate_hz");
}

static sinew_design_goal goal_of(const design_spec *d)
{
    return (sinew_design_goal){.family = (sinew_family)d->family,
                               .band = (sinew_band)d->band,
                               .pass_hz = {d->pass.hz[0], d->pass.hz[1]},
                               .stop_hz = {d->stop.hz[0], d->stop.hz[1]},
                               .ripple_db = d->ripple_db,
                               .attenuation_db = d->attenuation_db,
                               .norm = (sinew_bessel_norm)d->norm,
                               .rate_hz = d->rate_hz};
}

static void check_numbers(const sinew_at *at, const design_spec *d)
{
    sinew_at levels = place_of(at, "attenuation_db"), stop = place_of(at, "stop_hz");
    size_t seen = sinew_at_problems(at);
    if (d->has_order) {
        check_edges(at, d, "edges_hz", &d->edges);
    } else {
        check_edges(at, d, "pass_hz", &d->pass);
        check_edges(at, d, "stop_hz", &d->stop);
    }
    if (d->has_ripple && d->has_attenuation && d->attenuation_db <= d->ripple_db)
        sinew_at_problem(&levels, "must be above ripple_db (%.17g), and is %.17g", d->ripple_db,
                         d->attenuation_db);
    if (d->has_order || sinew_at_problems(at) > seen)
        return;
    sinew_error error;
    sinew_design_goal goal = goal_of(d);
    if (sinew_design_goal_check(&goal, &error)) /* how the edges stand to one another */
        sinew_at_problem(&stop, "%s", error.text);
}

static void check_design(const sinew_at *at, void *into)
{
    design_spec *d = into;
    size_t seen = sinew_at_problems(at);
    d->family = (int)sinew_family_named(d->family);
    d->band = (int)sinew_band_named(d->band);
    d->norm = (int)sinew_norm_named(d->norm);
    check_keys(at, d);
    if (sinew_at_problems(at) == seen)
        check_numbers(at, d);
}

/* ---- the table ---- */

#define LEVEL(key, member, has)                                                                    \
    {                                                                                              \
        .name = key, .kind = SINEW_KEY_NUMBER, .unit = SINEW_UNIT_DB,                              \
        .offset = offsetof(design_spec, member),                                                   \
        .range = {SINEW_LEVEL_LEAST_DB, SINEW_LEVEL_MOST_DB},                                      \
        .given = SINEW_KEY_GIVEN(design_spec, has)                                                 \
    }
#define CHOICE(key, member, names)                                                                 \
    .name = key, .kind = SINEW_KEY_CHOICE, .choices = names, .offset = offsetof(design_spec, member)
#define EDGES(key, member)                                                                         \
    .name = key, .kind = SINEW_KEY_READER, .read = sinew_value_edges,                              \
    .offset = offsetof(design_spec, member)

static const sinew_key design_keys[] = {
    {CHOICE("family", family, sinew_family_names), .required = true},
    {CHOICE("band", band, sinew_band_names), .required = true},
    {.name = "order",
     .kind = SINEW_KEY_INTEGER,
     .offset = offsetof(design_spec, order),
     .range = {1, SINEW_DESIGN_ORDER_MAX},
     .given = SINEW_KEY_GIVEN(design_spec, has_order),
     .group = 1,
     .required = true},
    {EDGES("edges_hz", edges), .given = SINEW_KEY_GIVEN(design_spec, has_edges)},
    LEVEL("ripple_db", ripple_db, has_ripple),
    LEVEL("attenuation_db", attenuation_db, has_attenuation),
    {CHOICE("norm", norm, sinew_norm_names), .given = SINEW_KEY_GIVEN(design_spec, has_norm)},
    {EDGES("pass_hz", pass), .group = 1},
    {EDGES("stop_hz", stop), .given = SINEW_KEY_GIVEN(design_spec, has_stop)},
    {.name = "rate_hz",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_HZ,
     .offset = offsetof(design_spec, rate_hz),
     .range = {0, 1e12},
     .above = true,
     .given = SINEW_KEY_GIVEN(design_spec, has_rate)},
    {.name = NULL}};
static const sinew_table design_table = {.keys = design_keys, .check = check_design};

static sinew_status build(sinew_system **out, const void *given, sinew_document *document,
                          sinew_error *error)
{
    (void)document;
    const design_spec *d = given;
    if (!d->has_order) {
        sinew_design_goal goal = goal_of(d);
        return sinew_system_new_goal(out, &goal, error);
    }
    sinew_design design = {.family = (sinew_family)d->family,
                           .band = (sinew_band)d->band,
                           .order = (uint32_t)d->order,
                           .edges_hz = {d->edges.hz[0], d->edges.hz[1]},
                           .ripple_db = d->ripple_db,
                           .attenuation_db = d->attenuation_db,
                           .norm = (sinew_bessel_norm)d->norm};
    return sinew_system_new_design(out, &design, error);
}

const sinew_system_kind sinew_kind_design = {
    .key = {.name = "design", .kind = SINEW_KEY_MAPPING, .table = &design_table},
    .bytes = sizeof(design_spec),
    .build = build,
};
