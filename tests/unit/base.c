/* lib/base: memory, error, bytes. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/memory.h"

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
