#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

sinew_status sinew_fail(sinew_error *error, sinew_status status, const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        vsnprintf(error->text, sizeof error->text, format, args);
        va_end(args);
        sinew_text_blank(error->text);
        error->status = status;
    }
    return status;
}

sinew_status sinew_fail_memory(sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_MEMORY, "out of memory");
}

sinew_status sinew_fail_null(sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_ARGUMENT, "a NULL where there must be none");
}
