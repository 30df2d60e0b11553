/* model_head: what info says first of any model: its name, what it is about, its units. */
#ifndef SINEW_CLI_MODEL_HEAD_H
#define SINEW_CLI_MODEL_HEAD_H

#include "sinew/model.h"

void model_head_as_json(const sinew_model *model); /* {"name":...,"units":{...}, and open */
void model_head_as_table(const sinew_model *model);

#endif
