/* The convolve engine over one sample type: REAL, FFTW(), SIMD_OP() and CONVOLVE_NEW are the
 * includer's. convolve.h has the equations. */
#include <fftw3.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "filter/convolve.h"
#include "math/fft.h"

#include "filter/convolve_layout.h"

static uint64_t most_inputs(const sinew_convolve *c)
{
    return c->partitions * c->length + c->length - 1;
}

/* What folding and decaying a state need. */
static size_t fold_doubles(const sinew_convolve *c)
{
    size_t fold = sinew_filter_fold_scratch(&c->filter);
    size_t decay = sinew_decay_scratch(&c->filter.recurrence);
    return fold > decay ? fold : decay;
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    (void)max_frames;
    const sinew_convolve *c = (const sinew_convolve *)node;
    /* advance saves into the scratch and folds from there, behind the work of a block */
    size_t fold = fold_doubles(c) * sizeof(double);
    size_t x = c->filter.copies * c->filter.recurrence.order * sizeof(double);
    out->state_bytes = SINEW_ALIGN + c->filter.copies * sizes_of(c).copy;
    out->saved_bytes = sinew_filter_saved_bytes(&c->filter, most_inputs(c));
    out->scratch_bytes = work_sizes_of(c).all + sinew_aligned(fold) + sinew_aligned(x) +
                         sinew_aligned(out->saved_bytes);
}

static void forward(const sinew_convolve *c, const REAL *block, REAL *bins, work *w)
{
    memcpy(w->time, block, c->length * sizeof(REAL));
    memset(w->time + c->length, 0, c->length * sizeof(REAL));
    FFTW(execute_dft_r2c)((FFTW(plan))c->forward, w->time, (FFTW(complex) *)(void *)w->spectrum);
    for (size_t k = 0; k <= c->length; k++) {
        bins[k] = w->spectrum[2 * k];
        bins[c->bins + k] = w->spectrum[2 * k + 1];
    }
}

/* The share of the past in the next L frames of output o, into carry. */
static void past_share(const sinew_convolve *c, const copy *k, uint64_t newest, size_t o, work *w)
{
    const sinew_recurrence *r = &c->filter.recurrence;
    size_t row = 2 * c->bins;
    memset(w->sum, 0, row * sizeof(REAL));
    for (size_t p = 0; p < c->partitions; p++) {
        size_t slot = (size_t)(newest + c->partitions - p) % c->partitions;
        for (size_t i = 0; i < r->inputs; i++) {
            const REAL *u = k->bins + (slot * r->inputs + i) * row;
            const REAL *h = (const REAL *)c->spectra + ((p * r->outputs + o) * r->inputs + i) * row;
            r->simd->SIMD_OP(cmac)(w->sum, w->sum + c->bins, u, u + c->bins, h, h + c->bins,
                                   c->bins);
        }
    }
    for (size_t b = 0; b <= c->length; b++) {
        w->spectrum[2 * b] = w->sum[b];
        w->spectrum[2 * b + 1] = w->sum[c->bins + b];
    }
    FFTW(execute_dft_c2r)((FFTW(plan))c->inverse, (FFTW(complex) *)(void *)w->spectrum, w->time);
    memcpy(k->carry + o * c->length, w->time + c->length, c->length * sizeof(REAL));
}

/* carry = the past blocks' share + C A^t z. wide: (outputs L + 8) doubles. */
static void add_tail(const sinew_convolve *c, const double *z, REAL *carry, double *wide)
{
    const sinew_recurrence *r = &c->filter.recurrence;
    size_t n = r->outputs * c->length;
    memset(wide, 0, (n + SINEW_PANEL_ROWS) * sizeof *wide);
    r->simd->multiply(&c->tail, z, wide);
    for (size_t t = 0; t < n; t++)
        carry[t] = (REAL)((double)carry[t] + wide[t]);
}

static void refresh_carry(const sinew_convolve *c, const copy *k, uint64_t newest, work *w)
{
    for (size_t o = 0; o < c->filter.recurrence.outputs; o++)
        past_share(c, k, newest, o, w);
    add_tail(c, k->z, k->carry, w->wide);
}

/* z+ = A^L z + (fold) (the block that leaves the partitions) */
static void fold_oldest(const sinew_convolve *c, const copy *k, size_t slot, work *w)
{
    const sinew_recurrence *r = &c->filter.recurrence;
    size_t n = r->inputs * c->length;
    const REAL *leaving = k->past + slot * n;
    for (size_t j = 0; j < n; j++)
        w->wide[j] = (double)leaving[j];
    memset(w->z, 0, (r->order + SINEW_PANEL_ROWS) * sizeof *w->z);
    r->simd->multiply(&c->step, k->z, w->z);
    r->simd->multiply(&c->fold, w->wide, w->z);
    memcpy(k->z, w->z, r->order * sizeof *w->z);
}

static void end_block(const sinew_convolve *c, const copy *k, size_t slot, work *w)
{
    const sinew_recurrence *r = &c->filter.recurrence;
    fold_oldest(c, k, slot, w);
    for (size_t i = 0; i < r->inputs; i++) {
        size_t at = slot * r->inputs + i;
        REAL *block = k->past + at * c->length;
        memcpy(block, k->present + (2 * i + 1) * c->length, c->length * sizeof(REAL));
        forward(c, block, k->bins + at * 2 * c->bins, w);
    }
    refresh_carry(c, k, slot, w);
}

/* n frames inside one block, beginning at its frame `phase`. */
static void inside_block(const sinew_convolve *c, const copy *k, size_t copy_index, size_t phase,
                         const sinew_block *in, sinew_block *out, size_t from, size_t n, work *w)
{
    const sinew_recurrence *r = &c->filter.recurrence;
    size_t stride_in = c->filter.node.channels_in, stride_out = c->filter.node.channels_out;
    const REAL *u = (const REAL *)in->samples + from * stride_in + copy_index * r->inputs;
    REAL *y = (REAL *)out->samples + from * stride_out + copy_index * r->outputs;
    for (size_t i = 0; i < r->inputs; i++)
        for (size_t t = 0; t < n; t++)
            k->present[(2 * i + 1) * c->length + phase + t] = u[t * stride_in + i];
    for (size_t o = 0; o < r->outputs; o++) {
        REAL *sum = w->sum, *head = w->time;
        memcpy(sum, k->carry + o * c->length + phase, n * sizeof(REAL));
        for (size_t i = 0; i < r->inputs; i++) {
            const REAL *taps = (const REAL *)c->head + (o * r->inputs + i) * c->length;
            r->simd->SIMD_OP(fir)(taps, c->length, k->present + 2 * i * c->length + phase + 1, head,
                                  n);
            for (size_t t = 0; t < n; t++)
                sum[t] += head[t];
        }
        for (size_t t = 0; t < n; t++)
            y[t * stride_out + o] = sum[t];
    }
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const sinew_convolve *c = (const sinew_convolve *)node;
    header *h = state;
    work w = work_at(c, scratch);
    for (size_t from = 0; from < in->n_frames;) {
        size_t phase = (size_t)h->phase, left = in->n_frames - from;
        size_t n = c->length - phase < left ? c->length - phase : left;
        size_t slot = (size_t)(h->newest + 1) % c->partitions;
        for (size_t i = 0; i < c->filter.copies; i++) {
            copy k = copy_at(c, state, i);
            inside_block(c, &k, i, phase, in, out, from, n, &w);
            if (phase + n == c->length)
                end_block(c, &k, slot, &w);
        }
        h->phase += n;
        if (h->phase == c->length) {
            h->phase = 0;
            h->newest = slot;
        }
        from += n;
    }
}

static void reset(const sinew_node *node, void *state)
{
    const sinew_convolve *c = (const sinew_convolve *)node;
    const sinew_recurrence *r = &c->filter.recurrence;
    memset(state, 0, SINEW_ALIGN + c->filter.copies * sizes_of(c).copy);
    for (size_t i = 0; c->carry0 && i < c->filter.copies; i++) {
        copy k = copy_at(c, state, i);
        size_t n = r->outputs * c->length;
        memcpy(k.z, c->filter.x0 + i * r->order, r->order * sizeof(double));
        memcpy(k.carry, (const REAL *)c->carry0 + i * n, n * sizeof(REAL));
    }
}

/* Begin a block, with no past but the state x (copies, order). */
static void restart(const sinew_convolve *c, void *state, const double *x, work *w)
{
    size_t order = c->filter.recurrence.order;
    memset(state, 0, SINEW_ALIGN + c->filter.copies * sizes_of(c).copy);
    for (size_t i = 0; i < c->filter.copies; i++) {
        copy k = copy_at(c, state, i);
        memcpy(k.z, x + i * order, order * sizeof *x);
        add_tail(c, k.z, k.carry, w->wide);
    }
}

#include "filter/convolve_saved.h"

static void convolve_free(sinew_node *node)
{
    sinew_convolve *c = (sinew_convolve *)node;
    sinew_fft_lock();
    if (c->forward)
        FFTW(destroy_plan)((FFTW(plan))c->forward);
    if (c->inverse)
        FFTW(destroy_plan)((FFTW(plan))c->inverse);
    sinew_fft_unlock();
    sinew_convolve_finish(c);
    sinew_free(c);
}

static const sinew_node_ops convolve_ops = {.kind = "filter.convolve",
                                            .footprint = footprint,
                                            .reset = reset,
                                            .process = process,
                                            .save_state = save_state,
                                            .load_state = load_state,
                                            .advance = advance,
                                            .free = convolve_free};

/* ESTIMATE: the same plan each time, and no seconds of measuring. Without memory there is none. */
static void plan_transforms(sinew_convolve *c, work *w)
{
    int n = (int)(2 * c->length);
    FFTW(complex) *spectrum = (FFTW(complex) *)(void *)w->spectrum;
    if (!sinew_fft_has_room(2 * c->length))
        return;
    sinew_fft_lock();
    c->forward = FFTW(plan_dft_r2c_1d)(n, w->time, spectrum, FFTW_ESTIMATE);
    c->inverse = FFTW(plan_dft_c2r_1d)(n, spectrum, w->time, FFTW_ESTIMATE);
    sinew_fft_unlock();
}

/* head and spectra from the impulse responses h (outputs, inputs, (P+1) L). */
static void place_kernel(sinew_convolve *c, const double *h, work *w)
{
    const sinew_recurrence *r = &c->filter.recurrence;
    size_t length = c->length, pairs = r->outputs * r->inputs, taps = (c->partitions + 1) * length;
    for (size_t pair = 0; pair < pairs; pair++)
        for (size_t l = 0; l < length; l++)
            ((REAL *)c->head)[pair * length + length - 1 - l] = (REAL)h[pair * taps + l];
    for (size_t p = 0; p < c->partitions; p++)
        for (size_t pair = 0; pair < pairs; pair++) {
            REAL *bins = (REAL *)c->spectra + (p * pairs + pair) * 2 * c->bins;
            /* FFTW's inverse is not normalised: 1/(2L) goes into the kernel, exactly */
            for (size_t l = 0; l < 2 * length; l++)
                w->time[l] = (REAL)(h[pair * taps + p * length + l] / (double)(2 * length));
            FFTW(execute_dft_r2c)
            ((FFTW(plan))c->forward, w->time, (FFTW(complex) *)(void *)w->spectrum);
            for (size_t k = 0; k <= length; k++) {
                bins[k] = w->spectrum[2 * k];
                bins[c->bins + k] = w->spectrum[2 * k + 1];
            }
        }
}

static sinew_status place_start(sinew_convolve *c, work *w, sinew_error *error)
{
    const sinew_recurrence *r = &c->filter.recurrence;
    size_t n = r->outputs * c->length;
    if (!c->filter.x0)
        return SINEW_OK;
    c->carry0 = sinew_alloc(c->filter.copies * n, sizeof(REAL));
    if (!c->carry0)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < c->filter.copies; i++)
        add_tail(c, c->filter.x0 + i * r->order, (REAL *)c->carry0 + i * n, w->wide);
    return SINEW_OK;
}

static sinew_status build(sinew_convolve *c, const sinew_filter_opts *opts, sinew_error *error)
{
    const sinew_recurrence *r = &c->filter.recurrence;
    c->length = opts->partition_frames;
    c->partitions = opts->partitions;
    c->bins = (c->length + 1 + 15) / 16 * 16;
    size_t pairs = r->outputs * r->inputs, taps = (c->partitions + 1) * c->length;
    c->head = sinew_alloc(pairs * c->length, sizeof(REAL));
    c->spectra = sinew_alloc(c->partitions * pairs, 2 * c->bins * sizeof(REAL));
    double *h = sinew_alloc(pairs, taps * sizeof *h);
    void *scratch = sinew_alloc(work_sizes_of(c).all, 1);
    sinew_status status = SINEW_OK;
    if (!c->head || !c->spectra || !h || !scratch)
        status = sinew_fail_memory(error);
    if (!status)
        status = sinew_convolve_kernel(&c->filter, h, taps, error);
    if (!status)
        status = sinew_convolve_matrices(c, error);
    if (!status) {
        work w = work_at(c, scratch);
        plan_transforms(c, &w);
        if (!c->forward || !c->inverse)
            status = sinew_fail_memory(error);
        if (!status)
            place_kernel(c, h, &w);
        if (!status)
            status = place_start(c, &w, error);
    }
    sinew_free(h);
    sinew_free(scratch);
    /* FFTW chooses its code by version and processor, and that rounds as it likes */
    uint64_t identity = sinew_hash_count(c->filter.node.identity, layout_of(c));
    identity = sinew_hash(identity, FFTW(version), strlen(FFTW(version)));
    c->filter.node.identity = sinew_hash(identity, r->simd->name, strlen(r->simd->name));
    return status;
}

sinew_status CONVOLVE_NEW(sinew_node **out, const sinew_discretization *d,
                          const sinew_filter_opts *opts, sinew_error *error)
{
    sinew_convolve *c = sinew_alloc(1, sizeof *c);
    if (!c)
        return sinew_fail_memory(error);
    sinew_status status =
        sinew_filter_init(&c->filter, &convolve_ops, SINEW_ENGINE_CONVOLVE, d, opts, error);
    if (!status)
        status = build(c, opts, error);
    if (status)
        convolve_free(&c->filter.node);
    else
        *out = &c->filter.node;
    return status;
}
