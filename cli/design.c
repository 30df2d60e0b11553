/* sinew design: a classic filter as a description. */
#include <stdio.h>
#include <string.h>

#include "design_json.h"
#include "model/kind_design.h"
#include "sampling.h"
#include "sinew/describe.h"
#include "ssm/design.h"
#include "write.h"

typedef struct settings {
    const char *family, *band, *norm, *as, *name, *method;
    option_count order;
    option_numbers edges_hz, pass_hz, stop_hz;
    option_number ripple_db, attenuation_db, rate_hz;
    bool json;
} settings;

/* In the order of sinew_description_form. */
static const char *const forms[] = {"design", "zpk", "sos", "ss", NULL};

#define LEVEL_OPTION(member, name, help)                                                           \
    NUMBER_OPTION(settings, member, name, "DB", help, SINEW_LEVEL_LEAST_DB, SINEW_LEVEL_MOST_DB,   \
                  SINEW_UNIT_DB)
#define EDGES_OPTION(member, name, help)                                                           \
    NUMBERS_OPTION(settings, member, name, "F[,F]", help, 1e-300, 1e12, SINEW_UNIT_HZ)

static const option options[] = {
    WORD_OPTION(settings, family, "family", "F", "", sinew_family_names),
    WORD_OPTION(settings, band, "band", "B", "", sinew_band_names),
    COUNT_OPTION(settings, order, "order", "N", "of the low-pass: a band has twice as many poles",
                 1, SINEW_DESIGN_ORDER_MAX),
    EDGES_OPTION(edges_hz, "edges-hz", "with --order: the edges, two of a band"),
    EDGES_OPTION(pass_hz, "pass-hz", "in place of --order: where the pass band ends,"),
    EDGES_OPTION(stop_hz, "stop-hz", "and where the stop band begins"),
    LEVEL_OPTION(ripple_db, "ripple-db", "the most that is lost in the pass band"),
    LEVEL_OPTION(attenuation_db, "attenuation-db", "the least that is lost in the stop band"),
    WORD_OPTION(settings, norm, "norm", "N", "bessel:", sinew_norm_names),
    NUMBER_OPTION(settings, rate_hz, "rate", "HZ", "--pass-hz: for the bilinear rule at this rate",
                  1e-12, 1e15, SINEW_UNIT_HZ),
    WORD_OPTION(settings, method, "method", "M", "", sinew_method_names),
    TEXT_OPTION(settings, name, "name", "NAME", "the name of the description"),
    WORD_OPTION(settings, as, "as", "FORM", "", forms),
    FLAG_OPTION(settings, json, "json", "print JSON"),
    {0}};

/* The place of a word among its names; 0 for none. */
static int index_of(const char *const *names, const char *word)
{
    for (int i = 0; word && names[i]; i++)
        if (names[i] == word) /* the options keep the table's own pointer */
            return i;
    return 0;
}

/* What is estimated for a rate is estimated for the bilinear rule. */
static sinew_method method_of(const settings *s)
{
    if (s->method)
        return sinew_method_from_name(s->method);
    return s->rate_hz.given ? SINEW_METHOD_BILINEAR : SINEW_METHOD_DEFAULT;
}

static const char *order_wrong(const settings *s, sinew_family family, size_t edges)
{
    if (s->edges_hz.n != edges)
        return edges == 2 ? "a band has two --edges-hz"
                          : "a lowpass or highpass has one --edges-hz";
    if (s->stop_hz.n > 0)
        return "--stop-hz goes with --pass-hz";
    if (s->rate_hz.given)
        return "--rate goes with --pass-hz";
    if (s->ripple_db.given != sinew_family_has_ripple(family))
        return s->ripple_db.given ? "with --order only chebyshev1 and elliptic have a --ripple-db"
                                  : "chebyshev1 and elliptic need --ripple-db";
    if (s->attenuation_db.given != sinew_family_has_attenuation(family))
        return s->attenuation_db.given
                   ? "with --order only chebyshev2 and elliptic have an --attenuation-db"
                   : "chebyshev2 and elliptic need --attenuation-db";
    return NULL;
}

static const char *goal_wrong(const settings *s, size_t edges)
{
    if (s->edges_hz.n > 0)
        return "--edges-hz goes with --order; --pass-hz and --stop-hz give both";
    if (s->pass_hz.n != edges || s->stop_hz.n != edges)
        return edges == 2 ? "a band has two --pass-hz and two --stop-hz"
                          : "a lowpass or highpass has one --pass-hz and one --stop-hz";
    if (!s->ripple_db.given || !s->attenuation_db.given)
        return "--pass-hz needs --ripple-db and --attenuation-db";
    if (s->rate_hz.given && method_of(s) != SINEW_METHOD_BILINEAR)
        return "--rate is for the method bilinear";
    return NULL;
}

static const char *what_is_wrong(const settings *s)
{
    if (!s->family || !s->band)
        return "--family and --band are needed";
    if (s->order.given == (s->pass_hz.n > 0))
        return "--order or --pass-hz is needed, and only one of them";
    sinew_family family = sinew_family_named(index_of(sinew_family_names, s->family));
    sinew_band band = sinew_band_named(index_of(sinew_band_names, s->band));
    size_t edges = band == SINEW_BAND_PASS || band == SINEW_BAND_STOP ? 2 : 1;
    if (s->norm && family != SINEW_FAMILY_BESSEL)
        return "only bessel has a --norm";
    return s->order.given ? order_wrong(s, family, edges) : goal_wrong(s, edges);
}

static sinew_design design_of(const settings *s)
{
    return (sinew_design){
        .family = sinew_family_named(index_of(sinew_family_names, s->family)),
        .band = sinew_band_named(index_of(sinew_band_names, s->band)),
        .order = (uint32_t)s->order.value,
        .edges_hz = {s->edges_hz.values[0], s->edges_hz.values[1]},
        .ripple_db = s->ripple_db.value,
        .attenuation_db = s->attenuation_db.value,
        .norm = sinew_norm_named(index_of(sinew_norm_names, s->norm)),
    };
}

static sinew_design_goal goal_of(const settings *s)
{
    sinew_design d = design_of(s);
    return (sinew_design_goal){
        .family = d.family,
        .band = d.band,
        .pass_hz = {s->pass_hz.values[0], s->pass_hz.values[1]},
        .stop_hz = {s->stop_hz.values[0], s->stop_hz.values[1]},
        .ripple_db = d.ripple_db,
        .attenuation_db = d.attenuation_db,
        .norm = d.norm,
        .rate_hz = s->rate_hz.value,
    };
}

/* Do the numbers fit one another? */
static sinew_status check_numbers(const settings *s, sinew_error *error)
{
    sinew_design design = design_of(s);
    sinew_design_goal goal = goal_of(s);
    return s->order.given ? sinew_design_check(&design, error)
                          : sinew_design_goal_check(&goal, error);
}

/* ---- the answer ---- */

static sinew_status write_description(const sinew_description *description, const char *path,
                                      sinew_error *error)
{
    char *text;
    sinew_status status = sinew_description_write(&text, description, error);
    if (!status)
        status = write_text(path, text, error);
    sinew_description_free(text);
    return status;
}

static sinew_status answer(const settings *s, const char *path, sinew_error *error)
{
    sinew_system *system = NULL;
    sinew_design design = design_of(s);
    sinew_design_goal goal = goal_of(s);
    sinew_status status = s->order.given ? SINEW_OK : sinew_design_estimate(&design, &goal, error);
    if (!status)
        status = sinew_system_new_design(&system, &design, error);
    if (status)
        return status;
    const sinew_description description = {
        .system = system,
        .name = s->name,
        .method = method_of(s),
        .form = (sinew_description_form)index_of(forms, s->as),
    };
    if (path || !s->json)
        status = write_description(&description, path ? path : "-", error);
    if (!status && s->json)
        status = design_print_json(&description, &design, error);
    sinew_system_free(system);
    return status;
}

static int run(const command *self, const void *given, const char **args, size_t n_args)
{
    const settings *s = given;
    const char *wrong = what_is_wrong(s), *path = n_args ? args[0] : NULL;
    sinew_error error;
    if (wrong)
        return report_misuse(self, "%s", wrong);
    if (path && s->json && strcmp(path, "-") == 0)
        return report_misuse(self, "--json is on standard output, and so is -");
    if (check_numbers(s, &error))
        return report_misuse(self, "%s", error.text);
    if (answer(s, path, &error))
        return report_failure(self, &error);
    return EXIT_DONE;
}

const command command_design = {
    .name = "design",
    .summary = "make the description of a classic filter",
    .usage = "[OUTPUT] --family F --band B (--order N --edges-hz F | --pass-hz F --stop-hz F) ...",
    .about =
        "Writes a description of the filter to OUTPUT, or prints it. With --order the filter is\n"
        "said by its edges; with --pass-hz and --stop-hz by what it is to do, and the least order\n"
        "is found. --as zpk, sos or ss gives its factors or matrices instead.",
    .options = options,
    .settings_bytes = sizeof(settings),
    .least = 0,
    .most = 1,
    .run = run};
