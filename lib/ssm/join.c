/* The verbs: each is a wiring (join_wire.c), or stays factored (join_factored.c). */
#include "sinew/join.h"

#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "ssm/joint.h"

static sinew_status check(const sinew_system *const *systems, size_t n, sinew_error *error)
{
    if (n == 0 || !systems)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no systems to be joined");
    for (size_t i = 0; i < n; i++)
        if (!systems[i])
            return sinew_fail(error, SINEW_ERR_ARGUMENT, "system %zu is NULL", i);
    return SINEW_OK;
}

/* A wiring whose matrices are its own. */
typedef struct owned {
    sinew_wiring w;
    size_t all_inputs, all_outputs;
    double *K, *E, *F;
} owned;

static sinew_status owned_init(owned *o, const sinew_system *const *systems, size_t n,
                               size_t inputs, size_t outputs, sinew_error *error)
{
    *o = (owned){.w = {.systems = systems, .n_systems = n, .inputs = inputs, .outputs = outputs}};
    for (size_t i = 0; i < n; i++) {
        o->all_inputs += systems[i]->inputs;
        o->all_outputs += systems[i]->outputs;
    }
    if (o->all_inputs > SINEW_ORDER_MAX || o->all_outputs > SINEW_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "more than %d inputs or outputs in %zu systems",
                          SINEW_ORDER_MAX, n);
    o->w.K = o->K = sinew_alloc(o->all_inputs * o->all_outputs, sizeof(double));
    o->w.E = o->E = sinew_alloc(o->all_inputs * inputs, sizeof(double));
    o->w.F = o->F = sinew_alloc(outputs * o->all_outputs, sizeof(double));
    return o->K && o->E && o->F ? SINEW_OK : sinew_fail_memory(error);
}

static void owned_finish(owned *o)
{
    sinew_free(o->K);
    sinew_free(o->E);
    sinew_free(o->F);
}

/* value I, of `size`, with its first entry at (row, column). */
static void put_identity(double *to, size_t stride, size_t row, size_t column, size_t size,
                         double value)
{
    for (size_t i = 0; i < size; i++)
        to[(row + i) * stride + column + i] = value;
}

/* The matrices, with the memory of how they came about. */
static sinew_status wire(sinew_system **out, const sinew_wiring *wiring, sinew_error *error)
{
    sinew_status status = sinew_wire_matrices(out, wiring, error);
    if (!status)
        status = sinew_joint_remember_wiring(*out, wiring, error);
    if (status) {
        sinew_system_free(*out);
        *out = NULL;
    }
    return status;
}

/* ---- series ---- */

static sinew_status check_chain(const sinew_system *const *systems, size_t n, sinew_error *error)
{
    sinew_status status = check(systems, n, error);
    for (size_t i = 1; !status && i < n; i++)
        if (systems[i - 1]->outputs != systems[i]->inputs)
            status = sinew_fail(error, SINEW_ERR_MISMATCH,
                                "in series: system %zu has %zu outputs, system %zu %zu inputs",
                                i - 1, systems[i - 1]->outputs, i, systems[i]->inputs);
    return status;
}

static sinew_status wire_series(sinew_system **out, const sinew_system *const *systems, size_t n,
                                sinew_error *error)
{
    size_t inputs = systems[0]->inputs, outputs = systems[n - 1]->outputs;
    owned o;
    sinew_status status = owned_init(&o, systems, n, inputs, outputs, error);
    if (!status) {
        put_identity(o.E, inputs, 0, 0, inputs, 1);
        size_t u = 0, y = 0;
        for (size_t i = 0; i + 1 < n; i++) {
            u += systems[i]->inputs;
            put_identity(o.K, o.all_outputs, u, y, systems[i]->outputs, 1);
            y += systems[i]->outputs;
        }
        put_identity(o.F, o.all_outputs, 0, y, outputs, 1);
        status = wire(out, &o.w, error);
    }
    owned_finish(&o);
    return status;
}

sinew_status sinew_join_series(sinew_system **out, const sinew_system *const *systems, size_t n,
                               sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_status status = check_chain(systems, n, error);
    if (!status)
        status = sinew_factored_series(out, systems, n, error);
    if (!status && !*out)
        status = wire_series(out, systems, n, error);
    if (!status)
        sinew_joint_sign(*out, "series", systems, n);
    return status;
}

/* ---- parallel and append ---- */

static sinew_status check_alike(const sinew_system *const *systems, size_t n, sinew_error *error)
{
    sinew_status status = check(systems, n, error);
    for (size_t i = 1; !status && i < n; i++)
        if (systems[i]->inputs != systems[0]->inputs || systems[i]->outputs != systems[0]->outputs)
            status = sinew_fail(
                error, SINEW_ERR_MISMATCH,
                "in parallel: system 0 has %zu inputs and %zu outputs, system %zu %zu and %zu",
                systems[0]->inputs, systems[0]->outputs, i, systems[i]->inputs,
                systems[i]->outputs);
    return status;
}

static sinew_status wire_parallel(sinew_system **out, const sinew_system *const *systems, size_t n,
                                  sinew_error *error)
{
    size_t inputs = systems[0]->inputs, outputs = systems[0]->outputs;
    owned o;
    sinew_status status = owned_init(&o, systems, n, inputs, outputs, error);
    if (!status) {
        for (size_t i = 0; i < n; i++) {
            put_identity(o.E, inputs, i * inputs, 0, inputs, 1);
            put_identity(o.F, o.all_outputs, 0, i * outputs, outputs, 1);
        }
        o.w.K = NULL;
        status = wire(out, &o.w, error);
    }
    owned_finish(&o);
    return status;
}

/* The factored one in place of the other, where there is one. */
static void prefer(sinew_system **out, sinew_system *factored)
{
    if (!factored)
        return;
    sinew_system_free(*out);
    *out = factored;
}

sinew_status sinew_join_parallel(sinew_system **out, const sinew_system *const *systems, size_t n,
                                 sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_system *factored = NULL;
    *out = NULL;
    sinew_status status = check_alike(systems, n, error);
    if (!status)
        status = wire_parallel(out, systems, n, error);
    if (status)
        return status;
    status = sinew_factored_parallel(&factored, *out, systems, n, error);
    prefer(out, factored);
    if (status) {
        sinew_system_free(*out);
        *out = NULL;
        return status;
    }
    sinew_joint_sign(*out, "parallel", systems, n);
    return SINEW_OK;
}

sinew_status sinew_join_append(sinew_system **out, const sinew_system *const *systems, size_t n,
                               sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    size_t inputs = 0, outputs = 0;
    *out = NULL;
    sinew_status status = check(systems, n, error);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        inputs += systems[i]->inputs;
        outputs += systems[i]->outputs;
    }
    owned o = {0};
    if (inputs > SINEW_ORDER_MAX || outputs > SINEW_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "%zu inputs, %zu outputs: each is at most %d",
                          inputs, outputs, SINEW_ORDER_MAX);
    status = owned_init(&o, systems, n, inputs, outputs, error);
    if (!status) {
        put_identity(o.E, inputs, 0, 0, inputs, 1);
        put_identity(o.F, outputs, 0, 0, outputs, 1);
        o.w.K = NULL;
        status = wire(out, &o.w, error);
    }
    if (!status)
        sinew_joint_sign(*out, "append", systems, n);
    owned_finish(&o);
    return status;
}

/* ---- inverse and scale ---- */

sinew_status sinew_join_inverse(sinew_system **out, const sinew_system *system, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_status status = check(&system, 1, error);
    if (!status)
        status = sinew_factored_inverse(out, system, error);
    if (!status && !*out) {
        status = sinew_inverse_matrices(out, system, error);
        if (!status)
            status = sinew_joint_remember_inverse(*out, system, error);
    }
    if (!status) {
        sinew_joint_sign(*out, "inverse", &system, 1);
        return SINEW_OK;
    }
    sinew_system_free(*out);
    *out = NULL;
    return status;
}

static sinew_status wire_scale(sinew_system **out, const sinew_system *system, double gain,
                               sinew_error *error)
{
    owned o;
    sinew_status status = owned_init(&o, &system, 1, system->inputs, system->outputs, error);
    if (!status) {
        put_identity(o.E, system->inputs, 0, 0, system->inputs, 1);
        put_identity(o.F, system->outputs, 0, 0, system->outputs, gain);
        o.w.K = NULL;
        status = wire(out, &o.w, error);
    }
    owned_finish(&o);
    return status;
}

sinew_status sinew_join_scale(sinew_system **out, const sinew_system *system, double gain,
                              sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_status status = check(&system, 1, error);
    if (!status && !isfinite(gain))
        status = sinew_fail(error, SINEW_ERR_DATA, "gain is %g", gain);
    if (!status)
        status = sinew_factored_scale(out, system, gain, error);
    if (!status && !*out)
        status = wire_scale(out, system, gain, error);
    if (!status) {
        sinew_joint_sign(*out, "scale", &system, 1);
        (*out)->asked = sinew_hash_numbers((*out)->asked, &gain, 1);
    }
    return status;
}
