/* The inside of a delayed filter, for those who ask for its engine. */
#ifndef SINEW_FILTER_DELAYED_H
#define SINEW_FILTER_DELAYED_H

#include "sinew/node.h"

/* The node that runs the plant; NULL where `node` is no delayed filter. */
const sinew_node *sinew_delayed_inner(const sinew_node *node);

#endif
