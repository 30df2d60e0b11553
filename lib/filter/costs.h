/* costs: work that is counted, and what it takes. An engine fills in a sinew_work for one call of
 * its options' length; its cost is the product with a sinew_costs. */
#ifndef SINEW_FILTER_COSTS_H
#define SINEW_FILTER_COSTS_H

#include "sinew/filter.h"
#include "ssm/discretized.h"

/* What work is counted in. Kinds with a type come twice, in double and then in float. */
typedef enum sinew_cost {
    SINEW_COST_CALL = 0,     /* a call of any engine */
    SINEW_COST_SCAN_RUN,     /* scan: a run of the model in up to 256 frames of a call */
    SINEW_COST_SCAN_CASCADE, /* a frame of a cascade, */
    SINEW_COST_SCAN_SECTION, /* each two of its states */
    SINEW_COST_SCAN_ENTER,   /* four sections side by side, each 256 frames of a call */
    SINEW_COST_SCAN_GROUP,   /* ... each frame */
    SINEW_COST_SCAN_START,   /* a dense recurrence, each 256 frames of a call, */
    SINEW_COST_SCAN_STATE,   /* each of its states, */
    SINEW_COST_SCAN_DENSE,   /* a frame, */
    SINEW_COST_SCAN_COLUMN,  /* each of its columns of eight rows */
    SINEW_COST_SCAN_SAMPLE,  /* a sample to or from double */
    SINEW_COST_BLOCK_SAMPLE = SINEW_COST_SCAN_SAMPLE + 2, /* block: a sample that is moved */
    SINEW_COST_PIECE = SINEW_COST_BLOCK_SAMPLE + 2,       /* frames that do not fill a block */
    SINEW_COST_PIECE_BEGIN = SINEW_COST_PIECE + 2,        /* the first of a block, and the last */
    SINEW_COST_PIECE_PANEL = SINEW_COST_PIECE_BEGIN + 2,  /* a panel of rows of a product, */
    SINEW_COST_PIECE_COLUMN = SINEW_COST_PIECE_PANEL + 2, /* each of its columns */
    SINEW_COST_REGISTERS_RUN =
        SINEW_COST_PIECE_COLUMN + 2, /* blocks of 16 frames through registers */
    SINEW_COST_REGISTERS_BLOCK = SINEW_COST_REGISTERS_RUN + 2, /* each block, */
    SINEW_COST_REGISTERS_COLUMN =
        SINEW_COST_REGISTERS_BLOCK + 2, /* each of its columns of a panel */
    SINEW_COST_CHANNELS_RUN =
        SINEW_COST_REGISTERS_COLUMN + 2, /* channels side by side: a state moved */
    SINEW_COST_CHANNELS_BLOCK = SINEW_COST_CHANNELS_RUN + 2, /* a block of them, */
    SINEW_COST_CHANNELS_PRODUCT =
        SINEW_COST_CHANNELS_BLOCK + 2, /* each product of fewer of them than a panel has rows, */
    SINEW_COST_CHANNELS_WIDE = SINEW_COST_CHANNELS_PRODUCT + 2, /* of as many */
    SINEW_COST_PRODUCTS_RUN = SINEW_COST_CHANNELS_WIDE + 2,     /* up to 32 blocks by matrices */
    SINEW_COST_PRODUCTS_BLOCK = SINEW_COST_PRODUCTS_RUN + 2,    /* each block, */
    SINEW_COST_PRODUCTS_COLUMN =
        SINEW_COST_PRODUCTS_BLOCK + 2, /* a column of a panel by up to 8 blocks */
    SINEW_COST_PRODUCTS_VECTOR = SINEW_COST_PRODUCTS_COLUMN + 2, /* ... by one */
    SINEW_COST_PRODUCTS_PAIR = SINEW_COST_PRODUCTS_VECTOR + 2,   /* a panel of pairs by A^L */
    SINEW_COST_PRODUCTS_CHAIN = SINEW_COST_PRODUCTS_PAIR + 2,    /* a column of a panel of A^L */
    SINEW_COST_CONVOLVE_RUN = SINEW_COST_PRODUCTS_CHAIN + 2,     /* convolve: a run of the model */
    SINEW_COST_CONVOLVE_TAP = SINEW_COST_CONVOLVE_RUN + 2,       /* a frame and tap of the head */
    SINEW_COST_CONVOLVE_TURN = SINEW_COST_CONVOLVE_TAP + 2, /* a frame and pass of a transform */
    SINEW_COST_CONVOLVE_PRODUCT = SINEW_COST_CONVOLVE_TURN + 2, /* a frame and partition */
    SINEW_COST_CONVOLVE_STATE = SINEW_COST_CONVOLVE_PRODUCT + 2 /* a product of the state */
} sinew_cost;

enum { SINEW_COSTS = SINEW_COST_CONVOLVE_STATE + 2 }; /* how many there are */

struct sinew_costs {
    char simd[16]; /* the SIMD row that they are of, with a NUL */
    bool measured;
    double ns[SINEW_COSTS]; /* nanoseconds a unit */
};

typedef struct sinew_work {
    double of[SINEW_COSTS];
} sinew_work;

/* One of the two of a kind with a type. */
static inline size_t sinew_cost_typed(sinew_cost kind, sinew_sample type)
{
    return (size_t)kind + (type == SINEW_SAMPLE_F32);
}

/* The frames of a call, as far as known. */
static inline size_t sinew_call_frames(const sinew_filter_opts *opts)
{
    enum { MANY = 4096 };
    return opts->block_frames ? opts->block_frames : MANY;
}

/* The runs of the model side by side. */
static inline size_t sinew_call_copies(const sinew_discretization *d, const sinew_filter_opts *opts)
{
    bool single = d->inputs == 1 && d->outputs == 1;
    return single && opts->channels ? opts->channels : 1;
}

/* The name as files have it ("scan_section", "registers_block_f32"); NULL for no such number. */
const char *sinew_cost_name(size_t cost);

/* As built in for the SIMD row that filters take now. */
sinew_costs sinew_costs_built_in(void);

/* On the heap, of a value. Errors: SINEW_ERR_MEMORY, and *out is NULL. */
sinew_status sinew_costs_new(sinew_costs **out, const sinew_costs *from, sinew_error *error);

/* Nanoseconds of the call. */
double sinew_work_ns(const sinew_work *work, const sinew_costs *costs);

/* The costs at `at` become what is built in times one factor, 1/4 to 4, such that the work takes
 * `ns`: what it takes beyond its other costs is theirs. */
void sinew_costs_learn(sinew_costs *costs, const sinew_costs *built_in, const size_t *at, size_t n,
                       const sinew_work *work, double ns);

#endif
