#include "model/layer_tensors.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/reference.h"
#include "tensor/tensors.h"

enum { NAME_BYTES = 256 };

/* ---- the file ---- */

static void free_tensors(void *tensors)
{
    sinew_tensors_free(tensors);
}

/* What a run of the model must not write over: of an index also its shards. */
static void note_files(const sinew_at *at, const sinew_tensors *tensors)
{
    for (size_t i = 0; i < tensors->n_files; i++)
        if (!sinew_reference_note(at, tensors->files[i].path))
            return;
}

static void open_file(const sinew_at *at, sinew_spec_weights *weights)
{
    static const sinew_key text = {.kind = SINEW_KEY_TEXT, .range = {1, 4096}};
    const char *name = NULL;
    sinew_error error = {0};
    if (!sinew_key_read(at, &text, &name) || !(weights->path = sinew_reference_file(at, name)))
        return;
    sinew_status status = sinew_tensors_open(&weights->tensors, weights->path, &error);
    if (status == SINEW_ERR_MEMORY)
        sinew_document_no_memory(at->document);
    else if (status)
        sinew_at_problem(at, "%s", error.text);
    if (status)
        return;
    note_files(at, weights->tensors);
    if (!sinew_document_keep(at->document, weights->tensors, free_tensors))
        weights->tensors = NULL;
    else
        weights->used = sinew_document_alloc(at->document, sinew_tensors_count(weights->tensors),
                                             sizeof *weights->used);
    if (!weights->used)
        weights->tensors = NULL;
}

/* What the root's `weights` names, opened once; NULL without memory. */
static sinew_spec_weights *weights_of(sinew_document *document)
{
    sinew_reading *reading = sinew_document_context(document);
    sinew_at root = sinew_at_root(document), at = root;
    if (reading->weights)
        return reading->weights;
    reading->weights = sinew_document_alloc(document, 1, sizeof *reading->weights);
    if (reading->weights && sinew_at_find(&root, "weights", &at))
        open_file(&at, reading->weights);
    return reading->weights;
}

void sinew_value_weights(const sinew_at *at, void *into)
{
    (void)into;
    weights_of(at->document);
}

/* ---- a tensor of it ---- */

static size_t index_of(const sinew_tensors *tensors, const sinew_tensor *tensor)
{
    size_t i = 0;
    while (sinew_tensors_at(tensors, i) && sinew_tensors_at(tensors, i) != tensor)
        i++;
    return i;
}

static const sinew_tensor *use(sinew_spec_weights *weights, const char *name)
{
    const sinew_tensor *tensor = sinew_tensors_find(weights->tensors, name);
    if (tensor)
        weights->used[index_of(weights->tensors, tensor)] = true;
    return tensor;
}

static void report_missing(const sinew_at *at, const sinew_spec_weights *weights, const char *name)
{
    char quoted[NAME_BYTES];
    size_t n = sinew_tensors_count(weights->tensors);
    const char **names = sinew_alloc(n + 1, sizeof *names);
    for (size_t i = 0; names && i < n; i++)
        names[i] = sinew_tensors_at(weights->tensors, i)->name;
    const char *like = names ? sinew_name_like(name, names) : NULL;
    sinew_quote_in(quoted, sizeof quoted, name);
    if (like)
        sinew_at_problem(at, "%s has no tensor '%s', did you mean '%s'?", weights->path, quoted,
                         like);
    else
        sinew_at_problem(at, "%s has no tensor '%s'", weights->path, quoted);
    sinew_free(names);
}

/* Whether there is a file to look into. Where the key is there, its problem was told. */
static bool has_file(const sinew_at *at, const sinew_spec_weights *weights)
{
    sinew_at root = sinew_at_root(at->document), place;
    if (weights && !weights->tensors && !sinew_at_find(&root, "weights", &place))
        sinew_at_problem(at, "there are no weights: the key 'weights' names their file");
    return weights && weights->tensors;
}

void sinew_value_tensor(const sinew_at *at, void *into)
{
    static const sinew_key text = {.kind = SINEW_KEY_TEXT, .range = {1, NAME_BYTES - 1}};
    const char *name = NULL;
    sinew_spec_weights *weights = weights_of(at->document);
    if (!sinew_key_read(at, &text, &name) || !has_file(at, weights))
        return;
    const sinew_tensor *tensor = use(weights, name);
    if (!tensor)
        report_missing(at, weights, name);
    *(const sinew_tensor **)into = tensor;
}

static void find_below(const sinew_at *at, const char *prefix, const sinew_tensor_name *names,
                       void *into)
{
    sinew_spec_weights *weights = weights_of(at->document);
    size_t n = strlen(prefix);
    const char *point = n == 0 || prefix[n - 1] == '.' ? "" : ".";
    char name[NAME_BYTES];
    if (!has_file(at, weights))
        return;
    for (; names->suffix; names++) {
        const sinew_tensor **tensor = (const sinew_tensor **)(void *)((char *)into + names->offset);
        if (*tensor)
            continue;
        snprintf(name, sizeof name, "%s%s%s", prefix, point, names->suffix);
        *tensor = use(weights, name);
        if (!*tensor && !names->optional)
            report_missing(at, weights, name);
    }
}

void sinew_tensors_below(const sinew_at *at, const char *prefix, const sinew_tensor_name *names,
                         void *into)
{
    sinew_at place, bias;
    if (!sinew_at_find(at, "prefix", &place))
        return;
    if (sinew_at_find(at, "bias", &bias))
        sinew_at_problem(&bias, "the bias is below the prefix: 'bias' stands beside 'weight'");
    else
        find_below(&place, prefix, names, into);
}

/* ---- what nothing uses ---- */

void sinew_weights_check_used(const sinew_at *root)
{
    const sinew_spec_weights *weights = weights_of(root->document);
    sinew_at at = *root;
    char quoted[NAME_BYTES];
    size_t unused = 0, first = 0;
    if (!weights || !weights->tensors)
        return;
    for (size_t i = sinew_tensors_count(weights->tensors); i-- > 0;)
        if (!weights->used[i]) {
            first = i;
            unused++;
        }
    if (unused == 0)
        return;
    sinew_at_find(root, "weights", &at);
    sinew_quote_in(quoted, sizeof quoted, sinew_tensors_at(weights->tensors, first)->name);
    if (unused == 1)
        sinew_at_problem(&at, "no layer uses the tensor '%s'; allow_unused: yes lets it be",
                         quoted);
    else
        sinew_at_problem(&at,
                         "no layer uses the tensor '%s' and %zu more; allow_unused: yes lets them "
                         "be",
                         quoted, unused - 1);
}
