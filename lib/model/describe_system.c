/* A system as a description says it: what was asked for where that is known (a design), else the
 * factors, else the matrices. */
#include <math.h>

#include "base/error.h"
#include "model/describe.h"
#include "model/yaml.h"

/* ---- matrices ---- */

static void put_matrix(sinew_writer *w, const char *name, const double *entries, size_t rows,
                       size_t columns)
{
    sinew_writer_spaces(w, 4);
    sinew_writer_put(w, name);
    sinew_writer_put(w, rows > 0 && columns > 0 ? ":\n" : ": []\n");
    for (size_t i = 0; i < rows && columns > 0; i++) {
        sinew_writer_spaces(w, 6);
        sinew_writer_put(w, "- [");
        sinew_writer_numbers(w, entries + i * columns, columns);
        sinew_writer_put(w, "]\n");
    }
}

static sinew_status put_ss(sinew_writer *w, const sinew_system *s, sinew_error *error)
{
    size_t n = s->order, q = s->inputs, p = s->outputs;
    if ((n + p) * (n + q + 1) + n > SINEW_DOCUMENT_VALUES - 64) /* a row counts as a value too */
        return sinew_fail(
            error, SINEW_ERR_UNSUPPORTED,
            "order %zu, %zu inputs, %zu outputs: more numbers than a description holds", n, q, p);
    sinew_writer_put(w, "\n  ss:\n");
    put_matrix(w, "A", s->A, n, n);
    put_matrix(w, "B", s->B, n, q);
    put_matrix(w, "C", n > 0 ? s->C : NULL, n > 0 ? p : 0, n);
    put_matrix(w, "D", s->D, p, q);
    return SINEW_OK;
}

/* ---- factors ---- */

static void put_roots(sinew_writer *w, const char *name, const double complex *roots, size_t n,
                      size_t indent)
{
    sinew_writer_spaces(w, indent);
    sinew_writer_put(w, name);
    sinew_writer_put(w, n > 0 ? ":\n" : ": []\n");
    for (size_t i = 0; i < n; i++) {
        const double parts[2] = {creal(roots[i]), cimag(roots[i])};
        bool real = parts[1] == 0;
        sinew_writer_spaces(w, indent + 2);
        sinew_writer_put(w, real ? "- " : "- [");
        sinew_writer_numbers(w, parts, real ? 1 : 2);
        sinew_writer_put(w, real ? "\n" : "]\n");
    }
}

static sinew_status put_zpk(sinew_writer *w, const sinew_zpk *zpk, size_t indent,
                            sinew_error *error)
{
    double gain = ldexp(zpk->gain, zpk->exponent);
    if (!isfinite(gain) || ldexp(gain, -zpk->exponent) != zpk->gain)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "the gain, %.17g times 2^%d, is no number that a description holds",
                          zpk->gain, zpk->exponent);
    sinew_writer_put(w, "zpk:\n");
    put_roots(w, "zeros", zpk->zeros, zpk->n_zeros, indent + 2);
    put_roots(w, "poles", zpk->poles, zpk->n_poles, indent + 2);
    sinew_writer_spaces(w, indent + 2);
    sinew_writer_put(w, "gain: ");
    sinew_writer_number(w, gain);
    sinew_writer_put(w, "\n");
    return SINEW_OK;
}

/* The keys of a part stand `indent` deep; the first follows what is on its line. */
static sinew_status put_part(sinew_writer *w, const sinew_part *part, size_t indent,
                             sinew_error *error)
{
    sinew_status status;
    if (part->designed) {
        sinew_writer_put(w, part->inverted ? "inverse: {design: " : "design: ");
        status = sinew_describe_design(w, &part->design, error);
        sinew_writer_put(w, part->inverted ? "}\n" : "\n");
        return status;
    }
    if (part->equalized) {
        sinew_writer_put(w, part->inverted ? "inverse: {eq: " : "eq: ");
        sinew_describe_equalizer(w, &part->equalizer);
        sinew_writer_put(w, part->inverted ? "}\n" : "\n");
        return SINEW_OK;
    }
    status = put_zpk(w, &part->zpk, indent, error);
    if (part->prewarp_hz > 0) {
        sinew_writer_spaces(w, indent);
        sinew_writer_put(w, "prewarp_hz: ");
        sinew_writer_number(w, part->prewarp_hz);
        sinew_writer_put(w, "\n");
    }
    return status;
}

/* A frequency that a part keeps in place is said of an item of a series only. */
static bool needs_series(const sinew_system *s)
{
    return s->n_parts != 1 || s->parts[0].prewarp_hz > 0;
}

static sinew_status put_series(sinew_writer *w, const sinew_system *s, sinew_error *error)
{
    sinew_status status = SINEW_OK;
    sinew_writer_put(w, "\n  series:\n");
    for (size_t i = 0; !status && i < s->n_parts; i++) {
        sinew_writer_put(w, "    - ");
        status = put_part(w, &s->parts[i], 6, error);
    }
    return status;
}

sinew_status sinew_describe_system(sinew_writer *w, const sinew_system *s, sinew_error *error)
{
    if (s->joint)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "joined of systems that keep frequencies in place under the bilinear "
                          "rule, which its matrices do not say: describe those");
    if (!s->factored)
        return put_ss(w, s, error);
    if (needs_series(s))
        return put_series(w, s, error);
    sinew_writer_put(w, "\n  ");
    return put_part(w, &s->parts[0], 2, error);
}

/* bilinear goes with the places that parts keep. */
sinew_method sinew_describe_method(const sinew_system *s, sinew_description_form form)
{
    bool implied = s->factored && !needs_series(s) && s->parts[0].equalized;
    if (s->preferred == SINEW_METHOD_BILINEAR && (implied || form != SINEW_DESCRIBE_ASKED))
        return SINEW_METHOD_DEFAULT;
    return s->preferred;
}
