/* The parts of a description's text. */
#ifndef SINEW_MODEL_DESCRIBE_H
#define SINEW_MODEL_DESCRIBE_H

#include "model/writer.h"
#include "sinew/describe.h"
#include "ssm/system.h"

/* The value of the key `system`, which stands before it on its line. */
sinew_status sinew_describe_system(sinew_writer *w, const sinew_system *system, sinew_error *error);

/* The same in a form of the caller's choice: describe_form.c. */
sinew_status sinew_describe_form(sinew_writer *w, const sinew_system *system,
                                 sinew_description_form form, sinew_error *error);

/* {family: butterworth, ...}: describe_design.c, where a new family's keys go. */
sinew_status sinew_describe_design(sinew_writer *w, const sinew_design *design, sinew_error *error);

/* {type: peaking, ...} */
void sinew_describe_equalizer(sinew_writer *w, const sinew_equalizer *eq);

/* The method that a system prefers and that what is written of it does not imply; else DEFAULT. */
sinew_method sinew_describe_method(const sinew_system *system, sinew_description_form form);

#endif
