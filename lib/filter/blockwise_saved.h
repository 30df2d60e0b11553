/* The state of the block engine: new, saved, loaded, moved on; over one type, included by
 * blockwise_body.h only.
 *
 * Saved are x in the model's coordinates and the frames of the block so far. In coordinates of its
 * own the engine writes its own x behind them, which another engine does not look at. */

/* What this engine takes literally: its length, its type, its coordinates. */
static uint64_t layout_of(const sinew_blockwise *b)
{
    const uint64_t how[] = {b->length, sizeof(REAL), b->coordinates.P != NULL, b->states};
    return sinew_hash(sinew_hash(SINEW_HASH_START, "blockwise", 9), how, sizeof how);
}

/* Where the engine's own x stands in a saved state. */
static size_t own_at(const sinew_blockwise *b)
{
    return sinew_filter_saved_bytes(&b->filter, b->length - 1);
}

static size_t saved_bytes(const sinew_blockwise *b)
{
    return own_at(b) + (b->coordinates.P ? 8 * b->filter.copies * b->states : 0);
}

/* x (order) of the model -> the engine's. */
static void enter(const sinew_blockwise *b, const double *x, REAL *to)
{
    size_t n = b->filter.recurrence.order;
    memset(to, 0, b->padded * sizeof(REAL));
    for (size_t s = 0; s < b->states; s++) {
        size_t place = b->places[s];
        if (place >= n)
            continue;
        double sum = b->coordinates.P ? 0 : x[place];
        for (size_t j = 0; b->coordinates.P && j < n; j++)
            sum += b->coordinates.inverse[place * n + j] * x[j];
        to[s] = (REAL)sum;
    }
}

static void leave(const sinew_blockwise *b, const REAL *x, uint8_t *to)
{
    size_t n = b->filter.recurrence.order;
    const double *P = b->coordinates.P;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t s = 0; s < b->states; s++) {
            size_t place = b->places[s];
            if (P && place < n)
                sum += P[i * n + place] * (double)x[s];
            else if (place == i)
                sum = (double)x[s];
        }
        sinew_put_f64(to + 8 * i, sum);
    }
}

/* From x (copies, order), at the beginning of a block. */
static void restart(const sinew_blockwise *b, void *state, const double *x)
{
    size_t n = b->filter.recurrence.order;
    memset(state, 0, SINEW_ALIGN + b->filter.copies * sizes_of(b).copy);
    for (size_t c = 0; c < b->filter.copies; c++)
        enter(b, x + c * n, copy_at(b, state, c).x);
}

static void reset(const sinew_node *node, void *state)
{
    const sinew_blockwise *b = (const sinew_blockwise *)node;
    memset(state, 0, SINEW_ALIGN + b->filter.copies * sizes_of(b).copy);
    if (b->filter.x0)
        restart(b, state, b->filter.x0);
}

static void save_state(const sinew_node *node, const void *state, void *bytes)
{
    const sinew_blockwise *b = (const sinew_blockwise *)node;
    const sinew_filter *f = &b->filter;
    const header *h = state;
    size_t n = f->recurrence.order, q = f->recurrence.inputs;
    uint8_t *x = sinew_filter_put_saved(f, bytes, h->phase, h->phase, layout_of(b));
    uint8_t *inputs = x + 8 * f->copies * n, *own = (uint8_t *)bytes + own_at(b);
    memset(inputs, 0, (size_t)((uint8_t *)bytes + saved_bytes(b) - inputs));
    for (size_t c = 0; c < f->copies; c++) {
        copy k = copy_at(b, state, c);
        leave(b, k.x, x + 8 * c * n);
        for (size_t t = 0; t < h->phase; t++)
            for (size_t i = 0; i < q; i++)
                sinew_put_f64(inputs + 8 * (t * f->node.channels_in + c * q + i),
                              (double)k.u[t * q + i]);
        for (size_t s = 0; b->coordinates.P && s < b->states; s++)
            sinew_put_f64(own + 8 * (c * b->states + s), (double)k.x[s]);
    }
}

/* The exact inverse of save_state. */
static void restore(const sinew_blockwise *b, void *state, const sinew_filter_saved *saved,
                    const uint8_t *own)
{
    const sinew_filter *f = &b->filter;
    size_t n = f->recurrence.order, q = f->recurrence.inputs, phase = (size_t)saved->lag;
    memset(state, 0, SINEW_ALIGN + f->copies * sizes_of(b).copy);
    ((header *)state)->phase = phase;
    for (size_t c = 0; c < f->copies; c++) {
        copy k = copy_at(b, state, c);
        for (size_t s = 0; s < b->states; s++) {
            if (b->coordinates.P)
                k.x[s] = (REAL)sinew_get_f64(own + 8 * (c * b->states + s));
            else if (b->places[s] < n)
                k.x[s] = (REAL)sinew_get_f64(saved->x + 8 * (c * n + b->places[s]));
        }
        for (size_t t = 0; t < phase; t++)
            for (size_t i = 0; i < q; i++)
                k.u[t * q + i] =
                    (REAL)sinew_get_f64(saved->inputs + 8 * (t * f->node.channels_in + c * q + i));
        if (phase > 0)
            add_frames(b, &k, 0, phase, NULL);
    }
}

/* What folding and decaying a state need, and x (copies, order) behind it. */
static size_t fold_doubles(const sinew_blockwise *b)
{
    size_t fold = sinew_filter_fold_scratch(&b->filter);
    size_t decay = sinew_decay_scratch(&b->filter.recurrence);
    return sinew_aligned((fold > decay ? fold : decay) * sizeof(double)) / sizeof(double);
}

static size_t fold_bytes(const sinew_blockwise *b)
{
    size_t x = b->filter.copies * b->filter.recurrence.order;
    return sinew_aligned((fold_doubles(b) + x) * sizeof(double));
}

static double *fold_at(const sinew_blockwise *b, void *scratch)
{
    return (double *)(void *)((unsigned char *)scratch + sinew_aligned(work_bytes(b)));
}

static sinew_status load_state(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    const sinew_blockwise *b = (const sinew_blockwise *)node;
    sinew_filter_saved saved;
    sinew_status status = sinew_filter_get_saved(&b->filter, &saved, bytes, n_bytes, error);
    if (status)
        return status;
    bool own = saved.layout == layout_of(b) && saved.lag < b->length &&
               saved.n_inputs == saved.lag && n_bytes >= saved_bytes(b);
    if (own) {
        restore(b, state, &saved, (const uint8_t *)bytes + own_at(b));
    } else {
        double *fold = fold_at(b, scratch), *x = fold + fold_doubles(b);
        sinew_filter_fold(&b->filter, &saved, x, fold);
        restart(b, state, x);
    }
    return SINEW_OK;
}

static void advance(const sinew_node *node, void *state, void *scratch, uint64_t n_frames)
{
    const sinew_blockwise *b = (const sinew_blockwise *)node;
    const sinew_filter *f = &b->filter;
    double *fold = fold_at(b, scratch), *x = fold + fold_doubles(b);
    uint8_t *bytes = (uint8_t *)(void *)fold + fold_bytes(b);
    sinew_filter_saved saved;
    save_state(node, state, bytes);
    sinew_filter_get_saved(f, &saved, bytes, saved_bytes(b), NULL);
    sinew_filter_fold(f, &saved, x, fold);
    for (size_t c = 0; c < f->copies; c++)
        sinew_decay_run(&f->decay, &f->recurrence, x + c * f->recurrence.order, n_frames, fold);
    restart(b, state, x);
}
