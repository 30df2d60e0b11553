#include "fit_report.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "command.h"
#include "json.h"
#include "math/complex.h"

enum { POLES_SHOWN = 24 };

sinew_status fit_report_prepare(fit_told *told, sinew_error *error)
{
    told->poles = calloc(sinew_system_matrices(told->system).order + 1, sizeof *told->poles);
    if (!told->poles)
        return sinew_fail_memory(error);
    sinew_status status = sinew_system_poles(told->system, told->poles, error);
    return status ? status : sinew_system_stability(told->system, &told->stability, error);
}

void fit_report_finish(fit_told *told)
{
    free(told->poles);
    told->poles = NULL;
}

/* -Inf dB is no number of JSON and no comfort to a reader */
static double in_db(double ratio)
{
    return 20 * log10(fmax(ratio, 1e-300));
}

void fit_report_line(char *text, size_t room, const sinew_identify_report *report)
{
    snprintf(text, room, "order %zu, error %.1f dB", report->order, in_db(report->error));
}

static double hz_of(sinew_complex pole)
{
    return hypot(pole.re, pole.im) / (2 * M_PI);
}

static double damping_of(sinew_complex pole)
{
    double size = hypot(pole.re, pole.im);
    return size > 0 ? -pole.re / size : 0;
}

static void print_poles(const sinew_complex *p, size_t n)
{
    for (size_t i = 0; i < n && i < POLES_SHOWN; i++)
        printf("%-10s %14.8g %+14.8gj rad/s  %12.8g Hz  damping %.6g\n", i ? "" : "poles", p[i].re,
               p[i].im, hz_of(p[i]), damping_of(p[i]));
    if (n > POLES_SHOWN)
        printf("%-10s and %zu more; --json shows all\n", "", n - POLES_SHOWN);
}

static void print_counts(const fit_told *told)
{
    const sinew_identify_report *r = told->report;
    if (r->unstable > 0)
        printf("%-10s %zu poles of the fit: %s\n", "unstable", r->unstable, told->treatment);
    if (r->fast > 0)
        printf("%-10s %zu poles at or about z = 0, as of a delay, moved to where they can be\n",
               "fast", r->fast);
    if (r->condition > 1e8)
        printf("%-10s %.2g: the poles lie close together, and digits are lost\n", "condition",
               r->condition);
}

void fit_report_print(const fit_told *told)
{
    const sinew_identify_report *r = told->report;
    sinew_matrices m = sinew_system_matrices(told->system);
    printf("%-10s %zu (%zu states)\n%-10s %zu\n%-10s %zu\n", "order", r->order, m.order, "inputs",
           m.inputs, "outputs", m.outputs);
    printf("%-10s %.2f dB of the data; at most %.2f dB of their peak\n", "error", in_db(r->error),
           in_db(r->peak_error));
    if (r->method)
        printf("%-10s %s, which is exact at %.10g Hz\n", "method", sinew_method_name(r->method),
               1 / r->step_s);
    printf("%-10s %s\n", "stability", report_stability(told->stability));
    print_counts(told);
    print_poles(told->poles, m.order);
}

static void json_field(const char *name, double value)
{
    printf(",\"%s\":", name);
    json_number(value);
}

static void json_poles(const sinew_complex *p, size_t n)
{
    fputs(",\"poles\":[", stdout);
    for (size_t i = 0; i < n; i++) {
        fputs(i ? ",{\"re\":" : "{\"re\":", stdout);
        json_number(p[i].re);
        json_field("im", p[i].im);
        json_field("hz", hz_of(p[i]));
        json_field("damping", damping_of(p[i]));
        putchar('}');
    }
    putchar(']');
}

/* e^{pT}, one for both of the pair that stands for a pole at z < 0. */
static void json_discrete_poles(const sinew_complex *p, size_t n, double step_s)
{
    fputs(",\"discrete_poles\":[", stdout);
    const char *comma = "";
    for (size_t i = 0; i < n; i++) {
        bool negative = fabs(fabs(p[i].im) * step_s - M_PI) < 1e-12;
        if (negative && p[i].im < 0)
            continue;
        double complex z = cexp(step_s * sinew_cmplx(p[i].re, p[i].im));
        fputs(comma, stdout);
        json_complex((sinew_complex){creal(z), negative ? 0 : cimag(z)});
        comma = ",";
    }
    putchar(']');
}

void fit_report_json(const fit_told *told)
{
    const sinew_identify_report *r = told->report;
    sinew_matrices m = sinew_system_matrices(told->system);
    printf("{\"rule\":\"%s\",\"order\":%zu,\"states\":%zu,\"inputs\":%zu,\"outputs\":%zu",
           told->rule, r->order, m.order, m.inputs, m.outputs);
    printf(",\"method\":");
    if (r->method)
        json_text(sinew_method_name(r->method));
    else
        fputs("null", stdout);
    json_field("rate_hz", r->step_s > 0 ? 1 / r->step_s : NAN);
    json_field("error", r->error);
    json_field("error_db", in_db(r->error));
    json_field("peak_error", r->peak_error);
    json_field("peak_error_db", in_db(r->peak_error));
    printf(",\"stability\":\"%s\",\"unstable\":%zu,\"treatment\":\"%s\",\"fast\":%zu",
           report_stability(told->stability), r->unstable, told->treatment, r->fast);
    json_field("condition", r->condition);
    fputs(",\"singular_values\":", stdout);
    json_numbers(r->singular_values, r->n_singular_values);
    json_poles(told->poles, m.order);
    if (r->step_s > 0 && r->method != SINEW_METHOD_BILINEAR)
        json_discrete_poles(told->poles, m.order, r->step_s);
    if (r->initial) {
        fputs(",\"initial\":", stdout);
        json_numbers(r->initial, m.order);
    }
    puts("}");
}
