/* Descriptions made of systems, written out or referred to: values, and every message. */
#include <complex.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "math/complex.h"
#include "sinew/describe.h"
#include "sinew/design.h"
#include "sinew/join.h"
#include "sinew/model.h"

static sinew_error error;

/* ---- a folder of descriptions ---- */

static char folder[64];

static void enter(void)
{
    strcpy(folder, "/tmp/sinew-references-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void leave(void)
{
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(system(command), 0);
}

TestSuite(references, .init = enter, .fini = leave);

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

/* H(j w) of what a file says, one input and output. */
static double complex at(const char *path, double w)
{
    sinew_model *model;
    sinew_complex h;
    cr_assert_eq(sinew_model_open(&model, path, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_system_response(sinew_model_system(model), &w, 1, &h, &error), SINEW_OK,
                 "%s", error.text);
    sinew_model_free(model);
    return sinew_cmplx(h.re, h.im);
}

/* The message is all of it, or starts with it where it ends in "...". */
static void refused(const char *path, const char *expected)
{
    sinew_model *model = NULL;
    cr_assert_neq(sinew_model_open(&model, path, &error), SINEW_OK, "%s", path);
    cr_assert_null(model);
    size_t n = strlen(expected);
    bool open = n >= 3 && !strcmp(expected + n - 3, "...");
    cr_assert_eq(open ? strncmp(error.text, expected, n - 3) : strcmp(error.text, expected), 0,
                 "%s\nwanted %s", error.text, expected);
}

#define POLE(p) "{zpk: {poles: [-" #p "], gain: " #p "}}"

static double complex pole(double p, double w)
{
    return p / sinew_cmplx(p, w);
}

static void same(double complex got, double complex want)
{
    cr_assert(cabs(got - want) <= 1e-14 * cabs(want), "%.17g %.17g, not %.17g %.17g", creal(got),
              cimag(got), creal(want), cimag(want));
}

/* ---- the kinds ---- */

Test(references, verbs)
{
    put("series", "");
    put("series.yaml", "system: {series: [" POLE(1) ", " POLE(2) ", {tf: {num: [3], den: [2]}}]}");
    put("parallel.yaml", "system: {parallel: [" POLE(1) ", " POLE(2) "]}");
    put("loop.yaml", "system: {feedback: {forward: " POLE(1) ", back: " POLE(2) "}}");
    put("up.yaml", "system: {feedback: {forward: " POLE(1) ", sign: positive, back: {zpk: "
                                                           "{poles: [], gain: 0.5}}}}");
    put("alone.yaml", "system: {feedback: {forward: " POLE(1) "}}");
    put("inverse.yaml", "system: {inverse: {zpk: {zeros: [-4], poles: [-1], gain: 2}}}");
    for (double w = 0; w < 4; w += 0.7) {
        double complex a = pole(1, w), b = pole(2, w), s = sinew_cmplx(0, w);
        same(at("series.yaml", w), 1.5 * a * b);
        same(at("parallel.yaml", w), a + b);
        same(at("loop.yaml", w), a / (1 + a * b));
        same(at("up.yaml", w), a / (1 - a / 2));
        same(at("alone.yaml", w), a / (1 + a));
        same(at("inverse.yaml", w), (s + 1) / (s + 4) / 2);
    }
    put("append.yaml", "system: {append: [" POLE(1) ", {ss: {A: [], B: [], C: [], D: [[1, 2]]}}]}");
    sinew_model *model;
    cr_assert_eq(sinew_model_open(&model, "./append.yaml", &error), SINEW_OK, "%s", error.text);
    sinew_matrices m = sinew_system_matrices(sinew_model_system(model));
    cr_assert(m.order == 1 && m.inputs == 3 && m.outputs == 2 && m.D[3 + 2] == 2);
    sinew_model_free(model);
}

Test(references, nested)
{
    put("m.yaml",
        "system:\n  series:\n    - parallel:\n        - " POLE(
            1) "\n        - inverse: "
               "{zpk: {zeros: [-3], poles: [-5], gain: 1}}\n    - feedback: {forward: " POLE(
                   2) "}\n");
    double w = 1.5;
    double complex s = sinew_cmplx(0, w), b = pole(2, w);
    same(at("m.yaml", w), (pole(1, w) + (s + 5) / (s + 3)) * b / (1 + b));
}

Test(references, connect)
{
    put("plant.yaml", "system: " POLE(1));
    put("m.yaml",
        "system:\n  connect:\n    systems:\n"
        "      - {name: plant, system: plant.yaml, inputs: u, outputs: y}\n"
        "      - {name: law, system: " POLE(4) ", inputs: [e], outputs: [u]}\n"
                                               "    sums: {e: [r, -y, 0.25*u, -0.5 * y]}\n"
                                               "    inputs: r\n    outputs: y\n");
    double w = 0.8;
    double complex P = pole(1, w), K = pole(4, w);
    /* u = K (r - 1.5 y + u / 4), y = P u */
    double complex u = K / (1 + 1.5 * K * P - K / 4);
    same(at("m.yaml", w), P * u);
}

/* ---- references ---- */

Test(references, paths_are_seen_from_the_folder_of_who_names_them)
{
    cr_assert_eq(mkdir("sub", 0777), 0);
    cr_assert_eq(mkdir("sub/deep", 0777), 0);
    put("top.yaml", "system: {series: [sub/middle.yaml, ./one.yaml]}");
    put("one.yaml", "system: " POLE(1));
    put("sub/middle.yaml", "system: {series: [deep/two.yaml, ../one.yaml]}");
    put("sub/deep/two.yaml", "name: two\nunits: {input: V}\nsystem: " POLE(2));
    same(at("top.yaml", 3), pole(2, 3) * pole(1, 3) * pole(1, 3));
    char whole[100];
    snprintf(whole, sizeof whole, "%s/top.yaml", folder);
    cr_assert_eq(chdir("/"), 0);
    same(at(whole, 3), pole(2, 3) * pole(1, 3) * pole(1, 3));
    cr_assert_eq(chdir(folder), 0);
}

Test(references, names_of_shipped_models)
{
    cr_assert_eq(setenv("SINEW_MODEL_PATH", folder, 1), 0);
    cr_assert_eq(mkdir("mine", 0777), 0);
    put("mine/model.yaml", "system: " POLE(2));
    put("m.yaml", "system: {series: [mine, mine]}");
    same(at("m.yaml", 1), pole(2, 1) * pole(2, 1));
    put("m.yaml", "system: {series: [mien]}");
    refused("m.yaml", "m.yaml:1:19: system.series[0]: no model is named 'mien', did you mean "
                      "'mine'? (looked in...");
}

Test(references, problems_name_the_file_they_are_in_and_who_refers_to_it)
{
    put("bad.yaml", "system:\n  tf: {num: [1], den: [1, x]}\n");
    put("m.yaml", "system:\n  series:\n    - " POLE(1) "\n    - bad.yaml\n");
    refused("m.yaml", "bad.yaml:2:27: system.tf.den[1]: 'x' is not a number (referred to at "
                      "m.yaml:4:7)");
    put("m.yaml", "nmae: x\nsystem:\n  series:\n    - bad.yaml\n    - bad.yaml\n");
    refused("m.yaml", "m.yaml:1:1: unknown key 'nmae', did you mean 'name'? (and 2 more problems)");
    put("bad.yaml", "system: {zpk: {poles: [[1, 2]]}}");
    put("m.yaml", "system: {series: [bad.yaml]}");
    refused("m.yaml", "bad.yaml:1:15: system.zpk: poles[0] (1, 2) has no conjugate (referred to at "
                      "m.yaml:1:19)");
    put("middle.yaml", "system: {series: [bad.yaml]}");
    put("m.yaml", "system: {parallel: [middle.yaml]}");
    refused("m.yaml", "bad.yaml:1:15: system.zpk: poles[0] (1, 2) has no conjugate (referred to at "
                      "middle.yaml:1:19) (referred to at m.yaml:1:21)");
    put("m.yaml", "system: {series: [missing.yaml]}");
    refused("m.yaml", "m.yaml:1:19: system.series[0]: missing.yaml: No such file or directory");
    put("m.yaml", "system: {series: [w.safetensors]}");
    refused("m.yaml",
            "m.yaml:1:19: system.series[0]: a checkpoint is no linear system, which is what others "
            "are made of");
    put("m.yaml", "system: {series: [./]}");
    refused("m.yaml", "m.yaml:1:19: system.series[0]: a checkpoint is no...");
    put("m.yaml", "system: {series: [/dev/zero]}");
    refused("m.yaml", "m.yaml:1:19: system.series[0]: /dev/zero is no regular file");
}

Test(references, what_does_not_fit_has_a_place)
{
    put("m.yaml", "system:\n  series:\n    - " POLE(1) "\n    - {ss: {A: [], B: [], C: [], D: [[1, "
                                                       "2]]}}\n");
    refused("m.yaml", "m.yaml:3:5: system.series: in series: system 0 has 1 outputs, system 1 2 "
                      "inputs");
    put("m.yaml", "system:\n  series:\n    - parallel: [" POLE(1) ", {zpk: {poles: [[1, 2]]}}]\n");
    refused("m.yaml", "m.yaml:3:55: system.series[0].parallel[1].zpk: poles[0] (1, 2) has no "
                      "conjugate");
    put("m.yaml", "system: {feedback: {forward: {tf: {num: [2], den: [1]}}, back: {tf: {num: [-1], "
                  "den: [2]}}}}");
    refused("m.yaml", "m.yaml:1:20: system.feedback: the algebraic loop of the direct terms is "
                      "singular...");
    put("m.yaml", "system: {inverse: " POLE(1) "}");
    refused("m.yaml", "m.yaml:1:19: system.inverse: D is singular...");
    put("m.yaml", "system: {series: []}");
    refused("m.yaml", "m.yaml:1:18: system.series: has 0 items: it must have at least 1");
    put("m.yaml", "system: {series: [[1]]}");
    refused("m.yaml", "m.yaml:1:19: system.series[0]: must be a system ({zpk: ...}) or the path or "
                      "name of a description, and is a list");
    put("m.yaml", "system: {series: [{zpk: {poles: [-1]}, prewrap_hz: 3}]}");
    refused("m.yaml", "m.yaml:1:40: system.series[0]: unknown key 'prewrap_hz', did you mean "
                      "'prewarp_hz'?");
}

Test(references, circles)
{
    put("a.yaml", "system: {series: [b.yaml]}");
    put("b.yaml", "system: {parallel: [" POLE(1) ", ./c.yaml]}");
    put("c.yaml", "system: {feedback: {forward: a.yaml}}");
    refused("a.yaml", "./c.yaml:1:30: system.feedback.forward: a circle of references: a.yaml -> "
                      "b.yaml -> ./c.yaml -> a.yaml (referred to at b.yaml...");
    put("c.yaml", "system: {feedback: {forward: c.yaml}}");
    refused("a.yaml", "./c.yaml:1:30: system.feedback.forward: a circle of references: ./c.yaml -> "
                      "./c.yaml...");
}

Test(references, hostile_nests_stay_bounded)
{
    char name[32], text[200];
    for (int i = 0; i < 20; i++) { /* 20 deep */
        snprintf(name, sizeof name, "%d.yaml", i);
        snprintf(text, sizeof text, "system: {series: [%d.yaml]}", i + 1);
        put(name, text);
    }
    put("20.yaml", "system: " POLE(1));
    refused("0.yaml", "...");
    cr_assert(strstr(error.text, "more than 16 deep"), "%s", error.text);
    same(at("5.yaml", 1), pole(1, 1));
    for (int i = 0; i < 15; i++) { /* 4^15 gains, each of order 0 */
        snprintf(name, sizeof name, "%d.yaml", i);
        snprintf(text, sizeof text, "system: {series: [%d.yaml, %d.yaml, %d.yaml, %d.yaml]}", i + 1,
                 i + 1, i + 1, i + 1);
        put(name, text);
    }
    put("15.yaml", "system: {zpk: {poles: [], gain: 1}}");
    refused("0.yaml", "...");
    cr_assert(strstr(error.text, "more than 1024 references"), "%s", error.text);
    /* what one description holds in all */
    FILE *file = fopen("wide.yaml", "w");
    fputs("system: {append: [", file);
    for (int i = 0; i < 900; i++)
        fputs("{design: {family: butterworth, band: bandpass, order: 128, edges_hz: [1, 2]}},",
              file);
    fputs("]}", file);
    fclose(file);
    refused("wide.yaml", "wide.yaml:1:...");
    cr_assert(strstr(error.text, "too large"), "%s", error.text);
}

/* ---- the names of connect ---- */

#define CONNECT(systems, rest) "system:\n  connect:\n    systems: [" systems "]\n" rest
#define MEMBER(more) "{system: {zpk: {poles: [], gain: 2}}, " more "}"

Test(references, names_that_are_wrong_have_a_place)
{
    put("m.yaml", CONNECT(MEMBER("inputs: u, outputs: speed"), "    inputs: u\n    outputs: sped"));
    refused("m.yaml", "m.yaml:5:14: system.connect.outputs: an output of the whole takes 'sped', "
                      "which nobody gives: did you mean 'speed'?");
    put("m.yaml",
        CONNECT(MEMBER("name: plant, inputs: [uu], outputs: y"), "    inputs: u\n    outputs: y"));
    refused("m.yaml", "m.yaml:3:75: system.connect.systems[0].inputs[0]: an input of 'plant' takes "
                      "'uu'...");
    put("m.yaml", CONNECT(MEMBER("inputs: e, outputs: y"),
                          "    sums: {e: [r, -yy]}\n    inputs: r\n    outputs: y"));
    refused("m.yaml", "m.yaml:4:19: system.connect.sums.e[1]: the sum 'e' takes 'yy'...");
    put("m.yaml", CONNECT(MEMBER("inputs: e, outputs: y"),
                          "    sums: {e: [r, -y], y: r}\n    inputs: r\n    outputs: y"));
    refused("m.yaml", "m.yaml:4:24: system.connect.sums: the name 'y' stands for two signals: an "
                      "output of system 0 and a sum");
    put("m.yaml", CONNECT(MEMBER("inputs: [a, b], outputs: y"), "    inputs: a\n    outputs: y"));
    refused("m.yaml", "m.yaml:3:62: system.connect.systems[0].inputs[0]: the system has 1 input, "
                      "and here are 2");
    put("m.yaml", CONNECT(MEMBER("inputs: 1u, outputs: y"), "    inputs: a\n    outputs: y"));
    refused("m.yaml", "m.yaml:3:61: system.connect.systems[0].inputs: '1u' is no name of a "
                      "signal...");
    put("m.yaml", CONNECT(MEMBER("inputs: u, outputs: y"),
                          "    sums: {e: [2k*u]}\n    inputs: u\n    outputs: y"));
    refused("m.yaml", "m.yaml:4:16: system.connect.sums.e[0]: '2k*u' is no term of a sum (y, -y, "
                      "0.5*y)");
    put("m.yaml",
        CONNECT(MEMBER("inputs: u, outputs: y"), "    inputs: [u, wind]\n    outputs: y"));
    refused("m.yaml", "m.yaml:4:17: system.connect.inputs[1]: nobody takes the input 'wind'");
}

/* ---- the method of what is referred to ---- */

static sinew_method method_of(const char *path)
{
    sinew_model *model;
    sinew_discretization *d;
    const sinew_discretize_opts opts = {.step_s = 1e-4};
    cr_assert_eq(sinew_model_open(&model, path, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_model_discretize(&d, model, &opts, &error), SINEW_OK, "%s", error.text);
    sinew_method method = sinew_discretization_method(d);
    sinew_discretization_free(d);
    sinew_model_free(model);
    return method;
}

Test(references, who_is_silent_takes_the_method_that_they_agree_upon)
{
    put("b.yaml", "method: bilinear\nsystem: " POLE(1));
    put("f.yaml", "method: foh\nsystem: " POLE(1));
    put("g.yaml", "method: gbt\nalpha: 0.25\nsystem: " POLE(1));
    put("h.yaml", "method: gbt\nalpha: 0.75\nsystem: " POLE(1));
    put("silent.yaml", "system: " POLE(1));
    put("m.yaml", "system: {series: [b.yaml, silent.yaml, b.yaml]}");
    cr_assert_eq(method_of("m.yaml"), SINEW_METHOD_BILINEAR);
    put("n.yaml", "system: {parallel: [m.yaml, silent.yaml]}");
    cr_assert_eq(method_of("n.yaml"), SINEW_METHOD_BILINEAR);
    put("m.yaml", "system: {series: [silent.yaml]}");
    cr_assert_eq(method_of("m.yaml"), SINEW_METHOD_ZOH);
    put("m.yaml", "system: {series: [g.yaml, g.yaml]}");
    cr_assert_eq(method_of("m.yaml"), SINEW_METHOD_GBT);
    put("m.yaml", "system: {series: [b.yaml, f.yaml]}");
    refused("m.yaml", "m.yaml:1:27: system.series[1]: its method is not that of b.yaml: the key "
                      "'method' must say here which counts");
    put("m.yaml", "system: {series: [g.yaml, h.yaml]}");
    refused("m.yaml", "m.yaml:1:27: system.series[1]: its method...");
    put("m.yaml", "system: {series: [b.yaml, f.yaml]}\nmethod: impulse");
    cr_assert_eq(method_of("m.yaml"), SINEW_METHOD_IMPULSE);
}

static double complex sampled(const char *path, double hz)
{
    sinew_model *model;
    sinew_discretization *d;
    sinew_complex h;
    double rad = 2 * 3.14159265358979323846 * hz;
    const sinew_discretize_opts opts = {.rate_hz = 8000, .method = SINEW_METHOD_BILINEAR};
    cr_assert_eq(sinew_model_open(&model, path, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_model_discretize(&d, model, &opts, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_discretization_response(d, &rad, 1, &h, &error), SINEW_OK);
    sinew_discretization_free(d);
    sinew_model_free(model);
    return sinew_cmplx(h.re, h.im);
}

/* Each by itself, however they are given: as factors, as matrices, by a reference. */
Test(references, a_frequency_stays_in_place_in_the_whole)
{
    put("one.yaml", "method: bilinear\nprewarp_hz: 900\nsystem: " POLE(3000));
    put("two.yaml", "method: bilinear\nprewarp_hz: 2500\nsystem: {ss: {A: [[-9000]], B: [[9000]], "
                    "C: [[1]]}}");
    put("by.yaml", "system: {series: [one.yaml, two.yaml]}");
    put("sum.yaml", "system: {parallel: [one.yaml, two.yaml]}");
    put("written.yaml", "system:\n  series:\n    - zpk: {poles: [-3000], gain: 3000}\n      "
                        "prewarp_hz: 900\n    - ss: {A: [[-9000]], B: [[9000]], C: [[1]]}\n      "
                        "prewarp_hz: 2.5k\n");
    for (double hz = 100; hz < 4000; hz += 430) {
        double complex a = sampled("one.yaml", hz), b = sampled("two.yaml", hz);
        cr_assert(cabs(sampled("by.yaml", hz) - a * b) <= 1e-14);
        cr_assert(cabs(sampled("written.yaml", hz) - a * b) <= 1e-14);
        cr_assert(cabs(sampled("sum.yaml", hz) - a - b) <= 1e-14);
    }
    double complex h = sampled("two.yaml", 2500);
    same(h, pole(9000, 2 * 3.14159265358979323846 * 2500));
}

#define EQ(gain) "{eq: {type: peaking, hz: 1k, q: 2, gain_db: " #gain "}}"

/* An equalizer wants the bilinear rule, and keeps its place, also upside down and in a sum. */
Test(references, equalizers)
{
    put("up.yaml", "system: " EQ(6));
    put("down.yaml", "system: " EQ(-6));
    put("inverse.yaml", "system: {inverse: " EQ(6) "}");
    put("twice.yaml", "system: {series: [up.yaml, " EQ(-6) "]}");
    put("sum.yaml", "system: {parallel: [up.yaml, down.yaml]}");
    cr_assert_eq(method_of("twice.yaml"), SINEW_METHOD_BILINEAR);
    cr_assert_eq(method_of("sum.yaml"), SINEW_METHOD_BILINEAR);
    cr_assert_eq(method_of("inverse.yaml"), SINEW_METHOD_BILINEAR);
    for (double hz = 150; hz < 4000; hz += 430) {
        double complex up = sampled("up.yaml", hz), down = sampled("down.yaml", hz);
        cr_assert(cabs(up * down - 1) <= 1e-13);
        cr_assert(cabs(sampled("inverse.yaml", hz) - down) <= 1e-13);
        cr_assert(cabs(sampled("twice.yaml", hz) - 1) <= 1e-13);
        cr_assert(cabs(sampled("sum.yaml", hz) - up - down) <= 1e-13);
    }
}

/* ---- what describe.h writes is read ---- */

static void comes_back(sinew_system *s)
{
    char *text;
    sinew_model *model;
    const sinew_description d = {.system = s, .method = SINEW_METHOD_BILINEAR};
    cr_assert_eq(sinew_description_write(&text, &d, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_model_read(&model, text, strlen(text), "m.yaml", &error), SINEW_OK, "%s\n%s",
                 error.text, text);
    put("m.yaml", text);
    put("copy.yaml", text);
    sinew_matrices a = sinew_system_matrices(s),
                   b = sinew_system_matrices(sinew_model_system(model));
    cr_assert(a.order == b.order && !memcmp(a.A, b.A, a.order * a.order * sizeof *a.A) &&
                  !memcmp(a.B, b.B, a.order * sizeof *a.B) && a.D[0] == b.D[0],
              "%s", text);
    sinew_model_free(model);
    sinew_description_free(text);
    sinew_system_free(s);
}

Test(references, a_series_is_written_and_read)
{
    sinew_design stop = {.band = SINEW_BAND_STOP, .order = 2, .edges_hz = {900, 1300}};
    sinew_design low = {.band = SINEW_BAND_LOWPASS, .order = 3, .edges_hz = {2000}};
    sinew_system *a, *b, *chain, *inverse, *scaled;
    cr_assert_eq(sinew_system_new_design(&a, &stop, &error), SINEW_OK);
    cr_assert_eq(sinew_system_new_design(&b, &low, &error), SINEW_OK);
    cr_assert_eq(sinew_join_inverse(&inverse, a, &error), SINEW_OK);
    cr_assert_eq(sinew_join_scale(&scaled, b, 0.3, &error), SINEW_OK);
    cr_assert_eq(sinew_join_series(&chain, (const sinew_system *[]){a, inverse, scaled}, 3, &error),
                 SINEW_OK);
    comes_back(chain);
    comes_back(inverse);
    comes_back(scaled);
    sinew_system *both;
    char *text;
    cr_assert_eq(sinew_join_parallel(&both, (const sinew_system *[]){a, b}, 2, &error), SINEW_OK);
    cr_assert_eq(sinew_description_write(&text, &(sinew_description){.system = both}, &error),
                 SINEW_ERR_UNSUPPORTED);
    sinew_system_free(both);
    sinew_system_free(a);
    sinew_system_free(b);
}

/* Thousands of small damages to a good description: each gives a model, or an error that names a
 * place; under the sanitizers, nothing else. */
Test(references, damaged_descriptions)
{
    static const char good[] =
        "system:\n  connect:\n    systems:\n      - {name: p, system: {series: [{zpk: {poles: "
        "[-1]}, prewarp_hz: 3}, one.yaml]}, inputs: u, outputs: y}\n      - {system: {feedback: "
        "{forward: one.yaml, back: {inverse: {tf: {num: [2], den: [3]}}}}}, inputs: [e], outputs: "
        "[u]}\n    sums: {e: [r, -y, 0.5*u]}\n    inputs: r\n    outputs: [y, u]\n";
    static const char odd[] = "[]{}:,-\"'#&*!|>%@?\n\t .0e\xff\x80\xc3~<";
    uint64_t random = 88172645463325252u; /* xorshift64, Marsaglia 2003 */
    put("one.yaml", "system: " POLE(1));
    for (int round = 0; round < 4000; round++) {
        char text[sizeof good];
        memcpy(text, good, sizeof good);
        for (int damage = 0; damage < round % 4; damage++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            text[random % (sizeof good - 1)] = odd[(random >> 32) % (sizeof odd - 1)];
        }
        sinew_model *model = NULL;
        sinew_status status = sinew_model_read(&model, text, sizeof good - 1, "m.yaml", &error);
        cr_assert((status == SINEW_OK) == (model != NULL));
        cr_assert(round % 4 > 0 || model, "%s", error.text);
        cr_assert(model || strstr(error.text, ".yaml:"), "%s", error.text);
        sinew_model_free(model);
    }
}
