/* Byte pair encoding (Gage 1994; Sennrich, Haddow, Birch 2016) of one word: of all neighbours that
 * a merge names, those of the first merge, the leftmost of them, become one; and so on. With a heap
 * n bytes take n log n steps, whatever they are. */
#ifndef SINEW_LM_BPE_H
#define SINEW_LM_BPE_H

#include "lm/vocabulary.h"

typedef struct sinew_merge {
    int32_t left, right, made;
    uint32_t rank; /* its place in the file */
} sinew_merge;

typedef struct sinew_bpe {
    sinew_merge *merges; /* (n_merges), by left and right */
    size_t n_merges;
    int32_t of_byte[256]; /* -1: none */
    int32_t unknown;      /* for bytes without a token; -1: those are refused */
    bool fuse_unknown;    /* several in a row are one */
    bool ignore_merges;   /* a word that is a token is that token */
} sinew_bpe;

/* The memory of a word, kept for the next; zeroed to begin. */
typedef struct sinew_bpe_work {
    void *symbols, *heap, *content;
    size_t symbols_room, heap_room, content_room, heap_n;
} sinew_bpe_work;

/* ids that grow */
typedef struct sinew_ids {
    void *ids; /* int32_t (n) */
    size_t n, room;
} sinew_ids;

bool sinew_ids_add(sinew_ids *to, int32_t id); /* false: no memory */

/* Sort the merges, for find. NULL, or the first of two, side by side, of the same pair. */
const sinew_merge *sinew_bpe_finish(sinew_bpe *bpe);
void sinew_bpe_clear(sinew_bpe *bpe);
void sinew_bpe_work_clear(sinew_bpe_work *work);

typedef enum sinew_bpe_result {
    SINEW_BPE_OK,
    SINEW_BPE_NO_MEMORY,
    SINEW_BPE_NO_TOKEN /* *bad is a byte that has none */
} sinew_bpe_result;

/* The ids of a word of n bytes, n < 2^31. */
sinew_bpe_result sinew_bpe_encode(const sinew_bpe *bpe, const sinew_vocabulary *vocabulary,
                                  sinew_bpe_work *work, const char *word, size_t n, sinew_ids *to,
                                  unsigned char *bad);

#endif
