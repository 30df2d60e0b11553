/* feedback: a way forward, and a way back or none; inverse: of one system. */
#include "base/error.h"
#include "model/member.h"
#include "sinew/join.h"

typedef struct feedback_spec {
    sinew_spec_member forward, back;
    bool has_back;
    int sign; /* sinew_feedback_sign */
} feedback_spec;

static const char *const signs[] = {"negative", "positive", NULL};

static const sinew_key feedback_keys[] = {{.name = "forward",
                                           .kind = SINEW_KEY_READER,
                                           .read = sinew_value_member,
                                           .offset = offsetof(feedback_spec, forward),
                                           .required = true},
                                          {.name = "back",
                                           .kind = SINEW_KEY_READER,
                                           .read = sinew_value_member,
                                           .offset = offsetof(feedback_spec, back),
                                           .given = SINEW_KEY_GIVEN(feedback_spec, has_back)},
                                          {.name = "sign",
                                           .kind = SINEW_KEY_CHOICE,
                                           .choices = signs,
                                           .offset = offsetof(feedback_spec, sign),
                                           .fallback = "negative"},
                                          {.name = NULL}};
static const sinew_table feedback_table = {.keys = feedback_keys};

static sinew_status build_feedback(sinew_system **out, const void *given, sinew_document *document,
                                   sinew_error *error)
{
    (void)document;
    const feedback_spec *spec = given;
    size_t entries = 0;
    const sinew_system *forward = sinew_member_build(&spec->forward, &entries), *back = NULL;
    if (forward && spec->has_back)
        back = sinew_member_build(&spec->back, &entries);
    if (!forward || (spec->has_back && !back))
        return sinew_fail(error, SINEW_ERR_DATA, "a member is no system");
    return sinew_join_feedback(out, forward, back, (sinew_feedback_sign)spec->sign, error);
}

const sinew_system_kind sinew_kind_feedback = {
    .key = {.name = "feedback", .kind = SINEW_KEY_MAPPING, .table = &feedback_table},
    .bytes = sizeof(feedback_spec),
    .build = build_feedback,
};

static sinew_status build_inverse(sinew_system **out, const void *spec, sinew_document *document,
                                  sinew_error *error)
{
    (void)document;
    size_t entries = 0;
    const sinew_system *system = sinew_member_build(spec, &entries);
    if (!system)
        return sinew_fail(error, SINEW_ERR_DATA, "the member is no system");
    return sinew_join_inverse(out, system, error);
}

const sinew_system_kind sinew_kind_inverse = {
    .key = {.name = "inverse", .kind = SINEW_KEY_READER, .read = sinew_value_member},
    .bytes = sizeof(sinew_spec_member),
    .build = build_inverse,
};
