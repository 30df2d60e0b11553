#include "model/values.h"

#include "model/spec.h"
#include "ssm/method.h"

static const sinew_key plain_number = {.kind = SINEW_KEY_NUMBER};

static bool read_row(const sinew_at *row, double *entries)
{
    bool good = true;
    for (size_t j = 0; j < sinew_at_count(row) && !sinew_at_full(row); j++) {
        sinew_at entry = sinew_at_item(row, j);
        good = sinew_key_read(&entry, &plain_number, &entries[j]) && good;
    }
    return good;
}

/* Every row is a list as long as the first. */
static bool rows_are_even(const sinew_at *at, size_t *columns)
{
    *columns = 0;
    for (size_t i = 0; i < sinew_at_count(at); i++) {
        sinew_at row = sinew_at_item(at, i);
        size_t n = sinew_at_count(&row);
        if (row.value->type != YAML_SEQUENCE_NODE) {
            sinew_at_problem(&row, "must be a row, a list of numbers ([[1, 0], [0, 1]]), and is %s",
                             sinew_at_kind(&row));
            return false;
        }
        if (i == 0)
            *columns = n;
        if (n != *columns) {
            sinew_at_problem(&row, "row %zu has %zu entries, row 0 has %zu", i, n, *columns);
            return false;
        }
    }
    return true;
}

void sinew_value_matrix(const sinew_at *at, void *into)
{
    sinew_spec_matrix matrix = {.rows = sinew_at_count(at)};
    if (at->value->type != YAML_SEQUENCE_NODE) {
        sinew_at_problem(at, "must be a list of rows ([[1, 0], [0, 1]]), and is %s",
                         sinew_at_kind(at));
        return;
    }
    if (!rows_are_even(at, &matrix.columns))
        return;
    matrix.entries =
        sinew_document_alloc(at->document, matrix.rows * matrix.columns, sizeof(double));
    if (!matrix.entries)
        return;
    for (size_t i = 0; i < matrix.rows; i++) {
        sinew_at row = sinew_at_item(at, i);
        read_row(&row, matrix.entries + i * matrix.columns);
    }
    *(sinew_spec_matrix *)into = matrix;
}

void sinew_value_complex(const sinew_at *at, void *into)
{
    double parts[2] = {0, 0};
    if (at->value->type == YAML_SEQUENCE_NODE && sinew_at_count(at) == 2)
        read_row(at, parts);
    else if (at->value->type == YAML_SCALAR_NODE)
        sinew_key_read(at, &plain_number, &parts[0]);
    else
        sinew_at_problem(at, "must be a complex number [re, im], or a real one");
    *(sinew_complex *)into = (sinew_complex){parts[0], parts[1]};
}

void sinew_value_edges(const sinew_at *at, void *into)
{
    static const sinew_key frequency = {
        .kind = SINEW_KEY_NUMBER, .unit = SINEW_UNIT_HZ, .range = {0, 1e12}, .above = true};
    sinew_spec_edges *edges = into;
    if (at->value->type == YAML_SCALAR_NODE) {
        edges->n = 1;
        sinew_key_read(at, &frequency, &edges->hz[0]);
        return;
    }
    edges->n = sinew_at_count(at);
    if (at->value->type != YAML_SEQUENCE_NODE || edges->n < 1 || edges->n > 2) {
        sinew_at_problem(at, "must be one frequency, or a list of one or two");
        return;
    }
    for (size_t i = 0; i < edges->n; i++) {
        sinew_at item = sinew_at_item(at, i);
        sinew_key_read(&item, &frequency, &edges->hz[i]);
    }
}

void sinew_value_method(const sinew_at *at, void *into)
{
    static const sinew_key names = {.kind = SINEW_KEY_CHOICE, .choices = sinew_method_names};
    int choice = 0;
    if (sinew_key_read(at, &names, &choice))
        *(sinew_method *)into = (sinew_method)(choice + 1);
}
