/* The inside of classic designs: normalized low-passes, one file a family, and the bands that are
 * made of them (design.c). In long double, so that on x86 every pole and zero is rounded once. */
#ifndef SINEW_SSM_DESIGN_H
#define SINEW_SSM_DESIGN_H

#include "math/complex.h"
#include "math/elliptic.h"
#include "math/quarter.h"
#include "ssm/system.h"

typedef long double complex sinew_root;

/* 1/s on the same side of the real axis, that is 1 / conj s. */
static inline sinew_root sinew_root_inverse(sinew_root s)
{
    long double re = creall(s), im = cimagl(s), square = re * re + im * im;
    return sinew_cmplxl(re / square, im / square);
}

/* A low-pass with its edge at 1 rad/s, at_zero prod(1 - s/zero) / prod(1 - s/pole). */
typedef struct sinew_prototype {
    uint32_t order;
    sinew_root poles[SINEW_DESIGN_ORDER_MAX / 2];  /* ((order + 1) / 2): those with Im >= 0 */
    uint32_t n_zeros;                              /* pairs of them, */
    long double zeros[SINEW_DESIGN_ORDER_MAX / 2]; /* at +- j zeros[i] */
    long double at_zero;
    long double transition; /* elliptic: how far beyond the edge the stop band begins */
} sinew_prototype;

/* Levels outside of these are mistakes, and inside of them nothing overflows. */
#define SINEW_LEVEL_LEAST_DB 1e-10
#define SINEW_LEVEL_MOST_DB 1000.0

/* The edges of a band in rad/s. `width` is their distance, which for a narrow band is not what is
 * left of the difference of two rounded edges. One edge: only w[0]. */
typedef struct sinew_edges {
    long double w[2], width;
} sinew_edges;

/* Where the edges of an analogue design are; and where those of a digital one must be for the
 * bilinear rule with this step to bring them there, each below half the rate. */
sinew_edges sinew_edges_analogue(const double hz[2]);
sinew_edges sinew_edges_prewarped(const double hz[2], double step_s);

/* The factors of the design with its edges at `edges` in place of edges_hz. */
sinew_status sinew_design_zpk(sinew_zpk *out, const sinew_design *design, const sinew_edges *edges,
                              sinew_error *error);
bool sinew_design_has_two_edges(const sinew_design *design);

/* design_check.c */
sinew_status sinew_design_check(const sinew_design *design, sinew_error *error);
sinew_status sinew_design_goal_check(const sinew_design_goal *goal, sinew_error *error);
bool sinew_family_has_ripple(sinew_family family);
bool sinew_family_has_attenuation(sinew_family family);

/* design_prototype.c: of a design that was checked. */
sinew_status sinew_prototype_make(sinew_prototype *out, const sinew_design *design,
                                  sinew_error *error);

/* Where pole k of a Butterworth filter stands on its quarter of the circle, from the imaginary
 * axis on: (2k + 1) / order, k < (order + 1) / 2. */
sinew_quarter sinew_prototype_angle(uint32_t k, uint32_t order);

/* 10^(db / 10) - 1, the square of the ripple factor. */
long double sinew_ripple_square(double db);

/* design_elliptic.c, design_bessel.c */
void sinew_prototype_elliptic(sinew_prototype *out, const sinew_design *design);
sinew_status sinew_prototype_bessel(sinew_prototype *out, const sinew_design *design,
                                    sinew_error *error);

/* What an elliptic filter of these levels has for k1. */
sinew_modulus sinew_elliptic_selectivity(double ripple_db, double attenuation_db);

/* The edge, in this norm, of the Bessel low-pass of `order` that loses `loss_db` at 1 rad/s; and
 * what a low-pass loses at `w` that loses loss_db at 1. */
long double sinew_bessel_edge(uint32_t order, sinew_bessel_norm norm, double loss_db);
long double sinew_bessel_loss_db(uint32_t order, double loss_db, long double w);

#endif
