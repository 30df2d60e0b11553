#include "info_tensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "json.h"
#include "model/find.h"
#include "tensor/tensors.h"

bool info_tensors_is_path(const char *path)
{
    return sinew_model_is_checkpoint(path);
}

typedef struct totals {
    uint64_t parameters, bytes;
} totals;

static totals add_up(const sinew_tensors *tensors)
{
    totals sum = {0};
    for (size_t i = 0; i < tensors->n; i++) {
        uint64_t count = sinew_tensor_count(&tensors->at[i]);
        sum.parameters += count;
        sum.bytes += count * sinew_dtype_bytes(tensors->at[i].dtype);
    }
    return sum;
}

/* print(entry, context) for each entry of the metadata that counts: of a key that several shards
 * have, the first. */
static void for_metadata(const sinew_tensors *tensors,
                         void (*print)(const sinew_metadata *entry, void *context), void *context)
{
    for (size_t i = 0; i < tensors->n_files; i++)
        for (size_t k = 0; k < tensors->files[i].n_metadata; k++) {
            const sinew_metadata *entry = &tensors->files[i].metadata[k];
            if (sinew_tensors_metadata(tensors, entry->key) == entry->value)
                print(entry, context);
        }
}

/* ---- JSON ---- */

static void json_entry(const sinew_metadata *entry, void *context)
{
    const char **comma = context;
    fputs(*comma, stdout);
    json_text(entry->key);
    putchar(':');
    json_text(entry->value);
    *comma = ",";
}

static void print_json(const sinew_tensors *tensors)
{
    totals sum = add_up(tensors);
    const char *comma = "";
    printf("{\"files\":%zu,\"parameters\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"metadata\":{",
           tensors->n_files, sum.parameters, sum.bytes);
    for_metadata(tensors, json_entry, &comma);
    fputs("},\"tensors\":[", stdout);
    for (size_t i = 0; i < tensors->n; i++) {
        const sinew_tensor *tensor = &tensors->at[i];
        fputs(i ? ",{\"name\":" : "{\"name\":", stdout);
        json_text(tensor->name);
        printf(",\"dtype\":\"%s\",\"shape\":[", sinew_dtype_name(tensor->dtype));
        for (uint32_t k = 0; k < tensor->rank; k++)
            printf("%s%" PRIu64, k ? "," : "", tensor->shape[k]);
        fputs("]}", stdout);
    }
    puts("]}");
}

/* ---- a table ---- */

/* A stranger's text, whole, but for what a terminal would take for a command. */
static void print_text(const char *text, int width)
{
    size_t room = strlen(text) + 8;
    char *shown = sinew_alloc(room, 1);
    printf("%-*s", width, shown ? sinew_quote_in(shown, room, text) : "?");
    sinew_free(shown);
}

static void print_entry(const sinew_metadata *entry, void *context)
{
    (void)context;
    fputs("metadata   ", stdout);
    print_text(entry->key, 0);
    fputs(": ", stdout);
    print_text(entry->value, 0);
    putchar('\n');
}

static void print_table(const sinew_tensors *tensors)
{
    totals sum = add_up(tensors);
    printf("%-10s %zu\n%-10s %zu\n%-10s %" PRIu64 "\n%-10s %" PRIu64 "\n", "files",
           tensors->n_files, "tensors", tensors->n, "parameters", sum.parameters, "bytes",
           sum.bytes);
    for_metadata(tensors, print_entry, NULL);
    int width = 0;
    for (size_t i = 0; i < tensors->n; i++) {
        size_t n = strlen(tensors->at[i].name);
        width = n < 64 && (int)n > width ? (int)n : width;
    }
    for (size_t i = 0; i < tensors->n; i++) {
        char shape[256]; /* 8 numbers of 20 digits */
        print_text(tensors->at[i].name, width);
        printf("  %-4s  %s\n", sinew_dtype_name(tensors->at[i].dtype),
               sinew_tensor_shape_text(&tensors->at[i], shape, sizeof shape));
    }
}

sinew_status info_tensors_print(const char *path, bool json, sinew_error *error)
{
    sinew_tensors *tensors = NULL;
    sinew_status status = sinew_tensors_open(&tensors, path, error);
    if (!status)
        (json ? print_json : print_table)(tensors);
    sinew_tensors_free(tensors);
    return status;
}
