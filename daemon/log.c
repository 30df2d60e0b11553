#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void sinewd_log(const char *format, ...)
{
    char line[1024] = "sinewd: ";
    enum { PREFIX = 8 };
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line + PREFIX, sizeof line - PREFIX - 1, format, args);
    va_end(args);
    if (n < 0)
        return;
    size_t length = PREFIX + (size_t)n;
    if (length > sizeof line - 2)
        length = sizeof line - 2;
    line[length++] = '\n';
    if (write(STDERR_FILENO, line, length) < 0)
        return; /* there is nobody left to tell */
}
