/* layer_tensors: the weights beside a description, found by name while it is read. */
#ifndef SINEW_MODEL_LAYER_TENSORS_H
#define SINEW_MODEL_LAYER_TENSORS_H

#include "model/keys.h"
#include "sinew/tensor.h"

/* The file that the key `weights` of the root names; of the document. */
typedef struct sinew_spec_weights {
    sinew_tensors *tensors; /* NULL: none, or a problem */
    const char *path;
    bool *used; /* (count) */
} sinew_spec_weights;

/* The key `weights`: a path -> nothing: what it names is opened when it is first asked for. */
void sinew_value_weights(const sinew_at *at, void *into);

/* A tensor's name -> const sinew_tensor *. */
void sinew_value_tensor(const sinew_at *at, void *into);

/* What a checkpoint calls the tensors of a layer, behind its prefix; (n), the last with NULL. */
typedef struct sinew_tensor_name {
    const char *suffix;
    size_t offset; /* of a const sinew_tensor *; one that is there already is not looked for */
    bool optional;
} sinew_tensor_name;

/* Of a layer, `at` being its mapping: those below what its key `prefix` says, "enc.0" or "enc.0.";
 * "": they have none. Nothing where it has no such key, and names its tensors by weight and bias.
 */
void sinew_tensors_below(const sinew_at *at, const char *prefix, const sinew_tensor_name *names,
                         void *into);

/* A problem where there are tensors that nothing has used; root: of the description. */
void sinew_weights_check_used(const sinew_at *root);

#endif
