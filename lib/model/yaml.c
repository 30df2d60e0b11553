#include "model/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/guard.h"
#include "model/scalar.h"
#include "model/scalar.h"

typedef struct allocation {
    struct allocation *next;
    void *memory;
    void (*free_it)(void *memory);
} allocation;

struct sinew_document {
    yaml_document_t yaml;
    bool loaded; /* yaml is to be deleted */
    char *where;
    sinew_problems *problems;
    allocation *allocations;
    void *context;
    const sinew_at *kept[SINEW_DOCUMENT_DEPTH + 2]; /* the last one of each depth */
};

static void problem_at_mark(sinew_document *document, const yaml_mark_t *mark, const char *text)
{
    sinew_problems_add(document->problems, SINEW_ERR_DATA, document->where, mark->line + 1,
                       mark->column + 1, "%s", text);
}

/* ---- reading ---- */

static bool load(sinew_document *document, const char *text, size_t n_bytes)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        sinew_problems_add_memory(document->problems);
        return false;
    }
    sinew_yaml_input(&parser, text, n_bytes);
    document->loaded = yaml_parser_load(&parser, &document->yaml);
    if (!document->loaded)
        sinew_yaml_problem(&parser, document->where, document->problems);
    yaml_parser_delete(&parser);
    if (document->loaded && !yaml_document_get_root_node(&document->yaml)) {
        problem_at_mark(document, &(yaml_mark_t){0}, "there is nothing in it");
        return false;
    }
    return document->loaded;
}

static bool text_is_sound(sinew_document *document, const char *text, size_t n_bytes)
{
    yaml_mark_t mark = {0};
    if (n_bytes > SINEW_DOCUMENT_BYTES) {
        sinew_problems_add(document->problems, SINEW_ERR_DATA, document->where, 0, 0,
                           "larger than 16 MiB, which no description needs");
        return false;
    }
    const char *wrong = sinew_utf8_check(text, n_bytes, &mark.line, &mark.column);
    if (wrong)
        problem_at_mark(document, &mark, wrong);
    return !wrong;
}

bool sinew_document_read(sinew_document **out, const char *text, size_t n_bytes, const char *where,
                         sinew_problems *problems)
{
    *out = NULL;
    text = n_bytes > 0 ? text : ""; /* libyaml wants a pointer even to nothing */
    sinew_document *document = sinew_alloc(1, sizeof *document);
    if (!document)
        goto no_memory;
    document->problems = problems;
    document->where = sinew_copy(where, strlen(where) + 1, 1);
    if (!document->where)
        goto no_memory;
    if (!text_is_sound(document, text, n_bytes) ||
        !sinew_yaml_guard(text, n_bytes, document->where, document->problems) ||
        !load(document, text, n_bytes)) {
        sinew_document_free(document);
        return false;
    }
    *out = document;
    return true;
no_memory:
    sinew_problems_add_memory(problems);
    sinew_document_free(document);
    return false;
}

/* The whole file, or as much of it as shows that it is too large. */
static char *read_file(FILE *file, size_t *n_bytes)
{
    size_t room = 1 << 16;
    char *text = sinew_alloc(room, 1);
    *n_bytes = 0;
    while (text) {
        *n_bytes += fread(text + *n_bytes, 1, room - *n_bytes, file);
        if (*n_bytes < room || room > SINEW_DOCUMENT_BYTES)
            return text;
        char *larger = sinew_alloc(2 * room, 1);
        if (larger)
            memcpy(larger, text, room);
        sinew_free(text);
        text = larger;
        room *= 2;
    }
    return NULL;
}

bool sinew_document_open(sinew_document **out, const char *path, sinew_problems *problems)
{
    *out = NULL;
    FILE *file = fopen(path, "rb");
    if (!file) {
        sinew_problems_add(problems, SINEW_ERR_IO, path, 0, 0, "%s", strerror(errno));
        return false;
    }
    size_t n_bytes;
    errno = 0;
    char *text = read_file(file, &n_bytes);
    bool good = false;
    if (!text)
        sinew_problems_add_memory(problems);
    else if (ferror(file))
        sinew_problems_add(problems, SINEW_ERR_IO, path, 0, 0, "%s", strerror(errno));
    else
        good = sinew_document_read(out, text, n_bytes, path, problems);
    sinew_free(text);
    fclose(file);
    return good;
}

void sinew_document_free(sinew_document *document)
{
    if (!document)
        return;
    while (document->allocations) {
        allocation *first = document->allocations;
        document->allocations = first->next;
        first->free_it(first->memory);
        sinew_free(first);
    }
    if (document->loaded)
        yaml_document_delete(&document->yaml);
    sinew_free(document->where);
    sinew_free(document);
}

void sinew_document_seal(sinew_document *document)
{
    document->problems = NULL;
    document->context = NULL;
}

const char *sinew_document_where(const sinew_document *document)
{
    return document->where;
}

void *sinew_document_alloc(sinew_document *document, size_t n, size_t size)
{
    allocation *entry = sinew_alloc(1, sizeof *entry);
    void *memory = entry ? sinew_alloc(n, size) : NULL;
    if (!memory) {
        sinew_free(entry);
        sinew_problems_add_memory(document->problems);
        return NULL;
    }
    *entry = (allocation){document->allocations, memory, sinew_free};
    document->allocations = entry;
    return memory;
}

bool sinew_document_keep(sinew_document *document, void *thing, void (*free_it)(void *thing))
{
    allocation *entry = sinew_alloc(1, sizeof *entry);
    if (!entry) {
        free_it(thing);
        sinew_problems_add_memory(document->problems);
        return false;
    }
    *entry = (allocation){document->allocations, thing, free_it};
    document->allocations = entry;
    return true;
}

void *sinew_document_context(const sinew_document *document)
{
    return document->context;
}

void sinew_document_set_context(sinew_document *document, void *context)
{
    document->context = context;
}

void sinew_document_no_memory(sinew_document *document)
{
    sinew_problems_add_memory(document->problems);
}

/* ---- places ---- */

/* libyaml takes a document that it may change; reading a node does not. */
static const yaml_node_t *node(const sinew_at *at, int id)
{
    return yaml_document_get_node(&at->document->yaml, id);
}

sinew_at sinew_at_root(sinew_document *document)
{
    return (sinew_at){.document = document, .value = yaml_document_get_root_node(&document->yaml)};
}

size_t sinew_at_count(const sinew_at *at)
{
    const yaml_node_t *value = at->value;
    if (value->type == YAML_SEQUENCE_NODE)
        return (size_t)(value->data.sequence.items.top - value->data.sequence.items.start);
    if (value->type == YAML_MAPPING_NODE)
        return (size_t)(value->data.mapping.pairs.top - value->data.mapping.pairs.start);
    return 0;
}

sinew_at sinew_at_item(const sinew_at *at, size_t i)
{
    return (sinew_at){.document = at->document,
                      .value = node(at, at->value->data.sequence.items.start[i]),
                      .parent = at,
                      .index = i};
}

sinew_at sinew_at_pair(const sinew_at *at, size_t i, sinew_at *key_at)
{
    yaml_node_pair_t pair = at->value->data.mapping.pairs.start[i];
    *key_at = *at;
    key_at->value = node(at, pair.key);
    sinew_at value = {.document = at->document, .value = node(at, pair.value), .parent = at};
    value.key = sinew_at_text(key_at, NULL);
    return value;
}

bool sinew_at_find(const sinew_at *at, const char *key, sinew_at *value)
{
    for (size_t i = 0; at->value->type == YAML_MAPPING_NODE && i < sinew_at_count(at); i++) {
        sinew_at key_at, found = sinew_at_pair(at, i, &key_at);
        if (found.key && !strcmp(found.key, key)) {
            *value = found;
            return true;
        }
    }
    return false;
}

const char *sinew_at_text(const sinew_at *at, bool *quoted)
{
    if (at->value->type != YAML_SCALAR_NODE)
        return NULL;
    if (quoted)
        *quoted = at->value->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return (const char *)at->value->data.scalar.value;
}

const char *sinew_at_kind(const sinew_at *at)
{
    bool quoted = false;
    const char *text = sinew_at_text(at, &quoted);
    if (!text)
        return at->value->type == YAML_SEQUENCE_NODE ? "a list" : "a mapping";
    bool null = !*text || !strcmp(text, "~") || !strcmp(text, "null") || !strcmp(text, "Null") ||
                !strcmp(text, "NULL");
    double number;
    if (null && !quoted)
        return "nothing";
    return !quoted && !sinew_number_parse(&number, text, SINEW_UNIT_NONE) ? "a number" : "a text";
}

static size_t depth_of(const sinew_at *at)
{
    size_t depth = 0;
    for (; at->parent; at = at->parent)
        depth++;
    return depth;
}

/* Neighbours share the way to them, so that many places in a deep document are no matter. */
const sinew_at *sinew_at_keep(const sinew_at *at)
{
    const sinew_at **last = &at->document->kept[depth_of(at)];
    if (*last && (*last)->value == at->value)
        return *last;
    sinew_at *kept = sinew_document_alloc(at->document, 1, sizeof *kept);
    if (!kept)
        return NULL;
    *kept = *at;
    if (at->parent && !(kept->parent = sinew_at_keep(at->parent)))
        return NULL;
    *last = kept;
    return kept;
}

void sinew_at_take_problems(const sinew_at *at, const sinew_problems *from)
{
    const yaml_mark_t *mark = &at->value->start_mark;
    const char *where = at->document->where;
    char behind[SINEW_ERROR_TEXT_BYTES / 2];
    size_t length = strlen(where), most = 120;
    snprintf(behind, sizeof behind, " (referred to at %s%s:%zu:%zu)", length > most ? "..." : "",
             length > most ? where + length - most : where, mark->line + 1, mark->column + 1);
    sinew_problems_take(at->document->problems, mark->line + 1, mark->column + 1, from, behind);
}

/* "system.ss.A[2][0]" into `path`; what does not fit is cut. */
static size_t write_path(const sinew_at *at, char *path, size_t room)
{
    char quoted[SINEW_QUOTED_BYTES];
    size_t n = at->parent ? write_path(at->parent, path, room) : 0;
    if (!at->parent || n >= room)
        return n;
    int more = at->key ? snprintf(path + n, room - n, "%s%s", n > 0 ? "." : "",
                                  sinew_quote(quoted, at->key))
                       : snprintf(path + n, room - n, "[%zu]", at->index);
    return n + (size_t)(more > 0 ? more : 0);
}

void sinew_at_problem(const sinew_at *at, const char *format, ...)
{
    char path[160] = "", text[SINEW_ERROR_TEXT_BYTES];
    write_path(at, path, sizeof path);
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sinew_document *document = at->document;
    yaml_mark_t mark = at->value->start_mark;
    sinew_problems_add(document->problems, SINEW_ERR_DATA, document->where, mark.line + 1,
                       mark.column + 1, "%s%s%s", path, *path ? ": " : "", text);
}

const char *sinew_at_place(const sinew_at *at, char *text, size_t room)
{
    yaml_mark_t mark = at->value->start_mark;
    char path[160] = "";
    write_path(at, path, sizeof path);
    snprintf(text, room, "%s:%zu:%zu: %s", at->document->where, mark.line + 1, mark.column + 1,
             path);
    return text;
}

size_t sinew_at_problems(const sinew_at *at)
{
    return at->document->problems->seen;
}

bool sinew_at_full(const sinew_at *at)
{
    return at->document->problems->n == SINEW_PROBLEMS_KEPT;
}
