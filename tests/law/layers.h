/* The lines of learned layers in the table of nodes.c. A new layer: a maker in layers.c, its
 * declaration and its line here. Its weights are pieces of one array of noise. */
#ifndef TESTS_LAW_LAYERS_H
#define TESTS_LAW_LAYERS_H

#include "nodes.h"

sinew_node *law_linear(const law_node *law);
sinew_node *law_linear_int8(const law_node *law);
sinew_node *law_rms_norm(const law_node *law);
sinew_node *law_layer_norm(const law_node *law);
sinew_node *law_activation(const law_node *law);
sinew_node *law_embedding(const law_node *law);
sinew_node *law_embedding_tied(const law_node *law);
sinew_node *law_gru(const law_node *law);
sinew_node *law_gru_int8(const law_node *law);
sinew_node *law_lstm(const law_node *law);
sinew_node *law_shortconv(const law_node *law);
sinew_node *law_s4d(const law_node *law);
sinew_node *law_s4d_real(const law_node *law);
sinew_node *law_s5(const law_node *law);
sinew_node *law_attention(const law_node *law);
sinew_node *law_attention_rope(const law_node *law);
sinew_node *law_attention_int8(const law_node *law);

/* NAME (its group too), sample type in, channels in and out, maker */
#define LAYER(name_, sample_, in_, out_, make_)                                                    \
    {                                                                                              \
        .name = name_, .group = name_, .sample_in = sample_, .sample_out = SINEW_SAMPLE_F32,       \
        .channels_in = in_, .channels_out = out_, .steps = true, .make = make_                     \
    }

#define LAW_LAYERS                                                                                 \
    LAYER("layer linear", SINEW_SAMPLE_F32, 5, 18, law_linear),                                    \
        LAYER("layer linear int8", SINEW_SAMPLE_F32, 35, 35, law_linear_int8),                     \
        LAYER("layer norm rms", SINEW_SAMPLE_F32, 19, 19, law_rms_norm),                           \
        LAYER("layer norm", SINEW_SAMPLE_F32, 7, 7, law_layer_norm),                               \
        LAYER("layer activation", SINEW_SAMPLE_F32, 3, 3, law_activation),                         \
        LAYER("layer embedding", SINEW_SAMPLE_I32, 1, 3, law_embedding),                           \
        LAYER("layer embedding tied int8", SINEW_SAMPLE_I32, 1, 4, law_embedding_tied),            \
        LAYER("layer gru", SINEW_SAMPLE_F32, 3, 5, law_gru),                                       \
        LAYER("layer gru int8", SINEW_SAMPLE_F32, 18, 18, law_gru_int8),                           \
        LAYER("layer lstm", SINEW_SAMPLE_F32, 4, 4, law_lstm),                                     \
        LAYER("layer shortconv", SINEW_SAMPLE_F32, 5, 5, law_shortconv),                           \
        LAYER("layer s4d", SINEW_SAMPLE_F32, 19, 19, law_s4d),                                     \
        LAYER("layer s4d real", SINEW_SAMPLE_F32, 2, 2, law_s4d_real),                             \
        LAYER("layer s5", SINEW_SAMPLE_F32, 3, 3, law_s5),                                         \
        LAYER("layer attention", SINEW_SAMPLE_F32, 6, 6, law_attention),                           \
        LAYER("layer attention rope", SINEW_SAMPLE_F32, 3, 5, law_attention_rope),                 \
        LAYER("layer attention int8", SINEW_SAMPLE_F32, 8, 8, law_attention_int8)

#endif
