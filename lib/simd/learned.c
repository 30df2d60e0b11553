/* The bodies of learned.h, compiled once for each instruction set. */
#include "simd/learned.h"

#include <math.h>
#include <string.h>

#include "base/half.h"
#include "simd/learned_half.h"
#include "simd/learned_int8.h"
#include "simd/learned_lanes.h"

#define WEIGHT float
#define WIDEN load
#define WIDEN_PART load_part
#define ROWS(name) name##_f32
#include "simd/learned_rows.h"
#undef WEIGHT
#undef WIDEN
#undef WIDEN_PART
#undef ROWS

#define WEIGHT uint16_t
#define WIDEN bf16_load
#define WIDEN_PART bf16_load_part
#define ROWS(name) name##_bf16
#include "simd/learned_rows.h"
#undef WIDEN
#undef WIDEN_PART
#undef ROWS

#define WIDEN f16_load
#define WIDEN_PART f16_load_part
#define ROWS(name) name##_f16
#include "simd/learned_rows.h"

static float sigmoid_of(float x)
{
    return 1 / (1 + expf(-x));
}
static float silu_of(float x)
{
    return x / (1 + expf(-x));
}
static float softplus_of(float x)
{
    return fmaxf(x, 0) + log1pf(expf(-fabsf(x)));
}
static float gelu_of(float x)
{
    return x * ((1 + erff(x * 0.707106781F)) / 2);
}
static float gelu_tanh_of(float x)
{
    return x * ((1 + tanhf(0.7978845608F * (x + 0.044715F * x * x * x))) / 2);
}
#define EACH(name, function)                                                                       \
    static void name(const float *x, float *y, size_t n)                                           \
    {                                                                                              \
        for (size_t i = 0; i < n; i++)                                                             \
            y[i] = function(x[i]);                                                                 \
    }
EACH(each_exp, expf)
EACH(sigmoid, sigmoid_of)
EACH(silu, silu_of)
EACH(softplus, softplus_of)
EACH(each_tanh, tanhf)
EACH(gelu, gelu_of)
EACH(gelu_tanh, gelu_tanh_of)

static void each_sincos(const float *x, float *sine, float *cosine, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sine[i] = sinf(x[i]);
        cosine[i] = cosf(x[i]);
    }
}

static void gate(const float *z, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] *= silu_of(z[i]);
}

static float squares(const float *x, size_t n)
{
    float lanes[SINEW_LEARNED_LANES] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++)
        lanes[i % SINEW_LEARNED_LANES] += x[i] * x[i];
    for (size_t i = 0; i < SINEW_LEARNED_LANES; i++)
        sum += lanes[i];
    return sum;
}

static void scaled(const float *x, float scale, const float *w, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] * scale * (w ? w[i] : 1);
}

static void taps(const float *w, const float *bias, size_t n_taps, size_t channels, const float *x,
                 size_t x_stride, float *y, size_t y_stride, size_t n)
{
    for (size_t t = 0; t < n; t++)
        for (size_t c = 0; c < channels; c++) {
            float sum = bias ? bias[c] : 0;
            for (size_t k = 0; k < n_taps; k++)
                sum += w[k * channels + c] * x[(t + k) * x_stride + c];
            y[t * y_stride + c] = sum;
        }
}

static void selective(const sinew_selective *s, size_t first, size_t last, float *h, const float *u,
                      const float *delta, const float *B, const float *C, float *y, size_t n)
{
    for (size_t d = first; d < last; d++)
        for (size_t t = 0; t < n; t++) {
            float step = delta[t * s->delta_stride + d], in = u[t * s->u_stride + d], sum = 0;
            for (size_t i = 0; i < s->order; i++) {
                size_t at = (d / 16 * s->order + i) * 16 + d % 16;
                h[at] = exp2f(step * s->A[at]) * h[at] + step * in * B[t * s->bc_stride + i];
                sum += h[at] * C[t * s->bc_stride + i];
            }
            y[t * s->y_stride + d] = sum + s->D[d] * in;
        }
}

static void heads(const sinew_heads *s, size_t first, size_t last, float *h,
                  const sinew_heads_in *in, float *y, size_t n)
{
    size_t panels = (s->head_dim + 15) / 16;
    for (size_t head = first; head < last; head++)
        for (size_t t = 0; t < n; t++)
            for (size_t p = 0; p < s->head_dim; p++) {
                size_t of_a = t * s->a_stride + head, channel = head * s->head_dim + p;
                size_t of_b = t * s->bc_stride + head / s->group_heads * s->order;
                float x = in->x[t * s->x_stride + channel], sum = 0, wx = in->w[of_a] * x;
                float wx2 = in->x2 ? in->w2[of_a] * in->x2[t * s->x_stride + channel] : 0;
                for (size_t i = 0; i < s->order; i++) {
                    size_t at = ((head * panels + p / 16) * s->order + i) * 16 + p % 16;
                    h[at] = in->a[of_a] * h[at] + wx * in->b[of_b + i];
                    if (in->x2)
                        h[at] += wx2 * in->b2[of_b + i];
                    sum += h[at] * in->c[of_b + i];
                }
                y[t * s->y_stride + channel] = sum + s->D[channel] * x;
            }
}

#define TABLE PASTE(sinew_learned_, SINEW_SIMD_NAME)
extern const sinew_learned TABLE;
const sinew_learned TABLE = {.name = TEXT(SINEW_SIMD_NAME),
                             .rows_f32 = rows_f32,
                             .rows_bf16 = rows_bf16,
                             .rows_f16 = rows_f16,
                             .rows_int8 = rows_int8,
                             .round_int8 = round_int8,
                             .exp = each_exp,
                             .sigmoid = sigmoid,
                             .silu = silu,
                             .softplus = softplus,
                             .tanh = each_tanh,
                             .gelu = gelu,
                             .gelu_tanh = gelu_tanh,
                             .sincos = each_sincos,
                             .gate = gate,
                             .squares = squares,
                             .scaled = scaled,
                             .taps = taps,
                             .selective = selective,
                             .heads = heads};
