/* A system in the form that is asked for, whatever it was made of. */
#include "base/error.h"
#include "base/memory.h"
#include "model/describe.h"

static sinew_status put_sos(sinew_writer *w, const sinew_system *s, sinew_error *error)
{
    size_t n = 0, room = s->order > 0 ? s->order : 1;
    double *rows = sinew_alloc(room, 6 * sizeof *rows);
    if (!rows)
        return sinew_fail_memory(error);
    sinew_status status = sinew_system_sos(s, rows, &n, error);
    sinew_writer_put(w, "\n  sos:\n");
    for (size_t i = 0; !status && i < n; i++) {
        sinew_writer_put(w, "    - [");
        sinew_writer_numbers(w, rows + 6 * i, 6);
        sinew_writer_put(w, "]\n");
    }
    sinew_free(rows);
    return status;
}

/* A system that is written as zpk: one part, which keeps nothing in its place. */
static sinew_status put_zpk(sinew_writer *w, const sinew_system *s, sinew_error *error)
{
    if (!s->factored)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "a system from matrices has no factors of its own");
    sinew_part part = {.zpk = s->zpk};
    sinew_system plain = *s;
    plain.parts = &part;
    plain.n_parts = 1;
    return sinew_describe_system(w, &plain, error);
}

static sinew_status put_ss(sinew_writer *w, const sinew_system *s, sinew_error *error)
{
    sinew_system plain = *s;
    plain.factored = false;
    return sinew_describe_system(w, &plain, error);
}

sinew_status sinew_describe_form(sinew_writer *w, const sinew_system *system,
                                 sinew_description_form form, sinew_error *error)
{
    switch (form) {
    case SINEW_DESCRIBE_ZPK:
        return put_zpk(w, system, error);
    case SINEW_DESCRIBE_SOS:
        return put_sos(w, system, error);
    case SINEW_DESCRIBE_SS:
        return put_ss(w, system, error);
    default:
        return sinew_describe_system(w, system, error);
    }
}
