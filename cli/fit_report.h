/* fit_report: what sinew fit tells of the system it has found. */
#ifndef SINEW_CLI_FIT_REPORT_H
#define SINEW_CLI_FIT_REPORT_H

#include "sinew/identify.h"

typedef struct fit_told {
    const char *rule;      /* era, n4sid, response */
    const char *treatment; /* of unstable poles */
    const sinew_system *system;
    const sinew_identify_report *report;
} fit_told;

sinew_status fit_report_print(const fit_told *told, sinew_error *error);
sinew_status fit_report_json(const fit_told *told, sinew_error *error);

/* "order 80, error -40.1 dB" */
void fit_report_line(char *text, size_t room, const sinew_identify_report *report);

#endif
