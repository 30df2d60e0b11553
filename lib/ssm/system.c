#include "ssm/system.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "ssm/joint.h"

sinew_status sinew_system_alloc(sinew_system **out, size_t order, size_t inputs, size_t outputs,
                                sinew_error *error)
{
    sinew_system *system = sinew_alloc(1, sizeof *system);
    *out = NULL;
    if (!system)
        return sinew_fail_memory(error);
    system->order = order;
    system->inputs = inputs;
    system->outputs = outputs;
    system->A = sinew_alloc(order * order, sizeof(double));
    system->B = sinew_alloc(order * inputs, sizeof(double));
    system->C = sinew_alloc(outputs * order, sizeof(double));
    system->D = sinew_alloc(outputs * inputs, sizeof(double));
    if (!system->A || !system->B || !system->C || !system->D) {
        sinew_system_free(system);
        return sinew_fail_memory(error);
    }
    *out = system;
    return SINEW_OK;
}

sinew_system *sinew_system_share(const sinew_system *system)
{
    sinew_system *shared = (sinew_system *)system;
    atomic_fetch_add(&shared->shares, 1);
    return shared;
}

void sinew_system_free(sinew_system *system)
{
    if (!system || atomic_fetch_sub(&system->shares, 1) > 0)
        return;
    sinew_free(system->A);
    sinew_free(system->B);
    sinew_free(system->C);
    sinew_free(system->D);
    sinew_zpk_finish(&system->zpk);
    for (size_t i = 0; i < system->n_parts; i++)
        sinew_part_finish(&system->parts[i]);
    sinew_free(system->parts);
    sinew_free(system->sections);
    sinew_joint_free(system->joint);
    sinew_free(system);
}

static sinew_status check_finite(const char *name, const double *matrix, size_t rows,
                                 size_t columns, sinew_error *error)
{
    if (rows * columns > 0 && !matrix)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s is NULL", name);
    for (size_t i = 0; i < rows * columns; i++)
        if (!isfinite(matrix[i]))
            return sinew_fail(error, SINEW_ERR_DATA, "%s[%zu][%zu] is %s", name, i / columns,
                              i % columns, isnan(matrix[i]) ? "nan" : "inf");
    return SINEW_OK;
}

static sinew_status check(const sinew_matrices *m, sinew_error *error)
{
    if (!m)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no matrices");
    if (m->inputs < 1 || m->outputs < 1)
        return sinew_fail(error, SINEW_ERR_DATA, "a system has at least one input and one output");
    if (m->order > SINEW_ORDER_MAX || m->inputs > SINEW_ORDER_MAX || m->outputs > SINEW_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "order %zu, %zu inputs, %zu outputs: each is at most %d", m->order,
                          m->inputs, m->outputs, SINEW_ORDER_MAX);
    sinew_status status = check_finite("A", m->A, m->order, m->order, error);
    if (!status)
        status = check_finite("B", m->B, m->order, m->inputs, error);
    if (!status)
        status = check_finite("C", m->C, m->outputs, m->order, error);
    if (!status)
        status = check_finite("D", m->D, m->outputs, m->inputs, error);
    return status;
}

static void copy(double *to, const double *from, size_t n)
{
    if (n > 0)
        memcpy(to, from, n * sizeof *to);
}

sinew_status sinew_system_new_ss(sinew_system **out, const sinew_matrices *m, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_status status = check(m, error);
    if (!status)
        status = sinew_system_alloc(out, m->order, m->inputs, m->outputs, error);
    if (status)
        return status;
    copy((*out)->A, m->A, m->order * m->order);
    copy((*out)->B, m->B, m->order * m->inputs);
    copy((*out)->C, m->C, m->outputs * m->order);
    copy((*out)->D, m->D, m->outputs * m->inputs);
    uint64_t asked = sinew_hash(SINEW_HASH_START, "ss", 2);
    asked = sinew_hash_numbers(asked, m->A, m->order * m->order);
    asked = sinew_hash_numbers(asked, m->B, m->order * m->inputs);
    asked = sinew_hash_numbers(asked, m->C, m->outputs * m->order);
    (*out)->asked = sinew_hash_numbers(asked, m->D, m->outputs * m->inputs);
    return SINEW_OK;
}

static sinew_status copy_factors(sinew_system *to, const sinew_system *from, sinew_error *error)
{
    to->factored = from->factored;
    to->n_sections = from->n_sections;
    to->sections = sinew_copy(from->sections, from->n_sections, sizeof *from->sections);
    to->parts = sinew_alloc(from->n_parts, sizeof *from->parts);
    if (!to->sections || !to->parts)
        return sinew_fail_memory(error);
    sinew_status status = sinew_zpk_copy(&to->zpk, &from->zpk, error);
    for (; !status && to->n_parts < from->n_parts; to->n_parts++)
        status = sinew_part_copy(&to->parts[to->n_parts], &from->parts[to->n_parts], error);
    return status;
}

sinew_status sinew_system_copy(sinew_system **out, const sinew_system *from, sinew_error *error)
{
    sinew_status status = sinew_system_alloc(out, from->order, from->inputs, from->outputs, error);
    if (status)
        return status;
    copy((*out)->A, from->A, from->order * from->order);
    copy((*out)->B, from->B, from->order * from->inputs);
    copy((*out)->C, from->C, from->outputs * from->order);
    copy((*out)->D, from->D, from->outputs * from->inputs);
    (*out)->asked = from->asked;
    (*out)->preferred = from->preferred;
    (*out)->chosen = from->chosen;
    if (from->factored)
        status = copy_factors(*out, from, error);
    if (!status && from->joint)
        status = sinew_joint_copy(&(*out)->joint, from->joint, error);
    if (status) {
        sinew_system_free(*out);
        *out = NULL;
    }
    return status;
}

sinew_matrices sinew_system_matrices(const sinew_system *s)
{
    bool empty = s->order == 0;
    return (sinew_matrices){s->order,
                            s->inputs,
                            s->outputs,
                            empty ? NULL : s->A,
                            empty ? NULL : s->B,
                            empty ? NULL : s->C,
                            s->D};
}

int sinew_system_is_factored(const sinew_system *s)
{
    return s->factored;
}

int sinew_system_state_is_given(const sinew_system *s)
{
    return s->order == 0 || (!s->factored && !s->chosen);
}
