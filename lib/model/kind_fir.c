/* fir: a kernel of measured impulse responses, and perhaps a system that is added to it. It stands
 * at the top of a description only, as what is made of systems takes rational ones. */
#include <string.h>

#include "base/error.h"
#include "model/kind.h"
#include "model/member.h"
#include "model/reference.h"
#include "ssm/system.h"

/* A response in a file: x.wav, or {file: x.wav, channel: 2}. */
typedef struct fir_entry {
    const sinew_at *at; /* where it stands */
    const char *path;   /* NULL: none, a zero */
    int64_t channel;    /* from 1; 0: not said */
} fir_entry;

typedef struct fir_spec {
    fir_entry file;
    sinew_items files; /* of sinew_items of fir_entry: rows */
    sinew_items taps;  /* of double */
    double rate_hz;
    sinew_spec_member plus;
    bool has_file, has_files, has_taps, has_rate, has_plus;
} fir_spec;

static void value_path(const sinew_at *at, void *into)
{
    const sinew_key text = {.kind = SINEW_KEY_TEXT, .range = {1, 4096}};
    const char *path = NULL;
    if (sinew_key_read(at, &text, &path))
        *(const char **)into = sinew_reference_file(at, path);
}

static const sinew_key channel_keys[] = {{.name = "file",
                                          .kind = SINEW_KEY_READER,
                                          .read = value_path,
                                          .offset = offsetof(fir_entry, path),
                                          .required = true},
                                         {.name = "channel",
                                          .kind = SINEW_KEY_INTEGER,
                                          .offset = offsetof(fir_entry, channel),
                                          .range = {1, 65535}},
                                         {.name = NULL}};
static const sinew_table channel_table = {.keys = channel_keys};

static void value_file(const sinew_at *at, void *into)
{
    static const sinew_key channel = {.kind = SINEW_KEY_MAPPING, .table = &channel_table};
    fir_entry *entry = into;
    entry->at = sinew_at_keep(at);
    if (at->value->type == YAML_MAPPING_NODE)
        sinew_key_read(at, &channel, entry);
    else
        value_path(at, &entry->path);
}

/* In a matrix also 0: nothing comes from that input. */
static void value_cell(const sinew_at *at, void *into)
{
    bool quoted = false;
    const char *text = sinew_at_text(at, &quoted);
    if (!text || quoted || strcmp(text, "0") != 0)
        value_file(at, into);
}

static const sinew_key file_item = {.kind = SINEW_KEY_READER, .read = value_cell};
static const sinew_key row_item = {.kind = SINEW_KEY_SEQUENCE,
                                   .item = &file_item,
                                   .item_bytes = sizeof(fir_entry),
                                   .range = {1, 256}};
static const sinew_key tap_item = {.kind = SINEW_KEY_NUMBER};

static const sinew_key fir_keys[] = {{.name = "file",
                                      .kind = SINEW_KEY_READER,
                                      .read = value_file,
                                      .offset = offsetof(fir_spec, file),
                                      .given = SINEW_KEY_GIVEN(fir_spec, has_file),
                                      .group = 1,
                                      .required = true},
                                     {.name = "files",
                                      .kind = SINEW_KEY_SEQUENCE,
                                      .item = &row_item,
                                      .item_bytes = sizeof(sinew_items),
                                      .offset = offsetof(fir_spec, files),
                                      .given = SINEW_KEY_GIVEN(fir_spec, has_files),
                                      .range = {1, 256},
                                      .group = 1},
                                     {.name = "taps",
                                      .kind = SINEW_KEY_SEQUENCE,
                                      .item = &tap_item,
                                      .item_bytes = sizeof(double),
                                      .offset = offsetof(fir_spec, taps),
                                      .given = SINEW_KEY_GIVEN(fir_spec, has_taps),
                                      .range = {1, SINEW_DOCUMENT_VALUES},
                                      .group = 1},
                                     {.name = "rate_hz",
                                      .kind = SINEW_KEY_NUMBER,
                                      .unit = SINEW_UNIT_HZ,
                                      .offset = offsetof(fir_spec, rate_hz),
                                      .given = SINEW_KEY_GIVEN(fir_spec, has_rate),
                                      .range = {0, 1e12},
                                      .above = true},
                                     {.name = "plus",
                                      .kind = SINEW_KEY_READER,
                                      .read = sinew_value_member,
                                      .offset = offsetof(fir_spec, plus),
                                      .given = SINEW_KEY_GIVEN(fir_spec, has_plus)},
                                     {.name = NULL}};

static void check(const sinew_at *at, void *into)
{
    const fir_spec *spec = into;
    sinew_at place = *at;
    if (spec->has_taps && !spec->has_rate)
        sinew_at_problem(at, "taps need the key 'rate_hz'");
    if (!spec->has_taps && spec->has_rate) {
        sinew_at_find(at, "rate_hz", &place);
        sinew_at_problem(&place, "the rate is the files': rate_hz is for taps");
    }
    const sinew_items *rows = spec->files.items;
    for (size_t o = 1; o < spec->files.n; o++)
        if (rows[o].n != rows[0].n) {
            sinew_at_find(at, "files", &place);
            sinew_at row = sinew_at_item(&place, o);
            sinew_at_problem(&row, "row %zu has %zu files, row 0 has %zu", o, rows[o].n, rows[0].n);
            return;
        }
}

static const sinew_table fir_table = {.keys = fir_keys, .check = check};

static sinew_status refuse(sinew_system **out, const void *spec, sinew_document *document,
                           sinew_error *error)
{
    (void)spec;
    (void)document;
    *out = NULL;
    return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                      "a kernel of taps, where a rational system is wanted");
}

/* (outputs, inputs), and what is wrong with one of them is a problem at its place. */
static sinew_status open_entries(sinew_kernel **out, const fir_entry *const *entries,
                                 size_t outputs, size_t inputs, sinew_document *document,
                                 sinew_error *error)
{
    size_t pairs = outputs * inputs, blamed = pairs;
    sinew_kernel_file *files = sinew_document_alloc(document, pairs, sizeof *files);
    if (!files)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < pairs; i++)
        files[i] = (sinew_kernel_file){entries[i]->path, (uint32_t)entries[i]->channel};
    sinew_status status = sinew_kernel_open(out, files, outputs, inputs, &blamed, error);
    if (status && status != SINEW_ERR_MEMORY && blamed < pairs)
        sinew_at_problem(entries[blamed]->at, "%s", error->text);
    return status;
}

/* A row for each output, a column for each input. */
static sinew_status open_files(sinew_kernel **out, const fir_spec *spec, sinew_document *document,
                               sinew_error *error)
{
    const sinew_items *rows = spec->files.items;
    size_t outputs = spec->files.n, inputs = rows[0].n;
    const fir_entry **entries =
        sinew_document_alloc(document, outputs * inputs, sizeof(fir_entry *));
    if (!entries)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < outputs * inputs; i++)
        entries[i] = (const fir_entry *)rows[i / inputs].items + i % inputs;
    return open_entries(out, entries, outputs, inputs, document, error);
}

static sinew_status new_kernel(sinew_kernel **out, const fir_spec *spec, sinew_document *document,
                               sinew_error *error)
{
    const fir_entry *single = &spec->file;
    if (spec->has_taps)
        return sinew_kernel_new(out, 1, 1, spec->taps.n, spec->taps.items, spec->rate_hz, error);
    return spec->has_file ? open_entries(out, &single, 1, 1, document, error)
                          : open_files(out, spec, document, error);
}

/* What is added has the kernel's inputs and outputs. */
static sinew_status add(sinew_kernel_parts *parts, const sinew_spec_member *plus,
                        sinew_error *error)
{
    size_t entries = 0;
    const sinew_system *system = sinew_member_build(plus, &entries);
    if (!system)
        return sinew_fail(error, SINEW_ERR_DATA, "what is added is no system");
    sinew_matrices m = sinew_system_matrices(system);
    size_t outputs = sinew_kernel_outputs(parts->kernel);
    size_t inputs = sinew_kernel_inputs(parts->kernel);
    if (m.outputs == outputs && m.inputs == inputs)
        return sinew_system_copy(&parts->plus, system, error);
    sinew_at_problem(plus->at,
                     "the kernel has %zu outputs and %zu inputs, what is added to it %zu and %zu",
                     outputs, inputs, m.outputs, m.inputs);
    return sinew_fail(error, SINEW_ERR_MISMATCH, "what is added does not fit");
}

static sinew_status build_kernel(sinew_kernel_parts *out, const void *given,
                                 sinew_document *document, sinew_error *error)
{
    const fir_spec *spec = given;
    *out = (sinew_kernel_parts){0};
    sinew_status status = new_kernel(&out->kernel, spec, document, error);
    if (!status && spec->has_plus)
        status = add(out, &spec->plus, error);
    return status;
}

const sinew_system_kind sinew_kind_fir = {
    .key = {.name = "fir", .kind = SINEW_KEY_MAPPING, .table = &fir_table},
    .bytes = sizeof(fir_spec),
    .build = refuse,
    .build_kernel = build_kernel,
};
