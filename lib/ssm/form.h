/* A discretization while it is being built. */
#ifndef SINEW_SSM_FORM_H
#define SINEW_SSM_FORM_H

#include "ssm/discretized.h"

/* An empty one of the system's dimensions, all zeros. */
sinew_status sinew_form_alloc(sinew_discretization **out, const sinew_system *system, double step_s,
                              sinew_method method, sinew_error *error);

/* Room for sections of a form. */
sinew_status sinew_form_sections(sinew_discretization *d, sinew_form form, size_t count,
                                 sinew_error *error);

/* Once the matrices are there: check them and find the radius. */
sinew_status sinew_form_finish(sinew_discretization *d, sinew_error *error);

#endif
