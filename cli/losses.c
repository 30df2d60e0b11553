#include "losses.h"

#include "command.h"

void losses_report(const char *output, const job_result *result)
{
    if (result->clipped)
        report_warning(
            "%s: %llu samples were clipped; a format with floating point (npy, f32, csv) "
            "keeps them",
            output, (unsigned long long)result->clipped);
    if (result->not_finite)
        report_warning("%s: from frame %lld on, %llu samples are no finite numbers", output,
                       (long long)result->first_not_finite, (unsigned long long)result->not_finite);
}
