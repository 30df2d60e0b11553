/* The pieces over one sample type: REAL and OP() are the includer's. Everything is zero but the
 * constants, so that no number grows, however often a piece is done. */

typedef struct OP(subject) {
    const sinew_fused *f;
    REAL *data, *tile, *x, *h;
    REAL constants[1 << 14];
    REAL head[SINEW_HEAD_PADDED], past[SINEW_PARTITIONED_BLOCK], out[SINEW_PARTITIONED_BLOCK];
} OP(subject);

static void OP(quads)(void *subject)
{
    OP(subject) *s = subject;
    const REAL *second = s->constants + sinew_transform_offset(LENGTH, 1);
    s->f->OP(split)(s->data, second, QUADS / 4, 0, QUADS);
    s->f->OP(merge)(s->data, second, QUADS / 4, 0, QUADS);
}

static void OP(tiles)(void *subject)
{
    OP(subject) *s = subject;
    const REAL *of_tiles =
        s->constants + sinew_transform_offset(LENGTH, sinew_transform_passes(LENGTH));
    for (size_t t = 0; t < TILES; t++, of_tiles += SINEW_TRANSFORM_TILE_CONSTANTS) {
        REAL *runs = s->data + t * SINEW_TRANSFORM_TILE;
        s->f->OP(split_lanes)(runs, of_tiles, s->tile);
        s->f->OP(merge_lanes)(s->tile, of_tiles, runs);
    }
}

/* Through so many bytes of spectra. */
static void OP(products)(OP(subject) * s, size_t bytes)
{
    const size_t n = bytes / (2 * SINEW_TRANSFORM_TILE * sizeof(REAL));
    for (size_t p = 0; p < n; p += SINEW_PARTITIONED_UNIT_PRODUCTS)
        s->f->OP(products)(s->tile, s->x + p * SINEW_TRANSFORM_TILE,
                           s->h + p * SINEW_TRANSFORM_TILE, SINEW_PARTITIONED_UNIT_PRODUCTS);
}

static void OP(near)(void *subject)
{
    OP(products)(subject, NEAR_BYTES);
}

static void OP(far)(void *subject)
{
    OP(products)(subject, FAR_BYTES);
}

/* The second slot of a block. */
static void OP(head)(void *subject)
{
    OP(subject) *s = subject;
    const size_t slot = SINEW_PARTITIONED_SLOT;
    s->f->OP(head)(s->head + SINEW_HEAD_BEFORE, SINEW_PARTITIONED_BLOCK, s->past, 0,
                   (ptrdiff_t)(2 * slot), s->out, slot, 2 * slot);
}

static void OP(measure)(void)
{
    const size_t tiles = FAR_BYTES / (2 * SINEW_TRANSFORM_TILE * sizeof(REAL));
    static OP(subject) s;
    double constants[sizeof s.constants / sizeof *s.constants];
    s.f = sinew_simd_best()->fused;
    s.data = sinew_alloc(2 * LENGTH, sizeof(REAL));
    s.tile = sinew_alloc(SINEW_TRANSFORM_TILE, sizeof(REAL));
    s.x = sinew_alloc(tiles * SINEW_TRANSFORM_TILE, sizeof(REAL));
    s.h = sinew_alloc(tiles * SINEW_TRANSFORM_TILE, sizeof(REAL));
    if (!s.data || !s.tile || !s.x || !s.h)
        exit(1);
    sinew_transform_fill(constants, LENGTH);
    for (size_t k = 0; k < sinew_transform_constants(LENGTH); k++)
        s.constants[k] = (REAL)constants[k];
    double product = (double)(2 * SINEW_TRANSFORM_TILE * sizeof(REAL));
    printf("{%.3g, %.3g, %.3g, %.3g, %.3g, 8}", time_of(OP(quads), &s) / (2 * QUADS),
           time_of(OP(tiles), &s) / (2 * TILES), time_of(OP(near), &s) * product / NEAR_BYTES,
           time_of(OP(far), &s) * product / FAR_BYTES, time_of(OP(head), &s));
    sinew_free(s.data);
    sinew_free(s.tile);
    sinew_free(s.x);
    sinew_free(s.h);
}

#undef REAL
#undef OP
