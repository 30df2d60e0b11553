/* member: a system that stands inside another one's description, to be joined. */
#ifndef SINEW_MODEL_MEMBER_H
#define SINEW_MODEL_MEMBER_H

#include "model/kind.h"

/* Written out as a mapping, {zpk: ...}, where prewarp_hz may stand beside the kind; or the text of
 * a reference: a path, or the name of a shipped model. */
typedef struct sinew_spec_member {
    const sinew_at *at;         /* where it stands */
    sinew_spec_placed written;  /* no kind: a reference */
    const sinew_system *system; /* of a reference */
} sinew_spec_member;

/* For use in tables of keys: -> sinew_spec_member. */
void sinew_value_member(const sinew_at *at, void *into);

/* The entry of a table for a list of them, -> sinew_items of sinew_spec_member. */
extern const sinew_key sinew_member_item;

/* The member's system, which is the document's; NULL, and a problem says why, where there is
 * none. `entries` counts what the members of one description fill. */
const sinew_system *sinew_member_build(const sinew_spec_member *member, size_t *entries);

/* Those of a list, (members->n), of the document. */
const sinew_system **sinew_members_build(const sinew_items *members, sinew_document *document);

#endif
