#include "lm/bpe.h"

#include <stdlib.h>

#include "lm/byte_level.h"
#include "lm/grow.h"

#define NO_RANK UINT32_MAX /* no merge */
#define NOWHERE UINT32_MAX /* no symbol */

/* A token so far, in a list; what it and the next one make. */
typedef struct symbol {
    int32_t id, made;
    uint32_t rank; /* of that merge; NO_RANK: none, or the symbol is part of another one now */
    uint32_t previous, next;
} symbol;

bool sinew_ids_add(sinew_ids *to, int32_t id)
{
    if (!sinew_grow(&to->ids, &to->room, to->n + 1, sizeof id))
        return false;
    ((int32_t *)to->ids)[to->n++] = id;
    return true;
}

static int compare_pairs(const void *a, const void *b)
{
    const sinew_merge *p = a, *q = b;
    if (p->left != q->left)
        return p->left < q->left ? -1 : 1;
    return (p->right > q->right) - (p->right < q->right);
}

const sinew_merge *sinew_bpe_finish(sinew_bpe *bpe)
{
    qsort(bpe->merges, bpe->n_merges, sizeof *bpe->merges, compare_pairs);
    for (size_t i = 1; i < bpe->n_merges; i++)
        if (compare_pairs(&bpe->merges[i - 1], &bpe->merges[i]) == 0)
            return &bpe->merges[i - 1];
    return NULL;
}

void sinew_bpe_clear(sinew_bpe *bpe)
{
    sinew_free(bpe->merges);
    bpe->merges = NULL;
    bpe->n_merges = 0;
}

void sinew_bpe_work_clear(sinew_bpe_work *work)
{
    sinew_free(work->symbols);
    sinew_free(work->heap);
    sinew_free(work->content);
    *work = (sinew_bpe_work){0};
}

/* ---- a heap of (rank, place), the least on top, as one number each ---- */

static void push(sinew_bpe_work *work, uint64_t key)
{
    uint64_t *heap = work->heap;
    size_t at = work->heap_n++;
    for (; at > 0 && heap[(at - 1) / 2] > key; at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = key;
}

static uint64_t pop(sinew_bpe_work *work)
{
    uint64_t *heap = work->heap, top = heap[0], key = heap[--work->heap_n];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < work->heap_n; at = child) {
        if (child + 1 < work->heap_n && heap[child + 1] < heap[child])
            child++;
        if (heap[child] >= key)
            break;
        heap[at] = heap[child];
    }
    heap[at] = key;
    return top;
}

/* ---- merging ---- */

/* What the symbol at a place and the next one make, if anything. */
static void look(const sinew_bpe *bpe, sinew_bpe_work *work, uint32_t at)
{
    symbol *symbols = work->symbols, *s = &symbols[at];
    s->rank = NO_RANK;
    if (s->next == NOWHERE || bpe->n_merges == 0)
        return;
    sinew_merge pair = {.left = s->id, .right = symbols[s->next].id};
    const sinew_merge *merge =
        bsearch(&pair, bpe->merges, bpe->n_merges, sizeof pair, compare_pairs);
    if (!merge)
        return;
    s->rank = merge->rank;
    s->made = merge->made;
    push(work, (uint64_t)s->rank << 32 | at);
}

/* Symbols only grow, so a rank that still stands at a place is still of the same two. */
static void merge_all(const sinew_bpe *bpe, sinew_bpe_work *work)
{
    symbol *symbols = work->symbols;
    while (work->heap_n > 0) {
        uint64_t key = pop(work);
        uint32_t at = (uint32_t)key;
        symbol *s = &symbols[at];
        if (s->rank != key >> 32)
            continue;
        symbol *right = &symbols[s->next];
        right->rank = NO_RANK;
        s->id = s->made;
        s->next = right->next;
        if (s->next != NOWHERE)
            symbols[s->next].previous = at;
        look(bpe, work, at);
        if (s->previous != NOWHERE)
            look(bpe, work, s->previous);
    }
}

/* One symbol a byte; *count of them (fused unknown ones are one). */
static sinew_bpe_result begin(const sinew_bpe *bpe, sinew_bpe_work *work, const char *word,
                              size_t n, size_t *count, unsigned char *bad)
{
    /* Every pop adds at most two, for one symbol less: 2 n at once at most. */
    if (!sinew_grow(&work->symbols, &work->symbols_room, n, sizeof(symbol)) ||
        !sinew_grow(&work->heap, &work->heap_room, 2 * n, sizeof(uint64_t)))
        return SINEW_BPE_NO_MEMORY;
    symbol *symbols = work->symbols;
    bool was_unknown = false;
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t id = bpe->of_byte[(unsigned char)word[i]];
        bool is_unknown = id < 0;
        *bad = (unsigned char)word[i];
        if (is_unknown && bpe->unknown < 0)
            return SINEW_BPE_NO_TOKEN;
        if (!(is_unknown && was_unknown && bpe->fuse_unknown)) {
            uint32_t at = (uint32_t)(*count)++;
            symbols[at] = (symbol){is_unknown ? bpe->unknown : id, -1, NO_RANK, at - 1, at + 1};
        }
        was_unknown = is_unknown;
    }
    symbols[*count - 1].next = NOWHERE; /* and the first one's `previous` is 0 - 1 */
    return SINEW_BPE_OK;
}

/* The token that a whole word is. */
static bool find_word(const sinew_vocabulary *vocabulary, sinew_bpe_work *work, const char *word,
                      size_t n, int32_t *id)
{
    *id = -1;
    if (n > vocabulary->longest)
        return true;
    if (!sinew_grow(&work->content, &work->content_room, 2 * n, 1))
        return false;
    size_t n_content = sinew_byte_level_write(word, n, work->content);
    const sinew_token *token = sinew_vocabulary_find_model(vocabulary, work->content, n_content);
    if (token)
        *id = token->id;
    return true;
}

sinew_bpe_result sinew_bpe_encode(const sinew_bpe *bpe, const sinew_vocabulary *vocabulary,
                                  sinew_bpe_work *work, const char *word, size_t n, sinew_ids *to,
                                  unsigned char *bad)
{
    int32_t whole = -1;
    if (n == 0)
        return SINEW_BPE_OK;
    if (bpe->ignore_merges && !find_word(vocabulary, work, word, n, &whole))
        return SINEW_BPE_NO_MEMORY;
    if (whole >= 0)
        return sinew_ids_add(to, whole) ? SINEW_BPE_OK : SINEW_BPE_NO_MEMORY;
    size_t count;
    sinew_bpe_result result = begin(bpe, work, word, n, &count, bad);
    if (result != SINEW_BPE_OK)
        return result;
    work->heap_n = 0;
    for (uint32_t at = 0; at < count; at++)
        look(bpe, work, at);
    merge_all(bpe, work);
    const symbol *symbols = work->symbols;
    for (uint32_t at = 0; at != NOWHERE; at = symbols[at].next)
        if (!sinew_ids_add(to, symbols[at].id))
            return SINEW_BPE_NO_MEMORY;
    return SINEW_BPE_OK;
}
