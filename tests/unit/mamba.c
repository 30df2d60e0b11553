/* The mixers of Mamba against their equations in double: odd shapes, steps, states that are carried
 * from the one to the other. */
#include "layer_help.h"

#include "mamba_reference.h"

enum { FRAMES = 4096, CARRIED_AT = 1000 };

typedef struct mixer {
    sinew_node *node;
    const void *weights;
    void (*reference)(const void *weights, double *state, const double *x, const double *dt,
                      double *out, size_t n);
} mixer;

static void reference1(const void *weights, double *state, const double *x, const double *dt,
                       double *out, size_t n)
{
    ref_mamba1(weights, state, x, dt, out, n);
}

static void reference2(const void *weights, double *state, const double *x, const double *dt,
                       double *out, size_t n)
{
    ref_mamba2(weights, state, x, dt, out, n);
}

static void reference3(const void *weights, double *state, const double *x, const double *dt,
                       double *out, size_t n)
{
    ref_mamba3(weights, state, x, dt, out, n);
}

static size_t saved_floats(const sinew_node *node)
{
    sinew_footprint footprint;
    node->ops->footprint(node, 1, &footprint);
    return footprint.saved_bytes / sizeof(float);
}

/* Saved parts cover the saved bytes without gaps. */
static void check_parts(const sinew_node *node)
{
    sinew_state_part parts[8];
    size_t n = node->ops->parts(node, parts, 8), end = 0;
    for (size_t i = 0; i < n; i++) {
        size_t count = 1;
        cr_assert_eq(parts[i].offset, end);
        cr_assert_eq(parts[i].dtype, SINEW_DTYPE_F32);
        for (uint32_t k = 0; k < parts[i].rank; k++)
            count *= (size_t)parts[i].shape[k];
        cr_assert_gt(count, 0);
        end += count * sizeof(float);
    }
    cr_assert_eq(end, saved_floats(node) * sizeof(float));
}

/* Array by array. Angles are what they are but for whole turns, and they add up the rounding of
 * every dt, some 1e-7 of a turn a frame. By them k is turned, and with it the states; outputs, of k
 * and q turned alike, know nothing of it. */
static void check_state(const sinew_node *node, float *got, const double *expected,
                        const char *name)
{
    sinew_state_part parts[8];
    size_t n = node->ops->parts(node, parts, 8), end = saved_floats(node);
    for (size_t i = n; i-- > 0;) {
        size_t first = parts[i].offset / sizeof(float);
        bool angle = strcmp(parts[i].name, "angle") == 0;
        for (size_t k = first; angle && k < end; k++) {
            cr_assert(got[k] >= 0 && (double)got[k] < 2 * acos(-1));
            got[k] += (float)(2 * acos(-1) * round((expected[k] - (double)got[k]) / 2 / acos(-1)));
        }
        bool turned = strcmp(parts[0].name, "angle") == 0 && strcmp(parts[i].name, "v") != 0;
        double off = nrmse(got + first, expected + first, end - first);
        cr_assert_leq(off, turned ? 5e-5 : 1e-5, "%s, %s: %g", name, parts[i].name, off);
        end = first;
    }
}

/* The state after all frames is the reference's, and the reference's state of a moment, rounded, is
 * one to go on from. */
static void check_carried(const mixer *m, const float *x, const double *wide, const char *name)
{
    size_t width = m->node->channels_in, n = saved_floats(m->node), left = FRAMES - CARRIED_AT;
    double *state = ref_zeros(n), *expected = ref_zeros(FRAMES * width), ones[FRAMES];
    float *y = calloc(left * width, sizeof *y), *saved = calloc(n + 1, sizeof *saved);
    for (size_t t = 0; t < FRAMES; t++)
        ones[t] = 1;
    m->reference(m->weights, state, wide, ones, expected, CARRIED_AT);
    for (size_t i = 0; i < n; i++)
        state[i] = (double)(saved[i] = (float)state[i]);
    m->reference(m->weights, state, wide + CARRIED_AT * width, ones, expected, left);
    run_from(m->node, saved, n, x + CARRIED_AT * width, y, left);
    double off = nrmse(y, expected, left * width);
    cr_assert_leq(off, 1e-5, "%s carried: %g", name, off);
    check_state(m->node, saved, state, name);
    free(state), free(expected), free(y), free(saved);
}

/* Against the reference, at odd cuts, with and without steps. */
static void check(const mixer *m, const char *name)
{
    size_t width = m->node->channels_in, n = FRAMES * width;
    uint64_t seed = 1 + strlen(name);
    float *x = calloc(n, sizeof *x), *y = calloc(n, sizeof *y);
    double *wide = ref_zeros(n), *expected = ref_zeros(n), dt[FRAMES];
    for (size_t i = 0; i < n; i++)
        wide[i] = (double)(x[i] = 2 * noise_number(&seed));
    check_parts(m->node);
    for (int steps = 0; steps < 2; steps++) {
        double *state = ref_zeros(saved_floats(m->node));
        for (size_t t = 0; t < FRAMES; t++)
            dt[t] = !steps ? 1 : t % 19 == 7 ? 0 : (double)(1 + noise_number(&seed));
        m->reference(m->weights, state, wide, dt, expected, FRAMES);
        for (size_t t = 7; steps && t < FRAMES; t += 19)
            dt[t] = t % 2 ? -3 : NAN; /* steps that are none take no time */
        run_node(m->node, x, y, FRAMES, steps ? dt : NULL);
        double off = nrmse(y, expected, n);
        cr_assert_leq(off, 1e-5, "%s, %s steps: %g", name, steps ? "with" : "without", off);
        free(state);
    }
    check_carried(m, x, wide, name);
    free(x), free(y), free(wide), free(expected);
}

/* ---- Mamba-1 ---- */

static const mamba1_shape shapes1[] = {
    {"one", 1, 1, 1, 1, 1, true},      {"odd", 5, 7, 3, 4, 2, false},
    {"panels", 6, 37, 7, 3, 1, true},  {"order 64", 3, 16, 64, 2, 3, true},
    {"usual", 16, 32, 16, 4, 1, true}, {"long taps", 4, 20, 8, 200, 5, false}};

static sinew_node *mamba1_of(const sinew_mamba1_weights *w, const sinew_layer_opts *opts)
{
    sinew_error error = {0};
    sinew_node *node = NULL;
    cr_assert_eq(sinew_mamba1_new(&node, w, opts, &error), SINEW_OK, "%s", error.text);
    return node;
}

/* log(1 .. N), as checkpoints start: computed by the powers of one exponential. */
static const sinew_tensor *harmonic(uint64_t channels, uint64_t order)
{
    sinew_tensor *t = (sinew_tensor *)(uintptr_t)NOISE(order == 16  ? "16"
                                                       : order == 5 ? "5"
                                                                    : "64",
                                                       "A_log", 0, 0, channels, order);
    for (uint64_t i = 0; i < channels * order; i++)
        ((float *)(uintptr_t)t->data)[i] = (float)log((double)(i % order + 1));
    return t;
}

Test(mamba, harmonic_rates_too)
{
    static const mamba1_shape harmonics[] = {{"harmonic 16", 6, 40, 16, 4, 1, true},
                                             {"harmonic 5", 3, 7, 5, 2, 2, true},
                                             {"harmonic 64", 3, 18, 64, 2, 2, true}};
    for (size_t i = 0; i < sizeof harmonics / sizeof *harmonics; i++) {
        sinew_mamba1_weights w = mamba1_weights_of(&harmonics[i]);
        w.A_log = harmonic(harmonics[i].inner, harmonics[i].order);
        mixer m = {mamba1_of(&w, NULL), &w, reference1};
        check(&m, harmonics[i].name);
        sinew_node_free(m.node);
    }
}

Test(mamba, mamba1_is_its_equations)
{
    for (size_t i = 0; i < sizeof shapes1 / sizeof *shapes1; i++) {
        sinew_mamba1_weights w = mamba1_weights_of(&shapes1[i]);
        mixer m = {mamba1_of(&w, NULL), &w, reference1};
        check(&m, shapes1[i].name);
        sinew_node_free(m.node);
    }
}

/* ---- Mamba-2 ---- */

static const mamba2_shape shapes2[] = {
    {"least", 1, 1, 1, 1, 1, 1, true, false, false, false, 0, 0, 0},
    {"heads of 7", 5, 6, 7, 3, 5, 4, false, false, true, false, 0, 0.01, 0.5},
    {"D of channels", 6, 4, 20, 2, 16, 3, true, true, true, true, 0, 0, 0.1},
    {"one norm", 8, 4, 16, 4, 8, 2, true, false, true, false, 1, 0, INFINITY},
    {"no norm", 7, 2, 64, 1, 64, 4, true, false, false, false, 0, 0, 0}};

static sinew_node *mamba2_of(const sinew_mamba2_weights *w, const sinew_layer_opts *opts)
{
    sinew_error error = {0};
    sinew_node *node = NULL;
    cr_assert_eq(sinew_mamba2_new(&node, w, opts, &error), SINEW_OK, "%s", error.text);
    return node;
}

Test(mamba, mamba2_is_its_equations)
{
    for (size_t i = 0; i < sizeof shapes2 / sizeof *shapes2; i++) {
        sinew_mamba2_weights w = mamba2_weights_of(&shapes2[i]);
        mixer m = {mamba2_of(&w, NULL), &w, reference2};
        check(&m, shapes2[i].name);
        sinew_node_free(m.node);
    }
}

/* ---- Mamba-3 ---- */

static const mamba3_shape shapes3[] = {{"still", 1, 1, 1, 1, 1, 0, false, true},
                                       {"odd turns", 5, 6, 7, 3, 5, 2, true, true},
                                       {"half turned", 6, 2, 20, 1, 16, 4, false, false},
                                       {"all turned", 8, 4, 64, 2, 32, 16, true, false}};

static sinew_node *mamba3_of(const sinew_mamba3_weights *w, const sinew_layer_opts *opts)
{
    sinew_error error = {0};
    sinew_node *node = NULL;
    cr_assert_eq(sinew_mamba3_new(&node, w, opts, &error), SINEW_OK, "%s", error.text);
    return node;
}

Test(mamba, mamba3_is_its_equations)
{
    for (size_t i = 0; i < sizeof shapes3 / sizeof *shapes3; i++) {
        sinew_mamba3_weights w = mamba3_weights_of(&shapes3[i]);
        mixer m = {mamba3_of(&w, NULL), &w, reference3};
        check(&m, shapes3[i].name);
        sinew_node_free(m.node);
    }
}
