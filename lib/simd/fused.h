/* fused: the operations that engines over blocks live by. Products may be contracted into fma, so
 * that the tables of two instruction sets differ in the last bits, within the tolerance of their
 * engine; a node that uses them makes the table's name part of its identity.
 *
 * Every sum runs over its terms in rising order, one accumulator an output, whatever is computed
 * beside it: an engine may do the same sums for one frame or for many, and gets the same bits.
 */
#ifndef SINEW_SIMD_FUSED_H
#define SINEW_SIMD_FUSED_H

#include <stddef.h>

/* One line an operation: name, result, parameters. */
#define SINEW_FUSED_OPS(OP)

typedef struct sinew_fused {
    const char *name;
#define SINEW_FUSED_MEMBER(op, result, parameters) result(*op) parameters;
    SINEW_FUSED_OPS(SINEW_FUSED_MEMBER)
#undef SINEW_FUSED_MEMBER
} sinew_fused;

#endif
