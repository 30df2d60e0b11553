/* A design as a description says it: a line of the table for each key. */
#include <stdio.h>

#include "base/error.h"
#include "model/describe.h"
#include "model/kind_design.h"
#include "ssm/design.h"

typedef struct design_key {
    const char *name;
    bool (*counts)(const sinew_design *d); /* NULL: always there */
    void (*put)(sinew_writer *w, const sinew_design *d);
} design_key;

static void put_family(sinew_writer *w, const sinew_design *d)
{
    sinew_writer_put(w, sinew_family_names[d->family]);
}

static void put_band(sinew_writer *w, const sinew_design *d)
{
    sinew_writer_put(w, sinew_band_names[d->band]);
}

static void put_order(sinew_writer *w, const sinew_design *d)
{
    sinew_writer_number(w, d->order);
}

static void put_edges(sinew_writer *w, const sinew_design *d)
{
    sinew_writer_put(w, "[");
    sinew_writer_numbers(w, d->edges_hz, sinew_design_has_two_edges(d) ? 2 : 1);
    sinew_writer_put(w, "]");
}

static bool has_ripple(const sinew_design *d)
{
    return sinew_family_has_ripple(d->family);
}

static void put_ripple(sinew_writer *w, const sinew_design *d)
{
    sinew_writer_number(w, d->ripple_db);
}

static bool has_attenuation(const sinew_design *d)
{
    return sinew_family_has_attenuation(d->family);
}

static void put_attenuation(sinew_writer *w, const sinew_design *d)
{
    sinew_writer_number(w, d->attenuation_db);
}

static bool has_norm(const sinew_design *d)
{
    return d->family == SINEW_FAMILY_BESSEL;
}

static void put_norm(sinew_writer *w, const sinew_design *d)
{
    sinew_writer_put(w, sinew_norm_names[d->norm]);
}

static const design_key keys[] = {{"family", NULL, put_family},
                                  {"band", NULL, put_band},
                                  {"order", NULL, put_order},
                                  {"edges_hz", NULL, put_edges},
                                  {"ripple_db", has_ripple, put_ripple},
                                  {"attenuation_db", has_attenuation, put_attenuation},
                                  {"norm", has_norm, put_norm}};

sinew_status sinew_describe_design(sinew_writer *w, const sinew_design *d, sinew_error *error)
{
    const double highest_hz = 1e12; /* that kind_design.c reads */
    if (d->edges_hz[sinew_design_has_two_edges(d) ? 1 : 0] > highest_hz)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "an edge at %g Hz: descriptions end at %g Hz",
                          d->edges_hz[sinew_design_has_two_edges(d) ? 1 : 0], highest_hz);
    const char *before = "{";
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (keys[i].counts && !keys[i].counts(d))
            continue;
        sinew_writer_put(w, before);
        sinew_writer_put(w, keys[i].name);
        sinew_writer_put(w, ": ");
        keys[i].put(w, d);
        before = ", ";
    }
    sinew_writer_put(w, "}");
    return SINEW_OK;
}
