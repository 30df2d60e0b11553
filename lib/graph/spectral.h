/* A node of samples around one of spectra; spectral.c runs it, spectral_new.c makes it. */
#ifndef SINEW_GRAPH_SPECTRAL_H
#define SINEW_GRAPH_SPECTRAL_H

#include "graph/features.h"

typedef struct sinew_spectral {
    sinew_node node;
    sinew_node *inner;
    sinew_features features;
    size_t window_frames, hop_frames;
    bool mask;
    float *analysis;         /* (window_frames) */
    float *synthesis;        /* (window_frames): analysis / sum of its squares / window_frames */
    void *forward, *inverse; /* fftwf_plan */
} sinew_spectral;

extern const sinew_node_ops sinew_spectral_ops;

#endif
