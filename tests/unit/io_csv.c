/* csv: what is a number, where an error is, irregular time. */
#include <locale.h>
#include <math.h>

#include "io_help.h"

TestSuite(io_csv, .init = io_make_folder, .fini = io_remove_folder);

static void expect_samples(const char *text, const double *expected, size_t frames,
                           uint32_t channels)
{
    io_put_text("a.csv", text);
    double *out = io_read_all("a.csv", NULL, frames);
    for (size_t i = 0; i < frames * channels; i++)
        cr_assert(out[i] == expected[i] || (isnan(out[i]) && isnan(expected[i])),
                  "sample %zu of \"%s\" is %.17g", i, text, out[i]);
    free(out);
}

Test(io_csv, rows_are_frames)
{
    double two[] = {1, -2.5, 3e-7, 4};
    expect_samples("1,-2.5\n3e-7,4\n", two, 2, 2);
    expect_samples("1,-2.5\n3e-7,4", two, 2, 2);
    expect_samples("1,-2.5\r\n3e-7,4\r\n", two, 2, 2);
    expect_samples("  1 ,\t-2.5\n +3.0E-07 , 4. \n\n", two, 2, 2);
    expect_samples("1,-2.5\n3e-7,4\r\n\r\n \n", two, 2, 2);
    expect_samples("left,right\n1,-2.5\n3e-7,4\n", two, 2, 2);
    expect_samples("\"left, or so\",right, and more\n1,-2.5\n3e-7,4\n", two, 2, 2);
    expect_samples("\xef\xbb\xbf"
                   "1,-2.5\n3e-7,4\n",
                   two, 2, 2);
    expect_samples("\xef\xbb\xbflinks,r\xc3\xa4"
                   "chts\r\n1,-2.5\r\n3e-7,4\r\n",
                   two, 2, 2);
    double odd[] = {NAN, INFINITY, -INFINITY, 5e-324, 1.7976931348623157e308, -0.0};
    expect_samples("nan\nInf\n-infinity\n5e-324\n1.7976931348623157e308\n-0", odd, 6, 1);
}

Test(io_csv, errors_have_a_place)
{
    static const struct {
        const char *text, *place;
    } cases[] = {
        {"1,2\n3\n", "a.csv:2:1: "},
        {"1,2\n3,4,5\n", "a.csv:2:5: "},
        {"1,2\n3,\n", "a.csv:2:3: empty"},
        {"1,2\n,3\n", "a.csv:2:1: empty"},
        {"1,2\n3, x4\n", "a.csv:2:4: 'x4'"},
        {"1,2\n\n3,4\n", "a.csv:2:1: empty line"},
        {"a,b\n1,2\n3,0x10\n", "a.csv:3:3: "},
        {"1,2\n3,1e999\n", "a.csv:2:3: '1e999' is beyond"},
        {"1,abc\n1,2\n", "a.csv:1:3: 'abc'"},
        {"a\nb\n1\n", "a.csv:2:1: 'b'"},
        {"1 2\n3 4\n5 6\n", "a.csv:1:1: '1 2' is not"},
        {"1\n2,5\n", "a.csv:2:3: "},
        {"1\n1.2.3\n", "a.csv:2:1: "},
        {"1\n--2\n", "a.csv:2:1: "},
        {"1\nnan(7)\n", "a.csv:2:1: "},
        {"\xef\xbb"
         "1\n",
         "a.csv:1:1: "},
        {"\xff\xfe"
         "1\n\xff\n",
         "a.csv:2:1: "},
        {"", "is empty"},
        {"a,b\n", "no row"},
        {"1\r2\r3\r", "a.csv:1:1: '1?2?3' holds a carriage return alone"},
        {"a,b\r1,2\r3,4\r", "a.csv:1:3: a carriage return alone"},
        {"left\r1\r2\r", "a.csv:1:1: a carriage return alone"},
        {"1\n2\r3\n", "a.csv:2:1: '2?3' holds"},
        {"1e999\n1\n2\n", "a.csv:1:1: '1e999' is beyond"},
        {"-1e999,b\n1,1\n", "a.csv:1:1: '-1e999' is beyond"},
        {"0x10\n1\n2\n", "a.csv:1:1: '0x10' is not a number"},
        {"a;b\n0;0,5\n",
         "a.csv:2:1: '0;0' is not a number: commas separate columns, and points decimals"},
        {"a b\n0 1\n",
         "a.csv:2:1: '0 1' is not a number: commas separate columns, and points decimals"},
        {"+.x\n1\n", "a.csv:1:1: '+.x' is not"},
        {"1;2\n3;4\n", "a.csv:1:1: '1;2' is not"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        io_put_text("a.csv", cases[i].text);
        io_expect_bad("a.csv", NULL, SINEW_ERR_DATA, cases[i].place);
    }
    io_put_bytes("a.csv", "1,2\n3\0,4\n", 9);
    io_expect_bad("a.csv", NULL, SINEW_ERR_DATA, "a.csv:2:1: ");
    io_put_bytes("a.csv", "\0\0\0\0", 4);
    io_expect_bad("a.csv", NULL, SINEW_ERR_DATA, "NUL");
    char digits[600];
    memset(digits, '1', sizeof digits);
    io_put_bytes("a.csv", digits, sizeof digits);
    io_expect_bad("a.csv", NULL, SINEW_ERR_DATA, "a.csv:1:1: ");
    io_expect_bad("a.csv", NULL, SINEW_ERR_DATA, "is too long for a number");
}

Test(io_csv, long_fields_and_rows)
{
    enum { COLUMNS = 5000 };
    char *text = calloc(1, 4 * COLUMNS + 4000), *at = text;
    if (!text)
        abort();
    memset(at, 'h', 3000); /* a long header is a header */
    at += 3000;
    *at++ = '\n';
    for (int row = 0; row < 2; row++)
        for (int c = 0; c < COLUMNS; c++)
            at += sprintf(at, "%d%c", c % 7, c == COLUMNS - 1 ? '\n' : ',');
    io_put_text("a.csv", text);
    double *out = io_read_all("a.csv", NULL, 2);
    for (int i = 0; i < 2 * COLUMNS; i++)
        cr_assert_eq(out[i], i % COLUMNS % 7);
    free(out);
    sprintf(text, "1\n0.%0490d1e400\n", 0);
    io_put_text("a.csv", text);
    out = io_read_all("a.csv", NULL, 2);
    cr_assert_float_eq(out[1] / 1e-91, 1, 1e-15);
    free(out);
    sprintf(text, "1\n0.%02000d\n", 0);
    io_put_text("a.csv", text);
    io_expect_bad("a.csv", NULL, SINEW_ERR_DATA, "a.csv:2:1: ");
    free(text);
}

Test(io_csv, doubles_and_floats_come_back_in_any_locale)
{
    double in[] = {0.1, -1.0 / 3, 5e-324, 1.7976931348623157e308, NAN, -INFINITY, 0, -0.0};
    float narrow[] = {0.1f, -1.0f / 3, 1e-45f, 3.4028235e38f, NAN, INFINITY, 0, -0.0f};
    sinew_sink_opts to = {.signal = {.channels = 2, .frames = -1}};
    /* where it is installed a comma is the decimal point from here on */
    setlocale(LC_ALL, "de_DE.UTF-8");
    for (size_t n_block = 1; n_block <= 4; n_block++) {
        cr_assert_eq(io_write("a.csv", &to, SINEW_SAMPLE_F64, in, 4, n_block, NULL, NULL), 0);
        double *out = io_read_all("a.csv", NULL, 4);
        for (size_t i = 0; i < 8; i++)
            cr_assert(memcmp(&out[i], &in[i], 8) == 0 || (isnan(out[i]) && isnan(in[i])));
        free(out);
    }
    size_t n;
    char *text = io_get_bytes("a.csv", &n);
    cr_assert_str_eq(text, "0.10000000000000001,-0.33333333333333331\n"
                           "4.9406564584124654e-324,1.7976931348623157e+308\n"
                           "nan,-inf\n0,-0\n");
    free(text);
    cr_assert_eq(io_write("b.csv", &to, SINEW_SAMPLE_F32, narrow, 4, 3, NULL, NULL), 0);
    double *out = io_read_all("b.csv", NULL, 4);
    for (size_t i = 0; i < 8; i++)
        cr_assert((float)out[i] == narrow[i] || isnan(narrow[i]));
    free(out);
}

Test(io_csv, a_time_column_gives_steps_and_is_written_back)
{
    io_put_text("a.csv", "t,x\n0.5,1\n0.75,2\n2,3\n2.125,4\n");
    sinew_source *source;
    sinew_sink *sink;
    sinew_source_opts from = {.time_column = true};
    cr_assert_eq(sinew_source_open(&source, io_path("a.csv"), &from, NULL), 0);
    cr_assert_eq(sinew_source_signal(source)->channels, 1);
    sinew_sink_opts to = {.signal = *sinew_source_signal(source), .time_column = true};
    cr_assert_eq(sinew_sink_open(&sink, io_path("b.csv"), &to, NULL), 0);
    static const double steps[] = {0, 0.25, 1.25, 0.125};
    for (int turn = 0; turn < 2; turn++) {
        size_t at = 0;
        double samples[3];
        sinew_block block = {.samples = samples};
        while (sinew_source_read(source, SINEW_SAMPLE_F64, 3, &block, NULL) == 0 &&
               block.n_frames > 0) {
            cr_assert_arr_eq(block.step_s, steps + at, block.n_frames * sizeof *steps);
            for (size_t i = 0; i < block.n_frames; i++)
                cr_assert_eq(samples[i], (double)(at + i + 1));
            if (turn == 1)
                cr_assert_eq(sinew_sink_write(sink, SINEW_SAMPLE_F64, &block,
                                              sinew_source_times(source), NULL),
                             0);
            at += block.n_frames;
        }
        cr_assert_eq(at, 4);
        cr_assert_eq(sinew_source_rewind(source, NULL), 0);
    }
    double sample = 0;
    sinew_block one = {.samples = &sample, .n_frames = 1, .channels = 1};
    cr_assert_eq(sinew_sink_write(sink, SINEW_SAMPLE_F64, &one, NULL, NULL), SINEW_ERR_ARGUMENT);
    cr_assert_eq(sinew_sink_commit(sink, NULL), 0);
    sinew_sink_close(sink);
    sinew_source_close(source);
    size_t n;
    char *text = io_get_bytes("b.csv", &n);
    cr_assert_str_eq(text, "0.5,1\n0.75,2\n2,3\n2.125,4\n");
    free(text);
}

Test(io_csv, time_runs_forward)
{
    static const char *const bad[] = {"1,0\n2,0\n2,0\n", "1,0\n2,0\n1.5,0\n", "1,0\n2,0\nnan,0\n",
                                      "1,0\n2,0\ninf,0\n"};
    sinew_source_opts from = {.time_column = true};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        io_put_text("a.csv", bad[i]);
        io_expect_bad("a.csv", &from, SINEW_ERR_DATA, "a.csv:3:1: the time");
    }
    io_put_text("a.csv", "1\n2\n");
    io_expect_bad("a.csv", &from, SINEW_ERR_DATA, "no column beside the time");
}

/* The first step counts from the frame that another file ended with. */
Test(io_csv, a_time_column_goes_on)
{
    double sample;
    sinew_block block = {.samples = &sample};
    sinew_source *source;
    sinew_source_opts from = {.time_column = true};
    sinew_error error;
    io_put_text("a.csv", "t,x\n2,1\n3.5,2\n");
    cr_assert_eq(sinew_source_open(&source, io_path("a.csv"), &from, NULL), 0);
    cr_assert_eq(sinew_source_continue(source, 1.25, NULL), 0);
    cr_assert_eq(sinew_source_read(source, SINEW_SAMPLE_F64, 1, &block, NULL), 0);
    cr_assert_eq(block.step_s[0], 0.75);
    cr_assert_eq(sinew_source_rewind(source, NULL), 0); /* a new beginning */
    cr_assert_eq(sinew_source_read(source, SINEW_SAMPLE_F64, 1, &block, NULL), 0);
    cr_assert_eq(block.step_s[0], 0);
    cr_assert_eq(sinew_source_rewind(source, NULL), 0);
    cr_assert_eq(sinew_source_continue(source, 2, NULL), 0);
    cr_assert_eq(sinew_source_read(source, SINEW_SAMPLE_F64, 1, &block, &error), SINEW_ERR_DATA);
    cr_assert_not_null(strstr(error.text, "a.csv:2:1: the time 2 does not come after 2"));
    cr_assert_eq(sinew_source_continue(source, NAN, NULL), SINEW_ERR_ARGUMENT);
    sinew_source_close(source);
    cr_assert_eq(sinew_source_open(&source, io_path("a.csv"), NULL, NULL), 0);
    cr_assert_eq(sinew_source_continue(source, 1, NULL), SINEW_ERR_ARGUMENT);
    sinew_source_close(source);
}

Test(io_csv, empty_fields_are_missing_where_they_may_be)
{
    sinew_source_opts from = {.missing = true}, timed = {.missing = true, .time_column = true};
    static const double expected[] = {NAN, 1, 2, NAN, NAN, NAN};
    io_put_text("a.csv", "x,y\n,1\n2, \n,\n");
    double *out = io_read_all("a.csv", &from, 3);
    for (int i = 0; i < 6; i++)
        cr_assert(out[i] == expected[i] || (isnan(out[i]) && isnan(expected[i])), "%d", i);
    free(out);
    io_expect_bad("a.csv", NULL, SINEW_ERR_DATA, "a.csv:2:1: empty field");
    io_expect_bad("a.csv", &timed, SINEW_ERR_DATA, "a.csv:2:1: empty field");
    io_put_text("a.csv", "1\n\n2\n");
    io_expect_bad("a.csv", &from, SINEW_ERR_DATA, "a.csv:2:1: empty line");
}

Test(io_csv, nothing_is_read_behind_an_error_but_after_a_rewind)
{
    io_put_text("a.csv", "1\n2\nx\n4\n");
    sinew_source *source;
    double samples[4];
    sinew_block block = {.samples = samples};
    cr_assert_eq(sinew_source_open(&source, io_path("a.csv"), NULL, NULL), 0);
    for (int turn = 0; turn < 2; turn++) {
        cr_assert_eq(sinew_source_read(source, SINEW_SAMPLE_F64, 2, &block, NULL), 0);
        cr_assert(block.n_frames == 2 && samples[1] == 2);
        for (int again = 0; again < 2; again++) {
            cr_assert_eq(sinew_source_read(source, SINEW_SAMPLE_F64, 2, &block, NULL),
                         SINEW_ERR_DATA);
            cr_assert_eq(block.n_frames, 0);
        }
        cr_assert_eq(sinew_source_rewind(source, NULL), 0);
    }
    sinew_source_close(source);
}
