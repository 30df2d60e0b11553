/* The shipped models: each answers at stated frequencies and rates as its textbook formula does
 * (tests/vectors/models.py), and says what it is for. */
#include <criterion/criterion.h>
#include <math.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "../vectors/models.h"
#include "sinew/model.h"

enum {
    N_VECTORS = sizeof model_vectors / sizeof *model_vectors,
    N_LEVELS = sizeof level_vectors / sizeof *level_vectors
};

static sinew_model *open_model(const char *name)
{
    sinew_model *model = NULL;
    sinew_error error = {0};
    cr_assert_eq(sinew_model_open(&model, name, &error), SINEW_OK, "%s", error.text);
    return model;
}

/* The largest response of a model in the table: errors are measured against it. */
static double peak(const char *name)
{
    double most = 0;
    for (size_t i = 0; i < N_VECTORS; i++) {
        double size = hypot(model_vectors[i].re, model_vectors[i].im);
        if (!strcmp(model_vectors[i].model, name) && size > most)
            most = size;
    }
    return most;
}

static void check_vector(const sinew_model *model, size_t i)
{
    sinew_discretization *d = NULL;
    sinew_error error = {0};
    sinew_complex h;
    double rad = 6.283185307179586477 * model_vectors[i].hz;
    sinew_discretize_opts opts = {.rate_hz = model_vectors[i].rate_hz};
    cr_assert_eq(sinew_model_discretize(&d, model, &opts, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_discretization_response(d, &rad, 1, &h, &error), SINEW_OK, "%s", error.text);
    sinew_discretization_free(d);
    double wrong = hypot(h.re - model_vectors[i].re, h.im - model_vectors[i].im);
    cr_assert_lt(wrong, 1e-11 * peak(model_vectors[i].model), "%s at %g Hz, rate %g: off by %g",
                 model_vectors[i].model, model_vectors[i].hz, model_vectors[i].rate_hz, wrong);
}

Test(models, respond_as_their_formulas)
{
    for (size_t i = 0; i < N_VECTORS; i++) {
        sinew_model *model = open_model(model_vectors[i].model);
        check_vector(model, i);
        sinew_model_free(model);
    }
}

Test(models, known_by_their_level_keep_it)
{
    for (size_t i = 0; i < N_LEVELS; i++) {
        sinew_model *model = open_model(level_vectors[i].model);
        sinew_discretization *d = NULL;
        sinew_error error = {0};
        sinew_complex h;
        double rad = 6.283185307179586477 * level_vectors[i].hz;
        sinew_discretize_opts opts = {.rate_hz = level_vectors[i].rate_hz};
        cr_assert_eq(sinew_model_discretize(&d, model, &opts, &error), SINEW_OK, "%s", error.text);
        cr_assert_eq(sinew_discretization_response(d, &rad, 1, &h, &error), SINEW_OK);
        double level = 20 * log10(hypot(h.re, h.im));
        cr_assert_float_eq(level, level_vectors[i].level_db, level_vectors[i].within_db,
                           "%s at %g Hz, rate %g: %g dB", level_vectors[i].model,
                           level_vectors[i].hz, level_vectors[i].rate_hz, level);
        sinew_discretization_free(d);
        sinew_model_free(model);
    }
}

/* Made of layers: tests/cli holds it to its figures. Any rate builds it. */
static void check_layers(const sinew_model *model, const char *name)
{
    static const double rates_hz[] = {8000, 44100, 192000};
    for (size_t i = 0; i < sizeof rates_hz / sizeof *rates_hz; i++) {
        sinew_node *node = NULL;
        sinew_error error = {0};
        sinew_build_opts opts = {.discretize.rate_hz = rates_hz[i]};
        cr_assert_eq(sinew_model_build(&node, model, &opts, &error), SINEW_OK, "%s: %s", name,
                     error.text);
        sinew_node_free(node);
    }
}

static bool in_table(const char *name)
{
    for (size_t i = 0; i < N_VECTORS; i++)
        if (!strcmp(model_vectors[i].model, name))
            return true;
    for (size_t i = 0; i < N_LEVELS; i++)
        if (!strcmp(level_vectors[i].model, name))
            return true;
    return false;
}

static void check_system(const sinew_model *model, const char *name)
{
    sinew_stability stability;
    cr_assert(in_table(name), "%s has no figures", name);
    cr_assert_eq(sinew_system_stability(sinew_model_system(model), &stability, NULL), SINEW_OK);
    cr_assert_eq(stability, SINEW_STABLE);
}

Test(models, each_folder_is_measured_and_says_who_wants_it)
{
    const char *path = getenv("SINEW_MODEL_PATH");
    cr_assert_not_null(path, "SINEW_MODEL_PATH names the folder models/ of the source");
    DIR *folder = opendir(path);
    cr_assert_not_null(folder, "%s", path);
    size_t n = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.' || strchr(entry->d_name, '.')) /* README.md, meson.build */
            continue;
        sinew_model *model = NULL;
        sinew_error error = {0};
        cr_assert_eq(sinew_model_open_any(&model, entry->d_name, &error), SINEW_OK, "%s",
                     error.text);
        cr_assert_str_eq(sinew_model_name(model), entry->d_name);
        cr_assert_not_null(strstr(sinew_model_about(model), ". For "), "%s", entry->d_name);
        (sinew_model_has_layers(model) ? check_layers : check_system)(model, entry->d_name);
        sinew_model_free(model);
        n++;
    }
    closedir(folder);
    cr_assert_geq(n, 7);
}
