#include "config_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "endpoint.h"
#include "model/find.h"
#include "sinew/model.h"
#include "target.h"

/* ---- places ---- */

sinewd_way sinewd_way_to(const char *format, ...)
{
    sinewd_way way;
    va_list args;
    va_start(args, format);
    vsnprintf(way.text, sizeof way.text, format, args);
    va_end(args);
    return way;
}

/* One step from `from`; false: there is none such. An index into what is no list stays there. */
static bool take_step(const sinew_at *from, const char *step, sinew_at *to)
{
    if (step[0] < '0' || step[0] > '9')
        return sinew_at_find(from, step, to);
    size_t i = strtoul(step, NULL, 10);
    if (from->value->type != YAML_SEQUENCE_NODE)
        *to = *from;
    else if (i < sinew_at_count(from))
        *to = sinew_at_item(from, i);
    else
        return false;
    return true;
}

void sinewd_config_fault(sinewd_config_file *file, sinewd_way way, const char *format, ...)
{
    enum { STEPS_MOST = 16 };
    char text[SINEW_ERROR_TEXT_BYTES], *rest = way.text, *step;
    sinew_at at[STEPS_MOST];
    size_t n = 0;
    at[0] = sinew_at_root(file->document);
    while (n + 1 < STEPS_MOST && (step = strsep(&rest, ".")) && take_step(&at[n], step, &at[n + 1]))
        n++;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sinew_at_problem(&at[n], "%s", text);
}

/* ---- outputs of all pipelines, one behind another ---- */

typedef struct writer {
    const sinewd_pipeline_config *pipeline;
    const sinewd_output_config *output;
    size_t i, k; /* output k of pipeline i */
    sinewd_target target;
} writer;

static const sinewd_pipeline_config *pipeline_at(const sinewd_config_file *file, size_t i)
{
    return (const sinewd_pipeline_config *)file->config.pipelines.items + i;
}

static size_t count_outputs(const sinewd_config_file *file)
{
    size_t n = 0;
    for (size_t i = 0; i < file->config.pipelines.n; i++)
        n += pipeline_at(file, i)->good ? pipeline_at(file, i)->outputs.n : 0;
    return n;
}

static size_t list_writers(const sinewd_config_file *file, writer *writers)
{
    size_t n = 0;
    for (size_t i = 0; i < file->config.pipelines.n; i++) {
        const sinewd_pipeline_config *pipeline = pipeline_at(file, i);
        const sinewd_output_config *outputs = pipeline->outputs.items;
        for (size_t k = 0; pipeline->good && k < pipeline->outputs.n; k++) {
            writers[n] = (writer){.pipeline = pipeline, .output = &outputs[k], .i = i, .k = k};
            if (outputs[k].is_file)
                writers[n].target = sinewd_target_of(outputs[k].file.path);
            n++;
        }
    }
    return n;
}

static const char *topic_of(const writer *w)
{
    return w->output->is_publish ? w->output->publish.topic : NULL;
}

static bool same_topic(const writer *a, const writer *b)
{
    return topic_of(a) && topic_of(b) && strcmp(topic_of(a), topic_of(b)) == 0;
}

static bool same_file(const writer *a, const writer *b)
{
    return a->output->is_file && b->output->is_file && sinewd_target_same(&a->target, &b->target);
}

static sinewd_way way_to(const writer *w)
{
    return sinewd_way_to("pipelines.%zu.outputs.%zu.%s", w->i, w->k,
                         w->output->is_file ? "file.path" : "publish.topic");
}

/* Every topic and file has one writer. */
static void check_writers(sinewd_config_file *file, const writer *writers, size_t n)
{
    for (size_t b = 0; b < n; b++)
        for (size_t a = 0; a < b; a++) {
            bool topic = same_topic(&writers[a], &writers[b]);
            if (!topic && !same_file(&writers[a], &writers[b]))
                continue;
            const sinewd_output_config *output = writers[b].output;
            sinewd_config_fault(file, way_to(&writers[b]),
                                "the %s '%s' of pipeline '%s' is written by pipeline '%s' too",
                                topic ? "topic" : "file",
                                topic ? output->publish.topic : output->file.path,
                                writers[b].pipeline->name, writers[a].pipeline->name);
            break;
        }
}

/* A file that is read: a source, a model, the configuration itself. */
typedef struct reader {
    const sinewd_pipeline_config *pipeline; /* NULL: the configuration */
    const char *what;
    sinewd_target target;
} reader;

/* The file of a model, as a path that lives as long as the document; NULL: there is none. */
static const char *model_file(const sinewd_config_file *file, const char *model)
{
    char *found = NULL, *kept = NULL;
    if (sinew_model_find(&found, model, NULL) == SINEW_OK)
        kept = sinew_document_alloc(file->document, strlen(found) + 1, 1);
    if (kept)
        strcpy(kept, found);
    sinew_free(found);
    return kept;
}

static size_t list_readers(const sinewd_config_file *file, reader *readers)
{
    const char *where = sinew_document_where(file->document);
    size_t n = 0;
    readers[n++] = (reader){.what = "this configuration", .target = sinewd_target_of(where)};
    for (size_t i = 0; i < file->config.pipelines.n; i++) {
        const sinewd_pipeline_config *pipeline = pipeline_at(file, i);
        if (!pipeline->good)
            continue;
        const char *model = model_file(file, pipeline->model);
        if (pipeline->source.is_file)
            readers[n++] = (reader){.pipeline = pipeline,
                                    .what = "the source of pipeline",
                                    .target = sinewd_target_of(pipeline->source.file.path)};
        if (model)
            readers[n++] = (reader){.pipeline = pipeline,
                                    .what = "the model of pipeline",
                                    .target = sinewd_target_of(model)};
    }
    return n;
}

/* No file is both read and written. */
static void check_sources(sinewd_config_file *file, const writer *writers, size_t n)
{
    size_t most = 2 * file->config.pipelines.n + 1;
    reader *readers = sinew_document_alloc(file->document, most, sizeof *readers);
    size_t n_readers = readers ? list_readers(file, readers) : 0;
    for (size_t w = 0; w < n; w++)
        for (size_t r = 0; r < n_readers && writers[w].output->is_file; r++)
            if (sinewd_target_same(&readers[r].target, &writers[w].target)) {
                const sinewd_pipeline_config *of = readers[r].pipeline;
                sinewd_config_fault(file, way_to(&writers[w]),
                                    "'%s' is %s%s%s%s, and would be overwritten",
                                    writers[w].output->file.path, readers[r].what, of ? " '" : "",
                                    of ? of->name : "", of ? "'" : "");
                break;
            }
}

static bool any_file(const writer *writers, size_t n)
{
    for (size_t w = 0; w < n; w++)
        if (writers[w].output->is_file)
            return true;
    return false;
}

/* Nor is any that the description of a model refers to. What is wrong with a model itself is told
 * when it is built. */
static void check_references(sinewd_config_file *file, const writer *writers, size_t n)
{
    for (size_t i = 0; i < file->config.pipelines.n && any_file(writers, n); i++) {
        const sinewd_pipeline_config *pipeline = pipeline_at(file, i);
        sinew_model *model = NULL;
        size_t count;
        if (!pipeline->good || sinew_model_open_any(&model, pipeline->model, NULL))
            continue;
        const char *const *references = sinew_model_references(model, &count);
        for (size_t w = 0; w < n; w++)
            for (size_t r = 0; r < count && writers[w].output->is_file; r++) {
                const sinewd_target read = sinewd_target_of(references[r]);
                if (!sinewd_target_same(&read, &writers[w].target))
                    continue;
                sinewd_config_fault(file, way_to(&writers[w]),
                                    "'%s' is referred to by the model of pipeline '%s', and would "
                                    "be overwritten",
                                    writers[w].output->file.path, pipeline->name);
                break;
            }
        sinew_model_free(model);
    }
}

/* ---- publishing ---- */

/* Whoever reaches a port reads the streams: nothing is encrypted and nobody is asked. */
static void check_endpoints(sinewd_config_file *file)
{
    const sinewd_config *config = &file->config;
    const char *const *bind = config->publish.bind.items;
    for (size_t i = 0; i < config->publish.bind.n; i++) {
        if (!bind[i] || sinewd_endpoint_fault(bind[i]))
            continue; /* it was said */
        sinewd_way way = sinewd_way_to("publish.bind.%zu", i);
        const char *obstacle = sinewd_endpoint_obstacle(bind[i]);
        if (obstacle)
            sinewd_config_fault(file, way, "'%s' %s", bind[i], obstacle);
        if (!config->publish.insecure && !sinewd_endpoint_local(bind[i]))
            sinewd_config_fault(file, way,
                                "'%s' can be reached from other machines, unencrypted: bind to "
                                "127.0.0.1 or ipc, or say 'insecure: true'",
                                bind[i]);
    }
}

static void check_publish_is_there(sinewd_config_file *file, const writer *writers, size_t n)
{
    for (size_t i = 0; i < n && !file->config.has_publish; i++)
        if (topic_of(&writers[i])) {
            sinewd_config_fault(file, way_to(&writers[i]),
                                "pipeline '%s' publishes: the key 'publish' must say where (bind)",
                                writers[i].pipeline->name);
            return;
        }
}

void sinewd_config_check(sinewd_config_file *file)
{
    size_t n = count_outputs(file);
    check_endpoints(file);
    if (n == 0)
        return;
    writer *writers = sinew_document_alloc(file->document, n, sizeof *writers);
    if (!writers)
        return;
    list_writers(file, writers);
    check_writers(file, writers, n);
    check_references(file, writers, n);
    check_sources(file, writers, n);
    check_publish_is_there(file, writers, n);
}
