/* DC gain, the distance of the poles from the axis, and Bode's margins from the crossovers. */
#include <complex.h>
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "sinew/analysis.h"
#include "ssm/system.h"

/* Of the one that is not NULL. */
static sinew_status dc_gain(double *gain, const sinew_system *system, const sinew_discretization *d,
                            size_t entries, sinew_error *error)
{
    const double zero = 0;
    sinew_complex *h = sinew_alloc(entries, sizeof *h);
    if (!h)
        return sinew_fail_memory(error);
    sinew_status status = system ? sinew_system_response(system, &zero, 1, h, error)
                                 : sinew_discretization_response(d, &zero, 1, h, error);
    for (size_t i = 0; !status && i < entries; i++)
        gain[i] = h[i].re;
    sinew_free(h);
    return status;
}

sinew_status sinew_system_dc_gain(const sinew_system *system, double *gain, sinew_error *error)
{
    if (!system || !gain)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no system, or nowhere to answer");
    return dc_gain(gain, system, NULL, system->inputs * system->outputs, error);
}

sinew_status sinew_discretization_dc_gain(const sinew_discretization *d, double *gain,
                                          sinew_error *error)
{
    if (!d || !gain)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no discretization, or nowhere to answer");
    return dc_gain(gain, NULL, d, d->inputs * d->outputs, error);
}

sinew_status sinew_system_stability_margin(const sinew_system *system, double *margin,
                                           sinew_error *error)
{
    if (!system || !margin)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no system, or nowhere to answer");
    sinew_complex *poles = sinew_alloc(system->order, sizeof *poles);
    if (!poles)
        return sinew_fail_memory(error);
    sinew_status status = sinew_system_poles(system, poles, error);
    *margin = INFINITY;
    for (size_t i = 0; !status && i < system->order; i++)
        *margin = fmin(*margin, -poles[i].re);
    sinew_free(poles);
    return status;
}

/* ---- from the crossovers ---- */

static void see_phase(sinew_margins *m, const sinew_crossover *c)
{
    double factor = -1 / c->loop.re;
    if (factor > 1 && factor < m->gain) {
        m->gain = factor;
        m->gain_rad = c->rad;
    }
    if (factor <= 1 && factor > m->gain_down) {
        m->gain_down = factor;
        m->gain_down_rad = c->rad;
    }
}

/* The angle from -1 to L, and the delay w t that turns L there. */
static void see_gain(sinew_margins *m, const sinew_crossover *c)
{
    double angle = atan2(-c->loop.im, -c->loop.re);
    double delay = (angle < 0 ? angle + 2 * M_PI : angle) / c->rad;
    if (fabs(angle) < fabs(m->phase)) {
        m->phase = angle;
        m->phase_rad = c->rad;
    }
    if (c->rad > 0 && delay < m->delay_s) {
        m->delay_s = delay;
        m->delay_rad = c->rad;
    }
}

/* Of the one that is not NULL. */
static sinew_status margins(sinew_margins *out, const sinew_system *system,
                            const sinew_discretization *d, size_t order, sinew_error *error)
{
    size_t room = 4 * order + 4, count = 0;
    sinew_crossover *all = sinew_alloc(room, sizeof *all);
    if (!all)
        return sinew_fail_memory(error);
    sinew_status status = system ? sinew_system_crossovers(system, all, room, &count, error)
                                 : sinew_discretization_crossovers(d, all, room, &count, error);
    *out = (sinew_margins){INFINITY, NAN, 0, NAN, INFINITY, NAN, INFINITY, NAN};
    for (size_t i = 0; !status && i < count && i < room; i++)
        (all[i].of_phase ? see_phase : see_gain)(out, &all[i]);
    sinew_free(all);
    return status;
}

sinew_status sinew_system_margins(const sinew_system *loop, sinew_margins *out, sinew_error *error)
{
    if (!loop || !out)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no loop, or nowhere to answer");
    return margins(out, loop, NULL, loop->order, error);
}

sinew_status sinew_discretization_margins(const sinew_discretization *loop, sinew_margins *out,
                                          sinew_error *error)
{
    if (!loop || !out)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no loop, or nowhere to answer");
    return margins(out, NULL, loop, loop->order, error);
}
