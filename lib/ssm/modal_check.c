/* What modal coordinates are worth: the response beside and between the poles, against the response
 * of the system that they were made of, and against what an ulp of that system changes. */
#include "ssm/modal.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/order.h"
#include "ssm/parts.h"

static const double error_bound = 1e-11;

static void compare(double *worst, double *peak, const sinew_complex *a, const sinew_complex *b,
                    size_t count)
{
    *worst = *peak = 0;
    for (size_t i = 0; i < count; i++) {
        *worst = fmax(*worst, hypot(a[i].re - b[i].re, a[i].im - b[i].im));
        *peak = fmax(*peak, hypot(a[i].re, a[i].im));
    }
}

/* Beside the poles, between them, and far above; not at 0, which may be a pole itself. */
static sinew_status frequencies(double *rad, const sinew_system *system, sinew_error *error)
{
    size_t n = sinew_system_matrices(system).order;
    sinew_complex *poles = sinew_alloc(n, sizeof *poles);
    sinew_status status =
        poles ? sinew_system_poles(system, poles, error) : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < n; i++)
        rad[i] = hypot(poles[i].re, poles[i].im) * (1 + 0x1p-20);
    sinew_free(poles);
    if (status)
        return status;
    qsort(rad, n, sizeof *rad, sinew_order_double);
    for (size_t i = n; i-- > 0;) /* beside an integrator: half of the next */
        if (rad[i] == 0)
            rad[i] = i + 1 < n ? rad[i + 1] / 2 : 1;
    for (size_t i = 0; i < n; i++)
        rad[n + i] = i + 1 < n ? rad[i] / 2 + rad[i + 1] / 2 : 2 * rad[i];
    return SINEW_OK;
}

static sinew_status measure(double *worst, const sinew_system *modal, const sinew_system *system,
                            sinew_error *error)
{
    sinew_matrices m = sinew_system_matrices(system);
    size_t count = 2 * m.order, each = m.inputs * m.outputs;
    double *rad = sinew_alloc(count, sizeof *rad), peak;
    sinew_complex *h = sinew_alloc(2 * count * each, sizeof *h);
    sinew_status status = rad && h ? frequencies(rad, modal, error) : sinew_fail_memory(error);
    if (!status)
        status = sinew_system_response(system, rad, count, h, error);
    if (!status)
        status = sinew_system_response(modal, rad, count, h + count * each, error);
    if (!status) {
        compare(worst, &peak, h, h + count * each, count * each);
        *worst = peak > 0 ? *worst / peak : 0;
    }
    sinew_free(rad);
    sinew_free(h);
    return status;
}

/* How far the response moves when every entry of A is an ulp more or less, this way or that: no
 * form of a resonance can be expected to be nearer. */
static sinew_status measure_ulp(double *worst, const sinew_system *system, uint64_t way,
                                sinew_error *error)
{
    sinew_matrices m = sinew_system_matrices(system);
    sinew_parts moved;
    sinew_system *other = NULL;
    sinew_status status = sinew_parts_copy(&moved, &m, error);
    if (status)
        return status;
    for (uint64_t i = 0; i < m.order * m.order; i++)
        moved.A[i] *= i * way >> 63 ? 1 + 0x1p-52 : 1 - 0x1p-52;
    m = sinew_parts_matrices(&moved);
    status = sinew_system_new_ss(&other, &m, error);
    if (!status)
        status = measure(worst, other, system, error);
    sinew_system_free(other);
    sinew_parts_finish(&moved);
    return status;
}

sinew_status sinew_modal_check(sinew_modal_report *r, const sinew_system *modal,
                               const sinew_system *system, sinew_error *error)
{
    /* The multiples of the golden ratio's bits give signs that are spread, of 0 all the same: what
     * cancels in one does not in the other. */
    static const uint64_t ways[] = {UINT64_C(0x9e3779b97f4a7c15), 0};
    double moved[2] = {0};
    sinew_status status = measure(&r->error, modal, system, error);
    if (status || r->error <= error_bound)
        return status;
    for (int i = 0; !status && i < 2; i++)
        status = measure_ulp(&moved[i], system, ways[i], error);
    double allowed = 20 * (10 + (double)sinew_system_matrices(modal).order);
    if (!status && !(r->error <= allowed * fmax(moved[0], moved[1])))
        status = sinew_fail(error, SINEW_ERR_NUMERIC,
                            "no modal form: its response is %.2g of the peak off", r->error);
    return status;
}
