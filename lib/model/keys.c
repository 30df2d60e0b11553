#include "model/keys.h"

#include <string.h>

#include "base/text.h"
#include "model/key_scalar.h"

static void *field(void *into, const sinew_key *key)
{
    return (char *)into + key->offset;
}

static void set_given(void *into, const sinew_key *key)
{
    if (key->given)
        *((bool *)into + (key->given - 1)) = true;
}

/* ---- sequences ---- */

static bool read_sequence(const sinew_at *at, const sinew_key *key, void *into)
{
    size_t n = sinew_at_count(at), seen = sinew_at_problems(at);
    if (at->value->type != YAML_SEQUENCE_NODE) {
        sinew_at_problem(at, "must be a list, and is %s", sinew_at_kind(at));
        return false;
    }
    if ((double)n < key->range[0] || (key->range[1] > 0 && (double)n > key->range[1])) {
        sinew_at_problem(at, "has %zu items: it must have %s %.0f", n,
                         (double)n < key->range[0] ? "at least" : "at most",
                         (double)n < key->range[0] ? key->range[0] : key->range[1]);
        return false;
    }
    sinew_items items = {sinew_document_alloc(at->document, n, key->item_bytes), n};
    if (!items.items)
        return false;
    for (size_t i = 0; i < n && !sinew_at_full(at); i++) {
        sinew_at item = sinew_at_item(at, i);
        sinew_key_read(&item, key->item, (char *)items.items + i * key->item_bytes);
    }
    memcpy(field(into, key), &items, sizeof items);
    return sinew_at_problems(at) == seen;
}

/* ---- mappings ---- */

enum { TABLE_KEYS = 64 }; /* bits of `there` */

/* The keys of one mapping, as bits of its table. */
typedef struct found {
    uint64_t there;
    uint64_t meant; /* an unknown key looks like it: its absence is no second problem */
    bool strange;   /* an unknown key looks like none of them */
} found;

static size_t table_names(const sinew_table *table, const char *names[TABLE_KEYS + 1])
{
    size_t n = 0;
    for (; n < TABLE_KEYS && table->keys[n].name; n++)
        names[n] = table->keys[n].name;
    names[n] = NULL;
    return n;
}

static void report_unknown_key(const sinew_at *key_at, const sinew_table *table, const char *text,
                               found *keys)
{
    char shown[SINEW_QUOTED_BYTES], known[240];
    const char *names[TABLE_KEYS + 1];
    size_t n = table_names(table, names);
    const char *like = sinew_name_like(text, names);
    sinew_quote(shown, text);
    if (!like) {
        sinew_names_list(known, sizeof known, names);
        sinew_at_problem(key_at, "unknown key '%s': it must be %s", shown, known);
        keys->strange = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        keys->meant |= (uint64_t)(names[i] == like) << i;
    sinew_at_problem(key_at, "unknown key '%s', did you mean '%s'?", shown, like);
}

/* Another key of the same group among those that are there; NULL: none. */
static const sinew_key *rival(const sinew_table *table, uint64_t there, const sinew_key *key)
{
    for (size_t i = 0; key->group && table->keys[i].name; i++)
        if (table->keys[i].group == key->group && (there >> i & 1))
            return &table->keys[i];
    return NULL;
}

static void read_pair(const sinew_at *at, size_t i, const sinew_table *table, void *into,
                      found *keys)
{
    char shown[SINEW_QUOTED_BYTES];
    sinew_at key_at, value = sinew_at_pair(at, i, &key_at);
    if (!value.key) {
        sinew_at_problem(&key_at, "a key must be a name, and is %s", sinew_at_kind(&key_at));
        return;
    }
    size_t k = 0;
    while (table->keys[k].name && strcmp(table->keys[k].name, value.key) != 0)
        k++;
    const sinew_key *key = &table->keys[k];
    if (table->open && (!key->name || !strcmp(sinew_at_kind(&value), "nothing")))
        return;
    if (!key->name || strlen(value.key) != key_at.value->data.scalar.length) {
        report_unknown_key(&key_at, table, value.key, keys);
        return;
    }
    if (keys->there >> k & 1) {
        sinew_at_problem(&key_at, "'%s' stands here a second time", sinew_quote(shown, value.key));
        return;
    }
    const sinew_key *other = rival(table, keys->there, key);
    if (other)
        sinew_at_problem(&key_at, "'%s' cannot stand beside '%s': only one of them", key->name,
                         other->name);
    keys->there |= UINT64_C(1) << k;
    set_given(into, key);
    sinew_key_read(&value, key, into);
}

/* "one of ss, zpk or tf is needed" where none of a required group is there. */
static void require_group(const sinew_at *at, const sinew_table *table, const found *keys,
                          const sinew_key *first)
{
    const char *names[TABLE_KEYS + 1];
    char list[200];
    size_t n = 0;
    for (size_t i = 0; table->keys[i].name; i++) {
        if (table->keys[i].group != first->group)
            continue;
        if ((keys->there | keys->meant) >> i & 1)
            return;
        names[n++] = table->keys[i].name;
    }
    if (keys->strange) /* that one was meant to be it */
        return;
    names[n] = NULL;
    sinew_names_list(list, sizeof list, names);
    sinew_at_problem(at, "one of the keys %s is needed", list);
}

static void fill_defaults(const sinew_at *at, const sinew_table *table, void *into, uint64_t there)
{
    for (size_t i = 0; table->keys[i].name; i++) {
        const sinew_key *key = &table->keys[i];
        if (there >> i & 1)
            continue;
        if (key->fallback)
            sinew_key_default(at, key, into);
        else if (key->kind == SINEW_KEY_MAPPING)
            fill_defaults(at, key->table, field(into, key), 0);
    }
}

static void require_keys(const sinew_at *at, const sinew_table *table, const found *keys)
{
    for (size_t i = 0; table->keys[i].name; i++) {
        const sinew_key *key = &table->keys[i];
        if (!key->required)
            continue;
        if (key->group)
            require_group(at, table, keys, key);
        else if (!((keys->there | keys->meant) >> i & 1))
            sinew_at_problem(at, "the key '%s' is missing", key->name);
    }
}

static bool read_mapping(const sinew_at *at, const sinew_table *table, void *into)
{
    size_t seen = sinew_at_problems(at);
    if (at->value->type != YAML_MAPPING_NODE) {
        sinew_at_problem(at, "must be a mapping of keys, and is %s", sinew_at_kind(at));
        return false;
    }
    found keys = {0};
    for (size_t i = 0; i < sinew_at_count(at) && !sinew_at_full(at); i++)
        read_pair(at, i, table, into, &keys);
    require_keys(at, table, &keys);
    fill_defaults(at, table, into, keys.there);
    if (table->check && sinew_at_problems(at) == seen)
        table->check(at, into);
    return sinew_at_problems(at) == seen;
}

bool sinew_key_read(const sinew_at *at, const sinew_key *key, void *into)
{
    size_t seen = sinew_at_problems(at);
    switch (key->kind) {
    case SINEW_KEY_MAPPING:
        return read_mapping(at, key->table, field(into, key));
    case SINEW_KEY_SEQUENCE:
        return read_sequence(at, key, into);
    case SINEW_KEY_READER:
        key->read(at, field(into, key));
        return sinew_at_problems(at) == seen;
    default:
        return sinew_key_scalar(at, key, into);
    }
}

void sinew_keys_read(sinew_document *document, const sinew_table *table, void *into)
{
    sinew_at root = sinew_at_root(document);
    read_mapping(&root, table, into);
}
