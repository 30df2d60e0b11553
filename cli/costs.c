#include "costs.h"

#include <stdlib.h>

static sinew_status measure(sinew_costs *out, const char *path, sinew_error *error)
{
    sinew_status status = sinew_costs_measure(out, error);
    if (!status && path)
        sinew_costs_save(out, path, NULL); /* next time, then */
    return status;
}

void costs_choose(sinew_costs *out)
{
    char *path = sinew_costs_default_path();
    if (!path || (sinew_costs_load(out, path, NULL) && measure(out, path, NULL)))
        sinew_costs_default(out);
    free(path);
}

sinew_status costs_calibrate(sinew_costs *out, sinew_error *error)
{
    char *path = sinew_costs_default_path();
    sinew_status status = measure(out, path, error);
    free(path);
    return status;
}
