/* lib/filter: in which coordinates a lifted filter is calculated. */
#include <criterion/criterion.h>
#include <math.h>

#include "filter/coordinates.h"
#include "filter/deadband.h"
#include "hard_systems.h"

static sinew_components one_group(size_t *states, size_t *ends, size_t n)
{
    for (size_t i = 0; i < n; i++)
        states[i] = i;
    ends[0] = n;
    return (sinew_components){.count = 1, .states = states, .ends = ends};
}

/* P and its inverse are what they say, and the growth is as bounded as it was asked to be. */
static sinew_coordinates choose(sinew_discretization *d, double kept, double most, double unit)
{
    size_t states[32], ends[32];
    sinew_components groups = one_group(states, ends, d->order);
    sinew_recurrence r;
    sinew_lifted l;
    sinew_coordinates c;
    cr_assert_eq(sinew_recurrence_init(&r, d, sinew_simd_best(), &error), SINEW_OK);
    cr_assert_eq(sinew_lifted_init(&l, d, 16, &error), SINEW_OK);
    sinew_digits digits = {.kept = kept, .most = most, .unit = unit};
    cr_assert_eq(sinew_coordinates_choose(&c, &l, d, &r, &groups, &digits, &error), SINEW_OK, "%s",
                 error.text);
    for (size_t i = 0; c.P && i < d->order; i++)
        for (size_t j = 0; j < d->order; j++) {
            double sum = 0;
            for (size_t k = 0; k < d->order; k++)
                sum += c.P[i * d->order + k] * c.inverse[k * d->order + j];
            cr_assert_float_eq(sum, i == j, 1e-9);
        }
    sinew_lifted_finish(&l);
    sinew_recurrence_finish(&r);
    return c;
}

/* Side by side, the sections of a Butterworth of order 8 cancel in three halves of a digit. */
Test(coordinates, balanced_ones_where_sums_cancel)
{
    sinew_discretization *d = butterworth(8, 1000, SINEW_METHOD_ZOH);
    sinew_coordinates given = choose(d, 64, 512, 0x1p-24), other = choose(d, 8, 8, 0x1p-24);
    cr_assert_null(given.P);
    cr_assert(given.fits);
    cr_assert_not_null(other.P);
    cr_assert(other.fits);
    sinew_coordinates_finish(&given);
    sinew_coordinates_finish(&other);
    sinew_discretization_free(d);
}

static void check_kept(sinew_discretization *d, double unit)
{
    sinew_coordinates c = choose(d, 1, 64, unit);
    cr_assert_null(c.P);
    cr_assert(c.fits);
    sinew_coordinates_finish(&c);
    sinew_discretization_free(d);
}

/* What is lost in double is far less than what rounds in float, but more than nothing. */
Test(coordinates, given_ones_where_turning_loses_more_than_rounding)
{
    check_kept(butterworth(8, 1000, SINEW_METHOD_ZOH), 0x1p-60);
}

Test(coordinates, given_ones_where_noise_is_no_less_in_others)
{
    check_kept(butterworth(8, 20, SINEW_METHOD_BILINEAR), 0x1p-24);
}

/* A quarter less noise is not worth what the sections of a cascade start with. */
Test(coordinates, a_cascade_is_given_up_for_much_only)
{
    check_kept(butterworth(16, 20, SINEW_METHOD_BILINEAR), 0x1p-24);
}

Test(coordinates, what_never_settles_has_those_given)
{
    double A = 0, B = 1, C = 1, D = 0;
    sinew_matrices m = {1, 1, 1, &A, &B, &C, &D};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    sinew_discretization *d = discretize(system, SINEW_METHOD_ZOH, 1e-3);
    sinew_coordinates c = choose(d, 8, 8, 0x1p-24);
    cr_assert_null(c.P);
    cr_assert_not(c.fits);
    sinew_coordinates_finish(&c);
    sinew_discretization_free(d);
}

static void check_float(sinew_discretization *d, bool fits)
{
    sinew_coordinates c = choose(d, 8, 64, 0x1p-24);
    cr_expect_eq(c.fits, fits, "order %zu", d->order);
    sinew_coordinates_finish(&c);
    sinew_discretization_free(d);
}

Test(coordinates, float_holds_what_is_no_slower_than_hearing)
{
    for (uint32_t order = 1; order <= 8; order++)
        for (double hz = 20; hz < 20000; hz *= 2.5) {
            check_float(butterworth(order, hz, SINEW_METHOD_BILINEAR), true);
            check_float(butterworth(order, 2 * hz, SINEW_METHOD_ZOH), true);
        }
    for (uint32_t order = 1; order <= 8; order++)
        check_float(butterworth(order, 1, SINEW_METHOD_BILINEAR), false);
}

/* Ones through an average come to rest where a step is the half of a last digit. */
Test(deadband, of_one_pole)
{
    double pole = -30, gain = 30, peak = 0, deadband;
    for (double direct = 0; direct < 10; direct += 3) {
        size_t states[1], ends[1];
        sinew_components groups = one_group(states, ends, 1);
        sinew_discretization *d = real_poles(&pole, &gain, 1, direct);
        sinew_lifted l;
        cr_assert_eq(sinew_lifted_init(&l, d, 16, &error), SINEW_OK);
        cr_assert_eq(sinew_deadband_find(&deadband, &l, &groups, &peak, &error), SINEW_OK);
        cr_expect_float_eq(deadband * -expm1(-30 * 16 / 48000.0) * (1 + direct), 1, 1e-3);
        sinew_lifted_finish(&l);
        sinew_discretization_free(d);
    }
}

/* Rounded to float, the powers of 27 equal poles in balanced coordinates grew without end. */
Test(coordinates, what_floats_misplace_is_calculated_in_double)
{
    enum { SINGLE = 13, EQUAL = 27, ZEROS = 40 };
    sinew_complex poles[SINGLE + EQUAL] = {{-150.79045822343244, 0},
                                           {-4465.726675037693, 370.35364487920754},
                                           {-4465.726675037693, -370.35364487920754},
                                           {-24475.904163684601, 75053.721258892983},
                                           {-24475.904163684601, -75053.721258892983},
                                           {-147818.13485602205, 63148.923082830624},
                                           {-147818.13485602205, -63148.923082830624},
                                           {-596.58185800166791, 1515.8070229069492},
                                           {-596.58185800166791, -1515.8070229069492},
                                           {-152856.21226861415, 90971.724415500677},
                                           {-152856.21226861415, -90971.724415500677},
                                           {-184.98051453195663, 40.567818816493634},
                                           {-184.98051453195663, -40.567818816493634}};
    static const double real_zeros[ZEROS] = {
        -12757.931591422599, 40287.977035399555,  -11936.856484107204, -208.64057511581768,
        34716.992306854583,  12504.79570791675,   -14.087316396721317, 17948.864892800335,
        -2138.5747724461621, -87.690481359389878, 121.78473428169897,  44.43924360248095,
        24847.637570429473,  256.55699559589243,  3757.5809668170168,  10768.727696920641,
        -24444.405428876751, -53.976801119741381, -566.39271457843552, -13.64472291982797,
        4567.4409646329495,  -48519.657930388923, 50950.252070123359,  -1371.7063863944675,
        -15.266939464761958, 1015.4687442231071,  -2205.2514309766743, 21.269392554642668,
        201.1976580370262,   19.903235823464097,  2163.3040360712175,  -320.7129695927473,
        6282.3365560539196,  45203.874787235982,  -430.12394704805865, 89483.154155822995,
        -3812.984500003271,  -90.663221101700316, 3052.8675188187312,  -44270.95124591286};
    sinew_complex zeros[ZEROS];
    double gain = 1;
    for (size_t i = SINGLE; i < SINGLE + EQUAL; i++)
        poles[i] = (sinew_complex){-6000.4388964261825, 0};
    for (size_t i = 0; i < SINGLE + EQUAL; i++)
        gain *= hypot(poles[i].re, poles[i].im);
    for (size_t i = 0; i < ZEROS; i++) {
        zeros[i] = (sinew_complex){real_zeros[i], 0};
        gain /= fabs(real_zeros[i]);
    }
    sinew_system *system;
    cr_assert_eq(sinew_system_new_zpk(&system, zeros, ZEROS, poles, SINGLE + EQUAL, gain, &error),
                 SINEW_OK);
    sinew_discretization *d = discretize(system, SINEW_METHOD_BILINEAR, 1 / 48000.0);
    sinew_filter_opts opts = {.engine = SINEW_ENGINE_BLOCK, .sample = SINEW_SAMPLE_F32};
    sinew_plan plan;
    cr_assert_eq(sinew_plan_filter(&plan, d, &opts, &error), SINEW_OK);
    cr_assert_eq(plan.arithmetic, SINEW_SAMPLE_F64);
    sinew_discretization_free(d);
}
