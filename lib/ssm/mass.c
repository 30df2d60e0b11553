/* Masses in a row on springs and dampers. With K and V the tridiagonal matrices of stiffness and
 * damping, M the masses, e the first unit vector, 1 ones, b the base:
 *
 *   force              x' = v                    v' = M^-1 (-K x - V v + F)
 *   base displacement  x' = p + g b e            p' = M^-1 (-K x - V (p + g b e) + k_0 b e)
 *                      with p = v - g b e, g = c_0 / m_0, so that b' does not appear
 *   base velocity      r' = v - b' 1             v' = M^-1 (-K r - V v + c_0 b' e)
 *   base acceleration  r' = w                    w' = M^-1 (-K r - V w) - b'' 1
 */
#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "sinew/physical.h"
#include "ssm/system.h"

/* Entry (i, k) of a tridiagonal matrix of what stands between neighbours, over mass i. */
static double between(const sinew_mass_chain *c, const double *each, size_t i, size_t k)
{
    double sum = 0;
    if (i == k)
        sum = each[i] + each[i + 1];
    else if (i == k + 1)
        sum = -each[i];
    else if (k == i + 1)
        sum = -each[k];
    return sum / c->mass_kg[i];
}

static void fill_A(double *A, const sinew_mass_chain *c)
{
    size_t n = c->n, width = 2 * n;
    for (size_t i = 0; i < n; i++) {
        A[i * width + n + i] = 1;
        for (size_t k = 0; k < n; k++) {
            double k_m = between(c, c->stiffness_n_per_m, i, k);
            double c_m = between(c, c->damping_n_s_per_m, i, k);
            A[(n + i) * width + k] = k_m != 0 ? -k_m : 0;
            A[(n + i) * width + n + k] = c_m != 0 ? -c_m : 0;
        }
    }
}

/* k_0 / m_0 and c_0 / m_0: of the base's own spring and damper. */
static double base_stiffness(const sinew_mass_chain *c)
{
    return c->stiffness_n_per_m[0] / c->mass_kg[0];
}

static double base_damping(const sinew_mass_chain *c)
{
    return c->damping_n_s_per_m[0] / c->mass_kg[0];
}

static void fill_B(double *B, const double *A, const sinew_mass_chain *c)
{
    size_t n = c->n;
    double g = base_damping(c);
    switch (c->input) {
    case SINEW_MASS_FORCE:
        B[n + c->force_at] = 1 / c->mass_kg[c->force_at];
        break;
    case SINEW_MASS_BASE_DISPLACEMENT:
        B[0] = g;
        for (size_t i = 0; i < n; i++)
            B[n + i] = g != 0 ? g * A[(n + i) * 2 * n + n] : 0;
        B[n] += base_stiffness(c);
        break;
    case SINEW_MASS_BASE_VELOCITY:
        for (size_t i = 0; i < n; i++)
            B[i] = -1;
        B[n] = g;
        break;
    case SINEW_MASS_BASE_ACCELERATION:
        for (size_t i = 0; i < n; i++)
            B[n + i] = -1;
        break;
    }
}

/* M^-1 of the forces of the springs alone: the lower half of A, and the base's part in D. */
static void put_acceleration(double *C, double *D, const double *A, const double *B,
                             const sinew_mass_chain *c)
{
    size_t row = c->n + c->output_at;
    for (size_t k = 0; k < 2 * c->n; k++)
        C[k] = A[row * 2 * c->n + k];
    /* in the frame of an accelerated base -b'' is no force */
    *D = c->input == SINEW_MASS_BASE_ACCELERATION ? 0 : B[row];
}

/* -k r - c r' between base and mass 0, from the spring that hangs there. */
static void put_spring_force(double *C, double *D, const sinew_mass_chain *c)
{
    C[0] = 0 - c->stiffness_n_per_m[0]; /* no -0 */
    C[c->n] = 0 - c->damping_n_s_per_m[0];
    *D = c->input == SINEW_MASS_BASE_VELOCITY ? c->damping_n_s_per_m[0] : 0;
}

static void fill_output(double *C, double *D, const double *A, const double *B,
                        const sinew_mass_chain *c)
{
    size_t n = c->n, at = c->output_at;
    switch (c->output) {
    case SINEW_MASS_DISPLACEMENT:
        C[at] = 1;
        break;
    case SINEW_MASS_RELATIVE:
        C[at] = 1;
        *D = c->input == SINEW_MASS_BASE_DISPLACEMENT ? -1 : 0;
        break;
    case SINEW_MASS_VELOCITY:
        C[n + at] = 1;
        if (c->input == SINEW_MASS_BASE_DISPLACEMENT && at == 0)
            *D = base_damping(c);
        break;
    case SINEW_MASS_RELATIVE_VELOCITY:
        C[n + at] = 1;
        *D = c->input == SINEW_MASS_BASE_VELOCITY ? -1 : 0;
        break;
    case SINEW_MASS_ACCELERATION:
        put_acceleration(C, D, A, B, c);
        break;
    case SINEW_MASS_SPRING_FORCE:
        put_spring_force(C, D, c);
        break;
    }
}

/* For each input, the outputs that it has as bits. A velocity that would need b', or a displacement
 * that would need an integral of b', is none of them. */
static sinew_status check_pair(const sinew_mass_chain *c, sinew_error *error)
{
    static const unsigned has[] = {
        [SINEW_MASS_FORCE] = ~0u,
        [SINEW_MASS_BASE_DISPLACEMENT] =
            1u << SINEW_MASS_DISPLACEMENT | 1u << SINEW_MASS_VELOCITY | 1u << SINEW_MASS_RELATIVE,
        [SINEW_MASS_BASE_VELOCITY] = ~(1u << SINEW_MASS_DISPLACEMENT),
        [SINEW_MASS_BASE_ACCELERATION] =
            ~(1u << SINEW_MASS_DISPLACEMENT | 1u << SINEW_MASS_VELOCITY),
    };
    if ((unsigned)c->input > SINEW_MASS_BASE_ACCELERATION ||
        (unsigned)c->output > SINEW_MASS_SPRING_FORCE)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such input or output of a mass");
    if (!(has[c->input] >> c->output & 1))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          c->input == SINEW_MASS_BASE_DISPLACEMENT
                              ? "this output would need the derivative of the base's displacement: "
                                "give its velocity"
                              : "this output would need an integral of the base's motion, which "
                                "has no bound: ask for one relative to the base");
    return SINEW_OK;
}

static sinew_status check_list(const char *what, const double *list, size_t n, double above,
                               sinew_error *error)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(list[i]) || !(list[i] >= 0) || (above > 0 && !(list[i] > 0)))
            return sinew_fail(error, SINEW_ERR_DATA, "%s %zu is %g: it is finite and %s 0", what, i,
                              list[i], above > 0 ? "above" : "at least");
    return SINEW_OK;
}

static sinew_status check(const sinew_mass_chain *c, sinew_error *error)
{
    if (!c || !c->mass_kg || !c->stiffness_n_per_m || !c->damping_n_s_per_m)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no masses, springs or dampers");
    if (c->n < 1 || c->n > SINEW_ORDER_MAX / 2)
        return sinew_fail(error, SINEW_ERR_DATA, "%zu masses: 1 to %d", c->n, SINEW_ORDER_MAX / 2);
    if (c->force_at >= c->n || c->output_at >= c->n)
        return sinew_fail(error, SINEW_ERR_DATA, "there is no mass %zu",
                          c->force_at >= c->n ? c->force_at : c->output_at);
    sinew_status status = check_list("mass", c->mass_kg, c->n, 1, error);
    if (!status)
        status = check_list("stiffness", c->stiffness_n_per_m, c->n + 1, 0, error);
    if (!status)
        status = check_list("damping", c->damping_n_s_per_m, c->n + 1, 0, error);
    if (!status && c->input != SINEW_MASS_FORCE &&
        (c->stiffness_n_per_m[c->n] != 0 || c->damping_n_s_per_m[c->n] != 0))
        status = sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                            "a wall at rest behind the last mass, and a base that moves");
    return status ? status : check_pair(c, error);
}

static uint64_t hash_asked(const sinew_mass_chain *c)
{
    uint64_t asked = sinew_hash(SINEW_HASH_START, "mass chain", 10);
    asked = sinew_hash_count(asked, (uint64_t)c->input);
    asked = sinew_hash_count(asked, (uint64_t)c->output);
    asked = sinew_hash_count(asked, c->input == SINEW_MASS_FORCE ? c->force_at : 0);
    asked = sinew_hash_count(asked, c->output_at);
    asked = sinew_hash_numbers(asked, c->mass_kg, c->n);
    asked = sinew_hash_numbers(asked, c->stiffness_n_per_m, c->n + 1);
    return sinew_hash_numbers(asked, c->damping_n_s_per_m, c->n + 1);
}

sinew_status sinew_system_new_mass_chain(sinew_system **out, const sinew_mass_chain *c,
                                         sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_status status = check(c, error);
    if (status)
        return status;
    size_t order = 2 * c->n;
    double *all = sinew_alloc(order * order + 2 * order, sizeof *all), D = 0;
    if (!all)
        return sinew_fail_memory(error);
    double *A = all, *B = all + order * order, *C = B + order;
    fill_A(A, c);
    fill_B(B, A, c);
    fill_output(C, &D, A, B, c);
    status = sinew_system_new_ss(out, &(sinew_matrices){order, 1, 1, A, B, C, &D}, error);
    if (!status)
        (*out)->asked = hash_asked(c);
    sinew_free(all);
    return status;
}

/* One way of saying what the spring and damper are. */
static sinew_status check_single(const sinew_mass_spring *m, sinew_error *error)
{
    const double numbers[] = {
        m->mass_kg, m->stiffness_n_per_m, m->damping_n_s_per_m, m->resonance_hz,
        m->q,       m->damping_ratio};
    const char *const names[] = {"mass", "stiffness", "damping", "resonance", "q", "damping ratio"};
    for (size_t i = 0; i < 6; i++)
        if (!isfinite(numbers[i]) || numbers[i] < 0)
            return sinew_fail(error, SINEW_ERR_DATA, "a %s of %g is out of range", names[i],
                              numbers[i]);
    if (m->resonance_hz > 0 && (m->stiffness_n_per_m > 0 || m->damping_n_s_per_m > 0))
        return sinew_fail(error, SINEW_ERR_DATA,
                          "a resonance beside stiffness or damping: one way of saying it");
    if (m->q > 0 && m->damping_ratio > 0)
        return sinew_fail(error, SINEW_ERR_DATA, "a q and a damping ratio: one of them is enough");
    if (m->resonance_hz == 0 && (m->q > 0 || m->damping_ratio > 0))
        return sinew_fail(error, SINEW_ERR_DATA, "a q or damping ratio needs a resonance");
    return SINEW_OK;
}

sinew_status sinew_system_new_mass_spring(sinew_system **out, const sinew_mass_spring *m,
                                          sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!m)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no mass");
    sinew_status status = check_single(m, error);
    if (status)
        return status;
    double mass = m->mass_kg > 0 ? m->mass_kg : 1, w = 2 * M_PI * m->resonance_hz;
    double stiffness[2] = {m->stiffness_n_per_m, 0}, damping[2] = {m->damping_n_s_per_m, 0};
    if (m->resonance_hz > 0) {
        stiffness[0] = mass * w * w;
        damping[0] = m->q > 0 ? mass * w / m->q : 2 * m->damping_ratio * mass * w;
    }
    sinew_mass_chain chain = {1, &mass, stiffness, damping, m->input, m->output, 0, 0};
    return sinew_system_new_mass_chain(out, &chain, error);
}
