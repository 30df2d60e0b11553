/* connect: systems joined by the names of their signals.
 *
 *     connect:
 *       systems:
 *         - {name: plant, system: plant.yaml, inputs: u, outputs: y}
 *         - {name: law, system: {zpk: {poles: [-20], gain: 40}}, inputs: e, outputs: u}
 *       sums: {e: [r, -y]}
 *       inputs: [r]
 *       outputs: [y, u] */
#include <string.h>

#include "base/text.h"
#include "base/error.h"
#include "model/member.h"
#include "ssm/joint.h"

/* The names of some signals, each with its place. */
typedef struct names {
    const char **names;
    const sinew_at **at;
    size_t n;
} names;

typedef struct connected {
    const char *name;
    sinew_spec_member member;
    names inputs, outputs;
} connected;

typedef struct sums {
    sinew_named_sum *list;
    const sinew_at **at;       /* (n): of the names */
    const sinew_at **terms_at; /* (n_terms) of all sums */
    size_t n, n_terms;
} sums;

typedef struct connect_spec {
    sinew_items systems; /* of connected */
    sums sums;
    names inputs, outputs;
} connect_spec;

/* ---- names ---- */

/* A letter or _ first, so that it cannot be taken for a number or a sign. */
static bool is_name(const char *text)
{
    size_t n = 0;
    for (; text[n]; n++) {
        unsigned char c = (unsigned char)text[n];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
        bool inner = (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/';
        if (!letter && !(n > 0 && inner))
            return false;
    }
    return n > 0 && n <= 64;
}

static const char *read_name(const sinew_at *at)
{
    const char *text = sinew_at_text(at, NULL);
    char quoted[SINEW_QUOTED_BYTES];
    if (text && is_name(text) && strlen(text) == at->value->data.scalar.length)
        return text;
    if (!text)
        sinew_at_problem(at, "must be the name of a signal, and is %s", sinew_at_kind(at));
    else
        sinew_at_problem(at,
                         "'%s' is no name of a signal: letters and _, then also digits, '.', '-' "
                         "and '/', at most 64 bytes",
                         sinew_quote(quoted, text));
    return NULL;
}

/* A name, or a list of them -> names. */
static void value_names(const sinew_at *at, void *into)
{
    bool list = at->value->type == YAML_SEQUENCE_NODE;
    names *all = into;
    size_t n = list ? sinew_at_count(at) : 1;
    if (n == 0) {
        sinew_at_problem(at, "must name at least one signal");
        return;
    }
    all->names = sinew_document_alloc(at->document, n, sizeof *all->names);
    all->at = sinew_document_alloc(at->document, n, sizeof *all->at);
    if (!all->names || !all->at)
        return;
    all->n = n;
    for (size_t i = 0; i < n && !sinew_at_full(at); i++) {
        sinew_at item = list ? sinew_at_item(at, i) : *at;
        all->names[i] = read_name(&item);
        all->at[i] = sinew_at_keep(&item);
    }
}

/* ---- sums ---- */

/* "y", "-y", "0.5*y", "-0.5*y": the gain, and where the name begins; NULL: the gain is none. */
static const char *split_term(double *gain, const char *text, char number[64])
{
    const char *star = strchr(text, '*');
    bool minus = *text == '-';
    *gain = minus ? -1 : 1;
    if (!star)
        return text + (minus || *text == '+');
    size_t n = (size_t)(star - text);
    if (n >= 64)
        return NULL;
    memcpy(number, text, n);
    number[n] = 0;
    while (n > 0 && number[n - 1] == ' ')
        number[--n] = 0;
    for (star++; *star == ' ';)
        star++;
    return sinew_number_parse(gain, number, SINEW_UNIT_NONE) ? NULL : star;
}

static void read_term(const sinew_at *at, sinew_named_term *term)
{
    char number[64], quoted[SINEW_QUOTED_BYTES];
    const char *text = sinew_at_text(at, NULL);
    const char *name = text ? split_term(&term->gain, text, number) : NULL;
    if (name && is_name(name) && strlen(text) == at->value->data.scalar.length)
        term->signal = name;
    else if (!text)
        sinew_at_problem(at, "must be a signal with its sign, and is %s", sinew_at_kind(at));
    else
        sinew_at_problem(at, "'%s' is no term of a sum (y, -y, 0.5*y)", sinew_quote(quoted, text));
}

static void read_sum(const sinew_at *at, sums *all)
{
    sinew_named_sum *sum = &all->list[all->n];
    bool list = at->value->type == YAML_SEQUENCE_NODE;
    size_t n = list ? sinew_at_count(at) : 1;
    if (n == 0) {
        sinew_at_problem(at, "a sum of nothing");
        return;
    }
    sinew_named_term *terms = sinew_document_alloc(at->document, n, sizeof *terms);
    for (size_t k = 0; terms && k < n && !sinew_at_full(at); k++) {
        sinew_at item = list ? sinew_at_item(at, k) : *at;
        read_term(&item, &terms[k]);
        all->terms_at[all->n_terms++] = sinew_at_keep(&item);
    }
    sum->terms = terms;
    sum->n_terms = n;
}

/* A mapping of names to lists of terms -> sums. */
static void value_sums(const sinew_at *at, void *into)
{
    sums *all = into;
    size_t n = sinew_at_count(at), n_terms = 0;
    if (at->value->type != YAML_MAPPING_NODE) {
        sinew_at_problem(at, "must be a mapping ({e: [r, -y]}), and is %s", sinew_at_kind(at));
        return;
    }
    for (size_t i = 0; i < n; i++) {
        sinew_at key, value = sinew_at_pair(at, i, &key);
        n_terms += value.value->type == YAML_SEQUENCE_NODE ? sinew_at_count(&value) : 1;
    }
    all->list = sinew_document_alloc(at->document, n, sizeof *all->list);
    all->at = sinew_document_alloc(at->document, n, sizeof *all->at);
    all->terms_at = sinew_document_alloc(at->document, n_terms, sizeof *all->terms_at);
    if (!all->list || !all->at || !all->terms_at)
        return;
    for (; all->n < n && !sinew_at_full(at); all->n++) {
        sinew_at key, value = sinew_at_pair(at, all->n, &key);
        all->list[all->n].name = read_name(&key);
        all->at[all->n] = sinew_at_keep(&key);
        read_sum(&value, all);
    }
}

/* ---- the whole ---- */

static const sinew_key connected_keys[] = {
    {.name = "name", .offset = offsetof(connected, name), .range = {1, 64}},
    {.name = "system",
     .kind = SINEW_KEY_READER,
     .read = sinew_value_member,
     .offset = offsetof(connected, member),
     .required = true},
    {.name = "inputs",
     .kind = SINEW_KEY_READER,
     .read = value_names,
     .offset = offsetof(connected, inputs),
     .required = true},
    {.name = "outputs",
     .kind = SINEW_KEY_READER,
     .read = value_names,
     .offset = offsetof(connected, outputs),
     .required = true},
    {.name = NULL}};
static const sinew_table connected_table = {.keys = connected_keys};
static const sinew_key connected_item = {.kind = SINEW_KEY_MAPPING, .table = &connected_table};

static const sinew_key connect_keys[] = {{.name = "systems",
                                          .kind = SINEW_KEY_SEQUENCE,
                                          .item = &connected_item,
                                          .item_bytes = sizeof(connected),
                                          .range = {1, SINEW_ORDER_MAX},
                                          .offset = offsetof(connect_spec, systems),
                                          .required = true},
                                         {.name = "sums",
                                          .kind = SINEW_KEY_READER,
                                          .read = value_sums,
                                          .offset = offsetof(connect_spec, sums)},
                                         {.name = "inputs",
                                          .kind = SINEW_KEY_READER,
                                          .read = value_names,
                                          .offset = offsetof(connect_spec, inputs),
                                          .required = true},
                                         {.name = "outputs",
                                          .kind = SINEW_KEY_READER,
                                          .read = value_names,
                                          .offset = offsetof(connect_spec, outputs),
                                          .required = true},
                                         {.name = NULL}};
static const sinew_table connect_table = {.keys = connect_keys};

static bool is_count(const names *given, size_t n, const char *what, const sinew_at *member)
{
    if (given->n == n)
        return true;
    sinew_at_problem(given->at[0] ? given->at[0] : member,
                     "the system has %zu %s%s, and here %s %zu", n, what, n == 1 ? "" : "s",
                     given->n == 1 ? "is" : "are", given->n);
    return false;
}

/* Of the document; NULL, and a problem, where a member is none. */
static sinew_named_system *build_members(const connect_spec *spec, sinew_document *document)
{
    const connected *list = spec->systems.items;
    size_t n = spec->systems.n, entries = 0;
    sinew_named_system *members = sinew_document_alloc(document, n, sizeof *members);
    for (size_t i = 0; members && i < n; i++) {
        const sinew_system *system = sinew_member_build(&list[i].member, &entries);
        if (!system)
            return NULL;
        sinew_matrices m = sinew_system_matrices(system);
        if (!is_count(&list[i].inputs, m.inputs, "input", list[i].member.at) ||
            !is_count(&list[i].outputs, m.outputs, "output", list[i].member.at))
            return NULL;
        members[i] =
            (sinew_named_system){system, list[i].name, list[i].inputs.names, list[i].outputs.names};
    }
    return members;
}

static const sinew_at *among(const names *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->names[i] == name)
            return all->at[i];
    return NULL;
}

/* Where the name stands that the library found at fault: it gives back the very pointer. */
static const sinew_at *place_of(const connect_spec *spec, const char *name)
{
    const connected *list = spec->systems.items;
    const sinew_at *at = among(&spec->inputs, name);
    if (!at)
        at = among(&spec->outputs, name);
    for (size_t i = 0; !at && i < spec->systems.n; i++) {
        at = among(&list[i].inputs, name);
        if (!at)
            at = among(&list[i].outputs, name);
    }
    size_t term = 0;
    for (size_t i = 0; i < spec->sums.n; i++) {
        if (!at && spec->sums.list[i].name == name)
            at = spec->sums.at[i];
        for (size_t k = 0; k < spec->sums.list[i].n_terms; k++, term++)
            if (!at && spec->sums.list[i].terms[k].signal == name)
                at = spec->sums.terms_at[term];
    }
    return at;
}

static sinew_status build(sinew_system **out, const void *given, sinew_document *document,
                          sinew_error *error)
{
    const connect_spec *spec = given;
    const char *culprit = NULL;
    sinew_error found = {0};
    sinew_named_system *members = build_members(spec, document);
    if (!members)
        return sinew_fail(error, SINEW_ERR_DATA, "a member is no system");
    sinew_connections c = {
        members,        spec->systems.n,     spec->sums.list, spec->sums.n, spec->inputs.names,
        spec->inputs.n, spec->outputs.names, spec->outputs.n};
    sinew_status status = sinew_connect_by_name(out, &c, &culprit, &found);
    const sinew_at *at = culprit ? place_of(spec, culprit) : NULL;
    if (at)
        sinew_at_problem(at, "%s", found.text);
    return status ? sinew_fail(error, status, "%s", found.text) : SINEW_OK;
}

const sinew_system_kind sinew_kind_connect = {
    .key = {.name = "connect", .kind = SINEW_KEY_MAPPING, .table = &connect_table},
    .bytes = sizeof(connect_spec),
    .build = build,
};
