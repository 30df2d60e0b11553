/* The nodes that need whole signals, and graphs around such: their table. */
#include "wholes.h"

#include <stdio.h>
#include <stdlib.h>

#include "graphs.h"

static sinew_node *made(sinew_node *node, sinew_status status, const sinew_error *error)
{
    if (status) {
        fprintf(stderr, "law: %s\n", error->text);
        abort();
    }
    return node;
}

static sinew_node *both_ways(sinew_node *forward, sinew_node *backward, sinew_graph_join join)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_status status = sinew_graph_new_bidirectional(&node, forward, backward, join, &error);
    return made(node, status, &error);
}

static sinew_node *make_sum(const law_node *law)
{
    return both_ways(law_make_layers(law), law_make_layers(law), SINEW_GRAPH_SUM);
}

static sinew_node *make_product(const law_node *law)
{
    return both_ways(law_make_words(law), law_make_words(law), SINEW_GRAPH_PRODUCT);
}

static sinew_node *make_concat(const law_node *law)
{
    return both_ways(law_make_filters(law), law_make_beside(law), SINEW_GRAPH_CONCAT);
}

static sinew_node *make_stateful(const law_node *law)
{
    (void)law;
    return both_ways(law_make(law_named("layer s4d")), law_make(law_named("layer s4d")),
                     SINEW_GRAPH_SUM);
}

static sinew_node *make_sequence(const law_node *law)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_node *inner = both_ways(law_make_filters(law), law_make_gate(law), SINEW_GRAPH_SUM);
    sinew_node *const parts[] = {law_make_leftover(law), inner, law_make_filters(law),
                                 law_make_beside(law)};
    sinew_status status = sinew_graph_new_sequence(&node, parts, NULL, 4, &error);
    return made(node, status, &error);
}

static sinew_node *make_nested(const law_node *law)
{
    sinew_error error;
    sinew_node *residual = NULL, *node = NULL;
    sinew_node *inner = both_ways(law_make_filters(law), law_make_gate(law), SINEW_GRAPH_SUM);
    sinew_node *outer = both_ways(inner, law_make_leftover(law), SINEW_GRAPH_PRODUCT);
    sinew_status status = sinew_graph_new_residual(&residual, outer, &error);
    sinew_node *const branches[] = {law_make_filters(law), made(residual, status, &error)};
    status = sinew_graph_new_branches(&node, SINEW_GRAPH_CONCAT, branches, NULL, 2, &error);
    return made(node, status, &error);
}

static sinew_node *make_residual(const law_node *law)
{
    sinew_error error;
    sinew_node *node = NULL;
    sinew_status status = sinew_graph_new_residual(
        &node, both_ways(law_make_filters(law), law_make_gate(law), SINEW_GRAPH_SUM), &error);
    return made(node, status, &error);
}

/* Beside a filter that hears the signal block by block. */
static sinew_node *make_beside(const law_node *law)
{
    sinew_error error;
    sinew_node *node = NULL, *const branches[] = {make_residual(law), law_make_filters(law)};
    sinew_status status =
        sinew_graph_new_branches(&node, SINEW_GRAPH_SUM, branches, NULL, 2, &error);
    return made(node, status, &error);
}

static sinew_node *make_each(const law_node *law)
{
    (void)law;
    sinew_error error;
    sinew_node *node = NULL;
    sinew_node *inner = both_ways(law_make(law_named("kernel cabinet f32")),
                                  law_make(law_named("kernel cabinet f32")), SINEW_GRAPH_SUM);
    sinew_status status = sinew_graph_new_each(&node, inner, 3, &error);
    return made(node, status, &error);
}

#define WHOLE(name_, sample_, in_, out_, make_, steps_)                                            \
    {                                                                                              \
        .name = name_, .group = name_, .sample_in = sample_, .sample_out = SINEW_SAMPLE_F32,       \
        .channels_in = in_, .channels_out = out_, .steps = steps_, .make = make_                   \
    }

const law_node law_wholes[] = {
    WHOLE("bidirectional sum", SINEW_SAMPLE_F32, 3, 4, make_sum, true),
    WHOLE("bidirectional product of words", SINEW_SAMPLE_I32, 1, 4, make_product, true),
    WHOLE("bidirectional concat", SINEW_SAMPLE_F32, 2, 6, make_concat, false),
    WHOLE("bidirectional s4d", SINEW_SAMPLE_F32, 19, 19, make_stateful, true),
    WHOLE("sequence with a bidirectional", SINEW_SAMPLE_F32, 2, 4, make_sequence, false),
    WHOLE("branches, residual and both ways, nested", SINEW_SAMPLE_F32, 2, 4, make_nested, false),
    WHOLE("residual with a bidirectional", SINEW_SAMPLE_F32, 2, 2, make_residual, false),
    WHOLE("branches with a bidirectional", SINEW_SAMPLE_F32, 2, 2, make_beside, false),
    WHOLE("each with a bidirectional", SINEW_SAMPLE_F32, 3, 3, make_each, false),
};

const size_t n_law_wholes = sizeof law_wholes / sizeof *law_wholes;
