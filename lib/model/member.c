#include "model/member.h"

#include "base/error.h"
#include "model/reference.h"
#include "ssm/joint.h"

void sinew_value_member(const sinew_at *at, void *into)
{
    sinew_spec_member *member = into;
    const char *text = sinew_at_text(at, NULL);
    if (at->value->type == YAML_MAPPING_NODE) {
        sinew_value_placed(at, &member->written);
    } else if (text && *text) {
        sinew_referred referred = sinew_reference_read(at, text);
        member->system = referred.system;
        member->written.prewarp_hz = referred.prewarp_hz;
    } else {
        sinew_at_problem(at,
                         "must be a system ({zpk: ...}) or the path or name of a description, and "
                         "is %s",
                         sinew_at_kind(at));
    }
    member->at = sinew_at_keep(at);
}

const sinew_key sinew_member_item = {.kind = SINEW_KEY_READER, .read = sinew_value_member};

static void free_system(void *system)
{
    sinew_system_free(system);
}

/* Of which a frequency keeps its place. */
static const sinew_system *keep_place(const sinew_spec_member *member, const sinew_system *system)
{
    sinew_system *placed;
    sinew_error error = {0};
    sinew_status status =
        sinew_system_keep_place(&placed, system, member->written.prewarp_hz, &error);
    if (status == SINEW_ERR_MEMORY)
        sinew_document_no_memory(member->at->document);
    else if (status)
        sinew_at_problem(member->at, "%s", error.text);
    if (status || !sinew_document_keep(member->at->document, placed, free_system))
        return NULL;
    return placed;
}

const sinew_system *sinew_member_build(const sinew_spec_member *member, size_t *entries)
{
    const sinew_system *system = member->system;
    if (!system) {
        sinew_system *built = sinew_kind_build(&member->written.system, member->at);
        if (!built || !sinew_document_keep(member->at->document, built, free_system))
            return NULL;
        system = built;
    }
    size_t order = sinew_system_matrices(system).order;
    if (!sinew_reference_afford(member->at, order, entries))
        return NULL;
    return member->written.prewarp_hz > 0 ? keep_place(member, system) : system;
}

const sinew_system **sinew_members_build(const sinew_items *members, sinew_document *document)
{
    const sinew_spec_member *list = members->items;
    const sinew_system **systems = sinew_document_alloc(document, members->n, sizeof *systems);
    size_t entries = 0;
    for (size_t i = 0; systems && i < members->n; i++) {
        systems[i] = sinew_member_build(&list[i], &entries);
        if (!systems[i])
            return NULL;
    }
    return systems;
}
