/* The one portable form of a filter's state; filter.h says what it means. */
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "filter/filter.h"

/* version, order, copies, inputs (u32 each); n_inputs, lag, layout (u64 each) */
enum { SAVED_VERSION = 1, HEADER_BYTES = 4 * 4 + 3 * 8 };

size_t sinew_filter_saved_bytes(const sinew_filter *f, uint64_t n_inputs)
{
    return HEADER_BYTES + 8 * (f->copies * f->recurrence.order + n_inputs * f->node.channels_in);
}

uint8_t *sinew_filter_put_saved(const sinew_filter *f, uint8_t *bytes, uint64_t n_inputs,
                                uint64_t lag, uint64_t layout)
{
    bytes = sinew_put_u32(bytes, SAVED_VERSION);
    bytes = sinew_put_u32(bytes, (uint32_t)f->recurrence.order);
    bytes = sinew_put_u32(bytes, (uint32_t)f->copies);
    bytes = sinew_put_u32(bytes, (uint32_t)f->recurrence.inputs);
    bytes = sinew_put_u64(bytes, n_inputs);
    bytes = sinew_put_u64(bytes, lag);
    return sinew_put_u64(bytes, layout);
}

sinew_status sinew_filter_get_saved(const sinew_filter *f, sinew_filter_saved *out,
                                    const uint8_t *bytes, size_t n_bytes, sinew_error *error)
{
    if (n_bytes < HEADER_BYTES)
        return sinew_fail(error, SINEW_ERR_DATA, "the saved filter state ends in its header");
    if (sinew_get_u32(bytes) != SAVED_VERSION)
        return sinew_fail(error, SINEW_ERR_DATA, "the saved filter state has version %u, not %d",
                          sinew_get_u32(bytes), SAVED_VERSION);
    uint32_t order = sinew_get_u32(bytes + 4), copies = sinew_get_u32(bytes + 8);
    uint32_t inputs = sinew_get_u32(bytes + 12);
    if (order != f->recurrence.order || copies != f->copies || inputs != f->recurrence.inputs)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "the saved state has order %u, %u copies, %u inputs; the filter has "
                          "order %zu, %zu copies, %zu inputs",
                          order, copies, inputs, f->recurrence.order, f->copies,
                          f->recurrence.inputs);
    *out = (sinew_filter_saved){.n_inputs = sinew_get_u64(bytes + 16),
                                .lag = sinew_get_u64(bytes + 24),
                                .layout = sinew_get_u64(bytes + 32),
                                .x = bytes + HEADER_BYTES};
    size_t left = n_bytes - HEADER_BYTES, x_bytes = 8 * f->copies * f->recurrence.order;
    size_t frame_bytes = 8 * (size_t)f->node.channels_in;
    if (left < x_bytes || out->n_inputs > (left - x_bytes) / frame_bytes ||
        out->lag > out->n_inputs)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "the saved filter state is cut short or its counts are wrong");
    out->inputs = out->x + x_bytes;
    return SINEW_OK;
}

/* Run copy c over saved inputs [from, to); only the state counts. */
static void run_inputs(const sinew_filter *f, const sinew_filter_saved *saved, size_t copy,
                       uint64_t from, uint64_t to, double *x, double *scratch)
{
    const sinew_recurrence *r = &f->recurrence;
    double *u = scratch, *y = u + r->inputs, *work = y + r->outputs;
    for (uint64_t t = from; t < to; t++) {
        const uint8_t *frame = saved->inputs + 8 * (t * f->node.channels_in + copy * r->inputs);
        for (size_t i = 0; i < r->inputs; i++)
            u[i] = sinew_get_f64(frame + 8 * i);
        sinew_recurrence_run(r, x, u, y, 1, work);
    }
}

void sinew_filter_fold(const sinew_filter *f, const sinew_filter_saved *saved, double *x,
                       double *scratch)
{
    size_t order = f->recurrence.order;
    for (size_t c = 0; c < f->copies; c++, x += order) {
        memset(x, 0, order * sizeof *x);
        run_inputs(f, saved, c, 0, saved->n_inputs - saved->lag, x, scratch);
        for (size_t i = 0; i < order; i++)
            x[i] += sinew_get_f64(saved->x + 8 * (c * order + i));
        run_inputs(f, saved, c, saved->n_inputs - saved->lag, saved->n_inputs, x, scratch);
    }
}

size_t sinew_filter_fold_scratch(const sinew_filter *f)
{
    const sinew_recurrence *r = &f->recurrence;
    return r->inputs + r->outputs + sinew_recurrence_scratch(r);
}
