#include "model/reference.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "model/find.h"
#include "model/spec.h"

void sinew_reading_start(sinew_reading *reading, sinew_document *document)
{
    struct stat status;
    *reading = (sinew_reading){.document = document};
    if (stat(sinew_document_where(document), &status) == 0 && S_ISREG(status.st_mode)) {
        reading->is_file = true;
        reading->device = status.st_dev;
        reading->inode = status.st_ino;
    }
}

/* ---- where it is ---- */

/* A path as it is seen from the program's folder; NULL without memory. */
static const char *seen_from_here(const sinew_at *at, const char *path)
{
    const char *where = sinew_document_where(at->document), *slash = strrchr(where, '/');
    if (!slash || path[0] == '/')
        return path;
    size_t folder = (size_t)(slash - where) + 1, n = strlen(path) + 1;
    char *joined = sinew_document_alloc(at->document, folder + n, 1);
    if (joined) {
        memcpy(joined, where, folder);
        memcpy(joined + folder, path, n);
    }
    return joined;
}

static void free_text(void *text)
{
    sinew_free(text);
}

/* The file; NULL, and a problem, where there is none. */
static const char *find(const sinew_at *at, const char *text)
{
    char *path = NULL;
    sinew_error error = {0};
    const char *seen = sinew_model_is_path(text) ? seen_from_here(at, text) : text;
    if (!seen)
        return NULL;
    sinew_status status = sinew_model_find(&path, seen, &error);
    if (status == SINEW_ERR_MEMORY)
        sinew_document_no_memory(at->document);
    else if (status)
        sinew_at_problem(at, "%s", error.text);
    if (status || !sinew_document_keep(at->document, path, free_text))
        return NULL;
    if (sinew_model_is_checkpoint(path)) {
        sinew_at_problem(at, "a checkpoint is no linear system, which is what others are made of");
        return NULL;
    }
    return path;
}

/* ---- the bounds ---- */

static sinew_reading *first_of(sinew_reading *reading)
{
    while (reading->from)
        reading = reading->from;
    return reading;
}

/* "a.yaml -> b.yaml -> a.yaml", from the one that `to` names down to it again. */
static void name_circle(char *text, size_t room, const sinew_reading *reading,
                        const sinew_reading *to)
{
    const char *where = sinew_document_where(reading->document);
    if (reading != to)
        name_circle(text, room, reading->from, to);
    size_t n = strlen(text);
    snprintf(text + n, room - n, "%s%.80s", n > 0 ? " -> " : "", where);
}

static bool is_no_circle(const sinew_at *at, const sinew_reading *reading, const struct stat *file)
{
    for (const sinew_reading *up = reading; up; up = up->from) {
        if (!up->is_file || up->device != file->st_dev || up->inode != file->st_ino)
            continue;
        char circle[360] = "";
        name_circle(circle, sizeof circle, reading, up);
        sinew_at_problem(at, "a circle of references: %s -> %.80s", circle,
                         sinew_document_where(up->document));
        return false;
    }
    return true;
}

/* For whoever asks which files a description was read from. */
static bool note_file(sinew_reading *first, const char *path)
{
    sinew_document *document = first->document;
    if (!first->files)
        first->files = sinew_document_alloc(document, SINEW_REFERENCES, sizeof *first->files);
    char *copy = sinew_document_alloc(document, strlen(path) + 1, 1);
    if (!first->files || !copy)
        return false;
    strcpy(copy, path);
    first->files[first->references++] = copy;
    return true;
}

static bool is_noted(const sinew_reading *first, const char *path)
{
    for (size_t i = 0; i < first->references; i++)
        if (strcmp(first->files[i], path) == 0)
            return true;
    return false;
}

bool sinew_reference_note(const sinew_at *at, const char *path)
{
    sinew_reading *first = first_of(sinew_document_context(at->document));
    if (is_noted(first, path))
        return true;
    if (first->references < SINEW_REFERENCES)
        return note_file(first, path);
    sinew_at_problem(at, "more than %d references behind one description", SINEW_REFERENCES);
    return false;
}

const char *sinew_reference_file(const sinew_at *at, const char *text)
{
    const char *path = seen_from_here(at, text);
    struct stat file;
    if (!path)
        return NULL;
    if (stat(path, &file) != 0)
        sinew_at_problem(at, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(file.st_mode))
        sinew_at_problem(at, "%s is no regular file", path);
    else if (sinew_reference_note(at, path))
        return path;
    return NULL;
}

static bool is_within_bounds(const sinew_at *at, const sinew_reading *reading,
                             const struct stat *file, const char *path)
{
    sinew_reading *first = first_of(sinew_document_context(at->document));
    if (!S_ISREG(file->st_mode)) {
        sinew_at_problem(at, "%s is no regular file", path);
        return false;
    }
    if (reading->depth >= SINEW_REFERENCE_DEPTH) {
        sinew_at_problem(at, "descriptions refer to one another more than %d deep",
                         SINEW_REFERENCE_DEPTH);
        return false;
    }
    if (first->references == SINEW_REFERENCES) {
        sinew_at_problem(at, "more than %d references behind one description", SINEW_REFERENCES);
        return false;
    }
    first->bytes += file->st_size < SINEW_DOCUMENT_BYTES ? (size_t)file->st_size : SIZE_MAX / 2048;
    if (first->bytes > SINEW_DOCUMENT_BYTES) {
        sinew_at_problem(at, "more than 16 MiB of references behind one description");
        return false;
    }
    return note_file(first, path);
}

bool sinew_reference_afford(const sinew_at *at, size_t order, size_t *entries)
{
    *entries += order * order;
    if (*entries <= SINEW_REFERENCE_ENTRIES)
        return true;
    sinew_at_problem(at, "too large: all members together have more than %d matrix entries",
                     SINEW_REFERENCE_ENTRIES);
    return false;
}

/* ---- what it says ---- */

/* What a reference asks for, noted for the end of the description that holds it. */
static void note_method(const sinew_at *at, sinew_reading *reading, const sinew_spec *spec,
                        const char *path)
{
    if (spec->method == SINEW_METHOD_DEFAULT)
        return;
    if (reading->method == SINEW_METHOD_DEFAULT) {
        reading->method = spec->method;
        reading->alpha = spec->alpha;
        reading->first = path;
    } else if (!reading->disagrees &&
               (reading->method != spec->method || reading->alpha != spec->alpha)) {
        reading->disagrees = sinew_at_keep(at);
    }
}

static void free_system(void *system)
{
    sinew_system_free(system);
}

static sinew_referred read_document(const sinew_at *at, const char *path, sinew_reading *inner,
                                    sinew_document *document, const sinew_problems *problems)
{
    sinew_spec spec;
    sinew_system *system = NULL;
    inner->document = document;
    sinew_document_set_context(document, inner);
    sinew_spec_read(&spec, document);
    if (problems->status == SINEW_OK)
        system = sinew_spec_build(&spec, document);
    if (!system)
        return (sinew_referred){0};
    note_method(at, inner->from, &spec, path);
    double hz = spec.method == SINEW_METHOD_BILINEAR ? spec.prewarp_hz : 0;
    size_t order = sinew_system_matrices(system).order;
    if (!sinew_document_keep(at->document, system, free_system) ||
        !sinew_reference_afford(at, order, &first_of(inner)->entries))
        return (sinew_referred){0};
    return (sinew_referred){system, hz};
}

sinew_referred sinew_reference_read(const sinew_at *at, const char *text)
{
    sinew_reading *reading = sinew_document_context(at->document);
    sinew_referred referred = {0};
    struct stat file;
    const char *path = find(at, text);
    if (!path)
        return referred;
    if (stat(path, &file) != 0) {
        sinew_at_problem(at, "%s: %s", path, strerror(errno));
        return referred;
    }
    if (!is_no_circle(at, reading, &file) || !is_within_bounds(at, reading, &file, path))
        return referred;
    sinew_problems problems = {0};
    sinew_document *document = NULL;
    sinew_reading inner = {.from = reading,
                           .is_file = true,
                           .device = file.st_dev,
                           .inode = file.st_ino,
                           .depth = reading->depth + 1};
    if (sinew_document_open(&document, path, &problems))
        referred = read_document(at, path, &inner, document, &problems);
    sinew_document_free(document);
    if (problems.status != SINEW_OK)
        sinew_at_take_problems(at, &problems);
    sinew_problems_finish(&problems);
    return referred;
}
