/* N4SID: subspace identification of input and output records (Van Overschee, De Moor 1994,
 * Automatica 30:75; 1996). With the past i frames and the future i frames of both records side by
 * side in each row, the part of the future outputs that the past tells and the future inputs do not
 * is the observability matrix times states. In the triangle of one QR factorization,
 *
 *     rows [U_future | U_past Y_past | Y_future] = Q R,
 *
 * it is the block of R beside the past and under the future outputs (Verhaegen 1994, PO-MOESP: past
 * outputs as instruments take the noise out). Its singular values tell the order, A and C follow
 * (shift.h), and with the poles made stable the rest is least squares (records_fit.c). All channels
 * are taken in units of their rms. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "identify/records.h"
#include "identify/search.h"
#include "identify/shift.h"
#include "math/matrix.h"
#include "math/svd.h"
#include "math/tall.h"

enum { MOST_DEFAULT = 20, LEAST_BLOCKS = 10 };

typedef struct n4sid {
    sinew_records records; /* scaled */
    double *u, *y;         /* what they point at */
    double *scale_u, *scale_y;
    sinew_unstable unstable;
    size_t blocks;        /* i */
    size_t n;             /* singular values */
    double *sigma, *left; /* (n), (n, outputs, blocks) */
    sinew_shift shift;
    double complex *x0; /* (n): of the last candidate made */
} n4sid;

static void finish(n4sid *s)
{
    sinew_free(s->u);
    sinew_free(s->y);
    sinew_free(s->scale_u);
    sinew_free(s->scale_y);
    sinew_free(s->sigma);
    sinew_free(s->left);
    sinew_free(s->x0);
    sinew_shift_finish(&s->shift);
}

/* Each channel over its rms; 1 for a channel of zeros. */
static sinew_status scale(double **out, double **by, const double *x, size_t n, size_t channels,
                          sinew_error *error)
{
    *out = sinew_copy(x, n * channels, sizeof *x);
    *by = sinew_alloc(channels, sizeof **by);
    if (!*out || !*by)
        return sinew_fail_memory(error);
    for (size_t c = 0; c < channels; c++) {
        double most = 0, sum = 0;
        for (size_t k = 0; k < n; k++)
            most = fmax(most, fabs(x[k * channels + c]));
        for (size_t k = 0; most > 0 && k < n; k++)
            sum += (x[k * channels + c] / most) * (x[k * channels + c] / most);
        (*by)[c] = most > 0 ? most * sqrt(sum / (double)n) : 1;
        for (size_t k = 0; k < n; k++)
            (*out)[k * channels + c] /= (*by)[c];
    }
    return SINEW_OK;
}

/* Blocks for the order, twice as many so that noise averages out, but no more than the records have
 * rows for: more rows than columns. */
static sinew_status choose_blocks(n4sid *s, size_t needed, size_t most, sinew_error *error)
{
    const sinew_records *r = &s->records;
    size_t least = (needed + r->outputs - 1) / r->outputs + 1;
    size_t wanted = 2 * ((most + r->outputs - 1) / r->outputs + 1);
    size_t each = 2 + 2 * (r->inputs + r->outputs), fit = (r->n + 1) / each;
    if (wanted < LEAST_BLOCKS)
        wanted = LEAST_BLOCKS;
    s->blocks = wanted < fit ? wanted : fit;
    if (s->blocks < least)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "%zu frames are too few for an order of %zu: %zu are needed", r->n,
                          needed, least * each);
    return SINEW_OK;
}

/* Frame k ... k + 2 i - 1 in a row: u of the second half, u and y of the first, y of the second. */
static sinew_status factorise(sinew_tall *t, const n4sid *s, sinew_error *error)
{
    const sinew_records *r = &s->records;
    size_t half_u = s->blocks * r->inputs, half_y = s->blocks * r->outputs;
    sinew_status status = sinew_tall_init(t, 2 * (half_u + half_y), error);
    for (size_t k = 0; !status && k + 2 * s->blocks <= r->n; k++) {
        double *row;
        status = sinew_tall_row(&row, t, error);
        if (status)
            return status;
        const double *u = r->u + k * r->inputs, *y = r->y + k * r->outputs;
        memcpy(row, u + half_u, half_u * sizeof *row);
        memcpy(row + half_u, u, half_u * sizeof *row);
        memcpy(row + 2 * half_u, y, half_y * sizeof *row);
        memcpy(row + 2 * half_u + half_y, y + half_y, half_y * sizeof *row);
    }
    return status ? status : sinew_tall_reduce(t, error);
}

/* The inputs' own triangle must not be singular: they would not tell one frame from another. */
static bool input_is_rich(const sinew_tall *t, const n4sid *s)
{
    size_t n = 2 * s->blocks * s->records.inputs;
    double most = 0, least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        double size = fabs(t->rows[i * t->columns + i]);
        most = fmax(most, size);
        least = fmin(least, size);
    }
    return least > 0x1p-36 * most;
}

/* An input of little bandwidth can be rich enough for fewer blocks. */
static sinew_status factorise_rich(sinew_tall *t, n4sid *s, size_t needed, sinew_error *error)
{
    size_t least = (needed + s->records.outputs - 1) / s->records.outputs + 1;
    for (;;) {
        sinew_status status = factorise(t, s, error);
        if (status || input_is_rich(t, s))
            return status;
        sinew_tall_finish(t);
        if (s->blocks * 3 / 4 < least)
            return sinew_fail(error, SINEW_ERR_DATA,
                              "the input is too simple to tell %zu frames apart: it should be more "
                              "like noise",
                              2 * s->blocks);
        s->blocks = s->blocks * 3 / 4;
    }
}

/* The singular vectors of the future outputs, of the block of R that the past has in them. */
static sinew_status decompose(n4sid *s, const sinew_tall *t, sinew_error *error)
{
    const sinew_records *r = &s->records;
    size_t half_u = s->blocks * r->inputs, half_y = s->blocks * r->outputs;
    size_t past = half_u + half_y, k = half_y;
    double *block = sinew_alloc(past * half_y, sizeof *block);
    double *U = sinew_alloc(past * k, sizeof *U), *Vt = sinew_alloc(k * half_y, sizeof *Vt);
    s->n = k;
    s->sigma = sinew_alloc(k, sizeof *s->sigma);
    s->left = sinew_alloc(k * half_y, sizeof *s->left);
    s->x0 = sinew_alloc(k, sizeof *s->x0);
    sinew_status status =
        block && U && Vt && s->sigma && s->left && s->x0 ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        for (size_t i = 0; i < past; i++)
            memcpy(block + i * half_y, t->rows + (half_u + i) * t->columns + half_u + past,
                   half_y * sizeof *block);
        status = sinew_svd(U, s->sigma, Vt, block, past, half_y, error);
    }
    for (size_t v = 0; !status && v < k; v++) /* (block, output) to (output, block) */
        sinew_matrix_transpose(s->left + v * half_y, Vt + v * half_y, s->blocks, r->outputs);
    sinew_free(block);
    sinew_free(U);
    sinew_free(Vt);
    if (!status)
        status = sinew_shift_init(&s->shift, k, r->outputs, s->blocks, s->left, s->sigma, error);
    return status;
}

static sinew_status realize(sinew_modes *modes, const n4sid *s, size_t k, sinew_error *error)
{
    size_t p = s->records.outputs, q = s->records.inputs;
    double *A = sinew_alloc(k * k + k * q + p * k + p * q, sizeof *A);
    double *B = A + k * k, *C = B + k * q, *D = C + p * k;
    if (!A)
        return sinew_fail_memory(error);
    sinew_status status = sinew_shift_realize(A, C, &s->shift, k, error);
    if (!status)
        status = sinew_modes_of_matrices(modes, &(sinew_matrices){k, q, p, A, B, C, D}, error);
    sinew_free(A);
    return status;
}

static sinew_status make(sinew_candidate *out, void *context, size_t order, sinew_error *error)
{
    n4sid *s = context;
    *out = (sinew_candidate){.order = order};
    sinew_status status = realize(&out->modes, s, order, error);
    if (!status) {
        sinew_modes_settle(&out->modes, s->unstable, &out->changes);
        status = sinew_records_fit(&out->modes, s->x0, &s->records, error);
    }
    if (!status)
        status = sinew_records_error(&out->error, &out->peak_error, &out->modes, s->x0, &s->records,
                                     error);
    if (status)
        sinew_candidate_finish(out);
    return status;
}

/* Where the singular values fall most, of those that are more than rounding. */
static size_t largest_gap(const n4sid *s, size_t most)
{
    size_t best = 1;
    double gap = 0, noise = 0x1p-48 * s->sigma[0];
    for (size_t k = 1; k <= most && k < s->n && s->sigma[k - 1] > noise; k++) {
        double ratio = s->sigma[k - 1] / fmax(s->sigma[k], noise);
        if (ratio > gap) {
            gap = ratio;
            best = k;
        }
    }
    return best;
}

static sinew_status choose(sinew_candidate *out, n4sid *s, const sinew_identify_opts *o,
                           sinew_error *error)
{
    size_t most = s->records.outputs * (s->blocks - 1), wanted = o->most ? o->most : MOST_DEFAULT;
    bool found = true;
    if (o->order)
        return make(out, s, o->order, error);
    if (most > wanted)
        most = wanted;
    if (o->tolerance == 0)
        return make(out, s, largest_gap(s, most), error);
    sinew_status status = sinew_search_order(out, &found, make, s, 1, most, o->tolerance, error);
    if (!status && !found)
        return sinew_search_failed(out, o->tolerance, error);
    /* the search may have tried others since */
    size_t order = out->order;
    sinew_candidate_finish(out);
    return status ? status : make(out, s, order, error);
}

/* Out of the units of the channels' rms. */
static void unscale(sinew_modes *m, const n4sid *s)
{
    for (size_t i = 0; i < m->n; i++) {
        for (size_t j = 0; j < m->inputs; j++)
            m->b[i * m->inputs + j] /= s->scale_u[j];
        for (size_t o = 0; o < m->outputs; o++)
            m->c[i * m->outputs + o] *= s->scale_y[o];
    }
    for (size_t o = 0; o < m->outputs; o++)
        for (size_t j = 0; j < m->inputs; j++)
            m->D[o * m->inputs + j] *= s->scale_y[o] / s->scale_u[j];
}

static sinew_status report_on(sinew_identify_report *report, n4sid *s,
                              const sinew_candidate *candidate, double step_s, sinew_error *error)
{
    if (!report)
        return SINEW_OK;
    const sinew_modes *m = &candidate->modes;
    sinew_identify_tell(report, candidate);
    report->method = SINEW_METHOD_ZOH;
    report->step_s = step_s;
    report->n_singular_values = s->n;
    report->singular_values = sinew_copy(s->sigma, s->n, sizeof(double));
    report->initial = sinew_alloc(sinew_modes_states(m), sizeof(double));
    if (!report->singular_values || !report->initial)
        return sinew_fail_memory(error);
    sinew_modes_state(report->initial, m, s->x0);
    return SINEW_OK;
}

/* A pole at z < 0 becomes a pair, each with half of its state. */
static void split(const sinew_modes *m, double complex *x0)
{
    for (size_t i = 0; i < m->n; i++)
        if (cimag(m->poles[i]) == 0 && creal(m->poles[i]) < 0)
            x0[i] /= 2;
}

static sinew_status identify(sinew_system **out, sinew_identify_report *report, n4sid *s,
                             const sinew_identify_opts *o, double step_s, uint64_t data,
                             sinew_error *error)
{
    sinew_candidate candidate = {0};
    sinew_tall t = {0};
    size_t most = o->order ? o->order : o->most ? o->most : MOST_DEFAULT;
    sinew_status status = choose_blocks(s, o->order ? o->order : 1, most, error);
    if (!status)
        status = factorise_rich(&t, s, o->order ? o->order : 1, error);
    if (!status)
        status = decompose(s, &t, error);
    sinew_tall_finish(&t);
    if (!status)
        status = choose(&candidate, s, o, error);
    if (!status) {
        split(&candidate.modes, s->x0);
        unscale(&candidate.modes, s);
        sinew_modes_make_continuous(&candidate.modes, step_s, SINEW_METHOD_ZOH);
        status = sinew_modes_system(out, &candidate.modes, SINEW_METHOD_ZOH,
                                    sinew_identify_hash("records", data, step_s, o), error);
    }
    if (!status)
        status = report_on(report, s, &candidate, step_s, error);
    sinew_candidate_finish(&candidate);
    return status;
}

static sinew_status check(const double *u, const double *y, size_t n, size_t inputs, size_t outputs,
                          const sinew_identify_opts *o, double *step_s, sinew_error *error)
{
    if (!u || !y || !o || inputs < 1 || outputs < 1)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no input, no output or no options");
    sinew_status status = sinew_identify_check(step_s, o, error);
    if (!status && o->method != SINEW_METHOD_DEFAULT && o->method != SINEW_METHOD_ZOH)
        status = sinew_fail(error, SINEW_ERR_ARGUMENT, "records are taken by zoh");
    if (!status)
        status = sinew_identify_check_data(u, n, inputs, "the input", error);
    if (!status)
        status = sinew_identify_check_data(y, n, outputs, "the output", error);
    return status;
}

sinew_status sinew_identify_records(sinew_system **out, sinew_identify_report *report,
                                    const double *u, const double *y, size_t n, size_t inputs,
                                    size_t outputs, const sinew_identify_opts *opts,
                                    sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    double step_s = 0;
    n4sid s = {0};
    *out = NULL;
    if (report)
        *report = (sinew_identify_report){0};
    sinew_status status = check(u, y, n, inputs, outputs, opts, &step_s, error);
    if (!status)
        status = scale(&s.u, &s.scale_u, u, n, inputs, error);
    if (!status)
        status = scale(&s.y, &s.scale_y, y, n, outputs, error);
    if (!status) {
        uint64_t data = sinew_hash_numbers(SINEW_HASH_START, u, n * inputs);
        data = sinew_hash_numbers(data, y, n * outputs);
        s.records = (sinew_records){s.u, s.y, n, inputs, outputs};
        s.unstable = opts->unstable;
        status = identify(out, report, &s, opts, step_s, data, error);
    }
    if (status) {
        sinew_identify_report_finish(report);
        sinew_system_free(*out);
        *out = NULL;
    }
    finish(&s);
    return status;
}
