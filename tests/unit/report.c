/* What a realization says of itself. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "sinew/design.h"
#include "ssm/discretized.h"

static sinew_error error;

static sinew_discretization *discretize(const sinew_system *system, sinew_method method, double T)
{
    sinew_discretization *d;
    sinew_discretize_opts opts = {
        .step_s = T, .method = method, .alpha = method == SINEW_METHOD_GBT ? 0.6 : 0};
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    return d;
}

static sinew_realization_report report_of(const sinew_discretization *d)
{
    sinew_realization_report r;
    cr_assert_eq(sinew_discretization_report(d, &r, &error), SINEW_OK, "%s", error.text);
    return r;
}

static sinew_system *design(sinew_band band, uint32_t order, double low, double high)
{
    sinew_design d = {.band = band, .order = order, .edges_hz = {low, high}};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_design(&system, &d, &error), SINEW_OK, "%s", error.text);
    return system;
}

static sinew_system *random_system(size_t n, size_t q, size_t p)
{
    double A[144], B[36], C[36], D[36];
    uint64_t seed = 42;
    double *all[] = {A, B, C, D};
    size_t count[] = {n * n, n * q, p * n, p * q};
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < count[k]; i++) {
            seed = seed * UINT64_C(6364136223846793005) + 1;
            all[k][i] = (double)(int64_t)seed / 0x1p63 - (k == 0 && i % (n + 1) == 0 ? 2 : 0);
        }
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &(sinew_matrices){n, q, p, A, B, C, D}, &error),
                 SINEW_OK);
    return system;
}

/* Numbers that no method rounds leave no error at all. */
Test(report, nothing_rounded_is_no_error)
{
    const double A[] = {-0.5}, B[] = {1}, C[] = {2}, D[] = {0.25};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &(sinew_matrices){1, 1, 1, A, B, C, D}, &error),
                 SINEW_OK);
    sinew_discretization *d = discretize(system, SINEW_METHOD_EULER, 1);
    sinew_realization_report r = report_of(d);
    cr_assert(r.points > 40 && r.response_error < 1e-18 && r.relative_error < 1e-18);
    cr_assert(strcmp(r.form, "parallel") == 0 && r.radius == 0.5);
    cr_assert(r.eigenvector_condition == 1 && r.rcond == 1);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

/* Every method and form is right to some roundings over the damping per step; the references of
 * three kinds agree with it, so with one another. */
Test(report, realizations_are_good)
{
    sinew_system *systems[] = {
        design(SINEW_BAND_PASS, 12, 1000, 2000), design(SINEW_BAND_LOWPASS, 16, 20, 0),
        design(SINEW_BAND_STOP, 3, 3000, 5000), random_system(12, 3, 2), random_system(7, 1, 1)};
    const double steps[] = {1.0 / 48000, 1.0 / 48000, 1.0 / 48000, 0.1, 0.1};
    const double bounds[] = {4e-13, 1e-12, 1e-13, 2e-14, 2e-14};
    for (size_t i = 0; i < 5; i++) {
        for (sinew_method m = SINEW_METHOD_ZOH; m <= SINEW_METHOD_MATCHED; m++) {
            if (i == 3 && m > SINEW_METHOD_IMPULSE)
                continue; /* one input and output */
            sinew_discretization *d = discretize(systems[i], m, steps[i]);
            sinew_realization_report r = report_of(d);
            cr_assert(r.points > 40 && r.response_error > 0 && r.response_error < bounds[i],
                      "system %zu, %s: %.3g", i, sinew_method_name(m), r.response_error);
            cr_assert(r.relative_error >= r.response_error * 0.999 && isfinite(r.worst_rad));
            cr_assert(r.reference_error < 0.02 * r.response_error);
            cr_assert(r.eigenvector_condition >= 1 && r.rcond > 0 && r.rcond <= 1);
            cr_assert_eq(r.radius, sinew_discretization_radius(d));
            sinew_discretization_free(d);
        }
        sinew_system_free(systems[i]);
    }
}

Test(report, more_inputs_than_states)
{
    sinew_system *system = random_system(1, 36, 1);
    for (sinew_method m = SINEW_METHOD_ZOH; m <= SINEW_METHOD_IMPULSE; m++) {
        sinew_discretization *d = discretize(system, m, 0.1);
        cr_assert(report_of(d).response_error < 1e-15, "%s", sinew_method_name(m));
        sinew_discretization_free(d);
    }
    sinew_system_free(system);
}

/* A coefficient that is wrong by 1e-9 is found, and as large as it is: a pole at a moved by d
 * changes 1 / (1 - a), at z = 1, by d / (1 - a). */
Test(report, a_wrong_coefficient_is_seen)
{
    const sinew_complex pole = {-10, 0};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, &pole, 1, 10, &error), SINEW_OK);
    static const sinew_method methods[] = {SINEW_METHOD_ZOH, SINEW_METHOD_BILINEAR,
                                           SINEW_METHOD_MATCHED};
    for (size_t i = 0; i < 3; i++) {
        sinew_discretization *d = discretize(system, methods[i], 0.01);
        d->sections[0].A[0][0] += 1e-9;
        d->sections[0].less[0][0] += 1e-9;
        double want = 1e-9 * (1 - d->D[0]) / (1 - d->sections[0].A[0][0]);
        sinew_realization_report r = report_of(d);
        cr_assert_float_eq(r.response_error / want, 1, 1e-5, "%s: %.3g, not %.3g",
                           sinew_method_name(methods[i]), r.response_error, want);
        sinew_discretization_free(d);
    }
    sinew_system_free(system);
    system = random_system(6, 2, 2);
    sinew_discretization *d = discretize(system, SINEW_METHOD_FOH, 0.1);
    d->D[3] += 1e-9;
    sinew_realization_report r = report_of(d);
    cr_assert(r.response_error > 1e-10 && r.response_error < 1e-8, "%.3g", r.response_error);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

/* The stop band of sections side by side is what cancels: seen, where the peak's error is small. */
Test(report, a_lost_stop_band_is_seen)
{
    sinew_system *system = design(SINEW_BAND_LOWPASS, 6, 20, 0);
    sinew_discretization *beside = discretize(system, SINEW_METHOD_ZOH, 1.0 / 48000);
    sinew_discretization *series = discretize(system, SINEW_METHOD_BILINEAR, 1.0 / 48000);
    sinew_realization_report a = report_of(beside), b = report_of(series);
    cr_assert(strcmp(a.form, "parallel") == 0 && strcmp(b.form, "cascade") == 0);
    cr_assert(a.response_error < 1e-12 && a.relative_error > 1e-6);
    cr_assert(b.relative_error < 1e-12);
    sinew_discretization_free(beside);
    sinew_discretization_free(series);
    sinew_system_free(system);
}

/* A pole beside 2/T is all but infinite after bilinear: rcond says so. */
Test(report, rcond_of_a_substitution)
{
    const double A[] = {2 * (1 - 1e-9), 0, 0, -2}, B[] = {1, 1}, C[] = {1, 1}, D[] = {0};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &(sinew_matrices){2, 1, 1, A, B, C, D}, &error),
                 SINEW_OK);
    sinew_discretization *d = discretize(system, SINEW_METHOD_BILINEAR, 1);
    cr_assert_float_eq(report_of(d).rcond, 1e-9 / 2, 1e-14); /* diag(1e-9, 2) */
    sinew_discretization_free(d);
    sinew_system_free(system);
}

Test(report, eigenvectors_that_do_not_span)
{
    const double A[] = {-1, 0, 1, -1}, B[] = {1, 0}, C[] = {0, 1}, D[] = {0};
    double condition;
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &(sinew_matrices){2, 1, 1, A, B, C, D}, &error),
                 SINEW_OK);
    cr_assert_eq(sinew_system_eigenvector_condition(system, &condition, &error), SINEW_OK);
    cr_assert(condition > 1e15);
    sinew_discretization *d = discretize(system, SINEW_METHOD_ZOH, 0.5);
    sinew_realization_report r = report_of(d);
    cr_assert(r.eigenvector_condition > 1e14 && r.rcond < 1e-14);
    cr_assert(r.response_error < 1e-15); /* and yet nothing is lost */
    sinew_discretization_free(d);
    sinew_system_free(system);
}

/* An integrator has no response at 0: passed over. Order 0 and discrete matrices as given. */
Test(report, where_there_is_little_to_say)
{
    const sinew_complex pole = {0, 0};
    const double gain[] = {3}, A[] = {0.5};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, &pole, 1, 2, &error), SINEW_OK);
    sinew_discretization *d = discretize(system, SINEW_METHOD_FOH, 0.125);
    sinew_realization_report r = report_of(d);
    cr_assert(r.points == 48 && r.response_error < 1e-15 && r.relative_error < 1e-14,
              "%zu points, %.3g, %.3g", r.points, r.response_error, r.relative_error);
    sinew_discretization_free(d);
    sinew_system_free(system);
    cr_assert_eq(
        sinew_system_new_ss(&system, &(sinew_matrices){0, 1, 1, NULL, NULL, NULL, gain}, &error),
        SINEW_OK);
    d = discretize(system, SINEW_METHOD_ZOH, 1);
    r = report_of(d);
    cr_assert(r.response_error == 0 && r.eigenvector_condition == 1 && r.radius == 0);
    sinew_discretization_free(d);
    sinew_system_free(system);
    sinew_matrices m = {1, 1, 1, A, gain, gain, gain};
    cr_assert_eq(sinew_discretization_new(&d, &m, &(sinew_discretize_opts){.rate_hz = 1}, &error),
                 SINEW_OK);
    r = report_of(d);
    cr_assert(r.points == 0 && isnan(r.response_error) && isnan(r.worst_rad) && r.rcond == 1);
    sinew_discretization_free(d);
}
