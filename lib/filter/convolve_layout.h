/* Where the convolve engine keeps what it has in its flat state and scratch memory, over one sample
 * type: included by convolve_body.h only. */
/* The state: a header, then one `copy` for each run of the model. All sizes are multiples of 64
 * bytes, so each array is aligned for FFTW and for any register. */
typedef struct header {
    uint64_t phase;  /* frames since the block began, below L */
    uint64_t newest; /* slot of the youngest past block */
} header;

typedef struct copy {
    double *z;     /* (order) */
    REAL *present; /* (inputs, 2L): L zeros, then the present block so far */
    REAL *carry;   /* (outputs, L) */
    REAL *past;    /* (P, inputs, L): a ring of slots */
    REAL *bins;    /* (P, inputs, 2, bins): their spectra */
} copy;

typedef struct sizes {
    size_t z, present, carry, past, bins, copy;
} sizes;

static sizes sizes_of(const sinew_convolve *c)
{
    const sinew_recurrence *r = &c->filter.recurrence;
    sizes s = {.z = sinew_aligned((r->order + SINEW_PANEL_ROWS) * sizeof(double)),
               .present = sinew_aligned(r->inputs * 2 * c->length * sizeof(REAL)),
               .carry = sinew_aligned(r->outputs * c->length * sizeof(REAL)),
               .past = sinew_aligned(c->partitions * r->inputs * c->length * sizeof(REAL)),
               .bins = sinew_aligned(c->partitions * r->inputs * 2 * c->bins * sizeof(REAL))};
    s.copy = s.z + s.present + s.carry + s.past + s.bins;
    return s;
}

static copy copy_at(const sinew_convolve *c, const void *state, size_t i)
{
    sizes s = sizes_of(c);
    unsigned char *at = (unsigned char *)(uintptr_t)state + SINEW_ALIGN + i * s.copy;
    copy k;
    k.z = (double *)(void *)at;
    k.present = (REAL *)(void *)(at += s.z);
    k.carry = (REAL *)(void *)(at += s.present);
    k.past = (REAL *)(void *)(at += s.carry);
    k.bins = (REAL *)(void *)(at + s.past);
    return k;
}

/* Scratch: what the end of a block needs. */
typedef struct work {
    double *wide;   /* the longest double vector: a tail, a folded block, a state */
    double *z;      /* (order) */
    REAL *time;     /* (2L) */
    REAL *spectrum; /* (L + 1) complex, interleaved as FFTW has it */
    REAL *sum;      /* (2, bins) */
} work;

typedef struct work_sizes {
    size_t wide, z, time, spectrum, sum, all;
} work_sizes;

static work_sizes work_sizes_of(const sinew_convolve *c)
{
    const sinew_recurrence *r = &c->filter.recurrence;
    size_t widest = r->inputs > r->outputs ? r->inputs : r->outputs;
    size_t state = r->order + SINEW_PANEL_ROWS;
    work_sizes s = {.wide = sinew_aligned((widest * c->length + state) * sizeof(double)),
                    .z = sinew_aligned(state * sizeof(double)),
                    .time = sinew_aligned(2 * c->length * sizeof(REAL)),
                    .spectrum = sinew_aligned(2 * (c->length + 1) * sizeof(REAL)),
                    .sum = sinew_aligned(2 * c->bins * sizeof(REAL))};
    s.all = s.wide + s.z + s.time + s.spectrum + s.sum;
    return s;
}

static work work_at(const sinew_convolve *c, void *scratch)
{
    work_sizes s = work_sizes_of(c);
    unsigned char *at = scratch;
    work w;
    w.wide = (double *)(void *)at;
    w.z = (double *)(void *)(at += s.wide);
    w.time = (REAL *)(void *)(at += s.z);
    w.spectrum = (REAL *)(void *)(at += s.time);
    w.sum = (REAL *)(void *)(at + s.spectrum);
    return w;
}
