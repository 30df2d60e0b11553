#include "info_layers.h"

#include <stdio.h>

#include "base/error.h"
#include "json.h"
#include "model_head.h"

typedef struct facts {
    double rate_hz; /* 0: none was said, and none is needed */
    uint32_t inputs, outputs, latency_frames;
    size_t state_bytes;
} facts;

static sinew_status look(facts *f, const sinew_model *model, double rate_hz, sinew_error *error)
{
    sinew_node *node = NULL;
    sinew_footprint footprint;
    sinew_build_opts opts = {.discretize = {.rate_hz = rate_hz}};
    sinew_status status = sinew_model_build(&node, model, &opts, error);
    if (status)
        return status;
    node->ops->footprint(node, 1, &footprint);
    *f = (facts){.rate_hz = rate_hz > 0        ? rate_hz
                            : node->step_s > 0 ? 1 / node->step_s
                                               : 0,
                 .inputs = node->channels_in,
                 .outputs = node->channels_out,
                 .latency_frames = node->latency_frames,
                 .state_bytes = footprint.state_bytes};
    sinew_node_free(node);
    return SINEW_OK;
}

static void as_json(const facts *f, bool first)
{
    fputs(first ? "{\"rate_hz\":" : ",{\"rate_hz\":", stdout);
    json_number(f->rate_hz);
    printf(",\"inputs\":%u,\"outputs\":%u,\"latency_frames\":%u,\"state_bytes\":%zu}", f->inputs,
           f->outputs, f->latency_frames, f->state_bytes);
}

static void as_table(const facts *f)
{
    printf("at %.10g Hz: %u channels in, %u out, %u frames late, %zu bytes of state\n", f->rate_hz,
           f->inputs, f->outputs, f->latency_frames, f->state_bytes);
}

/* Whatever fails does so before anything is printed. */
sinew_status info_layers_print(const sinew_model *model, const double *rates_hz, size_t n_rates,
                               bool json, sinew_error *error)
{
    static const double trained;
    const double *rates = n_rates > 0 ? rates_hz : &trained;
    size_t n = n_rates > 0 ? n_rates : 1;
    facts f;
    sinew_status status = SINEW_OK;
    for (size_t i = 0; !status && i < n; i++)
        status = look(&f, model, rates[i], error);
    if (status)
        return status;
    (json ? model_head_as_json : model_head_as_table)(model);
    if (json)
        fputs(",\"order\":null,\"layers\":[", stdout);
    for (size_t i = 0; !status && i < n; i++) {
        status = look(&f, model, rates[i], error);
        if (json)
            as_json(&f, i == 0);
        else
            as_table(&f);
    }
    if (json)
        puts("]}");
    return status;
}
