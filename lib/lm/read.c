/* A tokenizer.json as a whole: found, parsed, its parts in order. */
#include "lm/read.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "tensor/json.h"

sinew_status sinew_tokenizer_read(sinew_tokenizer **out, const void *json, size_t n_bytes,
                                  const char *where, sinew_error *error)
{
    if (!out || !json || !where)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_tokenizer *made = sinew_alloc(1, sizeof *made);
    if (!made)
        return sinew_fail_memory(error);
    sinew_json_reader reader = {where, error, SINEW_OK};
    json_t *root;
    reader.status = sinew_json_read(&root, json, n_bytes, where, error);
    bool good = !reader.status && sinew_read_normalizer(made, &reader, root) &&
                sinew_read_pretokenizer(made, &reader, root) &&
                sinew_read_vocabulary(made, &reader, root) &&
                sinew_read_added(made, &reader, root) && sinew_read_merges(made, &reader, root) &&
                sinew_read_post(made, &reader, root);
    json_decref(root);
    if (good)
        *out = made;
    else
        sinew_tokenizer_free(made);
    return reader.status;
}

static sinew_status refuse_file(const char *path, const char *why, sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_IO, "%s: %s", path, why);
}

static sinew_status read_open(sinew_tokenizer **out, FILE *file, const char *path,
                              sinew_error *error)
{
    struct stat told;
    if (fstat(fileno(file), &told) != 0)
        return refuse_file(path, strerror(errno), error);
    if (!S_ISREG(told.st_mode) || told.st_size > SINEW_JSON_BYTES_MOST)
        return refuse_file(path, "a file of at most 100 MB is expected", error);
    size_t n_bytes = (size_t)told.st_size;
    char *json = sinew_alloc(n_bytes, 1);
    if (!json)
        return sinew_fail_memory(error);
    size_t got = fread(json, 1, n_bytes, file);
    sinew_status status = got < n_bytes && ferror(file)
                              ? refuse_file(path, strerror(errno), error)
                              : sinew_tokenizer_read(out, json, got, path, error);
    sinew_free(json);
    return status;
}

sinew_status sinew_tokenizer_open(sinew_tokenizer **out, const char *path, sinew_error *error)
{
    if (!out || !path)
        return sinew_fail_null(error);
    *out = NULL;
    struct stat told;
    bool is_folder = stat(path, &told) == 0 && S_ISDIR(told.st_mode);
    size_t room = strlen(path) + sizeof "/tokenizer.json";
    char *name = sinew_alloc(room, 1);
    if (!name)
        return sinew_fail_memory(error);
    snprintf(name, room, "%s%s", path, is_folder ? "/tokenizer.json" : "");
    FILE *file = fopen(name, "rb");
    sinew_status status =
        file ? read_open(out, file, name, error) : refuse_file(name, strerror(errno), error);
    if (file)
        fclose(file);
    sinew_free(name);
    return status;
}
