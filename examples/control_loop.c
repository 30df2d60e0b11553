/* A control loop by names: systems -> margins -> closed loop -> step response.
 *
 *     cc control_loop.c $(pkg-config --cflags --libs sinew)
 *
 * A motor turns volts into speed, K / ((J s + b) (L s + R) + K^2); the controller 100 + 200 / s
 * sees how far off the speed is. The loop is judged cut open, then closed, and a step is asked of
 * it. */
#include <stdio.h>
#include <stdlib.h>

#include <sinew/sinew.h>

static sinew_error error;

static void check(sinew_status status)
{
    if (status) {
        fprintf(stderr, "control_loop: %s\n", error.text);
        exit(1);
    }
}

int main(void)
{
    const double J = 0.01, b = 0.1, K = 0.01, R = 1, L = 0.5; /* kg m^2, N m s, N m/A, ohm, H */
    const double num[] = {K}, den[] = {J * L, J * R + b * L, b * R + K * K};
    const sinew_complex zero = {-2, 0}, pole = {0, 0};
    sinew_system *motor, *controller, *open, *closed;
    check(sinew_system_new_tf(&motor, num, 1, den, 3, &error));
    check(sinew_system_new_zpk(&controller, &zero, 1, &pole, 1, 100, &error));

    sinew_margins margins;
    check(sinew_join_series(&open, (const sinew_system *[]){controller, motor}, 2, &error));
    check(sinew_system_margins(open, &margins, &error));
    printf("phase margin %.2f degrees at %.3f rad/s, gain margin %g\n",
           margins.phase * 57.29577951308232, margins.phase_rad, margins.gain);

    const sinew_named_term difference[] = {{"wanted", 1}, {"speed", -1}};
    const sinew_named_sum sums[] = {{"off", difference, 2}};
    const char *const wanted[] = {"wanted"}, *const off[] = {"off"}, *const volts[] = {"volts"};
    const char *const speed[] = {"speed"}, *const shown[] = {"speed", "volts"};
    const sinew_named_system members[] = {{controller, "controller", off, volts},
                                          {motor, "motor", volts, speed}};
    const sinew_connections loop = {members, 2, sums, 1, wanted, 1, shown, 2};
    check(sinew_join_connect(&closed, &loop, &error));

    enum { FRAMES = 21 };
    double y[FRAMES][2];
    check(sinew_system_step_response(closed, 0.1, FRAMES, y[0], &error));
    for (int k = 0; k < FRAMES; k++)
        printf("%.1f s: %7.4f rad/s, %8.4f V\n", k * 0.1, y[k][0], y[k][1]);
    sinew_system_free(motor);
    sinew_system_free(controller);
    sinew_system_free(open);
    sinew_system_free(closed);
}
