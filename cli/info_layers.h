/* info_layers: what sinew info has to say of a model that is a graph of layers, which has no
 * system.
 */
#ifndef SINEW_CLI_INFO_LAYERS_H
#define SINEW_CLI_INFO_LAYERS_H

#include <stdbool.h>

#include "sinew/model.h"

/* Channels, latency and memory of the graph at each rate; without one at that it was trained at. */
sinew_status info_layers_print(const sinew_model *model, const double *rates_hz, size_t n_rates,
                               bool json, sinew_error *error);

#endif
