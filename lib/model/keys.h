/* A document read into a struct through one strict table of keys: what is not in the table is
 * refused, and every problem is reported, not only the first.
 *
 *     static const sinew_key pipeline_keys[] = {
 *         {.name = "rate", .kind = SINEW_KEY_NUMBER, .unit = SINEW_UNIT_HZ,
 *          .offset = offsetof(pipeline, rate_hz), .range = {1, 1e6}, .fallback = "48k"},
 *         {.name = "loop", .kind = SINEW_KEY_BOOLEAN, .offset = offsetof(pipeline, loop),
 *          .fallback = "no"},
 *         {.name = NULL}};
 *     static const sinew_table pipeline_table = {.keys = pipeline_keys};
 *
 *     sinew_keys_read(document, &pipeline_table, &pipeline);
 *
 * The struct is to be zeroed before. What it then points to belongs to the document. */
#ifndef SINEW_MODEL_KEYS_H
#define SINEW_MODEL_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/scalar.h"
#include "model/yaml.h"

typedef enum sinew_key_kind {                     /* what stands at `offset` */
                              SINEW_KEY_TEXT = 0, /* const char *; any scalar but null */
                              SINEW_KEY_BOOLEAN,  /* bool */
                              SINEW_KEY_INTEGER,  /* int64_t */
                              SINEW_KEY_NUMBER,   /* double */
                              SINEW_KEY_CHOICE,   /* int, or an enum: the index in `choices` */
                              SINEW_KEY_MAPPING,  /* a struct, by `table` */
                              SINEW_KEY_SEQUENCE, /* sinew_items, each of `item_bytes` read as
                                                     `item` says */
                              SINEW_KEY_READER    /* whatever `read` makes of it */
} sinew_key_kind;

/* The items of a sequence: n of them, one behind another. */
typedef struct sinew_items {
    void *items;
    size_t n;
} sinew_items;

typedef struct sinew_table sinew_table;

typedef struct sinew_key {
    const char *name; /* NULL ends a table; not looked at in an item */
    sinew_key_kind kind;
    size_t offset;
    bool required;
    const char *fallback; /* of a scalar that is not there, written as in a file; NULL: leave it */
    /* At most one key of a group (1, 2, ...; 0: no group) may be there; exactly one where the
     * first of them is `required`. */
    int group;
    size_t given; /* SINEW_KEY_GIVEN: a bool that says whether the key is there; 0: not told */

    sinew_unit unit; /* integer, number */
    /* Least and greatest number; bytes of a text (a bounded one is one line); items of a sequence.
     * {0, 0}: any. */
    double range[2];
    bool above;                   /* the least is excluded: range {0, 1} with it is (0, 1] */
    const char *const *choices;   /* choice: names, NULL at the end */
    const sinew_table *table;     /* mapping */
    const struct sinew_key *item; /* sequence; its offset counts from the start of the item */
    size_t item_bytes;
    /* reader: at->value into `into`; reports by sinew_at_problem. */
    void (*read)(const sinew_at *at, void *into);
} sinew_key;

#define SINEW_KEY_GIVEN(type, member) (offsetof(type, member) + 1)

struct sinew_table {
    const sinew_key *keys; /* at most 64 */
    /* What no single key can say (this without that); called where all keys were good. */
    void (*check)(const sinew_at *at, void *into);
    /* A file of other programs: a key that the table has not is passed over, and null is as if the
     * key were not there. */
    bool open;
};

/* The whole document, which must be a mapping, into the struct. */
void sinew_keys_read(sinew_document *document, const sinew_table *table, void *into);

/* One value by one entry of a table, at into + key->offset; for readers. False: a problem. */
bool sinew_key_read(const sinew_at *at, const sinew_key *key, void *into);

#endif
