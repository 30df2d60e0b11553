/* The descriptors 0, 1 and 2 of a program that may be started without them (`program >&-`). */
#ifndef SINEW_BASE_DESCRIPTORS_H
#define SINEW_BASE_DESCRIPTORS_H

#include <stdbool.h>

/* First thing in main, before anything is opened: else the next file that is opened gets the
 * number of a closed one, and what is printed for the user ends up inside it. A closed standard
 * input becomes one that cannot be read and a closed standard output one that cannot be written
 * (EBADF, as before); to a closed standard error nothing is said. False: there is no /dev/null. */
bool sinew_descriptors_reserve(void);

#endif
