#include "losses.h"

#include <math.h>

#include "base/samples.h"
#include "command.h"

void losses_count(job_result *result, const sinew_block *out, sinew_sample sample, int64_t frame)
{
    size_t n = out->n_frames * out->channels;
    if (sinew_samples_finite(out->samples, sample, n))
        return;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(sinew_sample_get(out->samples, sample, i)) && result->not_finite++ == 0)
            result->first_not_finite = frame + (int64_t)(i / out->channels);
}

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
