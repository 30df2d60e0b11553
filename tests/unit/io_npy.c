/* npy and raw samples. */
#include <math.h>

#include "base/bytes.h"
#include "io_help.h"

TestSuite(io_npy, .init = io_make_folder, .fini = io_remove_folder);

/* An npy file of this version and dictionary, followed by n bytes of a ramp of doubles. */
static void put_npy(int version, const char *dictionary, size_t n)
{
    uint8_t bytes[4096] = "\x93NUMPY";
    size_t head = version == 1 ? 10 : 12, length = strlen(dictionary);
    bytes[6] = (uint8_t)version;
    bytes[8] = (uint8_t)length;
    bytes[9] = (uint8_t)(length >> 8);
    memcpy(bytes + head, dictionary, length);
    for (size_t i = 0; i < n / 8; i++)
        sinew_put_f64(bytes + head + length + 8 * i, (double)i);
    io_put_bytes("a.npy", bytes, head + length + n);
}

Test(io_npy, all_versions_and_spellings)
{
    static const char *const good[] = {
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }   \n",
        "{\"shape\":(3,2),\"descr\":\"<f8\",\"fortran_order\":False}\n",
        "{ 'shape' : ( 3 , 2 , ) , 'fortran_order' : False , 'descr' : '<f8' , }",
    };
    for (int version = 1; version <= 3; version++)
        for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
            put_npy(version, good[i], 48);
            double *out = io_read_all("a.npy", NULL, 3);
            for (int k = 0; k < 6; k++)
                cr_assert_eq(out[k], k);
            free(out);
        }
    put_npy(1, "{'descr': '<f8', 'fortran_order': True, 'shape': (5, 1), }", 40);
    free(io_read_all("a.npy", NULL, 5));
    put_npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (5,), }", 40);
    free(io_read_all("a.npy", NULL, 5));
    put_npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 2), }", 40);
    free(io_read_all("a.npy", NULL, 5));
    put_npy(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2), }", 0);
    free(io_read_all("a.npy", NULL, 0));
}

Test(io_npy, what_is_not_understood_is_named)
{
#define SHAPE(shape) "{'descr': '<f8', 'fortran_order': False, 'shape': " shape ", }"
    static const struct {
        const char *dictionary, *part;
    } cases[] = {
        {"{'descr': '>f8', 'fortran_order': False, 'shape': (6,), }", "'>f8'"},
        {"{'descr': '<i2', 'fortran_order': False, 'shape': (24,), }", "'<i2'"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (6,), }", "'|O'"},
        {"{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (6,), }", "records"},
        {"{'descr': '<f8', 'fortran_order': True, 'shape': (3, 2), }", "Fortran"},
        {"{'descr': '<f8', 'fortran_order': 0, 'shape': (3, 2), }", "True or False"},
        {SHAPE("()"), "0 dimensions"},
        {SHAPE("(3, 2, 1)"), "3 dimensions"},
        {SHAPE("(1, 1, 1, 1, 1, 1, 1, 1, 6)"), "fewer dimensions"},
        {SHAPE("(6)"), "tuple"},
        {SHAPE("(-6,)"), "length"},
        {SHAPE("(6.0,)"), "expected"},
        {SHAPE("(6, 0)"), "without channels"},
        {SHAPE("(7,)"), "truncated"},
        {SHAPE("(5,)"), "too long"},
        {SHAPE("(9223372036854775807,)"), "too large"},
        {SHAPE("(4611686018427387904, 4)"), "too large"},
        {SHAPE("(1, 99999999999)"), "65536 are the most"},
        {SHAPE("(1, 65537)"), "65537 channels; 65536 are the most"},
        {SHAPE("(99999999999999999999999,)"), "too large"},
        {SHAPE("(1000000000000, 2)"), "truncated"},
        {"{'descr': '<f8', 'shape': (6,), }", "no key 'fortran_order'"},
        {"{'descr': '<f8', 'descr': '<f8', 'shape': (6,), }", "second key"},
        {"{'descr': '<f8', 'extra': 1, 'shape': (6,), }", "'extra'"},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (6,), } x", "the end expected"},
        {"{'descr': '<f8'", "expected"},
        {"{'descr", "expected"},
        {"{'descr'", "expected"},
        {"{'descr':", "expected"},
        {"{", "npy header"},
        {"  ", "expected"},
        {"\x1b[31m'", "expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_npy(1, cases[i].dictionary, 48);
        io_expect_bad("a.npy", NULL, SINEW_ERR_DATA, cases[i].part);
    }
}

Test(io_npy, any_cut_is_an_error)
{
    put_npy(2, "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }\n", 48);
    size_t n;
    char *bytes = io_get_bytes("a.npy", &n);
    for (size_t cut = 0; cut < n; cut++) {
        io_put_bytes("a.npy", bytes, cut);
        io_expect_bad("a.npy", NULL, SINEW_ERR_DATA, "");
    }
    for (size_t i = 0; i < 12; i++) { /* a wrong byte in the prefix */
        char was = bytes[i];
        bytes[i] = (char)0xff;
        io_put_bytes("a.npy", bytes, n);
        io_expect_bad("a.npy", NULL, SINEW_ERR_DATA, "npy");
        bytes[i] = was;
    }
    free(bytes);
}

Test(io_npy, written_with_or_without_the_length_known)
{
    double in[12];
    for (int i = 0; i < 12; i++)
        in[i] = i / 7.0;
    char *first = NULL;
    for (int64_t said = -1; said <= 7; said++) {
        sinew_sink_opts to = {.signal = {0, 3, said, SINEW_SAMPLE_F64, 0}};
        cr_assert_eq(io_write("a.npy", &to, SINEW_SAMPLE_F64, in, 4, 3, NULL, NULL), 0);
        double *out = io_read_all("a.npy", NULL, 4);
        cr_assert_arr_eq(in, out, sizeof in);
        free(out);
        size_t n;
        char *bytes = io_get_bytes("a.npy", &n);
        cr_assert_eq(n, 128 + sizeof in);
        cr_assert_eq(n % 64, 128 % 64 + 32);
        cr_assert(!first || memcmp(first, bytes, n) == 0);
        if (first)
            free(bytes);
        else
            first = bytes;
    }
    free(first);
    sinew_sink_opts to = {.signal = {0, 3, -1, SINEW_SAMPLE_F32, 0}};
    cr_assert_eq(io_write("a.npy", &to, SINEW_SAMPLE_F64, in, 4, 3, NULL, NULL), 0);
    double *out = io_read_all("a.npy", NULL, 4);
    for (int i = 0; i < 12; i++)
        cr_assert_eq(out[i], (float)in[i]);
    free(out);
}

Test(io_npy, raw_samples)
{
    double in[] = {1, 0.1, NAN, -INFINITY, 0x1p-1074, 6};
    sinew_sink_opts to = {.signal = {0, 2, -1, SINEW_SAMPLE_F32, 0}};
    sinew_source_opts from = {.channels = 2};
    cr_assert_eq(io_write("a.f64", &to, SINEW_SAMPLE_F64, in, 3, 2, NULL, NULL), 0);
    double *out = io_read_all("a.f64", &from, 3);
    cr_assert_arr_eq(in, out, sizeof in);
    free(out);
    cr_assert_eq(io_write("a.f32", &to, SINEW_SAMPLE_F64, in, 3, 2, NULL, NULL), 0);
    out = io_read_all("a.f32", &from, 3);
    cr_assert_eq(out[1], (double)0.1f);
    free(out);
    io_expect_bad("a.f64", NULL, SINEW_ERR_ARGUMENT, "channel count");
    io_put_bytes("b.f32", "0123456789", 10);
    io_expect_bad("b.f32", &from, SINEW_ERR_DATA, "no whole number of frames");
    io_put_bytes("c.f32", "", 0);
    free(io_read_all("c.f32", &from, 0));
}
