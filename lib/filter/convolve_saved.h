/* The portable state of the convolve engine, over one sample type: included by convolve_body.h
 * only. */
/* What this engine takes literally: its lengths and its sample type. */
static uint64_t layout_of(const sinew_convolve *c)
{
    return (uint64_t)c->length << 32 | (uint64_t)c->partitions << 8 | sizeof(REAL);
}

static void save_state(const sinew_node *node, const void *state, void *bytes)
{
    const sinew_convolve *c = (const sinew_convolve *)node;
    const sinew_filter *f = &c->filter;
    const sinew_recurrence *r = &f->recurrence;
    const header *h = state;
    size_t past = c->partitions * c->length, n = past + (size_t)h->phase;
    uint8_t *x = sinew_filter_put_saved(f, bytes, n, h->phase, layout_of(c));
    uint8_t *inputs = x + 8 * f->copies * r->order;
    uint8_t *end = (uint8_t *)bytes + sinew_filter_saved_bytes(f, most_inputs(c));
    memset(inputs, 0, (size_t)(end - inputs));
    for (size_t i = 0; i < f->copies; i++) {
        copy k = copy_at(c, state, i);
        for (size_t s = 0; s < r->order; s++)
            sinew_put_f64(x + 8 * (i * r->order + s), k.z[s]);
        for (size_t t = 0; t < n; t++) {
            size_t slot = (size_t)(h->newest + 1 + t / c->length) % c->partitions;
            for (size_t m = 0; m < r->inputs; m++) {
                const REAL *block = t < past ? k.past + (slot * r->inputs + m) * c->length
                                             : k.present + (2 * m + 1) * c->length;
                sinew_put_f64(inputs + 8 * (t * f->node.channels_in + i * r->inputs + m),
                              (double)block[t % c->length]);
            }
        }
    }
}

/* The exact inverse of save_state: past blocks go to slots 0 .. P-1, their spectra anew. */
static void restore(const sinew_convolve *c, void *state, const sinew_filter_saved *saved, work *w)
{
    const sinew_filter *f = &c->filter;
    const sinew_recurrence *r = &f->recurrence;
    header *h = state;
    size_t past = c->partitions * c->length;
    memset(state, 0, SINEW_ALIGN + f->copies * sizes_of(c).copy);
    h->phase = saved->lag;
    h->newest = c->partitions - 1;
    for (size_t i = 0; i < f->copies; i++) {
        copy k = copy_at(c, state, i);
        for (size_t s = 0; s < r->order; s++)
            k.z[s] = sinew_get_f64(saved->x + 8 * (i * r->order + s));
        for (size_t t = 0; t < saved->n_inputs; t++)
            for (size_t m = 0; m < r->inputs; m++) {
                REAL *block = t < past ? k.past + (t / c->length * r->inputs + m) * c->length
                                       : k.present + (2 * m + 1) * c->length;
                block[t % c->length] = (REAL)sinew_get_f64(
                    saved->inputs + 8 * (t * f->node.channels_in + i * r->inputs + m));
            }
        for (size_t at = 0; at < c->partitions * r->inputs; at++)
            forward(c, k.past + at * c->length, k.bins + at * 2 * c->bins, w);
        refresh_carry(c, &k, h->newest, w);
    }
}

/* Scratch behind the work of a block: the fold's, then x (copies, order), then saved bytes. */
static double *fold_scratch(const sinew_convolve *c, void *scratch, double **x, uint8_t **bytes)
{
    unsigned char *at = (unsigned char *)scratch + work_sizes_of(c).all;
    double *fold = (double *)(void *)at;
    at += sinew_aligned(fold_doubles(c) * sizeof(double));
    *x = (double *)(void *)at;
    *bytes = at + sinew_aligned(c->filter.copies * c->filter.recurrence.order * sizeof(double));
    return fold;
}

static sinew_status load_state(const sinew_node *node, void *state, void *scratch,
                               const void *bytes, size_t n_bytes, sinew_error *error)
{
    const sinew_convolve *c = (const sinew_convolve *)node;
    sinew_filter_saved saved;
    sinew_status status = sinew_filter_get_saved(&c->filter, &saved, bytes, n_bytes, error);
    if (status)
        return status;
    work w = work_at(c, scratch);
    if (saved.layout == layout_of(c) && saved.lag < c->length &&
        saved.n_inputs == c->partitions * c->length + saved.lag) {
        restore(c, state, &saved, &w);
    } else {
        double *x;
        uint8_t *unused;
        double *fold = fold_scratch(c, scratch, &x, &unused);
        sinew_filter_fold(&c->filter, &saved, x, fold);
        restart(c, state, x, &w);
    }
    return SINEW_OK;
}

static void advance(const sinew_node *node, void *state, void *scratch, uint64_t n_frames)
{
    const sinew_convolve *c = (const sinew_convolve *)node;
    work w = work_at(c, scratch);
    double *x;
    uint8_t *bytes;
    double *fold = fold_scratch(c, scratch, &x, &bytes);
    sinew_filter_saved saved;
    save_state(node, state, bytes);
    sinew_filter_get_saved(&c->filter, &saved, bytes,
                           sinew_filter_saved_bytes(&c->filter, most_inputs(c)), NULL);
    sinew_filter_fold(&c->filter, &saved, x, fold);
    for (size_t i = 0; i < c->filter.copies; i++)
        sinew_decay_run(&c->filter.decay, &c->filter.recurrence, x + i * c->filter.recurrence.order,
                        n_frames, fold);
    restart(c, state, x, &w);
}
