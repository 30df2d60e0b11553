#include "design_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "json.h"
#include "matrices.h"
#include "model/kind_design.h"
#include "ssm/design.h"

static void json_key(const char *name)
{
    putchar(',');
    json_text(name);
    putchar(':');
}

static void json_design(const sinew_design *d)
{
    printf("{\"family\":\"%s\",\"band\":\"%s\",\"order\":%lu", sinew_family_names[d->family],
           sinew_band_names[d->band], (unsigned long)d->order);
    json_key("edges_hz");
    json_numbers(d->edges_hz, sinew_design_has_two_edges(d) ? 2 : 1);
    if (sinew_family_has_ripple(d->family)) {
        json_key("ripple_db");
        json_number(d->ripple_db);
    }
    if (sinew_family_has_attenuation(d->family)) {
        json_key("attenuation_db");
        json_number(d->attenuation_db);
    }
    if (d->family == SINEW_FAMILY_BESSEL) {
        json_key("norm");
        json_text(sinew_norm_names[d->norm]);
    }
    putchar('}');
}

static void json_roots(const sinew_complex *roots, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        putchar(i ? ',' : '[');
        json_complex(roots[i]);
    }
    fputs(n ? "]" : "[]", stdout);
}

static sinew_status json_zpk(const sinew_system *system, sinew_error *error)
{
    size_t order = sinew_system_matrices(system).order, n_zeros = 0;
    sinew_complex *poles = calloc(2 * order + 1, sizeof *poles), *zeros = poles + order;
    double gain = 0;
    int exponent = 0;
    if (!poles)
        return sinew_fail_memory(error);
    sinew_status status = sinew_system_poles(system, poles, error);
    if (!status)
        status = sinew_system_zeros(system, zeros, &n_zeros, error);
    if (!status)
        status = sinew_system_gain(system, &gain, &exponent, error);
    if (!status) {
        fputs("{\"zeros\":", stdout);
        json_roots(zeros, n_zeros);
        json_key("poles");
        json_roots(poles, order);
        json_key("gain");
        json_number(ldexp(gain, exponent));
        putchar('}');
    }
    free(poles);
    return status;
}

static sinew_status json_sos(const sinew_system *system, sinew_error *error)
{
    size_t n = 0;
    double *rows = calloc(sinew_system_matrices(system).order + 1, 6 * sizeof *rows);
    if (!rows)
        return sinew_fail_memory(error);
    sinew_status status = sinew_system_sos(system, rows, &n, error);
    if (!status)
        json_rows(rows, n, 6);
    free(rows);
    return status;
}

static void json_ss(const sinew_system *system)
{
    sinew_matrices m = sinew_system_matrices(system);
    putchar('{');
    matrices_json(&m);
    putchar('}');
}

static sinew_status json_system(const sinew_description *d, const sinew_design *design,
                                sinew_error *error)
{
    switch (d->form) {
    case SINEW_DESCRIBE_ZPK:
        fputs("{\"zpk\":", stdout);
        return json_zpk(d->system, error);
    case SINEW_DESCRIBE_SOS:
        fputs("{\"sos\":", stdout);
        return json_sos(d->system, error);
    case SINEW_DESCRIBE_SS:
        fputs("{\"ss\":", stdout);
        json_ss(d->system);
        return SINEW_OK;
    default:
        fputs("{\"design\":", stdout);
        json_design(design);
        return SINEW_OK;
    }
}

sinew_status design_print_json(const sinew_description *d, const sinew_design *design,
                               sinew_error *error)
{
    char *text; /* what cannot be written so is not printed so either */
    sinew_status status = sinew_description_write(&text, d, error);
    sinew_description_free(text);
    if (status)
        return status;
    putchar('{');
    if (d->name) {
        fputs("\"name\":", stdout);
        json_text(d->name);
        putchar(',');
    }
    fputs("\"system\":", stdout);
    status = json_system(d, design, error);
    putchar('}');
    if (d->method) {
        json_key("method");
        json_text(sinew_method_name(d->method));
    }
    puts("}");
    return status;
}
