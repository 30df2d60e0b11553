/* The linear time-invariant ones: LegT, whose S states hold the last L frames in polynomials as
 * well as S numbers can (sinew/hippo.h), one system for each bit, with the readout of least
 * squares. It is not trained on sequences: the distribution itself has moments that can be written
 * down. */
#include <math.h>
#include <stdlib.h>

#include "copying.h"

/* log C(n, k) */
static double log_choose(double n, double k)
{
    return k > n ? -INFINITY : lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* At random places: C(t, i) C(L - 1 - t, M - 1 - i) / C(L, M). */
double *place_chances(const task *k)
{
    double *chances = allocate(k->content * k->length, sizeof *chances);
    double length = (double)k->length, content = (double)k->content;
    for (size_t i = 0; i < k->content; i++) {
        double *row = chances + i * k->length, before = (double)i;
        if (k->fixed)
            row[fixed_place(k, i)] = 1;
        for (size_t t = 0; t < k->length && !k->fixed; t++)
            row[t] = exp(log_choose((double)t, before) +
                         log_choose(length - 1 - (double)t, content - 1 - before) -
                         log_choose(length, content));
    }
    return chances;
}

/* The memory: LegT of `order` states over the L tokens; outputs C (M, order), or the state. */
static sinew_node *memory_new(const task *k, size_t order, const double *C)
{
    sinew_hippo legt = {.measure = SINEW_HIPPO_LEGT,
                        .order = order,
                        .window_s = (double)k->length,
                        .outputs = C ? k->content : 0,
                        .C = C};
    sinew_discretize_opts how = {.step_s = 1, .method = SINEW_METHOD_ZOH};
    sinew_system *system = NULL;
    sinew_discretization *discretization = NULL;
    sinew_node *node = NULL;
    sinew_error error;
    check(sinew_system_new_hippo(&system, &legt, &error), &error);
    check(sinew_discretize(&discretization, system, &how, &error), &error);
    check(sinew_filter_new(&node, discretization, NULL, &error), &error);
    sinew_discretization_free(discretization);
    sinew_system_free(system);
    return node;
}

/* The state in which an impulse leaves the memory: (L + 1, order), row a after a frames. */
static double *state_by_age(const task *k, size_t order)
{
    double *x = allocate(k->length + 1, sizeof *x);
    double *states = allocate((k->length + 1) * order, sizeof *states);
    sinew_node *memory = memory_new(k, order, NULL);
    sinew_stream *stream = NULL;
    sinew_error error;
    check(sinew_stream_open(&stream, memory, NULL, &error), &error);
    x[0] = 1;
    sinew_block in = {.samples = x, .n_frames = k->length + 1, .channels = 1};
    sinew_stream_process(stream, &in, &(sinew_block){.samples = states});
    sinew_stream_close(stream);
    sinew_node_free(memory);
    free(x);
    return states;
}

/* X (m, n) <- X G^-1 of a symmetric G (n, n) > 0, which is overwritten by its Cholesky factor. */
static void divide(double *X, double *G, size_t m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            for (size_t l = 0; l < j; l++)
                G[i * n + j] -= G[i * n + l] * G[j * n + l];
            G[i * n + j] = i == j ? sqrt(G[i * n + i]) : G[i * n + j] / G[j * n + j];
        }
    for (double *x = X; x < X + m * n; x += n) {
        for (size_t i = 0; i < n; x[i] /= G[i * n + i], i++)
            for (size_t l = 0; l < i; l++)
                x[i] -= G[i * n + l] * x[l];
        for (size_t i = n; i-- > 0; x[i] /= G[i * n + i])
            for (size_t l = i + 1; l < n; l++)
                x[i] -= G[l * n + i] * x[l];
    }
}

/* C (M, order), the readout of bits x_i = +-1 by least squares. The state is sum_j x_j h(t_j), the
 * x_j are independent, so with p_i(t) the chance that the i-th token stands at t
 *     E[x_i state] = sum_t p_i(t) h(t)      E[state state'] = sum_t sum_i p_i(t) h(t) h(t)'
 * and C is the one times the inverse of the other (+ 1e-12 of it, for there may be more states
 * than places). */
static double *fit_readout(const task *k, const double *chances, size_t order)
{
    double *states = state_by_age(k, order), trace = 0;
    double *C = allocate(k->content * order, sizeof *C), *G = allocate(order * order, sizeof *G);
    for (size_t t = 0; t < k->length; t++) {
        const double *h = states + (k->length - t) * order;
        double any = 0;
        for (size_t i = 0; i < k->content; i++) {
            double p = chances[i * k->length + t];
            any += p;
            for (size_t r = 0; r < order; r++)
                C[i * order + r] += p * h[r];
        }
        for (size_t r = 0; r < order * order; r++)
            G[r] += any * h[r / order] * h[r % order];
    }
    for (size_t r = 0; r < order; r++)
        trace += G[r * order + r];
    for (size_t r = 0; r < order; r++)
        G[r * order + r] += 1e-12 * trace;
    divide(C, G, k->content, order);
    free(states);
    free(G);
    return C;
}

sinew_node *lti_new(const task *k, const double *chances, size_t order)
{
    double *C = fit_readout(k, chances, order);
    sinew_node *node = memory_new(k, order, C);
    free(C);
    return node;
}

/* +1 or -1 where bit b of content is heard, 0 at noise. */
static double heard(int32_t token, int b)
{
    return token >= KINDS ? 0 : token >> b & 1 ? 1 : -1;
}

/* Each bit has a stream of its own, and is told by the sign of the answer. */
void lti_run(score *sum, const task *k, const sequence *s, sinew_stream *stream)
{
    static double x[BLOCK], y[BLOCK * CONTENT_MOST];
    int told[CONTENT_MOST] = {0};
    size_t frames = k->length + 1, n = 0;
    for (int b = 0; b < BITS; b++) {
        sinew_stream_reset(stream, 0);
        for (size_t t = 0; t < frames; t += n) {
            n = frames - t < BLOCK ? frames - t : BLOCK;
            for (size_t j = 0; j < n; j++)
                x[j] = heard(s->tokens[t + j], b);
            sinew_block in = {.samples = x, .n_frames = n, .channels = 1};
            sinew_stream_process(stream, &in, &(sinew_block){.samples = y});
        }
        for (size_t i = 0; i < k->content; i++)
            told[i] |= (y[(n - 1) * k->content + i] > 0) << b;
    }
    count(sum, k, s, told);
}

/* As above with a state for each place: E[state state'] is diagonal, and the weight of a token at t
 * in the answer for the i-th is p_i(t) / sum_j p_j(t). */
void limit_run(score *sum, const task *k, const double *chances, const sequence *s)
{
    int told[CONTENT_MOST] = {0};
    for (size_t i = 0; i < k->content; i++)
        for (int b = 0; b < BITS; b++) {
            double answer = 0;
            for (size_t j = 0; j < k->content; j++) {
                const double *p = chances + s->places[j];
                double any = 0;
                for (size_t l = 0; l < k->content; l++)
                    any += p[l * k->length];
                answer += heard(s->kinds[j], b) * p[i * k->length] / any;
            }
            told[i] |= (answer > 0) << b;
        }
    count(sum, k, s, told);
}
