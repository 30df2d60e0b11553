/**
 * describe: a system written as a description that model.h reads.
 *
 *     sinew_description description = {.system = system, .name = "speech-bandpass",
 *                                      .method = SINEW_METHOD_BILINEAR};
 *     char *text = NULL;
 *     if (sinew_description_write(&text, &description, &error)) ...
 *     fputs(text, file);
 *     sinew_description_free(text);
 *
 * What was asked for comes back: a design is written as `design`, an equalizer as `eq`, a factored
 * system as `zpk`, several of them in series as `series`, matrices as `ss` with a row a line; a
 * method that the system prefers (weightings, gammatones) stands beside it. Numbers have the
 * fewest digits that read back to the same double, whatever the locale; reading gives the same
 * system again, bit for bit. Written as zpk or ss, what came from another kind (tf, sos, a goal, a
 * weighting, HiPPO, a join ...) asks another question: a state saved by a stream of the one is
 * refused by the other.
 *
 * Ownership: the text is the caller's, by sinew_description_free. Thread-safety: pure functions.
 */
#ifndef SINEW_DESCRIBE_H
#define SINEW_DESCRIBE_H

#include "discretization.h"
#include "system.h"

#ifdef __cplusplus
extern "C" {
#endif

/** In what form a system is written. The others read back as the same filter, but what was asked
 *  for is no longer known then: a design that is written as zpk has no edges to be prewarped. */
typedef enum sinew_description_form {
    SINEW_DESCRIBE_ASKED = 0, /* as above */
    SINEW_DESCRIBE_ZPK,       /* its factors in one */
    SINEW_DESCRIBE_SOS,       /* sections of the second order, good to some last digits */
    SINEW_DESCRIBE_SS         /* its matrices */
} sinew_description_form;

/** What a description says. What is NULL or 0 is left out, except alpha where the method is gbt. */
typedef struct sinew_description {
    const sinew_system *system;
    const char *name;                 /* one line, at most 128 bytes */
    const char *about;                /* may be of several lines */
    const char *units_in, *units_out; /* one line, at most 64 bytes each */
    const char *comment;              /* its lines stand behind '#' at the top */
    sinew_method method;
    double prewarp_hz; /* with bilinear only */
    double alpha;      /* with gbt only */
    sinew_description_form form;
} sinew_description;

/** YAML text, ending in a newline and a NUL, into *out (NULL after failure).
 *  Errors: SINEW_ERR_ARGUMENT for no system, no such method or form, or a number without its
 *  method; SINEW_ERR_DATA for a text that is no UTF-8, holds control
 *  characters or is too long; SINEW_ERR_UNSUPPORTED for a system that no description holds (one
 *  with more than about a million entries, or joined other than in series of systems that keep
 *  frequencies in place) or that has no such form (matrices as factors). */
SINEW_API sinew_status sinew_description_write(char **out, const sinew_description *description,
                                               sinew_error *error);

SINEW_API void sinew_description_free(char *text); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
