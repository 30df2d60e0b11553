/* Delayed systems seen every step: whole frames to rings, what is left of a delay to all-passes
 * before the inputs that it belongs to. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "ssm/delayed.h"
#include "ssm/form.h"
#include "ssm/sections.h"
#include "ssm/thiran.h"

enum { DEFAULT_ORDER = 4 };

/* A delay of whole frames and an all-pass of `order` poles for the rest; 0: none is needed. */
typedef struct split {
    size_t frames, order;
    double rest;
} split;

/* A ring in a loop has one frame at least: its output must be there before its input is. An
 * all-pass of order N is best for delays of N - 1/2 to N + 1/2 frames. */
static sinew_status split_delay(split *out, double frames, size_t order, bool in_loop,
                                sinew_error *error)
{
    double whole = rint(frames), least = in_loop ? 1 : 0;
    double most = in_loop ? SINEW_DELAY_LOOP_FRAMES_MAX : SINEW_DELAY_FRAMES_MAX;
    if (!(frames <= most))
        return sinew_fail(error, SINEW_ERR_DATA, "a delay of %.10g frames: at most %.0f can be",
                          frames, most);
    if (frames < least - 1e-9)
        return sinew_fail(error, SINEW_ERR_NUMERIC,
                          "a delay in a loop is %g frames long: at least one is needed", frames);
    *out = (split){.frames = (size_t)whole};
    if (fabs(frames - whole) <= 1e-9)
        return SINEW_OK;
    double room = fmax(whole - least, 1);
    out->order = (double)order < room ? order : (size_t)room;
    out->frames = (size_t)fmax(whole - (double)out->order, least);
    out->rest = frames - (double)out->frames;
    return SINEW_OK;
}

/* ---- the plant with all-passes before its last inputs ---- */

static sinew_status alloc(sinew_discretization **out, const sinew_discretization *d, size_t order,
                          sinew_error *error)
{
    sinew_system shape = {.order = order, .inputs = d->inputs, .outputs = d->outputs};
    sinew_status status = sinew_form_alloc(out, &shape, d->step_s, d->method, error);
    if (!status)
        (*out)->hash = d->hash;
    return status;
}

/* A chain with more sections before it, which gets the all-pass's poles as its first states. */
static sinew_status prepend(sinew_discretization **out, const sinew_discretization *d,
                            const sinew_section *sections, size_t count, size_t order,
                            sinew_error *error)
{
    size_t n = d->order + order, at = 0;
    sinew_status status = alloc(out, d, n, error);
    if (!status)
        status = sinew_form_sections(*out, SINEW_FORM_CASCADE, d->n_sections + count, error);
    if (status)
        return status;
    sinew_discretization *o = *out;
    memcpy(o->sections, sections, count * sizeof *sections);
    memcpy(o->sections + count, d->sections, d->n_sections * sizeof *sections);
    sinew_sections_series(o->sections, o->n_sections, 0, n, o->A, o->B, o->C, o->D);
    memcpy(o->less, o->A, n * n * sizeof *o->A);
    for (const sinew_section *s = o->sections; s < o->sections + o->n_sections; s++) {
        for (size_t r = 0; r < (size_t)s->states; r++)
            for (size_t j = 0; j < (size_t)s->states; j++)
                o->less[(at + r) * n + at + j] = s->less[r][j];
        at += (size_t)s->states;
    }
    return SINEW_OK;
}

/* The all-pass of one input as matrices: x+ = A x + b r, w = c x + d r; less: A - I. */
typedef struct pass {
    double A[SINEW_THIRAN_ORDER_MAX * SINEW_THIRAN_ORDER_MAX];
    double less[SINEW_THIRAN_ORDER_MAX * SINEW_THIRAN_ORDER_MAX];
    double b[SINEW_THIRAN_ORDER_MAX], c[SINEW_THIRAN_ORDER_MAX], d;
    size_t order;
} pass;

static void join_sections(pass *p, const sinew_section *sections, size_t count, size_t order)
{
    size_t at = 0;
    *p = (pass){.order = order};
    sinew_sections_series(sections, count, 1, order, p->A, p->b, p->c, &p->d);
    memcpy(p->less, p->A, sizeof p->A);
    for (const sinew_section *s = sections; s < sections + count; s++) {
        for (size_t r = 0; r < (size_t)s->states; r++)
            for (size_t j = 0; j < (size_t)s->states; j++)
                p->less[(at + r) * order + at + j] = s->less[r][j];
        at += (size_t)s->states;
    }
}

/* Behind the all-passes' states, so that what is lower triangular stays so. */
static void copy_plant(sinew_discretization *o, const sinew_discretization *d, size_t first)
{
    size_t n = d->order, wide = o->order, q = d->inputs;
    for (size_t i = 0; i < n; i++) {
        memcpy(o->A + (first + i) * wide + first, d->A + i * n, n * sizeof *d->A);
        memcpy(o->less + (first + i) * wide + first, d->less + i * n, n * sizeof *d->less);
        memcpy(o->B + (first + i) * q, d->B + i * q, q * sizeof *d->B);
    }
    for (size_t i = 0; i < d->outputs && n > 0; i++)
        memcpy(o->C + i * wide + first, d->C + i * n, n * sizeof *d->C);
    memcpy(o->D, d->D, d->outputs * q * sizeof *d->D);
}

/* What acted through column `input` of B and D acts through the all-pass: its states, at `at`, by
 * c, and its input by d. The plant's states stand from `first` on. No x0 is given to a delayed
 * system, so foh's shift is not looked at. */
static void put_before(sinew_discretization *o, size_t first, size_t input, size_t at,
                       const pass *p)
{
    size_t n = o->order, q = o->inputs;
    for (size_t i = first; i < n; i++) {
        double b = o->B[i * q + input];
        for (size_t k = 0; k < p->order; k++)
            o->A[i * n + at + k] = o->less[i * n + at + k] = b * p->c[k];
        o->B[i * q + input] = b * p->d;
    }
    for (size_t i = 0; i < o->outputs; i++) {
        double d = o->D[i * q + input];
        for (size_t k = 0; k < p->order; k++)
            o->C[i * n + at + k] = d * p->c[k];
        o->D[i * q + input] = d * p->d;
    }
    for (size_t i = 0; i < p->order; i++) {
        for (size_t k = 0; k < p->order; k++) {
            o->A[(at + i) * n + at + k] = p->A[i * p->order + k];
            o->less[(at + i) * n + at + k] = p->less[i * p->order + k];
        }
        o->B[(at + i) * q + input] = p->b[i];
    }
}

/* parts (of): before the last `of` inputs, each the same where there is one part for all. */
static sinew_status compose(sinew_discretization **out, const sinew_discretization *d,
                            const split *parts, size_t of, bool same, sinew_error *error)
{
    sinew_section sections[SINEW_THIRAN_ORDER_MAX];
    size_t first = 0, at = 0, count = 0;
    sinew_status status = SINEW_OK;
    if (d->form == SINEW_FORM_CASCADE) {
        status = sinew_thiran(sections, &count, parts[0].rest, parts[0].order, error);
        return status ? status : prepend(out, d, sections, count, parts[0].order, error);
    }
    for (size_t i = 0; i < of; i++)
        first += parts[same ? 0 : i].order;
    status = alloc(out, d, first + d->order, error);
    if (!status)
        copy_plant(*out, d, first);
    for (size_t i = 0; !status && i < of; i++) {
        const split *part = &parts[same ? 0 : i];
        pass p;
        status = sinew_thiran(sections, &count, part->rest, part->order, error);
        if (!status && part->order > 0) {
            join_sections(&p, sections, count, part->order);
            put_before(*out, first, d->inputs - of + i, at, &p);
            at += part->order;
        }
    }
    return status;
}

/* ---- the whole ---- */

void sinew_delayed_discretization_free(sinew_delayed_discretization *d)
{
    if (!d)
        return;
    sinew_discretization_free(d->plant);
    sinew_free(d->frames);
    sinew_free(d);
}

static uint64_t hash_asked(const sinew_delayed *delayed, uint64_t plant, size_t order)
{
    uint64_t hash = sinew_hash(plant, "delayed", 7);
    hash = sinew_hash_count(hash, (uint64_t)delayed->at_input);
    hash = sinew_hash_count(hash, order);
    return sinew_hash_numbers(hash, delayed->delay_s, delayed->n);
}

/* The plant of *d gets its all-passes, and *d its rings. */
static sinew_status split_delays(sinew_delayed_discretization *d, const sinew_delayed *delayed,
                                 size_t order, sinew_error *error)
{
    split *parts = sinew_alloc(d->n, sizeof *parts);
    sinew_status status = parts ? SINEW_OK : sinew_fail_memory(error);
    size_t poles = 0;
    for (size_t i = 0; !status && i < d->n; i++) {
        double frames = delayed->delay_s[i] / d->plant->step_s;
        status = split_delay(&parts[i], frames, order, !d->at_input, error);
        d->frames[i] = parts[i].frames;
        poles += parts[i].order;
    }
    if (!status && poles > 0) {
        sinew_discretization *whole = NULL;
        status = compose(&whole, d->plant, parts, d->at_input ? d->plant->inputs : d->n,
                         d->at_input, error);
        if (!status)
            status = sinew_form_finish(whole, error);
        if (status) {
            sinew_discretization_free(whole);
        } else {
            sinew_discretization_free(d->plant);
            d->plant = whole;
        }
    }
    sinew_free(parts);
    return status;
}

sinew_status sinew_delayed_discretize(sinew_delayed_discretization **out,
                                      const sinew_delayed *delayed,
                                      const sinew_discretize_opts *opts, size_t order,
                                      sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!delayed || order > SINEW_THIRAN_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "no delayed system, or an all-pass of more than %d poles",
                          SINEW_THIRAN_ORDER_MAX);
    sinew_delayed_discretization *d = sinew_alloc(1, sizeof *d);
    if (!d)
        return sinew_fail_memory(error);
    *d = (sinew_delayed_discretization){.n = delayed->n,
                                        .at_input = delayed->at_input,
                                        .inputs = sinew_delayed_inputs(delayed),
                                        .outputs = sinew_delayed_outputs(delayed),
                                        .frames = sinew_alloc(delayed->n, sizeof *d->frames)};
    sinew_status status = d->frames ? SINEW_OK : sinew_fail_memory(error);
    order = order > 0 ? order : DEFAULT_ORDER;
    if (!status)
        status = sinew_discretize(&d->plant, delayed->plant, opts, error);
    if (!status) {
        d->hash = hash_asked(delayed, d->plant->hash, order);
        status = split_delays(d, delayed, order, error);
    }
    if (!status)
        status = sinew_delayed_find_radius(d, error);
    if (status)
        sinew_delayed_discretization_free(d);
    else
        *out = d;
    return status;
}

const sinew_discretization *
sinew_delayed_discretization_plant(const sinew_delayed_discretization *d)
{
    return d->plant;
}

const size_t *sinew_delayed_discretization_frames(const sinew_delayed_discretization *d, size_t *n)
{
    *n = d->n;
    return d->frames;
}
