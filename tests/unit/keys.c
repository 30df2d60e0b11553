/* lib/model: numbers with units, YAML documents and the table of keys. Every message is checked
 * with its place. */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/memory.h"
#include "model/keys.h"

/* ---- scalars ---- */

static double number(const char *text, sinew_unit unit)
{
    double value = -12345;
    const char *wrong = sinew_number_parse(&value, text, unit);
    cr_assert_null(wrong, "'%s' %s", text, wrong);
    return value;
}

static void refused(const char *text, sinew_unit unit, const char *part)
{
    double value;
    const char *wrong = sinew_number_parse(&value, text, unit);
    cr_assert_not_null(wrong, "'%s' was taken for a number", text);
    cr_assert_not_null(strstr(wrong, part), "'%s': %s", text, wrong);
}

Test(scalar, numbers_are_read_whole)
{
    cr_assert_eq(number("1e3", SINEW_UNIT_NONE), 1000);
    cr_assert_eq(number("1.e3", SINEW_UNIT_NONE), 1000);
    cr_assert_eq(number("-.5", SINEW_UNIT_NONE), -0.5);
    cr_assert_eq(number("+2.5E-1", SINEW_UNIT_NONE), 0.25);
    cr_assert_eq(number("0", SINEW_UNIT_NONE), 0);
    cr_assert_eq(number("0.1", SINEW_UNIT_NONE), 0.1);
    cr_assert_eq(number("5e-324", SINEW_UNIT_NONE), 5e-324);
    const char *const bad[] = {"",    "+",   "-",   ".",     "e3",   "1e",    "1e+",
                               "1 2", "1,5", "48k", "1_000", "1:30", "1.2.3", "--1",
                               "one", " 1",  "1 ",  "~",     "1e5x", NULL};
    for (size_t i = 0; bad[i]; i++)
        refused(bad[i], SINEW_UNIT_NONE, "is not a number");
    refused("0x10", SINEW_UNIT_NONE, "leading zeros");
    refused("010", SINEW_UNIT_NONE, "leading zeros");
    refused("1e999", SINEW_UNIT_NONE, "too large");
    refused("-.inf", SINEW_UNIT_NONE, "infinite");
    refused("Infinity", SINEW_UNIT_NONE, "infinite");
    refused(".nan", SINEW_UNIT_NONE, "NaN");
    refused("NaN", SINEW_UNIT_NONE, "NaN");
}

Test(scalar, units_are_read_whole)
{
    cr_assert_eq(number("48000", SINEW_UNIT_HZ), 48000);
    cr_assert_eq(number("48k", SINEW_UNIT_HZ), 48000);
    cr_assert_eq(number("48kHz", SINEW_UNIT_HZ), 48000);
    cr_assert_eq(number("44.1 kHz", SINEW_UNIT_HZ), 44100);
    cr_assert_eq(number("250mHz", SINEW_UNIT_HZ), 0.25);
    cr_assert_eq(number("10ms", SINEW_UNIT_S), 0.01);
    cr_assert_eq(number("2s", SINEW_UNIT_S), 2);
    cr_assert_eq(number("3us", SINEW_UNIT_S), 3e-6);
    cr_assert_eq(number("3\xc2\xb5s", SINEW_UNIT_S), 3e-6);
    cr_assert_eq(number("5min", SINEW_UNIT_S), 300);
    cr_assert_eq(number("-3dB", SINEW_UNIT_DB), -3);
    cr_assert_eq(number("64KiB", SINEW_UNIT_BYTES), 65536);
    cr_assert_eq(number("10MB", SINEW_UNIT_BYTES), 1e7);
    refused("48kk", SINEW_UNIT_HZ, "is not a frequency");
    refused("48 bananas", SINEW_UNIT_HZ, "48k or 48kHz");
    refused("48 k Hz", SINEW_UNIT_HZ, "is not a frequency");
    refused("10ms", SINEW_UNIT_HZ, "is not a frequency");
    refused("10mss", SINEW_UNIT_S, "is not a time");
    refused("3 V", SINEW_UNIT_DB, "is not a level");
    refused("64kiB", SINEW_UNIT_BYTES, "is not a size");
    refused("1e308k", SINEW_UNIT_HZ, "too large");
}

Test(scalar, numbers_do_not_follow_the_locale)
{
    const char *const commas[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", NULL};
    for (size_t i = 0; commas[i]; i++)
        if (setlocale(LC_ALL, commas[i]))
            break;
    cr_assert_eq(number("0.5", SINEW_UNIT_NONE), 0.5);
    refused("0,5", SINEW_UNIT_NONE, "is not a number");
}

Test(scalar, booleans_and_likeness)
{
    bool value = false;
    cr_assert(sinew_boolean_parse(&value, "YES") && value);
    cr_assert(sinew_boolean_parse(&value, "Off") && !value);
    cr_assert(sinew_boolean_parse(&value, "true") && value);
    const char *const not_boolean[] = {"", "y", "n", "oN", "tRUE", "0", "1", "yess", "O", NULL};
    for (size_t i = 0; not_boolean[i]; i++)
        cr_assert_not(sinew_boolean_parse(&value, not_boolean[i]), "%s", not_boolean[i]);
    const char *const names[] = {"channels", "rate", "lowpass", "highpass", NULL};
    cr_assert_str_eq(sinew_name_like("chanels", names), "channels");
    cr_assert_str_eq(sinew_name_like("Rate", names), "rate");
    cr_assert_str_eq(sinew_name_like("arte", names), "rate");
    cr_assert_str_eq(sinew_name_like("hipass", names), "highpass");
    cr_assert_str_eq(sinew_name_like("ch", names), "channels");
    cr_assert_null(sinew_name_like("bananas", names));
    cr_assert_null(sinew_name_like("", names));
}

Test(scalar, quoting_is_short_and_clean)
{
    char quoted[SINEW_QUOTED_BYTES];
    cr_assert_str_eq(sinew_quote(quoted, "a\x1b[2Jb\xc2\x9b"), "a?[2Jb??");
    cr_assert_str_eq(sinew_quote(quoted, "\xc3\xa9t\xc3\xa9"), "\xc3\xa9t\xc3\xa9");
    char longer[200];
    memset(longer, 'x', sizeof longer);
    memcpy(longer + 43, "\xe2\x82\xac", 3); /* a character across the cut */
    longer[199] = 0;
    cr_assert_eq(strlen(sinew_quote(quoted, longer)), 43 + 3);
}

/* ---- documents ---- */

static void read_document(const char *text, size_t n, const char *expected)
{
    sinew_problems problems = {0};
    sinew_document *document;
    bool good = sinew_document_read(&document, text, n, "f.yaml", &problems);
    cr_assert_eq(good, expected == NULL, "%.60s: %s", text, sinew_problems_text(&problems, 0));
    cr_assert_eq(document == NULL, !good);
    if (expected) {
        const char *got = sinew_problems_text(&problems, 0);
        cr_assert_eq(strncmp(got, expected, strlen(expected)), 0, "%s\nwanted %s", got, expected);
    }
    sinew_document_free(document);
    sinew_problems_finish(&problems);
}

static void document_refused(const char *text, const char *expected)
{
    read_document(text, strlen(text), expected);
}

Test(document, syntax_errors_have_a_place)
{
    document_refused("a: 1\nb: [1, 2\nc: 3\n", "f.yaml:3:");
    document_refused("a: \"x\n", "f.yaml:2:1: YAML: ");
    document_refused("a: 1\n\tb: 2\n", "f.yaml:2:1: YAML: ");
    document_refused("a: b: c\n", "f.yaml:1:5: YAML: mapping values are not allowed");
    document_refused("", "f.yaml:1:1: there is nothing in it");
    document_refused("# only a comment\n", "f.yaml:1:1: there is nothing in it");
}

Test(document, what_a_stranger_may_not_send)
{
    document_refused("a: &x 1\n", "f.yaml:1:4: an anchor (&) is not allowed");
    document_refused("a: 1\nb: *x\n", "f.yaml:2:4: an alias (*) is not allowed");
    document_refused("a: !!str 1\n", "f.yaml:1:4: a tag (!) is not allowed");
    document_refused("a: ! x\n", "f.yaml:1:4: a tag (!) is not allowed");
    document_refused("&x [1]\n", "f.yaml:1:1: an anchor (&)");
    document_refused("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second document");
    read_document("a: 1\nb: \0c\n", 11, "f.yaml:2:4: a NUL byte");
    document_refused("a: \x1b[2J\n", "f.yaml:1:4: a control character");
    document_refused("a: 1\nb: \xff\n", "f.yaml:2:4: not UTF-8");
    document_refused("\xff\xfe"
                     "a",
                     "f.yaml:1:1: not UTF-8");
    document_refused("a: \xc0\xaf\n", "f.yaml:1:4: not UTF-8");     /* overlong */
    document_refused("a: \xed\xa0\x80\n", "f.yaml:1:4: not UTF-8"); /* surrogate */
    document_refused("a: \xf4\x90\x80\x80\n", "f.yaml:1:4: not UTF-8");
    document_refused("a: \xe2\x82", "f.yaml:1:4: not UTF-8");
}

Test(document, json_and_utf8_are_read)
{
    read_document("{\n\t\"a\": [1,2,{\"b\":null}],\n\t\"c\\/d\": \"\\u00e9\"\n}\n", 46, NULL);
    const char *text = "\xef\xbb\xbfname: \xc3\xa9t\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\xb5\n";
    read_document(text, strlen(text), NULL);
    read_document("a: 1\r\nb: 2\r\n", 12, NULL);
}

Test(document, depth_and_size_are_bounded)
{
    char text[400] = "a: ";
    memset(text + 3, '[', 62);
    memset(text + 65, ']', 62);
    read_document(text, 127, NULL);
    memset(text + 3, '[', 200);
    read_document(text, 203, "f.yaml:1:67: nested deeper than 64 levels");
    size_t n = (16 << 20) + 1;
    char *large = malloc(n);
    memset(large, '#', n);
    read_document(large, n, "f.yaml: larger than 16 MiB");
    memset(large, '[', n - 1); /* a megabyte of brackets ends at the 65th */
    read_document(large, n - 1, "f.yaml:1:65: nested deeper");
    n = 3 << 20;
    for (size_t i = 0; i < n; i++)
        large[i] = i % 2 ? ',' : i % 64 ? '1' : '\n';
    large[0] = '[';
    read_document(large, n, "f.yaml:");
    free(large);
}

Test(document, a_file_that_is_not_there_or_is_a_folder)
{
    sinew_problems problems = {0};
    sinew_document *document;
    cr_assert_not(sinew_document_open(&document, "/nonexistent/x.yaml", &problems));
    cr_assert_eq(problems.status, SINEW_ERR_IO);
    cr_assert_str_eq(sinew_problems_text(&problems, 0),
                     "/nonexistent/x.yaml: No such file or directory");
    sinew_problems_finish(&problems);
    cr_assert_not(sinew_document_open(&document, "/", &problems));
    cr_assert_str_eq(sinew_problems_text(&problems, 0), "/: Is a directory");
    sinew_problems_finish(&problems);
}

/* ---- tables ---- */

typedef struct source {
    double gain_db;
    int64_t port;
} source;

typedef struct config {
    const char *name;
    bool loop, has_rate, has_step;
    double rate_hz, step_s, ratio;
    int64_t bytes, channels;
    int band;
    source source;
    sinew_items names, sources;
    double raw[2];
} config;

static void read_raw(const sinew_at *at, void *into)
{
    double *raw = into;
    if (sinew_at_count(at) != 2) {
        sinew_at_problem(at, "must be a pair");
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        sinew_at item = sinew_at_item(at, i);
        sinew_key_read(&item, &(sinew_key){.kind = SINEW_KEY_NUMBER}, &raw[i]);
    }
}

static void check_config(const sinew_at *at, void *into)
{
    if (((const config *)into)->channels == 13)
        sinew_at_problem(at, "13 channels bring bad luck");
}

static const char *const bands[] = {"lowpass", "highpass", "off", NULL};

static const sinew_key source_keys[] = {{.name = "gain",
                                         .kind = SINEW_KEY_NUMBER,
                                         .unit = SINEW_UNIT_DB,
                                         .offset = offsetof(source, gain_db),
                                         .fallback = "-6dB"},
                                        {.name = "port",
                                         .kind = SINEW_KEY_INTEGER,
                                         .offset = offsetof(source, port),
                                         .range = {1, 65535},
                                         .required = true},
                                        {.name = NULL}};
static const sinew_table source_table = {.keys = source_keys};
static const sinew_key name_item = {.kind = SINEW_KEY_TEXT, .range = {1, 8}};
static const sinew_key source_item = {.kind = SINEW_KEY_MAPPING, .table = &source_table};

static const sinew_key config_keys[] = {
    {.name = "name", .offset = offsetof(config, name), .required = true, .range = {1, 20}},
    {.name = "loop", .kind = SINEW_KEY_BOOLEAN, .offset = offsetof(config, loop), .fallback = "on"},
    {.name = "rate",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_HZ,
     .offset = offsetof(config, rate_hz),
     .range = {0, 1e6},
     .above = true,
     .group = 1,
     .given = SINEW_KEY_GIVEN(config, has_rate)},
    {.name = "step",
     .kind = SINEW_KEY_NUMBER,
     .unit = SINEW_UNIT_S,
     .offset = offsetof(config, step_s),
     .group = 1,
     .required = true,
     .given = SINEW_KEY_GIVEN(config, has_step)},
    {.name = "ratio",
     .kind = SINEW_KEY_NUMBER,
     .offset = offsetof(config, ratio),
     .fallback = "0.5"},
    {.name = "bytes",
     .kind = SINEW_KEY_INTEGER,
     .unit = SINEW_UNIT_BYTES,
     .offset = offsetof(config, bytes),
     .fallback = "64KiB"},
    {.name = "channels",
     .kind = SINEW_KEY_INTEGER,
     .offset = offsetof(config, channels),
     .range = {1, 64},
     .fallback = "1"},
    {.name = "band", .kind = SINEW_KEY_CHOICE, .choices = bands, .offset = offsetof(config, band)},
    {.name = "source",
     .kind = SINEW_KEY_MAPPING,
     .table = &source_table,
     .offset = offsetof(config, source)},
    {.name = "names",
     .kind = SINEW_KEY_SEQUENCE,
     .item = &name_item,
     .item_bytes = sizeof(const char *),
     .offset = offsetof(config, names),
     .range = {1, 3}},
    {.name = "sources",
     .kind = SINEW_KEY_SEQUENCE,
     .item = &source_item,
     .item_bytes = sizeof(source),
     .offset = offsetof(config, sources)},
    {.name = "raw", .kind = SINEW_KEY_READER, .read = read_raw, .offset = offsetof(config, raw)},
    {.name = NULL}};
static const sinew_table config_table = {.keys = config_keys, .check = check_config};

/* Read `text`; it must give exactly these problems, in this order. */
static void config_problems(const char *text, const char *const *expected)
{
    sinew_problems problems = {0};
    sinew_document *document;
    config c = {0};
    cr_assert(sinew_document_read(&document, text, strlen(text), "c.yaml", &problems), "%s",
              sinew_problems_text(&problems, 0));
    sinew_keys_read(document, &config_table, &c);
    size_t n = 0;
    for (; expected[n]; n++)
        cr_assert_str_eq(sinew_problems_text(&problems, n), expected[n]);
    cr_assert_eq(problems.n, n, "also: %s", sinew_problems_text(&problems, n));
    sinew_document_free(document);
    sinew_problems_finish(&problems);
}

#define PROBLEMS(text, ...) config_problems(text, (const char *const[]){__VA_ARGS__, NULL})

Test(keys, everything_is_read)
{
    const char *text = "name: no\nloop: off\nrate: 48k\nratio: 1.e-1\nbytes: 1MiB\nband: off\n"
                       "source: {port: 8000}\nnames: [a, 12, yes]\n"
                       "sources:\n  - port: 1\n    gain: 3dB\n  - {port: 2}\nraw: [1, 2.5]\n";
    sinew_problems problems = {0};
    sinew_document *document;
    config c = {0};
    cr_assert(sinew_document_read(&document, text, strlen(text), "c.yaml", &problems));
    sinew_keys_read(document, &config_table, &c);
    cr_assert_eq(sinew_problems_fail(&problems, NULL), SINEW_OK, "%s",
                 sinew_problems_text(&problems, 0));
    cr_assert_str_eq(c.name, "no"); /* Norway stays a text */
    cr_assert(!c.loop && c.has_rate && !c.has_step);
    cr_assert_eq(c.rate_hz, 48000);
    cr_assert_eq(c.ratio, 0.1);
    cr_assert_eq(c.bytes, 1048576);
    cr_assert_eq(c.channels, 1);
    cr_assert_eq(c.band, 2);
    cr_assert_eq(c.source.port, 8000);
    cr_assert_eq(c.source.gain_db, -6);
    cr_assert_eq(c.names.n, 3);
    cr_assert_str_eq(((const char **)c.names.items)[1], "12");
    cr_assert_eq(c.sources.n, 2);
    cr_assert_eq(((source *)c.sources.items)[0].gain_db, 3);
    cr_assert_eq(((source *)c.sources.items)[1].gain_db, -6);
    cr_assert_eq(((source *)c.sources.items)[1].port, 2);
    cr_assert_eq(c.raw[1], 2.5);
    sinew_document_free(document);
    sinew_problems_finish(&problems);
}

Test(keys, defaults_of_a_mapping_that_is_not_there)
{
    sinew_problems problems = {0};
    sinew_document *document;
    config c = {0};
    cr_assert(sinew_document_read(&document, "{name: x, step: 1ms}", 20, "c", &problems));
    sinew_keys_read(document, &config_table, &c);
    cr_assert_eq(problems.seen, 0, "%s", sinew_problems_text(&problems, 0));
    cr_assert(c.loop);
    cr_assert_eq(c.step_s, 0.001);
    cr_assert_eq(c.source.gain_db, -6);
    cr_assert_eq(c.bytes, 65536);
    sinew_document_free(document);
}

Test(keys, all_problems_in_the_order_of_the_file)
{
    PROBLEMS("chanels: 2\nloop: maybe\nband: hipass\nname: x\nrate: 48 bananas\n",
             "c.yaml:1:1: unknown key 'chanels', did you mean 'channels'?",
             "c.yaml:2:7: loop: 'maybe' is neither true nor false",
             "c.yaml:3:7: band: unknown choice 'hipass', did you mean 'highpass'?",
             "c.yaml:5:7: rate: '48 bananas' is not a frequency (write it like 48000, 48k or "
             "48kHz)");
    PROBLEMS("name: x\nstep: 1s\nsources:\n  - {prot: 2, port: 0}\n  - {gain: 10kk}\n"
             "raw: [1, x]\n",
             "c.yaml:4:6: sources[0]: unknown key 'prot', did you mean 'port'?",
             "c.yaml:4:21: sources[0].port: '0' is too small: it must be at least 1",
             "c.yaml:5:5: sources[1]: the key 'port' is missing",
             "c.yaml:5:12: sources[1].gain: '10kk' is not a level (write it like -3 or -3dB)",
             "c.yaml:6:10: raw[1]: 'x' is not a number");
}

Test(keys, groups)
{
    PROBLEMS("name: x\n", "c.yaml:1:1: one of the keys rate or step is needed");
    PROBLEMS("name: x\nrate: 1\nstep: 1\n",
             "c.yaml:3:1: 'step' cannot stand beside 'rate': only one of them");
}

Test(keys, duplicates_missing_and_wrong_kinds)
{
    PROBLEMS("rate: 1\nrate: 2\n", "c.yaml:1:1: the key 'name' is missing",
             "c.yaml:2:1: 'rate' stands here a second time");
    PROBLEMS("[1]\n", "c.yaml:1:1: must be a mapping of keys, and is a list");
    PROBLEMS("name:\nrate: 1\n", "c.yaml:1:6: name: must be a text, and is nothing");
    PROBLEMS("name: [x]\nrate: ~\nsource: 3\nnames: {a: b}\nloop: \"yes\"\n",
             "c.yaml:1:7: name: must be a text, and is a list",
             "c.yaml:2:7: rate: must be a number, and is nothing",
             "c.yaml:3:9: source: must be a mapping of keys, and is a number",
             "c.yaml:4:8: names: must be a list, and is a mapping",
             "c.yaml:5:7: loop: 'yes' is neither true nor false (no quotes around it)");
    PROBLEMS("name: x\nrate: 1\n[a, b]: 1\n<<: {a: 1}\n? {c: 1}\n: 2\n",
             "c.yaml:3:1: a key must be a name, and is a list",
             "c.yaml:4:1: unknown key '<<': it must be name, loop, rate, step, ratio, bytes, "
             "channels, band, source, names, sources or raw",
             "c.yaml:5:3: a key must be a name, and is a mapping");
}

Test(keys, values_out_of_range)
{
    PROBLEMS("name: x\nrate: 0\nchannels: 65\nratio: \"0.5\"\n",
             "c.yaml:2:7: rate: '0' is too small: it must be above 0",
             "c.yaml:3:11: channels: '65' is too large: it must be at most 64",
             "c.yaml:4:8: ratio: '0.5' in quotes is a text, not a number");
    PROBLEMS("name: x\nrate: 1\nchannels: 1.5\nbytes: 1e300\nratio: .inf\n",
             "c.yaml:3:11: channels: '1.5' is not a whole number",
             "c.yaml:4:8: bytes: '1e300' is not a whole number below 2^53",
             "c.yaml:5:8: ratio: '.inf' is infinite; a finite number is needed");
    PROBLEMS("name: \"\"\nrate: 1\nnames: []\n", "c.yaml:1:7: name: is empty",
             "c.yaml:3:8: names: has 0 items: it must have at least 1");
    PROBLEMS("name: \"a\\0b\"\nrate: 1\nnames: [a, b, c, d]\n",
             "c.yaml:1:7: name: holds a NUL character",
             "c.yaml:3:8: names: has 4 items: it must have at most 3");
    PROBLEMS("name: \"a\\eb\"\nrate: 1\nnames: [123456789]\n",
             "c.yaml:1:7: name: holds a control character",
             "c.yaml:3:9: names[0]: is 9 bytes long: it must have 1 to 8");
    PROBLEMS("{name: x, rate: 1, channels: 13}", "c.yaml:1:1: 13 channels bring bad luck");
}

Test(keys, a_flood_of_problems_is_cut)
{
    enum { KEYS = 20000 };
    char *text = sinew_alloc(KEYS * 10 + 1, 1);
    for (int i = 0; i < KEYS; i++)
        snprintf(text + 10 * i, 11, "k%07d:\n", i);
    sinew_problems problems = {0};
    sinew_document *document;
    config c = {0};
    cr_assert(sinew_document_read(&document, text, strlen(text), "c.yaml", &problems));
    sinew_keys_read(document, &config_table, &c);
    cr_assert_eq(problems.n, SINEW_PROBLEMS_KEPT);
    sinew_error error;
    cr_assert_eq(sinew_problems_fail(&problems, &error), SINEW_ERR_DATA);
    cr_assert_not_null(strstr(error.text, "c.yaml:1:1: unknown key 'k0000000'"));
    cr_assert_not_null(strstr(error.text, " more problems)"), "%s", error.text);
    sinew_document_free(document);
    sinew_problems_finish(&problems);
    sinew_free(text);
}

Test(problems, a_long_file_name_leaves_room_for_the_message)
{
    char where[1000];
    memset(where, 'd', sizeof where - 1);
    where[sizeof where - 1] = 0;
    sinew_problems problems = {0};
    sinew_problems_add(&problems, SINEW_ERR_DATA, where, 3, 4, "what is %s", "wrong\n");
    sinew_error error;
    cr_assert_eq(sinew_problems_fail(&problems, &error), SINEW_ERR_DATA);
    cr_assert_not_null(strstr(error.text, "d:3:4: what is wrong?"), "%s", error.text);
    sinew_problems_finish(&problems);
}
