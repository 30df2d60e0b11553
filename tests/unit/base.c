/* lib/base: memory, error, bytes. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/samples.h"
#include "base/text.h"

Test(base, memory_is_aligned_zeroed_and_checked)
{
    for (size_t n = 0; n < 200; n += 7) {
        unsigned char *p = sinew_alloc(n, 3);
        cr_assert_not_null(p);
        cr_assert_eq((uintptr_t)p % SINEW_ALIGN, 0);
        for (size_t i = 0; i < 3 * n; i++)
            cr_assert_eq(p[i], 0);
        sinew_free(p);
    }
    cr_assert_null(sinew_alloc(SIZE_MAX / 2, 4));
    cr_assert_null(sinew_alloc(4, SIZE_MAX / 2));
}

Test(base, error_text_is_one_clean_line_and_null_is_fine)
{
    sinew_error error = {0};
    cr_assert_eq(sinew_fail(&error, SINEW_ERR_DATA, "bad\n\x1b[31m %d", 7), SINEW_ERR_DATA);
    cr_assert_str_eq(error.text, "bad??[31m 7");
    cr_assert_eq(error.status, SINEW_ERR_DATA);
    cr_assert_eq(sinew_fail(NULL, SINEW_ERR_IO, "x"), SINEW_ERR_IO);
    char longer[2 * SINEW_ERROR_TEXT_BYTES];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    sinew_fail(&error, SINEW_ERR_DATA, "%s", longer);
    cr_assert_eq(strlen(error.text), SINEW_ERROR_TEXT_BYTES - 1);
}

Test(base, bytes_are_little_endian_and_return)
{
    uint8_t b[8];
    cr_assert_eq(sinew_put_u32(b, 0x01020304u), b + 4);
    cr_assert_eq(b[0], 4);
    cr_assert_eq(b[3], 1);
    cr_assert_eq(sinew_get_u32(b), 0x01020304u);
    cr_assert_eq(sinew_put_f64(b, 1.0), b + 8);
    cr_assert_eq(b[7], 0x3f);
    cr_assert_eq(b[6], 0xf0);
    cr_assert_eq(sinew_get_f64(b), 1.0);
}

Test(base, utf8_is_what_rfc_3629_says)
{
    static const struct {
        const char *text;
        size_t n, expected;
    } cases[] = {{"a", 1, 1},
                 {"\xc2\x80", 2, 2},
                 {"\xe2\x82\xac", 3, 3},
                 {"\xf4\x8f\xbf\xbf", 4, 4},
                 {"\xe2\x82\xac", 2, 0},     /* cut */
                 {"\xc0\x80", 2, 0},         /* overlong */
                 {"\xe0\x9f\xbf", 3, 0},     /* overlong */
                 {"\xed\xa0\x80", 3, 0},     /* a surrogate */
                 {"\xf4\x90\x80\x80", 4, 0}, /* beyond U+10FFFF */
                 {"\x80", 1, 0},
                 {"\xff", 1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(sinew_utf8_bytes(cases[i].text, cases[i].n), cases[i].expected, "case %zu", i);
}

Test(base, a_sample_as_double_and_back)
{
    double f64[2] = {0, 0.1};
    float f32[2] = {0, 0.1f};
    cr_assert_eq(sinew_sample_get(f64, SINEW_SAMPLE_F64, 1), 0.1);
    cr_assert_eq(sinew_sample_get(f32, SINEW_SAMPLE_F32, 1), (double)0.1f);
    sinew_sample_put(f64, SINEW_SAMPLE_F64, 0, 0.3);
    sinew_sample_put(f32, SINEW_SAMPLE_F32, 0, 0.3);
    cr_assert(f64[0] == 0.3 && f32[0] == 0.3f && f64[1] == 0.1 && f32[1] == 0.1f);
}
