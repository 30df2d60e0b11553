#include "sinew/model.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/checkpoint.h"
#include "model/find.h"
#include "model/model.h"
#include "model/spec.h"

static char *copy_text(const char *text)
{
    text = text ? text : "";
    return sinew_copy(text, strlen(text) + 1, 1);
}

static bool copy_references(sinew_model *model, const sinew_spec *spec)
{
    model->references = sinew_alloc(spec->n_references, sizeof *model->references);
    for (size_t i = 0; model->references && i < spec->n_references; i++) {
        model->references[i] = copy_text(spec->references[i]);
        if (!model->references[i])
            return false;
        model->n_references++;
    }
    return model->references;
}

/* The description outlives its document: NULL without memory. Takes what it is made of in any
 * case. */
static sinew_model *new_model(const sinew_spec *spec, sinew_system *system, sinew_delayed *delayed,
                              sinew_kernel_parts kernel_parts, sinew_kalman *kalman)
{
    sinew_model *model = sinew_alloc(1, sizeof *model);
    if (!model) {
        sinew_kalman_free(kalman);
        sinew_system_free(system);
        sinew_delayed_free(delayed);
        sinew_kernel_parts_free(&kernel_parts);
        return NULL;
    }
    *model = (sinew_model){.name = copy_text(spec->name),
                           .about = copy_text(spec->about),
                           .units_in = copy_text(spec->units.input),
                           .units_out = copy_text(spec->units.output),
                           .system = system,
                           .delayed = delayed,
                           .kernel_parts = kernel_parts,
                           .thiran_order = (size_t)spec->thiran_order,
                           .method = spec->method,
                           .prewarp_hz = spec->prewarp_hz,
                           .alpha = spec->alpha,
                           .kalman = kalman,
                           .kalman_opts = {.output = (sinew_kalman_output)spec->kalman.output,
                                           .deviations = spec->kalman.deviations,
                                           .steady = spec->kalman.steady}};
    if (model->name && model->about && model->units_in && model->units_out &&
        copy_references(model, spec))
        return model;
    sinew_model_free(model);
    return NULL;
}

/* The model keeps the document, which its graph points into. */
static sinew_model *model_of_graph(const sinew_spec *spec, sinew_document **document)
{
    sinew_model *model = new_model(spec, NULL, NULL, (sinew_kernel_parts){0}, NULL);
    if (!model)
        return NULL;
    model->layered = sinew_layered_new(&spec->graph, *document);
    *document = NULL;
    if (model->layered)
        return model;
    sinew_model_free(model);
    return NULL;
}

/* document -> model; NULL, and problems say why, where there is none. */
static sinew_model *model_of_document(sinew_document **kept, sinew_problems *problems, bool any)
{
    sinew_document *document = *kept;
    sinew_spec spec;
    sinew_system *system = NULL;
    sinew_delayed *delayed = NULL;
    sinew_kernel_parts kernel_parts = {0};
    sinew_spec_read(&spec, document);
    if (problems->status != SINEW_OK)
        return NULL;
    if (any && spec.has_graph) {
        sinew_model *model = model_of_graph(&spec, kept);
        if (!model)
            sinew_problems_add_memory(problems);
        return model;
    }
    if (any && spec.system.kind->build_kernel)
        kernel_parts = sinew_spec_build_kernel(&spec, document);
    else if (any && spec.system.kind->build_delayed)
        delayed = sinew_spec_build_delayed(&spec, document);
    else if (!any && spec.system.kind->build_kernel)
        sinew_spec_refuse_kernel(&spec, document);
    else
        system = sinew_spec_build(&spec, document);
    if (!system && !delayed && !kernel_parts.kernel)
        return NULL;
    sinew_kalman *kalman = NULL;
    if (spec.has_kalman) {
        kalman = sinew_spec_kalman_build(&spec.kalman, system, spec.method, document);
        if (!kalman) {
            sinew_system_free(system);
            return NULL;
        }
    }
    sinew_model *model = new_model(&spec, system, delayed, kernel_parts, kalman);
    if (!model)
        sinew_problems_add_memory(problems);
    return model;
}

static sinew_status read_text(sinew_model **out, const char *text, size_t n_bytes,
                              const char *where, bool any, sinew_error *error)
{
    sinew_problems problems = {0};
    sinew_document *document = NULL;
    *out = NULL;
    if (sinew_document_read(&document, text, n_bytes, where, &problems))
        *out = model_of_document(&document, &problems, any);
    sinew_document_free(document);
    sinew_status status = sinew_problems_fail(&problems, error);
    sinew_problems_finish(&problems);
    return status;
}

sinew_status sinew_model_read(sinew_model **out, const char *text, size_t n_bytes,
                              const char *where, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if ((n_bytes > 0 && !text) || !where)
        return sinew_fail_null(error);
    return read_text(out, text, n_bytes, where, false, error);
}

sinew_status sinew_model_read_any(sinew_model **out, const char *text, size_t n_bytes,
                                  const char *where, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if ((n_bytes > 0 && !text) || !where)
        return sinew_fail_null(error);
    return read_text(out, text, n_bytes, where, true, error);
}

/* ---- by name ---- */

static sinew_status open_path(sinew_model **out, const char *path_or_name, bool any,
                              sinew_error *error)
{
    sinew_problems problems = {0};
    sinew_document *document = NULL;
    char *path = NULL;
    *out = NULL;
    sinew_status status = sinew_model_find(&path, path_or_name, error);
    if (status)
        return status;
    if (sinew_model_is_checkpoint(path)) {
        status = sinew_model_open_checkpoint(out, path, any, error);
        sinew_free(path);
        return status;
    }
    if (sinew_document_open(&document, path, &problems))
        *out = model_of_document(&document, &problems, any);
    sinew_document_free(document);
    sinew_free(path);
    status = sinew_problems_fail(&problems, error);
    sinew_problems_finish(&problems);
    return status;
}

sinew_status sinew_model_open(sinew_model **out, const char *path_or_name, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!path_or_name)
        return sinew_fail_null(error);
    return open_path(out, path_or_name, false, error);
}

sinew_status sinew_model_open_any(sinew_model **out, const char *path_or_name, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!path_or_name)
        return sinew_fail_null(error);
    return open_path(out, path_or_name, true, error);
}

void sinew_model_free(sinew_model *model)
{
    if (!model)
        return;
    sinew_free(model->name);
    sinew_free(model->about);
    sinew_free(model->units_in);
    sinew_free(model->units_out);
    sinew_kalman_free(model->kalman);
    sinew_system_free(model->system);
    for (size_t i = 0; i < model->n_references; i++)
        sinew_free(model->references[i]);
    sinew_free(model->references);
    sinew_delayed_free(model->delayed);
    sinew_kernel_parts_free(&model->kernel_parts);
    sinew_checkpoint_free(model->checkpoint);
    sinew_layered_free(model->layered);
    sinew_free(model);
}

const char *sinew_model_name(const sinew_model *model)
{
    return model->name;
}

const char *sinew_model_about(const sinew_model *model)
{
    return model->about;
}

const char *sinew_model_units_in(const sinew_model *model)
{
    return model->units_in;
}

const char *sinew_model_units_out(const sinew_model *model)
{
    return model->units_out;
}

const char *const *sinew_model_references(const sinew_model *model, size_t *n)
{
    *n = model->checkpoint ? model->checkpoint->n_files : model->n_references;
    return (const char *const *)(model->checkpoint ? model->checkpoint->files : model->references);
}

const sinew_system *sinew_model_system(const sinew_model *model)
{
    return model->system;
}

sinew_description sinew_model_description(const sinew_model *model)
{
    return (sinew_description){.system = model->system,
                               .name = model->name,
                               .about = model->about,
                               .units_in = model->units_in,
                               .units_out = model->units_out,
                               .method = model->method,
                               .prewarp_hz = model->prewarp_hz,
                               .alpha = model->alpha};
}

const sinew_delayed *sinew_model_delayed(const sinew_model *model)
{
    return model->delayed;
}

const sinew_kernel *sinew_model_kernel(const sinew_model *model, const sinew_system **plus)
{
    if (plus)
        *plus = model->kernel_parts.plus;
    return model->kernel_parts.kernel;
}

bool sinew_model_has_layers(const sinew_model *model)
{
    return model->layered || model->checkpoint;
}

sinew_status sinew_model_build_layered(sinew_node **out, const sinew_model *model,
                                       const sinew_build_opts *opts, sinew_build_report *facts,
                                       sinew_error *error)
{
    return sinew_layered_build(out, model->layered, opts, facts, error);
}

size_t sinew_model_thiran_order(const sinew_model *model)
{
    return model->thiran_order;
}

const sinew_kalman *sinew_model_kalman(const sinew_model *model, sinew_kalman_node_opts *opts)
{
    if (opts)
        *opts = model->kalman_opts;
    return model->kalman;
}

sinew_discretize_opts sinew_model_complete(const sinew_model *model,
                                           const sinew_discretize_opts *opts)
{
    sinew_discretize_opts all = *opts;
    const sinew_system *system = model->delayed  ? sinew_delayed_plant(model->delayed)
                                 : model->system ? model->system
                                                 : model->kernel_parts.plus;
    sinew_method own = model->method ? model->method : sinew_system_preferred_method(system);
    all.method = all.method ? all.method : own;
    if (all.method == own) { /* another method's numbers would mean something else */
        all.prewarp_hz =
            all.prewarp_hz > 0 || all.prewarp_hz < 0 ? all.prewarp_hz : model->prewarp_hz;
        all.alpha = all.alpha > 0 || all.alpha < 0 ? all.alpha : model->alpha;
    }
    return all;
}

sinew_status sinew_model_discretize(sinew_discretization **out, const sinew_model *model,
                                    const sinew_discretize_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!model || !opts)
        return sinew_fail_null(error);
    if (model->system) {
        sinew_discretize_opts all = sinew_model_complete(model, opts);
        return sinew_discretize(out, model->system, &all, error);
    }
    return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "the model has %s, and so no matrices",
                      model->delayed                  ? "delays"
                      : sinew_model_has_layers(model) ? "learned layers"
                                                      : "a kernel of taps");
}
