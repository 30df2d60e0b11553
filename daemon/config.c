#include "config.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>

#include "config_check.h"
#include "config_keys.h"

/* A path of the file as it is seen from the daemon's folder. Without memory (which the document
 * has reported) it stays as it was. */
static void resolve(sinew_document *document, const char *folder, const char *prefix,
                    const char **path)
{
    const char *rest = *path + strlen(prefix);
    if (rest[0] == '/')
        return;
    size_t n = strlen(prefix) + strlen(folder) + strlen(rest) + 2;
    char *joined = sinew_document_alloc(document, n, 1);
    if (!joined)
        return;
    snprintf(joined, n, "%s%s/%s", prefix, folder, rest);
    *path = joined;
}

static void resolve_endpoints(sinew_document *document, const char *folder, sinew_items list)
{
    static const char ipc[] = "ipc://";
    const char **endpoints = list.items;
    for (size_t i = 0; i < list.n; i++)
        if (endpoints[i] && strncmp(endpoints[i], ipc, sizeof ipc - 1) == 0 &&
            endpoints[i][6] != '@')
            resolve(document, folder, ipc, &endpoints[i]);
}

/* As sinew_model_open tells a path from the name of a shipped model. */
static bool model_is_path(const char *model)
{
    const char *dot = strrchr(model, '.');
    return strchr(model, '/') ||
           (dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml") || !strcmp(dot, ".json")));
}

static void resolve_paths(sinewd_config *config, sinew_document *document, const char *folder)
{
    sinewd_pipeline_config *pipelines = config->pipelines.items;
    resolve_endpoints(document, folder, config->publish.bind);
    for (size_t i = 0; i < config->pipelines.n; i++) {
        sinewd_pipeline_config *pipeline = &pipelines[i];
        sinewd_output_config *outputs = pipeline->outputs.items;
        if (!pipeline->good)
            continue;
        if (model_is_path(pipeline->model))
            resolve(document, folder, "", &pipeline->model);
        if (pipeline->source.is_file)
            resolve(document, folder, "", &pipeline->source.file.path);
        if (pipeline->source.is_zmq)
            resolve_endpoints(document, folder, pipeline->source.zmq.connect);
        for (size_t k = 0; k < pipeline->outputs.n; k++)
            if (outputs[k].is_file)
                resolve(document, folder, "", &outputs[k].file.path);
    }
}

static bool read_document(sinewd_config_file *file, const char *where)
{
    char path[4096];
    sinew_keys_read(file->document, &sinewd_config_table, &file->config);
    snprintf(path, sizeof path, "%s", where);
    resolve_paths(&file->config, file->document, dirname(path));
    sinewd_config_check(file);
    return file->problems.n == 0;
}

bool sinewd_config_load(sinewd_config_file *file, const char *path)
{
    *file = (sinewd_config_file){0};
    return sinew_document_open(&file->document, path, &file->problems) && read_document(file, path);
}

bool sinewd_config_read(sinewd_config_file *file, const char *text, size_t n, const char *where)
{
    *file = (sinewd_config_file){0};
    return sinew_document_read(&file->document, text, n, where, &file->problems) &&
           read_document(file, where);
}

void sinewd_config_finish(sinewd_config_file *file)
{
    sinew_document_free(file->document);
    sinew_problems_finish(&file->problems);
}
