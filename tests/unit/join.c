/* lib/ssm: joined systems answer as the algebra of their members' answers says. */
#include <stdio.h>
#include <string.h>

#include "random_systems.h"
#include "sinew/design.h"
#include "sinew/discretization.h"
#include "ssm/system.h"

static sinew_error error;

enum { ROUNDS = 60, POINTS = 6 };

static void done(sinew_status status)
{
    cr_assert_eq(status, SINEW_OK, "%s", error.text);
}

static void refused(sinew_status status, sinew_status expected, const char *words)
{
    cr_assert_eq(status, expected, "%s", error.text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

static void near(response got, response want, double tolerance)
{
    cr_assert(got.p == want.p && got.q == want.q);
    double off = size_of(sum(got, want, -1)), size = size_of(want);
    cr_assert(off <= tolerance * size, "off by %g of %g", off, size);
}

static double frequency(int point)
{
    return point == 0 ? 0 : pow(10, 2 * random_number());
}

static void free_all(sinew_system **s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sinew_system_free(s[i]);
}

static sinew_stability stability(const sinew_system *s)
{
    sinew_stability stability;
    done(sinew_system_stability(s, &stability, &error));
    return stability;
}

/* ---- the laws ---- */

Test(join, series_is_the_product)
{
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = random_count(1, 4), wires = random_count(1, 3);
        sinew_system *s[4], *all;
        for (size_t i = 0; i < n; i++) {
            size_t next = random_count(1, 3);
            s[i] = random_ss(random_count(0, 5), wires, next, round % 3);
            wires = next;
        }
        done(sinew_join_series(&all, (const sinew_system **)s, n, &error));
        cr_assert_eq(stability(all), SINEW_STABLE);
        for (int point = 0; point < POINTS; point++) {
            double w = frequency(point);
            response want = response_at(s[0], w);
            for (size_t i = 1; i < n; i++)
                want = product(response_at(s[i], w), want);
            near(response_at(all, w), want, 1e-13);
        }
        sinew_system_free(all);
        free_all(s, n);
    }
}

Test(join, parallel_is_the_sum_and_append_the_diagonal)
{
    for (int round = 0; round < ROUNDS; round++) {
        size_t q = random_count(1, 3), p = random_count(1, 3);
        sinew_system *s[2] = {random_ss(random_count(0, 5), q, p, 1),
                              random_ss(random_count(0, 5), q, p, round % 2)};
        sinew_system *both, *beside;
        done(sinew_join_parallel(&both, (const sinew_system **)s, 2, &error));
        done(sinew_join_append(&beside, (const sinew_system **)s, 2, &error));
        cr_assert_eq(stability(both), SINEW_STABLE);
        cr_assert_eq(stability(beside), SINEW_STABLE);
        for (int point = 0; point < POINTS; point++) {
            double w = frequency(point);
            response a = response_at(s[0], w), b = response_at(s[1], w);
            near(response_at(both, w), sum(a, b, 1), 1e-13);
            response diagonal = {.p = 2 * p, .q = 2 * q};
            for (size_t i = 0; i < p; i++)
                for (size_t j = 0; j < q; j++) {
                    diagonal.h[i * 2 * q + j] = a.h[i * q + j];
                    diagonal.h[(p + i) * 2 * q + q + j] = b.h[i * q + j];
                }
            near(response_at(beside, w), diagonal, 1e-13);
        }
        sinew_system_free(both);
        sinew_system_free(beside);
        free_all(s, 2);
    }
}

/* (I -+ P Q)^-1 P, with direct terms on both ways as often as not. */
Test(join, feedback_is_its_formula)
{
    for (int round = 0; round < ROUNDS; round++) {
        size_t q = random_count(1, 3), p = random_count(1, 3);
        sinew_system *forward = random_ss(random_count(0, 5), q, p, round % 2 ? 0.3 : 0);
        sinew_system *back = random_ss(random_count(0, 5), p, q, round % 4 > 1 ? 0.3 : 0), *loop;
        double sign = round % 3 ? -1 : 1;
        done(sinew_join_feedback(&loop, forward, back,
                                 sign > 0 ? SINEW_FEEDBACK_POSITIVE : SINEW_FEEDBACK_NEGATIVE,
                                 &error));
        for (int point = 0; point < POINTS; point++) {
            double w = frequency(point);
            response P = response_at(forward, w), Q = response_at(back, w);
            response around = sum(identity(p), product(P, Q), -sign);
            near(response_at(loop, w), solved(around, P), 1e-12);
        }
        sinew_system_free(forward);
        sinew_system_free(back);
        sinew_system_free(loop);
    }
}

/* Poles of a series, a sum and a block diagonal are those of the members. */
Test(join, poles_are_the_members)
{
    for (int round = 0; round < ROUNDS; round++) {
        sinew_system *s[2] = {random_ss(4, 1, 1, round % 2), random_ss(3, 1, 1, 1)}, *all[3];
        sinew_complex want[7], got[7];
        done(sinew_join_series(&all[0], (const sinew_system **)s, 2, &error));
        done(sinew_join_parallel(&all[1], (const sinew_system **)s, 2, &error));
        done(sinew_join_append(&all[2], (const sinew_system **)s, 2, &error));
        done(sinew_system_poles(s[0], want, &error));
        done(sinew_system_poles(s[1], want + 4, &error));
        for (int k = 0; k < 3; k++) {
            done(sinew_system_poles(all[k], got, &error));
            for (int i = 0; i < 7; i++) {
                double best = INFINITY;
                for (int j = 0; j < 7; j++)
                    best = fmin(best, hypot(got[j].re - want[i].re, got[j].im - want[i].im));
                cr_assert(best < 1e-8, "%d: %g", k, best);
            }
        }
        free_all(all, 3);
        free_all(s, 2);
    }
}

static response matrix(const double *entries, size_t p, size_t q)
{
    response r = {.p = p, .q = q};
    for (size_t i = 0; i < p * q; i++)
        r.h[i] = entries[i];
    return r;
}

/* w = F (I - H K)^-1 H E v + G v with H block diagonal: loops through states and direct terms. */
Test(join, any_wiring_is_its_formula)
{
    for (int round = 0; round < ROUNDS; round++) {
        size_t q[2] = {random_count(1, 3), random_count(1, 3)};
        size_t p[2] = {random_count(1, 3), random_count(1, 3)};
        size_t in = random_count(1, 3), out = random_count(1, 3), m = q[0] + q[1], r = p[0] + p[1];
        double direct = round % 3 ? 0.3 : 0;
        sinew_system *s[2] = {random_ss(random_count(0, 4), q[0], p[0], direct),
                              random_ss(random_count(0, 4), q[1], p[1], direct)};
        double *K = random_matrix(m * r, 0.4), *E = random_matrix(m * in, 1);
        double *F = random_matrix(out * r, 1), *G = random_matrix(out * in, round % 2);
        const sinew_wiring wiring = {(const sinew_system **)s, 2, in, out, K, E, F, G};
        sinew_system *wired;
        done(sinew_join_wire(&wired, &wiring, &error));
        for (int point = 0; point < POINTS; point++) {
            double w = frequency(point);
            response H = {.p = r, .q = m};
            for (size_t k = 0; k < 2; k++) {
                response h = response_at(s[k], w);
                for (size_t i = 0; i < p[k]; i++)
                    for (size_t j = 0; j < q[k]; j++)
                        H.h[(k * p[0] + i) * m + k * q[0] + j] = h.h[i * q[k] + j];
            }
            response around = sum(identity(r), product(H, matrix(K, m, r)), -1);
            response y = solved(around, product(H, matrix(E, m, in)));
            near(response_at(wired, w), sum(product(matrix(F, out, r), y), matrix(G, out, in), 1),
                 1e-11);
        }
        sinew_system_free(wired);
        free_all(s, 2);
        free(K);
        free(E);
        free(F);
        free(G);
    }
}

Test(join, feedback_without_a_way_back_is_one)
{
    for (int round = 0; round < ROUNDS; round++) {
        size_t q = random_count(1, 3);
        sinew_system *forward = random_ss(random_count(0, 4), q, q, 0.3), *loop;
        done(sinew_join_feedback(&loop, forward, NULL, SINEW_FEEDBACK_NEGATIVE, &error));
        double w = frequency(1);
        response P = response_at(forward, w);
        near(response_at(loop, w), solved(sum(identity(q), P, 1), P), 1e-12);
        sinew_system_free(forward);
        sinew_system_free(loop);
    }
}

Test(join, series_with_the_inverse_is_one)
{
    for (int round = 0; round < ROUNDS; round++) {
        size_t q = random_count(1, 3);
        sinew_system *s = round % 2 ? random_ss(random_count(0, 4), q, q, 0.2)
                                    : random_zpk(random_count(1, 4), 0);
        sinew_matrices m = sinew_system_matrices(s);
        double *D = calloc(m.inputs * m.inputs, sizeof *D);
        memcpy(D, m.D, m.inputs * m.inputs * sizeof *D);
        for (size_t i = 0; i < m.inputs; i++) /* away from a singular D */
            D[i * m.inputs + i] += round % 2 ? 1 : 0;
        m.D = D;
        sinew_system *regular = s, *inverse, *one;
        if (round % 2)
            done(sinew_system_new_ss(&regular, &m, &error));
        done(sinew_join_inverse(&inverse, regular, &error));
        done(sinew_join_series(&one, (const sinew_system *[]){regular, inverse}, 2, &error));
        cr_assert_eq(sinew_system_is_factored(one), round % 2 == 0);
        for (int point = 0; point < POINTS; point++)
            near(response_at(one, frequency(point)), identity(m.inputs), 1e-11);
        if (round % 2)
            sinew_system_free(regular);
        free(D);
        sinew_system_free(s);
        sinew_system_free(inverse);
        sinew_system_free(one);
    }
}

Test(join, scaled_is_the_multiple)
{
    for (int round = 0; round < ROUNDS; round++) {
        sinew_system *s = round % 2 ? random_ss(3, 2, 3, 1) : random_zpk(3, round % 4), *scaled;
        double gain = round == 0 ? 0 : 100 * random_number(), w = frequency(1);
        done(sinew_join_scale(&scaled, s, gain, &error));
        cr_assert_eq(sinew_system_is_factored(scaled), round % 2 == 0);
        response want = response_at(s, w);
        for (size_t i = 0; i < want.p * want.q; i++)
            want.h[i] *= gain;
        near(response_at(scaled, w), want, 1e-14);
        sinew_system_free(s);
        sinew_system_free(scaled);
    }
}

/* ---- factors ---- */

static double complex factor_at(const sinew_system *s, double w)
{
    return response_at(s, w).h[0];
}

/* Poles and zeros of a series are those of its members to the bit. */
Test(join, factored_series_keeps_every_root)
{
    sinew_system *s[3] = {random_zpk(4, 1), random_zpk(2, 0), random_zpk(5, 1)}, *all;
    sinew_complex roots[64], whole[64];
    size_t n, at = 0;
    done(sinew_join_series(&all, (const sinew_system **)s, 3, &error));
    cr_assert(sinew_system_is_factored(all));
    done(sinew_system_poles(all, whole, &error));
    for (int i = 0; i < 3; i++) {
        done(sinew_system_poles(s[i], roots, &error));
        n = sinew_system_matrices(s[i]).order;
        cr_assert_eq(memcmp(roots, whole + at, n * sizeof *roots), 0);
        at += n;
    }
    done(sinew_system_zeros(all, whole, &n, &error));
    cr_assert_eq(n, 2 * (3 + 2 + 4));
    for (int point = 0; point < 20; point++) {
        double w = frequency(point);
        double complex want = factor_at(s[0], w) * factor_at(s[1], w) * factor_at(s[2], w);
        cr_assert(cabs(factor_at(all, w) - want) <= 1e-14 * cabs(want));
    }
    sinew_system_free(all);
    free_all(s, 3);
}

/* Whether or not the factors were kept, the answer is the algebra's. */
Test(join, factored_sums_and_loops)
{
    int kept = 0;
    for (int round = 0; round < ROUNDS; round++) {
        sinew_system *s[2] = {random_zpk(random_count(1, 4), round % 2),
                              random_zpk(random_count(1, 4), round % 3 == 0)};
        sinew_system *both, *loop;
        done(sinew_join_parallel(&both, (const sinew_system **)s, 2, &error));
        done(sinew_join_feedback(&loop, s[0], s[1], SINEW_FEEDBACK_NEGATIVE, &error));
        kept += sinew_system_is_factored(both) + sinew_system_is_factored(loop);
        for (int point = 0; point < POINTS; point++) {
            double w = frequency(point);
            double complex P = factor_at(s[0], w), Q = factor_at(s[1], w), around = 1 + P * Q;
            double size = 1 + (1 + cabs(P * Q)) / cabs(around);
            cr_assert(cabs(factor_at(both, w) - P - Q) <= 1e-12 * (cabs(P) + cabs(Q)));
            cr_assert(cabs(factor_at(loop, w) - P / around) <= 1e-12 * size * cabs(P / around));
        }
        sinew_system_free(both);
        sinew_system_free(loop);
        free_all(s, 2);
    }
    cr_assert_gt(kept, ROUNDS, "factors are kept as a rule, and were %d times of %d", kept,
                 2 * ROUNDS);
}

/* A double integrator under position and rate feedback: (s^2 + 2 s + 5). */
Test(join, feedback_of_integrators_by_hand)
{
    const double num[] = {1}, den[] = {1, 0, 0};
    sinew_system *plant, *law, *loop;
    sinew_complex poles[4];
    const sinew_complex pole = {-1e6, 0}; /* 1e6 (2 s + 5) / (s + 1e6) is no derivative */
    const sinew_complex zero = {-2.5, 0};
    done(sinew_system_new_tf(&plant, num, 1, den, 3, &error));
    done(sinew_system_new_zpk(&law, &zero, 1, &pole, 1, 2e6, &error));
    done(sinew_join_feedback(&loop, plant, law, SINEW_FEEDBACK_NEGATIVE, &error));
    done(sinew_system_poles(loop, poles, &error));
    size_t slow = 0;
    for (int i = 0; i < 3; i++)
        if (fabs(poles[i].im) > 1) {
            cr_assert_float_eq(poles[i].re, -1, 1e-5);
            cr_assert_float_eq(fabs(poles[i].im), 2, 1e-5);
            slow++;
        }
    cr_assert_eq(slow, 2);
    cr_assert_eq(stability(loop), SINEW_STABLE);
    sinew_system_free(plant);
    sinew_system_free(law);
    sinew_system_free(loop);
}

/* Bands side by side cost what their sections cost, by any method. */
Test(join, a_sum_of_factored_systems_runs_in_sections)
{
    static const sinew_method methods[] = {SINEW_METHOD_ZOH, SINEW_METHOD_FOH,
                                           SINEW_METHOD_BILINEAR, SINEW_METHOD_IMPULSE};
    sinew_system *s[5], *bank;
    for (int i = 0; i < 5; i++) {
        sinew_design d = {.band = SINEW_BAND_PASS, .order = 3, .edges_hz = {100 << i, 200 << i}};
        done(sinew_system_new_design(&s[i], &d, &error));
    }
    done(sinew_join_parallel(&bank, (const sinew_system **)s, 5, &error));
    for (int k = 0; k < 4; k++) {
        sinew_discretize_opts opts = {.rate_hz = 48000, .method = methods[k]};
        sinew_discretization *d, *of[5];
        done(sinew_discretize(&d, bank, &opts, &error));
        cr_assert_eq(d->form, SINEW_FORM_PARALLEL);
        for (int i = 0; i < 5; i++)
            done(sinew_discretize(&of[i], s[i], &opts, &error));
        for (double hz = 20; hz < 20000; hz *= 1.7) {
            const double rad = 2 * M_PI * hz;
            sinew_complex h, part;
            double complex want = 0;
            done(sinew_discretization_response(d, &rad, 1, &h, &error));
            for (int i = 0; i < 5; i++) {
                done(sinew_discretization_response(of[i], &rad, 1, &part, &error));
                want += sinew_cmplx(part.re, part.im);
            }
            cr_assert(cabs(sinew_cmplx(h.re, h.im) - want) <= 1e-12, "%d at %g: %g", k, hz,
                      cabs(sinew_cmplx(h.re, h.im) - want));
        }
        for (int i = 0; i < 5; i++)
            sinew_discretization_free(of[i]);
        sinew_discretization_free(d);
    }
    sinew_system_free(bank);
    free_all(s, 5);
}

/* ---- what keeps its place under the bilinear rule ---- */

static sinew_system *band(double low, double high)
{
    sinew_design d = {.band = SINEW_BAND_PASS, .order = 3, .edges_hz = {low, high}};
    sinew_system *s;
    done(sinew_system_new_design(&s, &d, &error));
    return s;
}

static response sampled(const sinew_system *s, double rad)
{
    sinew_discretize_opts opts = {.rate_hz = 8000, .method = SINEW_METHOD_BILINEAR};
    sinew_discretization *d;
    sinew_complex h[4];
    done(sinew_discretize(&d, s, &opts, &error));
    done(sinew_discretization_response(d, &rad, 1, h, &error));
    response r = {.p = d ? sinew_discretization_matrices(d).outputs : 0,
                  .q = sinew_discretization_matrices(d).inputs};
    for (size_t i = 0; i < r.p * r.q; i++)
        r.h[i] = sinew_cmplx(h[i].re, h[i].im);
    sinew_discretization_free(d);
    return r;
}

Test(join, edges_stay_in_place_however_they_are_joined)
{
    sinew_system *s[2] = {band(300, 900), band(1500, 3400)}, *chain, *both, *beside, *loop, *scaled;
    sinew_system *mixed[2] = {random_ss(2, 1, 1, 1), s[0]}, *mix;
    done(sinew_join_series(&chain, (const sinew_system **)s, 2, &error));
    done(sinew_join_parallel(&both, (const sinew_system **)s, 2, &error));
    done(sinew_join_append(&beside, (const sinew_system **)s, 2, &error));
    done(sinew_join_feedback(&loop, s[0], s[1], SINEW_FEEDBACK_NEGATIVE, &error));
    done(sinew_join_scale(&scaled, s[0], 3, &error));
    done(sinew_join_series(&mix, (const sinew_system **)mixed, 2, &error));
    cr_assert(sinew_system_is_factored(chain) && sinew_system_is_factored(scaled));
    for (double hz = 100; hz < 4000; hz += 370) {
        double w = 2 * M_PI * hz;
        double complex a = sampled(s[0], w).h[0], b = sampled(s[1], w).h[0];
        double complex c = sampled(mixed[0], w).h[0];
        cr_assert(cabs(sampled(chain, w).h[0] - a * b) <= 1e-13);
        cr_assert(cabs(sampled(both, w).h[0] - a - b) <= 1e-12);
        cr_assert(cabs(sampled(beside, w).h[3] - b) <= 1e-12);
        cr_assert(cabs(sampled(loop, w).h[0] - a / (1 + a * b)) <= 1e-12);
        cr_assert(cabs(sampled(scaled, w).h[0] - 3 * a) <= 1e-13);
        cr_assert(cabs(sampled(mix, w).h[0] - a * c) <= 1e-12);
    }
    /* joined again of what was joined; -3 dB at the edge shows that it is the edge */
    sinew_system *again;
    done(sinew_join_parallel(&again, (const sinew_system *[]){both, loop}, 2, &error));
    double edge = 2 * M_PI * 3400;
    double complex a = sampled(s[0], edge).h[0], b = sampled(s[1], edge).h[0];
    cr_assert_float_eq(cabs(b), M_SQRT1_2, 1e-9);
    cr_assert(cabs(sampled(again, edge).h[0] - a - b - a / (1 + a * b)) <= 1e-12);
    sinew_system *const made[] = {s[0], s[1],   chain, both,     beside,
                                  loop, scaled, mix,   mixed[0], again};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        sinew_system_free(made[i]);
}

Test(join, the_inverse_of_a_design_keeps_its_edges)
{
    sinew_design d = {.band = SINEW_BAND_STOP, .order = 2, .edges_hz = {900, 1300}};
    sinew_system *s, *inverse, *beside, *both;
    done(sinew_system_new_design(&s, &d, &error));
    done(sinew_join_inverse(&inverse, s, &error));
    cr_assert(sinew_system_is_factored(inverse));
    done(sinew_join_append(&beside, (const sinew_system *[]){s, s}, 2, &error));
    done(sinew_join_inverse(&both, beside, &error));
    for (double hz = 100; hz < 4000; hz += 370) {
        double w = 2 * M_PI * hz;
        double complex h = sampled(s, w).h[0];
        cr_assert(cabs(sampled(inverse, w).h[0] * h - 1) <= 1e-12);
        cr_assert(cabs(sampled(both, w).h[3] * h - 1) <= 1e-11);
    }
    sinew_system_free(s);
    sinew_system_free(inverse);
    sinew_system_free(beside);
    sinew_system_free(both);
}

/* ---- loops ---- */

static sinew_system *gain(double value)
{
    sinew_matrices m = {.inputs = 1, .outputs = 1, .D = &value};
    sinew_system *s;
    done(sinew_system_new_ss(&s, &m, &error));
    return s;
}

Test(join, a_singular_loop_is_refused)
{
    sinew_system *two = gain(2), *half = gain(-0.5), *loop;
    refused(sinew_join_feedback(&loop, two, half, SINEW_FEEDBACK_NEGATIVE, &error),
            SINEW_ERR_NUMERIC, "loop of the direct terms is singular");
    cr_assert_null(loop);
    done(sinew_join_feedback(&loop, two, half, SINEW_FEEDBACK_POSITIVE, &error));
    cr_assert(factor_at(loop, 1) == 1); /* 2 / (1 + 1) */
    sinew_system_free(loop);
    sinew_system_free(two);
    sinew_system_free(half);
}

/* Volts beside micrometres: the loop's gain is 1, whatever its two halves are. */
Test(join, a_loop_of_unlike_units_is_not_singular)
{
    sinew_system *up = gain(0x1p60), *down = gain(0x1p-60), *loop;
    done(sinew_join_feedback(&loop, up, down, SINEW_FEEDBACK_NEGATIVE, &error));
    cr_assert(factor_at(loop, 1) == 0x1p59);
    sinew_system_free(up);
    sinew_system_free(down);
    sinew_system_free(loop);
}

/* x0 of a joined system is the members' one behind another, where that means something. */
Test(join, whose_coordinates_the_state_has)
{
    sinew_system *a = random_ss(2, 1, 1, 0), *b = random_ss(3, 1, 1, 1), *z = random_zpk(1, 1);
    sinew_system *given, *chosen, *inverse;
    done(sinew_join_series(&given, (const sinew_system *[]){a, b}, 2, &error));
    done(sinew_join_series(&chosen, (const sinew_system *[]){a, z}, 2, &error));
    done(sinew_join_inverse(&inverse, b, &error));
    cr_assert(sinew_system_state_is_given(a) && sinew_system_state_is_given(given));
    cr_assert(sinew_system_state_is_given(inverse));
    cr_assert(!sinew_system_state_is_given(z) && !sinew_system_state_is_given(chosen));
    sinew_matrices of_a = sinew_system_matrices(a), of_all = sinew_system_matrices(given);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(
            memcmp(of_a.A + (ptrdiff_t)2 * i, of_all.A + (ptrdiff_t)5 * i, 2 * sizeof(double)), 0);
    sinew_system *const made[] = {a, b, z, given, chosen, inverse};
    for (size_t i = 0; i < 6; i++)
        sinew_system_free(made[i]);
}

Test(join, order_zero)
{
    sinew_system *two, *none = NULL, *s[4];
    done(sinew_system_new_zpk(&two, NULL, 0, NULL, 0, 2, &error));
    const sinew_system *both[] = {two, two};
    done(sinew_join_series(&s[0], both, 2, &error));
    done(sinew_join_parallel(&s[1], both, 2, &error));
    done(sinew_join_inverse(&s[2], two, &error));
    done(sinew_join_feedback(&s[3], two, two, SINEW_FEEDBACK_NEGATIVE, &error));
    cr_assert(factor_at(s[0], 1) == 4 && factor_at(s[1], 1) == 4 && factor_at(s[2], 1) == 0.5);
    cr_assert_float_eq(creal(factor_at(s[3], 1)), 0.4, 1e-16);
    free_all(s, 4);
    sinew_system_free(two);
    done(sinew_system_new_zpk(&none, NULL, 0, NULL, 0, 0, &error));
    refused(sinew_join_inverse(&two, none, &error), SINEW_ERR_NUMERIC, "D is singular");
    sinew_system_free(none);
}

/* ---- what does not fit ---- */

Test(join, what_does_not_fit_is_refused)
{
    sinew_system *s = random_ss(2, 1, 2, 1), *one = random_ss(1, 1, 1, 0), *out = s;
    const sinew_system *both[] = {s, s}, *with[] = {s, NULL}, *mixed[] = {s, one};
    refused(sinew_join_series(&out, both, 2, &error), SINEW_ERR_MISMATCH,
            "system 0 has 2 outputs, system 1 1 inputs");
    cr_assert_null(out);
    refused(sinew_join_series(&out, both, 0, &error), SINEW_ERR_ARGUMENT, "no systems");
    refused(sinew_join_series(&out, with, 2, &error), SINEW_ERR_ARGUMENT, "system 1 is NULL");
    refused(sinew_join_parallel(&out, mixed, 2, &error), SINEW_ERR_MISMATCH, "in parallel");
    refused(sinew_join_feedback(&out, s, one, SINEW_FEEDBACK_NEGATIVE, &error), SINEW_ERR_MISMATCH,
            "in feedback");
    refused(sinew_join_feedback(&out, s, NULL, SINEW_FEEDBACK_NEGATIVE, &error), SINEW_ERR_MISMATCH,
            "in feedback");
    refused(sinew_join_feedback(&out, NULL, s, SINEW_FEEDBACK_NEGATIVE, &error), SINEW_ERR_ARGUMENT,
            "no system");
    refused(sinew_join_inverse(&out, s, &error), SINEW_ERR_MISMATCH, "square");
    refused(sinew_join_inverse(&out, one, &error), SINEW_ERR_NUMERIC, "D is singular");
    refused(sinew_join_scale(&out, s, NAN, &error), SINEW_ERR_DATA, "gain is nan");
    const double K[] = {NAN, 0};
    sinew_wiring wiring = {both, 1, 1, 1, K, NULL, NULL, NULL};
    refused(sinew_join_wire(&out, &wiring, &error), SINEW_ERR_DATA, "K[0][0] is nan");
    wiring.outputs = 0;
    refused(sinew_join_wire(&out, &wiring, &error), SINEW_ERR_DATA, "at least one input");
    sinew_system *large = random_ss(1, 1, 1, 0), *twice;
    const sinew_system **many = calloc(5000, sizeof *many);
    for (int i = 0; i < 5000; i++)
        many[i] = large;
    refused(sinew_join_append(&twice, many, 5000, &error), SINEW_ERR_DATA, "at most 4096");
    refused(sinew_join_parallel(&twice, many, 5000, &error), SINEW_ERR_DATA, "more than 4096");
    free(many);
    sinew_system_free(large);
    sinew_system_free(s);
    sinew_system_free(one);
}

/* ---- by name ---- */

static const char *const r_y[] = {"r", "y"};
#define NAMES(...) ((const char *const[]){__VA_ARGS__})

/* The same loop by name, by index and by the verb. */
Test(join, names_say_what_indices_say)
{
    for (int round = 0; round < ROUNDS; round++) {
        sinew_system *plant = random_ss(3, 1, 1, round % 2 ? 0.5 : 0);
        sinew_system *law = random_ss(2, 1, 1, 0.5), *named, *wired, *chain, *loop;
        const sinew_named_term terms[] = {{"r", 1}, {"y", -1}};
        const sinew_named_sum sums[] = {{"e", terms, 2}};
        const sinew_named_system members[] = {{plant, "plant", NAMES("u"), NAMES("y")},
                                              {law, "law", NAMES("e"), NAMES("u")}};
        sinew_connections c = {members, 2, sums, 1, r_y, 1, NAMES("y", "u", "e", "r"), 4};
        done(sinew_join_connect(&named, &c, &error));
        const sinew_system *systems[] = {plant, law};
        const double K[] = {0, 1, -1, 0}, E[] = {0, 1}, F[] = {1, 0, 0, 1, -1, 0, 0, 0};
        const double G[] = {0, 0, 1, 1};
        sinew_wiring wiring = {systems, 2, 1, 4, K, E, F, G};
        done(sinew_join_wire(&wired, &wiring, &error));
        done(sinew_join_series(&chain, (const sinew_system *[]){law, plant}, 2, &error));
        done(sinew_join_feedback(&loop, chain, NULL, SINEW_FEEDBACK_NEGATIVE, &error));
        double w = frequency(1);
        response by_name = response_at(named, w);
        near(by_name, response_at(wired, w), 1e-13);
        cr_assert(cabs(by_name.h[0] - factor_at(loop, w)) <= 1e-13 * cabs(by_name.h[0]));
        cr_assert(cabs(by_name.h[2] - (1 - by_name.h[0])) <= 1e-13);
        cr_assert(by_name.h[3] == 1);
        sinew_system *const made[] = {plant, law, named, wired, chain, loop};
        for (size_t i = 0; i < 6; i++)
            sinew_system_free(made[i]);
    }
}

static void connect_refused(const sinew_connections *c, const char *words)
{
    sinew_system *out;
    refused(sinew_join_connect(&out, c, &error), SINEW_ERR_DATA, words);
    cr_assert_null(out);
}

Test(join, names_that_are_unknown_or_doubled)
{
    sinew_system *s = gain(2);
    sinew_named_system members[] = {{s, "plant", NAMES("drive"), NAMES("speed")},
                                    {s, NULL, NAMES("speed"), NAMES("angle")}};
    sinew_connections c = {members, 2, NULL, 0, NAMES("drive"), 1, NAMES("angle"), 1};
    sinew_system *good;
    done(sinew_join_connect(&good, &c, &error));
    cr_assert(factor_at(good, 3) == 4);
    sinew_system_free(good);
    c.outputs = NAMES("angel");
    connect_refused(&c, "an output of the whole takes 'angel', which nobody gives: did you mean "
                        "'angle'?");
    c.outputs = NAMES("angle", "angle");
    c.n_outputs = 2;
    connect_refused(&c, "the output 'angle' is asked for twice");
    c.n_outputs = 1;
    members[1].inputs = NAMES("sped");
    connect_refused(&c, "an input of system 1 takes 'sped', which nobody gives: did you mean "
                        "'speed'?");
    members[1].inputs = NAMES("zzz");
    connect_refused(&c, "an input of system 1 takes 'zzz', which nobody gives");
    members[1].inputs = NAMES("speed");
    members[1].outputs = NAMES("speed");
    connect_refused(&c, "the name 'speed' stands for two signals: an output of 'plant' and an "
                        "output of system 1");
    members[1].outputs = NAMES("drive");
    connect_refused(&c, "an output of system 1 and an input of the whole");
    members[1].outputs = NAMES("angle");
    c.inputs = NAMES("drive", "wind");
    c.n_inputs = 2;
    connect_refused(&c, "nobody takes the input 'wind'");
    c.n_inputs = 1;
    const sinew_named_term nan[] = {{"drive", NAN}};
    sinew_named_sum sum = {"e", nan, 1};
    c.sums = &sum;
    c.n_sums = 1;
    connect_refused(&c, "the gain of 'drive' in the sum 'e' is nan");
    sum.n_terms = 0;
    connect_refused(&c, "the sum 'e' has no terms");
    sinew_system_free(s);
}

/* Named from the last to the first, a chain is no loop: nothing is rounded. */
Test(join, a_chain_in_any_order)
{
    enum { LONG = 1000 };
    sinew_system *s = gain(3), *out;
    static char names[LONG + 1][8];
    static const char *list[LONG + 1];
    static sinew_named_system members[LONG];
    for (int i = 0; i <= LONG; i++) {
        snprintf(names[i], sizeof names[i], "x%d", i);
        list[i] = names[i];
    }
    for (int i = 0; i < LONG; i++)
        members[i] = (sinew_named_system){s, NULL, &list[LONG - 1 - i], &list[LONG - i]};
    const sinew_connections c = {members, LONG, NULL, 0, &list[0], 1, &list[30], 1};
    done(sinew_join_connect(&out, &c, &error));
    cr_assert(factor_at(out, 1) == 205891132094649.0); /* 3^30 */
    sinew_system_free(out);
    sinew_system_free(s);
}

/* A loop of sums alone, e = r + e / 2, has the answer 2 r; e = r + e has none. */
Test(join, a_loop_of_sums)
{
    sinew_system *s = gain(1), *out;
    sinew_named_term terms[] = {{"r", 1}, {"e", 0.5}};
    const sinew_named_sum sum = {"e", terms, 2};
    const sinew_named_system member = {s, NULL, NAMES("e"), NAMES("y")};
    sinew_connections c = {&member, 1, &sum, 1, r_y, 1, NAMES("y"), 1};
    done(sinew_join_connect(&out, &c, &error));
    cr_assert(factor_at(out, 1) == 2);
    sinew_system_free(out);
    terms[1].gain = 1;
    refused(sinew_join_connect(&out, &c, &error), SINEW_ERR_NUMERIC, "singular");
    sinew_system_free(s);
}

/* ---- the hash of what was asked ---- */

Test(join, asked_tells_verbs_members_and_order_apart)
{
    sinew_system *a = random_zpk(1, 1), *b = random_zpk(2, 1), *s[7];
    const sinew_system *ab[] = {a, b}, *ba[] = {b, a};
    done(sinew_join_series(&s[0], ab, 2, &error));
    done(sinew_join_series(&s[1], ba, 2, &error));
    done(sinew_join_parallel(&s[2], ab, 2, &error));
    done(sinew_join_append(&s[3], ab, 2, &error));
    done(sinew_join_feedback(&s[4], a, b, SINEW_FEEDBACK_NEGATIVE, &error));
    done(sinew_join_feedback(&s[5], a, b, SINEW_FEEDBACK_POSITIVE, &error));
    done(sinew_join_scale(&s[6], a, 2, &error));
    for (int i = 0; i < 7; i++)
        for (int k = 0; k < i; k++)
            cr_assert_neq(s[i]->asked, s[k]->asked, "%d and %d", i, k);
    sinew_system *same;
    done(sinew_join_series(&same, ab, 2, &error));
    cr_assert_eq(same->asked, s[0]->asked);
    sinew_system_free(same);
    free_all(s, 7);
    sinew_system_free(a);
    sinew_system_free(b);
}
