/* In place of source_device.c and output_device.c where PortAudio was not there at the build. */
#include "base/error.h"
#include "output.h"
#include "source.h"

static sinew_status fail_missing(sinew_error *error, const char *name)
{
    return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                      "device '%s': this sinewd was built without PortAudio", name);
}

sinew_status sinewd_source_device(sinewd_source **out, const sinewd_device_config *config,
                                  const sinewd_source *like, sinew_error *error)
{
    (void)like;
    *out = NULL;
    return fail_missing(error, config->name);
}

sinew_status sinewd_output_device(sinewd_output **out, const sinewd_device_config *config,
                                  const sinewd_output_stream *stream, sinew_error *error)
{
    (void)stream;
    *out = NULL;
    return fail_missing(error, config->name);
}
