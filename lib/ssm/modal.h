/* The inside of modal coordinates. */
#ifndef SINEW_SSM_MODAL_H
#define SINEW_SSM_MODAL_H

#include "sinew/reduce.h"

/* Fills in report->error. SINEW_ERR_NUMERIC where the responses differ by more than rounding: see
 * sinew_system_new_modal. */
sinew_status sinew_modal_check(sinew_modal_report *report, const sinew_system *modal,
                               const sinew_system *system, sinew_error *error);

#endif
