/* What a joined system remembers, so that its members keep their places in it: see joint.h. */
#include "ssm/joint.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "math/tan_pi.h"
#include "ssm/prewarp.h"

static uint64_t hash_asked(const char *verb, const sinew_system *const *systems, size_t n)
{
    uint64_t asked = sinew_hash(SINEW_HASH_START, verb, strlen(verb));
    asked = sinew_hash_count(asked, n);
    for (size_t i = 0; i < n; i++)
        asked = sinew_hash_count(asked, systems[i]->asked);
    return asked;
}

/* Who has no preference leaves it to the others; where those disagree nobody has one. */
static sinew_method preferred(const sinew_system *const *systems, size_t n)
{
    sinew_method method = SINEW_METHOD_DEFAULT;
    for (size_t i = 0; i < n; i++) {
        sinew_method own = systems[i]->preferred;
        if (own != SINEW_METHOD_DEFAULT && method != SINEW_METHOD_DEFAULT && own != method)
            return SINEW_METHOD_DEFAULT;
        if (own != SINEW_METHOD_DEFAULT)
            method = own;
    }
    return method;
}

void sinew_joint_sign(sinew_system *joined, const char *verb, const sinew_system *const *systems,
                      size_t n)
{
    joined->asked = hash_asked(verb, systems, n);
    joined->preferred = preferred(systems, n);
}

bool sinew_system_keeps_places(const sinew_system *system)
{
    for (size_t i = 0; i < system->n_parts; i++)
        if (sinew_part_is_prewarped(&system->parts[i]))
            return true;
    return system->joint != NULL;
}

/* ---- memory ---- */

void sinew_joint_free(sinew_joint *joint)
{
    if (!joint)
        return;
    for (size_t i = 0; joint->members && i < joint->n; i++)
        sinew_system_free(joint->members[i]);
    sinew_free(joint->members);
    sinew_free(joint->K);
    sinew_free(joint->E);
    sinew_free(joint->F);
    sinew_free(joint->G);
    sinew_free(joint);
}

static sinew_status new_joint(sinew_joint **out, sinew_joint_verb verb,
                              const sinew_system *const *members, size_t n, sinew_error *error)
{
    sinew_joint *joint = sinew_alloc(1, sizeof *joint);
    *out = NULL;
    if (!joint)
        return sinew_fail_memory(error);
    *joint = (sinew_joint){.verb = verb, .members = sinew_alloc(n, sizeof *joint->members)};
    if (!joint->members) {
        sinew_joint_free(joint);
        return sinew_fail_memory(error);
    }
    for (; joint->n < n; joint->n++)
        joint->members[joint->n] = sinew_system_share(members[joint->n]);
    *out = joint;
    return SINEW_OK;
}

/* A NULL stays one. */
static bool copy_matrix(double **out, const double *matrix, size_t n)
{
    *out = matrix ? sinew_copy(matrix, n, sizeof *matrix) : NULL;
    return *out || !matrix;
}

static sinew_status copy_wiring(sinew_joint *joint, const sinew_wiring *w, sinew_error *error)
{
    size_t all_in = 0, all_out = 0;
    for (size_t i = 0; i < joint->n; i++) {
        all_in += joint->members[i]->inputs;
        all_out += joint->members[i]->outputs;
    }
    joint->inputs = w->inputs;
    joint->outputs = w->outputs;
    if (copy_matrix(&joint->K, w->K, all_in * all_out) &&
        copy_matrix(&joint->E, w->E, all_in * w->inputs) &&
        copy_matrix(&joint->F, w->F, w->outputs * all_out) &&
        copy_matrix(&joint->G, w->G, w->outputs * w->inputs))
        return SINEW_OK;
    return sinew_fail_memory(error);
}

static sinew_wiring wiring_of(const sinew_joint *joint, const sinew_system *const *members)
{
    return (sinew_wiring){members,  joint->n, joint->inputs, joint->outputs,
                          joint->K, joint->E, joint->F,      joint->G};
}

sinew_status sinew_joint_copy(sinew_joint **out, const sinew_joint *joint, sinew_error *error)
{
    const sinew_system *const *members = (const sinew_system *const *)joint->members;
    sinew_wiring wiring = wiring_of(joint, members);
    sinew_status status = new_joint(out, joint->verb, members, joint->n, error);
    if (status)
        return status;
    (*out)->prewarp_hz = joint->prewarp_hz;
    status = copy_wiring(*out, &wiring, error);
    if (status) {
        sinew_joint_free(*out);
        *out = NULL;
    }
    return status;
}

/* ---- remembering ---- */

sinew_status sinew_joint_remember_wiring(sinew_system *system, const sinew_wiring *wiring,
                                         sinew_error *error)
{
    bool any = false;
    for (size_t i = 0; i < wiring->n_systems; i++)
        any = any || sinew_system_keeps_places(wiring->systems[i]);
    if (!any)
        return SINEW_OK;
    sinew_status status =
        new_joint(&system->joint, SINEW_JOINT_WIRE, wiring->systems, wiring->n_systems, error);
    return status ? status : copy_wiring(system->joint, wiring, error);
}

sinew_status sinew_joint_remember_inverse(sinew_system *system, const sinew_system *member,
                                          sinew_error *error)
{
    if (!sinew_system_keeps_places(member))
        return SINEW_OK;
    return new_joint(&system->joint, SINEW_JOINT_INVERSE, &member, 1, error);
}

static void forget(sinew_system *system)
{
    sinew_joint_free(system->joint);
    system->joint = NULL;
    for (size_t i = 0; i < system->n_parts; i++) {
        system->parts[i].designed = system->parts[i].equalized = system->parts[i].inverted = false;
        system->parts[i].prewarp_hz = 0;
    }
}

/* The member is a copy: the system itself would hold itself. */
static sinew_status remember_stretch(sinew_system *system, double hz, sinew_error *error)
{
    sinew_system *bare = NULL;
    sinew_status status = sinew_system_copy(&bare, system, error);
    if (status)
        return status;
    const sinew_system *member = bare;
    status = new_joint(&system->joint, SINEW_JOINT_STRETCH, &member, 1, error);
    if (!status)
        system->joint->prewarp_hz = hz;
    sinew_system_free(bare);
    return status;
}

/* Factors keep a place part by part, all by the same stretch; matrices through a joint. */
sinew_status sinew_system_keep_place(sinew_system **out, const sinew_system *system, double hz,
                                     sinew_error *error)
{
    *out = NULL;
    if (!(hz > 0) || !isfinite(hz))
        return sinew_fail(error, SINEW_ERR_DATA, "a frequency of %g Hz cannot keep its place", hz);
    sinew_status status = sinew_system_copy(out, system, error);
    if (status)
        return status;
    forget(*out);
    for (size_t i = 0; i < (*out)->n_parts; i++)
        (*out)->parts[i].prewarp_hz = hz;
    if (!(*out)->factored)
        status = remember_stretch(*out, hz, error);
    if (status) {
        sinew_system_free(*out);
        *out = NULL;
        return status;
    }
    sinew_joint_sign(*out, "keep", &system, 1);
    (*out)->asked = sinew_hash_numbers((*out)->asked, &hz, 1);
    return SINEW_OK;
}

/* ---- joining again ---- */

/* H(s / c): c A, c B, C, D. */
static sinew_status stretch(sinew_system **out, const sinew_joint *joint, double step_s,
                            sinew_error *error)
{
    double turns = joint->prewarp_hz * step_s;
    *out = NULL;
    if (!(turns < 0.5))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a frequency that keeps its place, %g Hz, does not lie below half the "
                          "rate, %g Hz",
                          joint->prewarp_hz, 0.5 / step_s);
    sinew_status status = sinew_system_copy(out, joint->members[0], error);
    if (status)
        return status;
    double c = sinew_tan_pi(turns) / (M_PI * turns);
    sinew_system *s = *out;
    for (size_t i = 0; i < s->order * s->order; i++)
        s->A[i] *= c;
    for (size_t i = 0; i < s->order * s->inputs; i++)
        s->B[i] *= c;
    return SINEW_OK;
}

static sinew_status join_again(sinew_system **out, const sinew_joint *joint,
                               const sinew_system *const *members, sinew_error *error)
{
    sinew_wiring wiring = wiring_of(joint, members);
    return joint->verb == SINEW_JOINT_INVERSE ? sinew_inverse_matrices(out, members[0], error)
                                              : sinew_wire_matrices(out, &wiring, error);
}

sinew_status sinew_joint_prewarp(sinew_system **out, const sinew_joint *joint, double step_s,
                                 sinew_error *error)
{
    *out = NULL;
    if (joint->verb == SINEW_JOINT_STRETCH)
        return stretch(out, joint, step_s, error);
    sinew_system **made = sinew_alloc(joint->n, sizeof *made);
    const sinew_system **members = sinew_alloc(joint->n, sizeof *members);
    sinew_status status = made && members ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < joint->n; i++) {
        status = sinew_system_prewarp(&made[i], joint->members[i], step_s, error);
        members[i] = made[i] ? made[i] : joint->members[i];
    }
    if (!status)
        status = join_again(out, joint, members, error);
    for (size_t i = 0; made && i < joint->n; i++)
        sinew_system_free(made[i]);
    sinew_free(made);
    sinew_free(members);
    return status;
}
