/* The mode `pieces` of bench/convolve.c. */
#ifndef TESTS_BENCH_CONVOLVE_PIECES_H
#define TESTS_BENCH_CONVOLVE_PIECES_H

/* Prints this machine's row of the table in lib/filter/partitioned_cost.c, of the row of
 * instructions that SINEW_SIMD says. */
void bench_pieces(void);

#endif
