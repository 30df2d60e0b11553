#include "math/components.h"

#include "base/error.h"
#include "base/memory.h"

/* Union and find, with halved paths; the root is the least state of its component. */
static size_t root_of(size_t *parent, size_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

static void unite(size_t *parent, const double *A, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (A[i * n + j] != 0 && i != j) {
                size_t a = root_of(parent, i), b = root_of(parent, j);
                parent[a > b ? a : b] = a < b ? a : b;
            }
}

/* States in the order of their roots: sizes first, then places. `place` is by root. */
static void sort(sinew_components *c, size_t *parent, size_t *place, size_t n)
{
    for (size_t i = 0; i < n; i++)
        place[root_of(parent, i)]++;
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        size_t size = place[i];
        place[i] = at;
        at += size;
        if (size > 0)
            c->ends[c->count++] = at;
    }
    for (size_t i = 0; i < n; i++)
        c->states[place[root_of(parent, i)]++] = i;
}

sinew_status sinew_components_find(sinew_components *c, const double *A, size_t n,
                                   sinew_error *error)
{
    *c = (sinew_components){.states = sinew_alloc(n, sizeof(size_t)),
                            .ends = sinew_alloc(n, sizeof(size_t))};
    size_t *parent = sinew_alloc(n, 2 * sizeof *parent);
    if (!c->states || !c->ends || !parent) {
        sinew_free(parent);
        return sinew_fail_memory(error);
    }
    for (size_t i = 0; i < n; i++)
        parent[i] = i;
    unite(parent, A, n);
    sort(c, parent, parent + n, n);
    sinew_free(parent);
    return SINEW_OK;
}

void sinew_components_finish(sinew_components *c)
{
    sinew_free(c->states);
    sinew_free(c->ends);
}

void sinew_component_matrix(double *to, const double *A, size_t n, const size_t *states,
                            size_t size)
{
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++)
            to[i * size + j] = A[states[i] * n + states[j]];
}
