/* design_json: a design as a description in JSON, on standard output. */
#ifndef SINEW_CLI_DESIGN_JSON_H
#define SINEW_CLI_DESIGN_JSON_H

#include "sinew/describe.h"
#include "sinew/design.h"

/* In the form that the description asks for; `design` is what its system was made of. Nothing is
 * printed where it fails but for memory. */
sinew_status design_print_json(const sinew_description *description, const sinew_design *design,
                               sinew_error *error);

#endif
