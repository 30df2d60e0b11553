/* features: what layers see of a spectrum, and how gains of bands become gains of bins. */
#ifndef SINEW_GRAPH_FEATURES_H
#define SINEW_GRAPH_FEATURES_H

#include "sinew/spectral.h"

/* A triangle: bins [first, first + count), their weights from `weights` + offset on. */
typedef struct sinew_triangle {
    size_t first, count, offset;
} sinew_triangle;

typedef struct sinew_features {
    sinew_feature feature;
    float floor;
    size_t bins, bands;
    sinew_triangle *triangles; /* (bands) */
    float *weights;
    /* of bin k: g[below[k]] + share[k] (g[below[k] + 1] - g[below[k]]) */
    uint32_t *below; /* (bins) */
    float *share;    /* (bins) */
} sinew_features;

/* opts are checked but for the bands. Finish in any case. */
sinew_status sinew_features_init(sinew_features *f, const sinew_spectral_opts *opts,
                                 sinew_error *error);
void sinew_features_finish(sinew_features *f); /* zeroed is fine */

/* spectrum: (bins, 2); power: (bins), what lies between; out: (features). */
void sinew_features_of(const sinew_features *f, const float *spectrum, float *power, float *out);

/* spectrum *= the gains: (bins) or (bands), as many as `n` says. */
void sinew_features_mask(const sinew_features *f, const float *gains, size_t n, float *spectrum);

#endif
