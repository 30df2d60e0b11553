/* The scalar kinds of a table of keys: text, boolean, integer, number, choice. */
#ifndef SINEW_MODEL_KEY_SCALAR_H
#define SINEW_MODEL_KEY_SCALAR_H

#include "model/keys.h"

/* The value as the entry says, to into + key->offset. False: a problem was reported. */
bool sinew_key_scalar(const sinew_at *at, const sinew_key *key, void *into);

/* The entry's fallback, read as if it stood in the file; `at` is the mapping that lacks it. */
bool sinew_key_default(const sinew_at *at, const sinew_key *key, void *into);

#endif
