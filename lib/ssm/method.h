/* The methods: their names, as the command line and descriptions spell them, and how each works. */
#ifndef SINEW_SSM_METHOD_H
#define SINEW_SSM_METHOD_H

#include "sinew/discretization.h"

/* From SINEW_METHOD_ZOH on, which is 1: 0 is the default, no name. NULL at the end. */
extern const char *const sinew_method_names[];

typedef enum sinew_rule {
    SINEW_RULE_HOLD,       /* an exponential of A: hold.c */
    SINEW_RULE_SUBSTITUTE, /* a fraction of z in place of s: substitute.c */
    SINEW_RULE_MATCH       /* each pole and zero by itself: matched.c */
} sinew_rule;

/* Of a method that exists. */
sinew_rule sinew_method_rule(sinew_method method);

/* 0 for what is not in the table. */
int sinew_method_exists(sinew_method method);

#endif
