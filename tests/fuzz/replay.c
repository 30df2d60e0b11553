/* replay FILE...: a fuzzer's entry, called with the files of its corpus, with each of their
 * beginnings, and with some thousand mutations of them, which are the same in each run. TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { MUTATIONS = 20000, CHANGES = 6, BYTES_MOST = 1 << 16 };

typedef struct input {
    uint8_t *bytes;
    size_t n;
} input;

static uint64_t state = 1;

/* Below n (Marsaglia's xorshift64*). */
static size_t draw(size_t n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return n ? (size_t)((state * UINT64_C(2685821657736338717) >> 33) % n) : 0;
}

/* In memory that ends where they do, so that a sanitizer sees a step beyond. */
static void call(const uint8_t *bytes, size_t n)
{
    uint8_t *exact = malloc(n ? n : 1);
    if (!exact)
        abort();
    memcpy(exact, bytes, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
}

/* Replace `cut` bytes at `at` by `n` others, as far as there is room. */
static size_t splice(uint8_t *bytes, size_t length, size_t at, size_t cut, const uint8_t *with,
                     size_t n)
{
    if (length - cut + n > BYTES_MOST)
        return length;
    memmove(bytes + at + n, bytes + at + cut, length - at - cut);
    memmove(bytes + at, with, n);
    return length - cut + n;
}

static size_t change(uint8_t *bytes, size_t n, const input *other)
{
    static const char *const words[] = {"0",
                                        "-1",
                                        "9",
                                        "[",
                                        "]",
                                        "{",
                                        "}",
                                        ",",
                                        ":",
                                        "\"",
                                        "1.5",
                                        "null",
                                        "9223372036854775807",
                                        "18446744073709551616",
                                        "\\u0000",
                                        "\xff",
                                        "__metadata__",
                                        "F16",
                                        "I64",
                                        "[0,0]"};
    size_t at = draw(n + 1), cut = draw(n - at < 9 ? n - at + 1 : 9);
    const char *word = words[draw(sizeof words / sizeof *words)];
    size_t from = draw(other->n), m = draw(other->n - from < 40 ? other->n - from + 1 : 40);
    switch (draw(5)) {
    case 0:
        if (at < n)
            bytes[at] ^= (uint8_t)(1u << draw(8));
        return n;
    case 1:
        return splice(bytes, n, at, cut, bytes, 0);
    case 2:
        return splice(bytes, n, at, cut, (const uint8_t *)word, strlen(word));
    case 3:
        return splice(bytes, n, at, 0, other->bytes + from, m);
    default: /* digits count bytes here */
        for (size_t i = 0; i < n && at + i < n; i++)
            if (bytes[at + i] >= '0' && bytes[at + i] <= '9') {
                bytes[at + i] = (uint8_t)('0' + draw(10));
                break;
            }
        return n;
    }
}

static void mutate(const input *inputs, size_t n_inputs)
{
    static uint8_t bytes[BYTES_MOST + 16];
    const input *one = &inputs[draw(n_inputs)];
    size_t n = one->n;
    memcpy(bytes, one->bytes, n);
    for (size_t i = 1 + draw(CHANGES); i > 0; i--)
        n = change(bytes, n, &inputs[draw(n_inputs)]);
    call(bytes, n);
}

static int read_input(input *out, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    out->bytes = malloc(BYTES_MOST);
    out->n = out->bytes ? fread(out->bytes, 1, BYTES_MOST, file) : 0;
    int whole = out->bytes && !ferror(file) && feof(file);
    fclose(file);
    return whole;
}

int main(int argc, char **argv)
{
    size_t n_inputs = argc > 1 ? (size_t)(argc - 1) : 0;
    input *inputs = calloc(n_inputs + 1, sizeof *inputs);
    puts("1..3");
    for (size_t i = 0; i < n_inputs; i++)
        if (!inputs || !read_input(&inputs[i], argv[i + 1])) {
            printf("Bail out! %s cannot be read, or is too large\n", argv[i + 1]);
            return 1;
        }
    for (size_t i = 0; i < n_inputs; i++)
        call(inputs[i].bytes, inputs[i].n);
    printf("%s 1 - each of %zu files\n", n_inputs ? "ok" : "not ok", n_inputs);
    for (size_t i = 0; i < n_inputs; i++)
        for (size_t n = 0; n < inputs[i].n && n < 1024; n++)
            call(inputs[i].bytes, n);
    puts("ok 2 - their beginnings");
    for (size_t i = 0; n_inputs && i < MUTATIONS; i++)
        mutate(inputs, n_inputs);
    puts("ok 3 - their mutations");
    for (size_t i = 0; i < n_inputs; i++)
        free(inputs[i].bytes);
    free(inputs);
    return n_inputs == 0;
}
