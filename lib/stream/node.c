#include "sinew/node.h"

void sinew_node_free(sinew_node *node)
{
    if (node)
        node->ops->free(node);
}
