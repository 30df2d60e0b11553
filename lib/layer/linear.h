/* linear: what another layer may share of it. */
#ifndef SINEW_LAYER_LINEAR_H
#define SINEW_LAYER_LINEAR_H

#include "layer/weights.h"

/* Its matrix; NULL where `node` is no linear layer. */
const sinew_weights *sinew_linear_weights_of(const sinew_node *node);

#endif
