/* The names of families, bands and norms, as descriptions spell them. */
#ifndef SINEW_MODEL_KIND_DESIGN_H
#define SINEW_MODEL_KIND_DESIGN_H

#include "sinew/design.h"

/* First the names that are written, in the order of sinew_family, sinew_band and
 * sinew_bessel_norm, then others that are read; NULL at the end. */
extern const char *const sinew_family_names[], *const sinew_band_names[], *const sinew_norm_names[];

/* What the name at an index stands for. */
sinew_family sinew_family_named(int index);
sinew_band sinew_band_named(int index);
sinew_bessel_norm sinew_norm_named(int index);

#endif
