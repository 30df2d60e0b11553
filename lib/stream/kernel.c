/* Kernels from sound files. */
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "sinew/io.h"
#include "sinew/kernel.h"

enum { PIECE_FRAMES = 4096 };

/* A response as it was read: `taps` of the `room` numbers are used. */
typedef struct response {
    double *h;
    size_t taps, room;
    double rate_hz;
} response;

static sinew_status grow(response *r, size_t more, sinew_error *error)
{
    if (r->taps + more <= r->room)
        return SINEW_OK;
    size_t room = 2 * r->room + more;
    double *h = sinew_alloc(room, sizeof *h);
    if (!h)
        return sinew_fail_memory(error);
    if (r->taps > 0)
        memcpy(h, r->h, r->taps * sizeof *h);
    sinew_free(r->h);
    r->h = h;
    r->room = room;
    return SINEW_OK;
}

static sinew_status check(const char *path, const sinew_signal *signal, sinew_error *error)
{
    if (signal->channels != 1)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%s: has %u channels: a kernel's file has one, a matrix of kernels one "
                          "file for each pair",
                          path, signal->channels);
    if (!(signal->rate_hz > 0))
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%s: a kernel's file says its rate, as sound files do", path);
    if (signal->frames > SINEW_KERNEL_TAPS_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "%s: %lld taps are more than %d", path,
                          (long long)signal->frames, SINEW_KERNEL_TAPS_MAX);
    return SINEW_OK;
}

static sinew_status read_all(response *r, const char *path, sinew_source *source,
                             sinew_error *error)
{
    sinew_status status = check(path, sinew_source_signal(source), error);
    r->rate_hz = sinew_source_signal(source)->rate_hz;
    for (size_t now = 1; !status && now > 0;) {
        status = grow(r, PIECE_FRAMES, error);
        if (status)
            break;
        sinew_block block = {.samples = r->h + r->taps};
        status = sinew_source_read(source, SINEW_SAMPLE_F64, PIECE_FRAMES, &block, error);
        now = status ? 0 : block.n_frames;
        r->taps += now;
        if (r->taps > SINEW_KERNEL_TAPS_MAX)
            status = sinew_fail(error, SINEW_ERR_DATA, "%s: more than %d taps", path,
                                SINEW_KERNEL_TAPS_MAX);
    }
    if (!status && r->taps == 0)
        status = sinew_fail(error, SINEW_ERR_DATA, "%s: has no samples, so no kernel", path);
    return status;
}

static sinew_status open_response(response *r, const char *path, sinew_error *error)
{
    sinew_source *source = NULL;
    sinew_status status = sinew_source_open(&source, path, NULL, error);
    if (!status)
        status = read_all(r, path, source, error);
    sinew_source_close(source);
    return status;
}

/* All of one rate, and as long as the longest. */
static sinew_status join(sinew_kernel **out, const response *r, const char *const *paths,
                         size_t outputs, size_t inputs, sinew_error *error)
{
    size_t pairs = outputs * inputs, taps = 0;
    for (size_t i = 0; i < pairs; i++) {
        if (r[i].rate_hz > r[0].rate_hz || r[i].rate_hz < r[0].rate_hz)
            return sinew_fail(error, SINEW_ERR_MISMATCH, "%s is of %.10g Hz, %s of %.10g Hz",
                              paths[0], r[0].rate_hz, paths[i], r[i].rate_hz);
        taps = r[i].taps > taps ? r[i].taps : taps;
    }
    if (taps > SINEW_KERNEL_NUMBERS_MAX / pairs)
        return sinew_fail(error, SINEW_ERR_DATA, "%zu kernels of %zu taps are too many", pairs,
                          taps);
    double *h = sinew_alloc(pairs * taps, sizeof *h);
    if (!h)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < pairs; i++)
        memcpy(h + i * taps, r[i].h, r[i].taps * sizeof *h);
    sinew_status status = sinew_kernel_new(out, outputs, inputs, taps, h, r[0].rate_hz, error);
    sinew_free(h);
    return status;
}

sinew_status sinew_kernel_open(sinew_kernel **out, const char *const *paths, size_t outputs,
                               size_t inputs, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!paths)
        return sinew_fail_null(error);
    if (outputs == 0 || inputs == 0 || outputs > SINEW_KERNEL_NUMBERS_MAX / inputs)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no files, or too many: %zu x %zu", outputs,
                          inputs);
    response *responses = sinew_alloc(outputs * inputs, sizeof *responses);
    if (!responses)
        return sinew_fail_memory(error);
    sinew_status status = SINEW_OK;
    for (size_t i = 0; !status && i < outputs * inputs; i++)
        status = open_response(&responses[i], paths[i], error);
    if (!status)
        status = join(out, responses, paths, outputs, inputs, error);
    for (size_t i = 0; i < outputs * inputs; i++)
        sinew_free(responses[i].h);
    sinew_free(responses);
    return status;
}
