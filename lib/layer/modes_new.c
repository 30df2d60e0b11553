/* Modes from tensors. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "layer/modes.h"

sinew_status sinew_mode_numbers(float **out, const sinew_mode_set *set, const sinew_tensor *tensor,
                                const char *what, uint32_t rank, const uint64_t *shape,
                                sinew_error *error)
{
    uint64_t whole[SINEW_TENSOR_RANK_MAX];
    for (uint32_t i = 0; i < rank; i++)
        whole[i] = shape[i];
    if (set->parts == 2)
        whole[rank++] = 2;
    return sinew_parameter_floats(out, tensor, what, rank, whole, error);
}

/* *out NULL where there is no tensor; required ones are refused then. */
static sinew_status read(float **out, const sinew_tensor *tensor, const char *what, bool required,
                         uint32_t rank, const uint64_t *shape, sinew_error *error)
{
    if (required && !tensor)
        return sinew_parameter_check(tensor, what, rank, shape, error);
    return sinew_parameter_floats(out, tensor, what, rank, shape, error);
}

/* (channels), or (channels, 1) as some checkpoints have it. */
static sinew_status read_steps(float **out, const sinew_tensor *tensor, uint64_t channels,
                               sinew_error *error)
{
    const uint64_t shape[] = {channels, 1};
    uint32_t rank = tensor && tensor->rank == 2 ? 2 : 1;
    return read(out, tensor, "log_step", true, rank, shape, error);
}

static sinew_status allocate(sinew_mode_set *set, sinew_error *error)
{
    size_t n = set->channels * set->order;
    set->lambda = sinew_alloc(2 * n, sizeof *set->lambda);
    set->B = sinew_alloc(2 * n, sizeof *set->B);
    set->step = sinew_alloc(n, sizeof *set->step);
    return set->lambda && set->B && set->step ? SINEW_OK : sinew_fail_memory(error);
}

static void fill(sinew_mode_set *set, const float *re, bool logarithm, const float *im,
                 const float *log_step)
{
    for (size_t i = 0; i < set->channels * set->order; i++) {
        set->lambda[2 * i] = logarithm ? -exp((double)re[i]) : (double)re[i];
        set->lambda[2 * i + 1] = im ? (double)im[i] : 0;
        set->B[2 * i] = 1;
        set->step[i] = exp((double)log_step[i / set->order]);
    }
}

static sinew_status read_all(sinew_mode_set *set, const sinew_mode_tensors *t, uint32_t rank,
                             const uint64_t *shape, sinew_error *error)
{
    const sinew_tensor *re = t->log_A_real ? t->log_A_real : t->A_real;
    float *values[3] = {NULL, NULL, NULL};
    sinew_status status = read(&values[0], re, "A_real", true, rank, shape, error);
    if (!status)
        status = read(&values[1], t->A_imag, "A_imag", false, rank, shape, error);
    if (!status)
        status = read_steps(&values[2], t->log_step, shape[0], error);
    if (!status)
        status = allocate(set, error);
    if (!status)
        fill(set, values[0], t->log_A_real != NULL, values[1], values[2]);
    for (size_t i = 0; i < 3; i++)
        sinew_free(values[i]);
    return status;
}

sinew_status sinew_mode_set_init(sinew_mode_set *set, const sinew_mode_tensors *t, bool flat,
                                 sinew_error *error)
{
    const sinew_tensor *re = t->log_A_real ? t->log_A_real : t->A_real;
    uint64_t shape[] = {SINEW_ANY, SINEW_ANY};
    uint32_t rank = flat ? 1 : 2;
    *set = (sinew_mode_set){.parts = t->A_imag ? 2 : 1, .bilinear = t->bilinear};
    if (t->log_A_real && t->A_real)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "log_A_real or A_real, not both");
    sinew_status status = sinew_parameter_check(re, "A_real", rank, shape, error);
    if (status)
        return status;
    for (uint32_t i = 0; i < rank; i++)
        shape[i] = re->shape[i];
    set->channels = (size_t)shape[0];
    set->order = flat ? 1 : (size_t)shape[1];
    return read_all(set, t, rank, shape, error);
}

void sinew_mode_set_finish(sinew_mode_set *set)
{
    sinew_free(set->lambda);
    sinew_free(set->B);
    sinew_free(set->step);
    sinew_free(set->a);
    sinew_free(set->b);
    *set = (sinew_mode_set){0};
}
