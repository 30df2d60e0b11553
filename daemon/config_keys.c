/* The keys, one line each, from the leaves up to the file; what a key alone cannot say is in
 * the checks, and what pipelines share in config_check.c. */
#include "config_keys.h"

#include <stdio.h>
#include <string.h>

#include "endpoint.h"
#include "model/engines.h"
#include "model/find.h"
#include "model/values.h"
#include "topic.h"

enum {
    TEXT_MOST = 4000,
    ENDPOINTS_MOST = 64,
    OUTPUTS_MOST = 64,
    PIPELINES_MOST = 256,
    BLOCK_MOST = 65536,
    CHANNELS_MOST = 1024,
    SUBSCRIBERS_MOST = 100000
};

#define TEXT .kind = SINEW_KEY_TEXT, .range = {1, TEXT_MOST}
#define RATE .kind = SINEW_KEY_NUMBER, .unit = SINEW_UNIT_HZ, .range = {0, 1e9}, .above = true
#define BLOCK .kind = SINEW_KEY_INTEGER, .range = {1, BLOCK_MOST}, .fallback = "256"
#define SECONDS(least, most) .kind = SINEW_KEY_NUMBER, .unit = SINEW_UNIT_S, .range = {least, most}
#define COUNT(most) .kind = SINEW_KEY_INTEGER, .range = {0, most}
#define BOOLEAN .kind = SINEW_KEY_BOOLEAN, .fallback = "no"
#define CHOICE(names) .kind = SINEW_KEY_CHOICE, .choices = names
#define MAPPING(keys) .kind = SINEW_KEY_MAPPING, .table = &keys
#define READER(function) .kind = SINEW_KEY_READER, .read = function
#define LIST(of, type, most)                                                                       \
    .kind = SINEW_KEY_SEQUENCE, .range = {1, most}, .item = &of, .item_bytes = sizeof(type)
#define CHANNELS .kind = SINEW_KEY_INTEGER, .range = {1, CHANNELS_MOST}

/* ---- readers of one value ---- */

static const sinew_key plain_text = {TEXT};

/* A path of the file, behind `prefix`, as it is seen from the daemon's folder. Without memory
 * (which the document reports) it stays as it is. */
static void resolve(const sinew_at *at, const char *prefix, const char **path)
{
    const char *where = sinew_document_where(at->document), *slash = strrchr(where, '/');
    const char *rest = *path + strlen(prefix);
    int folder = slash ? (int)(slash - where) : 0;
    if (!slash || rest[0] == '/')
        return;
    size_t n = strlen(*path) + (size_t)folder + 2;
    char *joined = sinew_document_alloc(at->document, n, 1);
    if (!joined)
        return;
    snprintf(joined, n, "%s%.*s/%s", prefix, folder, where, rest);
    *path = joined;
}

static void read_path(const sinew_at *at, void *into)
{
    if (sinew_key_read(at, &plain_text, into))
        resolve(at, "", into);
}

static void read_model(const sinew_at *at, void *into)
{
    const char **model = into;
    if (sinew_key_read(at, &plain_text, into) && sinew_model_is_path(*model))
        resolve(at, "", model);
}

static void read_endpoint(const sinew_at *at, void *into)
{
    static const char ipc[] = "ipc://";
    const char **endpoint = into;
    if (!sinew_key_read(at, &plain_text, into))
        return;
    const char *fault = sinewd_endpoint_fault(*endpoint);
    if (fault)
        sinew_at_problem(at, "'%s' %s", *endpoint, fault);
    else if (strncmp(*endpoint, ipc, sizeof ipc - 1) == 0 && (*endpoint)[sizeof ipc - 1] != '@')
        resolve(at, ipc, endpoint);
}

static void read_topic(const sinew_at *at, void *into)
{
    const char **topic = into;
    if (!sinew_key_read(at, &plain_text, into))
        return;
    const char *fault = sinewd_topic_name_fault(*topic);
    if (fault)
        sinew_at_problem(at, "'%s' %s", *topic, fault);
}

static const sinew_key endpoint = {READER(read_endpoint)};

/* What a user may write as a list or, where there is one, alone. */
static void read_one_or_more(const sinew_at *at, const sinew_key *list, sinew_items *into)
{
    if (at->value->type == YAML_SEQUENCE_NODE) {
        sinew_key_read(at, list, into);
        return;
    }
    void *item = sinew_document_alloc(at->document, 1, list->item_bytes);
    if (item && sinew_key_read(at, list->item, item))
        *into = (sinew_items){item, 1};
}

static void read_endpoints(const sinew_at *at, void *into)
{
    static const sinew_key list = {LIST(endpoint, const char *, ENDPOINTS_MOST)};
    read_one_or_more(at, &list, into);
}

/* The value of a key that is there, to complain of it. */
static sinew_at child(const sinew_at *at, const char *key)
{
    sinew_at value = *at;
    sinew_at_find(at, key, &value);
    return value;
}

/* ---- source ---- */

#define AT(member) .offset = offsetof(sinewd_file_config, member)
static const char *const pace_names[] = {"realtime", "fast", NULL};
static const sinew_key file_keys[] = {
    {.name = "path", READER(read_path), AT(path), .required = true},
    {.name = "format", TEXT, AT(format)},
    {.name = "pace", CHOICE(pace_names), AT(pace), .fallback = "realtime"},
    {.name = "loop", BOOLEAN, AT(loop)},
    {.name = "block", BLOCK, AT(block)},
    {.name = "rate", RATE, AT(rate_hz)},
    {.name = "channels", CHANNELS, AT(channels)},
    {.name = NULL}};
static const sinew_table file_table = {.keys = file_keys};
#undef AT

#define AT(member) .offset = offsetof(sinewd_device_config, member)
static const sinew_key device_keys[] = {
    {.name = "name", TEXT, AT(name), .fallback = "default"},
    {.name = "channels", CHANNELS, AT(channels), .fallback = "1"},
    {.name = "rate", RATE, AT(rate_hz), .fallback = "48k"},
    {.name = "block", BLOCK, AT(block)},
    {.name = NULL}};
static const sinew_table device_table = {.keys = device_keys};

static const sinew_key device_output_keys[] = {
    {.name = "name", TEXT, AT(name), .fallback = "default"},
    {.name = "latency", SECONDS(0.001, 10), AT(latency_s), .fallback = "20ms"},
    {.name = NULL}};
static const sinew_table device_output_table = {.keys = device_output_keys};
#undef AT

#define AT(member) .offset = offsetof(sinewd_zmq_config, member)
static const char *const format_names[] = {"wire", "raw", NULL};
static const char *const dtype_names[] = {"f32", "f64", "i16", "i32", NULL}; /* as sinewd_dtype */
static const char *const end_names[] = {"end", "continue", NULL};

static void read_go_on(const sinew_at *at, void *into)
{
    static const sinew_key choice = {CHOICE(end_names)};
    int chosen = 0;
    if (sinew_key_read(at, &choice, &chosen))
        *(bool *)into = chosen == 1;
}

static const sinew_key zmq_keys[] = {
    {.name = "connect", READER(read_endpoints), AT(connect), .required = true},
    {.name = "topic", TEXT, AT(topic)},
    {.name = "format", CHOICE(format_names), AT(format), .fallback = "wire"},
    {.name = "rate", RATE, AT(rate_hz), .given = SINEW_KEY_GIVEN(sinewd_zmq_config, has_rate)},
    {.name = "channels",
     CHANNELS,
     AT(channels),
     .given = SINEW_KEY_GIVEN(sinewd_zmq_config, has_channels)},
    {.name = "dtype",
     CHOICE(dtype_names),
     AT(dtype),
     .given = SINEW_KEY_GIVEN(sinewd_zmq_config, has_dtype)},
    {.name = "block", BLOCK, AT(block)},
    {.name = "pace", CHOICE(pace_names), AT(pace), .fallback = "realtime"},
    {.name = "eos", READER(read_go_on), AT(go_on)},
    {.name = NULL}};
#undef AT

static void check_zmq(const sinew_at *at, void *into)
{
    const sinewd_zmq_config *zmq = into;
    bool raw = zmq->format == SINEWD_ZMQ_RAW;
    const struct {
        const char *name;
        bool given;
    } keys[] = {
        {"rate", zmq->has_rate}, {"channels", zmq->has_channels}, {"dtype", zmq->has_dtype}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (raw && !keys[i].given) {
            sinew_at_problem(at, "raw samples do not say it: the key '%s' is missing",
                             keys[i].name);
        } else if (!raw && keys[i].given) {
            sinew_at value = child(at, keys[i].name);
            sinew_at_problem(&value, "is for format raw: a wire header says it itself");
        }
    if (!raw && !zmq->topic)
        sinew_at_problem(at, "the key 'topic' is missing");
}

static const sinew_table zmq_table = {.keys = zmq_keys, .check = check_zmq};

#define AT(member) .offset = offsetof(sinewd_source_config, member)
#define IS(member) .given = SINEW_KEY_GIVEN(sinewd_source_config, member)
static const sinew_key source_keys[] = {
    {.name = "file", MAPPING(file_table), AT(file), .group = 1, IS(is_file), .required = true},
    {.name = "device", MAPPING(device_table), AT(device), .group = 1, IS(is_device)},
    {.name = "zmq", MAPPING(zmq_table), AT(zmq), .group = 1, IS(is_zmq)},
    {.name = NULL}};
static const sinew_table source_table = {.keys = source_keys};
#undef AT
#undef IS

/* ---- outputs ---- */

#define AT(member) .offset = offsetof(sinewd_output_config, member)
#define IS(member) .given = SINEW_KEY_GIVEN(sinewd_output_config, member)
static const sinew_key publish_output_keys[] = {{.name = "topic", READER(read_topic)},
                                                {.name = NULL}};
static const sinew_table publish_output_table = {.keys = publish_output_keys};

static const sinew_key file_output_keys[] = {{.name = "path", READER(read_path), .required = true},
                                             {.name = NULL}};
static const sinew_table file_output_table = {.keys = file_output_keys};

static const sinew_key output_keys[] = {
    {.name = "publish",
     MAPPING(publish_output_table),
     AT(publish),
     .group = 1,
     IS(is_publish),
     .required = true},
    {.name = "file", MAPPING(file_output_table), AT(file), .group = 1, IS(is_file)},
    {.name = "device", MAPPING(device_output_table), AT(device), .group = 1, IS(is_device)},
    {.name = NULL}};
static const sinew_table output_table = {.keys = output_keys};
static const sinew_key output = {MAPPING(output_table)};
#undef AT
#undef IS

/* ---- pipeline ---- */

static void read_method(const sinew_at *at, void *into)
{
    sinew_method *method = into;
    sinew_value_method(at, method);
    if (*method == SINEW_METHOD_GBT)
        sinew_at_problem(at, "gbt needs its alpha: write it into the model's description");
}

#define AT(member) .offset = offsetof(sinewd_pipeline_config, member)
static const char *const sample_names[] = {"f64", "f32", NULL};
static const char *const gap_names[] = {"continue", "jump", "reset", NULL};
static const sinew_key start_keys[] = {{.name = "subscribers", COUNT(SUBSCRIBERS_MOST)},
                                       {.name = NULL}};
static const sinew_table start_table = {.keys = start_keys};
static const sinew_key pipeline_keys[] = {
    {.name = "name", READER(read_topic), AT(name), .required = true},
    {.name = "source", MAPPING(source_table), AT(source), .required = true},
    {.name = "model", READER(read_model), AT(model), .required = true},
    {.name = "method", READER(read_method), AT(method)},
    {.name = "prewarp_hz", RATE, AT(prewarp_hz)},
    {.name = "engine", CHOICE(sinew_engine_names), AT(engine), .fallback = "auto"},
    {.name = "dtype",
     CHOICE(sample_names),
     AT(sample),
     .given = SINEW_KEY_GIVEN(sinewd_pipeline_config, has_sample)},
    {.name = "gap", CHOICE(gap_names), AT(gap), .fallback = "continue"},
    {.name = "allow_unstable", BOOLEAN, AT(allow_unstable)},
    {.name = "channel_names", LIST(plain_text, const char *, CHANNELS_MOST), AT(channel_names)},
    {.name = "outputs",
     LIST(output, sinewd_output_config, OUTPUTS_MOST),
     AT(outputs),
     .required = true},
    {.name = "start", MAPPING(start_table), AT(start)},
    {.name = NULL}};
#undef AT

static void check_channel_names(const sinew_at *at, const sinew_items *list)
{
    const char *const *names = list->items;
    sinew_at given = child(at, "channel_names");
    for (size_t b = 0; b < list->n; b++)
        for (size_t a = 0; a < b; a++)
            if (strcmp(names[a], names[b]) == 0) {
                sinew_at item = sinew_at_item(&given, b);
                sinew_at_problem(&item, "'%s' is the name of channel %zu too", names[b], a + 1);
                break;
            }
}

/* A topic without a name of its own has the pipeline's. Called where all keys are good. */
static void check_pipeline(const sinew_at *at, void *into)
{
    sinewd_pipeline_config *pipeline = into;
    pipeline->good = true;
    check_channel_names(at, &pipeline->channel_names);
    sinewd_output_config *outputs = pipeline->outputs.items;
    size_t published = 0;
    for (size_t i = 0; i < pipeline->outputs.n; i++) {
        if (!outputs[i].is_publish)
            continue;
        published++;
        if (!outputs[i].publish.topic)
            outputs[i].publish.topic = pipeline->name;
    }
    if (pipeline->start.subscribers > 0) {
        sinew_at start = child(at, "start");
        if (!pipeline->source.is_file)
            sinew_at_problem(&start, "only a file can wait for subscribers");
        if (published == 0)
            sinew_at_problem(&start, "nothing is published, so there will be no subscribers");
    }
}

static const sinew_table pipeline_table = {.keys = pipeline_keys, .check = check_pipeline};
static const sinew_key pipeline_item = {MAPPING(pipeline_table)};

/* ---- the file ---- */

static void read_pipelines(const sinew_at *at, void *into)
{
    static const sinew_key list = {LIST(pipeline_item, sinewd_pipeline_config, PIPELINES_MOST)};
    read_one_or_more(at, &list, into);
}

#define AT(member) .offset = offsetof(sinewd_config, member) - offsetof(sinewd_config, publish)
static const sinew_key publish_keys[] = {
    {.name = "bind", READER(read_endpoints), AT(publish.bind), .required = true},
    {.name = "queue", SECONDS(0.001, 3600), AT(publish.queue_s), .fallback = "500ms"},
    {.name = "insecure", BOOLEAN, AT(publish.insecure)},
    {.name = NULL}};
#undef AT

static const sinew_table publish_table = {.keys = publish_keys};

static const sinew_key config_keys[] = {{.name = "pipelines",
                                         READER(read_pipelines),
                                         .offset = offsetof(sinewd_config, pipelines),
                                         .required = true},
                                        {.name = "publish",
                                         MAPPING(publish_table),
                                         .offset = offsetof(sinewd_config, publish),
                                         .given = SINEW_KEY_GIVEN(sinewd_config, has_publish)},
                                        {.name = NULL}};
const sinew_table sinewd_config_table = {.keys = config_keys};
