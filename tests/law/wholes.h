/* Nodes with SINEW_NODE_WHOLE, to which cuts and saved states mean nothing: a table of their own,
 * and the laws that they keep (whole.c, trap.c). */
#ifndef TESTS_LAW_WHOLES_H
#define TESTS_LAW_WHOLES_H

#include "nodes.h"

extern const law_node law_wholes[];
extern const size_t n_law_wholes;

#endif
