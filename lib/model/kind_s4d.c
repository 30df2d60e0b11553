/* s4d: a diagonal system, by one of S4D's initialisations. */
#include "model/kind.h"
#include "model/values.h"
#include "sinew/s4.h"
#include "ssm/system.h"

typedef struct s4d_spec {
    int init; /* sinew_s4d_init */
    int64_t order;
    double window_s, clip_B;
    sinew_items B, C; /* of sinew_complex */
    bool has_B, has_C, has_clip, whole_B;
} s4d_spec;

/* In the order of sinew_s4d_init. */
static const char *const inits[] = {"lin", "inv", "legs", "real", NULL};

static sinew_s4d s4d_of(const s4d_spec *spec)
{
    return (sinew_s4d){.init = (sinew_s4d_init)spec->init,
                       .order = (size_t)spec->order,
                       .window_s = spec->window_s,
                       .B = spec->has_B ? spec->B.items : NULL,
                       .C = spec->has_C ? spec->C.items : NULL,
                       .outputs = spec->has_C,
                       .whole_B = spec->whole_B,
                       .clip_B = spec->clip_B};
}

static void check_count(const sinew_at *at, const char *key, bool given, const sinew_items *list,
                        size_t modes)
{
    sinew_at place = *at;
    sinew_at_find(at, key, &place);
    if (given && list->n != modes)
        sinew_at_problem(&place, "has %zu items: the order makes %zu modes", list->n, modes);
}

static void check_legs(const sinew_at *at, const char *key, bool given, const s4d_spec *spec)
{
    sinew_at place = *at;
    sinew_at_find(at, key, &place);
    if (given && spec->init != SINEW_S4D_LEGS)
        sinew_at_problem(&place, "has no meaning for %s", inits[spec->init]);
    else if (given && spec->has_B)
        sinew_at_problem(&place, "changes the B of legs, not a given one");
}

static void check_s4d(const sinew_at *at, void *into)
{
    const s4d_spec *spec = into;
    sinew_s4d s4d = s4d_of(spec);
    size_t modes = sinew_s4d_count(&s4d);
    sinew_at place = *at;
    if (modes == 0) {
        sinew_at_find(at, "order", &place);
        sinew_at_problem(&place, "must be even: modes come in pairs");
        return;
    }
    check_count(at, "B", spec->has_B, &spec->B, modes);
    check_count(at, "C", spec->has_C, &spec->C, modes);
    check_legs(at, "whole_B", spec->whole_B, spec);
    check_legs(at, "clip_B", spec->has_clip, spec);
}

static const sinew_key complex_item = {.kind = SINEW_KEY_READER, .read = sinew_value_complex};

static const sinew_key s4d_keys[] = {
    {.name = "init",
     .kind = SINEW_KEY_CHOICE,
     .choices = inits,
     .offset = offsetof(s4d_spec, init),
     .required = true},
    {.name = "order",
     .kind = SINEW_KEY_INTEGER,
     .offset = offsetof(s4d_spec, order),
     .range = {1, SINEW_ORDER_MAX / 2},
     .required = true},
    {.name = "window_s",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_S,
     .offset = offsetof(s4d_spec, window_s),
     .range = {0, 1e12},
     .above = true,
     .fallback = "1"},
    {.name = "B",
     .kind = SINEW_KEY_SEQUENCE,
     .item = &complex_item,
     .item_bytes = sizeof(sinew_complex),
     .offset = offsetof(s4d_spec, B),
     .given = SINEW_KEY_GIVEN(s4d_spec, has_B)},
    {.name = "C",
     .kind = SINEW_KEY_SEQUENCE,
     .item = &complex_item,
     .item_bytes = sizeof(sinew_complex),
     .offset = offsetof(s4d_spec, C),
     .given = SINEW_KEY_GIVEN(s4d_spec, has_C)},
    {.name = "whole_B", .kind = SINEW_KEY_BOOLEAN, .offset = offsetof(s4d_spec, whole_B)},
    {.name = "clip_B",
     .kind = SINEW_KEY_NUMBER,
     .offset = offsetof(s4d_spec, clip_B),
     .range = {0, 1e300},
     .above = true,
     .given = SINEW_KEY_GIVEN(s4d_spec, has_clip)},
    {.name = NULL}};
static const sinew_table s4d_table = {.keys = s4d_keys, .check = check_s4d};

static sinew_status build(sinew_system **out, const void *given, sinew_document *document,
                          sinew_error *error)
{
    (void)document;
    sinew_s4d s4d = s4d_of(given);
    return sinew_system_new_s4d(out, &s4d, error);
}

const sinew_system_kind sinew_kind_s4d = {
    .key = {.name = "s4d", .kind = SINEW_KEY_MAPPING, .table = &s4d_table},
    .bytes = sizeof(s4d_spec),
    .build = build,
};
