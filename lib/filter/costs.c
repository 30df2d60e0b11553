/* Names of costs, products with what was counted, and back from such a product to the costs. */
#include "filter/costs.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"

/* clang-format off */
static const char *const names[SINEW_COSTS] = {
    "call", "scan_run", "scan_cascade", "scan_section", "scan_enter",
    "scan_group", "scan_start", "scan_state", "scan_dense", "scan_column",
    "scan_sample_f64", "scan_sample_f32",
    "block_sample_f64", "block_sample_f32",
    "piece_f64", "piece_f32",
    "piece_begin_f64", "piece_begin_f32",
    "piece_panel_f64", "piece_panel_f32",
    "piece_column_f64", "piece_column_f32",
    "registers_run_f64", "registers_run_f32",
    "registers_block_f64", "registers_block_f32",
    "registers_column_f64", "registers_column_f32",
    "channels_run_f64", "channels_run_f32",
    "channels_block_f64", "channels_block_f32",
    "channels_product_f64", "channels_product_f32",
    "channels_wide_f64", "channels_wide_f32",
    "products_run_f64", "products_run_f32",
    "products_block_f64", "products_block_f32",
    "products_column_f64", "products_column_f32",
    "products_vector_f64", "products_vector_f32",
    "products_pair_f64", "products_pair_f32",
    "products_chain_f64", "products_chain_f32",
    "convolve_run_f64", "convolve_run_f32",
    "convolve_tap_f64", "convolve_tap_f32",
    "convolve_turn_f64", "convolve_turn_f32",
    "convolve_product_f64", "convolve_product_f32",
    "convolve_state_f64", "convolve_state_f32",
};
/* clang-format on */

const char *sinew_cost_name(size_t cost)
{
    return cost < SINEW_COSTS ? names[cost] : NULL;
}

const char *sinew_costs_origin(const sinew_costs *costs)
{
    return costs && costs->measured ? "measured" : "built in";
}

sinew_status sinew_costs_new(sinew_costs **out, const sinew_costs *from, sinew_error *error)
{
    *out = sinew_copy(from, 1, sizeof *from);
    return *out ? SINEW_OK : sinew_fail_memory(error);
}

sinew_status sinew_costs_new_default(sinew_costs **out, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_costs costs = sinew_costs_built_in();
    return sinew_costs_new(out, &costs, error);
}

void sinew_costs_free(sinew_costs *costs)
{
    sinew_free(costs);
}

double sinew_work_ns(const sinew_work *work, const sinew_costs *costs)
{
    double ns = 0;
    for (size_t i = 0; i < SINEW_COSTS; i++)
        ns += work->of[i] * costs->ns[i];
    return ns;
}

void sinew_costs_learn(sinew_costs *costs, const sinew_costs *built_in, const size_t *at, size_t n,
                       const sinew_work *work, double ns)
{
    static const double farthest = 4;
    double own = 0;
    for (size_t i = 0; i < n; i++)
        own += work->of[at[i]] * costs->ns[at[i]];
    double left = ns - (sinew_work_ns(work, costs) - own);
    double factor = own > 0 ? fmin(fmax(left / own, 1 / farthest), farthest) : 1;
    for (size_t i = 0; i < n; i++)
        costs->ns[at[i]] = factor * built_in->ns[at[i]];
}
