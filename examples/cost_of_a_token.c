/* The cost of a token: what attention, an LSTM and state spaces take for the next one, when there
 * have been L.
 *
 *     cc cost_of_a_token.c cost/[a-z]*.c $(pkg-config --cflags --libs sinew) -lm
 *     ./cost_of_a_token [--d-model D] [--layers N] [--longest L] [--longest-recomputed L] [--json]
 *
 * One width, one depth, random weights, one thread; time is the thread's CPU time. Each model runs
 * through one stream to the longest L, in long calls ("at once"), and stops at each L for some
 * tokens in calls of one frame ("the next token"). "One by one", L tokens with a call for each, is
 * the integral of the latter: all L calls are not made, but the cost changes smoothly between the
 * lengths at which it is measured. Attention without a cache processes the whole prefix again for
 * each token. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cost/cost.h"

typedef struct options {
    size size;
    size_t longest, longest_recomputed;
    bool json;
} options;

/* A column of a table for each model, a row for each length. */
typedef struct table {
    const char *title;
    size_t offset; /* of the array within cost */
    double unit;
} table;

static const table tables[] = {
    {"the next token where there are L, ms", offsetof(cost, token_s), 1e3},
    {"L tokens one by one, s (the integral of the table above)", offsetof(cost, one_by_one_s), 1},
    {"L tokens at once, s", offsetof(cost, at_once_s), 1},
    {"kept from token to token, KiB (recomputed: the input of the past)", offsetof(cost, bytes),
     1 / 1024.0},
};

static const double *column(const cost *c, const table *t)
{
    return (const double *)((const char *)c + t->offset);
}

static void print_heading(const char *title, const cost *costs)
{
    printf("\n%s\n%8s", title, "L");
    for (int i = 0; i < KINDS; i++)
        printf("  %21s", costs[i].name);
    printf("\n");
}

static void print_table(const table *t, const cost *costs)
{
    const cost *longest = &costs[CACHED];
    print_heading(t->title, costs);
    for (size_t k = 0; k < longest->n; k++) {
        printf("%8zu", longest->lengths[k]);
        for (int i = 0; i < KINDS; i++)
            if (k < costs[i].n && column(&costs[i], t)[k] > 0)
                printf("  %21.5g", column(&costs[i], t)[k] * t->unit);
            else
                printf("  %21s", "-");
        printf("\n");
    }
    printf("%8s", "slope");
    for (int i = 0; i < KINDS; i++)
        if (column(&costs[i], t)[0] > 0)
            printf("  %21.2f", slope(&costs[i], column(&costs[i], t)));
        else
            printf("  %21s", "-");
    printf("\n");
}

/* How much faster a prompt is read at once than one by one, the first to the last length. */
static void print_conclusion(const cost *costs)
{
    print_heading("of the longest L: at once, times as fast as one by one; weights", costs);
    printf("%8s", "");
    for (int i = 0; i < KINDS; i++) {
        size_t last = costs[i].n - 1;
        if (costs[i].at_once_s[last] > 0)
            printf("  %21.2f", costs[i].one_by_one_s[last] / costs[i].at_once_s[last]);
        else
            printf("  %21s", "-");
    }
    printf("\n%8s", "");
    for (int i = 0; i < KINDS; i++)
        printf("  %21zu", costs[i].parameters);
    printf(
        "\n\nA slope is the power of L with which a column grows, from a quarter of its longest L "
        "on.\n");
}

static void json_array(const char *name, const double *values, size_t n)
{
    printf(",\"%s\":[", name);
    for (size_t k = 0; k < n; k++)
        printf("%s%.17g", k ? "," : "", values[k]);
    printf("]");
}

/* One object a line. */
static void json_cost(const cost *c)
{
    printf("{\"name\":\"%s\",\"parameters\":%zu,\"lengths\":[", c->name, c->parameters);
    for (size_t k = 0; k < c->n; k++)
        printf("%s%zu", k ? "," : "", c->lengths[k]);
    printf("],\"first_s\":%.17g", c->first_s);
    json_array("token_s", c->token_s, c->n);
    json_array("one_by_one_s", c->one_by_one_s, c->n);
    if (c->at_once_s[0] > 0)
        json_array("at_once_s", c->at_once_s, c->n);
    json_array("bytes", c->bytes, c->n);
    printf(",\"slopes\":{\"token_s\":%.17g,\"one_by_one_s\":%.17g", slope(c, c->token_s),
           slope(c, c->one_by_one_s));
    if (c->at_once_s[0] > 0)
        printf(",\"at_once_s\":%.17g", slope(c, c->at_once_s));
    printf(",\"bytes\":%.17g}}\n", slope(c, c->bytes));
}

static bool number(size_t *out, const char *text, size_t least, size_t most)
{
    char *end = NULL;
    *out = text ? strtoul(text, &end, 10) : 0;
    return text && *text && !*end && *out >= least && *out <= most;
}

static options read_options(char **argv)
{
    options o = {
        .size = {.d_model = 256, .layers = 4}, .longest = 65536, .longest_recomputed = 65536};
    bool right = true;
    for (argv++; right && *argv; argv++)
        if (!strcmp(*argv, "--json"))
            o.json = true;
        else if (!strcmp(*argv, "--d-model"))
            right = number(&o.size.d_model, *++argv, HEAD, 4096) && o.size.d_model % HEAD == 0;
        else if (!strcmp(*argv, "--layers"))
            right = number(&o.size.layers, *++argv, 1, LAYERS_MOST);
        else if (!strcmp(*argv, "--longest"))
            right = number(&o.longest, *++argv, 2 * SHORTEST, (size_t)SHORTEST << LENGTHS_MOST);
        else if (!strcmp(*argv, "--longest-recomputed"))
            right = number(&o.longest_recomputed, *++argv, 2 * SHORTEST, o.longest);
        else
            right = false;
    if (!right) {
        fprintf(stderr,
                "cost_of_a_token [--d-model D, of %ds] [--layers N] [--longest L] "
                "[--longest-recomputed L] [--json]\n",
                HEAD);
        exit(2);
    }
    return o;
}

/* SHORTEST, twice that ... up to `longest`; returns how many. */
static size_t list_lengths(size_t *lengths, size_t longest)
{
    size_t n = 0;
    for (size_t length = SHORTEST; length <= longest && n < LENGTHS_MOST; length *= 2)
        lengths[n++] = length;
    return n;
}

int main(int argc, char **argv)
{
    options o = read_options(argv);
    size_t lengths[LENGTHS_MOST];
    static cost costs[KINDS];
    (void)argc;
    for (int i = 0; i < KINDS; i++) {
        size_t longest =
            i == RECOMPUTED && o.longest_recomputed < o.longest ? o.longest_recomputed : o.longest;
        measure(&costs[i], (kind)i, &o.size, lengths, list_lengths(lengths, longest));
        if (o.json)
            json_cost(&costs[i]);
        fflush(stdout);
    }
    if (o.json)
        return 0;
    printf("d_model %zu, %zu layers, one thread, CPU time\n", o.size.d_model, o.size.layers);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        print_table(&tables[i], costs);
    print_conclusion(costs);
    return 0;
}
