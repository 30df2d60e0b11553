/* The parts of a tokenizer.json, one file each; false after a failure, which the reader has. */
#ifndef SINEW_LM_READ_H
#define SINEW_LM_READ_H

#include "lm/reader.h"
#include "lm/tokenizer.h"

/* In this order: a part uses what those before have read. */
bool sinew_read_normalizer(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *root);
bool sinew_read_pretokenizer(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *root);
bool sinew_read_vocabulary(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *root);
bool sinew_read_added(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *root);
bool sinew_read_merges(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *root);
bool sinew_read_post(sinew_tokenizer *to, sinew_json_reader *reader, const json_t *root);

#endif
