#include "ssm/method.h"

#include <string.h>

#include "ssm/system.h"

/* One row a method, in the order of the enum. */
const char *const sinew_method_names[] = {
    [SINEW_METHOD_ZOH - 1] = "zoh",           [SINEW_METHOD_FOH - 1] = "foh",
    [SINEW_METHOD_BILINEAR - 1] = "bilinear", [SINEW_METHOD_EULER - 1] = "euler",
    [SINEW_METHOD_BACKWARD - 1] = "backward", [SINEW_METHOD_GBT - 1] = "gbt",
    [SINEW_METHOD_IMPULSE - 1] = "impulse",   [SINEW_METHOD_DECRAMPED - 1] = "decramped",
    [SINEW_METHOD_MATCHED - 1] = "matched",   NULL,
};

static const sinew_rule rules[] = {
    [SINEW_METHOD_ZOH - 1] = SINEW_RULE_HOLD,
    [SINEW_METHOD_FOH - 1] = SINEW_RULE_HOLD,
    [SINEW_METHOD_BILINEAR - 1] = SINEW_RULE_SUBSTITUTE,
    [SINEW_METHOD_EULER - 1] = SINEW_RULE_SUBSTITUTE,
    [SINEW_METHOD_BACKWARD - 1] = SINEW_RULE_SUBSTITUTE,
    [SINEW_METHOD_GBT - 1] = SINEW_RULE_SUBSTITUTE,
    [SINEW_METHOD_IMPULSE - 1] = SINEW_RULE_HOLD,
    [SINEW_METHOD_DECRAMPED - 1] = SINEW_RULE_SUBSTITUTE, /* of a twin */
    [SINEW_METHOD_MATCHED - 1] = SINEW_RULE_MATCH,
};

enum { METHODS = sizeof rules / sizeof *rules };

_Static_assert(sizeof sinew_method_names / sizeof *sinew_method_names == METHODS + 1,
               "a name for each rule");

int sinew_method_exists(sinew_method method)
{
    return method >= SINEW_METHOD_ZOH && (unsigned)method <= METHODS;
}

sinew_rule sinew_method_rule(sinew_method method)
{
    return rules[method - 1];
}

const char *sinew_method_name(sinew_method method)
{
    if (method == SINEW_METHOD_DEFAULT)
        return "default";
    return sinew_method_exists(method) ? sinew_method_names[method - 1] : "unknown";
}

sinew_method sinew_method_from_name(const char *name)
{
    for (unsigned m = SINEW_METHOD_ZOH; name && m <= METHODS; m++)
        if (strcmp(name, sinew_method_names[m - 1]) == 0)
            return (sinew_method)m;
    return SINEW_METHOD_DEFAULT;
}

sinew_method sinew_system_preferred_method(const sinew_system *system)
{
    return system && system->preferred ? system->preferred : SINEW_METHOD_ZOH;
}
