#include "identify/triplets.h"

#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/matrix.h"
#include "math/svd.h"
#include "math/vectors.h"

enum { ROUNDS = 2 }; /* of H^T and H: the triplets near the last one wanted settle to 1e-3 */

/* A Krylov space of twice the wanted dimension holds what is wanted to all that an order's error
 * shows (measured on room responses), and small blocks reach further than large ones. But a block
 * that takes in all directions at once finds even those that H H^T would square away: so models of
 * low order are found to the last digit. */
enum { BLOCK = 16, BLOCKS = 6, SMALL = 320 };

typedef struct space {
    size_t n;       /* vectors */
    double *left;   /* (n, outputs, rows): orthonormal */
    double *right;  /* (n, inputs, columns) */
    double *R, *Rt; /* (n, n): H^T left = R^T right; Rt is R^T */
    double *u, *wt; /* (n, n): Rt = u diag(sigma) wt */
} space;

static void free_space(space *s)
{
    sinew_free(s->left);
    sinew_free(s->right);
    sinew_free(s->R);
    sinew_free(s->Rt);
    sinew_free(s->u);
    sinew_free(s->wt);
}

static sinew_status allocate(space *s, sinew_triplets *t, const sinew_hankel *k, size_t n,
                             size_t wanted, sinew_error *error)
{
    size_t tall = k->rows * k->outputs, wide = k->columns * k->inputs;
    *s = (space){n,
                 sinew_alloc(n * tall, sizeof(double)),
                 sinew_alloc(n * wide, sizeof(double)),
                 sinew_alloc(n * n, sizeof(double)),
                 sinew_alloc(n * n, sizeof(double)),
                 sinew_alloc(n * n, sizeof(double)),
                 sinew_alloc(n * n, sizeof(double))};
    *t = (sinew_triplets){.n = wanted < n ? wanted : n,
                          .sigma = sinew_alloc(n, sizeof(double)),
                          .left = sinew_alloc(n * tall, sizeof(double)),
                          .first = sinew_alloc(n * k->inputs, sizeof(double))};
    bool all =
        s->left && s->right && s->R && s->Rt && s->u && s->wt && t->sigma && t->left && t->first;
    return all ? SINEW_OK : sinew_fail_memory(error);
}

/* SplitMix64 (Steele, Lea, Flood 2014), as numbers from -1 to 1. */
static void fill_random(double *x, size_t n)
{
    uint64_t state = 1;
    for (size_t i = 0; i < n; i++) {
        uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        x[i] = (double)(int64_t)(z ^ (z >> 31)) * 0x1p-63;
    }
}

/* An orthonormal basis on the left that holds the leading directions: blocks H X, (H H^T) H X, ...
 * of a random X, each made orthogonal to those before. */
static sinew_status find_left(space *s, sinew_hankel *k, size_t block, sinew_error *error)
{
    size_t tall = k->rows * k->outputs, wide = k->columns * k->inputs;
    sinew_status status = SINEW_OK;
    fill_random(s->right, (block < s->n ? block : s->n) * wide);
    for (size_t done = 0; !status && done < s->n; done += block) {
        size_t width = s->n - done < block ? s->n - done : block;
        double *left = s->left + done * tall;
        if (done > 0)
            sinew_hankel_transposed_times(s->right, k, left - block * tall, width);
        sinew_hankel_times(left, k, s->right, width);
        status =
            sinew_vectors_orthonormalise(s->left, done, done + width, tall, 2 * block, NULL, error);
    }
    return status;
}

/* All of the range: on the shorter side every direction is taken. */
static sinew_status take_all(space *s, sinew_hankel *k, sinew_error *error)
{
    size_t tall = k->rows * k->outputs, wide = k->columns * k->inputs;
    for (size_t i = 0; tall <= wide && i < tall; i++)
        s->left[i * tall + i] = 1;
    if (tall <= wide)
        return SINEW_OK;
    for (size_t i = 0; i < wide; i++)
        s->right[i * wide + i] = 1;
    sinew_hankel_times(s->left, k, s->right, wide);
    return sinew_vectors_orthonormalise(s->left, 0, wide, tall, 0, NULL, error);
}

/* left^T H = R^T right^T = (u sigma wt) right^T, so H's vectors are left u and right wt^T. */
static sinew_status turn(sinew_triplets *t, space *s, sinew_hankel *k, size_t near,
                         sinew_error *error)
{
    size_t n = s->n, tall = k->rows * k->outputs, wide = k->columns * k->inputs;
    sinew_hankel_transposed_times(s->right, k, s->left, n);
    sinew_status status = sinew_vectors_orthonormalise(s->right, 0, n, wide, near, s->R, error);
    if (!status) {
        sinew_matrix_transpose(s->Rt, s->R, n, n);
        status = sinew_svd(s->u, t->sigma, s->wt, s->Rt, n, n, error);
    }
    if (status)
        return status;
    sinew_matrix_transpose(s->R, s->u, n, n); /* a row for each left vector */
    sinew_vectors_combine(t->left, s->R, t->n, s->left, n, tall);
    for (size_t v = 0; v < t->n; v++)
        for (size_t i = 0; i < k->inputs; i++)
            for (size_t j = 0; j < n; j++)
                t->first[v * k->inputs + i] +=
                    s->wt[v * n + j] * s->right[j * wide + i * k->columns];
    return SINEW_OK;
}

sinew_status sinew_triplets_init(sinew_triplets *t, sinew_hankel *k, size_t wanted,
                                 sinew_error *error)
{
    size_t tall = k->rows * k->outputs, wide = k->columns * k->inputs;
    size_t least = tall < wide ? tall : wide;
    size_t block = wanted <= 4 * BLOCK ? wanted + BLOCK : BLOCK;
    size_t n = 2 * wanted + 4 * BLOCK > BLOCKS * block ? 2 * wanted + 4 * BLOCK : BLOCKS * block;
    bool whole = least <= SMALL || 4 * n >= 3 * least;
    space s;
    if (whole)
        n = least;
    sinew_status status = allocate(&s, t, k, n, wanted, error);
    if (!status)
        status = whole ? take_all(&s, k, error) : find_left(&s, k, block, error);
    if (!status)
        status = turn(t, &s, k, whole ? 0 : 2 * block, error);
    t->all = t->n == least;
    free_space(&s);
    if (status)
        sinew_triplets_finish(t);
    return status;
}

void sinew_triplets_finish(sinew_triplets *t)
{
    sinew_free(t->sigma);
    sinew_free(t->left);
    sinew_free(t->first);
    *t = (sinew_triplets){0};
}
