/* The lines of Mamba's mixers in the table of nodes.c: shapes of all kinds, at a step of their
 * own. */
#ifndef TESTS_LAW_MIXERS_H
#define TESTS_LAW_MIXERS_H

#include "layers.h"

sinew_node *law_mamba1(const law_node *law);
sinew_node *law_mamba1_odd(const law_node *law);
sinew_node *law_mamba1_one(const law_node *law);
sinew_node *law_mamba1_int8(const law_node *law);
sinew_node *law_mamba2(const law_node *law);
sinew_node *law_mamba2_odd(const law_node *law);
sinew_node *law_mamba2_int8(const law_node *law);
sinew_node *law_mamba3(const law_node *law);
sinew_node *law_mamba3_odd(const law_node *law);
sinew_node *law_mamba3_int8(const law_node *law);

#define MIXER(name_, channels_, make_) LAYER(name_, SINEW_SAMPLE_F32, channels_, channels_, make_)

#define LAW_MIXERS                                                                                 \
    MIXER("mamba1", 16, law_mamba1), MIXER("mamba1 odd", 5, law_mamba1_odd),                       \
        MIXER("mamba1 one", 1, law_mamba1_one), MIXER("mamba1 int8", 7, law_mamba1_int8),          \
        MIXER("mamba2", 16, law_mamba2), MIXER("mamba2 odd", 5, law_mamba2_odd),                   \
        MIXER("mamba2 int8", 3, law_mamba2_int8), MIXER("mamba3", 16, law_mamba3),                 \
        MIXER("mamba3 odd", 5, law_mamba3_odd), MIXER("mamba3 int8", 3, law_mamba3_int8)

#endif
