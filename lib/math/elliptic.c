#include "math/elliptic.h"

#include <math.h>

enum { STEPS = 32 }; /* each doubles the digits; 1e-4000 has come near 1 after 20 */

long double sinew_agm(long double a, long double b)
{
    for (int i = 0; i < STEPS && fabsl(a - b) > 0x1p-40L * a; i++) {
        long double mean = (a + b) / 2;
        b = sqrtl(a * b);
        a = mean;
    }
    return (a + b) / 2; /* what is left is the square of that difference */
}

/* Duplication brings x, y, z together by a factor of four a step; then five terms of the series
 * around their mean (B. C. Carlson 1979, Numer. Math. 33:1; terms as in DLMF 19.36.1). */
long double sinew_carlson_rf(long double x, long double y, long double z)
{
    long double mean = (x + y + z) / 3;
    for (int i = 0; i < 64 && fmaxl(fabsl(mean - x), fmaxl(fabsl(mean - y), fabsl(mean - z))) >
                                  0x1p-11L * mean;
         i++) {
        long double step = sqrtl(x * y) + sqrtl(y * z) + sqrtl(z * x);
        x = (x + step) / 4;
        y = (y + step) / 4;
        z = (z + step) / 4;
        mean = (x + y + z) / 3;
    }
    long double a = (mean - x) / mean, b = (mean - y) / mean, c = -(a + b);
    long double e2 = a * b - c * c, e3 = a * b * c;
    return (1 - e2 / 10 + e3 / 14 + e2 * e2 / 24 - 3 * e2 * e3 / 44 - 5 * e2 * e2 * e2 / 208 +
            3 * e3 * e3 / 104 + e2 * e2 * e3 / 16) /
           sqrtl(mean);
}

long double sinew_modulus_log_nome(sinew_modulus m)
{
    return -SINEW_PI_L * sinew_agm(1, m.kc) / sinew_agm(1, m.k);
}

/* k = (theta_2 / theta_3)^2 and k' = (theta_4 / theta_3)^2 (DLMF 22.2.2) for q <= exp(-pi), where
 * the series end after five terms. A larger nome is the complement of a smaller one:
 * log q log q' = pi^2. */
sinew_modulus sinew_modulus_of_nome(long double log_q)
{
    if (log_q > -SINEW_PI_L) {
        sinew_modulus other = sinew_modulus_of_nome(SINEW_PI_L * SINEW_PI_L / log_q);
        return (sinew_modulus){other.kc, other.k};
    }
    long double two = 1, three = 1, four = 1, sign = -1;
    for (int m = 1; m <= 5; m++, sign = -sign) {
        two += expl(log_q * m * (m + 1));
        three += 2 * expl(log_q * m * m);
        four += 2 * sign * expl(log_q * m * m);
    }
    long double root = 2 * expl(log_q / 4) * two / three;
    return (sinew_modulus){root * root, four / three * (four / three)};
}

/* Gauss's transformation, up from a modulus so small that the functions are those of the circle
 * (DLMF 22.7.2-4); dn from cn, without a difference. */
sinew_jacobi sinew_jacobi_at(sinew_modulus m, sinew_quarter part)
{
    sinew_modulus down[STEPS];
    int n = 0;
    for (down[0] = m; n + 1 < STEPS && down[n].k > 0x1p-40L; n++) {
        long double k = down[n].k, kc = down[n].kc;
        down[n + 1] = (sinew_modulus){k / (1 + kc) * (k / (1 + kc)), 2 * sqrtl(kc) / (1 + kc)};
    }
    sinew_jacobi at = {sinew_quarter_sin(part), sinew_quarter_cos(part), 1};
    while (n-- > 0) {
        long double k = down[n + 1].k, under = 1 + k * at.sn * at.sn;
        long double sn = (1 + k) * at.sn / under, cn = at.cn * at.dn / under;
        at = (sinew_jacobi){sn, cn, hypotl(down[n].kc, down[n].k * cn)};
    }
    return at;
}
