/* The methods' names, as the command line and descriptions spell them. */
#include <string.h>

#include "sinew/discretization.h"

static const char *const names[] = {
    [SINEW_METHOD_DEFAULT] = "default", [SINEW_METHOD_ZOH] = "zoh",
    [SINEW_METHOD_FOH] = "foh",         [SINEW_METHOD_BILINEAR] = "bilinear",
    [SINEW_METHOD_EULER] = "euler",     [SINEW_METHOD_BACKWARD] = "backward",
    [SINEW_METHOD_GBT] = "gbt",         [SINEW_METHOD_IMPULSE] = "impulse",
};

const char *sinew_method_name(sinew_method method)
{
    return (unsigned)method <= SINEW_METHOD_IMPULSE ? names[method] : "unknown";
}

sinew_method sinew_method_from_name(const char *name)
{
    for (sinew_method m = SINEW_METHOD_ZOH; name && m <= SINEW_METHOD_IMPULSE; m++)
        if (strcmp(name, names[m]) == 0)
            return m;
    return SINEW_METHOD_DEFAULT;
}
