#include "costs.h"

#include <stdlib.h>

static sinew_status measure(sinew_costs **out, const char *path, sinew_error *error)
{
    sinew_status status = sinew_costs_new_measured(out, error);
    if (!status && path)
        sinew_costs_save(*out, path, NULL); /* next time, then */
    return status;
}

sinew_costs *costs_choose(void)
{
    sinew_costs *costs = NULL;
    char *path = sinew_costs_default_path();
    if (path && sinew_costs_new_loaded(&costs, path, NULL))
        measure(&costs, path, NULL);
    free(path);
    return costs;
}

sinew_status costs_calibrate(sinew_costs **out, sinew_error *error)
{
    char *path = sinew_costs_default_path();
    sinew_status status = measure(out, path, error);
    free(path);
    return status;
}
