/* sos: a system from second-order sections. */
#include "model/kind.h"
#include "model/values.h"
#include "sinew/system.h"

/* Rows of b0 b1 b2 a0 a1 a2 -> sinew_spec_matrix. */
static void read_sections(const sinew_at *at, void *into)
{
    size_t seen = sinew_at_problems(at);
    sinew_spec_matrix *rows = into;
    sinew_value_matrix(at, rows);
    if (sinew_at_problems(at) > seen)
        return;
    if (rows->rows == 0)
        sinew_at_problem(at, "has no sections: it must have at least 1");
    else if (rows->columns != 6)
        sinew_at_problem(at, "a section is [b0, b1, b2, a0, a1, a2], and here %s %zu",
                         rows->columns == 1 ? "is" : "are", rows->columns);
}

static sinew_status build(sinew_system **out, const void *spec, sinew_document *document,
                          sinew_error *error)
{
    (void)document;
    const sinew_spec_matrix *rows = spec;
    return sinew_system_new_sos(out, rows->entries, rows->rows, error);
}

const sinew_system_kind sinew_kind_sos = {
    .key = {.name = "sos", .kind = SINEW_KEY_READER, .read = read_sections},
    .bytes = sizeof(sinew_spec_matrix),
    .build = build,
};
