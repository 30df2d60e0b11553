/* What work the block engine will have with a call: as blockwise_body.h goes through it, counted.
 */
#include "filter/blockwise.h"

typedef struct shape {
    const sinew_blockwise *b;
    size_t n_copies;
    double inputs, outputs, copies;
    double panel;            /* rows */
    double y_panels, panels; /* of the outputs and of the states of a block */
    sinew_sample sample;     /* of the stream */
    const sinew_fused *fused;
} shape;

static void add(sinew_work *work, const shape *s, sinew_cost kind, double count)
{
    work->of[sinew_cost_typed(kind, s->b->type)] += count;
}

static shape shape_of(const sinew_blockwise *b, const sinew_discretization *d,
                      const sinew_filter_opts *opts)
{
    double panel = b->type == SINEW_SAMPLE_F64 ? SINEW_FUSED_F64 : SINEW_FUSED_F32;
    size_t copies = sinew_call_copies(d, opts);
    return (shape){.b = b,
                   .inputs = (double)d->inputs,
                   .outputs = (double)d->outputs,
                   .n_copies = copies,
                   .copies = (double)copies,
                   .panel = panel,
                   .y_panels = (double)b->rows / panel,
                   .panels = (double)b->padded / panel,
                   .sample = opts->sample,
                   .fused = sinew_simd_best()->fused};
}

/* Columns of panels of T that are not above the diagonal. */
static double triangle(const shape *s)
{
    double columns = 0, length = (double)s->b->length;
    for (double row = 0; row < s->y_panels; row++) {
        double last = ((row + 1) * s->panel - 1) / s->outputs + 1;
        columns += s->inputs * (last < length ? (double)(size_t)last : length);
    }
    return columns;
}

/* ---- frames that do not fill a block ---- */

/* n frames from `phase` on, of each copy. */
static void add_piece(sinew_work *work, const shape *s, size_t phase, size_t n)
{
    double frames = (double)n, states = (double)s->b->states, length = (double)s->b->length;
    double below = s->y_panels * (1 - (double)phase / length); /* panels that T reaches */
    double columns = frames * s->inputs * (s->panels + below);
    double panels = s->panels + below;
    if (phase == 0) {
        panels += s->y_panels;
        columns += states * s->y_panels;
    }
    add(work, s, SINEW_COST_PIECE, s->copies);
    add(work, s, SINEW_COST_PIECE_PANEL, s->copies * panels);
    add(work, s, SINEW_COST_PIECE_COLUMN, s->copies * columns);
    add(work, s, SINEW_COST_BLOCK_SAMPLE, s->copies * frames * (s->inputs + s->outputs));
    add(work, s, SINEW_COST_PIECE_BEGIN,
        s->copies * ((double)(phase == 0) + (double)(phase + n == s->b->length)));
    if (phase + n == s->b->length)
        add(work, s, s->b->pairs ? SINEW_COST_PRODUCTS_PAIR : SINEW_COST_PRODUCTS_CHAIN,
            s->copies * s->panels * (s->b->pairs ? 0.5 : states));
}

/* ---- whole blocks through registers ---- */

/* `moved`: to an array of their own and back. */
static void add_registers(sinew_work *work, const shape *s, double copies, double blocks,
                          bool moved)
{
    double states = (double)s->b->states, length = (double)s->b->length;
    double columns = s->y_panels * states + triangle(s) + s->panels * (length + states);
    add(work, s, SINEW_COST_REGISTERS_RUN, copies);
    add(work, s, SINEW_COST_REGISTERS_BLOCK, copies * blocks);
    add(work, s, SINEW_COST_REGISTERS_COLUMN, copies * blocks * columns);
    if (moved)
        add(work, s, SINEW_COST_BLOCK_SAMPLE, 2 * copies * blocks * length);
}

static void add_channels(sinew_work *work, const shape *s, double lanes, double blocks)
{
    double n = (double)s->b->states, length = (double)s->b->length;
    double products = length * n + length * (length + 8) / 2 + length * n + n * n;
    add(work, s, SINEW_COST_CHANNELS_RUN, lanes * n);
    add(work, s, SINEW_COST_CHANNELS_BLOCK, blocks);
    if (lanes < s->panel)
        add(work, s, SINEW_COST_CHANNELS_PRODUCT, blocks * products);
    else
        add(work, s, SINEW_COST_CHANNELS_WIDE, blocks * products * lanes / s->panel);
}

static void add_by_registers(sinew_work *work, const shape *s, size_t blocks)
{
    bool moved = s->n_copies > 1 || s->sample != s->b->type;
    for (size_t left = s->n_copies, n; left > 0; left -= n) {
        size_t lanes = sinew_blockwise_lanes(s->b, s->fused, s->sample, left);
        n = lanes > 1 ? lanes : left;
        if (lanes > 2)
            add_channels(work, s, (double)n, (double)blocks);
        else /* two are as many single ones, but from where they stand */
            add_registers(work, s, (double)n, (double)blocks, moved && lanes == 1);
    }
}

/* ---- whole blocks by products of matrices ---- */

/* How often a matrix is gone through for `count` vectors: eight at a time, then four, two, one. */
static double passes(size_t count)
{
    size_t rest = count % 8;
    return (double)(count / 8 + rest / 4 + rest / 2 % 2 + rest % 2);
}

static void add_product(sinew_work *work, const shape *s, size_t copies, size_t blocks)
{
    size_t count = copies * blocks;
    double length = (double)s->b->length, states = (double)s->b->states, n = (double)count;
    double columns = s->panels * length * s->inputs + s->y_panels * states + triangle(s);
    add(work, s, SINEW_COST_PRODUCTS_RUN, 1);
    add(work, s, SINEW_COST_PRODUCTS_BLOCK, n);
    add(work, s, SINEW_COST_PRODUCTS_COLUMN, passes(count) * columns);
    add(work, s, SINEW_COST_PRODUCTS_VECTOR, n * columns);
    add(work, s, s->b->pairs ? SINEW_COST_PRODUCTS_PAIR : SINEW_COST_PRODUCTS_CHAIN,
        n * s->panels * (s->b->pairs ? 0.5 : states));
    add(work, s, SINEW_COST_BLOCK_SAMPLE, n * length * (s->inputs + s->outputs));
}

static void add_products(sinew_work *work, const shape *s, size_t blocks)
{
    size_t together = sinew_blockwise_together(s->n_copies);
    for (size_t left = s->n_copies; left > 0;) {
        size_t copies = left < together ? left : together;
        add_product(work, s, copies, blocks);
        left -= copies;
    }
}

static void add_blocks(sinew_work *work, const shape *s, size_t blocks)
{
    size_t most = SINEW_BLOCKWISE_VECTORS / sinew_blockwise_together(s->n_copies);
    sinew_work full = {0}, rest = {0};
    (s->b->registers ? add_by_registers : add_products)(&full, s, most);
    if (blocks % most > 0)
        (s->b->registers ? add_by_registers : add_products)(&rest, s, blocks % most);
    for (size_t i = 0; i < SINEW_COSTS; i++)
        work->of[i] += (double)(blocks / most) * full.of[i] + rest.of[i];
}

/* ---- calls ---- */

/* A call of so many frames, the first of them frame `phase` of a block; returns the next phase. */
static size_t add_call(sinew_work *work, const shape *s, size_t phase, size_t frames)
{
    size_t length = s->b->length;
    while (frames > 0) {
        size_t rest = length - phase, n = frames < rest ? frames : rest;
        if (phase == 0 && frames >= length) {
            add_blocks(work, s, frames / length);
            n = frames / length * length;
        } else {
            add_piece(work, s, phase, n);
        }
        frames -= n;
        phase = (phase + n) % length;
    }
    return phase;
}

/* Calls until one begins with a block again, divided by how many. */
static void add_calls(sinew_work *work, const shape *s, size_t frames)
{
    sinew_work sum = {0};
    size_t phase = 0, calls = 0;
    do {
        phase = add_call(&sum, s, phase, frames);
        calls++;
    } while (phase != 0);
    for (size_t i = 0; i < SINEW_COSTS; i++)
        work->of[i] += sum.of[i] / (double)calls;
    work->of[SINEW_COST_CALL] += 1;
}

bool sinew_blockwise_work(sinew_work *work, const sinew_discretization *d,
                          const sinew_filter_opts *opts)
{
    sinew_blockwise b = {0};
    sinew_components groups;
    bool ok =
        !sinew_blockwise_shape(&b, &groups, d, opts->sample, NULL) && sinew_blockwise_holds(&b, d);
    if (ok) {
        shape s = shape_of(&b, d, opts);
        add_calls(work, &s, sinew_call_frames(opts));
    }
    sinew_components_finish(&groups);
    sinew_blockwise_finish(&b);
    return ok;
}
