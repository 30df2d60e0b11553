/* Kernels from sound files. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "sinew/io.h"
#include "sinew/kernel.h"

enum { PIECE_FRAMES = 4096 };

/* A file as it was read: once, however many entries of the matrix are channels of it. */
typedef struct sound {
    const char *path;
    double *samples; /* (frames, channels), with room for `room` frames */
    size_t frames, room, channels;
    double rate_hz;
} sound;

/* A matrix on its way. */
typedef struct matrix {
    const sinew_kernel_file *files; /* (outputs, inputs) */
    size_t outputs, inputs, pairs;
    sound *sounds;    /* (pairs), of which there are n_sounds */
    const sound **of; /* (pairs); NULL: no path from that input */
    size_t n_sounds;
    size_t held; /* numbers of all sounds */
} matrix;

/* ---- a file ---- */

static sinew_status grow(sound *s, size_t more, sinew_error *error)
{
    if (s->frames + more <= s->room)
        return SINEW_OK;
    size_t room = 2 * s->room + more;
    double *samples = sinew_alloc(room * s->channels, sizeof *samples);
    if (!samples)
        return sinew_fail_memory(error);
    if (s->frames > 0)
        memcpy(samples, s->samples, s->frames * s->channels * sizeof *samples);
    sinew_free(s->samples);
    s->samples = samples;
    s->room = room;
    return SINEW_OK;
}

static sinew_status fail_too_long(const sound *s, size_t most, sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_DATA,
                      "%s: more than %zu taps: one response has %d at most, all files %d samples",
                      s->path, most, SINEW_KERNEL_TAPS_MAX, SINEW_KERNEL_NUMBERS_MAX);
}

/* At most so many frames. */
static sinew_status read_all(sound *s, size_t most, sinew_source *source, sinew_error *error)
{
    int64_t told = sinew_source_signal(source)->frames;
    if (told > 0 && (uint64_t)told > most)
        return fail_too_long(s, most, error);
    sinew_status status = SINEW_OK;
    for (size_t now = 1; !status && now > 0;) {
        status = grow(s, PIECE_FRAMES, error);
        if (status)
            break;
        sinew_block block = {.samples = s->samples + s->frames * s->channels};
        status = sinew_source_read(source, SINEW_SAMPLE_F64, PIECE_FRAMES, &block, error);
        now = status ? 0 : block.n_frames;
        s->frames += now;
        if (s->frames > most)
            status = fail_too_long(s, most, error);
    }
    if (!status && s->frames == 0)
        status = sinew_fail(error, SINEW_ERR_DATA, "%s: has no samples, so no kernel", s->path);
    return status;
}

static sinew_status open_sound(sound *s, size_t held, sinew_error *error)
{
    sinew_source *source = NULL;
    sinew_status status = sinew_source_open(&source, s->path, NULL, error);
    if (status)
        return status;
    const sinew_signal *signal = sinew_source_signal(source);
    s->channels = signal->channels;
    s->rate_hz = signal->rate_hz;
    size_t most = (SINEW_KERNEL_NUMBERS_MAX - held) / s->channels;
    if (!(s->rate_hz > 0))
        status = sinew_fail(error, SINEW_ERR_DATA,
                            "%s: a kernel's file says its rate, as sound files do", s->path);
    else
        status =
            read_all(s, most < SINEW_KERNEL_TAPS_MAX ? most : SINEW_KERNEL_TAPS_MAX, source, error);
    sinew_source_close(source);
    return status;
}

/* ---- the matrix ---- */

/* The sound of that path, which is read where none of the entries before has asked for it. */
static sinew_status find_sound(const sound **out, matrix *m, const char *path, sinew_error *error)
{
    for (size_t i = 0; i < m->n_sounds; i++)
        if (strcmp(m->sounds[i].path, path) == 0) {
            *out = &m->sounds[i];
            return SINEW_OK;
        }
    sound *next = &m->sounds[m->n_sounds++];
    next->path = path;
    *out = next;
    sinew_status status = open_sound(next, m->held, error);
    m->held += next->frames * next->channels;
    return status;
}

static size_t channel_of(const sinew_kernel_file *file)
{
    return file->channel > 0 ? file->channel - 1 : 0;
}

static sinew_status check(const matrix *m, size_t i, sinew_error *error)
{
    const sinew_kernel_file *file = &m->files[i];
    const sound *s = m->of[i], *first = &m->sounds[0];
    if (file->channel == 0 && s->channels != 1)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%s: has %zu channels, of which 'channel' chooses one (1, 2, ...)",
                          s->path, s->channels);
    if (file->channel > s->channels)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%s: has %zu channels, no channel %u", s->path,
                          s->channels, file->channel);
    if (s->rate_hz > first->rate_hz || s->rate_hz < first->rate_hz)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%s is of %.10g Hz, %s of %.10g Hz", s->path,
                          s->rate_hz, first->path, first->rate_hz);
    for (size_t t = 0; t < s->frames; t++) {
        double tap = s->samples[t * s->channels + channel_of(file)];
        if (!isfinite(tap))
            return sinew_fail(error, SINEW_ERR_DATA, "%s: tap %zu is %g", s->path, t, tap);
    }
    return SINEW_OK;
}

static sinew_status read_entries(matrix *m, size_t *blamed, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    for (size_t i = 0; !status && i < m->pairs; i++) {
        if (!m->files[i].path)
            continue;
        status = find_sound(&m->of[i], m, m->files[i].path, error);
        if (!status)
            status = check(m, i, error);
        if (status)
            *blamed = i;
    }
    if (!status && m->n_sounds == 0)
        status = sinew_fail(error, SINEW_ERR_ARGUMENT, "a kernel without a single path");
    return status;
}

/* All of them as long as the longest. */
static sinew_status join(sinew_kernel **out, const matrix *m, sinew_error *error)
{
    size_t taps = 0;
    for (size_t i = 0; i < m->n_sounds; i++)
        taps = m->sounds[i].frames > taps ? m->sounds[i].frames : taps;
    if (taps > SINEW_KERNEL_NUMBERS_MAX / m->pairs)
        return sinew_fail(error, SINEW_ERR_DATA, "%zu kernels of %zu taps are too many", m->pairs,
                          taps);
    double *h = sinew_alloc(m->pairs * taps, sizeof *h);
    if (!h)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < m->pairs; i++)
        for (size_t t = 0; m->of[i] && t < m->of[i]->frames; t++)
            h[i * taps + t] = m->of[i]->samples[t * m->of[i]->channels + channel_of(&m->files[i])];
    sinew_status status =
        sinew_kernel_new(out, m->outputs, m->inputs, taps, h, m->sounds[0].rate_hz, error);
    sinew_free(h);
    return status;
}

sinew_status sinew_kernel_open(sinew_kernel **out, const sinew_kernel_file *files, size_t outputs,
                               size_t inputs, size_t *blamed, sinew_error *error)
{
    size_t unused;
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!files)
        return sinew_fail_null(error);
    if (outputs == 0 || inputs == 0 || outputs > SINEW_KERNEL_CHANNELS_MAX ||
        inputs > SINEW_KERNEL_CHANNELS_MAX)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no files, or too many: %zu x %zu", outputs,
                          inputs);
    blamed = blamed ? blamed : &unused;
    matrix m = {.files = files, .outputs = outputs, .inputs = inputs, .pairs = outputs * inputs};
    *blamed = m.pairs;
    m.sounds = sinew_alloc(m.pairs, sizeof *m.sounds);
    m.of = sinew_alloc(m.pairs, sizeof *m.of);
    sinew_status status =
        m.sounds && m.of ? read_entries(&m, blamed, error) : sinew_fail_memory(error);
    if (!status)
        status = join(out, &m, error);
    for (size_t i = 0; i < m.n_sounds; i++)
        sinew_free(m.sounds[i].samples);
    sinew_free(m.sounds);
    sinew_free(m.of);
    return status;
}
