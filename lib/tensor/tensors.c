#include "tensor/tensors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

/* ---- made and freed ---- */

sinew_tensors *sinew_tensors_new(size_t n_files)
{
    sinew_tensors *tensors = sinew_alloc(1, sizeof *tensors);
    if (!tensors)
        return NULL;
    atomic_init(&tensors->owners, 1);
    tensors->files = sinew_alloc(n_files, sizeof *tensors->files);
    tensors->n_files = n_files;
    if (tensors->files)
        return tensors;
    sinew_free(tensors);
    return NULL;
}

static int order_by_name(const void *a, const void *b)
{
    return strcmp(((const sinew_tensor *)a)->name, ((const sinew_tensor *)b)->name);
}

sinew_status sinew_tensors_join(sinew_tensors *tensors, sinew_error *error)
{
    size_t n = 0;
    for (size_t i = 0; i < tensors->n_files; i++)
        n += tensors->files[i].n;
    tensors->at = sinew_alloc(n, sizeof *tensors->at);
    if (!tensors->at)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < tensors->n_files; i++)
        for (size_t k = 0; k < tensors->files[i].n; k++) {
            sinew_tensor *tensor = &tensors->at[tensors->n++];
            *tensor = tensors->files[i].tensors[k];
            tensor->file = tensors;
        }
    if (tensors->n_files > 1 && n > 0)
        qsort(tensors->at, n, sizeof *tensors->at, order_by_name);
    for (size_t i = 0; i < tensors->n_files; i++) { /* all that is used from here on is the list */
        sinew_free(tensors->files[i].tensors);
        tensors->files[i].tensors = NULL;
    }
    return SINEW_OK;
}

sinew_tensors *sinew_tensors_keep(sinew_tensors *tensors)
{
    if (tensors)
        atomic_fetch_add_explicit(&tensors->owners, 1, memory_order_relaxed);
    return tensors;
}

void sinew_tensors_free(sinew_tensors *tensors)
{
    if (!tensors || atomic_fetch_sub_explicit(&tensors->owners, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < tensors->n_files; i++)
        sinew_tensor_file_close(&tensors->files[i]);
    sinew_free(tensors->files);
    sinew_free(tensors->at);
    sinew_free(tensors);
}

/* ---- opened ---- */

/* One file, at `path` or, where that is NULL, in memory. */
static sinew_status open_one(sinew_tensors **out, const char *path, const void *bytes,
                             size_t n_bytes, const char *where, sinew_error *error)
{
    sinew_tensors *tensors = sinew_tensors_new(1);
    if (!tensors)
        return sinew_fail_memory(error);
    sinew_status status =
        path ? sinew_tensor_file_open(&tensors->files[0], path, error)
             : sinew_tensor_file_read(&tensors->files[0], bytes, n_bytes, where, error);
    if (!status)
        status = sinew_tensors_join(tensors, error);
    if (status)
        sinew_tensors_free(tensors);
    else
        *out = tensors;
    return status;
}

static sinew_status open_file(sinew_tensors **out, const char *path, sinew_error *error)
{
    if (sinew_text_ends(path, ".json"))
        return sinew_tensors_open_index(out, path, error);
    return open_one(out, path, NULL, 0, NULL, error);
}

/* The whole model in one file first, as its own library looks for them. */
static sinew_status open_folder(sinew_tensors **out, const char *folder, sinew_error *error)
{
    static const char *const names[] = {"model.safetensors", "model.safetensors.index.json"};
    size_t room = strlen(folder) + sizeof "/model.safetensors.index.json";
    char *path = sinew_alloc(room, 1);
    if (!path)
        return sinew_fail_memory(error);
    sinew_status status = SINEW_ERR_IO;
    bool found = false;
    for (size_t i = 0; i < 2 && !found; i++) {
        const char *slash = sinew_text_ends(folder, "/") ? "" : "/";
        snprintf(path, room, "%s%s%s", folder, slash, names[i]);
        found = access(path, F_OK) == 0;
    }
    status = found ? open_file(out, path, error)
                   : sinew_fail(error, SINEW_ERR_IO, "%s: holds neither %s nor %s", folder,
                                names[0], names[1]);
    sinew_free(path);
    return status;
}

sinew_status sinew_tensors_open(sinew_tensors **out, const char *path, sinew_error *error)
{
    struct stat about;
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!path)
        return sinew_fail_null(error);
    if (stat(path, &about) != 0)
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", path, strerror(errno));
    return S_ISDIR(about.st_mode) ? open_folder(out, path, error) : open_file(out, path, error);
}

sinew_status sinew_tensors_read(sinew_tensors **out, const void *bytes, size_t n_bytes,
                                const char *where, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if ((!bytes && n_bytes > 0) || !where)
        return sinew_fail_null(error);
    return open_one(out, NULL, bytes, n_bytes, where, error);
}

/* ---- asked ---- */

size_t sinew_tensors_count(const sinew_tensors *tensors)
{
    return tensors->n;
}

const sinew_tensor *sinew_tensors_at(const sinew_tensors *tensors, size_t i)
{
    return i < tensors->n ? &tensors->at[i] : NULL;
}

const sinew_tensor *sinew_tensors_find(const sinew_tensors *tensors, const char *name)
{
    sinew_tensor key = {.name = name};
    return tensors->n > 0 ? bsearch(&key, tensors->at, tensors->n, sizeof key, order_by_name)
                          : NULL;
}

const char *sinew_tensors_metadata(const sinew_tensors *tensors, const char *key)
{
    for (size_t i = 0; i < tensors->n_files; i++)
        for (size_t k = 0; k < tensors->files[i].n_metadata; k++)
            if (strcmp(tensors->files[i].metadata[k].key, key) == 0)
                return tensors->files[i].metadata[k].value;
    return NULL;
}
