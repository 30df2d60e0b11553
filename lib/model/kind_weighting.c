/* weighting: a curve by which levels are measured. */
#include "model/kind.h"
#include "sinew/weighting.h"

/* In the order of sinew_weighting. */
static const char *const names[] = {"A", "B", "C", "K", "468", NULL};

static sinew_status build(sinew_system **out, const void *spec, sinew_document *document,
                          sinew_error *error)
{
    (void)document;
    return sinew_system_new_weighting(out, (sinew_weighting) * (const int *)spec, error);
}

const sinew_system_kind sinew_kind_weighting = {
    .key = {.name = "weighting", .kind = SINEW_KEY_CHOICE, .choices = names},
    .bytes = sizeof(int),
    .build = build,
};
