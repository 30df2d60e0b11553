#include "model/spec.h"

#include "model/layer_tensors.h"
#include "model/reference.h"
#include "model/values.h"

static const sinew_key units_keys[] = {
    {.name = "input", .offset = offsetof(sinew_spec, units.input), .range = {0, 64}},
    {.name = "output", .offset = offsetof(sinew_spec, units.output), .range = {0, 64}},
    {.name = NULL}};
static const sinew_table units_table = {.keys = units_keys};

/* What is for systems says nothing of a graph, and the other way round. */
static void check_sort(const sinew_at *at, const sinew_spec *spec)
{
    static const char *const of_systems[] = {"method",       "prewarp_hz", "alpha",
                                             "thiran_order", "kalman",     NULL};
    static const char *const of_graphs[] = {"weights", "rate_hz", "allow_unused", NULL};
    sinew_at place;
    for (const char *const *key = spec->has_graph ? of_systems : of_graphs; *key; key++)
        if (sinew_at_find(at, *key, &place))
            sinew_at_problem(&place, "is for a %s, not for a %s",
                             spec->has_graph ? "system" : "graph of layers",
                             spec->has_graph ? "graph of layers" : "system");
}

/* A number that the method has no use for is a misunderstanding, not a detail to be ignored. */
static void check_spec(const sinew_at *at, void *into)
{
    const sinew_spec *spec = into;
    sinew_at place = *at;
    check_sort(at, spec);
    if (spec->has_graph) {
        sinew_spec_graph_check(at, &spec->graph);
        return;
    }
    if (spec->has_prewarp && spec->method != SINEW_METHOD_BILINEAR) {
        sinew_at_find(at, "prewarp_hz", &place);
        sinew_at_problem(&place, "only the method bilinear is prewarped");
    }
    if (spec->has_alpha && spec->method != SINEW_METHOD_GBT) {
        sinew_at_find(at, "alpha", &place);
        sinew_at_problem(&place, "only the method gbt has an alpha");
    }
    if (spec->has_kalman && spec->method > SINEW_METHOD_FOH) {
        sinew_at_find(at, "method", &place);
        sinew_at_problem(&place, "the inputs of a Kalman filter are held (zoh) or on lines (foh)");
    }
    if (spec->has_kalman && spec->system.kind->build_delayed) {
        sinew_at_find(at, "kalman", &place);
        sinew_at_problem(&place, "a Kalman filter is of a system without delays");
    }
    if (spec->has_kalman && spec->system.kind->build_kernel) {
        sinew_at_find(at, "kalman", &place);
        sinew_at_problem(&place, "a Kalman filter is of a system, not of a kernel of taps");
    }
    if (!spec->has_alpha && spec->method == SINEW_METHOD_GBT) {
        sinew_at_find(at, "method", &place);
        sinew_at_problem(&place, "gbt needs the key 'alpha'");
    }
    if (spec->has_order && !spec->system.kind->build_delayed) {
        sinew_at_find(at, "thiran_order", &place);
        sinew_at_problem(&place, "only a system with delays has fractions of a frame");
    }
}

static const sinew_key spec_keys[] = {
    {.name = "name", .offset = offsetof(sinew_spec, name), .range = {1, 128}},
    {.name = "about", .offset = offsetof(sinew_spec, about)},
    {.name = "units", .kind = SINEW_KEY_MAPPING, .table = &units_table},
    {.name = "system",
     .kind = SINEW_KEY_READER,
     .read = sinew_value_system,
     .offset = offsetof(sinew_spec, system),
     .group = 1,
     .required = true},
    {.name = "graph",
     .kind = SINEW_KEY_SEQUENCE,
     .item = &sinew_layer_item,
     .item_bytes = sizeof(sinew_spec_layer),
     .offset = offsetof(sinew_spec, graph.layers),
     .given = SINEW_KEY_GIVEN(sinew_spec, has_graph),
     .range = {1, 4096},
     .group = 1},
    {.name = "weights",
     .kind = SINEW_KEY_READER,
     .read = sinew_value_weights,
     .given = SINEW_KEY_GIVEN(sinew_spec, graph.has_weights)},
    {.name = "rate_hz",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_HZ,
     .offset = offsetof(sinew_spec, graph.rate_hz),
     .given = SINEW_KEY_GIVEN(sinew_spec, graph.has_rate),
     .range = {0, 1e12},
     .above = true},
    {.name = "allow_unused",
     .kind = SINEW_KEY_BOOLEAN,
     .offset = offsetof(sinew_spec, graph.allow_unused)},
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
    {.name = "thiran_order",
     .kind = SINEW_KEY_INTEGER,
     .offset = offsetof(sinew_spec, thiran_order),
     .range = {1, SINEW_THIRAN_ORDER_MAX},
     .given = SINEW_KEY_GIVEN(sinew_spec, has_order)},
    {.name = "kalman",
     .kind = SINEW_KEY_MAPPING,
     .table = &sinew_spec_kalman_table,
     .offset = offsetof(sinew_spec, kalman),
     .given = SINEW_KEY_GIVEN(sinew_spec, has_kalman)},
    {.name = NULL}};
static const sinew_table spec_table = {.keys = spec_keys, .check = check_spec};

/* Who is silent about the method takes that of what it refers to, where those agree. */
static void inherit_method(sinew_spec *spec, const sinew_reading *reading)
{
    if (spec->method != SINEW_METHOD_DEFAULT)
        return;
    if (reading->disagrees)
        sinew_at_problem(
            reading->disagrees,
            "its method is not that of %s: the key 'method' must say here which counts",
            reading->first);
    spec->method = reading->method;
    spec->alpha = reading->alpha;
}

void sinew_spec_read(sinew_spec *spec, sinew_document *document)
{
    *spec = (sinew_spec){0};
    sinew_reading own, *reading = sinew_document_context(document);
    if (!reading) { /* nobody has referred to this description */
        sinew_reading_start(&own, document);
        reading = &own;
    }
    sinew_document_set_context(document, reading);
    sinew_keys_read(document, &spec_table, spec);
    inherit_method(spec, reading);
    spec->references = (const char *const *)reading->files;
    spec->n_references = reading->references;
    sinew_document_set_context(document, NULL);
}

static void refuse_graph(sinew_document *document)
{
    sinew_at root = sinew_at_root(document), place = root;
    sinew_at_find(&root, "graph", &place);
    sinew_at_problem(&place, "a graph of layers, where a linear system is wanted: it cannot stand "
                             "within another model (in C: sinew_model_open_any takes it)");
}

sinew_system *sinew_spec_build(const sinew_spec *spec, sinew_document *document)
{
    sinew_at root = sinew_at_root(document), place = root;
    if (spec->has_graph) {
        refuse_graph(document);
        return NULL;
    }
    sinew_at_find(&root, "system", &place);
    return sinew_kind_build(&spec->system, &place);
}

sinew_delayed *sinew_spec_build_delayed(const sinew_spec *spec, sinew_document *document)
{
    sinew_at root = sinew_at_root(document), place = root;
    sinew_at_find(&root, "system", &place);
    return sinew_kind_build_delayed(&spec->system, &place);
}

sinew_kernel_parts sinew_spec_build_kernel(const sinew_spec *spec, sinew_document *document)
{
    sinew_at root = sinew_at_root(document), place = root;
    sinew_at_find(&root, "system", &place);
    sinew_kernel_parts parts = sinew_kind_build_kernel(&spec->system, &place);
    if (parts.kernel && !parts.plus && spec->method) {
        sinew_at_find(&root, "method", &place);
        sinew_at_problem(&place,
                         "a kernel is not discretized: a method is for what is added, plus");
        sinew_kernel_parts_free(&parts);
    }
    return parts;
}

void sinew_spec_refuse_kernel(const sinew_spec *spec, sinew_document *document)
{
    sinew_at root = sinew_at_root(document), system = root, place = root;
    sinew_at_find(&root, "system", &system);
    sinew_at_find(&system, spec->system.kind->key.name, &place);
    sinew_at_problem(&place, "a kernel of taps, where a rational system is wanted: "
                             "sinew_model_open_any and sinew_model_read_any take it");
}
