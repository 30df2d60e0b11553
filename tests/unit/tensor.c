/* tensor: safetensors files, good and hostile, read and written; numbers as floats. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "io_help.h"
#include "sinew/tensor.h"

TestSuite(tensor, .init = io_make_folder, .fini = io_remove_folder);

/* ---- a file out of its header ---- */

typedef struct made_file {
    uint8_t at[4096];
    size_t n;
} made_file;

/* A file of this header and n bytes of data, which count up. */
static made_file make(const char *header, size_t n)
{
    made_file made = {.n = 8 + strlen(header) + n};
    sinew_put_u64(made.at, strlen(header));
    memcpy(made.at + 8, header, strlen(header));
    for (size_t i = 0; i < n; i++)
        made.at[8 + strlen(header) + i] = (uint8_t)i;
    return made;
}

static sinew_tensors *read_good(const made_file *from)
{
    sinew_tensors *tensors = NULL;
    sinew_error error = {0};
    cr_assert_eq(sinew_tensors_read(&tensors, from->at, from->n, "here", &error), SINEW_OK, "%s",
                 error.text);
    return tensors;
}

static void expect_bad(const made_file *from, const char *part)
{
    sinew_tensors *tensors = (sinew_tensors *)&tensors;
    sinew_error error = {0};
    sinew_status status = sinew_tensors_read(&tensors, from->at, from->n, "here", &error);
    cr_assert_eq(status, SINEW_ERR_DATA, "%d, not '%s'", status, part);
    cr_assert_null(tensors);
    cr_assert_not_null(strstr(error.text, part), "no '%s' in '%s'", part, error.text);
    cr_assert_eq(strncmp(error.text, "here", 4), 0, "%s", error.text);
}

static sinew_tensors *open_good(const char *name)
{
    sinew_tensors *tensors = NULL;
    sinew_error error = {0};
    cr_assert_eq(sinew_tensors_open(&tensors, io_path(name), &error), SINEW_OK, "%s", error.text);
    return tensors;
}

static void expect_unopened(const char *name, sinew_status expected, const char *part,
                            const char *other)
{
    sinew_tensors *tensors = (sinew_tensors *)&tensors;
    sinew_error error = {0};
    sinew_status status = sinew_tensors_open(&tensors, io_path(name), &error);
    cr_assert_eq(status, expected, "%d: %s", status, error.text);
    cr_assert_null(tensors);
    cr_assert_not_null(strstr(error.text, part), "no '%s' in '%s'", part, error.text);
    cr_assert_not_null(strstr(error.text, other), "no '%s' in '%s'", other, error.text);
}

/* ---- good files ---- */

Test(tensor, what_a_file_says)
{
    made_file from =
        make("{\"__metadata__\":{\"format\":\"pt\",\"\":\"x\"},"
             "\"b\":{\"data_offsets\":[0,12],\"shape\":[3,1],\"dtype\":\"F32\"},"
             "\"a.\\u0001\\u00e9\":{\"dtype\":\"I8\",\"shape\":[],\"data_offsets\":[12,13]},"
             "\"c\":{\"dtype\":\"F64\",\"shape\":[0,7],\"data_offsets\":[12,12]}}   ",
             13);
    sinew_tensors *tensors = read_good(&from);
    cr_assert_eq(sinew_tensors_count(tensors), 3);
    static const char *const names[] = {"a.\x01\xc3\xa9", "b", "c"};
    for (size_t i = 0; i < 3; i++) {
        const sinew_tensor *tensor = sinew_tensors_at(tensors, i);
        cr_assert_str_eq(tensor->name, names[i]);
        cr_assert_eq(sinew_tensors_find(tensors, names[i]), tensor);
        cr_assert_eq(tensor->file, tensors);
    }
    cr_assert_null(sinew_tensors_at(tensors, 3));
    cr_assert_null(sinew_tensors_find(tensors, "__metadata__"));
    cr_assert_null(sinew_tensors_find(tensors, ""));
    const sinew_tensor *b = sinew_tensors_find(tensors, "b");
    cr_assert_eq(b->dtype, SINEW_DTYPE_F32);
    cr_assert_eq(b->rank, 2);
    cr_assert(b->shape[0] == 3 && b->shape[1] == 1);
    cr_assert_eq(b->data, from.at + from.n - 13);
    cr_assert_eq(sinew_tensor_count(b), 3);
    cr_assert_eq(sinew_tensor_count(sinew_tensors_at(tensors, 0)), 1);
    cr_assert_eq(sinew_tensor_count(sinew_tensors_at(tensors, 2)), 0);
    cr_assert_str_eq(sinew_tensors_metadata(tensors, "format"), "pt");
    cr_assert_str_eq(sinew_tensors_metadata(tensors, ""), "x");
    cr_assert_null(sinew_tensors_metadata(tensors, "b"));
    sinew_tensors_free(tensors);
}

Test(tensor, nothing_at_all_is_a_file)
{
    made_file from = make("{}", 0);
    sinew_tensors *tensors = read_good(&from);
    cr_assert_eq(sinew_tensors_count(tensors), 0);
    cr_assert_null(sinew_tensors_at(tensors, 0));
    cr_assert_null(sinew_tensors_find(tensors, "a"));
    cr_assert_null(sinew_tensors_metadata(tensors, "a"));
    sinew_tensors_free(tensors);
    sinew_tensors_free(NULL);
    cr_assert_null(sinew_tensors_keep(NULL));
}

Test(tensor, shapes_in_words)
{
    char text[32];
    sinew_tensor tensor = {.rank = 3, .shape = {24, 768, 4}};
    cr_assert_str_eq(sinew_tensor_shape_text(&tensor, text, sizeof text), "(24, 768, 4)");
    cr_assert_str_eq(sinew_tensor_shape_text(&tensor, text, 6), "(24, ");
    tensor.rank = 0;
    cr_assert_str_eq(sinew_tensor_shape_text(&tensor, text, sizeof text), "()");
}

/* ---- hostile ones ---- */

#define ONE(dtype, shape, offsets)                                                                 \
    "{\"x\":{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}}"
#define TWO(a, b)                                                                                  \
    "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":" a                                   \
    "},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":" b "}}"

Test(tensor, hostile_headers)
{
    static const struct {
        const char *header, *part;
    } cases[] = {
        {"", "does not begin with '{'"},
        {" {}", "does not begin with '{'"},
        {"[]", "does not begin with '{'"},
        {"{", "(header):1:1: "},
        {"{} x", "(header):1:4: end of file expected"},
        {"{\"x\":nan}", "(header):1:8: "},
        {"{\"x\":\n1,,}", "(header):2:3: "},
        {"{\"\xff\":1}", "unable to decode"},
        {"{\"a\\u0000\":1}", "NUL byte in object key"},
        {"{\"x\":1,\"x\":2}", "duplicate object key"},
        {"{\"__metadata__\":{\"x\":\"\",\"x\":\"\"}}", "duplicate object key"},
        {"{\"__metadata__\":{\"x\\n\":1}}", "__metadata__: 'x?': a string expected, found 1"},
        {"{\"__metadata__\":{\"x\":null}}", "a string expected, found null"},
        {"{\"__metadata__\":[]}", "__metadata__: an object expected, found an array"},
        {"{\"x\":1}", "tensor 'x': an object expected, found 1"},
        {"{\"x\":{}}", "tensor 'x': dtype: a string expected, found nothing"},
        {"{\"x\\u001b[31m\":{}}", "tensor 'x?[31m': dtype"},
        {"{\"x\":{\"dtype\":\"U8\"}}", "shape: an array expected, found nothing"},
        {"{\"x\":{\"dtype\":\"U8\",\"shape\":[8]}}",
         "data_offsets: [begin, end] expected, found n"},
        {"{\"x\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8],\"at\":1}}",
         "tensor 'x': unknown key 'at'"},
        {ONE("3", "[8]", "[0,8]"), "dtype: a string expected, found 3"},
        {ONE("\"f32\"", "[2]", "[0,8]"), "dtype 'f32' is not read; F32,"},
        {ONE("\"F8_E4M3\"", "[8]", "[0,8]"), "tensor 'x': dtype 'F8_E4M3' is not read"},
        {ONE("\"U64\"", "[1]", "[0,8]"), "dtype 'U64' is not read"},
        {ONE("\"U8\"", "8", "[0,8]"), "shape: an array expected, found 8"},
        {ONE("\"U8\"", "[-8]", "[0,8]"), "shape: whole numbers from 0 on expected, found -8"},
        {ONE("\"U8\"", "[8.0]", "[0,8]"), "whole numbers from 0 on expected, found 8.0"},
        {ONE("\"U8\"", "[\"8\"]", "[0,8]"), "whole numbers from 0 on expected, found a string"},
        {ONE("\"U8\"", "[1e1]", "[0,8]"), "expected, found 10.0"},
        {ONE("\"U8\"", "[99999999999999999999]", "[0,8]"), "too big integer"},
        {ONE("\"U8\"", "[1,1,1,1,1,1,1,1,8]", "[0,8]"), "9 dimensions; 8 are the most"},
        {ONE("\"U8\"", "[4294967296,4294967296]", "[0,0]"), "(4294967296, 4294967296) is too lar"},
        {ONE("\"U8\"", "[4611686018427387904,4,2]", "[0,8]"), "is too large"},
        {ONE("\"F64\"", "[2305843009213693952]", "[0,0]"), "is too large"},
        {ONE("\"F64\"", "[0,2305843009213693952]", "[0,0]"), "is too large"},
        {ONE("\"U8\"", "[9223372036854775807]", "[0,8]"), "are 9223372036854775807 bytes"},
        {ONE("\"U8\"", "[8]", "8"), "data_offsets: [begin, end] expected, found 8"},
        {ONE("\"U8\"", "[8]", "[8]"), "data_offsets: [begin, end] expected, two whole"},
        {ONE("\"U8\"", "[8]", "[0,8,8]"), "data_offsets: [begin, end] expected, two whole"},
        {ONE("\"U8\"", "[8]", "[-8,0]"), "data_offsets: [begin, end] expected, two whole"},
        {ONE("\"U8\"", "[8]", "[0,8.0]"), "data_offsets: [begin, end] expected, two whole"},
        {ONE("\"U8\"", "[8]", "[8,0]"), "begins at byte 8, ends at 0"},
        {ONE("\"U8\"", "[9]", "[0,9]"), "ends at byte 9 of the data, of which the file has 8"},
        {ONE("\"U8\"", "[8]", "[9223372036854775799,9223372036854775807]"), "truncated?"},
        {ONE("\"F32\"", "[2, 2]", "[0,8]"),
         "F32 of shape (2, 2) are 16 bytes, data_offsets have 8"},
        {ONE("\"U8\"", "[]", "[0,8]"), "U8 of shape () are 1 bytes"},
        {ONE("\"U8\"", "[4]", "[0,4]"), "the last 4 bytes of the data are no tensor's"},
        {ONE("\"U8\"", "[4]", "[4,8]"), "the bytes 0 to 4 of the data, before tensor 'x', are no"},
        {"{}", "the last 8 bytes of the data are no tensor's"},
        {TWO("[0,4]", "[3,7]"), "tensors 'a' and 'b' overlap: one ends at byte 4, the other begi"},
        {TWO("[0,4]", "[0,4]"), "overlap"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        made_file from = make(cases[i].header, 8);
        expect_bad(&from, cases[i].part);
    }
    /* an empty tensor within another one */
    made_file from = make("{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]},"
                          "\"b\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[4,4]}}",
                          8);
    expect_bad(&from, "overlap");
}

Test(tensor, hostile_lengths)
{
    made_file from = make(ONE("\"U8\"", "[8]", "[0,8]"), 8);
    sinew_tensors_free(read_good(&from));
    size_t whole = from.n;
    for (from.n = 0; from.n < 8; from.n++)
        expect_bad(&from, "bytes are no safetensors file");
    for (; from.n < whole - 8; from.n++)
        expect_bad(&from, "but the file ends after");
    for (; from.n < whole; from.n++)
        expect_bad(&from, "tensor 'x': ends at byte 8");
    static const uint64_t lengths[] = {100000001, UINT64_MAX, UINT64_MAX - 7, UINT64_C(1) << 63};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        sinew_put_u64(from.at, lengths[i]);
        expect_bad(&from, "not a safetensors file?");
    }
    sinew_put_u64(from.at, 100000000);
    expect_bad(&from, "a header of 100000000 bytes, but the file ends after");
}

/* Deep nesting ends in a message, not in a stack that is full. */
Test(tensor, nesting)
{
    size_t n = 1 << 20;
    uint8_t *deep = malloc(n);
    memset(deep, '[', n);
    sinew_put_u64(deep, n - 8);
    memcpy(deep + 8, "{\"x\":", 5);
    sinew_tensors *tensors = NULL;
    sinew_error error;
    cr_assert_eq(sinew_tensors_read(&tensors, deep, n, "here", &error), SINEW_ERR_DATA);
    cr_assert_not_null(strstr(error.text, "maximum parsing depth reached"), "%s", error.text);
    free(deep);
}

/* ---- numbers ---- */

/* IEEE 754-2008, 3.4, as it stands there: (-1)^s 2^(e - 15) (1 + f / 1024). */
static double half_by_definition(uint16_t half)
{
    int exponent = half >> 10 & 31, fraction = half & 1023;
    double sign = half >> 15 ? -1 : 1;
    if (exponent == 31)
        return fraction ? NAN : sign * INFINITY;
    return sign * (exponent ? ldexp(1 + fraction / 1024.0, exponent - 15) : ldexp(fraction, -24));
}

static void expect_float(float found, double expected, unsigned bits)
{
    if (isnan(expected))
        cr_assert(isnan(found), "%x", bits);
    else
        cr_assert(found == (float)expected && !signbit(found) == !signbit(expected), "%x: %g", bits,
                  (double)found);
}

Test(tensor, every_half)
{
    static uint8_t raw[1 + 2 * 65536];
    static float half[65536], brain[65536];
    for (unsigned i = 0; i < 65536; i++)
        raw[1 + 2 * i] = (uint8_t)i, raw[2 + 2 * i] = (uint8_t)(i >> 8);
    sinew_tensor tensor = {.dtype = SINEW_DTYPE_F16, .rank = 1, .shape = {65536}, .data = raw + 1};
    sinew_tensor_floats(&tensor, 0, 65536, half);
    tensor.dtype = SINEW_DTYPE_BF16;
    sinew_tensor_floats(&tensor, 0, 65536, brain);
    for (unsigned i = 0; i < 65536; i++) {
        expect_float(half[i], half_by_definition((uint16_t)i), i);
        cr_assert_eq(sinew_get_u32((const uint8_t *)&brain[i]), i << 16, "%x", i);
    }
    sinew_tensor_floats(&tensor, 0x3f80, 1, brain);
    cr_assert_eq(brain[0], 1);
    sinew_tensor_floats(&tensor, 65536, 0, brain);
}

Test(tensor, other_numbers)
{
    static const struct {
        sinew_dtype dtype;
        const char *bytes;
        float value;
    } cases[] = {
        {SINEW_DTYPE_F32, "\x00\x00\x80\x3f", 1},
        {SINEW_DTYPE_F32, "\x01\x00\x00\x80", -0x1p-149f},
        {SINEW_DTYPE_F64, "\x9a\x99\x99\x99\x99\x99\xb9\xbf", -0.1f},
        {SINEW_DTYPE_I64, "\xff\xff\xff\xff\xff\xff\xff\x7f", 0x1p63f},
        {SINEW_DTYPE_I64, "\xfe\xff\xff\xff\xff\xff\xff\xff", -2},
        {SINEW_DTYPE_I32, "\x00\x00\x00\x80", -0x1p31f},
        {SINEW_DTYPE_I16, "\x01\x80", -32767},
        {SINEW_DTYPE_I8, "\x80", -128},
        {SINEW_DTYPE_U8, "\x80", 128},
        {SINEW_DTYPE_BOOL, "\x02", 1},
        {SINEW_DTYPE_BOOL, "\x00", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t raw[24] = {0};
        size_t bytes = sinew_dtype_bytes(cases[i].dtype);
        memcpy(raw + 1 + bytes, cases[i].bytes, bytes);
        sinew_tensor tensor = {.dtype = cases[i].dtype, .rank = 1, .shape = {2}, .data = raw + 1};
        float out[2];
        sinew_tensor_floats(&tensor, 0, 2, out);
        cr_assert(out[0] == 0 && out[1] == cases[i].value, "%zu: %g", i, (double)out[1]);
        sinew_tensor_floats(&tensor, 1, 1, out);
        cr_assert_eq(out[0], cases[i].value);
    }
    cr_assert_str_eq(sinew_dtype_name(SINEW_DTYPE_BF16), "BF16");
    cr_assert_null(sinew_dtype_name((sinew_dtype)10));
    cr_assert_eq(sinew_dtype_bytes((sinew_dtype)-1), 0);
}

/* ---- memory that others own ---- */

Test(tensor, every_owner_is_counted)
{
    made_file from = make(ONE("\"U8\"", "[8]", "[0,8]"), 8);
    io_put_bytes("a.safetensors", from.at, from.n);
    sinew_tensors *tensors = open_good("a.safetensors");
    cr_assert_eq(sinew_tensors_keep(tensors), tensors);
    sinew_tensors_free(tensors);
    unlink(io_path("a.safetensors"));
    cr_assert_eq(((const uint8_t *)sinew_tensors_at(tensors, 0)->data)[7], 7);
    sinew_tensors_free(tensors);
}

/* ---- folders and shards ---- */

static void put_shard(const char *name, const char *header)
{
    made_file from = make(header, 4);
    io_put_bytes(name, from.at, from.n);
}

#define INDEX "model.safetensors.index.json"
#define SHARD(name) "{\"" name "\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}"

static void put_two_shards(void)
{
    put_shard("1.safetensors",
              "{\"__metadata__\":{\"format\":\"pt\"},\"b\":{\"dtype\":\"U8\",\"shape\":"
              "[4],\"data_offsets\":[0,4]}}");
    put_shard("2.safetensors", "{\"c\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]},"
                               "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}");
    io_put_text(INDEX, "{\"metadata\":{\"total_size\":8},\"weight_map\":{\"c\":\"2.safetensors\","
                       "\"b\":\"1.safetensors\",\"a\":\"2.safetensors\"}}");
}

Test(tensor, shards_are_one)
{
    put_two_shards();
    static const char *const paths[] = {"", INDEX};
    for (size_t i = 0; i < 2; i++) {
        sinew_tensors *tensors = open_good(paths[i]);
        cr_assert_eq(sinew_tensors_count(tensors), 3);
        for (size_t k = 0; k < 3; k++) {
            const sinew_tensor *tensor = sinew_tensors_at(tensors, k);
            cr_assert_eq(tensor->name[0], 'a' + (char)k);
            cr_assert_eq(sinew_tensors_find(tensors, tensor->name), tensor);
        }
        cr_assert_eq(*(const uint8_t *)sinew_tensors_find(tensors, "c")->data, 1);
        cr_assert_str_eq(sinew_tensors_metadata(tensors, "format"), "pt");
        sinew_tensors_free(tensors);
    }
    /* a whole model in one file goes first */
    put_shard("model.safetensors", SHARD("whole"));
    sinew_tensors *tensors = open_good("");
    cr_assert_not_null(sinew_tensors_find(tensors, "whole"));
    sinew_tensors_free(tensors);
}

Test(tensor, hostile_indices)
{
#define MAP(lines) "{\"weight_map\":{" lines "}}"
    static const struct {
        const char *index, *part, *other;
    } cases[] = {
        {"", INDEX ":1:0: ", ""},
        {"[]", INDEX ": an object expected", ""},
        {"{\"weight_map\":\n{,}}", INDEX ":2:2: ", ""},
        {"{}", "weight_map: an object expected, found nothing", ""},
        {"{\"weight_map\":[]}", "weight_map: an object expected, found an array", ""},
        {MAP("\"a\":1"), "'a': the name of a file expected, found 1", ""},
        {MAP("\"a\":\"\""), "'a' is in '', which is no file of this folder", ""},
        {MAP("\"a\":\"..\""), "'a' is in '..', which is no file of this folder", ""},
        {MAP("\"a\":\".\""), "'a' is in '.', which is no file of this folder", ""},
        {MAP("\"a\":\"../1.safetensors\""), "'../1.safetensors', which is no file of", ""},
        {MAP("\"a\":\"x/1.safetensors\""), "'x/1.safetensors', which is no file of", ""},
        {MAP("\"a\":\"/etc/passwd\""), "'/etc/passwd', which is no file of", ""},
        {MAP("\"a\":\"3.safetensors\""), "3.safetensors: No such file", ""},
        {MAP("\"a\":\"" INDEX "\""), INDEX ": a header of ", "not a safetensors file?"},
        {MAP("\"a\":\"1.safetensors\",\"b\":\"1.safetensors\""), INDEX ": tensor 'a' is to be in",
         "'1.safetensors', which lacks it"},
        {MAP("\"b\":\"1.safetensors\",\"d\":\"1.safetensors\""), INDEX ": tensor 'd' is to be in",
         "'1.safetensors', which lacks it"},
        {MAP("\"b\":\"1.safetensors\",\"c\":\"2.safetensors\""), INDEX ": tensor 'a' is in",
         "'2.safetensors', but not by this index"},
        {MAP("\"a\":\"2.safetensors\",\"b\":\"2.safetensors\",\"c\":\"2.safetensors\""),
         INDEX ": tensor 'b' is to be in", "'2.safetensors', which lacks it"},
        {MAP("\"a\":\"2.safetensors\",\"a\":\"1.safetensors\""), "duplicate object key", ""},
    };
    put_two_shards();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        io_put_text(INDEX, cases[i].index);
        bool missing = strstr(cases[i].part, "No such file") != NULL;
        expect_unopened("", missing ? SINEW_ERR_IO : SINEW_ERR_DATA, cases[i].part, cases[i].other);
    }
}

Test(tensor, what_is_no_file)
{
    expect_unopened("none", SINEW_ERR_IO, "none: No such file or directory", "");
    expect_unopened("", SINEW_ERR_IO, "holds neither model.safetensors nor " INDEX, io_folder);
    io_put_bytes("a.safetensors", "", 0);
    expect_unopened("a.safetensors", SINEW_ERR_DATA, "a.safetensors: 0 bytes are no", "");
    cr_assert_eq(mkfifo(io_path("p.safetensors"), 0600), 0);
    expect_unopened("p.safetensors", SINEW_ERR_IO, "p.safetensors: is no regular file", "");
    symlink("nowhere", io_path("model.safetensors"));
    expect_unopened("model.safetensors", SINEW_ERR_IO, "No such file", "");
}

/* ---- writing ---- */

static const float some_floats[] = {1, -2, 3.5f, 0, 5, INFINITY};
static const uint8_t some_bytes[] = {1, 2, 3};
static const sinew_tensor some[] = {
    {.name = "u8", .dtype = SINEW_DTYPE_U8, .rank = 1, .shape = {3}, .data = some_bytes},
    {.name = "z\n\"\\\xc3\xa9", .rank = 2, .shape = {2, 3}, .data = some_floats},
    {.name = "a", .rank = 0, .data = some_floats + 2},
    {.name = "none", .dtype = SINEW_DTYPE_F64, .rank = 2, .shape = {4, 0}},
};
static const sinew_metadata said[] = {{"z", "\t"}, {"format", "pt"}};

Test(tensor, written_and_read)
{
    sinew_error error = {0};
    sinew_status status = sinew_tensors_write(io_path("a.safetensors"), some, 4, said, 2, &error);
    cr_assert_eq(status, SINEW_OK, "%s", error.text);
    sinew_tensors *tensors = open_good("a.safetensors");
    cr_assert_eq(sinew_tensors_count(tensors), 4);
    for (size_t i = 0; i < 4; i++) {
        const sinew_tensor *found = sinew_tensors_find(tensors, some[i].name);
        cr_assert_not_null(found, "%s", some[i].name);
        cr_assert_eq(found->dtype, some[i].dtype);
        cr_assert_eq(found->rank, some[i].rank);
        cr_assert_arr_eq(found->shape, some[i].shape, found->rank * sizeof *found->shape);
        size_t bytes = sinew_dtype_bytes(found->dtype);
        cr_assert_eq((uintptr_t)found->data % bytes, 0, "%s is not aligned", found->name);
        if (some[i].data)
            cr_assert_arr_eq(found->data, some[i].data, sinew_tensor_count(found) * bytes);
    }
    cr_assert_eq((uintptr_t)sinew_tensors_find(tensors, "none")->data % 64, 0);
    cr_assert_str_eq(sinew_tensors_metadata(tensors, "z"), "\t");
    cr_assert_str_eq(sinew_tensors_metadata(tensors, "format"), "pt");

    /* onto the file that is read from, in another order: the same bytes, and what was mapped stays
     */
    size_t n_first, n_second;
    char *first = io_get_bytes("a.safetensors", &n_first);
    sinew_tensor back[4];
    for (size_t i = 0; i < 4; i++)
        back[i] = *sinew_tensors_at(tensors, 3 - i);
    const sinew_metadata turned[] = {said[1], said[0]};
    cr_assert_eq(sinew_tensors_write(io_path("a.safetensors"), back, 4, turned, 2, &error), 0);
    char *second = io_get_bytes("a.safetensors", &n_second);
    cr_assert_eq(n_first, n_second);
    cr_assert_arr_eq(first, second, n_first);
    cr_assert_eq(((const float *)sinew_tensors_find(tensors, "a")->data)[0], 3.5f);
    cr_assert_eq(io_count_files(false), 1);
    free(first);
    free(second);
    sinew_tensors_free(tensors);
}

Test(tensor, nothing_written)
{
    cr_assert_eq(sinew_tensors_write(io_path("a.safetensors"), NULL, 0, NULL, 0, NULL), SINEW_OK);
    sinew_tensors *tensors = open_good("a.safetensors");
    cr_assert_eq(sinew_tensors_count(tensors), 0);
    sinew_tensors_free(tensors);
}

static void expect_unwritten(sinew_tensor tensor, const sinew_metadata *metadata, const char *part)
{
    sinew_error error = {0};
    const sinew_tensor both[] = {some[2], tensor};
    sinew_status status =
        sinew_tensors_write(io_path("a.safetensors"), both, 2, metadata, metadata != NULL, &error);
    cr_assert_eq(status, SINEW_ERR_ARGUMENT, "%d, not '%s'", status, part);
    cr_assert_not_null(strstr(error.text, part), "no '%s' in '%s'", part, error.text);
    cr_assert_eq(io_count_files(false), 0);
}

Test(tensor, what_cannot_be_written)
{
    sinew_tensor good = some[0], bad = good;
    expect_unwritten(some[2], NULL, "'a' is to be written twice");
    bad.name = "a"; /* of another type, so not beside the other one */
    expect_unwritten(bad, NULL, "'a' is to be written twice");
    bad.name = NULL;
    expect_unwritten(bad, NULL, "has no name");
    bad.name = "__metadata__";
    expect_unwritten(bad, NULL, "tensor '__metadata__': this name is not a tensor's");
    bad.name = "\xff";
    expect_unwritten(bad, NULL, "is not UTF-8");
    bad = good;
    bad.data = NULL;
    expect_unwritten(bad, NULL, "tensor 'u8': it has no data");
    bad = good;
    bad.rank = 9;
    expect_unwritten(bad, NULL, "tensor 'u8': it has too many dimensions");
    bad = good;
    bad.dtype = (sinew_dtype)10;
    expect_unwritten(bad, NULL, "tensor 'u8': its dtype is none");
    bad = good;
    bad.shape[0] = UINT64_MAX;
    expect_unwritten(bad, NULL, "tensor 'u8': its shape is too large");
    expect_unwritten(good, &(sinew_metadata){"a", NULL}, "without a key or a value");
    expect_unwritten(good, &(sinew_metadata){"a", "\xc0\x80"}, "not UTF-8");
    sinew_error error = {0};
    const sinew_metadata twice[] = {{"k", "1"}, {"k", "2"}};
    cr_assert_eq(sinew_tensors_write(io_path("a"), some, 4, twice, 2, &error), SINEW_ERR_ARGUMENT);
    cr_assert_not_null(strstr(error.text, "'k' is to be written twice"), "%s", error.text);
    cr_assert_eq(sinew_tensors_write(io_path("no/a"), some, 4, NULL, 0, &error), SINEW_ERR_IO);
    cr_assert_eq(sinew_tensors_write("/dev/full", some, 4, NULL, 0, &error), SINEW_ERR_IO);
    cr_assert_not_null(strstr(error.text, "/dev/full: No space left"), "%s", error.text);
}

/* As many as a large checkpoint has: found by name, none for what is near. */
Test(tensor, many)
{
    enum { MANY = 20000 };
    static char names[MANY][24];
    static sinew_tensor tensors[MANY];
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "layers.%d", (i * 7919) % MANY);
        tensors[i] = (sinew_tensor){.name = names[i], .rank = 1, .shape = {1}, .data = some_floats};
    }
    cr_assert_eq(sinew_tensors_write(io_path("a"), tensors, MANY, NULL, 0, NULL), SINEW_OK);
    sinew_tensors *file = open_good("a");
    cr_assert_eq(sinew_tensors_count(file), MANY);
    for (size_t i = 0; i < MANY; i++) {
        cr_assert_str_eq(sinew_tensors_find(file, names[i])->name, names[i]);
        if (i > 0)
            cr_assert_lt(
                strcmp(sinew_tensors_at(file, i - 1)->name, sinew_tensors_at(file, i)->name), 0);
    }
    cr_assert_null(sinew_tensors_find(file, "layers.20000"));
    cr_assert_null(sinew_tensors_find(file, "layers."));
    sinew_tensors_free(file);
}
