#include "output.h"

sinew_status sinewd_output_open(sinewd_output **out, const sinewd_output_config *config,
                                const sinewd_output_stream *stream, sinewd_topic *topic,
                                sinew_error *error)
{
    if (config->is_publish)
        return sinewd_output_publish(out, topic, stream, error);
    if (config->is_file)
        return sinewd_output_file(out, config->file.path, stream, error);
    return sinewd_output_device(out, &config->device, stream, error);
}

bool sinewd_output_is_device(const sinewd_output_config *config)
{
    return config->is_device;
}

void sinewd_output_close(sinewd_output *output)
{
    if (output)
        output->ops->close(output);
}
