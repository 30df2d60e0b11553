/* From what a description says to the system that it means. */
#include "model/spec.h"

static sinew_status build_ss(sinew_system **out, const sinew_spec_ss *ss, sinew_document *document,
                             sinew_error *error)
{
    sinew_matrices matrices = {.order = ss->A.rows,
                               .inputs = ss->A.rows > 0 ? ss->B.columns : ss->D.columns,
                               .outputs = ss->A.rows > 0 ? ss->C.rows : ss->D.rows,
                               .A = ss->A.entries,
                               .B = ss->B.entries,
                               .C = ss->C.entries,
                               .D = ss->D.entries};
    if (!ss->has_D)
        matrices.D =
            sinew_document_alloc(document, matrices.outputs * matrices.inputs, sizeof(double));
    if (!matrices.D)
        return SINEW_ERR_MEMORY;
    if (matrices.order == 0)
        matrices.A = matrices.B = matrices.C = NULL;
    return sinew_system_new_ss(out, &matrices, error);
}

static sinew_status build_design(sinew_system **out, const sinew_spec_design *spec,
                                 sinew_error *error)
{
    sinew_design design = {.family = (sinew_family)spec->family,
                           .band = (sinew_band)spec->band,
                           .order = (uint32_t)spec->order,
                           .edges_hz = {spec->edges.hz[0], spec->edges.hz[1]}};
    return sinew_system_new_design(out, &design, error);
}

static sinew_status build(sinew_system **out, const sinew_spec_system *spec,
                          sinew_document *document, sinew_error *error)
{
    const sinew_spec_zpk *zpk = &spec->zpk;
    const sinew_spec_tf *tf = &spec->tf;
    if (spec->has_ss)
        return build_ss(out, &spec->ss, document, error);
    if (spec->has_zpk)
        return sinew_system_new_zpk(out, zpk->zeros.items, zpk->zeros.n, zpk->poles.items,
                                    zpk->poles.n, zpk->gain, error);
    if (spec->has_tf)
        return sinew_system_new_tf(out, tf->num.items, tf->num.n, tf->den.items, tf->den.n, error);
    return build_design(out, &spec->design, error);
}

sinew_system *sinew_spec_build(const sinew_spec *spec, sinew_document *document)
{
    sinew_system *system = NULL;
    sinew_error error = {0};
    sinew_status status = build(&system, &spec->system, document, &error);
    if (status == SINEW_OK)
        return system;
    if (status == SINEW_ERR_MEMORY) {
        sinew_document_no_memory(document);
        return NULL;
    }
    /* The library knows no places: the mapping under `system` is the nearest. */
    sinew_at root = sinew_at_root(document), place = root, key_at;
    if (sinew_at_find(&root, "system", &place)) {
        sinew_at kind = sinew_at_pair(&place, 0, &key_at);
        sinew_at_problem(&kind, "%s", error.text);
    }
    return NULL;
}
