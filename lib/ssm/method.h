/* The methods' names, as the command line and descriptions spell them. */
#ifndef SINEW_SSM_METHOD_H
#define SINEW_SSM_METHOD_H

/* From SINEW_METHOD_ZOH on, which is 1: 0 is the default, no name. NULL at the end. */
extern const char *const sinew_method_names[];

#endif
