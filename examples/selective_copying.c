/* Selective copying: what no linear time-invariant system can keep, and a selective one can.
 *
 *     cc selective_copying.c copying/[a-z]*.c $(pkg-config --cflags --libs sinew) -lm
 *     ./selective_copying [--longest L] [--sequences N] [--content M] [--json]
 *
 * M content tokens of 4 kinds stand at random places among noise, L tokens in all (after Gu, Dao
 * 2023, arXiv 2312.00752); one frame later all M are to be told, in order. copying/selective.c does
 * it at any length with 4 states and weights set by construction. copying/lti.c does what can be
 * done without selection, and there is a bound to that:
 *
 * Theorem. No LTI system with a linear readout, of any number of states and however trained, tells
 * the i-th of M tokens, 1 < i < M < L.
 *   Let x_j = +-1 say which of two kinds the j-th token is, at t_j. What is read off (the sign of
 *   it, or of the difference of two scores) is s = c + sum_j f(t_j) x_j: f is the response to a
 *   token of that age, which is all that an LTI system knows of it; c is the same for both kinds. s
 *   has the sign of x_i also when all others are against it, so f(t_i) > sum over j != i of
 *   |f(t_j)|. With t_i = t and t_{i+1} = t + 1 that says f(t) > |f(t + 1)|; with t_{i-1} = t and
 *   t_i = t + 1 it says f(t + 1) > |f(t)|. Both cannot be.
 * If the answer is not to depend on the places f must be constant, and then order is lost. (The
 * first and the last token are told by an f that doubles from frame to frame, for as long as
 * numbers can. A readout that is not linear has to undo the spacing first, from as many states as
 * the spacing has freedoms.) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copying/copying.h"

/* In all, of both bits. */
static const size_t lti_states[] = {4, 8, 64};
enum { LTI = sizeof lti_states / sizeof *lti_states };

typedef struct options {
    size_t longest, sequences, content;
    bool json;
} options;

/* How everyone did at a task. */
typedef struct row {
    task task;
    double off;
    score selective, lti[LTI], limit;
} row;

static void do_row(row *r, size_t sequences, sinew_stream *selective)
{
    const task *k = &r->task;
    double *chances = place_chances(k);
    sequence s = {.tokens = allocate(k->length + 1, sizeof *s.tokens)};
    sinew_node *nodes[LTI];
    sinew_stream *streams[LTI];
    sinew_error error;
    for (int i = 0; i < LTI; i++) {
        nodes[i] = lti_new(k, chances, lti_states[i] / BITS);
        check(sinew_stream_open(&streams[i], nodes[i], NULL, &error), &error);
    }
    for (size_t n = 0; n < sequences; n++) {
        draw_sequence(k, &s);
        selective_run(&r->selective, &r->off, k, &s, selective);
        for (int i = 0; i < LTI; i++)
            lti_run(&r->lti[i], k, &s, streams[i]);
        limit_run(&r->limit, k, chances, &s);
    }
    for (int i = 0; i < LTI; i++) {
        sinew_stream_close(streams[i]);
        sinew_node_free(nodes[i]);
    }
    free(s.tokens);
    free(chances);
}

static void print_heading(const options *o)
{
    printf("%zu tokens of %d kinds at random places, %zu sequences; tokens told right, by chance "
           "%.0f %%\n\n",
           o->content, KINDS, o->sequences, 100.0 / KINDS);
    printf("%10s  %11s  %s\n%10s  %4d states", "L", "selective", "LTI, its best linear readout", "",
           SELECTIVE_STATES);
    for (int i = 0; i < LTI; i++)
        printf("  %3zu states", lti_states[i]);
    printf("  any number of states\n");
}

static void print_row(const row *r)
{
    printf("%10zu  %9.2f %%", r->task.length, 100 * accuracy(&r->selective, &r->task));
    for (int i = 0; i < LTI; i++)
        printf("  %8.2f %%", 100 * accuracy(&r->lti[i], &r->task));
    printf("  %8.2f %%%s\n", 100 * accuracy(&r->limit, &r->task),
           r->task.fixed ? "   the same places each time" : "");
}

static void print_tokens(const char *name, const score *sum, size_t content)
{
    printf("%10s", name);
    for (size_t i = 0; i < content; i++)
        printf(" %3.0f", 100 * (double)sum->right[i] / (double)sum->sequences);
    printf("   %zu of %zu sequences whole\n", sum->whole, sum->sequences);
}

static void print_conclusion(const row *r)
{
    size_t content = r->task.content;
    printf("\nL = %zu, %% of each token, the first to the last:\n", r->task.length);
    print_tokens("selective", &r->selective, content);
    print_tokens("LTI, any", &r->limit, content);
    printf(
        "\nThe selective state was at most %.2g of a last digit beside the exact one (1/2 would "
        "be wrong).\n"
        "An LTI system knows of a token its age alone. To tell the i-th token, 1 < i < %zu, its\n"
        "response would have to be larger at age a than at a + 1, for the tokens behind it, "
        "and\nlarger at a + 1 than at a, for those before it: no number of states has that.\n",
        r->off, content);
}

static void json_score(const char *name, size_t states, const score *sum, const task *k)
{
    printf("{\"name\":\"%s\",\"states\":", name);
    printf(states ? "%zu" : "null", states);
    printf(",\"tokens\":%.17g,\"whole\":%.17g,\"by_token\":[", accuracy(sum, k),
           (double)sum->whole / (double)sum->sequences);
    for (size_t i = 0; i < k->content; i++)
        printf("%s%.17g", i ? "," : "", (double)sum->right[i] / (double)sum->sequences);
    printf("]}");
}

/* One object a line. */
static void json_row(const row *r)
{
    const task *k = &r->task;
    printf("{\"length\":%zu,\"content\":%zu,\"places\":\"%s\",\"sequences\":%zu,\"off\":%.17g,"
           "\"scores\":[",
           k->length, k->content, k->fixed ? "fixed" : "random", r->selective.sequences, r->off);
    json_score("selective", SELECTIVE_STATES, &r->selective, k);
    for (int i = 0; i < LTI; i++) {
        printf(",");
        json_score("lti", lti_states[i], &r->lti[i], k);
    }
    printf(",");
    json_score("limit", 0, &r->limit, k);
    printf("]}\n");
}

static bool number(size_t *out, const char *text, size_t least, size_t most)
{
    char *end = NULL;
    unsigned long value = text ? strtoul(text, &end, 10) : 0;
    *out = value;
    return text && *text && !*end && value >= least && value <= most;
}

static options read_options(char **argv)
{
    options o = {.longest = 100000, .sequences = 200, .content = 16};
    bool right = true;
    for (argv++; right && *argv; argv++)
        if (!strcmp(*argv, "--json"))
            o.json = true;
        else if (!strcmp(*argv, "--longest"))
            right = number(&o.longest, *++argv, CONTENT_MOST, 10000000);
        else if (!strcmp(*argv, "--sequences"))
            right = number(&o.sequences, *++argv, 1, 1000000);
        else if (!strcmp(*argv, "--content"))
            right = number(&o.content, *++argv, 1, CONTENT_MOST);
        else
            right = false;
    if (!right) {
        fprintf(stderr,
                "selective_copying [--longest L] [--sequences N] [--content M, at most %d] "
                "[--json]\n",
                CONTENT_MOST);
        exit(2);
    }
    return o;
}

static void do_task(row *r, const options *o, size_t length, bool fixed, sinew_stream *selective)
{
    *r = (row){.task = {.length = length, .content = o->content, .fixed = fixed}};
    do_row(r, o->sequences, selective);
    o->json ? json_row(r) : print_row(r);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static const size_t lengths[] = {16, 20, 24, 32, 64, 128, 1000, 10000, 100000, 1000000};
    options o = read_options(argv);
    sinew_node *node = selective_new();
    sinew_stream *selective = NULL;
    sinew_error error;
    row fixed, random;
    (void)argc;
    check(sinew_stream_open(&selective, node, NULL, &error), &error);
    if (!o.json)
        print_heading(&o);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        if (lengths[i] >= o.content && lengths[i] <= o.longest)
            do_task(&random, &o, lengths[i], false, selective);
    do_task(&fixed, &o, random.task.length, true, selective);
    if (!o.json)
        print_conclusion(&random);
    sinew_stream_close(selective);
    sinew_node_free(node);
    return 0;
}
