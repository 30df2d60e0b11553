#include "model/find.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/error.h"
#include "base/memory.h"
#include "model/scalar.h"
#include "sinew_config.h"

/* ---- the folders of shipped models ---- */

enum { PLACES = 32, NAMES = 256, NAME_BYTES = 64 };

typedef struct places {
    size_t n;
    char *folders[PLACES];
    size_t n_names;
    char names[NAMES][NAME_BYTES]; /* of the models there, to suggest one */
} places;

static bool add_place(places *at, const char *folder, size_t n_bytes)
{
    if (n_bytes == 0 || at->n == PLACES)
        return true;
    char *copy = sinew_alloc(n_bytes + 1, 1);
    if (!copy)
        return false;
    memcpy(copy, folder, n_bytes);
    at->folders[at->n++] = copy;
    return true;
}

static bool add_colon_separated(places *at, const char *list)
{
    while (list && *list) {
        size_t n = strcspn(list, ":");
        if (!add_place(at, list, n))
            return false;
        list += n + (list[n] == ':');
    }
    return true;
}

/* Beside the running program: an installation that was moved (bin/../share/sinew/models), or a
 * build folder inside the source tree (build/cli/../../models), so that what was just built finds
 * its models before it is installed. Whoever can write there can write the program itself. */
static bool add_beside_program(places *at)
{
    static const char *const relative[] = {"/../share/sinew/models", "/../../models"};
    char program[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    if (n <= 0)
        return true;
    program[n] = 0;
    char *slash = strrchr(program, '/');
    if (!slash)
        return true;
    *slash = 0;
    for (size_t i = 0; i < 2; i++) {
        char joined[PATH_MAX + 32], whole[PATH_MAX];
        snprintf(joined, sizeof joined, "%s%s", program, relative[i]);
        if (realpath(joined, whole) && !add_place(at, whole, strlen(whole)))
            return false;
    }
    return true;
}

static void free_places(places *at)
{
    for (size_t i = 0; at && i < at->n; i++)
        sinew_free(at->folders[i]);
    sinew_free(at);
}

static places *new_places(void)
{
    places *at = sinew_alloc(1, sizeof *at);
    if (at && add_colon_separated(at, secure_getenv("SINEW_MODEL_PATH")) &&
        add_place(at, SINEW_MODEL_DIR, strlen(SINEW_MODEL_DIR)) && add_beside_program(at))
        return at;
    free_places(at);
    return NULL;
}

/* ---- a name in them ---- */

static char *join_description(const char *folder, const char *name)
{
    static const char file[] = "/model.yaml";
    size_t room = strlen(folder) + 1 + strlen(name) + sizeof file;
    char *path = sinew_alloc(room, 1);
    if (path)
        snprintf(path, room, "%s/%s%s", folder, name, file);
    return path;
}

static bool holds(const char *folder, const char *name)
{
    char *path = join_description(folder, name);
    bool there = path && access(path, F_OK) == 0;
    sinew_free(path);
    return there;
}

static void collect_names(places *at)
{
    for (size_t i = 0; i < at->n; i++) {
        DIR *folder = opendir(at->folders[i]);
        if (!folder)
            continue;
        for (struct dirent *entry; at->n_names < NAMES && (entry = readdir(folder));) {
            size_t n = strlen(entry->d_name);
            if (entry->d_name[0] != '.' && n < NAME_BYTES && holds(at->folders[i], entry->d_name))
                memcpy(at->names[at->n_names++], entry->d_name, n + 1);
        }
        closedir(folder);
    }
}

static sinew_status name_unknown(places *at, const char *name, sinew_error *error)
{
    char looked[360] = "", quoted[SINEW_QUOTED_BYTES];
    const char *names[NAMES + 1] = {NULL};
    struct stat status;
    size_t n = 0;
    for (size_t i = 0; i < at->n && n < sizeof looked; i++) {
        int more =
            snprintf(looked + n, sizeof looked - n, "%s%s", i > 0 ? ", " : "", at->folders[i]);
        n += (size_t)(more > 0 ? more : 0);
    }
    collect_names(at);
    for (size_t i = 0; i < at->n_names; i++)
        names[i] = at->names[i];
    const char *like = sinew_name_like(name, names);
    sinew_quote(quoted, name);
    if (like)
        return sinew_fail(error, SINEW_ERR_IO,
                          "no model is named '%s', did you mean '%s'? (looked in %s)", quoted, like,
                          looked);
    if (stat(name, &status) == 0)
        return sinew_fail(error, SINEW_ERR_IO,
                          "no model is named '%s'; for the file write ./%s (looked in %s)", quoted,
                          quoted, looked);
    return sinew_fail(error, SINEW_ERR_IO, "no model is named '%s' (looked in %s)", quoted, looked);
}

static sinew_status find_name(char **path, const char *name, sinew_error *error)
{
    places *at = new_places();
    sinew_status status = SINEW_OK;
    if (!at)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < at->n && !*path && !status && name[0] != '.'; i++) {
        *path = join_description(at->folders[i], name);
        if (!*path) {
            status = sinew_fail_memory(error);
        } else if (access(*path, F_OK) != 0) {
            sinew_free(*path);
            *path = NULL;
        }
    }
    if (!*path && !status)
        status = name_unknown(at, name, error);
    free_places(at);
    return status;
}

/* ---- paths ---- */

bool sinew_model_is_path(const char *text)
{
    return strchr(text, '/') || sinew_text_ends(text, ".yaml") || sinew_text_ends(text, ".yml") ||
           sinew_text_ends(text, ".json") || sinew_text_ends(text, ".safetensors");
}

bool sinew_model_is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* A folder whose name looks like that of a model: "mamba-130m" beside the running program. */
static bool holds_config(const char *folder)
{
    static const char file[] = "/config.json";
    size_t room = strlen(folder) + sizeof file;
    char *path = sinew_alloc(room, 1);
    if (path)
        snprintf(path, room, "%s%s", folder, file);
    bool there = path && access(path, F_OK) == 0;
    sinew_free(path);
    return there;
}

bool sinew_model_is_checkpoint(const char *path)
{
    return sinew_text_ends(path, ".safetensors") ||
           sinew_text_ends(path, ".safetensors.index.json") ||
           (sinew_model_is_folder(path) && (sinew_model_is_path(path) || holds_config(path)));
}

sinew_status sinew_model_find(char **path, const char *path_or_name, sinew_error *error)
{
    *path = NULL;
    if (!*path_or_name)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "the model has an empty name");
    if (!sinew_model_is_path(path_or_name) && !holds_config(path_or_name))
        return find_name(path, path_or_name, error);
    *path = sinew_copy(path_or_name, strlen(path_or_name) + 1, 1);
    return *path ? SINEW_OK : sinew_fail_memory(error);
}
