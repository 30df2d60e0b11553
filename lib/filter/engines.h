/* The engines' names, as the command line and configurations spell them. */
#ifndef SINEW_FILTER_ENGINES_H
#define SINEW_FILTER_ENGINES_H

/* In the order of sinew_engine; NULL at the end. For tables, which want constants: what
 * sinew_engine_name says. */
extern const char *const sinew_engine_names[];

#endif
