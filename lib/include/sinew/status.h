/**
 * status: how every fallible function of sinew answers.
 *
 * A function that can fail returns a `sinew_status`, 0 for success, and takes a
 * `sinew_error *` as its last parameter. Pass NULL when the status is enough; otherwise the
 * function writes the detail there ("step 12: A is 3x4, B has 2 rows"), and nowhere else:
 * the library neither prints nor exits, and holds no global state.
 *
 *     sinew_error error;
 *     if (sinew_model_open(&model, "speech-bandpass", &error))
 *         fprintf(stderr, "%s\n", error.text);
 *
 * Such a function refuses a NULL with SINEW_ERR_ARGUMENT wherever its header does not say that NULL
 * is fine; an array that has no elements may be NULL. What is inside of a structure is as its
 * header says. Functions that return anything else take no NULL, but for those that free, finish or
 * close.
 *
 * Thread-safety: pure functions; a `sinew_error` belongs to the thread that passes it.
 */
#ifndef SINEW_STATUS_H
#define SINEW_STATUS_H

#if defined(SINEW_BUILDING_SHARED) && defined(__GNUC__)
#define SINEW_API __attribute__((visibility("default")))
#else
#define SINEW_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sinew_status {
    SINEW_OK = 0,
    SINEW_ERR_ARGUMENT,   /* the caller broke the contract of the function */
    SINEW_ERR_MEMORY,     /* no memory */
    SINEW_ERR_DATA,       /* a file, description or matrix holds what it must not */
    SINEW_ERR_NUMERIC,    /* the mathematics has no answer (a pole at 2/T, say) */
    SINEW_ERR_IO,         /* the world refused: no such file, disk full, device gone */
    SINEW_ERR_MISMATCH,   /* two things that do not belong together (a state, a model) */
    SINEW_ERR_UNSUPPORTED /* right, but not in this build or not by this node */
} sinew_status;

enum { SINEW_ERROR_TEXT_BYTES = 512 };

/** The detail of a failure. `text` is one line without a newline, "FILE:LINE:COL: what is
 *  wrong" where a place is known. Untouched on success. Owned by the caller. */
typedef struct sinew_error {
    sinew_status status;
    char text[SINEW_ERROR_TEXT_BYTES];
} sinew_error;

/** The name of a status in plain words ("out of memory"); never NULL. */
SINEW_API const char *sinew_strerror(sinew_status status);

/** The version of the library that runs, "0.1.0". */
SINEW_API const char *sinew_version(void);

#ifdef __cplusplus
}
#endif
#endif
