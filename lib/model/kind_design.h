/* The names of families and bands, as descriptions spell them. */
#ifndef SINEW_MODEL_KIND_DESIGN_H
#define SINEW_MODEL_KIND_DESIGN_H

/* In the order of sinew_family and sinew_band; NULL at the end. */
extern const char *const sinew_family_names[], *const sinew_band_names[];

#endif
