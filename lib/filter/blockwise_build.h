/* The matrices of the block engine as its products take them, in panels, over one type: included by
 * blockwise_body.h only. */

/* Entry (r, c) of a matrix in panels with so many columns. */
static REAL *entry(void *panels, size_t columns, size_t r, size_t c)
{
    return (REAL *)panels + (r / PANEL * columns + c) * PANEL + r % PANEL;
}

static void place_inputs(sinew_blockwise *b, const sinew_lifted *l)
{
    size_t rows = l->length * l->outputs, columns = l->length * l->inputs;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            *entry(b->T, columns, r, c) = (REAL)l->T[r * columns + c];
    for (size_t s = 0; s < b->states; s++)
        for (size_t c = 0; b->places[s] < l->order && c < columns; c++)
            *entry(b->G, columns, s, c) = (REAL)l->G[b->places[s] * columns + c];
}

/* A^L, or A^L - I where a state is kept. */
static double less_kept(const sinew_lifted *l, size_t i, size_t j)
{
    size_t at = i * l->order + j;
    return i == j && sinew_section_keeps(l->power[at]) ? l->E[at] : l->power[at];
}

static void place_states(sinew_blockwise *b, const sinew_lifted *l)
{
    size_t half = b->states / 2;
    for (size_t s = 0; s < b->states; s++) {
        size_t from = b->places[s];
        if (from >= l->order)
            continue;
        for (size_t r = 0; r < l->length * l->outputs; r++)
            *entry(b->O, b->states, r, s) = (REAL)l->O[r * l->order + from];
        ((REAL *)b->keep)[s] = sinew_section_keeps(l->power[from * l->order + from]);
        for (size_t i = 0; i < b->states; i++) {
            if (b->places[i] >= l->order || (b->pairs && i % half != s % half))
                continue;
            REAL value = (REAL)less_kept(l, b->places[i], from);
            if (b->pairs) /* e11 e12 e21 e22 */
                ((REAL *)b->E)[(2 * (i / half) + s / half) * half + i % half] = value;
            else
                *entry(b->E, b->states, i, s) = value;
        }
    }
}

static sinew_status place_matrices(sinew_blockwise *b, const sinew_lifted *l, sinew_error *error)
{
    size_t columns = l->length * l->inputs;
    b->O = sinew_alloc(b->rows * b->states, sizeof(REAL));
    b->T = sinew_alloc(b->rows * columns, sizeof(REAL));
    b->G = sinew_alloc(b->padded * columns, sizeof(REAL));
    b->E = sinew_alloc(b->pairs ? 2 * b->states : b->padded * b->states, sizeof(REAL));
    b->keep = sinew_alloc(b->padded, sizeof(REAL));
    if (!b->O || !b->T || !b->G || !b->E || !b->keep)
        return sinew_fail_memory(error);
    place_inputs(b, l);
    place_states(b, l);
    return SINEW_OK;
}
