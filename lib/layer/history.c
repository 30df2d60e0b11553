#include "layer/history.h"

#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "layer/parameters.h"

/* (channels, taps) as in files, to (taps, channels), so that channels stand side by side. */
static float *turned(const float *w, size_t channels, size_t taps)
{
    float *out = sinew_alloc(channels * taps, sizeof *out);
    for (size_t c = 0; out && c < channels; c++)
        for (size_t k = 0; k < taps; k++)
            out[k * channels + c] = w[c * taps + k];
    return out;
}

sinew_status sinew_history_init(sinew_history *h, const sinew_tensor *weight,
                                const sinew_tensor *bias, uint64_t channels, sinew_error *error)
{
    const uint64_t shape[] = {channels, 1, SINEW_ANY};
    float *w = NULL;
    *h = (sinew_history){.ops = sinew_simd_best()->learned};
    sinew_status status = sinew_parameter_required(&w, weight, "conv1d.weight", 3, shape, error);
    if (status)
        return status;
    h->channels = (size_t)weight->shape[0];
    h->taps = (size_t)weight->shape[2];
    h->w = turned(w, h->channels, h->taps);
    sinew_free(w);
    if (!h->w)
        return sinew_fail_memory(error);
    return sinew_parameter_floats(&h->bias, bias, "conv1d.bias", 1, (uint64_t[]){h->channels},
                                  error);
}

void sinew_history_finish(sinew_history *h)
{
    sinew_free(h->w);
    sinew_free(h->bias);
    *h = (sinew_history){0};
}

size_t sinew_history_floats(const sinew_history *h)
{
    return (h->taps - 1) * h->channels;
}

void sinew_history_begin(const sinew_history *h, const float *state, float *line, size_t stride)
{
    for (size_t k = 0; k + 1 < h->taps; k++)
        memcpy(line + k * stride, state + k * h->channels, h->channels * sizeof *line);
}

void sinew_history_filter(const sinew_history *h, const float *line, size_t stride, float *y,
                          size_t y_stride, size_t first, size_t last)
{
    h->ops->taps(h->w, h->bias, h->taps, h->channels, line + first * stride, stride,
                 y + first * y_stride, y_stride, last - first);
}

void sinew_history_end(const sinew_history *h, float *state, const float *line, size_t stride,
                       size_t n)
{
    for (size_t k = 0; k + 1 < h->taps; k++)
        memcpy(state + k * h->channels, line + (n + k) * stride, h->channels * sizeof *line);
}

void sinew_history_part(const sinew_history *h, sinew_state_arrays *arrays)
{
    sinew_state_arrays_add(arrays, "conv", 2, (uint64_t[]){h->channels, h->taps - 1});
}

uint8_t *sinew_history_put(const sinew_history *h, const float *state, uint8_t *at)
{
    for (size_t c = 0; c < h->channels; c++)
        for (size_t k = 0; k + 1 < h->taps; k++)
            at = sinew_put_f32(at, state[k * h->channels + c]);
    return at;
}

const uint8_t *sinew_history_get(const sinew_history *h, float *state, const uint8_t *at)
{
    for (size_t c = 0; c < h->channels; c++)
        for (size_t k = 0; k + 1 < h->taps; k++, at += sizeof(float))
            state[k * h->channels + c] = sinew_get_f32(at);
    return at;
}
