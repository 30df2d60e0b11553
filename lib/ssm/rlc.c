/* Circuits of one resistor, coil and capacitor; physical.h says how they are joined.
 *
 *   series    L i' = u - R i - v     C v' = i
 *   parallel  L i' = v               C v' = (u - v) / R - i
 */
#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "sinew/physical.h"
#include "ssm/system.h"

/* A quantity as a sum of the two states and the input. */
typedef struct sum {
    double i, v, u;
} sum;

static sum combine(double a, sum x, double b, sum y)
{
    return (sum){a * x.i + b * y.i, a * x.v + b * y.v, a * x.u + b * y.u};
}

static const sum source = {.u = 1};

/* The current out of the source, where there is no coil: what R lets through. */
static sum series_current(const sinew_rlc *c)
{
    if (c->inductance_h > 0)
        return (sum){.i = 1};
    sum voltage = {.v = c->capacitance_f > 0 ? -1 : 0, .u = 1};
    return combine(1 / c->resistance_ohm, voltage, 0, voltage);
}

static sum on_capacitor(const sinew_rlc *c)
{
    return (sum){.v = c->capacitance_f > 0};
}

/* The voltage on the coil, and the current into the capacitor: what changes the states. */
static sum on_coil(const sinew_rlc *c)
{
    if (c->shape == SINEW_RLC_PARALLEL)
        return on_capacitor(c);
    if (c->inductance_h == 0)
        return (sum){0};
    return combine(1, combine(1, source, -c->resistance_ohm, series_current(c)), -1,
                   on_capacitor(c));
}

static sum parallel_current(const sinew_rlc *c)
{
    return (sum){.v = -1 / c->resistance_ohm, .u = 1 / c->resistance_ohm};
}

static sum into_capacitor(const sinew_rlc *c)
{
    if (c->shape == SINEW_RLC_SERIES)
        return series_current(c);
    return combine(1, parallel_current(c), c->inductance_h > 0 ? -1 : 0, (sum){.i = 1});
}

static sum output(const sinew_rlc *c)
{
    bool series = c->shape == SINEW_RLC_SERIES;
    sum current = series ? series_current(c) : parallel_current(c);
    switch (c->output) {
    case SINEW_RLC_ACROSS_R:
        return combine(c->resistance_ohm, current, 0, current);
    case SINEW_RLC_ACROSS_L:
        return on_coil(c);
    case SINEW_RLC_ACROSS_C:
        return on_capacitor(c);
    case SINEW_RLC_ACROSS_LC:
        return series ? combine(1, source, -c->resistance_ohm, current) : on_capacitor(c);
    case SINEW_RLC_CURRENT:
        return current;
    }
    return (sum){0};
}

static sinew_status check(const sinew_rlc *c, sinew_error *error)
{
    if (!c || (unsigned)c->shape > SINEW_RLC_PARALLEL || (unsigned)c->output > SINEW_RLC_CURRENT)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such circuit or output");
    const double numbers[] = {c->resistance_ohm, c->inductance_h, c->capacitance_f};
    const char *const names[] = {"resistance", "inductance", "capacitance"};
    for (size_t i = 0; i < 3; i++)
        if (!isfinite(numbers[i]) || numbers[i] < 0)
            return sinew_fail(error, SINEW_ERR_DATA, "a%s %s of %g is out of range",
                              i == 1 ? "n" : "", names[i], numbers[i]);
    if (c->shape == SINEW_RLC_PARALLEL && (c->resistance_ohm == 0 || c->capacitance_f == 0))
        return sinew_fail(error, SINEW_ERR_DATA,
                          "a parallel circuit needs a resistance and a capacitance");
    if (c->resistance_ohm == 0 && c->inductance_h == 0)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "a series circuit needs a resistance or an inductance: nothing else "
                          "limits the current");
    bool lacks_coil = c->inductance_h == 0, lacks_capacitor = c->capacitance_f == 0;
    if ((c->output == SINEW_RLC_ACROSS_L && lacks_coil) ||
        (c->output == SINEW_RLC_ACROSS_C && lacks_capacitor) ||
        (c->output == SINEW_RLC_ACROSS_LC && lacks_coil && lacks_capacitor) ||
        (c->output == SINEW_RLC_ACROSS_R && c->resistance_ohm == 0))
        return sinew_fail(error, SINEW_ERR_DATA, "the output is across a part that is not there");
    return SINEW_OK;
}

/* Row `row` of a state or output: the states that are there, in order. */
static void put(double *A, double *B, sum s, double over, bool coil, bool capacitor)
{
    size_t at = 0;
    if (coil)
        A[at++] = s.i / over;
    if (capacitor)
        A[at] = s.v / over;
    *B = s.u / over;
}

sinew_status sinew_system_new_rlc(sinew_system **out, const sinew_rlc *c, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_status status = check(c, error);
    if (status)
        return status;
    bool coil = c->inductance_h > 0, capacitor = c->capacitance_f > 0;
    size_t n = (size_t)coil + (size_t)capacitor, row = 0;
    double A[4] = {0}, B[2] = {0}, C[2] = {0}, D = 0;
    if (coil) {
        put(A, B, on_coil(c), c->inductance_h, coil, capacitor);
        row++;
    }
    if (capacitor)
        put(A + row * n, B + row, into_capacitor(c), c->capacitance_f, coil, capacitor);
    put(C, &D, output(c), 1, coil, capacitor);
    status = sinew_system_new_ss(out, &(sinew_matrices){n, 1, 1, A, B, C, &D}, error);
    if (!status) {
        const double numbers[] = {c->resistance_ohm, c->inductance_h, c->capacitance_f};
        uint64_t asked = sinew_hash(SINEW_HASH_START, "rlc", 3);
        asked = sinew_hash_count(asked, (uint64_t)c->shape << 8 | (uint64_t)c->output);
        (*out)->asked = sinew_hash_numbers(asked, numbers, 3);
    }
    return status;
}
