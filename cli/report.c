#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "command.h"

/* One write a line, so that lines of several processes do not mix. Control characters, which may
 * come from a hostile file name, do not reach the terminal. */
static void print_line(const char *prefix, const char *format, va_list args)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    sinew_text_blank(text);
    fprintf(stderr, "sinew: %s%s\n", prefix, text);
}

void report_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line("", format, args);
    va_end(args);
}

void report_warning(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line("warning: ", format, args);
    va_end(args);
}

static int point_at_help(const command *self)
{
    fprintf(stderr, "sinew: see 'sinew %s%s--help'\n", self ? self->name : "", self ? " " : "");
    return EXIT_MISUSED;
}

int report_misuse(const command *self, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_line("", format, args);
    va_end(args);
    return point_at_help(self);
}

int report_failure(const command *self, const sinew_error *error)
{
    report_error("%s", error->text);
    return error->status == SINEW_ERR_ARGUMENT ? point_at_help(self) : EXIT_FAILED;
}

sinew_status report_name_file(sinew_status status, const char *path, sinew_error *error)
{
    if (!status || status == SINEW_ERR_ARGUMENT || status == SINEW_ERR_MEMORY)
        return status;
    sinew_error inner = *error;
    size_t n = strlen(path);
    if (strncmp(inner.text, path, n) == 0 && inner.text[n] == ':') /* it says its place already */
        return status;
    return sinew_fail(error, status, "%s: %s", path, inner.text);
}

const char *report_stability(sinew_stability stability)
{
    static const char *const names[] = {"stable", "marginal", "unstable"};
    return names[stability];
}
