/* lib/model: the kinds that make structured and physical systems, read and refused. */
#include <criterion/criterion.h>
#include <string.h>

#include "sinew/delay.h"
#include "sinew/model.h"
#include "sinew/physical.h"
#include "sinew/s4.h"

static sinew_error error;

static sinew_model *read_model(const char *text)
{
    sinew_model *model = NULL;
    cr_assert_eq(sinew_model_read(&model, text, strlen(text), "m.yaml", &error), SINEW_OK, "%s",
                 error.text);
    return model;
}

static void refused(const char *text, const char *expected)
{
    sinew_model *model = NULL;
    cr_assert_eq(sinew_model_read(&model, text, strlen(text), "m.yaml", &error), SINEW_ERR_DATA,
                 "%s", text);
    cr_assert_null(model);
    cr_assert_str_eq(error.text, expected);
}

/* The description makes the system that the call makes. */
static void same(const char *text, sinew_system *system)
{
    sinew_model *model = read_model(text);
    sinew_matrices a = sinew_system_matrices(sinew_model_system(model));
    sinew_matrices b = sinew_system_matrices(system);
    cr_assert(a.order == b.order && a.inputs == b.inputs && a.outputs == b.outputs);
    cr_assert_arr_eq(a.A, b.A, a.order * a.order * sizeof(double));
    cr_assert_arr_eq(a.B, b.B, a.order * a.inputs * sizeof(double));
    cr_assert_arr_eq(a.C, b.C, a.order * a.outputs * sizeof(double));
    cr_assert_arr_eq(a.D, b.D, a.inputs * a.outputs * sizeof(double));
    sinew_model_free(model);
    sinew_system_free(system);
}

static sinew_system *hippo(const sinew_hippo *asked)
{
    sinew_system *system;
    cr_assert_eq(sinew_system_new_hippo(&system, asked, &error), SINEW_OK, "%s", error.text);
    return system;
}

Test(kinds, hippo)
{
    same("system: {hippo: {measure: legs, order: 64}}\n", hippo(&(sinew_hippo){.order = 64}));
    same("system: {hippo: {measure: fourier, order: 5, window_s: 50ms, halved: yes}}\n",
         hippo(&(sinew_hippo){
             .measure = SINEW_HIPPO_FOUT, .order = 5, .window_s = 0.05, .halved = true}));
    same("system: {hippo: {measure: legt, order: 2, lmu: true, C: [[1, 2]]}}\n",
         hippo(&(sinew_hippo){.measure = SINEW_HIPPO_LEGT,
                              .order = 2,
                              .lmu = true,
                              .outputs = 1,
                              .C = (const double[]){1, 2}}));
    refused("system: {hippo: {measure: legs, order: 3, C: [[1, 2]]}}\n",
            "m.yaml:1:46: system.hippo.C: is 1x2 where the order needs rows of 3");
    refused("system: {hippo: {measure: legs, order: 3, tilted: yes}}\n",
            "m.yaml:1:51: system.hippo.tilted: has no meaning for legs");
    refused("system: {hippo: {measure: legs, order: 3, window_s: 0}}\n",
            "m.yaml:1:53: system.hippo.window_s: '0' is too small: it must be above 0");
}

Test(kinds, s4d)
{
    sinew_system *system;
    const sinew_complex C[] = {{1, 2}, {3, 0}};
    sinew_s4d s4d = {.init = SINEW_S4D_LEGS, .order = 4, .C = C, .outputs = 1, .clip_B = 0.75};
    cr_assert_eq(sinew_system_new_s4d(&system, &s4d, &error), SINEW_OK);
    same("system: {s4d: {init: legs, order: 4, C: [[1, 2], 3], clip_B: 0.75}}\n", system);
    refused("system: {s4d: {init: lin, order: 5}}\n",
            "m.yaml:1:34: system.s4d.order: must be even: modes come in pairs");
    refused("system: {s4d: {init: lin, order: 4, C: [1]}}\n",
            "m.yaml:1:40: system.s4d.C: has 1 items: the order makes 2 modes");
    refused("system: {s4d: {init: lin, order: 4, whole_B: yes}}\n",
            "m.yaml:1:46: system.s4d.whole_B: has no meaning for lin");
    refused("system: {s4d: {init: legs, order: 2, B: [1], clip_B: 1}}\n",
            "m.yaml:1:54: system.s4d.clip_B: changes the B of legs, not a given one");
}

Test(kinds, dplr)
{
    sinew_system *system;
    const sinew_complex lambda[] = {{-1, 2}, {-0.5, 0}}, P[] = {{1, 1}, {2, 0}},
                        B[] = {{3, 1}, {1, 0}};
    double D = 0.5;
    sinew_dplr dplr = {.modes = 2,
                       .rank = 1,
                       .inputs = 1,
                       .outputs = 1,
                       .lambda = lambda,
                       .P = P,
                       .B = B,
                       .D = &D,
                       .truncated_frames = 8,
                       .truncated_step_s = 0.25};
    cr_assert_eq(sinew_system_new_dplr(&system, &dplr, &error), SINEW_OK);
    same("system: {dplr: {lambda: [[-1, 2], -0.5], P: [[[1, 1], 2]], B: [[3, 1], 1], D: 0.5,\n"
         "  truncated_frames: 8, truncated_step_s: 0.25}}\n",
         system);
    refused("system: {dplr: {lambda: [-1, -2], P: [[1]]}}\n",
            "m.yaml:1:38: system.dplr.P: has 1 items where lambda has 2");
    refused("system: {dplr: {lambda: [-1], P: [[1]], Q: [[1], [2]]}}\n",
            "m.yaml:1:44: system.dplr.Q: has 2 rows where P has 1");
    refused("system: {dplr: {lambda: [-1], truncated_method: zoh}}\n",
            "m.yaml:1:49: system.dplr.truncated_method: needs the key 'truncated_frames'");
    refused("system: {dplr: {lambda: [-1], truncated_frames: 9}}\n",
            "m.yaml:1:49: system.dplr.truncated_frames: needs the key 'truncated_step_s'");
}

Test(kinds, masses)
{
    sinew_system *system;
    sinew_mass_spring mass = {.resonance_hz = 10,
                              .damping_ratio = 0.7,
                              .input = SINEW_MASS_BASE_VELOCITY,
                              .output = SINEW_MASS_RELATIVE_VELOCITY};
    cr_assert_eq(sinew_system_new_mass_spring(&system, &mass, &error), SINEW_OK);
    same("system: {mass_spring_damper: {resonance_hz: 10Hz, damping_ratio: 0.7,\n"
         "  input: base_velocity, output: relative_velocity}}\n",
         system);
    const double masses[] = {1, 2}, springs[] = {3, 4, 0}, dampers[] = {0.1, 0.2, 0.3};
    sinew_mass_chain chain = {
        2, masses, springs, dampers, SINEW_MASS_FORCE, SINEW_MASS_DISPLACEMENT, 0, 1};
    cr_assert_eq(sinew_system_new_mass_chain(&system, &chain, &error), SINEW_OK);
    same("system: {mass_chain: {masses_kg: [1, 2], stiffness_n_per_m: [3, 4],\n"
         "  damping_n_s_per_m: [0.1, 0.2, 0.3], output_at: 1}}\n",
         system);
    refused("system: {mass_spring_damper: {resonance_hz: 10, stiffness_n_per_m: 3}}\n",
            "m.yaml:1:68: system.mass_spring_damper.stiffness_n_per_m: says again what "
            "'resonance_hz' says: only one of them");
    refused("system: {mass_spring_damper: {stiffness_n_per_m: 3, q: 3}}\n",
            "m.yaml:1:56: system.mass_spring_damper.q: needs the key 'resonance_hz'");
    refused("system: {mass_spring_damper: {mass_kg: 3}}\n",
            "m.yaml:1:30: system.mass_spring_damper: needs 'resonance_hz', or "
            "'stiffness_n_per_m' and 'damping_n_s_per_m'");
    refused("system: {mass_chain: {masses_kg: [1, 2], stiffness_n_per_m: [3],\n"
            "  damping_n_s_per_m: [0.1, 0.2], output_at: 2}}\n",
            "m.yaml:1:61: system.mass_chain.stiffness_n_per_m: has 1 items: 2 masses have as many, "
            "or one more to a wall (and 1 more problem)");
}

Test(kinds, rlc)
{
    sinew_system *system;
    sinew_rlc rlc = {SINEW_RLC_PARALLEL, 50, 1e-3, 4e-7, SINEW_RLC_ACROSS_LC};
    cr_assert_eq(sinew_system_new_rlc(&system, &rlc, &error), SINEW_OK);
    same("system: {rlc: {circuit: parallel, resistance_ohm: 50, inductance_h: 1e-3,\n"
         "  capacitance_f: 4e-7, output: tank}}\n",
         system);
    refused("system: {rlc: {resistance_ohm: 50, output: capacitor}}\n",
            "m.yaml:1:15: system.rlc: the output is across a part that is not there");
}

Test(kinds, pade)
{
    sinew_system *system;
    cr_assert_eq(sinew_system_new_delay_pade(&system, 1e-3, 5, &error), SINEW_OK);
    same("system: {pade: {delay_s: 1ms, order: 5}}\n", system);
    refused("system: {pade: {delay_s: 0, order: 5}}\n",
            "m.yaml:1:26: system.pade.delay_s: '0' is too small: it must be above 0");
}

/* The model has the delays that the call makes, told by their answer at one frequency. */
static void same_delayed(const char *text, sinew_delayed *delayed)
{
    sinew_model *model = NULL;
    double rad = 300;
    sinew_complex a, b;
    cr_assert_eq(sinew_model_read_any(&model, text, strlen(text), "m.yaml", &error), SINEW_OK, "%s",
                 error.text);
    cr_assert_null(sinew_model_system(model));
    cr_assert_eq(sinew_delayed_response(sinew_model_delayed(model), &rad, 1, &a, &error), SINEW_OK);
    cr_assert_eq(sinew_delayed_response(delayed, &rad, 1, &b, &error), SINEW_OK);
    cr_assert(a.re == b.re && a.im == b.im);
    sinew_discretization *d;
    sinew_discretize_opts opts = {.rate_hz = 48000};
    cr_assert_eq(sinew_model_discretize(&d, model, &opts, &error), SINEW_ERR_UNSUPPORTED);
    sinew_node *node;
    sinew_build_opts build = {.discretize = opts, .filter = {.engine = SINEW_ENGINE_SCAN}};
    cr_assert_eq(sinew_model_build(&node, model, &build, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_filter_engine(node), SINEW_ENGINE_SCAN);
    sinew_node_free(node);
    sinew_model_free(model);
    sinew_delayed_free(delayed);
}

Test(kinds, delays)
{
    sinew_system *plant;
    sinew_delayed *delayed;
    const double poles[] = {-50, 0}, D[] = {0, 1, 1, 0.5}, delay_s = 0.002;
    cr_assert_eq(sinew_system_new_zpk(&plant, NULL, 0, (const sinew_complex *)poles, 1, 7, &error),
                 SINEW_OK);
    cr_assert_eq(sinew_delayed_new_input(&delayed, plant, delay_s, &error), SINEW_OK);
    same_delayed("system: {delayed: {delay_s: 2ms, system: {zpk: {poles: [-50], gain: 7}}}}\n"
                 "thiran_order: 2\n",
                 delayed);
    sinew_matrices m = {.inputs = 2, .outputs = 2, .D = D};
    cr_assert_eq(sinew_system_new_ss(&plant, &m, &error), SINEW_OK);
    cr_assert_eq(sinew_delayed_new(&delayed, plant, 1, &delay_s, &error), SINEW_OK);
    same_delayed("system:\n  delayed:\n    delays_s: [2ms]\n"
                 "    system: {ss: {A: [], B: [], C: [], D: [[0, 1], [1, 0.5]]}}\n",
                 delayed);
    cr_assert_eq(
        sinew_delayed_new_comb(&delayed, &(sinew_comb){.peak = true, .hz = 50, .q = 20}, &error),
        SINEW_OK);
    same_delayed("system: {comb: {teeth: peak, hz: 50Hz, q: 20}}\n", delayed);
}

/* What does not know of delays refuses them. */
Test(kinds, delays_are_refused_where_a_rational_system_is_wanted)
{
    sinew_model *model = NULL;
    const char *nested = "system: {delayed: {delay_s: 1, system: {comb: {teeth: peak,\n"
                         "  hz: 50, q: 20}}}}\n";
    refused("system: {comb: {teeth: notch, hz: 50, q: 20}}\n",
            "m.yaml:1:16: system.comb: an exact delay, where a rational system is wanted: 'pade' "
            "makes one of it");
    cr_assert_eq(sinew_model_read_any(&model, nested, strlen(nested), "m.yaml", &error),
                 SINEW_ERR_DATA);
    cr_assert(strstr(error.text, "where a rational system"), "%s", error.text);
    refused("system: {fir: {taps: [1], rate_hz: 1}}\n",
            "m.yaml:1:15: system.fir: a kernel of taps, where a rational system is wanted: "
            "sinew_model_open_any and sinew_model_read_any take it");
    refused("system: {zpk: {poles: [-1]}}\nthiran_order: 3\n",
            "m.yaml:2:15: thiran_order: only a system with delays has fractions of a frame");
    refused("system: {delayed: {system: {zpk: {poles: [-1]}}}}\n",
            "m.yaml:1:19: system.delayed: one of the keys delay_s or delays_s is needed");
}
