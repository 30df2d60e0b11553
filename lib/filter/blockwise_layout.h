/* Where the block engine keeps what it has in its flat state and scratch memory, over one type:
 * included by blockwise_body.h only. */

/* Vectors of a product: blocks, of all copies that go together. */
enum { MOST_VECTORS = SINEW_BLOCKWISE_VECTORS };

typedef struct header {
    uint64_t phase; /* frames since the block began, below L */
} header;

/* One run of the model. */
typedef struct copy {
    REAL *x;   /* (padded): at the beginning of the block */
    REAL *out; /* (rows): O x + T u so far; of this block if phase > 0 */
    REAL *w;   /* (padded): G u so far */
    REAL *u;   /* (L inputs): the frames so far */
} copy;

typedef struct sizes {
    size_t x, out, u, copy;
} sizes;

static sizes sizes_of(const sinew_blockwise *b)
{
    sizes s = {.x = sinew_aligned(b->padded * sizeof(REAL)),
               .out = sinew_aligned(b->rows * sizeof(REAL)),
               .u = sinew_aligned(b->length * b->filter.recurrence.inputs * sizeof(REAL))};
    s.copy = 2 * s.x + s.out + s.u;
    return s;
}

static copy copy_at(const sinew_blockwise *b, const void *state, size_t i)
{
    sizes s = sizes_of(b);
    unsigned char *at = (unsigned char *)(uintptr_t)state + SINEW_ALIGN + i * s.copy;
    copy k;
    k.x = (REAL *)(void *)at;
    k.w = (REAL *)(void *)(at += s.x);
    k.out = (REAL *)(void *)(at += s.x);
    k.u = (REAL *)(void *)(at + s.out);
    return k;
}

/* Scratch of whole blocks. */
typedef struct work {
    REAL *u; /* (vectors, L inputs) */
    REAL *y; /* (vectors, rows) */
    REAL *x; /* (vectors, padded): the state at the beginning of each */
    REAL *w; /* (vectors, padded): G U of each */
} work;

static size_t work_bytes(const sinew_blockwise *b)
{
    return MOST_VECTORS * (sinew_aligned(b->length * b->filter.recurrence.inputs * sizeof(REAL)) +
                           (b->rows + 2 * b->padded) * sizeof(REAL));
}

static work work_at(const sinew_blockwise *b, void *scratch)
{
    work w;
    w.y = scratch;
    w.x = w.y + MOST_VECTORS * b->rows;
    w.w = w.x + MOST_VECTORS * b->padded;
    w.u = w.w + MOST_VECTORS * b->padded;
    return w;
}
