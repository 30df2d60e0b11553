/* layer.s4d: channels with modes of their own; sinew/diagonal.h. State: h, in panels (modes.h). */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "layer/modes.h"

enum { PANEL = SINEW_LEARNED_LANES, PIECE = SINEW_LAYER_FRAMES };

typedef struct s4d {
    sinew_layer layer;
    sinew_mode_set modes;
    float *c; /* in panels: 2 C, or C; imaginary parts negated */
    float *D; /* (panels, 16) */
} s4d;

static size_t width(const s4d *l)
{
    return (l->modes.channels + PANEL - 1) / PANEL * PANEL;
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const s4d *l = (const s4d *)node;
    size_t floats = sinew_mode_floats(&l->modes);
    (void)max_frames;
    *out = (sinew_footprint){.state_bytes = floats * sizeof(float),
                             .saved_bytes = l->modes.channels * l->modes.order * l->modes.parts *
                                            sizeof(float),
                             .scratch_bytes = 2 * (floats + PIECE * PANEL) * sizeof(float)};
}

static void reset(const sinew_node *node, void *state)
{
    memset(state, 0, sinew_mode_floats(&((const s4d *)node)->modes) * sizeof(float));
}

/* Frames [first, last) of a panel of channels, side by side: so x and y stay in the cache while
 * mode after mode goes over them. x, y: (PIECE, 16). */
static void do_panel(const s4d *l, const sinew_mode_run *run, size_t panel, float *h, float *x,
                     float *y, const sinew_block *in, sinew_block *out, size_t first, size_t last)
{
    size_t channels = l->modes.channels, channel = panel * PANEL;
    size_t n = channels - channel < PANEL ? channels - channel : PANEL;
    size_t at = panel * PANEL * l->modes.order * l->modes.parts;
    sinew_modes modes = {n,         l->modes.order, l->modes.parts, run->a + at, run->b + at,
                         l->c + at, l->D + channel, PANEL,          PANEL};
    const float *from = (const float *)in->samples + channel;
    float *to = (float *)out->samples + channel;
    if (n < PANEL)
        memset(x, 0, PIECE * PANEL * sizeof *x);
    for (size_t t = first; t < last; t++)
        memcpy(x + (t - first) * PANEL, from + t * channels, n * sizeof *x);
    l->layer.ops->modes(&modes, h + at, x, y, last - first);
    for (size_t t = first; t < last; t++)
        memcpy(to + t * channels, y + (t - first) * PANEL, n * sizeof *y);
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const s4d *l = (const s4d *)node;
    float *made = scratch, *x = made + 2 * sinew_mode_floats(&l->modes), *y = x + PIECE * PANEL;
    double ratio = -1; /* none is made yet */
    for (size_t at = 0, next; at < in->n_frames; at = next) {
        size_t end = in->n_frames - at < PIECE ? in->n_frames : at + PIECE;
        sinew_mode_run run =
            sinew_mode_run_at(&l->modes, &l->layer, in, at, end, &next, made, &ratio);
        for (size_t panel = 0; panel < width(l) / PANEL; panel++)
            do_panel(l, &run, panel, state, x, y, in, out, at, next);
    }
}

static void save_state(const sinew_node *node, const void *state, void *bytes)
{
    sinew_mode_put(&((const s4d *)node)->modes, state, bytes);
}

static sinew_status load_state(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    sinew_footprint expected;
    (void)scratch;
    footprint(node, 1, &expected);
    sinew_status status = sinew_state_check(node, n_bytes, expected.saved_bytes, error);
    if (!status)
        sinew_mode_get(&((const s4d *)node)->modes, state, bytes);
    return status;
}

static size_t parts(const sinew_node *node, sinew_state_part *out, size_t room)
{
    sinew_state_arrays arrays = {.parts = out, .room = room};
    sinew_mode_part(&((const s4d *)node)->modes, false, &arrays);
    return arrays.n;
}

static void free_node(sinew_node *node)
{
    s4d *l = (s4d *)node;
    sinew_mode_set_finish(&l->modes);
    sinew_free(l->c);
    sinew_free(l->D);
    sinew_layer_finish(&l->layer);
    sinew_free(l);
}

static const sinew_node_ops ops = {.kind = "layer.s4d",
                                   .footprint = footprint,
                                   .reset = reset,
                                   .process = process,
                                   .save_state = save_state,
                                   .load_state = load_state,
                                   .free = free_node,
                                   .parts = parts};

/* ---- building ---- */

static void put_b(s4d *l, const float *B)
{
    size_t parts = l->modes.parts;
    for (size_t i = 0; B && i < l->modes.channels * l->modes.order; i++)
        for (size_t k = 0; k < parts; k++)
            l->modes.B[2 * i + k] = (double)B[i * parts + k];
}

static void put_c(s4d *l, const float *C, float factor)
{
    const sinew_mode_set *modes = &l->modes;
    for (size_t c = 0; c < modes->channels; c++)
        for (size_t k = 0; k < modes->order; k++) {
            const float *from = C + (c * modes->order + k) * modes->parts;
            size_t place = sinew_mode_place(modes, c, k);
            l->c[place] = factor * from[0];
            if (modes->parts == 2)
                l->c[place + PANEL] = -factor * from[1];
        }
}

static sinew_status init_B(s4d *l, const sinew_tensor *tensor, const uint64_t *shape,
                           sinew_error *error)
{
    float *B = NULL;
    sinew_status status = sinew_mode_numbers(&B, &l->modes, tensor, "B", 2, shape, error);
    if (!status)
        put_b(l, B);
    sinew_free(B);
    return status;
}

static sinew_status init_C(s4d *l, const sinew_s4d_layer_weights *w, const uint64_t *shape,
                           sinew_error *error)
{
    float *C = NULL;
    if (!w->C)
        return sinew_parameter_check(NULL, "C", 2, shape, error);
    sinew_status status = sinew_mode_numbers(&C, &l->modes, w->C, "C", 2, shape, error);
    l->c = sinew_alloc(sinew_mode_floats(&l->modes), sizeof *l->c);
    if (!status && !l->c)
        status = sinew_fail_memory(error);
    if (!status)
        put_c(l, C, l->modes.parts == 2 && !w->whole ? 2 : 1);
    sinew_free(C);
    return status;
}

/* Zeros where there is none. */
static sinew_status init_D(s4d *l, const sinew_tensor *tensor, const uint64_t *shape,
                           sinew_error *error)
{
    sinew_status status = sinew_parameter_floats(&l->D, tensor, "D", 1, shape, error);
    if (!status && !l->D && !(l->D = sinew_alloc(width(l), sizeof *l->D)))
        status = sinew_fail_memory(error);
    return status;
}

static void seal(s4d *l, const sinew_s4d_layer_weights *w)
{
    const sinew_tensor *const all[] = {w->log_A_real, w->A_real, w->A_imag,  w->B,
                                       w->C,          w->D,      w->log_step};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sinew_layer_hash(&l->layer, all[i]);
    sinew_layer_hash_number(&l->layer, w->bilinear);
    sinew_layer_hash_number(&l->layer, w->whole);
    sinew_layer_hash_steps(&l->layer);
    sinew_layer_seal(&l->layer);
    l->layer.node.channels_in = l->layer.node.channels_out = (uint32_t)l->modes.channels;
}

static sinew_status init(s4d *l, const sinew_s4d_layer_weights *w, const sinew_layer_opts *opts,
                         sinew_error *error)
{
    const sinew_mode_tensors tensors = {w->log_A_real, w->A_real, w->A_imag, w->log_step,
                                        w->bilinear};
    sinew_status status = sinew_layer_init(&l->layer, &ops, opts, error);
    if (!status)
        status = sinew_mode_set_init(&l->modes, &tensors, false, error);
    const uint64_t shape[] = {l->modes.channels, l->modes.order};
    if (!status)
        status = init_B(l, w->B, shape, error);
    if (!status)
        status = init_C(l, w, shape, error);
    if (!status)
        status = init_D(l, w->D, shape, error);
    if (!status)
        status = sinew_mode_set_own(&l->modes, &l->layer, error);
    if (!status)
        seal(l, w);
    return status;
}

sinew_status sinew_s4d_layer_new(sinew_node **out, const sinew_s4d_layer_weights *weights,
                                 const sinew_layer_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!weights)
        return sinew_fail_null(error);
    s4d *l = sinew_alloc(1, sizeof *l);
    if (!l)
        return sinew_fail_memory(error);
    sinew_status status = init(l, weights, opts, error);
    if (status) {
        free_node(&l->layer.node);
        return status;
    }
    *out = &l->layer.node;
    return SINEW_OK;
}
