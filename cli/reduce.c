/* sinew reduce: a model with fewer states, as a description. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "command.h"
#include "json.h"
#include "model/find.h"
#include "paths.h"
#include "sampling.h"
#include "sinew/model.h"
#include "sinew/reduce.h"
#include "ssm/gramian.h"
#include "ssm/parts.h"
#include "ssm/joint.h"
#include "write.h"

typedef struct settings {
    option_count order;
    option_number tolerance_db;
    bool minimal, match_dc, json;
} settings;

static const option options[] = {
    COUNT_OPTION(settings, order, "order", "N", "the states that are left", 1, SINEW_ORDER_MAX),
    NUMBER_OPTION(settings, tolerance_db, "tolerance-db", "DB",
                  "or how far the error is below the peak: -60", -300, -0.01, SINEW_UNIT_DB),
    FLAG_OPTION(settings, minimal, "minimal", "or drop nothing but what is hidden"),
    FLAG_OPTION(settings, match_dc, "match-dc", "keep the response at 0 Hz"),
    FLAG_OPTION(settings, json, "json", "print the report as JSON"),
    {0}};

static double in_db(double part)
{
    return 20 * log10(part);
}

/* ---- the report ---- */

static void print_json(const sinew_reduce_report *r)
{
    printf("{\"order_before\":%zu,\"order_after\":%zu,\"not_stable\":%zu,\"bound\":",
           r->order_before, r->order_after, r->not_stable);
    json_number(r->bound);
    fputs(",\"error\":", stdout);
    json_number(r->error);
    fputs(",\"peak\":", stdout);
    json_number(r->peak);
    printf(",\"modal\":%s,\"condition\":", r->modal ? "true" : "false");
    json_number(r->condition);
    fputs(",\"hankel\":", stdout);
    json_numbers(r->hankel, r->n_hankel);
    puts("}");
}

static void print_level(const char *name, double value, const sinew_reduce_report *r)
{
    if (isnan(value))
        return;
    printf("%-10s %.6g", name, value);
    if (r->peak > 0 && value > 0 && value < r->peak)
        printf("  (%.1f dB of the peak)", in_db(value / r->peak));
    putchar('\n');
}

static void print_table(const sinew_reduce_report *r)
{
    printf("order      %zu, from %zu\n", r->order_after, r->order_before);
    if (r->not_stable > 0)
        printf("kept       %zu poles that are not stable\n", r->not_stable);
    print_level("peak", r->peak, r);
    print_level("error", r->error, r);
    print_level("bound", r->bound, r);
    if (r->n_hankel == 0)
        return;
    if (r->modal)
        printf("form       modes side by side (condition %.3g)\n", r->condition);
    else
        puts("form       balanced: its modes cannot be parted without loss");
    size_t kept = r->order_after - r->not_stable;
    for (size_t i = 0; i < r->n_hankel; i++)
        printf("%-10s %-14.6g%s\n", i ? "" : "hankel", r->hankel[i], i < kept ? "" : "  dropped");
}

/* ---- the work ---- */

/* What the model says, with the method that its system prefers where it says none: matrices prefer
 * nothing. */
static sinew_description description_of(const sinew_model *model)
{
    sinew_description d = sinew_model_description(model);
    if (!d.method)
        d.method = d.system->preferred;
    return d;
}

/* The bilinear rule keeps the frequencies of parts and members in place; matrices have none. */
static bool loses_places(const sinew_model *model)
{
    sinew_description d = description_of(model);
    return sinew_system_keeps_places(d.system) && d.method == SINEW_METHOD_BILINEAR &&
           d.prewarp_hz == 0;
}

static sinew_status write_reduced(const sinew_model *model, const sinew_system *small,
                                  const sinew_reduce_report *r, const char *path,
                                  const char *output, sinew_error *error)
{
    char comment[512], *text;
    sinew_description description = description_of(model);
    int n = snprintf(comment, sizeof comment, "%.200s by sinew reduce: %zu states of %zu.",
                     path_base(path), r->order_after, r->order_before);
    if (!isnan(r->bound))
        snprintf(
            comment + n, sizeof comment - (size_t)n,
            "\nNo response is more than %.6g off (bound), the worst is %.6g; the peak is %.6g.",
            r->bound, r->error, r->peak);
    description.system = small;
    description.comment = comment;
    sinew_status status = sinew_description_write(&text, &description, error);
    if (!status)
        status = write_text(output, text, error);
    sinew_description_free(text);
    return status;
}

/* The Hinf norm of the difference; NaN where it is infinite: poles on the axis. */
static sinew_status measure(double *difference, const sinew_system *a, const sinew_system *b,
                            sinew_error *error)
{
    sinew_matrices of_a = sinew_system_matrices(a), of_b = sinew_system_matrices(b);
    sinew_parts both;
    sinew_status status = sinew_parts_difference(&both, &of_a, &of_b, error);
    *difference = NAN;
    if (status)
        return status;
    sinew_matrices m = sinew_parts_matrices(&both);
    status = sinew_matrices_hinf(difference, NULL, &m, error);
    sinew_parts_finish(&both);
    return status == SINEW_ERR_NUMERIC ? SINEW_OK : status;
}

static sinew_status drop_hidden(sinew_system **small, const sinew_system *system,
                                sinew_reduce_report *report, sinew_error *error)
{
    sinew_status status = sinew_system_minimal(small, system, 0, error);
    report->bound = report->peak = NAN;
    report->order_before = system->order;
    if (!status)
        status = measure(&report->error, system, *small, error);
    if (!status && (status = sinew_system_hinf(&report->peak, NULL, system, error))) {
        report->peak = NAN;
        status = status == SINEW_ERR_NUMERIC ? SINEW_OK : status;
    }
    if (!status)
        report->order_after = (*small)->order;
    return status;
}

static sinew_status make(sinew_system **small, const settings *s, const sinew_system *system,
                         sinew_reduce_report *report, sinew_error *error)
{
    sinew_reduce_opts opts = {.order = (size_t)s->order.value,
                              .tolerance =
                                  s->tolerance_db.given ? pow(10, s->tolerance_db.value / 20) : 0,
                              .match_dc = s->match_dc,
                              .measure = true};
    return s->minimal ? drop_hidden(small, system, report, error)
                      : sinew_system_reduce(small, system, &opts, report, error);
}

static sinew_status reduce(const settings *s, const sinew_model *model, const char *path,
                           const char *output, sinew_error *error)
{
    const sinew_system *system = sinew_model_system(model);
    sinew_system *small = NULL;
    sinew_reduce_report report = {.hankel = calloc(system->order + 1, sizeof(double))};
    sinew_status status =
        report.hankel ? report_name_file(make(&small, s, system, &report, error), path, error)
                      : sinew_fail_memory(error);
    if (!status && (output || !s->json))
        status = write_reduced(model, small, &report, path, output ? output : "-", error);
    if (!status && s->json)
        print_json(&report);
    else if (!status && output && strcmp(output, "-") != 0)
        print_table(&report);
    sinew_system_free(small);
    free(report.hankel);
    return status;
}

static const char *what_is_wrong(const settings *s, const char *output)
{
    int given = s->order.given + s->tolerance_db.given + s->minimal;
    if (given != 1)
        return given ? "one of --order, --tolerance-db and --minimal is enough"
                     : "--order, --tolerance-db or --minimal is needed";
    if (s->minimal && s->match_dc)
        return "--minimal keeps the whole response: --match-dc has no meaning";
    if (s->json && output && strcmp(output, "-") == 0)
        return "--json is on standard output, and so is -";
    return NULL;
}

/* A file that the model refers to would be lost as much as the model itself. */
static bool is_reference(const sinew_model *model, const char *output)
{
    size_t n;
    const char *const *references = sinew_model_references(model, &n);
    for (size_t i = 0; output && i < n; i++)
        if (paths_same(references[i], output))
            return true;
    return false;
}

static int work(const command *self, const settings *s, const char *path, const char *output)
{
    sinew_model *model = NULL;
    sinew_error error;
    if (sampling_open(&model, path, &error))
        return report_failure(self, &error);
    if (is_reference(model, output)) {
        sinew_model_free(model);
        return report_misuse(self, "%s: the model refers to it", output);
    }
    if (sinew_model_kalman(model, NULL)) {
        sinew_model_free(model);
        sinew_fail(&error, SINEW_ERR_UNSUPPORTED,
                   "%s: a Kalman filter is not reduced: its noises are those of its own states",
                   path);
        return report_failure(self, &error);
    }
    if (!sinew_model_system(model)) {
        sinew_fail(
            &error, SINEW_ERR_UNSUPPORTED,
            "%s: exact delays and kernels of taps are not reduced: only rational systems are",
            path);
        sinew_model_free(model);
        return report_failure(self, &error);
    }
    if (!s->minimal && loses_places(model))
        report_warning("%s: edges and centres are no longer prewarped: they move as those of an "
                       "analogue filter do by the bilinear rule",
                       path);
    sinew_status status = reduce(s, model, path, output, &error);
    sinew_model_free(model);
    return status ? report_failure(self, &error) : EXIT_DONE;
}

static int run(const command *self, const void *given, const char **args, size_t n_args)
{
    const settings *s = given;
    const char *output = n_args > 1 ? args[1] : NULL, *wrong = what_is_wrong(s, output);
    char *file = NULL;
    sinew_error error;
    if (wrong)
        return report_misuse(self, "%s", wrong);
    if (sinew_model_find(&file, args[0], &error))
        return report_failure(self, &error);
    int status = output && paths_same(file, output)
                     ? report_misuse(self, "%s: the model and the output are one file", output)
                     : work(self, s, args[0], output);
    sinew_free(file);
    return status;
}

const command command_reduce = {
    .name = "reduce",
    .summary = "make a description with fewer states",
    .usage = "MODEL [OUTPUT] (--order N | --tolerance-db DB | --minimal) [--match-dc] [--json]",
    .about =
        "Writes a description with the states of MODEL that count most to OUTPUT and prints a\n"
        "report, or prints the description: balanced truncation. --tolerance-db takes as few as "
        "keep\n"
        "the error of the response so far below its peak at every frequency. Poles that are\n"
        "not stable are kept. Without --match-dc the response is kept at high frequencies, with "
        "it\n"
        "at 0 Hz.",
    .options = options,
    .settings_bytes = sizeof(settings),
    .least = 1,
    .most = 2,
    .run = run};
