/**
 * plan: which engine runs a filter fastest, and why.
 *
 * An engine counts the work of a call: how many sections, columns, blocks. What a unit of each
 * kind takes on this machine is a `sinew_costs`; the product of both is an estimate, and `auto`
 * takes the engine with the least (sinew_filter_cost). Built-in costs are there for each SIMD row;
 * sinew_costs_measure finds those of the machine at hand, and a file keeps them:
 *
 *     sinew_costs costs;
 *     sinew_costs_kept(&costs);
 *     sinew_filter_opts opts = {.costs = &costs, .block_frames = 64};
 *
 * Costs decide speed only: every engine gives the same output within rounding.
 *
 * Ownership: a costs is a plain value; a filter does not keep a pointer to it.
 * Thread-safety: everything here may be called from any thread. Real time: none of it is.
 */
#ifndef SINEW_PLAN_H
#define SINEW_PLAN_H

#include "filter.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What work is counted in. Kinds with a type come twice, in double and then in float. */
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
    SINEW_COST_LIFT_RUN = SINEW_COST_PIECE_COLUMN + 2,  /* blocks of 16 frames through registers */
    SINEW_COST_LIFT_BLOCK = SINEW_COST_LIFT_RUN + 2,    /* each block, */
    SINEW_COST_LIFT_COLUMN = SINEW_COST_LIFT_BLOCK + 2, /* each of its columns of a panel */
    SINEW_COST_LANES_RUN = SINEW_COST_LIFT_COLUMN + 2,  /* channels side by side: a state moved */
    SINEW_COST_LANES_BLOCK = SINEW_COST_LANES_RUN + 2,  /* a block of them, */
    SINEW_COST_LANES_PRODUCT =
        SINEW_COST_LANES_BLOCK + 2, /* each product of fewer of them than a panel has rows, */
    SINEW_COST_LANES_WIDE = SINEW_COST_LANES_PRODUCT + 2, /* of as many */
    SINEW_COST_GROUP_RUN = SINEW_COST_LANES_WIDE + 2,     /* up to 32 blocks by matrices */
    SINEW_COST_GROUP_BLOCK = SINEW_COST_GROUP_RUN + 2,    /* each block, */
    SINEW_COST_GROUP_COLUMN =
        SINEW_COST_GROUP_BLOCK + 2, /* a column of a panel by up to 8 blocks */
    SINEW_COST_GROUP_PRODUCT = SINEW_COST_GROUP_COLUMN + 2, /* ... by one */
    SINEW_COST_GROUP_PAIR = SINEW_COST_GROUP_PRODUCT + 2,   /* a panel of pairs by A^L */
    SINEW_COST_GROUP_CHAIN = SINEW_COST_GROUP_PAIR + 2,     /* a column of a panel of A^L */
    SINEW_COST_CONVOLVE_RUN = SINEW_COST_GROUP_CHAIN + 2,   /* convolve: a run of the model */
    SINEW_COST_CONVOLVE_TAP = SINEW_COST_CONVOLVE_RUN + 2,  /* a frame and tap of the head */
    SINEW_COST_CONVOLVE_TURN = SINEW_COST_CONVOLVE_TAP + 2, /* a frame and pass of a transform */
    SINEW_COST_CONVOLVE_PRODUCT = SINEW_COST_CONVOLVE_TURN + 2, /* a frame and partition */
    SINEW_COST_CONVOLVE_STATE = SINEW_COST_CONVOLVE_PRODUCT + 2 /* a product of the state */
} sinew_cost;

enum { SINEW_COSTS = SINEW_COST_CONVOLVE_STATE + 2 }; /* how many there are */

typedef enum sinew_costs_origin {
    SINEW_COSTS_BUILT_IN = 0,
    SINEW_COSTS_MEASURED
} sinew_costs_origin;

struct sinew_costs {
    char simd[16]; /* the SIMD row that they are of, with a NUL */
    sinew_costs_origin origin;
    double ns[SINEW_COSTS]; /* nanoseconds a unit */
};

/** The name as files have it ("scan_section", "lift_block_f32"); NULL for no such number. */
SINEW_API const char *sinew_cost_name(size_t cost);

/** As built in for the SIMD row that filters take now. */
SINEW_API void sinew_costs_default(sinew_costs *out);

/** Of this machine, now: some small filters are run, each a few times, in less than 100 ms of
 *  processor time. Each constant stays within a factor of 4 of that which is built in, so that
 *  a disturbed measurement does no great harm. Errors: SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_costs_measure(sinew_costs *out, sinew_error *error);

/** Text, a line each; the file is replaced at once or not at all. Folders that are not there are
 *  made, the user's alone. Errors: SINEW_ERR_IO, SINEW_ERR_MEMORY. */
SINEW_API sinew_status sinew_costs_save(const sinew_costs *costs, const char *path,
                                        sinew_error *error);

/** After a failure *out is as it was. Errors: SINEW_ERR_IO, SINEW_ERR_DATA for what is no such file
 *  whole, SINEW_ERR_MISMATCH for one of another version, or of another SIMD row than filters take
 *  now. */
SINEW_API sinew_status sinew_costs_load(sinew_costs *out, const char *path, sinew_error *error);

/** $XDG_CACHE_HOME/sinew/costs, or ~/.cache/sinew/costs; the caller frees. NULL where neither
 *  variable holds an absolute path, and without memory. */
SINEW_API char *sinew_costs_default_path(void);

/** Those that are kept at the default path, or as built in where none are that can be loaded. */
SINEW_API void sinew_costs_kept(sinew_costs *out);

/** How a filter runs. */
typedef struct sinew_plan {
    sinew_engine engine;
    const char *form;          /* of the discretization: "dense", "cascade", "parallel" */
    const char *coordinates;   /* of the states: "given", or "balanced" (block only) */
    const char *kernel;        /* scan: "recurrence"; block: "registers", "channels" side by side,
                                * "products" of matrices; convolve: "transforms" */
    const char *simd;          /* the SIMD row */
    sinew_sample arithmetic;   /* what is calculated in */
    size_t length, partitions; /* frames of a block or partition; how many partitions */
    size_t lanes;              /* channels side by side at most, 1 for none */
    double ns[SINEW_ENGINES];  /* estimated, as sinew_filter_cost has them */
} sinew_plan;

/** Build the filter, and say how it would run. opts may be NULL for the defaults. Errors: those of
 *  sinew_filter_new. */
SINEW_API sinew_status sinew_plan_filter(sinew_plan *out, const sinew_discretization *d,
                                         const sinew_filter_opts *opts, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
