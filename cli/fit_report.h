/* fit_report: what sinew fit tells of the system it has found. */
#ifndef SINEW_CLI_FIT_REPORT_H
#define SINEW_CLI_FIT_REPORT_H

#include "sinew/identify.h"

typedef struct fit_told {
    const char *rule;      /* era, n4sid, response */
    const char *treatment; /* of unstable poles */
    const sinew_system *system;
    const sinew_identify_report *report;
    sinew_complex *poles; /* (order of the system) found by fit_report_prepare */
    sinew_stability stability;
} fit_told;

/* All that can fail, before anything is written. By fit_report_finish. */
sinew_status fit_report_prepare(fit_told *told, sinew_error *error);
void fit_report_finish(fit_told *told);

void fit_report_print(const fit_told *told);
void fit_report_json(const fit_told *told);

/* "order 80, error -40.1 dB" */
void fit_report_line(char *text, size_t room, const sinew_identify_report *report);

#endif
