/* The first of two passes over a YAML text: its events only, of which nothing is kept, so that a
 * text that would hurt is refused before a tree is made of it. */
#ifndef SINEW_MODEL_GUARD_H
#define SINEW_MODEL_GUARD_H

#include <yaml.h>

#include "model/problems.h"

/* False, and a problem, for a syntax error, an anchor, an alias, a tag, a second document, too
 * many levels or values. */
bool sinew_yaml_guard(const char *text, size_t n_bytes, const char *where,
                      sinew_problems *problems);

/* The text as a parser's input: UTF-8, whatever its first bytes look like. */
void sinew_yaml_input(yaml_parser_t *parser, const char *text, size_t n_bytes);

/* What a parser has stopped at, as a problem at the place that it names. */
void sinew_yaml_problem(const yaml_parser_t *parser, const char *where, sinew_problems *problems);

#endif
