/* ss: a system from its four matrices. */
#include "model/kind_ss.h"

#include "model/kind.h"
#include "sinew/system.h"

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
static void check_gain(const sinew_at *at, const sinew_ss_spec *ss)
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
    const sinew_ss_spec *ss = into;
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
                                     .offset = offsetof(sinew_ss_spec, A),
                                     .required = true},
                                    {.name = "B",
                                     .kind = SINEW_KEY_READER,
                                     .read = sinew_value_matrix,
                                     .offset = offsetof(sinew_ss_spec, B),
                                     .required = true},
                                    {.name = "C",
                                     .kind = SINEW_KEY_READER,
                                     .read = sinew_value_matrix,
                                     .offset = offsetof(sinew_ss_spec, C),
                                     .required = true},
                                    {.name = "D",
                                     .kind = SINEW_KEY_READER,
                                     .read = sinew_value_matrix,
                                     .offset = offsetof(sinew_ss_spec, D),
                                     .given = SINEW_KEY_GIVEN(sinew_ss_spec, has_D)},
                                    {.name = NULL}};
const sinew_table sinew_ss_table = {.keys = ss_keys, .check = check_ss};

bool sinew_ss_matrices(sinew_matrices *out, const sinew_ss_spec *ss, sinew_document *document)
{
    bool empty = ss->A.rows == 0;
    *out = (sinew_matrices){.order = ss->A.rows,
                            .inputs = empty ? ss->D.columns : ss->B.columns,
                            .outputs = empty ? ss->D.rows : ss->C.rows,
                            .A = empty ? NULL : ss->A.entries,
                            .B = empty ? NULL : ss->B.entries,
                            .C = empty ? NULL : ss->C.entries,
                            .D = ss->D.entries};
    if (!ss->has_D)
        out->D = sinew_document_alloc(document, out->outputs * out->inputs, sizeof(double));
    return out->D != NULL;
}

static sinew_status build(sinew_system **out, const void *spec, sinew_document *document,
                          sinew_error *error)
{
    sinew_matrices matrices;
    if (!sinew_ss_matrices(&matrices, spec, document))
        return SINEW_ERR_MEMORY;
    return sinew_system_new_ss(out, &matrices, error);
}

const sinew_system_kind sinew_kind_ss = {
    .key = {.name = "ss", .kind = SINEW_KEY_MAPPING, .table = &sinew_ss_table},
    .bytes = sizeof(sinew_ss_spec),
    .build = build,
};
