/* daemon/wire.c: what goes out comes back, and what a stranger sends is refused in words. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

static sinewd_wire_header example(void)
{
    return (sinewd_wire_header){.epoch = "0123456789abcdef.0",
                                .seq = 41,
                                .index = 10496,
                                .rate_hz = 48000,
                                .n_frames = 256,
                                .channels = 2,
                                .dtype = SINEWD_DTYPE_F4,
                                .at = {{12, 999999999}, {1795000000, 7}},
                                .flags = SINEWD_FLAG_GAP | SINEWD_FLAG_CLIP,
                                .gap = 256,
                                .units = "V",
                                .model = "4ce94fc7274be123",
                                .latency_frames = 3};
}

static void same(const sinewd_wire_header *a, const sinewd_wire_header *b)
{
    cr_assert_str_eq(a->epoch, b->epoch);
    cr_assert_eq(a->seq, b->seq);
    cr_assert_eq(a->index, b->index);
    cr_assert_eq(a->rate_hz, b->rate_hz);
    cr_assert_eq(a->n_frames, b->n_frames);
    cr_assert_eq(a->channels, b->channels);
    cr_assert_eq(a->dtype, b->dtype);
    cr_assert_eq(a->at.mono.tv_sec, b->at.mono.tv_sec);
    cr_assert_eq(a->at.mono.tv_nsec, b->at.mono.tv_nsec);
    cr_assert_eq(a->at.wall.tv_sec, b->at.wall.tv_sec);
    cr_assert_eq(a->at.wall.tv_nsec, b->at.wall.tv_nsec);
    cr_assert_eq(a->flags, b->flags);
    cr_assert_eq(a->gap, b->gap);
    cr_assert_str_eq(a->units, b->units);
    cr_assert_str_eq(a->model, b->model);
    cr_assert_eq(a->latency_frames, b->latency_frames);
}

static void round_trip(const sinewd_wire_header *header)
{
    char part0[SINEWD_WIRE_HEADER_BYTES];
    sinewd_wire_header back;
    sinew_error error = {0};
    size_t n = sinewd_wire_encode(part0, sizeof part0, "mic/clean", header);
    cr_assert_gt(n, 0);
    size_t payload = header->n_frames * header->channels * sinewd_dtype_bytes(header->dtype);
    cr_assert_eq(sinewd_wire_decode(&back, "mic/clean", part0, n, payload, &error), SINEW_OK, "%s",
                 error.text);
    same(header, &back);
}

Test(wire, the_bytes_of_a_header_are_these)
{
    char part0[SINEWD_WIRE_HEADER_BYTES];
    sinewd_wire_header header = example();
    size_t n = sinewd_wire_encode(part0, sizeof part0, "mic/clean", &header);
    const char *expected =
        "mic/clean {\"v\":1,\"epoch\":\"0123456789abcdef.0\",\"seq\":41,\"index\":10496,"
        "\"rate\":48000,\"shape\":[256,2],\"dtype\":\"<f4\",\"t_mono\":[12,999999999],"
        "\"t_wall\":[1795000000,7],\"flags\":[\"gap\",\"clip\"],\"gap\":256,\"units\":\"V\","
        "\"model\":\"4ce94fc7274be123\",\"latency\":3}";
    cr_assert_eq(n, strlen(expected));
    cr_assert_str_eq(part0, expected);
}

Test(wire, what_goes_out_comes_back)
{
    sinewd_wire_header header = example();
    round_trip(&header);
    for (int dtype = 0; dtype < SINEWD_DTYPES; dtype++) {
        header.dtype = (sinewd_dtype)dtype;
        header.flags = 0xffu >> dtype;
        round_trip(&header);
    }
    header.n_frames = 0;
    header.units[0] = header.model[0] = 0;
    header.flags = SINEWD_FLAG_EOS;
    header.rate_hz = 1 / 3.0; /* 17 digits keep a double */
    header.index = INT64_C(1) << 60;
    round_trip(&header);
}

Test(wire, text_is_escaped)
{
    char part0[SINEWD_WIRE_HEADER_BYTES];
    sinewd_wire_header header = example(), back;
    snprintf(header.units, sizeof header.units, "\"m\\s\n\xc2\xb5");
    round_trip(&header);
    size_t n = sinewd_wire_encode(part0, sizeof part0, "t", &header);
    cr_assert_eq(sinewd_wire_decode(&back, NULL, part0, n, 2048, NULL), SINEW_OK);
    cr_assert_str_eq(back.units, "\"m\\s\n\xc2\xb5");
}

Test(wire, a_header_that_does_not_fit_is_not_written)
{
    char part0[SINEWD_WIRE_HEADER_BYTES];
    sinewd_wire_header header = example();
    size_t n = sinewd_wire_encode(part0, sizeof part0, "mic", &header);
    for (size_t room = 0; room <= n; room++)
        cr_assert_eq(sinewd_wire_encode(part0, room, "mic", &header), 0, "room %zu", room);
    cr_assert_eq(sinewd_wire_encode(part0, n + 1, "mic", &header), n);
}

/* A good header with `key` replaced by the JSON text `value` (NULL: without the key), and what
 * the decoder says of it. */
static void refused(const char *key, const char *value, const char *says)
{
    char part0[SINEWD_WIRE_HEADER_BYTES];
    sinewd_wire_header header = example(), back;
    sinewd_wire_encode(part0, sizeof part0, "t", &header);
    json_t *object = json_loads(part0 + 2, 0, NULL);
    cr_assert_not_null(object);
    json_object_del(object, key);
    char *rest = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    char text[2 * SINEWD_WIRE_HEADER_BYTES];
    int n = value ? snprintf(text, sizeof text, "t {\"%s\":%s,%s", key, value, rest + 1)
                  : snprintf(text, sizeof text, "t %s", rest);
    free(rest);
    sinew_error error = {0};
    cr_assert_eq(sinewd_wire_decode(&back, "t", text, (size_t)n, 2048, &error), SINEW_ERR_DATA,
                 "%s", text);
    cr_assert_not_null(strstr(error.text, says), "'%s' does not hold '%s'", error.text, says);
}

Test(wire, each_required_key_is_missed)
{
    static const char *const keys[] = {"v",     "epoch",  "seq",    "index", "rate", "shape",
                                       "dtype", "t_mono", "t_wall", "flags", "gap"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char says[40];
        snprintf(says, sizeof says, "%s is missing", keys[i]);
        refused(keys[i], NULL, says);
    }
}

Test(wire, wrong_values_are_refused_in_words)
{
    static const char *const cases[][3] = {
        {"v", "2", "v is 2"},
        {"v", "\"1\"", "v is not an integer"},
        {"epoch", "\"\"", "epoch is empty"},
        {"epoch", "7", "epoch is not a string"},
        {"seq", "-1", "seq is negative"},
        {"seq", "1.5", "seq is not an integer"},
        {"index", "-5", "index is negative"},
        {"index", "9223372036854775807", "index is too large"},
        {"index", "92233720368547758070", "too big"},
        {"rate", "0", "rate is not above 0"},
        {"rate", "-48000", "rate is not above 0"},
        {"rate", "1e300", "rate is not above 0 and at most"},
        {"rate", "1e999", "overflow"},
        {"rate", "NaN", "invalid token"},
        {"rate", "null", "rate is not a number"},
        {"shape", "[256]", "shape is not an array of two"},
        {"shape", "[256,2,1]", "shape is not an array of two"},
        {"shape", "256", "shape is not an array of two"},
        {"shape", "[256,0]", "no channels"},
        {"shape", "[-256,-2]", "shape is negative"},
        {"shape", "[257,2]", "is not the 2048 bytes"},
        {"shape", "[4294967296,2]", "shape is too large"},
        {"shape", "[2147483647,65536]", "is not the 2048 bytes"},
        {"shape", "[2,9000000000000000000]", "shape is too large"},
        {"dtype", "\"<f2\"", "dtype is none of"},
        {"dtype", "\">f4\"", "dtype is none of"},
        {"dtype", "\"<f8\"", "is not the 2048 bytes"},
        {"dtype", "\"a name that is far too long\"", "dtype is too long"},
        {"t_mono", "12.5", "t_mono is not an array of two"},
        {"t_mono", "[12,1000000000]", "t_mono is too large"},
        {"t_wall", "[12,-1]", "t_wall is negative"},
        {"t_wall", "[\"1\",0]", "t_wall is not an integer"},
        {"flags", "\"eos\"", "flags is not a short array of strings"},
        {"flags", "[1]", "flags is not a short array of strings"},
        {"gap", "-1", "gap is negative"},
        {"units", "[]", "units is not a string"},
        {"latency", "-1", "latency is negative"},
        {"latency", "4294967296", "latency is too large"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refused(cases[i][0], cases[i][1], cases[i][2]);
}

Test(wire, a_key_given_twice_is_refused)
{
    sinewd_wire_header back;
    sinew_error error = {0};
    static const char twice[] = "t {\"v\":1,\"v\":1}";
    cr_assert_eq(sinewd_wire_decode(&back, "t", twice, sizeof twice - 1, 0, &error),
                 SINEW_ERR_DATA);
    cr_assert_not_null(strstr(error.text, "uplicate"), "%s", error.text);
}

static void refused_bytes(const char *bytes, size_t n, const char *says)
{
    sinewd_wire_header back;
    sinew_error error = {0};
    cr_assert_eq(sinewd_wire_decode(&back, "t", bytes, n, 0, &error), SINEW_ERR_DATA);
    cr_assert_not_null(strstr(error.text, says), "'%s' does not hold '%s'", error.text, says);
}

Test(wire, what_is_no_header_is_refused)
{
    refused_bytes("", 0, "no space");
    refused_bytes("t", 1, "no space");
    refused_bytes("t ", 2, "byte");
    refused_bytes("t []", 4, "not a JSON object");
    refused_bytes("t {} x", 6, "end of file expected");
    refused_bytes("tt {}", 5, "another topic");
    refused_bytes("t\0 {}", 5, "another topic");
    refused_bytes("t \xff\xfe", 4, "byte");
    char *deep = malloc(SINEWD_WIRE_HEADER_MAX + 1);
    memset(deep, '[', SINEWD_WIRE_HEADER_MAX + 1);
    memcpy(deep, "t ", 2);
    refused_bytes(deep, SINEWD_WIRE_HEADER_MAX, "depth");
    refused_bytes(deep, SINEWD_WIRE_HEADER_MAX + 1, "too many");
    free(deep);
}

/* Each single byte of a header changed to each of some nasty ones: never a crash, and a header
 * that is accepted holds what it must. */
Test(wire, damaged_headers_do_no_harm)
{
    char part0[SINEWD_WIRE_HEADER_BYTES];
    static const char nasty[] = {0, '"', '{', '}', '[', ',', '-', '9', 'e', '\\', (char)0xff};
    sinewd_wire_header header = example(), back;
    size_t n = sinewd_wire_encode(part0, sizeof part0, "t", &header);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof nasty; k++) {
            char kept = part0[i];
            part0[i] = nasty[k];
            if (sinewd_wire_decode(&back, "t", part0, n, 2048, NULL) == SINEW_OK) {
                cr_assert_eq(back.n_frames * back.channels * sinewd_dtype_bytes(back.dtype), 2048);
                cr_assert(back.rate_hz > 0 && isfinite(back.rate_hz));
                cr_assert(back.index >= 0 && back.seq >= 0 && back.gap >= 0);
            }
            part0[i] = kept;
        }
    for (size_t short_of = 0; short_of < n; short_of++)
        cr_assert_eq(sinewd_wire_decode(&back, "t", part0, short_of, 2048, NULL), SINEW_ERR_DATA);
}

Test(wire, keys_and_flags_of_later_versions_are_ignored)
{
    char text[SINEWD_WIRE_HEADER_BYTES + 100], part0[SINEWD_WIRE_HEADER_BYTES];
    sinewd_wire_header header = example(), back;
    sinewd_wire_encode(part0, sizeof part0, "t", &header);
    char *flags = strstr(part0, "[\"gap\"");
    cr_assert_not_null(flags);
    *flags = 0;
    int n = snprintf(text, sizeof text, "%s[\"later\",%s", part0, flags + 1);
    n--; /* the last brace */
    n += snprintf(text + n, sizeof text - (size_t)n, ",\"later\":{}}");
    cr_assert_eq(sinewd_wire_decode(&back, "t", text, (size_t)n, 2048, NULL), SINEW_OK);
    cr_assert_eq(back.flags, header.flags);
}

Test(wire, samples_are_little_endian_and_integers_are_fractions)
{
    double wide[3];
    float narrow[3];
    unsigned char bytes[24];
    sinewd_wire_get_samples(wide, SINEW_SAMPLE_F64, "\x00\x80\xff\x7f\x01\x00", SINEWD_DTYPE_I2, 3);
    cr_assert_eq(wide[0], -1.0);
    cr_assert_eq(wide[1], 32767 / 32768.0);
    cr_assert_eq(wide[2], 1 / 32768.0);
    sinewd_wire_get_samples(narrow, SINEW_SAMPLE_F32, "\x00\x00\x00\x80\x00\x00\x00\x40",
                            SINEWD_DTYPE_I4, 2);
    cr_assert_eq(narrow[0], -1.0f);
    cr_assert_eq(narrow[1], 0.5f);
    sinewd_wire_put_samples(bytes, (double[]){1.0, -2.5, 1e-300}, 3, SINEW_SAMPLE_F64);
    cr_assert_eq(bytes[7], 0x3f);
    sinewd_wire_get_samples(wide, SINEW_SAMPLE_F64, bytes, SINEWD_DTYPE_F8, 3);
    cr_assert(wide[0] == 1.0 && wide[1] == -2.5 && wide[2] == 1e-300);
    sinewd_wire_put_samples(bytes, (float[]){1.0f, -2.5f}, 2, SINEW_SAMPLE_F32);
    sinewd_wire_get_samples(wide, SINEW_SAMPLE_F64, bytes, SINEWD_DTYPE_F4, 2);
    cr_assert(wide[0] == 1.0 && wide[1] == -2.5);
}
