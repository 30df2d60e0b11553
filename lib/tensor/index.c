/* A sharded checkpoint: model.safetensors.index.json says of each tensor which file has it.
 *
 *     {"metadata": {...}, "weight_map": {"D": "model-00001-of-00002.safetensors", ...}}
 *
 * The index and the files must agree in both directions. What else stands in the index, sizes say,
 * is often wrong in the world and not needed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "tensor/json.h"
#include "tensor/tensors.h"

/* A line of weight_map; its texts are the JSON's. */
typedef struct line {
    const char *name, *shard;
} line;

typedef struct weight_map {
    const char *path; /* of the index */
    line *lines;      /* (n), by shard, then by name */
    size_t n, n_shards;
    sinew_error *error;
} weight_map;

static int order_lines(const void *a, const void *b)
{
    const line *x = a, *y = b;
    int order = strcmp(x->shard, y->shard);
    return order ? order : strcmp(x->name, y->name);
}

/* Of a file beside the index, and of nothing else that a stranger may have in mind. */
static bool is_plain_name(const char *shard)
{
    return *shard && !strchr(shard, '/') && strcmp(shard, ".") != 0 && strcmp(shard, "..") != 0;
}

static sinew_status read_line(weight_map *map, const char *name, const json_t *shard)
{
    char quoted[SINEW_TENSOR_SHOWN_BYTES], shown[SINEW_JSON_SHOWN_BYTES];
    char file[SINEW_TENSOR_SHOWN_BYTES];
    sinew_quote_in(quoted, sizeof quoted, name);
    if (!json_is_string(shard))
        return sinew_fail(map->error, SINEW_ERR_DATA,
                          "%s: weight_map: '%s': the name of a file expected, found %s", map->path,
                          quoted, sinew_json_show(shown, shard));
    if (!is_plain_name(json_string_value(shard)))
        return sinew_fail(map->error, SINEW_ERR_DATA,
                          "%s: weight_map: '%s' is in '%s', which is no file of this folder",
                          map->path, quoted,
                          sinew_quote_in(file, sizeof file, json_string_value(shard)));
    map->lines[map->n++] = (line){name, json_string_value(shard)};
    return SINEW_OK;
}

static sinew_status read_map(weight_map *map, const json_t *index)
{
    json_t *entries = json_object_get(index, "weight_map"), *shard;
    const char *name;
    char shown[SINEW_JSON_SHOWN_BYTES];
    if (!json_is_object(entries))
        return sinew_fail(map->error, SINEW_ERR_DATA,
                          "%s: weight_map: an object expected, found %s", map->path,
                          sinew_json_show(shown, entries));
    map->lines = sinew_alloc(json_object_size(entries), sizeof *map->lines);
    if (!map->lines)
        return sinew_fail_memory(map->error);
    json_object_foreach(entries, name, shard)
    {
        sinew_status status = read_line(map, name, shard);
        if (status)
            return status;
    }
    if (map->n > 0)
        qsort(map->lines, map->n, sizeof *map->lines, order_lines);
    for (size_t i = 0; i < map->n; i++)
        map->n_shards += i == 0 || strcmp(map->lines[i].shard, map->lines[i - 1].shard) != 0;
    return SINEW_OK;
}

/* ---- the shards ---- */

/* Both lists are in the order of the names: at the first difference one of them lacks a name. */
static sinew_status compare(const weight_map *map, const line *lines, size_t n,
                            const sinew_tensor_file *file)
{
    char name[SINEW_TENSOR_SHOWN_BYTES], shard[SINEW_TENSOR_SHOWN_BYTES];
    sinew_quote_in(shard, sizeof shard, lines[0].shard);
    for (size_t i = 0; i < n || i < file->n; i++) {
        int order = i >= n ? 1 : i >= file->n ? -1 : strcmp(lines[i].name, file->tensors[i].name);
        if (order < 0)
            return sinew_fail(map->error, SINEW_ERR_DATA,
                              "%s: tensor '%s' is to be in '%s', which lacks it", map->path,
                              sinew_quote_in(name, sizeof name, lines[i].name), shard);
        if (order > 0)
            return sinew_fail(map->error, SINEW_ERR_DATA,
                              "%s: tensor '%s' is in '%s', but not by this index", map->path,
                              sinew_quote_in(name, sizeof name, file->tensors[i].name), shard);
    }
    return SINEW_OK;
}

static sinew_status open_shard(sinew_tensor_file *out, const weight_map *map, const line *lines,
                               size_t n)
{
    const char *slash = strrchr(map->path, '/');
    size_t folder = slash ? (size_t)(slash - map->path) + 1 : 0;
    size_t room = folder + strlen(lines[0].shard) + 1;
    char *path = sinew_alloc(room, 1);
    if (!path)
        return sinew_fail_memory(map->error);
    memcpy(path, map->path, folder);
    memcpy(path + folder, lines[0].shard, room - folder);
    sinew_status status = sinew_tensor_file_open(out, path, map->error);
    sinew_free(path);
    return status ? status : compare(map, lines, n, out);
}

static sinew_status open_shards(sinew_tensors **out, const weight_map *map)
{
    sinew_tensors *tensors = sinew_tensors_new(map->n_shards);
    if (!tensors)
        return sinew_fail_memory(map->error);
    sinew_status status = SINEW_OK;
    for (size_t file = 0, at = 0, n; !status && at < map->n; file++, at += n) {
        for (n = 1; at + n < map->n && strcmp(map->lines[at].shard, map->lines[at + n].shard) == 0;)
            n++;
        status = open_shard(&tensors->files[file], map, map->lines + at, n);
    }
    if (!status)
        status = sinew_tensors_join(tensors, map->error);
    if (status)
        sinew_tensors_free(tensors);
    else
        *out = tensors;
    return status;
}

sinew_status sinew_tensors_open_index(sinew_tensors **out, const char *path, sinew_error *error)
{
    weight_map map = {.path = path, .error = error};
    json_t *index = NULL;
    sinew_mapping mapping;
    sinew_status status = sinew_mapping_open(&mapping, path, error);
    if (!status)
        status = sinew_json_read(&index, mapping.bytes ? (const char *)mapping.bytes : "",
                                 mapping.n_bytes, path, error);
    sinew_mapping_close(&mapping); /* the JSON has copies */
    if (!status)
        status = read_map(&map, index);
    if (!status)
        status = open_shards(out, &map);
    sinew_free(map.lines);
    json_decref(index);
    return status;
}
