/* config: the daemon's YAML file as structs; sinewd(8) says what each key means.
 *
 * Read through one strict table of keys (model/keys.h): every problem of the file is reported,
 * each with its place. Paths that are relative in the file are relative to it. Immutable once it
 * is loaded; all that it points to belongs to it. */
#ifndef SINEWD_CONFIG_H
#define SINEWD_CONFIG_H

#include "model/keys.h"
#include "sinew/filter.h"
#include "sinew/stream.h"
#include "wire.h"

typedef enum sinewd_pace { SINEWD_PACE_REALTIME = 0, SINEWD_PACE_FAST } sinewd_pace;

typedef struct sinewd_file_config {
    const char *path, *format; /* format NULL: by extension */
    sinewd_pace pace;
    bool loop;
    int64_t block, channels; /* channels: raw only, else 0 */
    double rate_hz;          /* 0: what the file says */
} sinewd_file_config;

typedef struct sinewd_device_config {
    const char *name; /* "default", or part of the device's name */
    int64_t channels, block;
    double rate_hz;
    double latency_s; /* outputs only */
} sinewd_device_config;

typedef enum sinewd_zmq_format { SINEWD_ZMQ_WIRE = 0, SINEWD_ZMQ_RAW } sinewd_zmq_format;

typedef struct sinewd_zmq_config {
    sinew_items connect; /* of const char * */
    const char *topic;   /* NULL: none given */
    sinewd_zmq_format format;
    sinewd_pace pace;        /* fast: hold the sender up rather than lose a block */
    int64_t block, channels; /* channels, rate_hz, dtype: raw only */
    double rate_hz;
    sinewd_dtype dtype;
    bool has_rate, has_channels, has_dtype;
    bool go_on; /* after the end of the stream: wait for the next */
} sinewd_zmq_config;

typedef struct sinewd_source_config {
    bool is_file, is_device, is_zmq; /* exactly one */
    sinewd_file_config file;
    sinewd_device_config device;
    sinewd_zmq_config zmq;
} sinewd_source_config;

typedef struct sinewd_output_config {
    bool is_publish, is_file, is_device; /* exactly one */
    struct {
        const char *topic;
    } publish;
    struct {
        const char *path;
    } file;
    sinewd_device_config device;
} sinewd_output_config;

typedef struct sinewd_pipeline_config {
    bool good; /* its keys are, so that it can be opened, to see what else is wrong */
    const char *name, *model;
    sinewd_source_config source;
    sinew_items outputs;       /* of sinewd_output_config */
    sinew_items channel_names; /* of const char *; none: numbers */
    sinew_method method;
    double prewarp_hz;
    sinew_engine engine;
    sinew_sample sample; /* counts where has_sample; else the model decides */
    bool has_sample;
    sinew_gap gap;
    bool allow_unstable;
    struct {
        int64_t subscribers;
    } start;
} sinewd_pipeline_config;

typedef struct sinewd_config {
    sinew_items pipelines; /* of sinewd_pipeline_config */
    struct {
        sinew_items bind; /* of const char * */
        double queue_s;
        bool insecure;
    } publish;
    bool has_publish;
} sinewd_config;

typedef struct sinewd_config_file {
    sinewd_config config;
    sinew_problems problems; /* all that is wrong with the file */
    sinew_document *document;
} sinewd_config_file;

/* False: `problems` tell why. Finish it in both cases. */
bool sinewd_config_load(sinewd_config_file *file, const char *path);

/* The same from memory; `where` stands for the path. */
bool sinewd_config_read(sinewd_config_file *file, const char *text, size_t n, const char *where);

void sinewd_config_finish(sinewd_config_file *file);

#endif
