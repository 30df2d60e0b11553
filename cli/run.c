/* sinew run: the offline job, on one file or on many. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "batch.h"
#include "costs.h"
#include "interrupt.h"
#include "job.h"
#include "losses.h"
#include "model/find.h"
#include "numbers.h"
#include "paths.h"
#include "progress.h"
#include "sinew/kernel.h"
#include "sinew/parallel.h"
#include "stream/formats.h"

typedef struct settings {
    sampling sampling;
    const char *engine, *dtype, *state_in, *state_out, *x0_path;
    const char *format, *in_format, *out_format, *out_dir, *part, *quantize;
    option_count block, threads, channels, jobs;
    option_number tail_s;
    bool time, smooth, force, json, quiet;
} settings;

static const option options[] = {
    SAMPLING_STEP_OPTIONS(settings),
    FLAG_OPTION(settings, time, "time", "a csv's first column is seconds: irregular steps"),
    FLAG_OPTION(settings, smooth, "smooth", "a Kalman filter: estimate from the whole record"),
    SAMPLING_METHOD_OPTIONS(settings),
    ENGINE_OPTION(settings, engine, ""),
    COUNT_OPTION(settings, block, "block", "N",
                 "frames computed at a time: 4096; with a kernel 16384", 1, 1 << 24),
    COUNT_OPTION(settings, threads, "threads", "N", "for each file: 1", 1, SINEW_MAX_THREADS),
    DTYPE_OPTION(settings, dtype, "compute in"),
    TEXT_OPTION(settings, state_in, "state-in", "FILE", "continue from a saved state"),
    TEXT_OPTION(settings, state_out, "state-out", "FILE", "save the state at the end"),
    TEXT_OPTION(settings, x0_path, "x0", "FILE", "a csv row: the continuous state at the start"),
    TEXT_OPTION(settings, part, "part", "P", "of a checkpoint: stack, layer.I or mixer.I"),
    QUANTIZE_OPTION(settings, quantize),
    COUNT_OPTION(settings, channels, "channels", "N", "of raw input", 1, SINEW_CHANNELS_MOST),
    NUMBER_OPTION(settings, tail_s, "tail", "SECONDS", "go on so long after the end, with silence",
                  0, 1e9, SINEW_UNIT_S),
    TEXT_OPTION(settings, format, "format", "F", "of - and of names without a known extension"),
    TEXT_OPTION(settings, in_format, "in-format", "F", "of the input, whatever its name"),
    TEXT_OPTION(settings, out_format, "out-format", "F",
                "of the output; with --out-dir also its extension"),
    TEXT_OPTION(settings, out_dir, "out-dir", "DIR", "a batch: each output in this folder"),
    COUNT_OPTION(settings, jobs, "jobs", "N", "a batch: files at once; one a core", 1, 1024),
    FLAG_OPTION(settings, force, "force", "a batch: also what is done already"),
    FLAG_OPTION(settings, json, "json", "a line of JSON for each file"),
    FLAG_OPTION(settings, quiet, "quiet", "no progress"),
    {0}};

static bool is_pipe(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* --format serves those ends whose name does not tell. */
static const char *format_of(const char *path, const char *own, const char *common)
{
    if (own)
        return own;
    return is_pipe(path) || !sinew_format_of_path(path) ? common : NULL;
}

static int check_ends(const command *self, const settings *s, const job_files *f)
{
    if (is_pipe(f->input) && !f->in_format)
        return report_misuse(self, "- as input needs --format or --in-format");
    if (is_pipe(f->output) && !f->out_format)
        return report_misuse(self, "- as output needs --format or --out-format");
    if (s->format && f->in_format != s->format && f->out_format != s->format)
        return report_misuse(self, "--format is for - and names without a known extension; "
                                   "see --in-format and --out-format");
    if (s->json && is_pipe(f->output))
        return report_misuse(self, "--json and the output cannot both go to standard output");
    return EXIT_DONE;
}

/* No file that is written may be another one of the run, under whatever name; but a state may
 * take the place of the one it began with. */
static int check_files(const command *self, const settings *s, const job_files *f,
                       const char *model_path, const sinew_model *model)
{
    const struct {
        const char *what, *path;
        bool written, is_state;
    } files[] = {
        {"the model", model_path, false, false}, {"the input", f->input, false, false},
        {"--x0", s->x0_path, false, false},      {"--state-in", s->state_in, false, true},
        {"the output", f->output, true, false},  {"--state-out", s->state_out, true, true}};
    for (size_t b = 1; b < sizeof files / sizeof *files; b++)
        for (size_t a = 0; a < b; a++)
            if (files[a].path && files[b].path && (files[a].written || files[b].written) &&
                !(files[a].is_state && files[b].is_state) &&
                paths_same(files[a].path, files[b].path))
                return report_misuse(self, "%s: %s and %s are one file", files[a].path,
                                     files[a].what, files[b].what);
    size_t n;
    const char *const *references = sinew_model_references(model, &n);
    for (size_t b = 1; b < sizeof files / sizeof *files; b++)
        for (size_t a = 0; a < n; a++)
            if (files[b].written && files[b].path && paths_same(references[a], files[b].path))
                return report_misuse(self, "%s: the model refers to it, and %s is the same file",
                                     references[a], files[b].what);
    return EXIT_DONE;
}

static void tick(void *context, int64_t done, int64_t total, double rate_hz)
{
    progress_of_file(context, done, total, rate_hz);
}

/* The exit status. */
static int report_result(const settings *s, const job_files *f, const char *model_name,
                         const job_result *result)
{
    if (result->warning[0])
        report_warning("%s: %s", model_name, result->warning);
    if (result->continues_inexactly)
        report_warning("%s: the state is of another engine or build, or of a kernel that takes "
                       "whole blocks: the output continues within rounding, not to the bit",
                       s->state_in);
    if (result->frames == 0)
        report_warning("%s: holds no frames", f->input);
    losses_report(f->output, result);
    if (s->json && !batch_print_json(f->input, f->output, "done", result, NULL))
        return EXIT_FAILED;
    return EXIT_DONE;
}

static int run_one(const command *self, const settings *s, const job_plan *plan,
                   const char *model_path, const char **args)
{
    job_files files = {args[1], args[2], format_of(args[1], s->in_format, s->format),
                       format_of(args[2], s->out_format, s->format)};
    int status = check_ends(self, s, &files);
    if (!status)
        status = check_files(self, s, &files, model_path, plan->model);
    if (status)
        return status;
    progress line = progress_start(s->quiet);
    job_watch watch = {tick, &line};
    job_result result;
    sinew_error error;
    sinew_status failure = job_run(&result, plan, &files, &watch, &error);
    progress_clear(&line);
    if (!failure)
        return report_result(s, &files, plan->model_path, &result);
    if (s->json)
        batch_print_json(files.input, files.output, "failed", NULL, error.text);
    status = report_failure(self, &error);
    return interrupt_signal() ? 128 + interrupt_signal() : status;
}

static int run_many(const command *self, const settings *s, const job_plan *plan,
                    const char *model_path, const char **args, size_t n_args)
{
    batch_opts opts = {.model_path = model_path,
                       .x0_path = s->x0_path,
                       .out_dir = s->out_dir,
                       .in_format = s->in_format ? s->in_format : s->format,
                       .out_format = s->out_format ? s->out_format : s->format,
                       .jobs = (size_t)s->jobs.value,
                       .force = s->force,
                       .json = s->json,
                       .quiet = s->quiet};
    return batch_run(self, plan, &opts, args + 1, n_args - 1);
}

static bool is_format(const char *name)
{
    const sinew_format *format;
    return !name || sinew_format_choose(&format, name, "", NULL) == SINEW_OK;
}

static const char *what_is_wrong_with_time(const settings *s)
{
    if (s->sampling.rate_hz.given || s->sampling.step_s.given)
        return "--time says the steps: --rate and --step are for regular ones";
    if (s->sampling.method && strcmp(s->sampling.method, "zoh") != 0 &&
        strcmp(s->sampling.method, "foh") != 0)
        return "--time is for --method zoh and foh";
    if (s->sampling.prewarp_hz.given || s->sampling.alpha.given)
        return "--time is for --method zoh and foh, without --prewarp-hz and --alpha";
    if (s->engine && strcmp(s->engine, "auto") != 0 && strcmp(s->engine, "scan") != 0)
        return "--time runs frame by frame: --engine auto or scan";
    if (s->tail_s.given)
        return "--tail has no times to go on with after --time";
    return NULL;
}

static const char *what_is_wrong(const settings *s, const char **args, size_t n_args)
{
    if (s->out_dir && (s->state_in || s->state_out))
        return "--state-in and --state-out are for one file, not for --out-dir";
    if (!s->out_dir && (s->jobs.given || s->force))
        return "--jobs and --force need --out-dir";
    if (!s->out_dir && n_args != 3)
        return n_args > 3 ? "more than one INPUT and OUTPUT; many files need --out-dir"
                          : "MODEL, INPUT and OUTPUT are needed";
    if (s->state_out && is_pipe(s->state_out))
        return "--state-out - : the state goes to a file";
    if (s->x0_path && is_pipe(s->x0_path) && !s->out_dir && is_pipe(args[1]))
        return "--x0 and the input cannot both come from standard input";
    if (s->smooth && (s->state_in || s->state_out || s->tail_s.given))
        return "--smooth looks at the whole record: --state-in, --state-out and --tail do not fit";
    if (s->x0_path && s->state_in)
        return "--x0 and --state-in exclude each other";
    if (!is_format(s->format) || !is_format(s->in_format) || !is_format(s->out_format))
        return "no such format; there are wav flac aiff csv npy f32 f64 and others, see sinew(1)";
    const char *wrong = s->time ? what_is_wrong_with_time(s) : NULL;
    return wrong ? wrong : sampling_wrong(&s->sampling, false);
}

/* Whether the model takes an x0 at all is the library's to say; here is the file at hand. */
static sinew_status read_x0(double **out, size_t *n, const char *path, const sinew_model *model,
                            sinew_error *error)
{
    const sinew_system *system = sinew_model_system(model);
    sinew_status status = numbers_read_row(out, n, path, error);
    if (status || !system || !sinew_system_state_is_given(system))
        return status;
    size_t order = sinew_system_matrices(system).order;
    if (*n == order)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_MISMATCH, "%s: %zu numbers, but the system has order %zu",
                      path, *n, order);
}

static sinew_status check_smooth(const sinew_model *model, const char *path, sinew_error *error)
{
    sinew_kalman_node_opts opts;
    if (!sinew_model_kalman(model, &opts))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s: --smooth is for a Kalman filter", path);
    if (opts.output == SINEW_KALMAN_INNOVATIONS)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "%s: its output is the innovations, which --smooth has none of", path);
    return SINEW_OK;
}

/* How layers are held and who works on them; the part of a checkpoint. */
static sinew_status plan_layers(job_plan *plan, const settings *s, sinew_error *error)
{
    sinew_checkpoint_build_opts *opts = &plan->checkpoint;
    bool has_layers = sinew_model_has_layers(plan->model);
    if (s->part && !sinew_model_checkpoint(plan->model))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s is no checkpoint: --part is for those",
                          plan->model_path);
    if (s->quantize && !has_layers)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s has no layers: --quantize is for those",
                          plan->model_path);
    if (!has_layers)
        return SINEW_OK;
    sinew_status status = s->part ? sinew_checkpoint_part_read(opts, s->part, error) : SINEW_OK;
    if (!status && (opts->part == SINEW_CHECKPOINT_LM || opts->part == SINEW_CHECKPOINT_BODY))
        status = sinew_fail(error, SINEW_ERR_ARGUMENT, "--part %s takes token ids: see sinew lm",
                            s->part);
    if (!status)
        status = sinew_workers_new(&opts->layers.workers, plan->threads, error);
    opts->layers.quantize = options_quantize(s->quantize);
    plan->threads = 1;
    return status;
}

/* What of the settings says something about the job. */
static sinew_status make_plan(job_plan *plan, double **x0, const settings *s,
                              const char *model_path, sinew_model **model, sinew_error *error)
{
    *plan = (job_plan){.model_path = model_path,
                       .discretize = sampling_opts(&s->sampling),
                       .sample = options_sample(s->dtype),
                       .engine = options_engine(s->engine),
                       .sample_given = s->dtype != NULL,
                       .block_frames = (size_t)s->block.value,
                       .block_given = s->block.given,
                       .threads = s->threads.given ? (size_t)s->threads.value : 1,
                       .raw_channels = (uint32_t)s->channels.value,
                       .tail_s = s->tail_s.value,
                       .time = s->time,
                       .smooth = s->smooth,
                       .state_in = s->state_in,
                       .state_out = s->state_out};
    sinew_status status = sinew_model_open_any(model, model_path, error);
    plan->model = *model;
    if (!status)
        status = plan_layers(plan, s, error);
    if (!status && !s->block.given) /* a kernel's transforms are the better the longer */
        plan->block_frames = sinew_model_kernel(*model, NULL) ? SINEW_KERNEL_CALL_FRAMES : 4096;
    if (!status && s->smooth)
        status = check_smooth(*model, model_path, error);
    if (!status && s->x0_path)
        status = read_x0(x0, &plan->n_x0, s->x0_path, *model, error);
    plan->x0 = *x0;
    return status;
}

/* A Kalman filter and a kernel by itself run in one way only, and so does all that has steps. */
static bool chooses_engine(const job_plan *plan)
{
    const sinew_system *plus = NULL;
    bool is_kernel = sinew_model_kernel(plan->model, &plus) != NULL;
    return plan->engine == SINEW_ENGINE_AUTO && !plan->time && (!is_kernel || plus) &&
           !sinew_model_kalman(plan->model, NULL) && !sinew_model_has_layers(plan->model);
}

static int run(const command *self, const void *given, const char **args, size_t n_args)
{
    const settings *s = given;
    const char *wrong = what_is_wrong(s, args, n_args);
    if (wrong)
        return report_misuse(self, "%s", wrong);
    job_plan plan;
    sinew_costs *costs = NULL;
    double *x0 = NULL;
    char *model_path = NULL;
    sinew_model *model = NULL;
    sinew_error error;
    int status;
    interrupt_watch();
    if (make_plan(&plan, &x0, s, args[0], &model, &error) ||
        sinew_model_find(&model_path, args[0], &error))
        status = report_failure(self, &error);
    else {
        if (chooses_engine(&plan))
            plan.costs = costs = costs_choose();
        status = s->out_dir ? run_many(self, s, &plan, model_path, args, n_args)
                            : run_one(self, s, &plan, model_path, args);
    }
    sinew_workers_free(plan.checkpoint.layers.workers);
    sinew_free(model_path);
    free(x0);
    sinew_costs_free(costs);
    sinew_model_free(model);
    return status;
}

const command command_run = {
    .name = "run",
    .summary = "filter a file, or many",
    .usage = "MODEL INPUT OUTPUT [options]\n       sinew run MODEL --out-dir DIR FILE... [options]",
    .about =
        "Formats go by extension: wav, flac, aiff and what libsndfile writes; csv (a row a "
        "frame);\n"
        "npy ((frames, channels), float32 or float64); f32 and f64 (raw). - is standard input or\n"
        "output. Sound files say their rate; for csv, npy and raw it is given, or the first "
        "column\n"
        "of a csv is the time (--time). A one-in one-out model runs on each channel by itself. A\n"
        "run that fails leaves no output behind.",
    .options = options,
    .settings_bytes = sizeof(settings),
    .least = 2,
    .most = SIZE_MAX,
    .run = run};
