#include "ssm/method.h"

#include <string.h>

#include "sinew/discretization.h"
#include "ssm/system.h"

const char *const sinew_method_names[] = {
    [SINEW_METHOD_ZOH - 1] = "zoh",           [SINEW_METHOD_FOH - 1] = "foh",
    [SINEW_METHOD_BILINEAR - 1] = "bilinear", [SINEW_METHOD_EULER - 1] = "euler",
    [SINEW_METHOD_BACKWARD - 1] = "backward", [SINEW_METHOD_GBT - 1] = "gbt",
    [SINEW_METHOD_IMPULSE - 1] = "impulse",   [SINEW_METHOD_DECRAMPED - 1] = "decramped",
    [SINEW_METHOD_DECRAMPED] = NULL,
};

const char *sinew_method_name(sinew_method method)
{
    if (method == SINEW_METHOD_DEFAULT)
        return "default";
    return (unsigned)method <= SINEW_METHOD_DECRAMPED ? sinew_method_names[method - 1] : "unknown";
}

sinew_method sinew_method_from_name(const char *name)
{
    for (sinew_method m = SINEW_METHOD_ZOH; name && m <= SINEW_METHOD_DECRAMPED; m++)
        if (strcmp(name, sinew_method_names[m - 1]) == 0)
            return m;
    return SINEW_METHOD_DEFAULT;
}

sinew_method sinew_system_preferred_method(const sinew_system *system)
{
    return system && system->preferred ? system->preferred : SINEW_METHOD_ZOH;
}
