/* gammatone: one filter of the ear, {hz: ...}, or a bank of them, {low_hz, high_hz, channels}. */
#include "model/kind.h"
#include "sinew/gammatone.h"

typedef struct gammatone_spec {
    double hz, bandwidth_hz, phase;
    int64_t order;
    double low_hz, high_hz;
    int64_t channels;
    bool is_bank;
    bool has_high, has_channels, has_bandwidth, has_phase, has_order;
} gammatone_spec;

static void check_gammatone(const sinew_at *at, void *into)
{
    const gammatone_spec *spec = into;
    sinew_at place = *at;
    if (spec->is_bank && !(spec->has_high && spec->has_channels))
        sinew_at_problem(at, "a bank has low_hz, high_hz and channels");
    else if (spec->is_bank && (spec->has_order || spec->has_bandwidth || spec->has_phase))
        sinew_at_problem(at, "order, bandwidth_hz and phase are for one filter, at hz");
    else if (!spec->is_bank && (spec->has_high || spec->has_channels))
        sinew_at_problem(at, "high_hz and channels are for a bank, from low_hz");
    else if (spec->is_bank && spec->low_hz > spec->high_hz) {
        sinew_at_find(at, "low_hz", &place);
        sinew_at_problem(&place, "must not be above high_hz (%.17g)", spec->high_hz);
    }
}

static const sinew_key gammatone_keys[] = {
    {.name = "hz",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_HZ,
     .offset = offsetof(gammatone_spec, hz),
     .range = {0, 1e9},
     .above = true,
     .group = 1,
     .required = true},
    {.name = "low_hz",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_HZ,
     .offset = offsetof(gammatone_spec, low_hz),
     .range = {0, 1e9},
     .above = true,
     .group = 1,
     .given = SINEW_KEY_GIVEN(gammatone_spec, is_bank)},
    {.name = "high_hz",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_HZ,
     .offset = offsetof(gammatone_spec, high_hz),
     .range = {0, 1e9},
     .above = true,
     .given = SINEW_KEY_GIVEN(gammatone_spec, has_high)},
    {.name = "channels",
     .kind = SINEW_KEY_INTEGER,
     .offset = offsetof(gammatone_spec, channels),
     .range = {1, 512},
     .given = SINEW_KEY_GIVEN(gammatone_spec, has_channels)},
    {.name = "order",
     .kind = SINEW_KEY_INTEGER,
     .offset = offsetof(gammatone_spec, order),
     .range = {1, 16},
     .given = SINEW_KEY_GIVEN(gammatone_spec, has_order)},
    {.name = "bandwidth_hz",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_HZ,
     .offset = offsetof(gammatone_spec, bandwidth_hz),
     .range = {0, 1e9},
     .above = true,
     .given = SINEW_KEY_GIVEN(gammatone_spec, has_bandwidth)},
    {.name = "phase",
     .kind = SINEW_KEY_NUMBER,
     .offset = offsetof(gammatone_spec, phase),
     .range = {-6.2831853071795862, 6.2831853071795862},
     .given = SINEW_KEY_GIVEN(gammatone_spec, has_phase)},
    {.name = NULL}};
static const sinew_table gammatone_table = {.keys = gammatone_keys, .check = check_gammatone};

static sinew_status build(sinew_system **out, const void *given, sinew_document *document,
                          sinew_error *error)
{
    (void)document;
    const gammatone_spec *spec = given;
    if (spec->is_bank)
        return sinew_system_new_gammatone_bank(out, spec->low_hz, spec->high_hz,
                                               (uint32_t)spec->channels, error);
    sinew_gammatone one = {.hz = spec->hz,
                           .order = (uint32_t)spec->order,
                           .bandwidth_hz = spec->bandwidth_hz,
                           .phase = spec->phase};
    return sinew_system_new_gammatone(out, &one, error);
}

const sinew_system_kind sinew_kind_gammatone = {
    .key = {.name = "gammatone", .kind = SINEW_KEY_MAPPING, .table = &gammatone_table},
    .bytes = sizeof(gammatone_spec),
    .build = build,
};
