/* Descriptions written: what is written is read back as the same system, bit for bit. */
#include <criterion/criterion.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "math/complex.h"
#include "sinew/describe.h"
#include "sinew/design.h"
#include "sinew/model.h"
#include "ssm/design.h"
#include "ssm/method.h"
#include "ssm/system.h"

static sinew_error error;

static char *written(const sinew_description *d)
{
    char *text;
    cr_assert_eq(sinew_description_write(&text, d, &error), SINEW_OK, "%s", error.text);
    return text;
}

static sinew_model *read_back(const char *text)
{
    sinew_model *model;
    cr_assert_eq(sinew_model_read(&model, text, strlen(text), "m.yaml", &error), SINEW_OK, "%s\n%s",
                 error.text, text);
    return model;
}

static bool same_bits(const double *a, const double *b, size_t n)
{
    return n == 0 || memcmp(a, b, n * sizeof *a) == 0;
}

static void same_matrices(const sinew_system *a, const sinew_system *b, const char *text)
{
    cr_assert(a->order == b->order && a->inputs == b->inputs && a->outputs == b->outputs, "%s",
              text);
    size_t n = a->order, q = a->inputs, p = a->outputs;
    cr_assert(same_bits(a->A, b->A, n * n) && same_bits(a->B, b->B, n * q) &&
                  same_bits(a->C, b->C, p * n) && same_bits(a->D, b->D, p * q),
              "%s", text);
    cr_assert_eq(a->factored, b->factored);
}

/* Takes the system. */
static void comes_back(sinew_system *system, bool same_question)
{
    char *text = written(&(sinew_description){.system = system});
    sinew_model *model = read_back(text);
    same_matrices(system, sinew_model_system(model), text);
    if (same_question)
        cr_assert_eq(system->asked, sinew_model_system(model)->asked, "%s", text);
    sinew_model_free(model);
    sinew_description_free(text);
    sinew_system_free(system);
}

/* ---- random systems ---- */

static uint64_t seed = 1;

static uint64_t next_bits(void) /* splitmix64 (Steele, Lea, Flood 2014) */
{
    uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Any finite bits, and often a number that people write. */
static double any_number(void)
{
    uint64_t bits = next_bits();
    double value;
    if (bits % 4 == 0)
        return (double)(int)(next_bits() % 2001) / 8 - 125;
    if (bits % 4 == 1)
        return ((double)(next_bits() % 20001) - 10000) / 1000;
    do {
        bits = next_bits();
        memcpy(&value, &bits, sizeof value);
    } while (!isfinite(value));
    return value;
}

static double near_one(void)
{
    return ldexp(0.5 + (double)(next_bits() >> 11) * 0x1p-53, (int)(next_bits() % 20) - 10);
}

Test(describe, random_matrices)
{
    double entries[4][8 * 8];
    for (int round = 0; round < 400; round++) {
        size_t n = next_bits() % 9, q = 1 + next_bits() % 3, p = 1 + next_bits() % 3;
        for (size_t i = 0; i < 4; i++)
            for (size_t k = 0; k < 64; k++)
                entries[i][k] = any_number();
        sinew_system *system;
        sinew_matrices m = {n, q, p, entries[0], entries[1], entries[2], entries[3]};
        cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK, "%s", error.text);
        comes_back(system, true);
    }
}

static size_t random_roots(sinew_complex *roots, size_t n)
{
    size_t at = 0;
    while (at < n) {
        double re = -near_one(), im = near_one();
        if (next_bits() % 2 && at + 2 <= n) {
            roots[at++] = (sinew_complex){re, im};
            roots[at++] = (sinew_complex){re, -im};
        } else {
            roots[at++] = (sinew_complex){next_bits() % 5 ? re : 0, 0};
        }
    }
    return n;
}

Test(describe, random_factors)
{
    sinew_complex zeros[12], poles[12];
    for (int round = 0; round < 400; round++) {
        size_t n = random_roots(poles, next_bits() % 13);
        size_t m = random_roots(zeros, n ? next_bits() % (n + 1) : 0);
        sinew_system *system;
        double gain = near_one() - near_one();
        cr_assert_eq(sinew_system_new_zpk(&system, zeros, m, poles, n, gain, &error), SINEW_OK,
                     "%s", error.text);
        comes_back(system, true);
    }
}

Test(describe, random_polynomials)
{
    for (int round = 0; round < 100; round++) {
        double num[9], den[9];
        size_t n = 1 + next_bits() % 9, m = 1 + next_bits() % n;
        for (size_t i = 0; i < 9; i++) {
            num[i] = near_one() - near_one();
            den[i] = near_one();
        }
        sinew_system *system;
        cr_assert_eq(sinew_system_new_tf(&system, num, m, den, n, &error), SINEW_OK, "%s",
                     error.text);
        comes_back(system, false); /* its roots are written: another question, the same answer */
    }
}

Test(describe, every_design)
{
    for (int i = 0; i < 20; i++)
        for (uint32_t order = 1; order <= 16; order += 5) {
            double low = 1000 * near_one();
            sinew_design d = {.family = (sinew_family)(i / 4),
                              .band = (sinew_band)(i % 4),
                              .order = order,
                              .edges_hz = {low, 1.5 * low},
                              .ripple_db = near_one() / 1000,
                              .attenuation_db = 60 + near_one() / 40,
                              .norm = (sinew_bessel_norm)(order % 3)};
            sinew_system *system;
            cr_assert_eq(sinew_system_new_design(&system, &d, &error), SINEW_OK, "%s", error.text);
            comes_back(system, true);
        }
}

/* ---- what it looks like ---- */

static void looks(const sinew_description *d, const char *expected)
{
    char *text = written(d);
    cr_assert_str_eq(text, expected);
    sinew_description_free(text);
}

static sinew_system *gain_system(double gain)
{
    sinew_system *system;
    sinew_matrices m = {0, 1, 1, NULL, NULL, NULL, &gain};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    return system;
}

Test(describe, all_keys_in_the_order_of_the_models)
{
    sinew_system *system;
    sinew_design design = {.band = SINEW_BAND_PASS, .order = 4, .edges_hz = {300, 3400.5}};
    cr_assert_eq(sinew_system_new_design(&system, &design, &error), SINEW_OK);
    sinew_description d = {.system = system,
                           .name = "speech-bandpass",
                           .about = "Keeps: \"the\" voice.\n\tC:\\ \xe2\x82\xac\xe2\x80\xa8.",
                           .units_in = "m/s^2",
                           .units_out = "N",
                           .comment = "By hand.\n\nTwice.",
                           .method = SINEW_METHOD_BILINEAR,
                           .prewarp_hz = 1e3};
    looks(&d, "# By hand.\n#\n# Twice.\nname: speech-bandpass\n"
              "about: \"Keeps: \\\"the\\\" voice.\\n\\tC:\\\\ \xe2\x82\xac\\u2028.\"\n"
              "units: {input: m/s^2, output: \"N\"}\n"
              "system:\n  design: {family: butterworth, band: bandpass, order: 4, "
              "edges_hz: [300, 3400.5]}\nmethod: bilinear\nprewarp_hz: 1000\n");
    sinew_system_free(system);
}

Test(describe, every_method_is_written_and_read_back)
{
    const sinew_complex pole = {-3, 0};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, &pole, 1, 3, &error), SINEW_OK);
    for (int m = SINEW_METHOD_ZOH; sinew_method_exists((sinew_method)m); m++) {
        char *text = written(&(sinew_description){.system = system, .method = (sinew_method)m});
        sinew_model *model = read_back(text);
        cr_assert_eq((int)sinew_model_description(model).method, m, "%s", text);
        sinew_model_free(model);
        sinew_description_free(text);
    }
    sinew_system_free(system);
}

Test(describe, matrices_and_factors_a_row_a_line)
{
    const double A[] = {-1, 0.1, 1e300, -5e-324}, B[] = {1, 1e-5}, C[] = {3, -0.0};
    const double D[] = {1.0 / 3};
    sinew_system *system;
    sinew_matrices m = {2, 1, 1, A, B, C, D};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    looks(&(sinew_description){.system = system, .method = SINEW_METHOD_GBT},
          "system:\n  ss:\n    A:\n      - [-1, 0.1]\n      - [1.0e+300, -5.0e-324]\n"
          "    B:\n      - [1]\n      - [1.0e-05]\n    C:\n      - [3, -0]\n"
          "    D:\n      - [0.3333333333333333]\nmethod: gbt\nalpha: 0\n");
    sinew_system_free(system);
    const sinew_complex poles[] = {{-1, 2}, {-1, -2}, {-3, 0}};
    cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, poles, 3, 15, &error), SINEW_OK);
    looks(&(sinew_description){.system = system},
          "system:\n  zpk:\n    zeros: []\n    poles:\n      - [-1, 2]\n      - [-1, -2]\n"
          "      - -3\n    gain: 15\n");
    sinew_system_free(system);
}

Test(describe, parts_stand_in_series)
{
    sinew_part parts[2] = {
        {.designed = true, .design = {.band = SINEW_BAND_LOWPASS, .order = 1, .edges_hz = {50}}},
        {.prewarp_hz = 60}};
    cr_assert_eq(
        sinew_design_zpk(&parts[0].zpk, &parts[0].design, &(sinew_edges){{314}, 0}, &error),
        SINEW_OK);
    cr_assert_eq(sinew_zpk_alloc(&parts[1].zpk, 0, 1, &error), SINEW_OK);
    parts[1].zpk.poles[0] = -7;
    parts[1].zpk.gain = 0.875;
    parts[1].zpk.exponent = 3;
    sinew_system *system;
    cr_assert_eq(sinew_system_new_parts(&system, parts, 2, &error), SINEW_OK, "%s", error.text);
    looks(&(sinew_description){.system = system},
          "system:\n  series:\n"
          "    - design: {family: butterworth, band: lowpass, order: 1, edges_hz: [50]}\n"
          "    - zpk:\n        zeros: []\n        poles:\n          - -7\n        gain: 7\n"
          "      prewarp_hz: 60\n");
    system->parts[1].zpk.exponent = 2000;
    char *text;
    cr_assert_eq(sinew_description_write(&text, &(sinew_description){.system = system}, &error),
                 SINEW_ERR_UNSUPPORTED);
    cr_assert_null(text);
    cr_assert(strstr(error.text, "0.875 times 2^2000"), "%s", error.text);
    sinew_system_free(system);
}

/* ---- texts and numbers ---- */

Test(describe, forms)
{
    const sinew_complex poles[] = {{-1, 2}, {-1, -2}, {-3, 0}};
    sinew_system *system;
    char *text;
    cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, poles, 3, 16, &error), SINEW_OK);
    looks(&(sinew_description){.system = system, .form = SINEW_DESCRIBE_SOS},
          "system:\n  sos:\n    - [0, 0, 4, 0, 1, 3]\n    - [0, 0, 4, 1, 2, 5]\n");
    looks(&(sinew_description){.system = system, .form = SINEW_DESCRIBE_ZPK},
          "system:\n  zpk:\n    zeros: []\n    poles:\n      - [-1, 2]\n      - [-1, -2]\n"
          "      - -3\n    gain: 16\n");
    sinew_description ss = {.system = system, .form = SINEW_DESCRIBE_SS};
    text = written(&ss);
    sinew_model *model = read_back(text);
    sinew_matrices a = sinew_system_matrices(system),
                   b = sinew_system_matrices(sinew_model_system(model));
    cr_assert(same_bits(a.A, b.A, 9) && same_bits(a.B, b.B, 3) && same_bits(a.C, b.C, 3));
    cr_assert_eq(sinew_system_is_factored(sinew_model_system(model)), 0);
    sinew_description_free(text);
    ss.system = sinew_model_system(model);
    ss.form = SINEW_DESCRIBE_ZPK;
    cr_assert_eq(sinew_description_write(&text, &ss, &error), SINEW_ERR_UNSUPPORTED);
    ss.form = SINEW_DESCRIBE_SOS;
    cr_assert_eq(sinew_description_write(&text, &ss, &error), SINEW_ERR_UNSUPPORTED);
    ss.form = (sinew_description_form)4;
    cr_assert_eq(sinew_description_write(&text, &ss, &error), SINEW_ERR_ARGUMENT);
    cr_assert_null(text);
    sinew_model_free(model);
    sinew_system_free(system);
}

Test(describe, texts_are_read_back_as_they_were)
{
    const char *const texts[] = {"plain",
                                 "null",
                                 "~",
                                 "yes",
                                 "No",
                                 "1.5",
                                 "a: b",
                                 "a #b",
                                 "- a",
                                 "{a}",
                                 "[a, b]",
                                 "&a",
                                 "*a",
                                 "!a",
                                 "'a'",
                                 "\"a\"",
                                 "a\\nb",
                                 " a ",
                                 "\xc3\xa9t\xc3\xa9",
                                 "a\xe2\x80\xa8",
                                 ("\xef\xbb\xbf"
                                  "a"),
                                 "\xef\xbf\xbf",
                                 "%a",
                                 "@a",
                                 "|",
                                 ">",
                                 "a:",
                                 "?",
                                 "---",
                                 "..."};
    sinew_system *system = gain_system(1);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char about[64];
        snprintf(about, sizeof about, "%s\n\n\t%s \n", texts[i], texts[i]);
        sinew_description d = {.system = system,
                               .name = texts[i],
                               .about = about,
                               .units_in = texts[i],
                               .units_out = texts[i],
                               .comment = i % 2 ? "x\n" : NULL};
        char *text = written(&d);
        sinew_model *model = read_back(text);
        cr_assert_str_eq(sinew_model_name(model), texts[i]);
        cr_assert_str_eq(sinew_model_about(model), about);
        cr_assert_str_eq(sinew_model_units_in(model), texts[i]);
        cr_assert_str_eq(sinew_model_units_out(model), texts[i]);
        sinew_model_free(model);
        sinew_description_free(text);
    }
    sinew_system_free(system);
}

Test(describe, the_locale_does_not_matter)
{
    sinew_system *system = gain_system(0.5);
    locale_t comma = newlocale(LC_ALL_MASK, "de_DE.UTF-8", (locale_t)0);
    if (comma)
        uselocale(comma);
    looks(&(sinew_description){.system = system},
          "system:\n  ss:\n    A: []\n    B: []\n    C: []\n    D:\n      - [0.5]\n");
    if (comma) {
        cr_assert_eq(uselocale((locale_t)0), comma);
        uselocale(LC_GLOBAL_LOCALE);
        freelocale(comma);
    }
    sinew_system_free(system);
}

/* ---- what is refused ---- */

static void refused(sinew_description d, sinew_status expected, const char *words)
{
    char *text = (char *)&d;
    cr_assert_eq(sinew_description_write(&text, &d, &error), expected, "%s", words);
    cr_assert_null(text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

Test(describe, what_the_reader_would_refuse_is_not_written)
{
    sinew_system *system = gain_system(1);
    char longer[200];
    memset(longer, 'a', sizeof longer);
    longer[129] = 0;
    refused((sinew_description){0}, SINEW_ERR_ARGUMENT, "no system");
    refused((sinew_description){.system = system, .name = longer}, SINEW_ERR_DATA, "129 bytes");
    refused((sinew_description){.system = system, .name = "a\nb"}, SINEW_ERR_DATA, "a new line");
    refused((sinew_description){.system = system, .about = "a\x01"}, SINEW_ERR_DATA, "control");
    refused((sinew_description){.system = system, .about = "\xff"}, SINEW_ERR_DATA, "not UTF-8");
    refused((sinew_description){.system = system, .units_in = "\xc2\x85"}, SINEW_ERR_DATA,
            "units_in holds a control character");
    refused((sinew_description){.system = system, .comment = "a\rb"}, SINEW_ERR_DATA, "comment");
    refused((sinew_description){.system = system, .comment = "a\xe2\x80\xa9"}, SINEW_ERR_DATA,
            "U+2029");
    refused((sinew_description){.system = system, .prewarp_hz = 1}, SINEW_ERR_ARGUMENT, "bilinear");
    refused((sinew_description){.system = system, .alpha = 1}, SINEW_ERR_ARGUMENT, "gbt");
    refused((sinew_description){.system = system, .method = SINEW_METHOD_GBT, .alpha = NAN},
            SINEW_ERR_ARGUMENT, "alpha");
    refused((sinew_description){.system = system,
                                .method = SINEW_METHOD_BILINEAR,
                                .prewarp_hz = INFINITY},
            SINEW_ERR_ARGUMENT, "prewarp");
    refused((sinew_description){.system = system, .method = (sinew_method)99}, SINEW_ERR_ARGUMENT,
            "no such method");
    sinew_system_free(system);
    sinew_design design = {.band = SINEW_BAND_LOWPASS, .order = 1, .edges_hz = {2e12}};
    cr_assert_eq(sinew_system_new_design(&system, &design, &error), SINEW_OK);
    refused((sinew_description){.system = system}, SINEW_ERR_UNSUPPORTED, "edge");
    sinew_system_free(system);
    sinew_description_free(NULL);
}

Test(describe, more_than_is_read_is_not_written)
{
    size_t n = 1024;
    double *A = calloc(n * n, sizeof *A), D = 0;
    sinew_system *system;
    sinew_matrices m = {n, 1, 1, A, A, A, &D};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    refused((sinew_description){.system = system}, SINEW_ERR_UNSUPPORTED, "more numbers");
    sinew_system_free(system);
    m.order = 1000;
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    comes_back(system, true);
    free(A);
}
