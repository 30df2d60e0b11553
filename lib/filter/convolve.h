/* convolve: FFT convolution over blocks, with the state carried across them.
 *
 * Time is cut into blocks of L frames, anchored where the stream began. In block k the output is
 *
 *     y[kL+t] = sum_{j<=t} h[t-j] u[kL+j]                      this block: direct, no latency
 *             + sum_{p=1..P} sum_j h[pL+t-j] u[(k-p)L+j]       P past blocks: FFT, overlap-save
 *             + C A^t z[k]                                     all that is older: the state
 *
 * A past block, padded with zeros to 2L, times the spectrum of the 2L taps h[(p-1)L .. (p+1)L),
 * gives its whole share of the present block in the last L values of the circular product; the
 * first L are thrown away (overlap-save with the kernel in the part of the overlapping one). What
 * leaves the P partitions is folded into z, so nothing is ever cut off:
 *
 *     z[k+1] = A^L z[k] + sum_j A^{(P+1)L-1-j} B u[(k-P)L+j]
 *
 * Every output is one and the same sum however the input was cut, hence equal to the bit; the
 * last two terms are known when a block begins, and are kept as `carry`. z, its matrices and the
 * fold are double for every sample type. (Burrus 1972 for the block algebra; Wefers 2014,
 * "Partitioned convolution algorithms for real-time auralization", for the partitions.)
 *
 * The engine is written once over the sample type, convolve_body.h, and compiled for each.
 */
#ifndef SINEW_FILTER_CONVOLVE_H
#define SINEW_FILTER_CONVOLVE_H

#include "filter/filter.h"

typedef struct sinew_convolve {
    sinew_filter filter;
    size_t length, partitions; /* L, P */
    size_t bins;               /* L + 1, padded to whole registers */
    void *head;                /* (outputs, inputs, L) taps h[0..L) backwards */
    void *spectra;             /* (P, outputs, inputs, 2, bins): real part, imaginary part */
    void *carry0;              /* (copies, outputs, L): the carry of a new stream, or NULL */
    sinew_panels step;         /* A^L (order, order) */
    sinew_panels fold;         /* A^{(P+1)L-1-j} B (order, inputs L), columns by input, then j */
    sinew_panels tail;         /* C A^t (outputs L, order), rows by output, then t */
    void *forward, *inverse;   /* FFTW plans for 2L */
} sinew_convolve;

/* Impulse responses of all inputs and outputs, (outputs, inputs, n), in double. */
sinew_status sinew_convolve_kernel(const sinew_filter *f, double *h, size_t n, sinew_error *error);

/* step, fold and tail. Errors: SINEW_ERR_MEMORY. */
sinew_status sinew_convolve_matrices(sinew_convolve *c, sinew_error *error);

void sinew_convolve_finish(sinew_convolve *c);

sinew_status sinew_convolve_new_f64(sinew_node **out, const sinew_discretization *d,
                                    const sinew_filter_opts *opts, sinew_error *error);
sinew_status sinew_convolve_new_f32(sinew_node **out, const sinew_discretization *d,
                                    const sinew_filter_opts *opts, sinew_error *error);

#endif
