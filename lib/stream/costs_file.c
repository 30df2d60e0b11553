/* Costs as a file: a line that says what it is, one with the SIMD row, one for each cost, in their
 * order, and `end`, without which the file is not whole. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "filter/costs.h"
#include "model/scalar.h"
#include "simd/ops.h"
#include "base/atomic_file.h"

enum { BYTES_MOST = 16384, WORD_BYTES = 64 };

static const char first_word[] = "sinew-costs", version[] = "2";
static const double ns_most = 1e6;

/* ---- reading ---- */

/* The bytes of a regular file, and a NUL. */
static sinew_status read_text(char text[BYTES_MOST], const char *path, sinew_error *error)
{
    struct stat about;
    size_t n = 0;
    ssize_t got = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe: do not wait for its writer */
    if (fd < 0)
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", path, strerror(errno));
    bool regular = fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
    while (regular && n < BYTES_MOST && got > 0 && (got = read(fd, text + n, BYTES_MOST - n)) > 0)
        n += (size_t)got;
    close(fd);
    if (got < 0)
        return sinew_fail(error, SINEW_ERR_IO, "%s: cannot be read", path);
    if (!regular || n == BYTES_MOST || memchr(text, 0, n))
        return sinew_fail(error, SINEW_ERR_DATA, "%s: holds no costs", path);
    text[n] = 0;
    return SINEW_OK;
}

/* The next line, "name value": its value, or NULL where it is another one. */
static const char *take_line(char **at, const char *name)
{
    size_t n = strlen(name);
    char *line = *at, *end = strchr(line, '\n');
    if (!end || strncmp(line, name, n) != 0 || line[n] != ' ')
        return NULL;
    *end = 0;
    *at = end + 1;
    return line + n + 1;
}

static sinew_status read_costs(sinew_costs *out, char *at, const char *path, sinew_error *error)
{
    for (size_t i = 0; i < SINEW_COSTS; i++) {
        const char *value = take_line(&at, sinew_cost_name(i));
        double *ns = &out->ns[i];
        if (!value || sinew_number_parse(ns, value, SINEW_UNIT_NONE) ||
            !(*ns >= 0 && *ns <= ns_most))
            return sinew_fail(error, SINEW_ERR_DATA, "%s: no cost of %s, or a damaged one", path,
                              sinew_cost_name(i));
    }
    if (strcmp(at, "end\n") != 0)
        return sinew_fail(error, SINEW_ERR_DATA, "%s: does not end as costs do", path);
    return SINEW_OK;
}

/* After a failure *out is as it was. */
static sinew_status load(sinew_costs *out, const char *path, sinew_error *error)
{
    char text[BYTES_MOST], *at = text;
    sinew_status status = read_text(text, path, error);
    if (status)
        return status;
    const char *value = take_line(&at, first_word), *simd = sinew_simd_best()->name;
    if (!value)
        return sinew_fail(error, SINEW_ERR_DATA, "%s: holds no costs", path);
    if (strcmp(value, version) != 0)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%s: costs of another version", path);
    value = take_line(&at, "simd");
    if (!value)
        return sinew_fail(error, SINEW_ERR_DATA, "%s: does not say its SIMD row", path);
    if (strcmp(value, simd) != 0)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "%s: costs of %s, not of %s", path, value,
                          simd);
    sinew_costs costs = {.measured = true};
    snprintf(costs.simd, sizeof costs.simd, "%s", simd);
    status = read_costs(&costs, at, path, error);
    if (!status)
        *out = costs;
    return status;
}

sinew_status sinew_costs_new_loaded(sinew_costs **out, const char *path, sinew_error *error)
{
    sinew_costs costs;
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!path)
        return sinew_fail_null(error);
    sinew_status status = load(&costs, path, error);
    return status ? status : sinew_costs_new(out, &costs, error);
}

/* ---- writing ---- */

/* The folders that a file is in, as far as there are none; what fails is found by opening it. */
static sinew_status make_folders(const char *path, sinew_error *error)
{
    char *folder = sinew_copy(path, strlen(path) + 1, 1);
    if (!folder)
        return sinew_fail_memory(error);
    for (char *slash = strchr(folder + (*folder != 0), '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(folder, 0700);
        *slash = '/';
    }
    sinew_free(folder);
    return SINEW_OK;
}

static bool write_text(FILE *file, const sinew_costs *costs)
{
    fprintf(file, "%s %s\nsimd %s\n", first_word, version, costs->simd);
    for (size_t i = 0; i < SINEW_COSTS; i++)
        fprintf(file, "%s %.6g\n", sinew_cost_name(i), costs->ns[i]);
    fputs("end\n", file);
    return !ferror(file);
}

static sinew_status write_file(sinew_atomic_file *to, const sinew_costs *costs, const char *path,
                               sinew_error *error)
{
    FILE *file = fdopen(to->fd, "w");
    if (!file)
        return sinew_fail(error, SINEW_ERR_IO, "%s: %s", path, strerror(errno));
    to->fd = -1;
    bool written = write_text(file, costs);
    if (fclose(file) != 0 || !written)
        return sinew_fail(error, SINEW_ERR_IO, "%s: cannot be written", path);
    return sinew_atomic_file_commit(to, path, error);
}

sinew_status sinew_costs_save(const sinew_costs *costs, const char *path, sinew_error *error)
{
    sinew_atomic_file to;
    if (!costs || !path)
        return sinew_fail_null(error);
    sinew_status status = make_folders(path, error);
    struct stat about;
    if (!status && stat(path, &about) == 0 && !S_ISREG(about.st_mode)) /* a pipe would wait */
        status = sinew_fail(error, SINEW_ERR_IO, "%s: is no regular file", path);
    if (!status)
        status = sinew_atomic_file_open(&to, path, path, error);
    if (status)
        return status;
    status = write_file(&to, costs, path, error);
    sinew_atomic_file_close(&to);
    return status;
}

/* ---- where ---- */

/* Folder, then the rest, if the folder is an absolute path (XDG asks for that). */
static char *join(const char *folder, const char *rest)
{
    size_t n = folder ? strlen(folder) + strlen(rest) + 1 : 0;
    char *path = folder && *folder == '/' ? malloc(n) : NULL;
    if (path)
        snprintf(path, n, "%s%s", folder, rest);
    return path;
}

char *sinew_costs_default_path(void)
{
    char *path = join(secure_getenv("XDG_CACHE_HOME"), "/sinew/costs");
    return path ? path : join(secure_getenv("HOME"), "/.cache/sinew/costs");
}

sinew_status sinew_costs_new_kept(sinew_costs **out, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_costs costs = sinew_costs_built_in();
    char *path = sinew_costs_default_path();
    if (path)
        load(&costs, path, NULL);
    free(path);
    return sinew_costs_new(out, &costs, error);
}
