/* Which of some names was meant: for "did you mean". */
#ifndef SINEW_BASE_LIKENESS_H
#define SINEW_BASE_LIKENESS_H

/* The name of `names` (ending in NULL) that is most like `text`; NULL where none is near. */
const char *sinew_name_like(const char *text, const char *const *names);

#endif
