#include "filter/growth.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

/* Frames of an impulse response that are looked at: more only count for filters slower than a
 * second or so. */
enum { MOST_FRAMES = 65536, CHUNK_FRAMES = 256 };

static size_t frames_of(size_t settle_frames)
{
    return settle_frames < MOST_FRAMES ? settle_frames : MOST_FRAMES;
}

/* Memory for runs of a chunk; step: (outputs). */
typedef struct chunk {
    double *x, *u, *y, *step, *scratch;
} chunk;

static bool chunk_init(chunk *c, const sinew_recurrence *r)
{
    *c = (chunk){.x = sinew_alloc(r->order, sizeof(double)),
                 .u = sinew_alloc(r->inputs, CHUNK_FRAMES * sizeof(double)),
                 .y = sinew_alloc(r->outputs, CHUNK_FRAMES * sizeof(double)),
                 .step = sinew_alloc(r->outputs, sizeof(double)),
                 .scratch = sinew_alloc(sinew_recurrence_scratch(r), sizeof(double))};
    return c->x && c->u && c->y && c->step && c->scratch;
}

static void chunk_finish(chunk *c)
{
    sinew_free(c->x);
    sinew_free(c->u);
    sinew_free(c->y);
    sinew_free(c->step);
    sinew_free(c->scratch);
}

/* energy[o] = hypot over the frames of an impulse into `input`, peak[o] the largest of their sums.
 */
static void add_energies(double *energy, double *peak, const sinew_recurrence *r, size_t input,
                         size_t frames, const chunk *c)
{
    memset(c->step, 0, r->outputs * sizeof *c->step);
    memset(c->u, 0, CHUNK_FRAMES * r->inputs * sizeof *c->u);
    memset(c->x, 0, r->order * sizeof *c->x);
    c->u[input] = 1;
    for (size_t at = 0; at < frames; at += CHUNK_FRAMES) {
        sinew_recurrence_run(r, c->x, c->u, c->y, CHUNK_FRAMES, c->scratch);
        for (size_t t = 0; t < CHUNK_FRAMES; t++)
            for (size_t o = 0; o < r->outputs; o++) {
                energy[o] = hypot(energy[o], c->y[t * r->outputs + o]);
                c->step[o] += c->y[t * r->outputs + o];
                peak[o] = fmax(peak[o], fabs(c->step[o]));
            }
        c->u[input] = 0;
    }
}

sinew_status sinew_growth_energies(double *energy, double *peak, const sinew_recurrence *r,
                                   size_t settle_frames, sinew_error *error)
{
    chunk c;
    sinew_status status = chunk_init(&c, r) ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < r->inputs; i++)
        add_energies(energy, peak, r, i, frames_of(settle_frames), &c);
    chunk_finish(&c);
    return status;
}

static double length_of(const double *row, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum = hypot(sum, row[i]);
    return sum;
}

sinew_status sinew_growth_find(double *growth, const sinew_lifted *l, const double *reached,
                               const double *seen, const double *energy, sinew_error *error)
{
    size_t n = l->order, p = l->outputs;
    double *reach = sinew_alloc(n, sizeof *reach), noise = 0;
    if (!reach)
        return sinew_fail_memory(error);
    for (size_t s = 0; s < n; s++) {
        reach[s] = length_of(reached + s * n, n);
        noise = hypot(noise, reach[s] * length_of(seen + s * n, n));
    }
    *growth = noise > 0 ? noise / sqrt((double)l->length) / length_of(energy, p) : 0;
    for (size_t r = 0; r < l->length * p; r++) {
        double sum = 0;
        for (size_t s = 0; s < n; s++)
            sum += fabs(l->O[r * n + s]) * reach[s];
        if (sum > 0)
            *growth = fmax(*growth, sum / energy[r % p]);
    }
    sinew_free(reach);
    return SINEW_OK;
}

/* x = A^L x by way of `next`. */
static void move(double *x, double *next, const sinew_lifted *l, const sinew_components *groups)
{
    size_t n = l->order;
    for (size_t c = 0; c < groups->count; c++) {
        const size_t *states;
        size_t size = sinew_component(groups, c, &states);
        for (size_t i = 0; i < size; i++) {
            double sum = 0;
            for (size_t j = 0; j < size; j++)
                sum += l->E[states[i] * n + states[j]] * x[states[j]];
            next[states[i]] = x[states[i]] + sum;
        }
    }
    memcpy(x, next, n * sizeof *x);
}

static void start(double *x, const sinew_lifted *l, size_t input)
{
    for (size_t s = 0; s < l->order; s++)
        x[s] = l->G[s * l->length * l->inputs + input];
}

/* apart[o] = hypot of the difference after an impulse into `input`, of one frame a block: each of a
 * block's in its turn. work: 3 n. */
static void add_apart(double *apart, const sinew_lifted *given, const sinew_lifted *turned,
                      const sinew_components *groups, size_t input, size_t frames, double *work)
{
    size_t n = given->order, L = given->length, p = given->outputs;
    double *x = work, *z = work + n, *next = work + 2 * n;
    start(x, given, input);
    start(z, turned, input);
    for (size_t block = 0; block <= frames / L; block++) {
        for (size_t o = 0; o < p; o++) {
            size_t row = (block % L * p + o) * n;
            double sum = 0;
            for (size_t s = 0; s < n; s++)
                sum += given->O[row + s] * x[s] - turned->O[row + s] * z[s];
            apart[o] = hypot(apart[o], sum);
        }
        move(x, next, given, groups);
        move(z, next, turned, groups);
    }
}

sinew_status sinew_growth_lost(double *lost, const sinew_lifted *given, const sinew_lifted *turned,
                               const sinew_components *groups, const double *energy,
                               size_t settle_frames, sinew_error *error)
{
    size_t p = given->outputs;
    double *apart = sinew_alloc(p, sizeof *apart);
    double *work = sinew_alloc(3 * given->order, sizeof *work);
    sinew_status status = apart && work ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < given->inputs; i++)
        add_apart(apart, given, turned, groups, i, frames_of(settle_frames), work);
    *lost = 0;
    for (size_t o = 0; !status && o < p; o++)
        if (!(apart[o] <= 0)) /* a NaN is lost too */
            *lost =
                fmax(*lost, isnan(apart[o]) ? INFINITY
                                            : apart[o] * sqrt((double)given->length) / energy[o]);
    sinew_free(apart);
    sinew_free(work);
    return status;
}
