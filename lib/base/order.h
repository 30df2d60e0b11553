/* An order for qsort. */
#ifndef SINEW_BASE_ORDER_H
#define SINEW_BASE_ORDER_H

/* Doubles, the least first. */
static inline int sinew_order_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

#endif
