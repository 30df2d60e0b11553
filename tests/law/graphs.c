#include "graphs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void must(sinew_status status, const sinew_error *error)
{
    if (status) {
        fprintf(stderr, "law: %s\n", error->text);
        abort();
    }
}

/* ids of the law's streams are 0 to 1000 */
enum { IDS = 1001, WEIGHTS = 4 * IDS };

static const double step_s = 1.0 / 8000;

/* A filter of two channels in float32. */
static sinew_node *filter(double hz, sinew_engine engine)
{
    sinew_error error;
    sinew_system *system = NULL;
    sinew_discretization *d = NULL;
    sinew_node *node = NULL;
    sinew_design design = {.band = SINEW_BAND_LOWPASS, .order = 4, .edges_hz = {hz}};
    sinew_discretize_opts opts = {.step_s = step_s};
    sinew_filter_opts how = {.sample = SINEW_SAMPLE_F32, .channels = 2, .engine = engine};
    must(sinew_system_new_design(&system, &design, &error), &error);
    must(sinew_discretize(&d, system, &opts, &error), &error);
    must(sinew_filter_new(&node, d, &how, &error), &error);
    sinew_discretization_free(d);
    sinew_system_free(system);
    return node;
}

/* Weights that are no symmetric matrix; they must stay while the node lives. */
static const float *weights(void)
{
    static float numbers[WEIGHTS];
    for (size_t i = 0; i < WEIGHTS; i++)
        numbers[i] = (float)sin(1 + 3.7 * (double)i) / 2;
    return numbers;
}

static sinew_node *linear(uint64_t out, uint64_t in, size_t from)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_tensor matrix = {.rank = 2, .shape = {out, in}, .data = weights() + from};
    sinew_linear_weights w = {.weight = &matrix};
    sinew_layer_opts opts = {.trained_step_s = step_s};
    must(sinew_linear_new(&node, &w, &opts, &error), &error);
    return node;
}

static sinew_node *sequence(sinew_node *a, sinew_node *b)
{
    sinew_error error;
    sinew_node *node = NULL, *const parts[] = {a, b};
    must(sinew_graph_new_sequence(&node, parts, NULL, 2, &error), &error);
    return node;
}

static sinew_node *residual(sinew_node *a)
{
    sinew_error error;
    sinew_node *node = NULL;
    must(sinew_graph_new_residual(&node, a, &error), &error);
    return node;
}

static sinew_node *branches(sinew_graph_join join, sinew_node *a, sinew_node *b)
{
    sinew_error error;
    sinew_node *node = NULL, *const parts[] = {a, b};
    must(sinew_graph_new_branches(&node, join, parts, (const char *[]){"a", "b"}, 2, &error),
         &error);
    return node;
}

sinew_node *law_make_filters(const law_node *law)
{
    (void)law;
    return sequence(filter(500, SINEW_ENGINE_SCAN), filter(900, SINEW_ENGINE_BLOCK));
}

sinew_node *law_make_layers(const law_node *law)
{
    (void)law;
    sinew_node *gate = branches(SINEW_GRAPH_PRODUCT, linear(4, 5, 0), linear(4, 5, 7));
    return sequence(linear(5, 3, 2), sequence(residual(linear(5, 5, 1)), gate));
}

sinew_node *law_make_words(const law_node *law)
{
    (void)law;
    sinew_error error;
    sinew_node *node = NULL;
    sinew_tensor matrix = {.rank = 2, .shape = {IDS, 4}, .data = weights()};
    sinew_embedding_weights w = {.weight = &matrix};
    sinew_layer_opts opts = {.trained_step_s = step_s};
    must(sinew_embedding_new(&node, &w, &opts, &error), &error);
    return sequence(node, residual(linear(4, 4, 3)));
}

sinew_node *law_make_gate(const law_node *law)
{
    (void)law;
    sinew_node *sum = branches(SINEW_GRAPH_SUM, filter(500, SINEW_ENGINE_SCAN), linear(2, 2, 0));
    return branches(SINEW_GRAPH_PRODUCT, sum, filter(300, SINEW_ENGINE_SCAN));
}

sinew_node *law_make_beside(const law_node *law)
{
    (void)law;
    return branches(SINEW_GRAPH_CONCAT, filter(500, SINEW_ENGINE_SCAN),
                    sequence(filter(300, SINEW_ENGINE_SCAN), filter(700, SINEW_ENGINE_SCAN)));
}

sinew_node *law_make_leftover(const law_node *law)
{
    (void)law;
    return residual(filter(500, SINEW_ENGINE_BLOCK));
}

static sinew_node *spectral(sinew_node *inner, const sinew_spectral_opts *opts)
{
    sinew_error error;
    sinew_node *node = NULL;
    must(sinew_spectral_new(&node, inner, opts, &error), &error);
    return node;
}

sinew_node *law_make_mask(const law_node *law)
{
    (void)law;
    sinew_node *inner = sequence(linear(2, 13, 5), filter(500, SINEW_ENGINE_SCAN));
    sinew_spectral_opts opts = {.window_frames = 24, .hop_frames = 8, .step_s = step_s};
    return spectral(sequence(inner, linear(13, 2, 1)), &opts);
}

sinew_node *law_make_mask_bands(const law_node *law)
{
    (void)law;
    sinew_spectral_opts opts = {.window_frames = 70,
                                .hop_frames = 35,
                                .window = SINEW_WINDOW_HANN,
                                .feature = SINEW_FEATURE_POWER_0_3,
                                .bands = 6,
                                .step_s = step_s};
    return spectral(residual(linear(6, 6, 3)), &opts);
}

sinew_node *law_make_held(const law_node *law)
{
    (void)law;
    sinew_node *gate = branches(SINEW_GRAPH_PRODUCT, linear(3, 18, 0), linear(3, 18, 2));
    sinew_spectral_opts opts = {.window_frames = 16,
                                .hop_frames = 2,
                                .feature = SINEW_FEATURE_COMPLEX,
                                .output = SINEW_SPECTRAL_HOLD,
                                .step_s = step_s};
    return spectral(gate, &opts);
}

sinew_node *law_make_each(const law_node *law)
{
    (void)law;
    sinew_error error;
    sinew_node *node = NULL;
    sinew_node *gate = branches(SINEW_GRAPH_PRODUCT, linear(1, 2, 0), linear(1, 2, 2));
    sinew_node *inner = sequence(linear(2, 1, 5), sequence(filter(500, SINEW_ENGINE_BLOCK), gate));
    must(sinew_graph_new_each(&node, inner, 3, &error), &error);
    return node;
}
