/* What the operations of learned layers reach of what the machine allows, in one run:
 *
 *     build/tests/bench_layers [OPENBLAS]
 *
 * decode: GB/s of weights that one frame's products read, beside a plain reading of as many bytes,
 * with one and two threads. prefill: G multiplications and additions a second (of CPU time, by one
 * thread) of 512 frames, beside sgemm of the library OPENBLAS (libopenblas.so.0 without it), which
 * is not linked with. The best of many rounds.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "layer/workers.h"
#include "simd/ops.h"

enum { FRAMES = 512, ROUNDS = 25, MATRICES = 12, ROWS = 3072, COLUMNS = 768 };

static double clock_s(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void *filled(size_t bytes)
{
    uint64_t random = 88172645463325252u;
    uint8_t *at = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!at)
        abort();
    for (size_t i = 0; i + 4 <= bytes; i += 4) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        /* a float, and two of 16 bits, below one */
        uint32_t bits = (uint32_t)random & 0x00FFFFFF;
        memcpy(at + i, &(uint32_t){bits | 0x3C003000}, 4);
    }
    return at;
}

typedef struct product {
    const sinew_learned *ops;
    int kind; /* 0: reading; f32, bf16, f16, int8 */
    char *weights;
    const float *x;
    float *y;
    sinew_frames_int8 frames;
    size_t matrix;
} product;

static const char *const kinds[] = {"reading", "f32", "bf16", "f16", "int8"};
static const size_t kind_bytes[] = {ROWS * COLUMNS * 4, ROWS *COLUMNS * 4, ROWS *COLUMNS * 2,
                                    ROWS *COLUMNS * 2, ROWS *COLUMNS / 32 * 34};

typedef uint64_t words __attribute__((vector_size(64), aligned(8), may_alias));

/* Eight lines of eight pages at a time, and the same of the next eight fetched meanwhile: nothing
 * that was tried here reads faster. */
static uint64_t read_all(const char *from, size_t bytes)
{
    enum { PAGE = 4096 };
    words sum[8] = {{0}};
    for (size_t at = 0; at + 8 * PAGE <= bytes; at += 8 * PAGE)
        for (size_t i = 0; i < PAGE; i += 64)
            for (size_t k = 0; k < 8; k++) {
                const char *line = from + at + k * PAGE + i;
                __builtin_prefetch(line + 8 * PAGE);
                sum[k] ^= *(const words *)line;
            }
    uint64_t all = 0;
    for (size_t k = 0; k < 8; k++)
        all ^= sum[k][0] ^ sum[k][1] ^ sum[k][2] ^ sum[k][3];
    return all;
}

static void do_rows(const void *given, size_t first, size_t last)
{
    const product *p = given;
    const void *w = p->weights + p->matrix * kind_bytes[p->kind];
    sinew_rows rows = {ROWS, COLUMNS, w};
    sinew_rows_int8 int8 = {ROWS, COLUMNS, COLUMNS / 32, w};
    switch (p->kind) {
    case 0:
        p->y[first] =
            (float)read_all((const char *)w + first * COLUMNS * 4, (last - first) * COLUMNS * 4);
        break;
    case 1:
        p->ops->rows_f32(&rows, first, last, p->x, COLUMNS, p->y, ROWS, 1);
        break;
    case 2:
        p->ops->rows_bf16(&rows, first, last, p->x, COLUMNS, p->y, ROWS, 1);
        break;
    case 3:
        p->ops->rows_f16(&rows, first, last, p->x, COLUMNS, p->y, ROWS, 1);
        break;
    default:
        p->ops->rows_int8(&int8, first, last, &p->frames, p->y, ROWS, 1);
    }
}

/* Matrices as a model has layers, so that none is in the cache when its turn comes. */
static double decode_s(product *p, sinew_workers *workers)
{
    double best = 1e9;
    size_t count = MATRICES * (4 * ROWS * COLUMNS) / kind_bytes[p->kind];
    for (int round = 0; round < ROUNDS; round++) {
        double start = clock_s(CLOCK_MONOTONIC);
        for (p->matrix = 0; p->matrix < count; p->matrix++)
            sinew_workers_share(workers, do_rows, p, ROWS, 16);
        double took = (clock_s(CLOCK_MONOTONIC) - start) / (double)count;
        best = took < best ? took : best;
    }
    return best;
}

static void decode(const sinew_learned *ops)
{
    product p = {.ops = ops, .weights = filled(MATRICES * kind_bytes[0]), .x = filled(COLUMNS * 4)};
    p.y = filled(ROWS * 4);
    p.frames =
        (sinew_frames_int8){COLUMNS / 32, filled(2 * COLUMNS), filled(COLUMNS), filled(COLUMNS)};
    printf("decode, %d x %d: GB/s, of reading, products a second\n", ROWS, COLUMNS);
    for (size_t threads = 1; threads <= 2; threads++) {
        sinew_workers *workers;
        double reading = 0;
        if (sinew_workers_new(&workers, threads, NULL))
            abort();
        for (p.kind = 0; p.kind < 5; p.kind++) {
            double took = decode_s(&p, workers), rate = 1e-9 * (double)kind_bytes[p.kind] / took;
            reading = p.kind == 0 ? rate : reading;
            printf("%zu thread%s %-8s %7.2f %6.1f %% %8.0f\n", threads, threads > 1 ? "s" : " ",
                   kinds[p.kind], rate, 100 * rate / reading, 1 / took);
        }
        sinew_workers_free(workers);
    }
}

static void do_nothing(const void *context, size_t first, size_t last)
{
    (void)context, (void)first, (void)last;
}

/* What a job costs whose members are awake. */
static void share(void)
{
    enum { JOBS = 1000 };
    sinew_workers *workers;
    double best = 1e9;
    if (sinew_workers_new(&workers, 2, NULL))
        abort();
    for (int round = 0; round < 200; round++) {
        double start = clock_s(CLOCK_MONOTONIC);
        for (int i = 0; i < JOBS; i++)
            sinew_workers_share(workers, do_nothing, NULL, ROWS, 16);
        double took = (clock_s(CLOCK_MONOTONIC) - start) / JOBS;
        best = took < best ? took : best;
    }
    sinew_workers_free(workers);
    printf("2 threads, a job of nothing: %.2f us\n", 1e6 * best);
}

/* cblas.h, C order */
typedef void sgemm(int order, int trans_a, int trans_b, int m, int n, int k, float alpha,
                   const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);

static sgemm *find_sgemm(const char *path)
{
    void *library = dlopen(path, RTLD_NOW);
    sgemm *found = NULL;
    void (*set_threads)(int) = NULL;
    if (!library) {
        printf("no sgemm: %s\n", dlerror());
        return NULL;
    }
    *(void **)&found = dlsym(library, "cblas_sgemm");
    *(void **)&set_threads = dlsym(library, "openblas_set_num_threads");
    if (set_threads)
        set_threads(1);
    return found;
}

static double prefill_s(const sinew_learned *ops, sgemm *blas, int kind, size_t rows,
                        size_t columns)
{
    const float *x = filled(FRAMES * columns * 4);
    float *y = filled(FRAMES * rows * 4);
    sinew_rows w = {rows, columns, filled(rows * columns * 4)};
    sinew_rows_int8 w8 = {rows, columns, columns / 32, w.values};
    sinew_frames_int8 x8 = {columns / 32, filled(2 * FRAMES * columns),
                            filled(FRAMES * columns / 8), filled(FRAMES * columns / 8)};
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double start = clock_s(CLOCK_THREAD_CPUTIME_ID);
        if (kind == 0 && blas)
            blas(101, 111, 112, FRAMES, (int)rows, (int)columns, 1, x, (int)columns, w.values,
                 (int)columns, 0, y, (int)rows);
        else if (kind == 1)
            ops->rows_f32(&w, 0, rows, x, columns, y, rows, FRAMES);
        else if (kind == 2)
            ops->rows_bf16(&w, 0, rows, x, columns, y, rows, FRAMES);
        else if (kind == 3)
            ops->rows_f16(&w, 0, rows, x, columns, y, rows, FRAMES);
        else if (kind == 4)
            ops->rows_int8(&w8, 0, rows, &x8, y, rows, FRAMES);
        double took = clock_s(CLOCK_THREAD_CPUTIME_ID) - start;
        best = took < best ? took : best;
    }
    return best;
}

static void prefill(const sinew_learned *ops, sgemm *blas)
{
    static const size_t shapes[][2] = {{3072, 768}, {768, 1536}, {80, 1536}, {1536, 48}};
    printf("prefill, %d frames: G products a second, of sgemm\n", FRAMES);
    for (size_t i = 0; i < 4; i++) {
        double sgemm_rate = 0, products = 1e-9 * FRAMES * (double)(shapes[i][0] * shapes[i][1]);
        for (int kind = 0; kind < 5; kind++) {
            double rate = products / prefill_s(ops, blas, kind, shapes[i][0], shapes[i][1]);
            sgemm_rate = kind == 0 ? rate : sgemm_rate;
            if (kind > 0 || blas)
                printf("%4zu x %4zu %-6s %8.1f %6.1f %%\n", shapes[i][0], shapes[i][1],
                       kind > 0 ? kinds[kind] : "sgemm", rate, 100 * rate / sgemm_rate);
        }
    }
}

/* Nanoseconds that a frame's 1536 channels take: of 16 states (Mamba-1), where A is still
 * -(1 .. 16), and of 128 states in heads of 64 (Mamba-2); many frames in a call, and one. */
static double scan_ns(const sinew_learned *ops, int kind, size_t n)
{
    enum { D = 1536, N = 128, HEADS = 24 };
    static float *h, *x, *a, *bc, *y;
    if (!h) {
        h = filled(D * N * 4), x = filled(FRAMES * D * 4), a = filled(D * N * 4);
        bc = filled(FRAMES * 2 * N * 4), y = filled(FRAMES * D * 4);
        for (size_t i = 0; i < D * N; i++)
            a[i] = -a[i];
    }
    sinew_selective s = {D, 16, a, x, kind == 1, D, D, 2 * N, D};
    sinew_heads heads = {HEADS, D / HEADS, N, HEADS, x, D, HEADS, 2 * N, D};
    sinew_heads_in in = {.a = x, .w = x, .x = x, .b = bc, .c = bc + N};
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        double start = clock_s(CLOCK_THREAD_CPUTIME_ID);
        for (size_t t = 0; t < FRAMES; t += n)
            if (kind < 2)
                ops->selective(&s, 0, D, h, x, x, bc, bc + N, y, n);
            else
                ops->heads(&heads, 0, HEADS, h, &in, y, n);
        double took = clock_s(CLOCK_THREAD_CPUTIME_ID) - start;
        best = took < best ? took : best;
    }
    return 1e9 * best / FRAMES;
}

static void scans(const sinew_learned *ops)
{
    static const char *const names[] = {"Mamba-1", "Mamba-1, A = -(1 ..)", "Mamba-2"};
    printf("scans of 1536 channels: ns a frame, %d frames a call, and one\n", FRAMES);
    for (int kind = 0; kind < 3; kind++)
        printf("%-21s %8.0f %8.0f\n", names[kind], scan_ns(ops, kind, FRAMES),
               scan_ns(ops, kind, 1));
}

int main(int argc, char **argv)
{
    const sinew_learned *ops = sinew_simd_best()->learned;
    printf("simd %s\n", ops->name);
    share();
    scans(ops);
    decode(ops);
    prefill(ops, find_sgemm(argc > 1 ? argv[1] : "libopenblas.so.0"));
    return 0;
}
