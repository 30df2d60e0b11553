/* sampling: the options that say how a system becomes discrete, shared by the commands. */
#ifndef SINEW_CLI_SAMPLING_H
#define SINEW_CLI_SAMPLING_H

#include "command.h"
#include "sinew/discretization.h"
#include "sinew/model.h"
#include "ssm/method.h"

typedef struct sampling {
    option_number rate_hz, step_s;
    const char *method;
    option_number prewarp_hz, alpha;
} sampling;

#define SAMPLING_STEP_OPTIONS(settings)                                                            \
    NUMBER_OPTION(settings, sampling.rate_hz, "rate", "HZ", "frames a second: 48000 or 48k",       \
                  1e-12, 1e15, SINEW_UNIT_HZ),                                                     \
        NUMBER_OPTION(settings, sampling.step_s, "step", "S",                                      \
                      "or seconds from one frame to the next", 1e-15, 1e12, SINEW_UNIT_S)

#define SAMPLING_METHOD_OPTIONS(settings)                                                          \
    WORD_OPTION(settings, sampling.method, "method", "M", "", sinew_method_names),                 \
        NUMBER_OPTION(settings, sampling.prewarp_hz, "prewarp-hz", "F",                            \
                      "bilinear: this frequency keeps its place", 1e-12, 1e15, SINEW_UNIT_HZ),     \
        NUMBER_OPTION(settings, sampling.alpha, "alpha", "A",                                      \
                      "gbt: 0 euler, 0.5 bilinear, 1 backward", 0, 1, SINEW_UNIT_NONE)

/* What is wrong with the options, NULL for nothing. `needs_step`: a rate or step must be given. */
const char *sampling_wrong(const sampling *s, bool needs_step);

/* Open a model that has a response: any but of layers. */
sinew_status sampling_open(sinew_model **out, const char *path, sinew_error *error);

sinew_discretize_opts sampling_opts(const sampling *s);

enum { SAMPLING_WARNING_BYTES = 256 };

/* Is a step to be told, and is none? A kernel has a rate of its own. */
bool sampling_lacks_step(const sampling *s, const sinew_model *model);

/* Into `warning`, "" for nothing: what was built, or would be, is not stable. */
sinew_status sampling_warning(char warning[SAMPLING_WARNING_BYTES], const sinew_model *model,
                              const sinew_build_report *report, sinew_error *error);

/* Discretize, and say in `warning` ("" for nothing) when the result is not stable. The caller
 * frees *out. Of a kernel what is added to it, NULL where nothing is. */
sinew_status sampling_discretize(sinew_discretization **out, const sinew_model *model,
                                 const sinew_discretize_opts *opts,
                                 char warning[SAMPLING_WARNING_BYTES], sinew_error *error);

/* What fails at one of several rates, with that before it; hands `status` through. */
sinew_status sampling_name_rate(sinew_status status, double rate_hz, sinew_error *error);

#endif
