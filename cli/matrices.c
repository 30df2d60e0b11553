#include "matrices.h"

#include <stdio.h>

#include "json.h"

void matrices_json(const sinew_matrices *m)
{
    printf("\"A\":");
    json_rows(m->A, m->order, m->order);
    printf(",\"B\":");
    json_rows(m->B, m->order, m->inputs);
    printf(",\"C\":");
    json_rows(m->C, m->outputs, m->order);
    printf(",\"D\":");
    json_rows(m->D, m->outputs, m->inputs);
}

void matrices_json_sampled(const sinew_discretization *d)
{
    sinew_matrices m = sinew_discretization_matrices(d);
    printf("\"method\":");
    json_text(sinew_method_name(sinew_discretization_method(d)));
    printf(",\"step_s\":");
    json_number(sinew_discretization_step_s(d));
    putchar(',');
    matrices_json(&m);
}

static void print_rows(const char *name, const double *values, size_t rows, size_t columns)
{
    printf("\n%s (%zu, %zu)\n", name, rows, columns);
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++)
            printf(" %24.17g", values[i * columns + j]);
        putchar('\n');
    }
}

void matrices_table(const sinew_matrices *m)
{
    print_rows("A", m->A, m->order, m->order);
    print_rows("B", m->B, m->order, m->inputs);
    print_rows("C", m->C, m->outputs, m->order);
    print_rows("D", m->D, m->outputs, m->inputs);
}
