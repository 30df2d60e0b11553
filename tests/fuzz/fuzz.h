/* What libFuzzer calls with bytes that it makes up, and replay.c with those of a corpus. A claim
 * that does not hold aborts. */
#ifndef SINEW_TESTS_FUZZ_H
#define SINEW_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

#endif
