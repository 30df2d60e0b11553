/* sinew fit: a system from what was measured, as a description. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "command.h"
#include "fit_data.h"
#include "fit_report.h"
#include "paths.h"
#include "sinew/block.h"
#include "sinew/describe.h"
#include "ssm/system.h"
#include "write.h"

typedef struct settings {
    option_count order, most, channel, inputs, raw_channels;
    option_number tolerance_db, rate_hz, step_s, below_hz;
    const char *method, *unstable, *weight, *values, *name;
    bool json;
} settings;

/* In the order of their enumerations. */
static const char *const unstable_names[] = {"reflect", "drop", "keep", NULL};
static const char *const weight_names[] = {"relative", "absolute", NULL};
static const char *const value_names[] = {"complex", "db", NULL};
static const char *const method_names[] = {"impulse", "zoh", NULL};

static const option options[] = {
    COUNT_OPTION(settings, order, "order", "N", "states of the model, or", 1, SINEW_ORDER_MAX),
    NUMBER_OPTION(settings, tolerance_db, "tolerance-db", "DB",
                  "the least order whose error is at most this: -40", -400, 0, SINEW_UNIT_DB),
    COUNT_OPTION(settings, most, "max-order", "N", "the largest that --tolerance-db tries", 1,
                 SINEW_ORDER_MAX),
    NUMBER_OPTION(settings, rate_hz, "rate", "HZ", "of files that do not say theirs", 1e-12, 1e15,
                  SINEW_UNIT_HZ),
    NUMBER_OPTION(settings, step_s, "step", "S", "or seconds from one frame to the next", 1e-15,
                  1e12, SINEW_UNIT_S),
    COUNT_OPTION(settings, channel, "channel", "N",
                 "era: of the file, from 1; else all are outputs", 1, SINEW_ORDER_MAX),
    COUNT_OPTION(settings, inputs, "inputs", "Q", "era, response: columns are Q for each output", 1,
                 SINEW_ORDER_MAX),
    NUMBER_OPTION(settings, below_hz, "below", "HZ", "era: fit what lies below this frequency",
                  1e-12, 1e15, SINEW_UNIT_HZ),
    WORD_OPTION(settings, method, "method", "M", "era:", method_names),
    WORD_OPTION(settings, unstable, "unstable", "HOW",
                "era, n4sid: poles of the fit that are not "
                "stable:",
                unstable_names),
    WORD_OPTION(settings, weight, "weight", "W", "response: the error is", weight_names),
    WORD_OPTION(settings, values, "values", "V", "response: columns are", value_names),
    COUNT_OPTION(settings, raw_channels, "channels", "N", "of raw input", 1, 4096),
    TEXT_OPTION(settings, name, "name", "NAME", "the name of the description"),
    FLAG_OPTION(settings, json, "json", "print JSON"),
    {0}};

typedef struct job {
    const settings *s;
    const char **files; /* what follows the rule */
    sinew_identify_opts opts;
    sinew_identify_report report;
    sinew_system *system;
} job;

/* A rule: its name, how many files before OUT, which options of the others it has no use for. */
typedef struct rule {
    const char *name;
    size_t files;
    bool channel, inputs, method, unstable, curve, needs_rate;
    sinew_status (*fit)(job *j, sinew_error *error);
} rule;

/* The place of a word among its names; 0 for none. */
static int index_of(const char *const *names, const char *word)
{
    for (int i = 0; word && names[i]; i++)
        if (names[i] == word) /* the options keep the table's own pointer */
            return i;
    return 0;
}

/* The rate of a file and that of the options: one of them, or both alike. */
static sinew_status take_rate(job *j, const fit_signal *signal, const char *path,
                              sinew_error *error)
{
    const settings *s = j->s;
    double given = s->rate_hz.given ? s->rate_hz.value : s->step_s.given ? 1 / s->step_s.value : 0;
    if (signal->rate_hz > 0 && given > 0 && fabs(given / signal->rate_hz - 1) > 1e-9)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%s: says %.10g Hz, not %.10g Hz", path,
                          signal->rate_hz, given);
    if (signal->rate_hz == 0 && given == 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "%s: does not say its rate: --rate HZ or --step S is needed", path);
    if (s->step_s.given)
        j->opts.step_s = s->step_s.value;
    else
        j->opts.rate_hz = s->rate_hz.given ? given : signal->rate_hz;
    return SINEW_OK;
}

/* Columns are Q inputs for each output, inputs first. */
static sinew_status split(size_t *outputs, size_t *inputs, size_t columns, const settings *s,
                          const char *path, sinew_error *error)
{
    *inputs = s->inputs.given ? (size_t)s->inputs.value : 1;
    *outputs = columns / *inputs;
    if (*outputs * *inputs != columns)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%s: %zu responses are not so many outputs for each of %zu inputs", path,
                          columns, *inputs);
    return SINEW_OK;
}

static sinew_status fit_era(job *j, sinew_error *error)
{
    const char *path = j->files[0];
    fit_signal h;
    size_t outputs = 0, inputs = 0;
    sinew_status status = fit_signal_read(&h, path, (uint32_t)j->s->raw_channels.value, error);
    if (!status)
        status = take_rate(j, &h, path, error);
    if (!status && j->s->channel.given)
        status = fit_signal_pick(&h, (size_t)j->s->channel.value, path, error);
    if (!status)
        status = split(&outputs, &inputs, h.channels, j->s, path, error);
    if (!status)
        status =
            report_name_file(sinew_identify_impulse(&j->system, &j->report, h.samples, h.frames,
                                                    outputs, inputs, &j->opts, error),
                             path, error);
    fit_signal_free(&h);
    return status;
}

static sinew_status fit_n4sid(job *j, sinew_error *error)
{
    fit_signal u = {0}, y = {0};
    uint32_t raw = (uint32_t)j->s->raw_channels.value;
    sinew_status status = fit_signal_read(&u, j->files[0], raw, error);
    if (!status)
        status = fit_signal_read(&y, j->files[1], raw, error);
    if (!status && u.frames != y.frames)
        status = sinew_fail(error, SINEW_ERR_MISMATCH, "%s: has %zu frames, but %s has %zu",
                            j->files[0], u.frames, j->files[1], y.frames);
    if (!status)
        status = take_rate(j, &u, j->files[0], error);
    if (!status && y.rate_hz > 0)
        status = take_rate(j, &y, j->files[1], error);
    if (!status)
        status = report_name_file(sinew_identify_records(&j->system, &j->report, u.samples,
                                                         y.samples, u.frames, u.channels,
                                                         y.channels, &j->opts, error),
                                  j->files[0], error);
    fit_signal_free(&u);
    fit_signal_free(&y);
    return status;
}

static sinew_status fit_response(job *j, sinew_error *error)
{
    const char *path = j->files[0];
    bool in_db = j->s->values ? index_of(value_names, j->s->values) == 1 : fit_curve_says_db(path);
    fit_signal table;
    fit_curve curve = {0};
    size_t outputs = 0, inputs = 0;
    sinew_status status = fit_signal_read(&table, path, (uint32_t)j->s->raw_channels.value, error);
    j->opts.rate_hz = j->s->rate_hz.value;
    j->opts.step_s = j->s->step_s.value;
    if (!status)
        status = fit_curve_take(&curve, &table, in_db, path, error);
    if (!status)
        status = split(&outputs, &inputs, curve.elements, j->s, path, error);
    if (!status)
        status =
            report_name_file(sinew_identify_response(&j->system, &j->report, curve.rad, curve.H,
                                                     curve.n, outputs, inputs, &j->opts, error),
                             path, error);
    fit_signal_free(&table);
    fit_curve_free(&curve);
    return status;
}

static const rule rules[] = {{"era", 1, true, true, true, true, false, true, fit_era},
                             {"n4sid", 2, false, false, false, true, false, true, fit_n4sid},
                             {"response", 1, false, true, false, false, true, false, fit_response}};
static const char *const rule_names[] = {"era", "n4sid", "response", NULL};
enum { N_RULES = sizeof rules / sizeof *rules };

static const char *foreign(const settings *s, const rule *r)
{
    if (s->channel.given && !r->channel)
        return "--channel is for era";
    if (s->inputs.given && !r->inputs)
        return "--inputs is for era and response; of n4sid all channels of INPUT are";
    if (s->method && !r->method)
        return "--method is for era";
    if (s->below_hz.given && !r->method)
        return "--below is for era";
    if (s->unstable && !r->unstable)
        return "--unstable is for era and n4sid; all poles of response are stable";
    if (s->weight && !r->curve)
        return "--weight is for response";
    if (s->values && !r->curve)
        return "--values is for response";
    return NULL;
}

static const char *what_is_wrong(const settings *s, const rule *r)
{
    if (s->order.given && s->tolerance_db.given)
        return "--order and --tolerance-db exclude each other";
    if (!s->order.given && !s->tolerance_db.given && r->fit != fit_n4sid)
        return "--order N or --tolerance-db DB is needed";
    if (s->most.given && s->order.given)
        return "--max-order is for a search, and --order says which";
    if (s->rate_hz.given && s->step_s.given)
        return "--rate and --step exclude each other";
    return foreign(s, r);
}

static sinew_identify_opts opts_of(const settings *s)
{
    return (sinew_identify_opts){
        .order = (size_t)s->order.value,
        .most = (size_t)s->most.value,
        .tolerance = s->tolerance_db.given ? pow(10, s->tolerance_db.value / 20) : 0,
        .below_hz = s->below_hz.value,
        .method = s->method ? sinew_method_from_name(s->method) : SINEW_METHOD_DEFAULT,
        .unstable = (sinew_unstable)index_of(unstable_names, s->unstable),
        .weight = (sinew_fit_weight)index_of(weight_names, s->weight)};
}

/* A file's name as a comment may hold it. */
static const char *plain(const char *path)
{
    for (const char *at = path; *at; at++)
        if (!isascii((unsigned char)*at) || iscntrl((unsigned char)*at))
            return "a file";
    return path_base(path);
}

static sinew_status write_description(const job *j, const rule *r, sinew_error *error)
{
    char line[96], comment[1024], *text = NULL;
    fit_report_line(line, sizeof line, &j->report);
    snprintf(comment, sizeof comment, "Made by sinew fit %s of %.200s%s%.200s: %s.", r->name,
             plain(j->files[0]), r->files > 1 ? " and " : "",
             r->files > 1 ? plain(j->files[1]) : "", line);
    sinew_description description = {
        .system = j->system, .name = j->s->name, .comment = comment, .method = j->report.method};
    sinew_status status = sinew_description_write(&text, &description, error);
    if (!status)
        status = write_text(j->files[r->files], text, error);
    sinew_description_free(text);
    return status;
}

/* The description, and then the report, of which nothing may fail any more. */
static sinew_status tell(const job *j, const rule *r, sinew_error *error)
{
    fit_told told = {.rule = r->name,
                     .treatment = unstable_names[j->opts.unstable],
                     .system = j->system,
                     .report = &j->report};
    sinew_status status = fit_report_prepare(&told, error);
    if (!status)
        status = write_description(j, r, error);
    if (!status && strcmp(j->files[r->files], "-") != 0)
        (j->s->json ? fit_report_json : fit_report_print)(&told);
    fit_report_finish(&told);
    return status;
}

static int check_files(const command *self, const settings *s, const rule *r, const char **files)
{
    const char *out = files[r->files];
    for (size_t i = 0; i < r->files; i++)
        if (paths_same(files[i], out))
            return report_misuse(self, "%s cannot be input and output", out);
    if (s->json && strcmp(out, "-") == 0)
        return report_misuse(self, "--json and the output cannot both go to standard output");
    return EXIT_DONE;
}

static int run(const command *self, const void *given, const char **args, size_t n_args)
{
    const settings *s = given;
    size_t i = 0;
    while (i < N_RULES && strcmp(rules[i].name, args[0]) != 0)
        i++;
    if (i == N_RULES) {
        const char *like = sinew_name_like(args[0], rule_names);
        return report_misuse(self, "no rule %s; it is era, n4sid or response%s%s", args[0],
                             like ? ": did you mean " : "", like ? like : "");
    }
    const rule *r = &rules[i];
    if (n_args != r->files + 2)
        return report_misuse(self, "%s takes %zu file%s and the output", r->name, r->files,
                             r->files > 1 ? "s" : "");
    const char *wrong = what_is_wrong(s, r);
    if (wrong)
        return report_misuse(self, "%s", wrong);
    int status = check_files(self, s, r, args + 1);
    if (status)
        return status;
    job j = {.s = s, .files = args + 1, .opts = opts_of(s)};
    sinew_error error;
    if (r->fit(&j, &error) || tell(&j, r, &error))
        status = report_failure(self, &error);
    sinew_identify_report_finish(&j.report);
    sinew_system_free(j.system);
    return status;
}

const command command_fit = {
    .name = "fit",
    .summary = "make a description of what was measured",
    .usage = "era IR OUT (--order N | --tolerance-db DB) [options]\n"
             "       sinew fit n4sid INPUT OUTPUT OUT [--order N] [options]\n"
             "       sinew fit response CURVE OUT (--order N | --tolerance-db DB) [options]",
    .about =
        "Fits a system to a measurement, writes its description to OUT (- is standard output), "
        "and\n"
        "prints its order, error, stability and poles.\n"
        "  era       an impulse response, a channel for each output\n"
        "  n4sid     what went in and what came out, a channel for each input and output\n"
        "  response  a table of Hz, real and imaginary part (or dB and degrees, where the first\n"
        "            line says dB); with --rate that of a digital filter",
    .options = options,
    .settings_bytes = sizeof(settings),
    .least = 3,
    .most = 4,
    .run = run};
