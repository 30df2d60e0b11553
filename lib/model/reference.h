/* A description that refers to others, and what keeps that within bounds.
 *
 * Of a description that is referred to, its system counts, and under the bilinear rule the
 * frequencies that it keeps in place: its edges, its prewarp_hz. Its method counts where the
 * description that refers to it is silent and all that it refers to agree. Names, units and what
 * else it says are its own.
 *
 * Refused: a circle; more than 16 descriptions deep, 1024 references in all, 16 MiB of text in
 * all, 2^25 matrix entries in all; what is no regular file. */
#ifndef SINEW_MODEL_REFERENCE_H
#define SINEW_MODEL_REFERENCE_H

#include <sys/types.h>

#include "model/yaml.h"
#include "sinew/discretization.h"

enum {
    SINEW_REFERENCE_DEPTH = 16,
    SINEW_REFERENCES = 1024,
    SINEW_REFERENCE_ENTRIES = 1 << 25 /* 256 MB */
};

/* A description while it is read: the context of its document. */
typedef struct sinew_reading {
    struct sinew_reading *from; /* the one that refers to it; NULL: none does */
    sinew_document *document;
    bool is_file; /* device and inode hold */
    dev_t device;
    ino_t inode;
    size_t depth;
    size_t references, bytes, entries; /* of the first of them: so far, in all */
    const char **files;                /* of the first of them: (references), of its document */

    sinew_method method; /* what those it refers to agree upon; DEFAULT: they are silent */
    double alpha;
    const char *first;         /* who asked for it */
    const sinew_at *disagrees; /* the first reference that asks for another; NULL: none */

    struct sinew_spec_weights *weights; /* beside it; NULL: not looked for yet */
} sinew_reading;

/* Nobody has referred to the document. */
void sinew_reading_start(sinew_reading *reading, sinew_document *document);

typedef struct sinew_referred {
    const sinew_system *system; /* of the document that refers to it; NULL: a problem */
    double prewarp_hz;          /* 0: none */
} sinew_referred;

/* The description that the text at `at` names: a path relative to the folder of at's document, or
 * a shipped model's name. */
sinew_referred sinew_reference_read(const sinew_at *at, const char *text);

/* The file that the text at `at` names, seen from the folder of at's document, where it is to hold
 * something other than a description: a path of the document, which counts among its references,
 * once however often it is named; NULL, and a problem, where it is no regular file. */
const char *sinew_reference_file(const sinew_at *at, const char *text);

/* A file behind such a one, a shard behind its index: it counts too. False, and a problem, where
 * these are too many. */
bool sinew_reference_note(const sinew_at *at, const char *path);

/* May so many more entries of matrices be made for this description? False, and a problem. The
 * count is kept for all of one document. */
bool sinew_reference_afford(const sinew_at *at, size_t order, size_t *entries);

#endif
