/* fir: a kernel of measured impulse responses, and perhaps a system that is added to it. It stands
 * at the top of a description only, as what is made of systems takes rational ones. */
#include "base/error.h"
#include "model/kind.h"
#include "model/member.h"
#include "model/reference.h"
#include "ssm/system.h"

typedef struct fir_spec {
    const char *file;
    sinew_items files; /* of sinew_items of const char *: rows */
    sinew_items taps;  /* of double */
    double rate_hz;
    sinew_spec_member plus;
    bool has_file, has_files, has_taps, has_rate, has_plus;
} fir_spec;

static void value_file(const sinew_at *at, void *into)
{
    const sinew_key text = {.kind = SINEW_KEY_TEXT, .range = {1, 4096}};
    const char *path = NULL;
    if (sinew_key_read(at, &text, &path))
        *(const char **)into = sinew_reference_file(at, path);
}

static const sinew_key file_item = {.kind = SINEW_KEY_READER, .read = value_file};
static const sinew_key row_item = {.kind = SINEW_KEY_SEQUENCE,
                                   .item = &file_item,
                                   .item_bytes = sizeof(const char *),
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
            sinew_at_problem(&place, "row %zu has %zu files, row 1 has %zu", o + 1, rows[o].n,
                             rows[0].n);
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

/* A matrix of files, row by row: a row for each output, a column for each input. */
static sinew_status open_files(sinew_kernel **out, const fir_spec *spec, sinew_document *document,
                               sinew_error *error)
{
    const sinew_items *rows = spec->files.items;
    size_t outputs = spec->files.n, inputs = rows[0].n;
    const char **paths = sinew_document_alloc(document, outputs * inputs, sizeof *paths);
    if (!paths)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < outputs * inputs; i++)
        paths[i] = ((const char *const *)rows[i / inputs].items)[i % inputs];
    return sinew_kernel_open(out, paths, outputs, inputs, error);
}

static sinew_status build_kernel(sinew_kernel_parts *out, const void *given,
                                 sinew_document *document, sinew_error *error)
{
    const fir_spec *spec = given;
    size_t entries = 0;
    *out = (sinew_kernel_parts){0};
    if (spec->has_plus) {
        const sinew_system *plus = sinew_member_build(&spec->plus, &entries);
        if (!plus)
            return sinew_fail(error, SINEW_ERR_DATA, "what is added is no system");
        sinew_status status = sinew_system_copy(&out->plus, plus, error);
        if (status)
            return status;
    }
    if (spec->has_taps)
        return sinew_kernel_new(&out->kernel, 1, 1, spec->taps.n, spec->taps.items, spec->rate_hz,
                                error);
    return spec->has_file ? sinew_kernel_open(&out->kernel, &spec->file, 1, 1, error)
                          : open_files(&out->kernel, spec, document, error);
}

const sinew_system_kind sinew_kind_fir = {
    .key = {.name = "fir", .kind = SINEW_KEY_MAPPING, .table = &fir_table},
    .bytes = sizeof(fir_spec),
    .build = refuse,
    .build_kernel = build_kernel,
};
