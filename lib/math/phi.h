/* phi_1(z) = (e^z - 1) / z and phi_2(z) = (e^z - 1 - z) / z^2, without cancellation near 0. */
#ifndef SINEW_MATH_PHI_H
#define SINEW_MATH_PHI_H

#include <complex.h>

double complex sinew_phi1(double complex z);
double complex sinew_phi2(double complex z);

#endif
