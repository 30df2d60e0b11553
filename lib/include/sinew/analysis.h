/**
 * analysis: what a system does, in time and frequency, beside its poles, zeros and response
 * (system.h).
 *
 * Arrays are the caller's. Errors: SINEW_ERR_ARGUMENT for a NULL, or a time or frequency that is
 * not finite; SINEW_ERR_NUMERIC where there is no answer (at a pole, say).
 * Thread-safety: pure functions of immutable systems.
 */
#ifndef SINEW_ANALYSIS_H
#define SINEW_ANALYSIS_H

#include "discretization.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The outputs at t = 0, step_s, ... (n - 1) step_s after each input by itself goes from 0 to 1 at
 *  t = 0: y (n, outputs, inputs). Exact at these times, whatever the step (by zoh, which is exact
 *  for it); y at 0 is D. */
SINEW_API sinew_status sinew_system_step_response(const sinew_system *system, double step_s,
                                                  size_t n, double *y, sinew_error *error);

/** h(t) = C e^{At} B at the same times after an impulse of weight 1: y (n, outputs, inputs). Exact.
 *  The direct term D is an impulse by itself, D delta(t), of which no number tells: it is not
 *  in y, and y at 0 is the limit from the right, C B. */
SINEW_API sinew_status sinew_system_impulse_response(const sinew_system *system, double step_s,
                                                     size_t n, double *y, sinew_error *error);

/** C e^{At} x0, without input, at the same times: y (n, outputs). x0 (order) is in the coordinates
 *  of sinew_system_matrices. */
SINEW_API sinew_status sinew_system_initial_response(const sinew_system *system, const double *x0,
                                                     double step_s, size_t n, double *y,
                                                     sinew_error *error);

/** The same of a discretization, which has its own step: of u = 1, 1, ...; of u = 1, 0, 0, ...,
 *  where D is the first answer; and of the discrete state x0. */
SINEW_API sinew_status sinew_discretization_step_response(const sinew_discretization *d, size_t n,
                                                          double *y, sinew_error *error);
SINEW_API sinew_status sinew_discretization_impulse_response(const sinew_discretization *d,
                                                             size_t n, double *y,
                                                             sinew_error *error);
SINEW_API sinew_status sinew_discretization_initial_response(const sinew_discretization *d,
                                                             const double *x0, size_t n, double *y,
                                                             sinew_error *error);

/** -d arg H / dw in seconds at `n` angular frequencies (rad/s), by the derivative of H itself:
 *  delay (n, outputs, inputs). NaN where the response is 0 to within rounding and so has no phase.
 *  At a zero on the axis of a factored system, where the phase jumps, it is the delay beside it. */
SINEW_API sinew_status sinew_system_group_delay(const sinew_system *system, const double *rad,
                                                size_t n, double *delay_s, sinew_error *error);
SINEW_API sinew_status sinew_discretization_group_delay(const sinew_discretization *d,
                                                        const double *rad, size_t n,
                                                        double *delay_s, sinew_error *error);

/** H at frequency 0: gain (outputs, inputs). SINEW_ERR_NUMERIC with a pole there: an integrator. */
SINEW_API sinew_status sinew_system_dc_gain(const sinew_system *system, double *gain,
                                            sinew_error *error);
SINEW_API sinew_status sinew_discretization_dc_gain(const sinew_discretization *d, double *gain,
                                                    sinew_error *error);

/** How far the poles are left of the axis, in rad/s: the slowest part of the state falls as
 *  e^(-margin t). Negative for a pole right of it; infinite without poles. */
SINEW_API sinew_status sinew_system_stability_margin(const sinew_system *system, double *margin,
                                                     sinew_error *error);

/** A frequency at which a loop L (one input, one output) has the size 1, or lies on the negative
 *  real axis. */
typedef struct sinew_crossover {
    double rad;         /* 0 and infinity included */
    sinew_complex loop; /* L there */
    int of_phase;       /* 1: on the negative real axis; 0: of size 1 */
} sinew_crossover;

/** All crossovers in rising order, at most `room` into `out`; *count says how many there are. A
 *  loop that touches without crossing is not counted. SINEW_ERR_UNSUPPORTED where inputs or
 *  outputs != 1. */
SINEW_API sinew_status sinew_system_crossovers(const sinew_system *loop, sinew_crossover *out,
                                               size_t room, size_t *count, sinew_error *error);

/** The same of a digital loop, with rad from 0 up to half the rate, pi / step_s. SINEW_ERR_NUMERIC
 * for a pole at half the rate. */
SINEW_API sinew_status sinew_discretization_crossovers(const sinew_discretization *loop,
                                                       sinew_crossover *out, size_t room,
                                                       size_t *count, sinew_error *error);

/** How far the loop L may change until the feedback -L sits on the border of stability. If the
 *  closed loop is stable it stays so while the gain is multiplied by less than `gain` and more than
 *  `gain_down`, or while less than `phase` is lost, or less than `delay_s` of delay is added. */
typedef struct sinew_margins {
    double gain, gain_rad;           /* the least factor above 1; infinite: none. At this rad/s */
    double gain_down, gain_down_rad; /* the greatest factor up to 1; 0: none */
    double phase, phase_rad;         /* radians in (-pi, pi], of least size; infinite: none */
    double delay_s, delay_rad;       /* infinite: none */
} sinew_margins;

/** From the crossovers (H. W. Bode 1945); a frequency is NaN where there is no such margin. */
SINEW_API sinew_status sinew_system_margins(const sinew_system *loop, sinew_margins *out,
                                            sinew_error *error);
SINEW_API sinew_status sinew_discretization_margins(const sinew_discretization *loop,
                                                    sinew_margins *out, sinew_error *error);

#ifdef __cplusplus
}
#endif
#endif
