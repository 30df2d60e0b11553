/* Graphs for the table of nodes.c. */
#ifndef TESTS_LAW_GRAPHS_H
#define TESTS_LAW_GRAPHS_H

#include "nodes.h"

sinew_node *law_make_filters(const law_node *law); /* two filters, a sequence that forgets: 2, 2 */
sinew_node *law_make_layers(const law_node *law);  /* layers that take steps: 3, 4 */
sinew_node *law_make_words(const law_node *law);   /* ids, an embedding, a residual: 1, 4 */
sinew_node *law_make_gate(const law_node *law);    /* a product, of a sum and a filter: 2, 2 */
sinew_node *law_make_beside(const law_node *law);  /* filters side by side, which forget: 2, 4 */
sinew_node *
law_make_leftover(const law_node *law); /* a filter of its own and what it leaves: 2, 2 */

/* Around spectra: a mask of bins that a filter makes, one of bands: 1, 1; complex features, held:
 * 1, 3. */
sinew_node *law_make_mask(const law_node *law);
sinew_node *law_make_mask_bands(const law_node *law);
sinew_node *law_make_held(const law_node *law);

/* A filter, a gate and a layer of one channel on each channel: 3, 3. */
sinew_node *law_make_each(const law_node *law);

#endif
