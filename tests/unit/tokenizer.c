/* Tokenizers against tests/vectors/tokenizers.py, hostile files and texts. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sinew/tokenizer.h"
#include "../vectors/tokenizers.h"

static json_t *shipped(void)
{
    json_error_t wrong;
    json_t *root = json_load_file(getenv("SINEW_TOKENIZER"), 0, &wrong);
    cr_assert(root, "%s", wrong.text);
    return root;
}

static sinew_status read_tree(sinew_tokenizer **out, json_t *root, sinew_error *error)
{
    char *text = json_dumps(root, 0);
    sinew_status status = sinew_tokenizer_read(out, text, strlen(text), "file", error);
    cr_assert((status == SINEW_OK) == (*out != NULL));
    free(text);
    json_decref(root);
    return status;
}

static json_t *parsed(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    cr_assert(value, "%s", text);
    return value;
}

/* The shipped file with other steps. */
static sinew_tokenizer *in_way(size_t i)
{
    sinew_error error;
    sinew_tokenizer *tokenizer = NULL;
    json_t *root = shipped();
    json_object_set_new(root, "normalizer", parsed(ways[i].normalizer));
    json_object_set_new(root, "pre_tokenizer", parsed(ways[i].pre_tokenizer));
    json_object_set_new(root, "post_processor", parsed(ways[i].post_processor));
    json_object_set_new(json_object_get(root, "model"), "ignore_merges",
                        json_boolean(ways[i].ignore_merges));
    cr_assert_eq(read_tree(&tokenizer, root, &error), SINEW_OK, "%s: %s", ways[i].name, error.text);
    return tokenizer;
}

/* With other steps to cut words by. */
static sinew_tokenizer *cutting(const char *pre_tokenizer)
{
    sinew_error error;
    sinew_tokenizer *tokenizer = NULL;
    json_t *root = shipped();
    json_object_set_new(root, "pre_tokenizer", parsed(pre_tokenizer));
    cr_assert_eq(read_tree(&tokenizer, root, &error), SINEW_OK, "%s", error.text);
    return tokenizer;
}

/* All ids as text, by a stream, every piece of it UTF-8. */
static size_t as_text(const sinew_tokenizer *tokenizer, const int32_t *ids, size_t n,
                      bool skip_special, char *out)
{
    sinew_text_stream *stream;
    const char *text;
    size_t n_out = 0, n_text;
    cr_assert_eq(sinew_text_stream_open(&stream, tokenizer, skip_special, NULL), SINEW_OK);
    for (size_t i = 0; i <= n; i++) {
        if (i == n)
            sinew_text_stream_end(stream, &text, &n_text);
        else
            cr_assert_eq(sinew_text_stream_next(stream, ids[i], &text, &n_text, NULL), SINEW_OK);
        for (size_t k = 0, bytes; k < n_text; k += bytes)
            cr_assert((bytes = sinew_utf8_bytes(text + k, n_text - k)) > 0);
        memcpy(out + n_out, text, n_text);
        n_out += n_text;
    }
    sinew_text_stream_free(stream);
    return n_out;
}

Test(tokenizer, ids_are_those_of_the_reference)
{
    enum { N = sizeof cases / sizeof *cases };
    sinew_tokenizer *tokenizer = NULL;
    const int *expected = ids_expected;
    cr_assert_eq(cases[N - 1].way + 1, (int)(sizeof ways / sizeof *ways));
    for (size_t i = 0; i < N; i++) {
        size_t n;
        int32_t *ids;
        sinew_error error;
        if (i == 0 || cases[i].way != cases[i - 1].way) {
            sinew_tokenizer_free(tokenizer);
            tokenizer = in_way((size_t)cases[i].way);
        }
        cr_assert_eq(sinew_tokenizer_encode(tokenizer, cases[i].text, (size_t)cases[i].n_text, true,
                                            &ids, &n, &error),
                     SINEW_OK, "%s", error.text);
        cr_expect_eq(n, (size_t)cases[i].n_ids, "%s: \"%s\": %zu ids, not %d",
                     ways[cases[i].way].name, cases[i].text, n, cases[i].n_ids);
        for (size_t k = 0; k < n && k < (size_t)cases[i].n_ids; k++)
            cr_expect_eq(ids[k], expected[k], "%s: \"%s\": id %zu is %d, not %d",
                         ways[cases[i].way].name, cases[i].text, k, ids[k], expected[k]);
        static char back[65536];
        size_t n_back = as_text(tokenizer, ids, n, false, back);
        size_t n_wanted = (size_t)(cases[i].back ? cases[i].n_back : cases[i].n_text);
        cr_expect(n_back == n_wanted &&
                      memcmp(back, cases[i].back ? cases[i].back : cases[i].text, n_back) == 0,
                  "%s: \"%s\" comes back as \"%.*s\"", ways[cases[i].way].name, cases[i].text,
                  (int)n_back, back);
        sinew_tokenizer_free_ids(ids);
        expected += cases[i].n_ids;
    }
    sinew_tokenizer_free(tokenizer);
}

/* ---- ids and what they stand for ---- */

Test(tokenizer, tokens_are_found)
{
    sinew_tokenizer *tokenizer = in_way(0);
    size_t n;
    cr_assert_eq(sinew_tokenizer_id(tokenizer, "<|endoftext|>"), 0);
    cr_assert_eq(sinew_tokenizer_id(tokenizer, "no such token"), -1);
    cr_assert(sinew_tokenizer_is_special(tokenizer, 0));
    cr_assert(!sinew_tokenizer_is_special(tokenizer, 2));
    cr_assert(!sinew_tokenizer_is_special(tokenizer, 1 << 30));
    int32_t the = sinew_tokenizer_id(tokenizer, "\304\240the");
    cr_assert_gt(the, 0);
    cr_assert(memcmp(sinew_tokenizer_bytes(tokenizer, the, &n), " the", 4) == 0 && n == 4);
    cr_assert_null(sinew_tokenizer_bytes(tokenizer, -1, &n));
    cr_assert_null(sinew_tokenizer_bytes(tokenizer, INT32_MAX, &n));
    size_t size = sinew_tokenizer_size(tokenizer);
    cr_assert_not_null(sinew_tokenizer_bytes(tokenizer, (int32_t)size - 1, &n));
    cr_assert_null(sinew_tokenizer_bytes(tokenizer, (int32_t)size, &n));
    sinew_tokenizer_free(tokenizer);
}

Test(tokenizer, special_tokens_give_no_text)
{
    static const int32_t ids[] = {0, 1, 2 + 'a', 0};
    sinew_tokenizer *tokenizer = in_way(0);
    char text[256];
    cr_assert_eq(as_text(tokenizer, ids, 4, true, text), 1);
    cr_assert_eq(as_text(tokenizer, ids, 4, false, text),
                 strlen("<|endoftext|><|padding|>a<|endoftext|>"));
    sinew_tokenizer_free(tokenizer);
}

Test(tokenizer, a_character_is_held_until_it_is_whole)
{
    static const unsigned char bytes[] = {0xf0, 0x9f, 0x98, 0x80, 0xe5, 'x', 0xe5, 0xb7};
    static const char *const pieces[] = {"", "", "", "\xf0\x9f\x98\x80", "", "\xef\xbf\xbdx",
                                         "", ""};
    sinew_tokenizer *tokenizer = in_way(0);
    sinew_text_stream *stream;
    const char *text;
    size_t n;
    sinew_text_stream_open(&stream, tokenizer, true, NULL);
    for (size_t i = 0; i < sizeof bytes; i++) {
        cr_assert_eq(sinew_text_stream_next(stream, 2 + bytes[i], &text, &n, NULL), SINEW_OK);
        cr_expect(n == strlen(pieces[i]) && memcmp(text, pieces[i], n) == 0, "byte %zu", i);
        cr_assert_eq(sinew_text_stream_next(stream, 100000, &text, &n, NULL), SINEW_ERR_DATA);
    }
    sinew_text_stream_end(stream, &text, &n);
    cr_expect(n == 3 && memcmp(text, "\xef\xbf\xbd", 3) == 0);
    sinew_text_stream_end(stream, &text, &n);
    cr_expect_eq(n, 0);
    sinew_text_stream_free(stream);
    sinew_tokenizer_free(tokenizer);
}

/* ---- long and bad texts ---- */

/* What takes n^2 steps anywhere runs for hours. */
static void encode_long(const sinew_tokenizer *tokenizer, const char *unit, size_t times)
{
    size_t n, width = strlen(unit), n_back = 0;
    int32_t *ids;
    sinew_error error;
    char *text = malloc(width * times);
    for (size_t i = 0; i < times; i++)
        memcpy(text + i * width, unit, width);
    cr_assert_eq(sinew_tokenizer_encode(tokenizer, text, width * times, false, &ids, &n, &error),
                 SINEW_OK, "%s", error.text);
    for (size_t i = 0, bytes; i < n; i++) {
        const char *token = sinew_tokenizer_bytes(tokenizer, ids[i], &bytes);
        cr_assert(memcmp(text + n_back, token, bytes) == 0);
        n_back += bytes;
    }
    cr_assert_eq(n_back, width * times);
    sinew_tokenizer_free_ids(ids);
    free(text);
}

Test(tokenizer, a_word_of_a_million_bytes_is_no_square, .timeout = 120)
{
    for (size_t way = 0; way < 3; way += 2) {
        sinew_tokenizer *tokenizer = in_way(way);
        encode_long(tokenizer, "a", 1 << 20);
        encode_long(tokenizer, "the", 1 << 18);
        encode_long(tokenizer, " ", (1 << 20) + 1);
        encode_long(tokenizer, "\xff", 1 << 20);
        encode_long(tokenizer, "<|endoftext|", 1 << 16);
        encode_long(tokenizer, "\n \n", 1 << 18);
        sinew_tokenizer_free(tokenizer);
    }
}

/* A merge for every power of two of a letter: each merge meets the next. */
Test(tokenizer, merges_that_meet_are_no_square, .timeout = 120)
{
    sinew_tokenizer *tokenizer;
    json_t *root = shipped(), *vocab = json_object(), *merges = json_array();
    char word[4097];
    memset(word, 'a', sizeof word);
    for (int length = 1, id = 300; length <= 4096; length *= 2, id++) {
        json_object_set_new(vocab, (word[length] = 0, word), json_integer(id));
        if (length > 1)
            json_array_append_new(merges, json_pack("[s#,s#]", word, length / 2, word, length / 2));
        word[length] = 'a';
    }
    json_object_set_new(json_object_get(root, "model"), "vocab", vocab);
    json_object_set_new(json_object_get(root, "model"), "merges", merges);
    json_object_set_new(root, "added_tokens", json_array());
    cr_assert_eq(read_tree(&tokenizer, root, NULL), SINEW_OK);
    encode_long(tokenizer, "a", (1 << 20) + 5);
    sinew_tokenizer_free(tokenizer);
}

Test(tokenizer, patterns_that_go_back_and_forth_end, .timeout = 60)
{
    sinew_tokenizer *tokenizer = cutting(
        "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":"
        "\"(a+)+[bc]\"},\"behavior\":\"Isolated\"},{\"type\":\"ByteLevel\"}]}");
    char text[64];
    int32_t *ids = (int32_t *)text;
    size_t n;
    sinew_error error;
    memset(text, 'a', sizeof text);
    cr_assert_eq(sinew_tokenizer_encode(tokenizer, text, sizeof text, true, &ids, &n, &error),
                 SINEW_ERR_DATA);
    cr_assert(ids == NULL && strstr(error.text, "pre_tokenizer"), "%s", error.text);
    cr_assert_eq(sinew_tokenizer_encode(tokenizer, "aab", 3, true, &ids, &n, &error), SINEW_OK);
    sinew_tokenizer_free_ids(ids);
    sinew_tokenizer_free(tokenizer);
}

Test(tokenizer, heaps_of_marks_are_refused, .timeout = 60)
{
    enum { MARKS = 1 << 18 };
    sinew_tokenizer *tokenizer = in_way(0);
    char *text = malloc(4 * MARKS);
    int32_t *ids;
    size_t n;
    for (size_t i = 0; i < MARKS; i++)
        memcpy(text + 4 * i, "\xcc\xa3\xcc\x81", 4);
    cr_assert_eq(sinew_tokenizer_encode(tokenizer, text, 4 * MARKS, true, &ids, &n, NULL),
                 SINEW_ERR_DATA);
    free(text);
    sinew_tokenizer_free(tokenizer);
}

/* Matches of no bytes part what is about them. */
Test(tokenizer, a_lookahead_cuts)
{
    sinew_tokenizer *tokenizer = cutting(
        "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":"
        "\"(?=h)\"},\"behavior\":\"Isolated\"},{\"type\":\"ByteLevel\",\"use_regex\":false,"
        "\"add_prefix_space\":false}]}");
    int32_t *ids;
    size_t n;
    cr_assert_eq(sinew_tokenizer_encode(tokenizer, "thehh", 5, true, &ids, &n, NULL), SINEW_OK);
    cr_assert(n == 4 && ids[0] == 2 + 't' && ids[2] == 2 + 'h' && ids[3] == 2 + 'h');
    sinew_tokenizer_free_ids(ids);
    sinew_tokenizer_free(tokenizer);
}

/* ---- small and hostile files ---- */

#define STEPS                                                                                      \
    "\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false},"                       \
    "\"decoder\":{\"type\":\"ByteLevel\"}"
#define MODEL(inside) "{" STEPS ",\"model\":{\"type\":\"BPE\"," inside "}}"
#define SMALL "\"vocab\":{\"a\":5,\"b\":7,\"ab\":2147483647},\"merges\":[\"a b\"]"

static sinew_tokenizer *small(const char *json)
{
    sinew_error error;
    sinew_tokenizer *tokenizer;
    cr_assert_eq(sinew_tokenizer_read(&tokenizer, json, strlen(json), "small", &error), SINEW_OK,
                 "%s", error.text);
    return tokenizer;
}

Test(tokenizer, ids_need_not_be_dense)
{
    sinew_tokenizer *tokenizer = small(MODEL(SMALL));
    int32_t *ids;
    size_t n;
    cr_assert_eq(sinew_tokenizer_size(tokenizer), (size_t)1 << 31);
    cr_assert_eq(sinew_tokenizer_encode(tokenizer, "bab", 3, true, &ids, &n, NULL), SINEW_OK);
    cr_assert(n == 2 && ids[0] == 7 && ids[1] == INT32_MAX);
    sinew_tokenizer_free_ids(ids);
    sinew_error error;
    cr_assert_eq(sinew_tokenizer_encode(tokenizer, "bac", 3, true, &ids, &n, &error),
                 SINEW_ERR_DATA);
    cr_assert(strstr(error.text, "0x63") && !ids, "%s", error.text);
    sinew_tokenizer_free(tokenizer);
}

Test(tokenizer, unknown_bytes_are_the_unknown_token)
{
    static const char *const files[] = {MODEL(SMALL ",\"unk_token\":\"b\""),
                                        MODEL(SMALL ",\"unk_token\":\"b\",\"fuse_unk\":true")};
    for (size_t i = 0; i < 2; i++) {
        sinew_tokenizer *tokenizer = small(files[i]);
        int32_t *ids;
        size_t n;
        cr_assert_eq(sinew_tokenizer_encode(tokenizer, "axxx", 4, true, &ids, &n, NULL), SINEW_OK);
        cr_assert(n == (i ? 1 : 3) && ids[0] == INT32_MAX);
        sinew_tokenizer_free_ids(ids);
        sinew_tokenizer_free(tokenizer);
    }
}

Test(tokenizer, what_is_not_done_is_refused_by_name)
{
    static const struct {
        const char *json, *told;
    } hostile[] = {
        {"", "file:1:"},
        {"[]", "object"},
        {"{\"model\":", "file:1:"},
        {"{\"a\":1,\"a\":2}", "duplicate"},
        {"{}", "pre_tokenizer"},
        {"{" STEPS "}", "model"},
        {"{" STEPS ",\"model\":[]}", "model"},
        {MODEL("\"merges\":[]"), "model.vocab"},
        {MODEL("\"vocab\":{\"a\":0}"), "model.merges"},
        {MODEL("\"vocab\":[],\"merges\":[]"), "model.vocab"},
        {MODEL("\"vocab\":{\"a\":\"0\"},\"merges\":[]"), "model.vocab[\"a\"]"},
        {MODEL("\"vocab\":{\"a\":-1},\"merges\":[]"), "-1, where"},
        {MODEL("\"vocab\":{\"a\":0.5},\"merges\":[]"), "0.5"},
        {MODEL("\"vocab\":{\"a\":2147483648},\"merges\":[]"), "2147483648"},
        {MODEL("\"vocab\":{\"a\":99999999999999999999},\"merges\":[]"), "file:1:"},
        {MODEL("\"vocab\":{\"a\":3,\"b\":3},\"merges\":[]"), "id 3"},
        {MODEL("\"vocab\":{\"a\":3,\"b\":4},\"merges\":[\"a b\"]"),
         "model.merges[0]: model.vocab has no \"ab\""},
        {MODEL("\"vocab\":{\"a\":3,\"b\":4},\"merges\":[\"a c\"]"), "\"c\""},
        {MODEL(SMALL ",\"merges\":[\"a b\"]"), "duplicate"},
        {MODEL("\"vocab\":{\"a\":3,\"aa\":4},\"merges\":[\"a a\",[\"a\",\"a\"]]"), "merges[1]"},
        {MODEL("\"vocab\":{\"a\":3},\"merges\":[7]"), "model.merges[0]"},
        {MODEL("\"vocab\":{\"a\":3},\"merges\":[\"a\"]"), "model.merges[0]"},
        {MODEL("\"vocab\":{\"a\":3},\"merges\":[\"a a a\"]"), "model.merges[0]"},
        {MODEL("\"vocab\":{\"a\":3},\"merges\":[[\"a\",3]]"), "model.merges[0]"},
        {MODEL("\"vocab\":{\"a\":3,\"\":4},\"merges\":[\"a \"]"), "empty"},
        {MODEL(SMALL ",\"dropout\":0.1"), "dropout"},
        {MODEL(SMALL ",\"byte_fallback\":true"), "byte_fallback"},
        {MODEL(SMALL ",\"byte_fallback\":1"), "byte_fallback"},
        {MODEL(SMALL ",\"unk_token\":\"u\""), "unk_token"},
        {MODEL(SMALL ",\"end_of_word_suffix\":\"</w>\""), "end_of_word_suffix"},
        {"{" STEPS ",\"model\":{\"type\":\"Unigram\",\"vocab\":{},\"merges\":[]}}", "Unigram"},
        {"{" STEPS ",\"normalizer\":{\"type\":\"Lowercase\"},\"model\":{" SMALL "}}", "Lowercase"},
        {"{" STEPS ",\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},"
         "{\"type\":\"NFKC\"}]},\"model\":{" SMALL "}}",
         "normalizer.normalizers[1].type: NFKC"},
        {"{" STEPS ",\"post_processor\":{\"type\":\"BertProcessing\"},\"model\":{" SMALL "}}",
         "BertProcessing"},
        {"{" STEPS
         ",\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":"
         "{\"id\":\"s\"}}],\"special_tokens\":{\"s\":{\"ids\":[6]}}},\"model\":{" SMALL "}}",
         "id 6"},
        {"{" STEPS
         ",\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[]},\"model\":{" SMALL
         "}}",
         "Sequence A"},
        {"{" STEPS ",\"added_tokens\":[{\"id\":5,\"content\":\"<s>\"}],\"model\":{" SMALL "}}",
         "id 5"},
        {"{" STEPS ",\"added_tokens\":[{\"id\":9,\"content\":\"a\"}],\"model\":{" SMALL "}}",
         "added_tokens[0].id"},
        {"{" STEPS ",\"added_tokens\":[{\"id\":9,\"content\":\"\"}],\"model\":{" SMALL "}}",
         "added_tokens[0].content"},
        {"{" STEPS ",\"added_tokens\":[{\"content\":\"x\"}],\"model\":{" SMALL "}}",
         "added_tokens[0].id"},
        {"{" STEPS ",\"added_tokens\":[{\"id\":8,\"content\":\"x\"},{\"id\":9,\"content\":\"x\"}],"
         "\"model\":{" SMALL "}}",
         "\"x\""},
        {"{" STEPS ",\"added_tokens\":[3],\"model\":{" SMALL "}}", "added_tokens[0]"},
        {"{" STEPS
         ",\"added_tokens\":[{\"id\":8,\"content\":\"x\",\"lstrip\":\"no\"}],\"model\":{" SMALL
         "}}",
         "added_tokens[0].lstrip"},
        {"{\"decoder\":{\"type\":\"ByteLevel\"},\"pre_tokenizer\":{\"type\":\"Whitespace\"},"
         "\"model\":{" SMALL "}}",
         "Whitespace"},
        {"{\"decoder\":{\"type\":\"ByteLevel\"},\"pre_tokenizer\":{\"type\":\"Digits\"},\"model\":"
         "{" SMALL "}}",
         "no ByteLevel"},
        {"{\"decoder\":{\"type\":\"WordPiece\"},\"pre_tokenizer\":{\"type\":\"ByteLevel\"},"
         "\"model\":{" SMALL "}}",
         "WordPiece"},
        {"{\"decoder\":{\"type\":\"ByteLevel\"},\"pre_tokenizer\":{\"type\":\"Sequence\","
         "\"pretokenizers\":["
         "{\"type\":\"ByteLevel\"},{\"type\":\"Digits\"}]},\"model\":{" SMALL "}}",
         "pretokenizers[1]"},
        {"{\"decoder\":{\"type\":\"ByteLevel\"},\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{"
         "\"Regex\":\"(\"},"
         "\"behavior\":\"Isolated\"},\"model\":{" SMALL "}}",
         "pre_tokenizer.pattern"},
        {"{\"decoder\":{\"type\":\"ByteLevel\"},\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{"
         "\"Regex\":\"\\\\C\"},"
         "\"behavior\":\"Isolated\"},\"model\":{" SMALL "}}",
         "pre_tokenizer.pattern"},
        {"{\"decoder\":{\"type\":\"ByteLevel\"},\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{"
         "\"Regex\":\"x\"},"
         "\"behavior\":\"Isolate\"},\"model\":{" SMALL "}}",
         "behavior"},
        {"{\"decoder\":{\"type\":\"ByteLevel\"},\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":"
         "\"x\","
         "\"behavior\":\"Isolated\"},\"model\":{" SMALL "}}",
         "pattern"},
    };
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        sinew_error error = {.text = ""};
        sinew_tokenizer *tokenizer = (sinew_tokenizer *)&error;
        sinew_status status = sinew_tokenizer_read(&tokenizer, hostile[i].json,
                                                   strlen(hostile[i].json), "file", &error);
        cr_expect(status == SINEW_ERR_DATA && !tokenizer, "%s", hostile[i].json);
        cr_expect(strstr(error.text, hostile[i].told) && strncmp(error.text, "file:", 5) == 0,
                  "%s: \"%s\" is not in: %s", hostile[i].json, hostile[i].told, error.text);
    }
}

/* Every cut of the file, and every byte of a part of it changed: an answer, or a refusal. */
Test(tokenizer, damaged_files, .timeout = 240)
{
    json_t *root = shipped();
    json_t *model = json_object_get(root, "model");
    json_object_set_new(model, "vocab", parsed("{\"a\":0,\"b\":1,\"ab\":2,\"<|endoftext|>\":3}"));
    json_object_set_new(model, "merges", parsed("[\"a b\"]"));
    json_object_set_new(root, "added_tokens", parsed("[{\"id\":3,\"content\":\"<|endoftext|>\"}]"));
    json_object_set_new(root, "post_processor",
                        parsed("{\"type\":\"TemplateProcessing\",\"single\":"
                               "[{\"SpecialToken\":{\"id\":\"s\"}},{\"Sequence\":{\"id\":\"A\"}}],"
                               "\"special_tokens\":{\"s\":{\"ids\":[3]}}}"));
    json_object_set_new(root, "pre_tokenizer", parsed(ways[2].pre_tokenizer));
    char *text = json_dumps(root, JSON_COMPACT);
    size_t n_text = strlen(text), n, good = 0;
    for (size_t i = 0; i < 2 * n_text; i++) {
        static const char other[] = "0{}[]\"\\,:x-\200";
        sinew_tokenizer *tokenizer;
        int32_t *ids;
        char was = text[i / 2];
        text[i / 2] = other[(i * 7 + i / 2) % (sizeof other - 1)];
        size_t length = i % 2 ? n_text : i / 2;
        if (sinew_tokenizer_read(&tokenizer, text, length, "file", NULL) == SINEW_OK) {
            good++;
            if (!sinew_tokenizer_encode(tokenizer, "ab<|endoftext|>ba", 17, true, &ids, &n, NULL))
                sinew_tokenizer_free_ids(ids);
        }
        sinew_tokenizer_free(tokenizer);
        text[i / 2] = was;
    }
    cr_assert(good > 0 && good < n_text);
    free(text);
    json_decref(root);
}

Test(tokenizer, files_and_folders)
{
    sinew_tokenizer *tokenizer;
    sinew_error error;
    char folder[4096];
    snprintf(folder, sizeof folder, "%s", getenv("SINEW_TOKENIZER"));
    *strrchr(folder, '/') = 0;
    cr_assert_eq(sinew_tokenizer_open(&tokenizer, folder, &error), SINEW_OK, "%s", error.text);
    sinew_tokenizer_free(tokenizer);
    cr_assert_eq(sinew_tokenizer_open(&tokenizer, "no/such/file", &error), SINEW_ERR_IO);
    cr_assert(strstr(error.text, "no/such/file") && !tokenizer);
    cr_assert_eq(sinew_tokenizer_open(&tokenizer, "/dev/zero", &error), SINEW_ERR_IO);
}
