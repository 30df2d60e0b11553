/* sampling: the options that say how a system becomes discrete, shared by the commands. */
#ifndef SINEW_CLI_SAMPLING_H
#define SINEW_CLI_SAMPLING_H

#include "command.h"
#include "sinew/discretization.h"
#include "sinew/model.h"

typedef struct sampling {
    option_number rate_hz, step_s;
    const char *method;
    option_number prewarp_hz, alpha;
} sampling;

extern const char *const sampling_methods[];

/* clang-format off */
#define SAMPLING_STEP_OPTIONS(settings)                                                          \
    {"rate", OPTION_NUMBER, "HZ", "frames a second: 48000 or 48k",                               \
     offsetof(settings, sampling.rate_hz), 1e-12, 1e15, NULL, SINEW_UNIT_HZ},                                   \
    {"step", OPTION_NUMBER, "S", "or seconds from one frame to the next",                        \
     offsetof(settings, sampling.step_s), 1e-15, 1e12, NULL, SINEW_UNIT_S}

#define SAMPLING_METHOD_OPTIONS(settings)                                                        \
    {"method", OPTION_WORD, "M", "zoh foh bilinear euler backward gbt impulse",                  \
     offsetof(settings, sampling.method), 0, 0, sampling_methods, SINEW_UNIT_NONE},                               \
    {"prewarp-hz", OPTION_NUMBER, "F", "bilinear: this frequency keeps its place",               \
     offsetof(settings, sampling.prewarp_hz), 1e-12, 1e15, NULL, SINEW_UNIT_HZ},                                \
    {"alpha", OPTION_NUMBER, "A", "gbt: 0 euler, 0.5 bilinear, 1 backward",                      \
     offsetof(settings, sampling.alpha), 0, 1, NULL, SINEW_UNIT_NONE}
/* clang-format on */

/* What is wrong with the options, NULL for nothing. `needs_step`: a rate or step must be given. */
const char *sampling_wrong(const sampling *s, bool needs_step);

sinew_discretize_opts sampling_opts(const sampling *s);

enum { SAMPLING_WARNING_BYTES = 256 };

/* Discretize, and say in `warning` ("" for nothing) when the result is not stable. The caller
 * frees *out. */
sinew_status sampling_discretize(sinew_discretization **out, const sinew_model *model,
                                 const sinew_discretize_opts *opts,
                                 char warning[SAMPLING_WARNING_BYTES], sinew_error *error);

#endif
