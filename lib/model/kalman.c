#include "model/kalman.h"

static const char *const outputs[] = {"states", "filtered", "innovations", NULL};
static const sinew_key number = {.kind = SINEW_KEY_NUMBER};

static void check_kalman(const sinew_at *at, void *into)
{
    const sinew_spec_kalman *spec = into;
    if (spec->deviations && spec->output == SINEW_KALMAN_INNOVATIONS) {
        sinew_at place = *at;
        sinew_at_find(at, "deviations", &place);
        sinew_at_problem(&place, "innovations are normalised: all of them deviate by 1");
    }
    if (spec->steady && (spec->deviations || spec->output == SINEW_KALMAN_INNOVATIONS)) {
        sinew_at place = *at;
        sinew_at_find(at, "steady", &place);
        sinew_at_problem(&place,
                         "a steady filter gives states or filtered outputs, without deviations");
    }
}

static const sinew_key keys[] = {{.name = "process_noise",
                                  .kind = SINEW_KEY_READER,
                                  .read = sinew_value_matrix,
                                  .offset = offsetof(sinew_spec_kalman, process_noise),
                                  .required = true},
                                 {.name = "noise_input",
                                  .kind = SINEW_KEY_READER,
                                  .read = sinew_value_matrix,
                                  .offset = offsetof(sinew_spec_kalman, noise_input),
                                  .given = SINEW_KEY_GIVEN(sinew_spec_kalman, has_input)},
                                 {.name = "measurement_noise",
                                  .kind = SINEW_KEY_READER,
                                  .read = sinew_value_matrix,
                                  .offset = offsetof(sinew_spec_kalman, measurement_noise),
                                  .required = true},
                                 {.name = "mean",
                                  .kind = SINEW_KEY_SEQUENCE,
                                  .item = &number,
                                  .item_bytes = sizeof(double),
                                  .offset = offsetof(sinew_spec_kalman, mean),
                                  .given = SINEW_KEY_GIVEN(sinew_spec_kalman, has_mean)},
                                 {.name = "covariance",
                                  .kind = SINEW_KEY_READER,
                                  .read = sinew_value_matrix,
                                  .offset = offsetof(sinew_spec_kalman, covariance),
                                  .given = SINEW_KEY_GIVEN(sinew_spec_kalman, has_covariance)},
                                 {.name = "known_inputs",
                                  .kind = SINEW_KEY_BOOLEAN,
                                  .offset = offsetof(sinew_spec_kalman, known_inputs),
                                  .fallback = "no"},
                                 {.name = "output",
                                  .kind = SINEW_KEY_CHOICE,
                                  .choices = outputs,
                                  .offset = offsetof(sinew_spec_kalman, output),
                                  .fallback = "states"},
                                 {.name = "deviations",
                                  .kind = SINEW_KEY_BOOLEAN,
                                  .offset = offsetof(sinew_spec_kalman, deviations),
                                  .fallback = "no"},
                                 {.name = "steady",
                                  .kind = SINEW_KEY_BOOLEAN,
                                  .offset = offsetof(sinew_spec_kalman, steady),
                                  .fallback = "no"},
                                 {.name = NULL}};
const sinew_table sinew_spec_kalman_table = {.keys = keys, .check = check_kalman};

/* The mapping under `kalman`, or the value of one of its keys (NULL: none of them). */
static sinew_at place_of(const sinew_at *root, sinew_at *kalman, const char *key)
{
    *kalman = *root;
    sinew_at_find(root, "kalman", kalman);
    sinew_at place = *kalman;
    if (key)
        sinew_at_find(kalman, key, &place);
    return place;
}

static bool fits(sinew_document *document, const char *key, const sinew_spec_matrix *is,
                 size_t rows, size_t columns)
{
    if (is->rows == rows && is->columns == columns)
        return true;
    sinew_at root = sinew_at_root(document), kalman;
    sinew_at place = place_of(&root, &kalman, key);
    sinew_at_problem(&place, "is %zux%zu where the system needs %zux%zu", is->rows, is->columns,
                     rows, columns);
    return false;
}

static bool sizes_fit(const sinew_spec_kalman *spec, const sinew_matrices *m, size_t noises,
                      sinew_document *document)
{
    size_t n = m->order, p = m->outputs;
    if (noises == 0) {
        sinew_at root = sinew_at_root(document), kalman;
        sinew_at place = place_of(&root, &kalman, "noise_input");
        sinew_at_problem(&place, "needs a column for each noise");
        return false;
    }
    bool fit = fits(document, "process_noise", &spec->process_noise, noises, noises);
    fit = fits(document, "measurement_noise", &spec->measurement_noise, p, p) && fit;
    if (spec->has_input)
        fit = fits(document, "noise_input", &spec->noise_input, n, noises) && fit;
    if (spec->has_covariance)
        fit = fits(document, "covariance", &spec->covariance, n, n) && fit;
    if (spec->has_mean && spec->mean.n != n) {
        sinew_at root = sinew_at_root(document), kalman;
        sinew_at place = place_of(&root, &kalman, "mean");
        sinew_at_problem(&place, "has %zu numbers, the system has order %zu", spec->mean.n, n);
        fit = false;
    }
    return fit;
}

sinew_kalman *sinew_spec_kalman_build(const sinew_spec_kalman *spec, const sinew_system *system,
                                      sinew_method method, sinew_document *document)
{
    sinew_matrices m = sinew_system_matrices(system);
    size_t noises = spec->has_input ? spec->noise_input.columns : m.order;
    if (!sizes_fit(spec, &m, noises, document))
        return NULL;
    sinew_kalman_opts opts = {.noises = noises,
                              .noise_input = spec->has_input ? spec->noise_input.entries : NULL,
                              .process_noise = spec->process_noise.entries,
                              .measurement_noise = spec->measurement_noise.entries,
                              .mean = spec->has_mean ? spec->mean.items : NULL,
                              .covariance = spec->has_covariance ? spec->covariance.entries : NULL,
                              .known_inputs = spec->known_inputs,
                              .method = method};
    sinew_kalman *kalman = NULL;
    sinew_error error = {0};
    sinew_status status = sinew_kalman_new(&kalman, system, &opts, &error);
    if (status == SINEW_ERR_MEMORY)
        sinew_document_no_memory(document);
    else if (status) {
        sinew_at root = sinew_at_root(document), at;
        sinew_at place = place_of(&root, &at, NULL);
        sinew_at_problem(&place, "%s", error.text);
    }
    return kalman;
}
