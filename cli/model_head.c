#include "model_head.h"

#include <stdio.h>

#include "json.h"

void model_head_as_json(const sinew_model *model)
{
    fputs("{\"name\":", stdout);
    json_text(sinew_model_name(model));
    fputs(",\"about\":", stdout);
    json_text(sinew_model_about(model));
    fputs(",\"units\":{\"input\":", stdout);
    json_text(sinew_model_units_in(model));
    fputs(",\"output\":", stdout);
    json_text(sinew_model_units_out(model));
    putchar('}');
}

static void print_text_line(const char *name, const char *text)
{
    if (*text)
        printf("%-10s %s\n", name, text);
}

void model_head_as_table(const sinew_model *model)
{
    print_text_line("name", sinew_model_name(model));
    print_text_line("about", sinew_model_about(model));
    print_text_line("input in", sinew_model_units_in(model));
    print_text_line("output in", sinew_model_units_out(model));
}
