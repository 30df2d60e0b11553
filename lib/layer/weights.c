#include "layer/weights.h"

#include <math.h>

#include "base/error.h"
#include "base/half.h"
#include "base/memory.h"
#include "layer/parameters.h"
#include "layer/workers.h"

enum { PANEL = SINEW_LEARNED_LANES, GROUP = SINEW_INT8_GROUP, GROUP_BYTES = PANEL * (GROUP + 2) };

static size_t round_up(size_t n, size_t multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}

/* Memory of its own, or NULL in one of both. */
static void own(sinew_weights *w, size_t n, size_t size)
{
    w->own = sinew_alloc(n, size);
    w->owners = sinew_alloc(1, sizeof *w->owners);
    if (w->owners)
        atomic_init(w->owners, 1);
}

/* Row by row, so that no float copy of the matrix is needed. put: row r, of `values`. */
static sinew_status put_rows(sinew_weights *w, const sinew_tensor *tensor, const char *what,
                             void (*put)(sinew_weights *w, size_t r, const float *values),
                             sinew_error *error)
{
    size_t columns = w->rows.columns;
    float *values = sinew_alloc(round_up(columns, GROUP), sizeof *values);
    if (!values || !w->own || !w->owners) {
        sinew_free(values);
        return sinew_fail_memory(error);
    }
    sinew_status status = SINEW_OK;
    for (size_t r = 0; r < w->rows.rows && !status; r++) {
        sinew_tensor_floats(tensor, r * columns, columns, values);
        for (size_t c = 0; c < columns && !status; c++)
            if (!isfinite(values[c]))
                status = sinew_fail(error, SINEW_ERR_NUMERIC, "%s: row %zu, column %zu is %f",
                                    sinew_parameter_name(tensor, what), r, c, (double)values[c]);
        put(w, r, values);
    }
    sinew_free(values);
    return status;
}

static void put_f32(sinew_weights *w, size_t r, const float *values)
{
    for (size_t c = 0; c < w->rows.columns; c++)
        ((float *)w->own)[r * w->rows.columns + c] = values[c];
}

static void put_bf16(sinew_weights *w, size_t r, const float *values)
{
    for (size_t c = 0; c < w->rows.columns; c++)
        ((uint16_t *)w->own)[r * w->rows.columns + c] = sinew_float_bf16(values[c]);
}

/* The scale is the one of binary16, so that what is rounded by it fits it. */
static void put_int8(sinew_weights *w, size_t r, const float *values)
{
    uint8_t *panel = (uint8_t *)w->own + r / PANEL * w->int8.groups * GROUP_BYTES;
    for (size_t g = 0; g < w->int8.groups; g++) {
        uint8_t *group = panel + g * GROUP_BYTES;
        const float *from = values + g * GROUP;
        float most = 0;
        for (size_t c = 0; c < GROUP; c++)
            most = fmaxf(most, fabsf(from[c]));
        uint16_t half = sinew_float_f16(most / 127);
        float scale = sinew_f16_float(half);
        memcpy(group + PANEL * GROUP + 2 * (r % PANEL), &half, sizeof half);
        for (size_t c = 0; c < GROUP; c++) {
            float q = scale > 0 ? rintf(from[c] / scale) : 0;
            group[(c / 4 * PANEL + r % PANEL) * 4 + c % 4] =
                (uint8_t)(fminf(fmaxf(q, -127), 127) + 128);
        }
    }
}

/* Padding is 128, that is zero, times a scale of zero. */
static sinew_status make_int8(sinew_weights *w, const sinew_tensor *tensor, const char *what,
                              sinew_error *error)
{
    w->form = SINEW_WEIGHTS_INT8;
    w->int8 = (sinew_rows_int8){.rows = w->rows.rows,
                                .columns = w->rows.columns,
                                .groups = (w->rows.columns + GROUP - 1) / GROUP};
    size_t groups = (w->rows.rows + PANEL - 1) / PANEL * w->int8.groups;
    own(w, groups, GROUP_BYTES);
    w->int8.values = w->own;
    for (size_t g = 0; w->own && g < groups; g++)
        memset((uint8_t *)w->own + g * GROUP_BYTES, 128, PANEL * GROUP);
    return put_rows(w, tensor, what, put_int8, error);
}

/* As they stand, if what they hold can be used there. */
static bool is_usable(const sinew_tensor *tensor)
{
    return tensor->dtype <= SINEW_DTYPE_BF16 &&
           (uintptr_t)tensor->data % sinew_dtype_bytes(tensor->dtype) == 0;
}

static sinew_status check_finite(const sinew_tensor *tensor, const char *what, sinew_error *error)
{
    enum { AT_ONCE = 256 };
    float values[AT_ONCE];
    uint64_t count = sinew_tensor_count(tensor);
    for (uint64_t at = 0; at < count; at += AT_ONCE) {
        size_t n = count - at < AT_ONCE ? (size_t)(count - at) : AT_ONCE;
        float sum = 0;
        sinew_tensor_floats(tensor, at, n, values);
        for (size_t i = 0; i < n; i++)
            sum += values[i] * 0; /* NaN, once there is one that is not finite */
        for (size_t i = 0; isnan(sum) && i < n; i++)
            if (!isfinite(values[i]))
                return sinew_fail(error, SINEW_ERR_NUMERIC, "%s: number %llu is %f",
                                  sinew_parameter_name(tensor, what), (unsigned long long)(at + i),
                                  (double)values[i]);
    }
    return SINEW_OK;
}

static sinew_status use_in_place(sinew_weights *w, const sinew_tensor *tensor, const char *what,
                                 sinew_error *error)
{
    w->form = tensor->dtype == SINEW_DTYPE_F32   ? SINEW_WEIGHTS_F32
              : tensor->dtype == SINEW_DTYPE_F16 ? SINEW_WEIGHTS_F16
                                                 : SINEW_WEIGHTS_BF16;
    w->rows.values = tensor->data;
    w->file = sinew_tensors_keep(tensor->file);
    return check_finite(tensor, what, error);
}

sinew_status sinew_weights_init(sinew_weights *w, const sinew_tensor *tensor, const char *what,
                                const uint64_t shape[2], sinew_quantize quantize,
                                sinew_error *error)
{
    *w = (sinew_weights){.ops = sinew_simd_best()->learned};
    sinew_status status = sinew_parameter_check(tensor, what, 2, shape, error);
    if (status)
        return status;
    w->rows = (sinew_rows){.rows = (size_t)tensor->shape[0], .columns = (size_t)tensor->shape[1]};
    if (quantize == SINEW_QUANTIZE_INT8)
        return make_int8(w, tensor, what, error);
    bool round = quantize == SINEW_QUANTIZE_BF16 && tensor->dtype != SINEW_DTYPE_BF16;
    if (!round && is_usable(tensor))
        return use_in_place(w, tensor, what, error);
    w->form = quantize == SINEW_QUANTIZE_BF16 ? SINEW_WEIGHTS_BF16 : SINEW_WEIGHTS_F32;
    own(w, w->rows.rows * w->rows.columns,
        w->form == SINEW_WEIGHTS_F32 ? sizeof(float) : sizeof(uint16_t));
    w->rows.values = w->own;
    return put_rows(w, tensor, what, w->form == SINEW_WEIGHTS_F32 ? put_f32 : put_bf16, error);
}

void sinew_weights_share(sinew_weights *w, const sinew_weights *from)
{
    *w = *from;
    sinew_tensors_keep(w->file);
    if (w->owners)
        atomic_fetch_add(w->owners, 1);
}

void sinew_weights_finish(sinew_weights *w)
{
    if (!w->owners || atomic_fetch_sub(w->owners, 1) == 1) {
        sinew_free(w->own);
        sinew_free(w->owners);
    }
    sinew_tensors_free(w->file);
    *w = (sinew_weights){0};
}

static sinew_frames_int8 frames_int8(const sinew_weights *w, size_t n, void *scratch)
{
    size_t groups = w->int8.groups;
    char *at = scratch;
    sinew_frames_int8 frames = {.groups = groups, .values = (int8_t *)at};
    at += sinew_aligned(n * groups * 2 * GROUP);
    frames.scales = (float *)(void *)at;
    at += sinew_aligned(n * groups * sizeof(float));
    frames.sums = (int32_t *)(void *)at;
    return frames;
}

size_t sinew_weights_scratch(const sinew_weights *w, size_t n)
{
    if (w->form != SINEW_WEIGHTS_INT8)
        return 0;
    size_t groups = n * w->int8.groups;
    return sinew_aligned(groups * 2 * GROUP) + 2 * sinew_aligned(groups * sizeof(float));
}

typedef struct product {
    const sinew_weights *w;
    const float *x;
    float *y;
    size_t x_stride, y_stride, n;
    sinew_frames_int8 frames;
} product;

static void multiply_rows(const void *given, size_t first, size_t last)
{
    const product *p = given;
    const sinew_learned *ops = p->w->ops;
    const sinew_rows *rows = &p->w->rows;
    switch (p->w->form) {
    case SINEW_WEIGHTS_F32:
        ops->rows_f32(rows, first, last, p->x, p->x_stride, p->y, p->y_stride, p->n);
        break;
    case SINEW_WEIGHTS_BF16:
        ops->rows_bf16(rows, first, last, p->x, p->x_stride, p->y, p->y_stride, p->n);
        break;
    case SINEW_WEIGHTS_F16:
        ops->rows_f16(rows, first, last, p->x, p->x_stride, p->y, p->y_stride, p->n);
        break;
    case SINEW_WEIGHTS_INT8:
        ops->rows_int8(&p->w->int8, first, last, &p->frames, p->y, p->y_stride, p->n);
        break;
    }
}

/* Below so many products a thread takes longer to wake than to work. */
enum { SHARED_LEAST = 1 << 16 };

void sinew_weights_multiply(const sinew_weights *w, sinew_workers *workers, const float *x,
                            size_t x_stride, float *y, size_t y_stride, size_t n, void *scratch)
{
    product p = {.w = w, .x = x, .y = y, .x_stride = x_stride, .y_stride = y_stride, .n = n};
    if (w->form == SINEW_WEIGHTS_INT8) {
        p.frames = frames_int8(w, n, scratch);
        w->ops->round_int8(x, x_stride, w->rows.columns, &p.frames, n);
    }
    if (w->rows.rows * w->rows.columns * n < SHARED_LEAST)
        workers = NULL;
    sinew_workers_share(workers, multiply_rows, &p, w->rows.rows, PANEL);
}

void sinew_weights_row(const sinew_weights *w, size_t r, float *out)
{
    size_t columns = w->rows.columns;
    const uint8_t *panel = w->int8.values + r / PANEL * w->int8.groups * GROUP_BYTES;
    for (size_t c = 0; c < columns; c++)
        if (w->form == SINEW_WEIGHTS_INT8) {
            const uint8_t *group = panel + c / GROUP * GROUP_BYTES;
            uint16_t scale;
            memcpy(&scale, group + PANEL * GROUP + 2 * (r % PANEL), sizeof scale);
            int value = group[(c % GROUP / 4 * PANEL + r % PANEL) * 4 + c % 4] - 128;
            out[c] = (float)value * sinew_f16_float(scale);
        } else if (w->form == SINEW_WEIGHTS_F32) {
            out[c] = ((const float *)w->rows.values)[r * columns + c];
        } else {
            uint16_t half = ((const uint16_t *)w->rows.values)[r * columns + c];
            out[c] = w->form == SINEW_WEIGHTS_BF16 ? sinew_bf16_float(half) : sinew_f16_float(half);
        }
}
