/* stft: layers that work on spectra (sinew/spectral.h). */
#include "base/error.h"
#include "model/layer_kind.h"
#include "sinew/spectral.h"

typedef struct stft_spec {
    int64_t window_frames, hop_frames, bands;
    sinew_spectral_opts opts; /* the other keys */
    sinew_items layers;
    bool has_floor, has_bands, has_low, has_high;
} stft_spec;

static void check(const sinew_at *at, void *into)
{
    const stft_spec *spec = into;
    sinew_at place = *at;
    if (spec->has_floor && spec->opts.feature != SINEW_FEATURE_LOG_POWER) {
        sinew_at_find(at, "floor", &place);
        sinew_at_problem(&place, "only the feature log_power has a floor");
    }
    if (!spec->has_bands && (spec->has_low || spec->has_high)) {
        sinew_at_find(at, spec->has_low ? "low_hz" : "high_hz", &place);
        sinew_at_problem(&place, "low_hz and high_hz are where the bands lie: 'bands' says how "
                                 "many there are");
    }
}

static const char *const windows[] = {"sqrt_hann", "hann", NULL};
static const char *const features[] = {"log_power", "magnitude", "power_0.3", "complex", NULL};
static const char *const outputs[] = {"mask", "hold", NULL};

static const sinew_key keys[] = {{.name = "window_frames",
                                  .kind = SINEW_KEY_INTEGER,
                                  .offset = offsetof(stft_spec, window_frames),
                                  .range = {4, 32768},
                                  .required = true},
                                 {.name = "hop_frames",
                                  .kind = SINEW_KEY_INTEGER,
                                  .offset = offsetof(stft_spec, hop_frames),
                                  .range = {1, 16384}},
                                 {.name = "window",
                                  .kind = SINEW_KEY_CHOICE,
                                  .choices = windows,
                                  .offset = offsetof(stft_spec, opts.window)},
                                 {.name = "feature",
                                  .kind = SINEW_KEY_CHOICE,
                                  .choices = features,
                                  .offset = offsetof(stft_spec, opts.feature)},
                                 {.name = "floor",
                                  .kind = SINEW_KEY_NUMBER,
                                  .offset = offsetof(stft_spec, opts.floor),
                                  .given = SINEW_KEY_GIVEN(stft_spec, has_floor),
                                  .range = {1e-37, 1e30}},
                                 {.name = "bands",
                                  .kind = SINEW_KEY_INTEGER,
                                  .offset = offsetof(stft_spec, bands),
                                  .given = SINEW_KEY_GIVEN(stft_spec, has_bands),
                                  .range = {1, 16385}},
                                 {.name = "low_hz",
                                  .kind = SINEW_KEY_NUMBER,
                                  .unit = SINEW_UNIT_HZ,
                                  .offset = offsetof(stft_spec, opts.low_hz),
                                  .given = SINEW_KEY_GIVEN(stft_spec, has_low),
                                  .range = {0, 1e9}},
                                 {.name = "high_hz",
                                  .kind = SINEW_KEY_NUMBER,
                                  .unit = SINEW_UNIT_HZ,
                                  .offset = offsetof(stft_spec, opts.high_hz),
                                  .given = SINEW_KEY_GIVEN(stft_spec, has_high),
                                  .range = {0, 1e9},
                                  .above = true},
                                 {.name = "output",
                                  .kind = SINEW_KEY_CHOICE,
                                  .choices = outputs,
                                  .offset = offsetof(stft_spec, opts.output),
                                  .required = true},
                                 {.name = "layers",
                                  .kind = SINEW_KEY_SEQUENCE,
                                  .item = &sinew_layer_item,
                                  .item_bytes = sizeof(sinew_spec_layer),
                                  .offset = offsetof(stft_spec, layers),
                                  .range = {0, 4096},
                                  .required = true},
                                 {.name = NULL}};
static const sinew_table table = {.keys = keys, .check = check};

/* The layers' frames are hops. */
static sinew_layer_build of_hops(const sinew_layer_build *b, const sinew_spectral_opts *opts)
{
    sinew_layer_build inner = *b;
    double hop = opts->hop_frames;
    inner.step_s *= hop;
    inner.trained_step_s *= hop;
    inner.opts.step_s *= hop;
    inner.opts.trained_step_s *= hop;
    inner.channels = sinew_spectral_features(opts);
    return inner;
}

static sinew_status build(sinew_node **out, const sinew_spec_layer *layer, sinew_layer_build *b,
                          sinew_error *error)
{
    const stft_spec *spec = layer->values;
    sinew_spectral_opts opts = spec->opts;
    sinew_node *inner = NULL;
    opts.window_frames = (uint32_t)spec->window_frames;
    opts.hop_frames = (uint32_t)(spec->hop_frames > 0 ? spec->hop_frames : spec->window_frames / 2);
    opts.bands = (uint32_t)spec->bands;
    opts.step_s = b->step_s;
    if (opts.bands > 0 && !(b->step_s > 0)) {
        b->lacks_step = true;
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "bands need a sampling rate or a step");
    }
    if (b->steps)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "stft does not take a time step for each frame");
    sinew_layer_build hops = of_hops(b, &opts);
    sinew_status status = sinew_layers_build(&inner, &spec->layers, &hops, error);
    b->blamed = hops.blamed;
    b->lacks_step = hops.lacks_step;
    if (!status)
        status = sinew_spectral_new(out, inner, &opts, error);
    if (status)
        sinew_node_free(inner);
    return status;
}

const sinew_layer_kind sinew_layer_stft = {
    .key = {.name = "stft", .kind = SINEW_KEY_MAPPING, .table = &table},
    .bytes = sizeof(stft_spec),
    .one_rate = true,
    .build = build,
};
