/* series, parallel, append: a list of systems. */
#include "base/error.h"
#include "model/member.h"
#include "sinew/join.h"
#include "ssm/system.h"

typedef sinew_status join(sinew_system **out, const sinew_system *const *systems, size_t n,
                          sinew_error *error);

static sinew_status build(join *verb, sinew_system **out, const void *spec,
                          sinew_document *document, sinew_error *error)
{
    const sinew_items *members = spec;
    const sinew_system **systems = sinew_members_build(members, document);
    if (!systems)
        return sinew_fail(error, SINEW_ERR_DATA, "a member is no system");
    return verb(out, systems, members->n, error);
}

static sinew_status build_series(sinew_system **out, const void *spec, sinew_document *document,
                                 sinew_error *error)
{
    return build(sinew_join_series, out, spec, document, error);
}

static sinew_status build_parallel(sinew_system **out, const void *spec, sinew_document *document,
                                   sinew_error *error)
{
    return build(sinew_join_parallel, out, spec, document, error);
}

static sinew_status build_append(sinew_system **out, const void *spec, sinew_document *document,
                                 sinew_error *error)
{
    return build(sinew_join_append, out, spec, document, error);
}

#define LIST(word)                                                                                 \
    {                                                                                              \
        .name = word, .kind = SINEW_KEY_SEQUENCE, .item = &sinew_member_item,                      \
        .item_bytes = sizeof(sinew_spec_member), .range = {                                        \
            1,                                                                                     \
            SINEW_ORDER_MAX                                                                        \
        }                                                                                          \
    }

const sinew_system_kind sinew_kind_series = {
    .key = LIST("series"), .bytes = sizeof(sinew_items), .build = build_series};
const sinew_system_kind sinew_kind_parallel = {
    .key = LIST("parallel"), .bytes = sizeof(sinew_items), .build = build_parallel};
const sinew_system_kind sinew_kind_append = {
    .key = LIST("append"), .bytes = sizeof(sinew_items), .build = build_append};
