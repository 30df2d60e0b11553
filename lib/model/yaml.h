/* A YAML document (so JSON too) as a tree whose every value knows its place, read with the
 * caution that a stranger's file asks for.
 *
 * Refused before anything is built from them: more than 16 MiB, more than 64 levels or 2^20
 * values, NUL bytes and bad UTF-8, anchors, aliases, tags, a second document. What is read out
 * of a document (texts, lists) belongs to it and lives as long as it does. */
#ifndef SINEW_MODEL_YAML_H
#define SINEW_MODEL_YAML_H

#include <yaml.h>

#include "model/problems.h"

enum {
    SINEW_DOCUMENT_BYTES = 16 << 20,
    SINEW_DOCUMENT_DEPTH = 64,
    SINEW_DOCUMENT_VALUES = 1 << 20
};

typedef struct sinew_document sinew_document;

/* Read a file, or a text where `where` stands for the file's name in messages. False, and
 * problems say why, where there is no document; *out is then NULL. `problems` is kept: it must
 * outlive the document. */
bool sinew_document_open(sinew_document **out, const char *path, sinew_problems *problems);
bool sinew_document_read(sinew_document **out, const char *text, size_t n_bytes, const char *where,
                         sinew_problems *problems);
void sinew_document_free(sinew_document *document); /* NULL is fine */

/* Reading is over: the document is kept for what it says, and whoever has its problems may drop
 * them. Nothing may be reported of it any more. */
void sinew_document_seal(sinew_document *document);

/* The file's name, or what stood for it. */
const char *sinew_document_where(const sinew_document *document);

/* Zeroed memory that goes with the document; NULL, and a problem, where there is none. */
void *sinew_document_alloc(sinew_document *document, size_t n, size_t size);

/* `thing` is freed with the document (at once where there is no memory for that: false). */
bool sinew_document_keep(sinew_document *document, void *thing, void (*free_it)(void *thing));

/* Something that readers of the values share; NULL at first. The document does not own it. */
void *sinew_document_context(const sinew_document *document);
void sinew_document_set_context(sinew_document *document, void *context);

/* Note that memory ran out. */
void sinew_document_no_memory(sinew_document *document);

/* A value and the way to it from the root. Kept on the stack of whoever walks down. */
typedef struct sinew_at {
    sinew_document *document;
    const yaml_node_t *value;
    const struct sinew_at *parent; /* NULL for the root */
    const char *key;               /* in a mapping; NULL: in a sequence, at `index` */
    size_t index;
} sinew_at;

sinew_at sinew_at_root(sinew_document *document);

/* How many items a sequence (pairs a mapping) has; 0 for a scalar. */
size_t sinew_at_count(const sinew_at *at);

/* Item i of a sequence. */
sinew_at sinew_at_item(const sinew_at *at, size_t i);

/* Pair i of a mapping: the value, with its key's text (NULL: the key is not plain text, and the
 * place is then the key's) and in *key_at the place of the key itself. */
sinew_at sinew_at_pair(const sinew_at *at, size_t i, sinew_at *key_at);

/* The value of a key of a mapping; false where it is not there. */
bool sinew_at_find(const sinew_at *at, const char *key, sinew_at *value);

/* The text of a scalar, NULL for what is none. *quoted: it stands in quotes or as a block. */
const char *sinew_at_text(const sinew_at *at, bool *quoted);

/* What kind of value this is, in words: "a mapping", "a list", "a number", "a text",
 * "nothing". */
const char *sinew_at_kind(const sinew_at *at);

/* A copy of a place that lives as long as the document; NULL, and a problem, without memory. */
const sinew_at *sinew_at_keep(const sinew_at *at);

/* All problems of another file, told at this place, which refers to it. */
void sinew_at_take_problems(const sinew_at *at, const sinew_problems *from);

/* FILE:LINE:COL: path.to[3].key: text. */
__attribute__((format(printf, 2, 3))) void sinew_at_problem(const sinew_at *at, const char *format,
                                                            ...);

/* "FILE:LINE:COL: path.to[3].key" of a place, cut where it does not fit; returns text. Changes
 * nothing: also for documents that several threads read. */
const char *sinew_at_place(const sinew_at *at, char *text, size_t room);

/* How many problems are known by now: to see whether reading a part went well. */
size_t sinew_at_problems(const sinew_at *at);

/* The list of problems is full: it is no use to read on. */
bool sinew_at_full(const sinew_at *at);

#endif
