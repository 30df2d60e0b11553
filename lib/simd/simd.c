/* Which table of operations this processor runs; and matrices in panels, the one layout that the
 * tables share. */
#include "simd/ops.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

extern const sinew_simd sinew_simd_scalar;
#if defined(__x86_64__)
extern const sinew_simd sinew_simd_sse2, sinew_simd_avx2, sinew_simd_avx512;
#elif defined(__aarch64__)
extern const sinew_simd sinew_simd_neon;
#endif

/* Table i of all that were compiled, and whether the processor can run it. */
static const sinew_simd *compiled_table(size_t i, int *runs)
{
    *runs = 1;
    switch (i) {
    case 0:
        return &sinew_simd_scalar;
#if defined(__x86_64__)
    case 1:
        return &sinew_simd_sse2;
    case 2:
        /* f16c, which clang 14 cannot ask for, came before avx2 */
        *runs = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
        return &sinew_simd_avx2;
    case 3:
        *runs = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
        return &sinew_simd_avx512;
#elif defined(__aarch64__)
    case 1:
        return &sinew_simd_neon;
#endif
    default:
        return NULL;
    }
}

const sinew_simd *sinew_simd_table(size_t i)
{
    const sinew_simd *table;
    int runs;
    for (size_t at = 0; (table = compiled_table(at, &runs)); at++)
        if (runs && i-- == 0)
            return table;
    return NULL;
}

const sinew_simd *sinew_simd_best(void)
{
    const sinew_simd *best = NULL, *table;
    const char *wanted = getenv("SINEW_SIMD");
    for (size_t i = 0; (table = sinew_simd_table(i)); i++) {
        best = table;
        if (wanted && strcmp(wanted, table->name) == 0)
            break;
    }
    return best;
}

int sinew_panels_init(sinew_panels *m, const double *a, size_t rows, size_t cols)
{
    size_t n_panels = (rows + SINEW_PANEL_ROWS - 1) / SINEW_PANEL_ROWS;
    *m = (sinew_panels){.rows = rows, .cols = cols};
    m->values = sinew_alloc(n_panels * cols, SINEW_PANEL_ROWS * sizeof *m->values);
    if (!m->values)
        return 0;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++)
            m->values[(r / SINEW_PANEL_ROWS * cols + c) * SINEW_PANEL_ROWS + r % SINEW_PANEL_ROWS] =
                a[r * cols + c];
    return 1;
}

void sinew_panels_finish(sinew_panels *m)
{
    sinew_free(m->values);
    m->values = NULL;
}
