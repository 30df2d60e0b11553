#include "model/guard.h"

#include <stdio.h>

#include "model/yaml.h"

/* What libyaml found wrong, at the place that it names. */
void sinew_yaml_problem(const yaml_parser_t *parser, const char *where, sinew_problems *problems)
{
    if (parser->error == YAML_MEMORY_ERROR || !parser->problem) { /* it names all else */
        sinew_problems_add_memory(problems);
        return;
    }
    const yaml_mark_t *mark = &parser->problem_mark;
    char context[120] = "";
    if (parser->context)
        snprintf(context, sizeof context, " (%s that starts at line %zu)", parser->context,
                 parser->context_mark.line + 1);
    sinew_problems_add(problems, SINEW_ERR_DATA, where, mark->line + 1, mark->column + 1,
                       "YAML: %s%s", parser->problem, context);
}

typedef struct counts {
    size_t depth, values, documents;
} counts;

static const char *event_anchor_or_tag(const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    }
    return anchor ? "an anchor (&) is not allowed here: write the value out"
           : tag  ? "a tag (!) is not allowed here: the key says what the value is"
                  : NULL;
}

/* NULL, or why a document with this event is refused. */
static const char *guard_event(counts *so_far, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return "an alias (*) is not allowed here: write the value out";
    case YAML_DOCUMENT_START_EVENT:
        return ++so_far->documents > 1 ? "a second document: only one is read" : NULL;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        so_far->depth--;
        return NULL;
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        if (++so_far->depth > SINEW_DOCUMENT_DEPTH)
            return "nested deeper than 64 levels";
        break;
    case YAML_SCALAR_EVENT:
        break;
    default:
        return NULL;
    }
    if (++so_far->values > SINEW_DOCUMENT_VALUES)
        return "more than 1048576 values";
    return event_anchor_or_tag(event);
}

void sinew_yaml_input(yaml_parser_t *parser, const char *text, size_t n_bytes)
{
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser, (const unsigned char *)text, n_bytes);
}

bool sinew_yaml_guard(const char *text, size_t n_bytes, const char *where, sinew_problems *problems)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        sinew_problems_add_memory(problems);
        return false;
    }
    sinew_yaml_input(&parser, text, n_bytes);
    counts so_far = {0};
    bool good = true;
    for (bool more = true; more && good;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            sinew_yaml_problem(&parser, where, problems);
            good = false;
            break;
        }
        const char *refused = guard_event(&so_far, &event);
        if (refused) {
            sinew_problems_add(problems, SINEW_ERR_DATA, where, event.start_mark.line + 1,
                               event.start_mark.column + 1, "%s", refused);
            good = false;
        }
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return good;
}
