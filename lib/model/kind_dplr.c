/* dplr: a diagonal plus low rank system from its modes, one of each conjugate pair. */
#include "model/kind.h"
#include "model/values.h"
#include "sinew/s4.h"
#include "ssm/system.h"

typedef struct dplr_spec {
    sinew_items lambda, B, C; /* of sinew_complex */
    sinew_items P, Q;         /* of rows, sinew_items of sinew_complex */
    double D, truncated_step_s;
    int64_t truncated_frames;
    sinew_method truncated_method;
    bool has_B, has_C, has_Q, has_step, has_method, doubled;
} dplr_spec;

static void count_problem(const sinew_at *at, const char *key, size_t is, size_t modes)
{
    sinew_at place = *at;
    sinew_at_find(at, key, &place);
    sinew_at_problem(&place, "has %zu items where lambda has %zu", is, modes);
}

static void check_rows(const sinew_at *at, const char *key, const sinew_items *rows, size_t modes)
{
    const sinew_items *row = rows->items;
    for (size_t r = 0; r < rows->n; r++)
        if (row[r].n != modes) {
            count_problem(at, key, row[r].n, modes);
            return;
        }
}

/* A step or a method of a truncation without its length is a misunderstanding. */
static void check_truncation(const sinew_at *at, const dplr_spec *spec)
{
    const char *key = spec->has_step ? "truncated_step_s" : "truncated_method";
    sinew_at place = *at;
    if (spec->truncated_frames == 0 && (spec->has_step || spec->has_method)) {
        sinew_at_find(at, key, &place);
        sinew_at_problem(&place, "needs the key 'truncated_frames'");
    }
    if (spec->truncated_frames > 0 && !spec->has_step) {
        sinew_at_find(at, "truncated_frames", &place);
        sinew_at_problem(&place, "needs the key 'truncated_step_s'");
    }
}

static void check_dplr(const sinew_at *at, void *into)
{
    const dplr_spec *spec = into;
    size_t modes = spec->lambda.n;
    sinew_at place = *at;
    if (spec->has_B && spec->B.n != modes)
        count_problem(at, "B", spec->B.n, modes);
    if (spec->has_C && spec->C.n != modes)
        count_problem(at, "C", spec->C.n, modes);
    check_rows(at, "P", &spec->P, modes);
    check_rows(at, "Q", &spec->Q, modes);
    if (spec->has_Q && spec->Q.n != spec->P.n) {
        sinew_at_find(at, "Q", &place);
        sinew_at_problem(&place, "has %zu rows where P has %zu", spec->Q.n, spec->P.n);
    }
    check_truncation(at, spec);
}

static const sinew_key complex_item = {.kind = SINEW_KEY_READER, .read = sinew_value_complex};
static const sinew_key row_item = {
    .kind = SINEW_KEY_SEQUENCE, .item = &complex_item, .item_bytes = sizeof(sinew_complex)};

static const sinew_key dplr_keys[] = {
    {.name = "lambda",
     .kind = SINEW_KEY_SEQUENCE,
     .item = &complex_item,
     .item_bytes = sizeof(sinew_complex),
     .offset = offsetof(dplr_spec, lambda),
     .range = {1, SINEW_ORDER_MAX / 2},
     .required = true},
    {.name = "P",
     .kind = SINEW_KEY_SEQUENCE,
     .item = &row_item,
     .item_bytes = sizeof(sinew_items),
     .offset = offsetof(dplr_spec, P),
     .range = {0, SINEW_DPLR_RANK_MAX}},
    {.name = "Q",
     .kind = SINEW_KEY_SEQUENCE,
     .item = &row_item,
     .item_bytes = sizeof(sinew_items),
     .offset = offsetof(dplr_spec, Q),
     .range = {0, SINEW_DPLR_RANK_MAX},
     .given = SINEW_KEY_GIVEN(dplr_spec, has_Q)},
    {.name = "B",
     .kind = SINEW_KEY_SEQUENCE,
     .item = &complex_item,
     .item_bytes = sizeof(sinew_complex),
     .offset = offsetof(dplr_spec, B),
     .given = SINEW_KEY_GIVEN(dplr_spec, has_B)},
    {.name = "C",
     .kind = SINEW_KEY_SEQUENCE,
     .item = &complex_item,
     .item_bytes = sizeof(sinew_complex),
     .offset = offsetof(dplr_spec, C),
     .given = SINEW_KEY_GIVEN(dplr_spec, has_C)},
    {.name = "D", .kind = SINEW_KEY_NUMBER, .offset = offsetof(dplr_spec, D)},
    {.name = "doubled", .kind = SINEW_KEY_BOOLEAN, .offset = offsetof(dplr_spec, doubled)},
    {.name = "truncated_frames",
     .kind = SINEW_KEY_INTEGER,
     .offset = offsetof(dplr_spec, truncated_frames),
     .range = {0, 0x1p53}},
    {.name = "truncated_step_s",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_S,
     .offset = offsetof(dplr_spec, truncated_step_s),
     .range = {0, 1e12},
     .above = true,
     .given = SINEW_KEY_GIVEN(dplr_spec, has_step)},
    {.name = "truncated_method",
     .kind = SINEW_KEY_READER,
     .read = sinew_value_method,
     .offset = offsetof(dplr_spec, truncated_method),
     .given = SINEW_KEY_GIVEN(dplr_spec, has_method)},
    {.name = NULL}};
static const sinew_table dplr_table = {.keys = dplr_keys, .check = check_dplr};

/* Rows one behind another; NULL without memory. */
static sinew_complex *join_rows(const sinew_items *rows, size_t modes, sinew_document *document)
{
    sinew_complex *all = sinew_document_alloc(document, rows->n * modes, sizeof *all);
    const sinew_items *row = rows->items;
    for (size_t r = 0; all && r < rows->n; r++)
        for (size_t k = 0; k < modes; k++)
            all[r * modes + k] = ((const sinew_complex *)row[r].items)[k];
    return all;
}

static sinew_status build(sinew_system **out, const void *given, sinew_document *document,
                          sinew_error *error)
{
    const dplr_spec *spec = given;
    size_t modes = spec->lambda.n;
    sinew_complex *P = join_rows(&spec->P, modes, document);
    sinew_complex *Q = join_rows(&spec->Q, modes, document);
    if (!P || !Q)
        return SINEW_ERR_MEMORY;
    sinew_dplr dplr = {.modes = modes,
                       .rank = spec->P.n,
                       .inputs = 1,
                       .outputs = 1,
                       .lambda = spec->lambda.items,
                       .P = P,
                       .Q = spec->has_Q ? Q : NULL,
                       .B = spec->has_B ? spec->B.items : NULL,
                       .C = spec->has_C ? spec->C.items : NULL,
                       .D = &spec->D,
                       .doubled = spec->doubled,
                       .truncated_frames = (size_t)spec->truncated_frames,
                       .truncated_step_s = spec->truncated_step_s,
                       .truncated_method = spec->truncated_method};
    return sinew_system_new_dplr(out, &dplr, error);
}

const sinew_system_kind sinew_kind_dplr = {
    .key = {.name = "dplr", .kind = SINEW_KEY_MAPPING, .table = &dplr_table},
    .bytes = sizeof(dplr_spec),
    .build = build,
};
