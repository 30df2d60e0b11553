#include "source.h"

sinew_status sinewd_source_open(sinewd_source **out, const sinewd_source_config *config,
                                const sinewd_stop *stop, sinew_error *error)
{
    sinewd_source like = {.stop = stop, .frames = -1};
    if (config->is_file)
        return sinewd_source_file(out, &config->file, &like, error);
    if (config->is_device)
        return sinewd_source_device(out, &config->device, &like, error);
    return sinewd_source_zmq(out, &config->zmq, &like, error);
}

void sinewd_source_close(sinewd_source *source)
{
    if (source)
        source->ops->close(source);
}
