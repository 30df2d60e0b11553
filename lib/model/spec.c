#include "model/spec.h"

#include "model/values.h"
#include "ssm/system.h"

/* ---- ss ---- */

/* A problem at one of the keys of the mapping `at`. */
static void size_problem(const sinew_at *at, const char *key, const sinew_spec_matrix *is,
                         size_t rows, size_t columns)
{
    sinew_at place = *at;
    sinew_at_find(at, key, &place);
    sinew_at_problem(&place, "is %zux%zu where the others need %zux%zu", is->rows, is->columns,
                     rows, columns);
}

/* A system of order 0 is the gain D alone: A and B are [], C is [] or empty rows. */
static void check_gain(const sinew_at *at, const sinew_spec_ss *ss)
{
    size_t outputs = ss->D.rows;
    if (!ss->has_D || outputs == 0 || ss->D.columns == 0)
        sinew_at_problem(at, "a system of order 0 needs a D with at least one entry");
    else if (ss->B.rows != 0)
        size_problem(at, "B", &ss->B, 0, ss->D.columns);
    else if (ss->C.columns != 0 || (ss->C.rows != 0 && ss->C.rows != outputs))
        size_problem(at, "C", &ss->C, outputs, 0);
}

static void check_ss(const sinew_at *at, void *into)
{
    const sinew_spec_ss *ss = into;
    size_t order = ss->A.rows, inputs = ss->B.columns, outputs = ss->C.rows;
    if (ss->A.columns != order) {
        sinew_at A = *at;
        sinew_at_find(at, "A", &A);
        sinew_at_problem(&A, "is %zux%zu, and must be square", ss->A.rows, ss->A.columns);
        return;
    }
    if (order == 0) {
        check_gain(at, ss);
        return;
    }
    if (ss->B.rows != order || inputs == 0)
        size_problem(at, "B", &ss->B, order, inputs > 0 ? inputs : 1);
    if (ss->C.columns != order || outputs == 0)
        size_problem(at, "C", &ss->C, outputs > 0 ? outputs : 1, order);
    if (ss->has_D && (ss->D.rows != outputs || ss->D.columns != inputs))
        size_problem(at, "D", &ss->D, outputs, inputs);
}

static const sinew_key ss_keys[] = {{.name = "A",
                                     .kind = SINEW_KEY_READER,
                                     .read = sinew_value_matrix,
                                     .offset = offsetof(sinew_spec_ss, A),
                                     .required = true},
                                    {.name = "B",
                                     .kind = SINEW_KEY_READER,
                                     .read = sinew_value_matrix,
                                     .offset = offsetof(sinew_spec_ss, B),
                                     .required = true},
                                    {.name = "C",
                                     .kind = SINEW_KEY_READER,
                                     .read = sinew_value_matrix,
                                     .offset = offsetof(sinew_spec_ss, C),
                                     .required = true},
                                    {.name = "D",
                                     .kind = SINEW_KEY_READER,
                                     .read = sinew_value_matrix,
                                     .offset = offsetof(sinew_spec_ss, D),
                                     .given = SINEW_KEY_GIVEN(sinew_spec_ss, has_D)},
                                    {.name = NULL}};
static const sinew_table ss_table = {.keys = ss_keys, .check = check_ss};

/* ---- zpk, tf ---- */

static const sinew_key complex_item = {.kind = SINEW_KEY_READER, .read = sinew_value_complex};
static const sinew_key number_item = {.kind = SINEW_KEY_NUMBER};

static const sinew_key zpk_keys[] = {{.name = "zeros",
                                      .kind = SINEW_KEY_SEQUENCE,
                                      .item = &complex_item,
                                      .item_bytes = sizeof(sinew_complex),
                                      .offset = offsetof(sinew_spec_zpk, zeros)},
                                     {.name = "poles",
                                      .kind = SINEW_KEY_SEQUENCE,
                                      .item = &complex_item,
                                      .item_bytes = sizeof(sinew_complex),
                                      .offset = offsetof(sinew_spec_zpk, poles),
                                      .required = true},
                                     {.name = "gain",
                                      .kind = SINEW_KEY_NUMBER,
                                      .offset = offsetof(sinew_spec_zpk, gain),
                                      .fallback = "1"},
                                     {.name = NULL}};
static const sinew_table zpk_table = {.keys = zpk_keys};

static const sinew_key tf_keys[] = {{.name = "num",
                                     .kind = SINEW_KEY_SEQUENCE,
                                     .item = &number_item,
                                     .item_bytes = sizeof(double),
                                     .offset = offsetof(sinew_spec_tf, num),
                                     .range = {1, SINEW_DOCUMENT_VALUES},
                                     .required = true},
                                    {.name = "den",
                                     .kind = SINEW_KEY_SEQUENCE,
                                     .item = &number_item,
                                     .item_bytes = sizeof(double),
                                     .offset = offsetof(sinew_spec_tf, den),
                                     .range = {1, SINEW_DOCUMENT_VALUES},
                                     .required = true},
                                    {.name = NULL}};
static const sinew_table tf_table = {.keys = tf_keys};

/* ---- design ---- */

/* In the order of sinew_family and sinew_band. */
static const char *const families[] = {"butterworth", NULL};
static const char *const bands[] = {"lowpass", "highpass", "bandpass", "bandstop", NULL};

static void check_design(const sinew_at *at, void *into)
{
    const sinew_spec_design *design = into;
    const sinew_spec_edges *edges = &design->edges;
    size_t needed = design->band == SINEW_BAND_PASS || design->band == SINEW_BAND_STOP ? 2 : 1;
    sinew_at place = *at;
    sinew_at_find(at, "edges_hz", &place);
    if (edges->n != needed)
        sinew_at_problem(&place, "a %s has %zu edge%s, and here %s %zu", bands[design->band],
                         needed, needed == 1 ? "" : "s", edges->n == 1 ? "is" : "are", edges->n);
    else if (needed == 2 && edges->hz[0] >= edges->hz[1])
        sinew_at_problem(&place, "the lower edge (%.17g) must be below the upper one (%.17g)",
                         edges->hz[0], edges->hz[1]);
}

static const sinew_key design_keys[] = {{.name = "family",
                                         .kind = SINEW_KEY_CHOICE,
                                         .choices = families,
                                         .offset = offsetof(sinew_spec_design, family),
                                         .required = true},
                                        {.name = "band",
                                         .kind = SINEW_KEY_CHOICE,
                                         .choices = bands,
                                         .offset = offsetof(sinew_spec_design, band),
                                         .required = true},
                                        {.name = "order",
                                         .kind = SINEW_KEY_INTEGER,
                                         .offset = offsetof(sinew_spec_design, order),
                                         .range = {1, SINEW_DESIGN_ORDER_MAX},
                                         .required = true},
                                        {.name = "edges_hz",
                                         .kind = SINEW_KEY_READER,
                                         .read = sinew_value_edges,
                                         .offset = offsetof(sinew_spec_design, edges),
                                         .required = true},
                                        {.name = NULL}};
static const sinew_table design_table = {.keys = design_keys, .check = check_design};

/* ---- the whole ---- */

static const sinew_key system_keys[] = {{.name = "ss",
                                         .kind = SINEW_KEY_MAPPING,
                                         .table = &ss_table,
                                         .offset = offsetof(sinew_spec_system, ss),
                                         .given = SINEW_KEY_GIVEN(sinew_spec_system, has_ss),
                                         .group = 1,
                                         .required = true},
                                        {.name = "zpk",
                                         .kind = SINEW_KEY_MAPPING,
                                         .table = &zpk_table,
                                         .offset = offsetof(sinew_spec_system, zpk),
                                         .given = SINEW_KEY_GIVEN(sinew_spec_system, has_zpk),
                                         .group = 1},
                                        {.name = "tf",
                                         .kind = SINEW_KEY_MAPPING,
                                         .table = &tf_table,
                                         .offset = offsetof(sinew_spec_system, tf),
                                         .given = SINEW_KEY_GIVEN(sinew_spec_system, has_tf),
                                         .group = 1},
                                        {.name = "design",
                                         .kind = SINEW_KEY_MAPPING,
                                         .table = &design_table,
                                         .offset = offsetof(sinew_spec_system, design),
                                         .given = SINEW_KEY_GIVEN(sinew_spec_system, has_design),
                                         .group = 1},
                                        {.name = NULL}};
static const sinew_table system_table = {.keys = system_keys};

static const sinew_key units_keys[] = {
    {.name = "input", .offset = offsetof(sinew_spec, units.input), .range = {0, 64}},
    {.name = "output", .offset = offsetof(sinew_spec, units.output), .range = {0, 64}},
    {.name = NULL}};
static const sinew_table units_table = {.keys = units_keys};

/* A number that the method has no use for is a misunderstanding, not a detail to be ignored. */
static void check_spec(const sinew_at *at, void *into)
{
    const sinew_spec *spec = into;
    sinew_at place = *at;
    if (spec->has_prewarp && spec->method != SINEW_METHOD_BILINEAR) {
        sinew_at_find(at, "prewarp_hz", &place);
        sinew_at_problem(&place, "only the method bilinear is prewarped");
    }
    if (spec->has_alpha && spec->method != SINEW_METHOD_GBT) {
        sinew_at_find(at, "alpha", &place);
        sinew_at_problem(&place, "only the method gbt has an alpha");
    }
    if (!spec->has_alpha && spec->method == SINEW_METHOD_GBT) {
        sinew_at_find(at, "method", &place);
        sinew_at_problem(&place, "gbt needs the key 'alpha'");
    }
}

static const sinew_key spec_keys[] = {
    {.name = "name", .offset = offsetof(sinew_spec, name), .range = {1, 128}},
    {.name = "about", .offset = offsetof(sinew_spec, about)},
    {.name = "units", .kind = SINEW_KEY_MAPPING, .table = &units_table},
    {.name = "system",
     .kind = SINEW_KEY_MAPPING,
     .table = &system_table,
     .offset = offsetof(sinew_spec, system),
     .required = true},
    {.name = "method",
     .kind = SINEW_KEY_READER,
     .read = sinew_value_method,
     .offset = offsetof(sinew_spec, method)},
    {.name = "prewarp_hz",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_HZ,
     .offset = offsetof(sinew_spec, prewarp_hz),
     .range = {0, 1e12},
     .above = true,
     .given = SINEW_KEY_GIVEN(sinew_spec, has_prewarp)},
    {.name = "alpha",
     .kind = SINEW_KEY_NUMBER,
     .offset = offsetof(sinew_spec, alpha),
     .range = {0, 1},
     .given = SINEW_KEY_GIVEN(sinew_spec, has_alpha)},
    {.name = NULL}};
static const sinew_table spec_table = {.keys = spec_keys, .check = check_spec};

void sinew_spec_read(sinew_spec *spec, sinew_document *document)
{
    *spec = (sinew_spec){0};
    sinew_keys_read(document, &spec_table, spec);
}
