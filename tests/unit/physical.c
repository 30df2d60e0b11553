/* lib/ssm: masses and circuits against their transfer functions, worked out by hand. */
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "math/complex.h"
#include "sinew/physical.h"

static sinew_error error;

static void refused(sinew_status status, sinew_status expected, const char *words)
{
    cr_assert_eq(status, expected, "%s", error.text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

static double complex at(const sinew_system *system, double rad)
{
    sinew_complex h;
    cr_assert_eq(sinew_system_response(system, &rad, 1, &h, &error), SINEW_OK, "%s", error.text);
    return sinew_cmplx(h.re, h.im);
}

/* `terms`: the answer is a difference of terms as large: D u, and what the states take off it. */
static void near_of(double complex is, double complex must, double terms, const char *what)
{
    cr_assert_leq(cabs(is - must), 2e-14 * fmax(cabs(must), terms), "%s: %g%+gj for %g%+gj", what,
                  creal(is), cimag(is), creal(must), cimag(must));
}

static void near(double complex is, double complex must, const char *what)
{
    near_of(is, must, 0, what);
}

static const double m = 0.25, k = 40, c = 0.5;

/* Every output of every input: x over input times s^2 m + s c + k, or refused. */
Test(mass, transfer_functions)
{
    const double rads[] = {0.5, 5, 300};
    for (size_t r = 0; r < 3; r++) {
        double complex s = sinew_cmplx(0, rads[r]), den = m * s * s + c * s + k;
        double complex spring = c * s + k;
        /* of force, b, b', b'': x; and x - b */
        const double complex x[] = {1 / den, spring / den, spring / den / s, spring / den / s / s};
        const double complex rel[] = {1 / den, -m * s * s / den, -m * s / den, -m / den};
        const unsigned known[4] = {077, 013, 076, 074};
        for (int in = 0; in < 4; in++) {
            const double complex must[] = {x[in],   s * x[in],   s * s * x[in],
                                           rel[in], s * rel[in], -spring * rel[in]};
            for (int out = 0; out < 6; out++) {
                sinew_system *system;
                sinew_mass_spring mass = {.mass_kg = m,
                                          .stiffness_n_per_m = k,
                                          .damping_n_s_per_m = c,
                                          .input = (sinew_mass_input)in,
                                          .output = (sinew_mass_output)out};
                sinew_status status = sinew_system_new_mass_spring(&system, &mass, &error);
                cr_assert_eq(status, known[in] >> out & 1 ? SINEW_OK : SINEW_ERR_UNSUPPORTED,
                             "input %d output %d", in, out);
                if (!status)
                    near_of(at(system, rads[r]), must[out],
                            fabs(sinew_system_matrices(system).D[0]), "mass");
                sinew_system_free(system);
            }
        }
    }
}

Test(mass, resonance_and_q_say_the_same)
{
    double w = sqrt(k / m), q = sqrt(k * m) / c;
    sinew_mass_spring by_q = {.mass_kg = m, .resonance_hz = w / (2 * M_PI), .q = q};
    sinew_mass_spring by_ratio = by_q;
    by_ratio.q = 0;
    by_ratio.damping_ratio = 1 / (2 * q);
    sinew_system *a, *b;
    cr_assert_eq(sinew_system_new_mass_spring(&a, &by_q, &error), SINEW_OK);
    cr_assert_eq(sinew_system_new_mass_spring(&b, &by_ratio, &error), SINEW_OK);
    double complex s = sinew_cmplx(0, 7);
    near(at(a, 7), 1 / (m * s * s + c * s + k), "q");
    near(at(b, 7), 1 / (m * s * s + c * s + k), "damping ratio");
    sinew_system_free(a);
    sinew_system_free(b);
}

Test(mass, parameters_that_say_too_much_are_refused)
{
    sinew_system *system;
    sinew_mass_spring mass = {.resonance_hz = 10, .stiffness_n_per_m = 1};
    refused(sinew_system_new_mass_spring(&system, &mass, &error), SINEW_ERR_DATA, "one way");
    cr_assert_null(system);
    mass = (sinew_mass_spring){.resonance_hz = 10, .q = 1, .damping_ratio = 1};
    refused(sinew_system_new_mass_spring(&system, &mass, &error), SINEW_ERR_DATA, "q and a");
    mass = (sinew_mass_spring){.q = 1};
    refused(sinew_system_new_mass_spring(&system, &mass, &error), SINEW_ERR_DATA, "resonance");
    mass = (sinew_mass_spring){.resonance_hz = NAN};
    refused(sinew_system_new_mass_spring(&system, &mass, &error), SINEW_ERR_DATA, "resonance");
}

static const double masses[] = {2, 0.5}, springs[] = {30, 7, 11}, dampers[] = {0.25, 0.125, 0.5};

static sinew_system *two(sinew_mass_input input, sinew_mass_output output, bool wall, size_t from,
                         size_t to)
{
    const double free_springs[] = {30, 7, 0}, free_dampers[] = {0.25, 0.125, 0};
    sinew_mass_chain chain = {
        2,    masses, wall ? springs : free_springs, wall ? dampers : free_dampers, input, output,
        from, to};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_mass_chain(&system, &chain, &error), SINEW_OK, "%s", error.text);
    return system;
}

/* Cramer's rule on the dynamic stiffness of two masses. */
Test(chain, two_masses)
{
    double complex s = sinew_cmplx(0, 3), z[3];
    for (size_t i = 0; i < 3; i++)
        z[i] = springs[i] + dampers[i] * s;
    double complex a = masses[0] * s * s + z[0] + z[1], d = masses[1] * s * s + z[1] + z[2];
    double complex free_d = masses[1] * s * s + z[1];
    double complex det = a * d - z[1] * z[1], free_det = a * free_d - z[1] * z[1];
    const struct {
        sinew_system *system;
        double complex must;
    } cases[] = {
        {two(SINEW_MASS_FORCE, SINEW_MASS_DISPLACEMENT, true, 0, 0), d / det},
        {two(SINEW_MASS_FORCE, SINEW_MASS_DISPLACEMENT, true, 0, 1), z[1] / det},
        {two(SINEW_MASS_FORCE, SINEW_MASS_ACCELERATION, true, 1, 1), s * s * a / det},
        {two(SINEW_MASS_FORCE, SINEW_MASS_ACCELERATION, true, 1, 0), s * s * z[1] / det},
        {two(SINEW_MASS_BASE_DISPLACEMENT, SINEW_MASS_DISPLACEMENT, false, 0, 1),
         z[0] * z[1] / free_det},
        {two(SINEW_MASS_BASE_DISPLACEMENT, SINEW_MASS_VELOCITY, false, 0, 0),
         s * z[0] * free_d / free_det},
        {two(SINEW_MASS_BASE_VELOCITY, SINEW_MASS_ACCELERATION, false, 0, 0),
         s * z[0] * free_d / free_det},
        {two(SINEW_MASS_BASE_ACCELERATION, SINEW_MASS_RELATIVE, false, 0, 1),
         (z[0] * z[1] / free_det - 1) / (s * s)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        near(at(cases[i].system, 3), cases[i].must, "chain");
        sinew_system_free(cases[i].system);
    }
}

Test(chain, what_is_no_chain_is_refused)
{
    sinew_system *system;
    sinew_mass_chain chain = {
        2, masses, springs, dampers, SINEW_MASS_BASE_VELOCITY, SINEW_MASS_VELOCITY, 0, 0};
    refused(sinew_system_new_mass_chain(&system, &chain, &error), SINEW_ERR_UNSUPPORTED, "wall");
    chain.input = SINEW_MASS_FORCE;
    chain.output_at = 2;
    refused(sinew_system_new_mass_chain(&system, &chain, &error), SINEW_ERR_DATA, "no mass 2");
    chain.output_at = 0;
    chain.mass_kg = (const double[]){1, 0};
    refused(sinew_system_new_mass_chain(&system, &chain, &error), SINEW_ERR_DATA, "mass 1 is 0");
}

static const double R = 50, L = 1e-3, C = 4e-7;

/* Voltage dividers. 0 for a part that is not there. */
Test(rlc, transfer_functions)
{
    const double complex s = sinew_cmplx(0, 3e4), zl = s * L, zc = 1 / (s * C);
    const double complex tank = zl * zc / (zl + zc);
    const struct {
        sinew_rlc rlc;
        double complex must;
    } cases[] = {
        {{SINEW_RLC_SERIES, R, L, C, SINEW_RLC_ACROSS_R}, R / (R + zl + zc)},
        {{SINEW_RLC_SERIES, R, L, C, SINEW_RLC_ACROSS_L}, zl / (R + zl + zc)},
        {{SINEW_RLC_SERIES, R, L, C, SINEW_RLC_ACROSS_C}, zc / (R + zl + zc)},
        {{SINEW_RLC_SERIES, R, L, C, SINEW_RLC_ACROSS_LC}, (zl + zc) / (R + zl + zc)},
        {{SINEW_RLC_SERIES, R, L, C, SINEW_RLC_CURRENT}, 1 / (R + zl + zc)},
        {{SINEW_RLC_SERIES, R, 0, C, SINEW_RLC_ACROSS_C}, zc / (R + zc)},
        {{SINEW_RLC_SERIES, R, 0, C, SINEW_RLC_ACROSS_R}, R / (R + zc)},
        {{SINEW_RLC_SERIES, R, L, 0, SINEW_RLC_ACROSS_L}, zl / (R + zl)},
        {{SINEW_RLC_SERIES, R, L, 0, SINEW_RLC_CURRENT}, 1 / (R + zl)},
        {{SINEW_RLC_SERIES, 0, L, C, SINEW_RLC_ACROSS_C}, zc / (zl + zc)},
        {{SINEW_RLC_SERIES, R, 0, 0, SINEW_RLC_CURRENT}, 1 / R},
        {{SINEW_RLC_PARALLEL, R, L, C, SINEW_RLC_ACROSS_C}, tank / (R + tank)},
        {{SINEW_RLC_PARALLEL, R, L, C, SINEW_RLC_ACROSS_L}, tank / (R + tank)},
        {{SINEW_RLC_PARALLEL, R, L, C, SINEW_RLC_ACROSS_LC}, tank / (R + tank)},
        {{SINEW_RLC_PARALLEL, R, L, C, SINEW_RLC_ACROSS_R}, R / (R + tank)},
        {{SINEW_RLC_PARALLEL, R, L, C, SINEW_RLC_CURRENT}, 1 / (R + tank)},
        {{SINEW_RLC_PARALLEL, R, 0, C, SINEW_RLC_ACROSS_C}, zc / (R + zc)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sinew_system *system;
        cr_assert_eq(sinew_system_new_rlc(&system, &cases[i].rlc, &error), SINEW_OK, "%zu: %s", i,
                     error.text);
        near(at(system, 3e4), cases[i].must, "rlc");
        sinew_system_free(system);
    }
}

Test(rlc, what_is_no_circuit_is_refused)
{
    const struct {
        sinew_rlc rlc;
        const char *words;
    } cases[] = {
        {{SINEW_RLC_SERIES, 0, 0, C, SINEW_RLC_ACROSS_C}, "limits the current"},
        {{SINEW_RLC_SERIES, R, 0, C, SINEW_RLC_ACROSS_L}, "not there"},
        {{SINEW_RLC_SERIES, R, L, 0, SINEW_RLC_ACROSS_C}, "not there"},
        {{SINEW_RLC_PARALLEL, 0, L, C, SINEW_RLC_ACROSS_C}, "parallel"},
        {{SINEW_RLC_SERIES, R, -1, C, SINEW_RLC_ACROSS_C}, "an inductance of -1"},
        {{SINEW_RLC_SERIES, NAN, L, C, SINEW_RLC_ACROSS_C}, "a resistance of nan"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sinew_system *system;
        refused(sinew_system_new_rlc(&system, &cases[i].rlc, &error), SINEW_ERR_DATA,
                cases[i].words);
        cr_assert_null(system);
    }
}
