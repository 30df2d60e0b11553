/* The inside of a system: the matrices, and where it was made of them the factors. */
#ifndef SINEW_SSM_SYSTEM_H
#define SINEW_SSM_SYSTEM_H

#include <stdatomic.h>
#include <stdbool.h>

#include "sinew/design.h"
#include "sinew/equalizer.h"
#include "sinew/system.h"
#include "ssm/discretized.h"
#include "ssm/zpk.h"

/* A factor of a factored system, and what keeps its frequencies in place under the bilinear rule.
 * A system in series with another keeps its parts. */
typedef struct sinew_part {
    sinew_zpk zpk;
    double prewarp_hz; /* > 0: this frequency of the part keeps its place */
    bool designed;     /* each edge of `design` keeps its place: the part is designed again */
    sinew_design design;
    bool equalized; /* place and width of `equalizer` are kept: the part is made again */
    sinew_equalizer equalizer;
    bool inverted; /* the part is 1 / `design`, 1 / `equalizer` */
} sinew_part;

/* Does the bilinear rule get the part in another place, so that it ends where it was meant? */
static inline bool sinew_part_is_prewarped(const sinew_part *part)
{
    return part->designed || part->equalized || part->prewarp_hz > 0;
}

typedef struct sinew_joint sinew_joint; /* joint.h */

struct sinew_system {
    atomic_size_t shares; /* holders beside the first */
    size_t order, inputs, outputs;
    double *A, *B, *C, *D;
    bool factored; /* zpk and the sections hold; else only the matrices do */
    sinew_zpk zpk; /* the product of the parts */
    size_t n_parts;
    sinew_part *parts;
    size_t n_sections;
    sinew_section *sections; /* of the cascade that A, B, C, D are assembled from */
    bool chosen; /* not factored, and the coordinates are the library's choice all the same */
    sinew_joint *joint; /* how it was joined of members that keep places; NULL: it was not */
    uint64_t asked; /* hash of what the maker gave: the same on every machine, as what was computed
                     * from it may not be */
    sinew_method preferred; /* what discretizes it where nobody says; DEFAULT: zoh */
};

enum {
    SINEW_ORDER_MAX = 4096,       /* a matrix of 128 MB */
    SINEW_DESIGN_ORDER_MAX = 128, /* beyond it no double holds what was meant */
};

/* zpk.c: a system that takes over the factors (they are freed on failure). */
sinew_status sinew_system_new_factored(sinew_system **out, sinew_zpk *zpk, sinew_error *error);

/* The product of parts, whose factors are taken over (they are freed on failure); `parts` itself
 * stays the caller's. `asked` is the caller's to set. */
sinew_status sinew_system_new_parts(sinew_system **out, sinew_part *parts, size_t n,
                                    sinew_error *error);
void sinew_part_finish(sinew_part *part);
sinew_status sinew_part_copy(sinew_part *out, const sinew_part *part, sinew_error *error);

/* system.c: an empty system with its matrices allocated. */
sinew_status sinew_system_alloc(sinew_system **out, size_t order, size_t inputs, size_t outputs,
                                sinew_error *error);

/* One more holder of a system, who frees it too: what is immutable need not be copied. */
sinew_system *sinew_system_share(const sinew_system *system);

/* A system of its own, to be changed before anyone else sees it. */
sinew_status sinew_system_copy(sinew_system **out, const sinew_system *system, sinew_error *error);

#endif
