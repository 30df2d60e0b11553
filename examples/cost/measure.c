/* How long tokens take, and what is kept of them. */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "cost.h"

static const char *const names[KINDS] = {[RECOMPUTED] = "attention, recomputed",
                                         [CACHED] = "attention, cached",
                                         [LSTM] = "LSTM",
                                         [S4D] = "S4D",
                                         [MAMBA] = "Mamba"};

/* Tokens in a row whose time is taken: enough for the clock, few beside the lengths. */
enum { TOKENS = 4 };

/* A run of a model: its stream, and room for a call. */
typedef struct run {
    model model;
    sinew_stream *stream;
    float *in, *out; /* (CALL_FRAMES, d_model) */
    size_t d_model;
} run;

static void run_begin(run *r, kind which, const size *of, size_t context)
{
    sinew_error error;
    sinew_stream_opts opts = {.max_frames = CALL_FRAMES};
    model_init(&r->model, which, of, context);
    check(sinew_stream_open(&r->stream, r->model.node, &opts, &error), &error);
    r->d_model = of->d_model;
    r->in = allocate(CALL_FRAMES * of->d_model, sizeof(float));
    r->out = allocate(CALL_FRAMES * of->d_model, sizeof(float));
    for (size_t i = 0; i < CALL_FRAMES * of->d_model; i++)
        r->in[i] = sinf((float)i * (float)i); /* as good as noise */
}

static void run_end(run *r)
{
    sinew_stream_close(r->stream);
    model_finish(&r->model);
    free(r->in);
    free(r->out);
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seconds for n frames, in calls of so many. */
static double process_s(run *r, size_t n, size_t call_frames)
{
    double before_s = now_s();
    for (size_t at = 0, frames; at < n; at += frames) {
        frames = n - at < call_frames ? n - at : call_frames;
        sinew_block in = {.samples = r->in, .n_frames = frames, .channels = (uint32_t)r->d_model};
        sinew_stream_process(r->stream, &in, &(sinew_block){.samples = r->out});
    }
    return now_s() - before_s;
}

/* The least of five times. */
static double token_s(run *r, size_t *at)
{
    double least_s = INFINITY;
    for (int i = 0; i < 5; i++, *at += TOKENS)
        least_s = fmin(least_s, process_s(r, TOKENS, 1) / TOKENS);
    return least_s;
}

/* One stream through all lengths: the way there in long calls, and at each length some tokens one
 * by one. Those are a part of the way, so the rest of it is scaled up. */
static void measure_stream(cost *c, kind which, const size *of)
{
    run r;
    size_t at = 0;
    run_begin(&r, which, of, c->lengths[c->n - 1] + 5 * TOKENS);
    c->first_s = token_s(&r, &at);
    for (size_t k = 0; k < c->n; k++) {
        size_t whole = c->lengths[k] - (k ? c->lengths[k - 1] : 0), n = c->lengths[k] - at;
        double s = process_s(&r, n, CALL_FRAMES) * (double)whole / (double)n;
        c->at_once_s[k] = s + (k ? c->at_once_s[k - 1] : 0);
        at += n;
        c->token_s[k] = token_s(&r, &at);
    }
    c->parameters = r.model.parameters;
    run_end(&r);
}

/* Without a cache the next token is the last of the prefix, all of which is processed again. */
static void measure_recomputed(cost *c, const size *of)
{
    for (size_t k = 0; k <= c->n; k++) {
        run r;
        size_t n = k ? c->lengths[k - 1] : 1;
        run_begin(&r, RECOMPUTED, of, n);
        *(k ? &c->token_s[k - 1] : &c->first_s) = process_s(&r, n, CALL_FRAMES);
        c->parameters = r.model.parameters;
        run_end(&r);
    }
}

/* The integral of token_s: between two lengths as of a power of L, which is what the costs are (a
 * constant, L, L^2); up to the first length as of a line. */
static void add_up(cost *c)
{
    c->one_by_one_s[0] = (c->first_s + c->token_s[0]) / 2 * (double)c->lengths[0];
    for (size_t k = 1; k < c->n; k++) {
        double from = (double)c->lengths[k - 1], to = (double)c->lengths[k];
        double power = log(c->token_s[k] / c->token_s[k - 1]) / log(to / from);
        c->one_by_one_s[k] =
            c->one_by_one_s[k - 1] + (c->token_s[k] * to - c->token_s[k - 1] * from) / (power + 1);
    }
}

/* Without a cache that is the input of the past; else the saved state of a stream for as many
 * tokens. */
static double kept_bytes(kind which, const size *of, size_t length)
{
    run r;
    if (which == RECOMPUTED)
        return (double)(length * of->d_model * sizeof(float));
    run_begin(&r, which, of, length);
    size_t bytes = sinew_stream_saved_bytes(r.stream);
    run_end(&r);
    return (double)bytes;
}

void measure(cost *c, kind which, const size *of, const size_t *lengths, size_t n)
{
    *c = (cost){.name = names[which], .n = n};
    for (size_t k = 0; k < n; k++) {
        c->lengths[k] = lengths[k];
        c->bytes[k] = kept_bytes(which, of, lengths[k]);
    }
    which == RECOMPUTED ? measure_recomputed(c, of) : measure_stream(c, which, of);
    add_up(c);
}

double slope(const cost *c, const double *y)
{
    double n = 0, x_sum = 0, y_sum = 0, xx = 0, xy = 0;
    for (size_t k = 0; k < c->n; k++) {
        double at = log((double)c->lengths[k]), value = log(y[k]);
        if (4 * c->lengths[k] < c->lengths[c->n - 1])
            continue;
        n++;
        x_sum += at;
        y_sum += value;
        xx += at * at;
        xy += at * value;
    }
    return (n * xy - x_sum * y_sum) / (n * xx - x_sum * x_sum);
}
