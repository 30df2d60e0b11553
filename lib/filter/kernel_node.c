/* filter.kernel: a kernel as a node, by a partitioned convolution for each copy, and perhaps a
 * filter of a discretization beside it, which hears the same input and is added. */
#include "filter/kernel_node.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/samples.h"
#include "filter/kernel.h"

static size_t samples_bytes(const sinew_kernel_node *f, size_t frames)
{
    return sinew_aligned(frames * f->node.channels_out * sinew_sample_bytes(f->node.sample_out));
}

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    const sinew_kernel_node *f = (const sinew_kernel_node *)node;
    sinew_footprint plus = {0};
    if (f->plus)
        f->plus->ops->footprint(f->plus, max_frames, &plus);
    out->state_bytes = f->copies * f->copy_bytes + plus.state_bytes;
    out->saved_bytes = sinew_kernel_node_saved_bytes(f);
    out->scratch_bytes =
        f->plus ? sinew_aligned(plus.scratch_bytes) + samples_bytes(f, max_frames) : 0;
}

static void reset(const sinew_node *node, void *state)
{
    const sinew_kernel_node *f = (const sinew_kernel_node *)node;
    for (size_t i = 0; i < f->copies; i++) {
        *sinew_kernel_node_is_whole(f, state, i) = 0;
        sinew_partitioned_reset(&f->levels, sinew_kernel_node_levels(f, state, i));
    }
    if (f->plus)
        f->plus->ops->reset(f->plus, sinew_kernel_node_plus(f, state));
}

/* The copy's past goes to the convolution that is to go on. */
static void turn_to(const sinew_kernel_node *f, void *state, size_t copy, bool whole)
{
    uint64_t *is_whole = sinew_kernel_node_is_whole(f, state, copy);
    void *now, *next;
    if ((*is_whole != 0) == whole)
        return;
    const sinew_partitioned *from = sinew_kernel_node_now(f, state, copy, &now);
    *is_whole = whole;
    const sinew_partitioned *to = sinew_kernel_node_now(f, state, copy, &next);
    sinew_partitioned_hand_over(from, now, to, next);
}

static const void *input_at(const sinew_kernel_node *f, const sinew_block *in, size_t frame)
{
    return (const char *)in->samples + frame * f->node.channels_in * f->levels.real_bytes;
}

/* The next frames that one convolution takes, alike for all copies: a whole block, else those up to
 * where one begins. A NaN's block is none: one transform would put it in the frames before. */
static size_t next_frames(const sinew_kernel_node *f, const void *state, const sinew_block *in,
                          size_t at, bool *whole)
{
    void *now;
    size_t left = in->n_frames - at;
    *whole = false;
    if (!f->whole.n_levels)
        return left;
    sinew_kernel_node_now(f, state, 0, &now);
    size_t length = f->whole.levels[0].length;
    size_t place = sinew_partitioned_level_phase(&f->whole, now);
    *whole =
        place == 0 && left >= length &&
        sinew_samples_finite(input_at(f, in, at), f->node.sample_in, length * f->node.channels_in);
    if (*whole)
        return length;
    return left >= 2 * length - place ? length - place : left;
}

static void run_copies(const sinew_kernel_node *f, void *state, const sinew_block *in,
                       sinew_block *out)
{
    size_t bytes = f->levels.real_bytes;
    sinew_partitioned_frames frames = {.stride_in = f->node.channels_in,
                                       .stride_out = f->node.channels_out};
    for (size_t at = 0; at < in->n_frames; at += frames.n) {
        bool whole;
        frames.n = next_frames(f, state, in, at, &whole);
        for (size_t i = 0; i < f->copies; i++) {
            void *now;
            turn_to(f, state, i, whole);
            const sinew_partitioned *c = sinew_kernel_node_now(f, state, i, &now);
            frames.u = (const char *)input_at(f, in, at) + i * bytes;
            frames.y = (char *)out->samples + (at * frames.stride_out + i) * bytes;
            sinew_partitioned_run(c, now, &frames);
        }
    }
}

static void add(sinew_sample sample, void *to, const void *from, size_t n)
{
    if (sample == SINEW_SAMPLE_F32)
        for (size_t t = 0; t < n; t++)
            ((float *)to)[t] += ((const float *)from)[t];
    else
        for (size_t t = 0; t < n; t++)
            ((double *)to)[t] += ((const double *)from)[t];
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    const sinew_kernel_node *f = (const sinew_kernel_node *)node;
    sinew_block beside = *out;
    if (f->plus) { /* first: the input may be where the output goes */
        beside.samples = scratch;
        f->plus->ops->process(f->plus, sinew_kernel_node_plus(f, state),
                              (unsigned char *)scratch + samples_bytes(f, in->n_frames), in,
                              &beside);
    }
    run_copies(f, state, in, out);
    if (f->plus)
        add(f->node.sample_out, out->samples, beside.samples, in->n_frames * f->node.channels_out);
}

/* What is older than the kernel is forgotten. */
static void advance(const sinew_node *node, void *state, void *scratch, uint64_t n_frames)
{
    const sinew_kernel_node *f = (const sinew_kernel_node *)node;
    const sinew_partitioned *c = &f->levels;
    for (size_t i = 0; i < f->copies; i++) {
        turn_to(f, state, i, false);
        void *copy = sinew_kernel_node_levels(f, state, i);
        sinew_partitioned_frames silence = {.n = (size_t)n_frames};
        if (n_frames < c->taps)
            sinew_partitioned_run(c, copy, &silence);
        else
            sinew_partitioned_seek(
                c, copy,
                (uint32_t)((sinew_partitioned_phase(copy) + n_frames) % SINEW_PARTITIONED_LONGEST));
    }
    if (f->plus)
        f->plus->ops->advance(f->plus, sinew_kernel_node_plus(f, state), scratch, n_frames);
}

static const sinew_node_ops kernel_ops;

/* Another kernel for the same channels, with the same system added or none. */
static bool follows(const sinew_node *node, const sinew_node *from, size_t *missing_frames)
{
    const sinew_kernel_node *f = (const sinew_kernel_node *)node,
                            *other = (const sinew_kernel_node *)from;
    if (from->ops != &kernel_ops || node->channels_in != from->channels_in ||
        f->copies != other->copies || node->step_s < from->step_s || node->step_s > from->step_s ||
        !f->plus != !other->plus || (f->plus && f->plus->model_hash != other->plus->model_hash))
        return false;
    size_t taps = f->levels.taps, kept = other->levels.taps;
    *missing_frames = taps > kept ? taps - kept : 0;
    return true;
}

static void kernel_node_free(sinew_node *node)
{
    sinew_kernel_node *f = (sinew_kernel_node *)node;
    sinew_node_free(f->plus);
    sinew_partitioned_finish(&f->levels);
    sinew_partitioned_finish(&f->whole);
    sinew_free(f);
}

static const sinew_node_ops kernel_ops = {.kind = "filter.kernel",
                                          .footprint = footprint,
                                          .reset = reset,
                                          .process = process,
                                          .save_state = sinew_kernel_node_save,
                                          .load_state = sinew_kernel_node_load,
                                          .advance = advance,
                                          .free = kernel_node_free,
                                          .follows = follows};

/* ---- the node ---- */

static sinew_status check_plus(const sinew_kernel *k, const sinew_discretization *plus,
                               sinew_error *error)
{
    sinew_matrices m = sinew_discretization_matrices(plus);
    double rate = 1 / sinew_discretization_step_s(plus);
    if (m.outputs != k->outputs || m.inputs != k->inputs)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "the kernel has %zu outputs and %zu inputs, what is added to it %zu and "
                          "%zu",
                          k->outputs, k->inputs, m.outputs, m.inputs);
    if (fabs(rate - k->rate_hz) > 1e-9 * k->rate_hz)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "the kernel is of %.10g Hz, what is added to it of %.10g Hz", k->rate_hz,
                          rate);
    return SINEW_OK;
}

static sinew_status check_range(const sinew_kernel *k, sinew_error *error)
{
    for (size_t i = 0; i < k->outputs * k->inputs * k->taps; i++)
        if (!(fabs(k->h[i]) <= FLT_MAX))
            return sinew_fail(error, SINEW_ERR_NUMERIC,
                              "tap %zu of the kernel is %g, which is beyond f32", i % k->taps,
                              k->h[i]);
    return SINEW_OK;
}

static sinew_status check(const sinew_kernel *k, const sinew_discretization *plus,
                          const sinew_filter_opts *opts, sinew_error *error)
{
    if (opts->sample != SINEW_SAMPLE_F64 && opts->sample != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a filter runs in f64 or f32");
    if ((unsigned)opts->engine >= SINEW_ENGINES)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no engine has the number %d",
                          (int)opts->engine);
    if (!plus && opts->engine != SINEW_ENGINE_AUTO && opts->engine != SINEW_ENGINE_CONVOLVE)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "a kernel has no state space: it runs by convolve, not by %s",
                          sinew_engine_name(opts->engine));
    if (!plus && opts->x0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a kernel starts from silence: it has no x0");
    if ((k->inputs != 1 || k->outputs != 1) && opts->channels && opts->channels != k->inputs)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "%u channels for a kernel with %zu inputs and %zu outputs",
                          opts->channels, k->inputs, k->outputs);
    sinew_status status = plus ? check_plus(k, plus, error) : SINEW_OK;
    return !status && opts->sample == SINEW_SAMPLE_F32 ? check_range(k, error) : status;
}

static void init_node(sinew_kernel_node *f, const sinew_kernel *k, const sinew_filter_opts *opts)
{
    bool single = k->inputs == 1 && k->outputs == 1;
    uint32_t channels = opts->channels ? opts->channels : (uint32_t)k->inputs;
    f->copies = single ? channels : 1;
    f->node = (sinew_node){.ops = &kernel_ops,
                           .sample_in = opts->sample,
                           .sample_out = opts->sample,
                           .channels_in = channels,
                           .channels_out = single ? channels : (uint32_t)k->outputs,
                           .flags = SINEW_NODE_FORGETS,
                           .settle_frames = k->taps,
                           .step_s = 1 / k->rate_hz};
}

/* What is computed, and how; with whole blocks no bits are promised, as they depend on the cuts. */
static void name_node(sinew_kernel_node *f, const sinew_kernel *k)
{
    const sinew_partitioned *c = &f->levels;
    uint64_t plus[2] = {f->plus ? f->plus->model_hash : 0, f->plus ? f->plus->identity : 0};
    uint64_t hash = sinew_hash(k->hash, "fir", 3);
    hash = sinew_hash_count(hash, f->node.channels_in);
    f->node.model_hash = sinew_hash_count(hash, plus[0]);
    uint64_t identity = sinew_hash_count(f->node.model_hash, plus[1]);
    identity = sinew_hash_count(identity, c->real_bytes);
    for (size_t i = 0; i < c->n_levels; i++)
        identity = sinew_hash_count(identity, c->levels[i].length);
    identity = sinew_hash(identity, c->simd->name, strlen(c->simd->name));
    f->node.identity = f->whole.n_levels ? 0 : identity;
}

static sinew_status init_plus(sinew_kernel_node *f, const sinew_discretization *plus,
                              const sinew_filter_opts *opts, sinew_error *error)
{
    sinew_footprint bytes;
    sinew_status status = sinew_filter_new(&f->plus, plus, opts, error);
    if (status)
        return status;
    f->plus->ops->footprint(f->plus, 1, &bytes);
    f->plus_saved = bytes.saved_bytes;
    f->node.flags &= f->plus->flags;
    if (f->plus->settle_frames > f->node.settle_frames)
        f->node.settle_frames = f->plus->settle_frames;
    return SINEW_OK;
}

static sinew_status init_convolutions(sinew_kernel_node *f, const sinew_kernel *k,
                                      const sinew_kernel_opts *opts, sinew_error *error)
{
    sinew_sample sample = opts->filter.sample;
    sinew_partitioned_opts levels = {.n_levels = opts->n_levels};
    memcpy(levels.lengths, opts->lengths, sizeof levels.lengths);
    if (levels.n_levels == 0)
        sinew_partitioned_plan(&levels, k->inputs, k->outputs, k->taps, sample);
    sinew_status status = sinew_partitioned_init(&f->levels, k->inputs, k->outputs, k->taps, k->h,
                                                 sample, &levels, error);
    f->copy_bytes = SINEW_ALIGN + sinew_partitioned_state(&f->levels);
    if (status || opts->call_frames == 0)
        return status;
    sinew_partitioned_opts whole = {.n_levels = 1, .whole = true};
    whole.lengths[0] = sinew_partitioned_plan_whole(&levels, k->inputs, k->outputs, k->taps, sample,
                                                    opts->call_frames);
    if (whole.lengths[0] == 0)
        return SINEW_OK;
    status = sinew_partitioned_init(&f->whole, k->inputs, k->outputs, k->taps, k->h, sample, &whole,
                                    error);
    f->copy_bytes += sinew_partitioned_state(&f->whole);
    return status;
}

sinew_status sinew_filter_new_kernel(sinew_node **out, const sinew_kernel *kernel,
                                     const sinew_discretization *plus,
                                     const sinew_kernel_opts *opts, sinew_error *error)
{
    static const sinew_kernel_opts defaults;
    if (!out)
        return sinew_fail_null(error);
    opts = opts ? opts : &defaults;
    *out = NULL;
    if (!kernel)
        return sinew_fail_null(error);
    sinew_status status = check(kernel, plus, &opts->filter, error);
    if (!status && opts->n_levels > SINEW_KERNEL_LEVELS_MAX)
        status = sinew_fail(error, SINEW_ERR_ARGUMENT, "%zu levels: at most %d can be",
                            opts->n_levels, SINEW_KERNEL_LEVELS_MAX);
    if (status)
        return status;
    sinew_kernel_node *f = sinew_alloc(1, sizeof *f);
    if (!f)
        return sinew_fail_memory(error);
    init_node(f, kernel, &opts->filter);
    status = init_convolutions(f, kernel, opts, error);
    if (!status && plus)
        status = init_plus(f, plus, &opts->filter, error);
    if (status) {
        kernel_node_free(&f->node);
        return status;
    }
    name_node(f, kernel);
    *out = &f->node;
    return SINEW_OK;
}

size_t sinew_filter_kernel_levels(const sinew_node *node, size_t lengths[SINEW_KERNEL_LEVELS_MAX])
{
    if (node->ops != &kernel_ops)
        return 0;
    const sinew_partitioned *c = &((const sinew_kernel_node *)node)->levels;
    for (size_t i = 0; i < c->n_levels; i++)
        lengths[i] = c->levels[i].length;
    return c->n_levels;
}
