#include "sinew/describe.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/describe.h"
#include "model/yaml.h"
#include "ssm/method.h"

/* ---- what the reader would refuse ---- */

/* `most` > 0 bounds a text, which is then one line. */
static sinew_status check_text(const char *what, const char *text, size_t most, sinew_error *error)
{
    size_t n = text ? strlen(text) : 0, line, column;
    const char *wrong = sinew_utf8_check(text ? text : "", n, &line, &column);
    if (wrong)
        return sinew_fail(error, SINEW_ERR_DATA, "%s, character %zu of line %zu: %s", what,
                          column + 1, line + 1, wrong);
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)text[i], next = (unsigned char)text[i + 1];
        if (c == '\r' || (c == 0xc2 && next < 0xa0) || (most > 0 && (c == '\n' || c == '\t')))
            return sinew_fail(error, SINEW_ERR_DATA, "%s holds a control character%s", what,
                              c == '\n' ? " (a new line)" : "");
    }
    if (most > 0 && n > most)
        return sinew_fail(error, SINEW_ERR_DATA, "%s is %zu bytes long: at most %zu", what, n,
                          most);
    return SINEW_OK;
}

static sinew_status check_texts(const sinew_description *d, sinew_error *error)
{
    sinew_status status = check_text("name", d->name, 128, error);
    if (!status)
        status = check_text("about", d->about, 0, error);
    if (!status)
        status = check_text("units_in", d->units_in, 64, error);
    if (!status)
        status = check_text("units_out", d->units_out, 64, error);
    if (!status)
        status = check_text("comment", d->comment, 0, error);
    for (const char *at = d->comment; !status && at && *at; at++)
        if (sinew_writer_special(at)) /* a comment has no escapes */
            status =
                sinew_fail(error, SINEW_ERR_DATA, "comment holds U+%04X, which ends a line of YAML",
                           sinew_writer_special(at));
    return status;
}

static sinew_status check_choices(const sinew_description *d, sinew_error *error)
{
    if (d->method != SINEW_METHOD_DEFAULT && !sinew_method_exists(d->method))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such method of discretization");
    if ((unsigned)d->form > SINEW_DESCRIBE_SS)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such form of a description");
    if (d->prewarp_hz != 0 && d->method != SINEW_METHOD_BILINEAR)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "only the method bilinear is prewarped");
    if (d->alpha != 0 && d->method != SINEW_METHOD_GBT)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "only the method gbt has an alpha");
    if (!(d->prewarp_hz >= 0 && d->prewarp_hz <= 1e12))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a prewarp frequency of %g Hz does not lie between 0 and 1e12 Hz",
                          d->prewarp_hz);
    if (!(d->alpha >= 0 && d->alpha <= 1))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "alpha is %g: it lies between 0 and 1",
                          d->alpha);
    return SINEW_OK;
}

/* ---- the keys ---- */

static void put_comment(sinew_writer *w, const char *comment)
{
    char line[2] = {0};
    bool at_start = true;
    for (const char *at = comment; at && *at; at++) {
        if (at_start)
            sinew_writer_put(w, *at == '\n' ? "#" : "# ");
        line[0] = *at;
        sinew_writer_put(w, line);
        at_start = *at == '\n';
    }
    if (!at_start)
        sinew_writer_put(w, "\n");
}

static void put_text(sinew_writer *w, const char *key, const char *text)
{
    if (!text || !*text)
        return;
    sinew_writer_put(w, key);
    sinew_writer_put(w, ": ");
    sinew_writer_text(w, text);
    sinew_writer_put(w, "\n");
}

static void put_units(sinew_writer *w, const sinew_description *d)
{
    bool in = d->units_in && *d->units_in, out = d->units_out && *d->units_out;
    if (!in && !out)
        return;
    sinew_writer_put(w, "units: {");
    if (in) {
        sinew_writer_put(w, "input: ");
        sinew_writer_text(w, d->units_in);
    }
    if (out) {
        sinew_writer_put(w, in ? ", output: " : "output: ");
        sinew_writer_text(w, d->units_out);
    }
    sinew_writer_put(w, "}\n");
}

static void put_number(sinew_writer *w, const char *key, double value)
{
    sinew_writer_put(w, key);
    sinew_writer_put(w, ": ");
    sinew_writer_number(w, value);
    sinew_writer_put(w, "\n");
}

static sinew_status put_all(sinew_writer *w, const sinew_description *d, sinew_error *error)
{
    put_comment(w, d->comment);
    put_text(w, "name", d->name);
    put_text(w, "about", d->about);
    put_units(w, d);
    sinew_writer_put(w, "system:");
    sinew_status status = sinew_describe_form(w, d->system, d->form, error);
    sinew_method method = d->method ? d->method : sinew_describe_method(d->system, d->form);
    if (method)
        put_text(w, "method", sinew_method_name(method));
    if (d->prewarp_hz > 0)
        put_number(w, "prewarp_hz", d->prewarp_hz);
    if (d->method == SINEW_METHOD_GBT)
        put_number(w, "alpha", d->alpha);
    if (!status && w->full)
        status = sinew_fail_memory(error);
    if (!status && w->n > SINEW_DOCUMENT_BYTES)
        status = sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                            "the description is %zu bytes long: at most %d are read", w->n,
                            SINEW_DOCUMENT_BYTES);
    return status;
}

/* Numbers are written in the C locale, whatever the program has set. */
static sinew_status write_in_c(sinew_writer *w, const sinew_description *d, sinew_error *error)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        return sinew_fail_memory(error);
    locale_t before = uselocale(c);
    sinew_status status = put_all(w, d, error);
    uselocale(before);
    freelocale(c);
    return status;
}

sinew_status sinew_description_write(char **out, const sinew_description *d, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_writer w = {0};
    *out = NULL;
    if (!d || !d->system)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no system to describe");
    sinew_status status = check_texts(d, error);
    if (!status)
        status = check_choices(d, error);
    if (!status)
        status = write_in_c(&w, d, error);
    if (status)
        sinew_free(w.text);
    else
        *out = w.text;
    return status;
}

void sinew_description_free(char *text)
{
    sinew_free(text);
}
