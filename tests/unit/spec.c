/* Descriptions of models: what is read, and every message of a bad one with its place. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sinew/model.h"
#include "sinew/stream.h"

#define ONE_POLE "system: {tf: {num: [1], den: [1, 1]}}\n"

static sinew_model *read_model(const char *text)
{
    sinew_model *model = NULL;
    sinew_error error = {0};
    cr_assert_eq(sinew_model_read(&model, text, strlen(text), "m.yaml", &error), SINEW_OK, "%s",
                 error.text);
    return model;
}

/* The message is all of it, or starts with it where it ends in "...". */
static void refused(const char *text, const char *expected)
{
    sinew_model *model = NULL;
    sinew_error error = {0};
    cr_assert_eq(sinew_model_read(&model, text, strlen(text), "m.yaml", &error), SINEW_ERR_DATA,
                 "%s", text);
    cr_assert_null(model);
    size_t n = strlen(expected);
    bool open = n > 3 && !strcmp(expected + n - 3, "...");
    cr_assert_eq(open ? strncmp(error.text, expected, n - 3) : strcmp(error.text, expected), 0,
                 "%s\nwanted %s", error.text, expected);
}

/* ---- what is read ---- */

Test(spec, words_and_matrices)
{
    sinew_model *model =
        read_model("name: two-masses\nabout: For tests.\nunits: {input: N, output: m}\n"
                   "system: {ss: {A: [[0, 1], [-4, -.4]], B: [[0], [1e0]],\n"
                   "              C: [[1, 0], [0, 1], [1.e1, -2]], D: [[0], [0], [5]]}}\n");
    cr_assert_str_eq(sinew_model_name(model), "two-masses");
    cr_assert_str_eq(sinew_model_about(model), "For tests.");
    cr_assert_str_eq(sinew_model_units_in(model), "N");
    cr_assert_str_eq(sinew_model_units_out(model), "m");
    sinew_matrices m = sinew_system_matrices(sinew_model_system(model));
    cr_assert(m.order == 2 && m.inputs == 1 && m.outputs == 3);
    cr_assert(m.A[0] == 0 && m.A[1] == 1 && m.A[2] == -4 && m.A[3] == -0.4);
    cr_assert(m.B[0] == 0 && m.B[1] == 1);
    cr_assert(m.C[4] == 10 && m.C[5] == -2);
    cr_assert(m.D[0] == 0 && m.D[2] == 5);
    sinew_model_free(model);
    sinew_model_free(NULL);
}

Test(spec, an_about_may_be_of_several_lines)
{
    sinew_model *model = read_model("about: |\n  One.\n  \tTwo \xe2\x82\xac.\n" ONE_POLE);
    cr_assert_str_eq(sinew_model_about(model), "One.\n\tTwo \xe2\x82\xac.\n");
    sinew_model_free(model);
    cr_assert_eq(sinew_model_read(&model, NULL, 0, "m", NULL), SINEW_ERR_DATA);
}

Test(spec, silence_is_empty_and_D_may_be_omitted)
{
    sinew_model *model =
        read_model("{\"system\": {\"ss\": {\"A\": [[-1]], \"B\": [[1, 2]], \"C\": [[3]]}}}");
    cr_assert_str_eq(sinew_model_name(model), "");
    cr_assert_str_eq(sinew_model_about(model), "");
    cr_assert_str_eq(sinew_model_units_in(model), "");
    sinew_matrices m = sinew_system_matrices(sinew_model_system(model));
    cr_assert(m.order == 1 && m.inputs == 2 && m.outputs == 1);
    cr_assert(m.D[0] == 0 && m.D[1] == 0);
    sinew_model_free(model);
}

Test(spec, order_0_is_a_gain)
{
    const char *const texts[] = {
        "system: {ss: {A: [], B: [], C: [], D: [[1, 2, 3], [4, 5, 6]]}}",
        "system: {ss: {A: [], B: [], C: [[], []], D: [[1, 2, 3], [4, 5, 6]]}}"};
    for (size_t i = 0; i < 2; i++) {
        sinew_model *model = read_model(texts[i]);
        sinew_matrices m = sinew_system_matrices(sinew_model_system(model));
        cr_assert(m.order == 0 && m.inputs == 3 && m.outputs == 2);
        cr_assert_eq(m.D[5], 6);
        sinew_model_free(model);
    }
}

/* H(j rad) of the model's system, one input and output. */
static sinew_complex response(const char *text, double rad)
{
    sinew_model *model = read_model(text);
    sinew_complex h = {0, 0};
    cr_assert_eq(sinew_system_response(sinew_model_system(model), &rad, 1, &h, NULL), SINEW_OK);
    sinew_model_free(model);
    return h;
}

static void near(sinew_complex h, double re, double im)
{
    cr_assert_float_eq(h.re, re, 1e-12, "%.17g %.17g", h.re, h.im);
    cr_assert_float_eq(h.im, im, 1e-12, "%.17g %.17g", h.re, h.im);
}

Test(spec, the_four_ways_to_say_a_system)
{
    /* all of them 1 / (s + 1) at s = j: (1 - j) / 2 */
    near(response("system: {ss: {A: [[-1]], B: [[1]], C: [[1]]}}", 1), 0.5, -0.5);
    near(response("system: {zpk: {zeros: [], poles: [[-1, 0]], gain: 1}}", 1), 0.5, -0.5);
    near(response("system: {zpk: {poles: [-1]}}", 1), 0.5, -0.5);
    near(response("system: {tf: {num: [1], den: [1, 1]}}", 1), 0.5, -0.5);
    near(response("system: {design: {family: butterworth, band: lowpass, order: 1,\n"
                  "  edges_hz: [0.15915494309189535]}}",
                  1),
         0.5, -0.5);
    near(response("system: {design: {family: butterworth, band: lowpass, order: 1,\n"
                  "  edges_hz: 159.15494309189535 mHz}}",
                  1),
         0.5, -0.5);
    /* (s^2 + 4) / ((s + 1)^2 + 1) at s = j: 3 / (1 + 2j) */
    near(response("system: {zpk: {zeros: [[0, 2], [0, -2]], poles: [[-1, 1], [-1, -1]], gain: 1}}",
                  1),
         0.6, -1.2);
}

/* ---- method, prewarp_hz, alpha ---- */

/* The pole of the discretization. */
static double pole(const char *text, sinew_discretize_opts opts)
{
    sinew_model *model = read_model(text);
    sinew_discretization *d = NULL;
    sinew_error error = {0};
    cr_assert_eq(sinew_model_discretize(&d, model, &opts, &error), SINEW_OK, "%s", error.text);
    double value = sinew_discretization_matrices(d).A[0];
    sinew_discretization_free(d);
    sinew_model_free(model);
    return value;
}

Test(spec, what_opts_leave_open_comes_from_the_description)
{
    const double zoh = 0.36787944117144233; /* e^-1 */
    sinew_discretize_opts step = {.step_s = 1};
    cr_assert_float_eq(pole(ONE_POLE, step), zoh, 1e-15);
    cr_assert_float_eq(pole(ONE_POLE "method: euler\n", step), 0, 1e-15);
    cr_assert_float_eq(pole(ONE_POLE "method: backward\n", step), 0.5, 1e-15);
    cr_assert_float_eq(pole(ONE_POLE "method: gbt\nalpha: 0.75\n", step), 0.75 / 1.75, 1e-15);
    cr_assert_float_eq(pole(ONE_POLE "method: bilinear\n", step), 1.0 / 3, 1e-15);
    /* (1 - a) / (1 + a) with a = T'/2 = tan(w T / 2) / w, w = 2 pi / 4 */
    const double warped = (1 - 2 / 3.14159265358979323846) / (1 + 2 / 3.14159265358979323846);
    cr_assert_float_eq(pole(ONE_POLE "method: bilinear\nprewarp_hz: 250mHz\n", step), warped,
                       1e-15);
    /* another method takes nothing else from the description; the same one does */
    sinew_discretize_opts other = {.step_s = 1, .method = SINEW_METHOD_ZOH};
    cr_assert_float_eq(pole(ONE_POLE "method: bilinear\nprewarp_hz: 0.25\n", other), zoh, 1e-15);
    sinew_discretize_opts same = {.step_s = 1, .method = SINEW_METHOD_BILINEAR};
    cr_assert_float_eq(pole(ONE_POLE "method: bilinear\nprewarp_hz: 0.25\n", same), warped, 1e-15);
    sinew_discretize_opts mine = {.step_s = 1, .method = SINEW_METHOD_GBT, .alpha = 1};
    cr_assert_float_eq(pole(ONE_POLE "method: gbt\nalpha: 0.75\n", mine), 0.5, 1e-15);
}

Test(spec, methods_that_do_not_fit)
{
    refused(ONE_POLE "method: billinear\n",
            "m.yaml:2:9: method: unknown choice 'billinear', did you mean 'bilinear'?");
    refused(ONE_POLE "method: ''\n",
            "m.yaml:2:9: method: unknown choice '': it must be zoh, foh, "
            "bilinear, euler, backward, gbt, impulse, decramped or matched");
    refused(ONE_POLE "prewarp_hz: 10\n",
            "m.yaml:2:13: prewarp_hz: only the method bilinear is prewarped");
    refused(ONE_POLE "method: zoh\nalpha: 0.5\n",
            "m.yaml:3:8: alpha: only the method gbt has an alpha");
    refused(ONE_POLE "method: gbt\n", "m.yaml:2:9: method: gbt needs the key 'alpha'");
    refused(ONE_POLE "method: gbt\nalpha: 1.5\n",
            "m.yaml:3:8: alpha: '1.5' is too large: it must be at most 1");
    refused(ONE_POLE "method: bilinear\nprewarp_hz: 0\n",
            "m.yaml:3:13: prewarp_hz: '0' is too small: it must be above 0");
}

Test(spec, a_model_builds_a_node_that_filters)
{
    sinew_model *model = read_model(ONE_POLE "method: backward\n");
    sinew_build_opts opts = {.discretize.step_s = 1, .filter.channels = 2};
    sinew_node *node = NULL;
    sinew_stream *stream = NULL;
    sinew_error error = {0};
    cr_assert_eq(sinew_model_build(&node, model, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_model_free(model);
    cr_assert_eq(sinew_stream_open(&stream, node, NULL, &error), SINEW_OK, "%s", error.text);
    double samples[8] = {1, 2};
    sinew_block block = {.samples = samples, .n_frames = 4, .channels = 2};
    sinew_stream_process(stream, &block, &block);
    for (int k = 0; k < 4; k++) { /* backward Euler of 1 / (s + 1), step 1: h[k] = 2^-(k+1) */
        cr_assert_float_eq(samples[2 * k], 1.0 / (2 << k), 1e-15);
        cr_assert_float_eq(samples[2 * k + 1], 2.0 / (2 << k), 1e-15);
    }
    sinew_stream_close(stream);
    sinew_node_free(node);
}

Test(spec, a_node_that_cannot_be_built)
{
    sinew_model *model = read_model(ONE_POLE);
    sinew_node *node = (sinew_node *)&model;
    sinew_error error = {0};
    sinew_build_opts no_rate = {.filter.channels = 1};
    cr_assert_eq(sinew_model_build(&node, model, &no_rate, &error), SINEW_ERR_ARGUMENT);
    cr_assert_null(node);
    cr_assert_neq(error.text[0], 0);
    sinew_model_free(model);
}

/* ---- hostile descriptions ---- */

Test(spec, keys)
{
    refused("name: x\n", "m.yaml:1:1: one of the keys system or graph is needed");
    refused("system: {}\n", "m.yaml:1:9: system: one of the keys ss, zpk, tf...");
    refused("system:\n", "m.yaml:1:8: system: must be a mapping of keys, and is nothing");
    refused("system: {laplace: {s: 1}}\n",
            "m.yaml:1:10: system: unknown key 'laplace': it must be ss, zpk, tf...");
    refused("system: {tf: {num: [1], den: [1, 1]}, zpk: {poles: [-1]}}\n",
            "m.yaml:1:39: system: 'zpk' cannot stand beside 'tf': only one of them");
    refused(ONE_POLE "nmae: x\n", "m.yaml:2:1: unknown key 'nmae', did you mean 'name'?");
    refused(ONE_POLE ONE_POLE, "m.yaml:2:1: 'system' stands here a second time");
    refused(ONE_POLE "units: {in: V}\n", "m.yaml:2:9: units: unknown key 'in', did you mean...");
    refused(ONE_POLE "name: \"a\\nb\"\n",
            "m.yaml:2:7: name: holds a control character (a new line)");
    refused(ONE_POLE "units: {input: \"\\x9b\"}\n", "m.yaml:2:16: units.input: holds a control...");
    refused("", "m.yaml:1:1: there is nothing in it");
    refused(ONE_POLE "name: [x]\n", "m.yaml:2:7: name: must be a text, and is a list");
    refused("- 1\n", "m.yaml:1:1: must be a mapping of keys, and is a list");
}

#define SS(A, B, C, D) "system:\n  ss:\n    A: " A "\n    B: " B "\n    C: " C "\n" D

Test(spec, matrices_that_do_not_fit)
{
    refused(SS("[[1, 2], [3]]", "[[1], [1]]", "[[1, 1]]", ""),
            "m.yaml:3:17: system.ss.A[1]: row 1 has 1 entries, row 0 has 2");
    refused(SS("[[1, 2]]", "[[1]]", "[[1]]", ""),
            "m.yaml:3:8: system.ss.A: is 1x2, and must be square");
    refused(SS("[[-1]]", "[[1], [1]]", "[[1]]", ""),
            "m.yaml:4:8: system.ss.B: is 2x1 where the others need 1x1");
    refused(SS("[[-1]]", "[[1]]", "[[1, 2]]", ""),
            "m.yaml:5:8: system.ss.C: is 1x2 where the others need 1x1");
    refused(SS("[[-1]]", "[[1]]", "[[1]]", "    D: [[1, 2]]\n"),
            "m.yaml:6:8: system.ss.D: is 1x2 where the others need 1x1");
    refused(SS("[[-1]]", "[]", "[[1]]", ""),
            "m.yaml:4:8: system.ss.B: is 0x0 where the others need 1x1");
    refused(SS("[[-1]]", "[[1]]", "[]", ""),
            "m.yaml:5:8: system.ss.C: is 0x0 where the others need 1x1");
    refused(SS("[[-1]]", "[[1]]", "[[1]]", "    D: []\n"),
            "m.yaml:6:8: system.ss.D: is 0x0 where the others need 1x1");
    refused(SS("[[-1]]", "[1]", "[[1]]", ""),
            "m.yaml:4:9: system.ss.B[0]: must be a row, a list of numbers...");
    refused(SS("-1", "[[1]]", "[[1]]", ""), "m.yaml:3:8: system.ss.A: must be a list of rows...");
    refused(SS("[]", "[]", "[]", ""), "m.yaml:3:5: system.ss: a system of order 0 needs a D...");
    refused(SS("[]", "[[1]]", "[]", "    D: [[1]]\n"),
            "m.yaml:4:8: system.ss.B: is 1x1 where the others need 0x1");
    refused(SS("[]", "[]", "[[], [], []]", "    D: [[1]]\n"),
            "m.yaml:5:8: system.ss.C: is 3x0 where the others need 1x0");
    refused("system: {ss: {A: [[1]]}}",
            "m.yaml:1:14: system.ss: the key 'B' is missing (and 1 more problem)");
}

Test(spec, entries_that_are_no_numbers)
{
    refused(
        SS("[[1, .nan], [0, 1]]", "[[1], [1]]", "[[1, 1]]", ""),
        "m.yaml:3:13: system.ss.A[0][1]: '.nan' is not a number (NaN); a finite number is needed");
    refused(SS("[[1, 0], [-.inf, 1]]", "[[1], [1]]", "[[1, 1]]", ""),
            "m.yaml:3:18: system.ss.A[1][0]: '-.inf' is infinite; a finite number is needed");
    refused(SS("[[1, 1e400], [0, 1]]", "[[1], [1]]", "[[1, 1]]", ""),
            "m.yaml:3:13: system.ss.A[0][1]: '1e400' is too large");
    refused(SS("[[~]]", "[[1]]", "[[1]]", ""),
            "m.yaml:3:10: system.ss.A[0][0]: must be a number, and is nothing");
    refused(SS("[[[1]]]", "[[1]]", "[[1]]", ""),
            "m.yaml:3:10: system.ss.A[0][0]: must be a number, and is a list");
    refused(SS("[[yes]]", "[[\"1\"]]", "[[1k]]", ""),
            "m.yaml:3:10: system.ss.A[0][0]: 'yes' is not a number (and 2 more problems)");
}

Test(spec, zeros_poles_and_polynomials)
{
    refused("system: {zpk: {poles: [[-1, 0, 0]]}}",
            "m.yaml:1:24: system.zpk.poles[0]: must be a complex number [re, im], or a real one");
    refused("system: {zpk: {poles: [[-1, x]]}}",
            "m.yaml:1:29: system.zpk.poles[0][1]: 'x' is not a number");
    refused("system: {zpk: {poles: [-1], gain: .inf}}",
            "m.yaml:1:35: system.zpk.gain: '.inf' is infinite; a finite number is needed");
    refused("system: {zpk: {poles: [[-1, 2]]}}", "m.yaml:1:15: system.zpk: ...");
    refused("system: {zpk: {zeros: [0, 0], poles: [-1]}}", "m.yaml:1:15: system.zpk: ...");
    refused("system: {zpk: {zeros: [0]}}", "m.yaml:1:15: system.zpk: the key 'poles' is missing");
    refused("system: {tf: {num: [1, 0, 0], den: [1, 1]}}", "m.yaml:1:14: system.tf: ...");
    refused("system: {tf: {num: [1], den: [0]}}", "m.yaml:1:14: system.tf: ...");
    refused("system: {tf: {num: [], den: [1]}}",
            "m.yaml:1:20: system.tf.num: has 0 items: it must have at least 1");
    refused("system: {tf: {num: 1, den: [1]}}",
            "m.yaml:1:20: system.tf.num: must be a list, and is a number");
}

#define DESIGN(more) "system:\n  design: {family: butterworth, " more "}\n"

Test(spec, designs)
{
    refused(DESIGN("band: bandpas, order: 2, edges_hz: [1, 2]"),
            "m.yaml:2:39: system.design.band: unknown choice 'bandpas', did you mean 'bandpass'?");
    refused(DESIGN("band: bandpass, order: 2, edges_hz: [1]"),
            "m.yaml:2:69: system.design.edges_hz: a bandpass has 2 edges, and here is 1");
    refused(DESIGN("band: lowpass, order: 2, edges_hz: [1, 2]"),
            "m.yaml:2:68: system.design.edges_hz: a lowpass has 1 edge, and here are 2");
    refused(
        DESIGN("band: bandstop, order: 2, edges_hz: [2, 1]"),
        "m.yaml:2:69: system.design.edges_hz: the lower edge (2) must be below the upper one (1)");
    refused(DESIGN("band: lowpass, order: 0, edges_hz: 1"),
            "m.yaml:2:55: system.design.order: '0' is too small: it must be at least 1");
    refused(DESIGN("band: lowpass, order: 129, edges_hz: 1"),
            "m.yaml:2:55: system.design.order: '129' is too large: it must be at most 128");
    refused(DESIGN("band: lowpass, order: 2.5, edges_hz: 1"),
            "m.yaml:2:55: system.design.order: '2.5' is not a whole number");
    refused(DESIGN("band: lowpass, order: 2, edges_hz: -1"),
            "m.yaml:2:68: system.design.edges_hz: '-1' is too small: it must be above 0");
    refused(DESIGN("band: lowpass, order: 2, edges_hz: 1 kHertz"),
            "m.yaml:2:68: system.design.edges_hz: '1 kHertz' is not a frequency (write it like "
            "48000, 48k or 48kHz)");
    refused(DESIGN("band: lowpass, order: 2, edges_hz: [1, 2, 3]"),
            "m.yaml:2:68: system.design.edges_hz: must be one frequency, or a list of one or two");
    refused("system: {design: {family: chebychev, band: lowpass, order: 2, edges_hz: 1}}",
            "m.yaml:1:27: system.design.family: unknown choice 'chebychev', did you mean "
            "'chebyshev1'?");
    refused("system: {design: {family: thiran, band: lowpass, order: 2, edges_hz: 1}}",
            "m.yaml:1:27: system.design.family: unknown choice 'thiran': it must be butterworth, "
            "chebyshev1, chebyshev2, elliptic, bessel, butter, cheby1, cheby2, ellip or cauer");
    refused(DESIGN("band: lowpass, order: 2, edges_hz: 1, alpha: 1"),
            "m.yaml:2:71: system.design: unknown key 'alpha': it must be family, band, order, "
            "edges_hz, ripple_db, attenuation_db, norm, pass_hz, stop_hz or rate_hz");
}

#define FAMILY(family, more) "system: {design: {family: " family ", band: lowpass, " more "}}\n"

Test(spec, levels_and_norms_of_designs)
{
    refused(FAMILY("cheby1", "order: 2, edges_hz: 1"),
            "m.yaml:1:18: system.design: the key 'ripple_db' is missing: chebyshev1 and elliptic "
            "have ripple_db");
    refused(FAMILY("ellip", "order: 2, edges_hz: 1, ripple_db: 1"),
            "m.yaml:1:18: system.design: the key 'attenuation_db' is missing: chebyshev2 and "
            "elliptic have attenuation_db");
    refused(FAMILY("butter", "order: 2, edges_hz: 1, ripple_db: 1"),
            "m.yaml:1:84: system.design.ripple_db: only chebyshev1 and elliptic have ripple_db");
    refused(FAMILY("cheby2", "order: 2, edges_hz: 1, attenuation_db: 9, norm: mag"),
            "m.yaml:1:98: system.design.norm: only bessel has a norm");
    refused(FAMILY("elliptic", "order: 2, edges_hz: 1, ripple_db: 1, attenuation_db: 1dB"),
            "m.yaml:1:105: system.design.attenuation_db: must be above ripple_db (1), and is 1");
    refused(FAMILY("cheby1", "order: 2, edges_hz: 1, ripple_db: 0"),
            "m.yaml:1:84: system.design.ripple_db: '0' is too small: it must be at least 1e-10");
    refused(FAMILY("cheby1", "order: 2, edges_hz: 1, ripple_db: 1e4"),
            "m.yaml:1:84: system.design.ripple_db: '1e4' is too large: it must be at most 1000");
    refused(FAMILY("bessel", "order: 2, edges_hz: 1, norm: amplitude"),
            "m.yaml:1:79: system.design.norm: unknown choice 'amplitude'...");
    refused(FAMILY("elliptic", "order: 60, edges_hz: 1, ripple_db: 1, attenuation_db: 2"),
            "m.yaml:1:18: system.design: an elliptic filter of order 60 with 1 dB and 2 dB...");
}

Test(spec, goals_of_designs)
{
    refused(FAMILY("butter", "ripple_db: 1"),
            "m.yaml:1:18: system.design: one of the keys order or pass_hz is needed");
    refused(FAMILY("butter", "order: 2, pass_hz: 1"),
            "m.yaml:1:60: system.design: 'pass_hz' cannot stand beside 'order'...");
    refused(FAMILY("butter", "order: 2"),
            "m.yaml:1:18: system.design: the key 'edges_hz' is missing: a design with an order has "
            "edges_hz...");
    refused(FAMILY("butter", "order: 2, edges_hz: 1, rate_hz: 48k"),
            "m.yaml:1:82: system.design.rate_hz: only a design with pass_hz has rate_hz");
    refused(FAMILY("butter", "pass_hz: 1, stop_hz: 2, ripple_db: 1"),
            "m.yaml:1:18: system.design: the key 'attenuation_db' is missing: a design with "
            "pass_hz has attenuation_db");
    refused(
        FAMILY("butter", "pass_hz: 1, edges_hz: 2, stop_hz: 2, ripple_db: 1, attenuation_db: 9"),
        "m.yaml:1:72: system.design.edges_hz: only a design with an order has edges_hz...");
    refused(FAMILY("butter", "pass_hz: 2, stop_hz: 1, ripple_db: 1, attenuation_db: 9"),
            "m.yaml:1:71: system.design.stop_hz: pass_hz must be below stop_hz");
    refused(FAMILY("butter", "pass_hz: 1, stop_hz: [2, 3], ripple_db: 1, attenuation_db: 9"),
            "m.yaml:1:71: system.design.stop_hz: a lowpass has 1 edge, and here are 2");
    refused(FAMILY("butter", "pass_hz: 1, stop_hz: 2, ripple_db: 1, attenuation_db: 9, rate_hz: 3"),
            "m.yaml:1:71: system.design.stop_hz: an edge at 2 Hz does not lie below half the "
            "rate, 1.5 Hz");
    refused(FAMILY("butter", "pass_hz: 1, stop_hz: 1.001, ripple_db: 1, attenuation_db: 90"),
            "m.yaml:1:18: system.design: that takes an order of ...");
}

/* Aliases and goals: the same systems as their canonical forms. */
Test(spec, designs_by_other_names)
{
    const double rad = 700;
    sinew_complex a = response(FAMILY("ellip", "order: 3, edges_hz: 100, ripple_db: 1, "
                                               "attenuation_db: 40dB"),
                               rad);
    sinew_complex b = response("system: {design: {family: cauer, band: low, pass_hz: 100, "
                               "stop_hz: 300, ripple_db: 1dB, attenuation_db: 40}}",
                               rad);
    cr_assert(a.re == b.re && a.im == b.im, "%g %g, %g %g", a.re, a.im, b.re, b.im);
    a = response(FAMILY("bessel", "order: 3, edges_hz: 100, norm: mag"), rad);
    b = response(FAMILY("bessel", "order: 3, edges_hz: 100, norm: magnitude"), rad);
    cr_assert(a.re == b.re && a.im == b.im);
    b = response(FAMILY("bessel", "order: 3, edges_hz: 100"), rad);
    cr_assert(a.re != b.re);
}

Test(spec, sections)
{
    near(response("system: {sos: [[0, 0, 1, 0, 1, 1]]}", 1), 0.5, -0.5);
    near(response("system: {sos: [[0, 1, 0, 0, 1, 1], [0, 0, 1, 1, 1, 1]]}", 1), 0.5, -0.5);
    refused("system: {sos: []}", "m.yaml:1:15: system.sos: has no sections...");
    refused("system: {sos: [[1, 2, 3]]}", "m.yaml:1:15: system.sos: a section is [b0, b1, b2, a0, "
                                          "a1, a2], and here are 3");
    refused("system: {sos: [[1, 2, 3, 0, 0, 0]]}",
            "m.yaml:1:15: system.sos: sections[0]: a0, a1 and a2 are 0");
    refused("system: {sos: [[1, 2, 3, 0, 1, 0]]}",
            "m.yaml:1:15: system.sos: 2 zeros but 1 poles: no state space model differentiates");
}

/* Thousands of small damages to a good description: each gives a model, or an error that names
 * the place; under the sanitizers, nothing else. */
static void damage_and_read(const char *good)
{
    const size_t n = strlen(good);
    static const char odd[] = "[]{}:,-\"'#&*!|>%@?\n\t .0e\xff\x80\xc3~<";
    uint64_t random = 88172645463325252u; /* xorshift64, Marsaglia 2003 */
    for (int round = 0; round < 20000; round++) {
        char text[256];
        memcpy(text, good, n + 1);
        for (int damage = 0; damage <= round % 3; damage++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            text[random % n] = odd[(random >> 32) % (sizeof odd - 1)];
        }
        sinew_model *model = NULL;
        sinew_error error = {0};
        sinew_status status = sinew_model_read(&model, text, n, "m.yaml", &error);
        cr_assert((status == SINEW_OK) == (model != NULL));
        cr_assert(status == SINEW_OK || strncmp(error.text, "m.yaml:", 7) == 0, "%s", error.text);
        sinew_model_free(model);
    }
}

Test(spec, damaged_descriptions)
{
    damage_and_read("name: x\nunits: {input: V}\nsystem:\n  ss:\n    A: [[-1, 2], [0, -3.5e0]]\n"
                    "    B: [[1], [0]]\n    C: [[1, 0]]\nmethod: gbt\nalpha: 0.5\n# end\n");
    damage_and_read(
        "system:\n  design: {family: ellip, band: bandstop, pass_hz: [30, 80],\n"
        "    stop_hz: [45, 60.5], ripple_db: 0.1, attenuation_db: 60dB, rate_hz: 1k}\n");
    damage_and_read("system: {sos: [[1, 0, 4e4, 1, 3, 5e4], [0, 0, 2, 0, 1, 20]]}\n");
}

/* ---- finding ---- */

static void open_fails(const char *name, sinew_status status, const char *part)
{
    sinew_model *model = NULL;
    sinew_error error = {0};
    cr_assert_eq(sinew_model_open(&model, name, &error), status, "%s: %s", name, error.text);
    cr_assert_null(model);
    cr_assert_not_null(strstr(error.text, part), "%s: %s\nwanted %s", name, error.text, part);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

Test(find, names_and_paths)
{
    char folder[] = "/tmp/sinew-models-XXXXXX", path[100], list[100];
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    cr_assert_eq(mkdir("mine", 0777), 0);
    write_text("mine/model.yaml", "name: mine\n" ONE_POLE);
    snprintf(list, sizeof list, "/nonexistent::%s:", folder);
    cr_assert_eq(setenv("SINEW_MODEL_PATH", list, 1), 0);
    snprintf(path, sizeof path, "%s/mine/model.yaml", folder);
    const char *const good[] = {"mine", path, "./mine/model.yaml"};
    for (size_t i = 0; i < 3; i++) {
        sinew_model *model = NULL;
        sinew_error error = {0};
        cr_assert_eq(sinew_model_open(&model, good[i], &error), SINEW_OK, "%s", error.text);
        cr_assert_str_eq(sinew_model_name(model), "mine");
        sinew_model_free(model);
    }
    open_fails("nime", SINEW_ERR_IO,
               "no model is named 'nime', did you mean 'mine'? (looked in /nonexistent, "
               "/tmp/sinew-models-");
    open_fails("Zzzyx", SINEW_ERR_IO, "no model is named 'Zzzyx' (looked in ");
    open_fails("..", SINEW_ERR_IO, "no model is named '..'");
    open_fails("", SINEW_ERR_ARGUMENT, "empty name");
    open_fails("missing.yaml", SINEW_ERR_IO, "missing.yaml: No such file");
    open_fails("./mine", SINEW_ERR_UNSUPPORTED, "./mine: a checkpoint");
    open_fails("w.safetensors", SINEW_ERR_UNSUPPORTED, "w.safetensors: a checkpoint");
    write_text("bad.json", "{\"system\": {\"tf\": {\"num\": [1], \"den\": [1, \"x\"]}}}");
    open_fails("bad.json", SINEW_ERR_DATA,
               "bad.json:1:43: system.tf.den[1]: 'x' in quotes is a text");
    write_text("notes", "");
    open_fails("notes", SINEW_ERR_IO, "for the file write ./notes");
    remove("notes");
    remove("bad.json");
    remove("mine/model.yaml");
    remove("mine");
    remove(folder);
}
