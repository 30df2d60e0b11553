#include "costs.h"

#include <stdlib.h>

#include "command.h"

static sinew_status measure(sinew_costs **out, const char *path, sinew_error *unkept,
                            sinew_error *error)
{
    sinew_status status = sinew_costs_new_measured(out, error);
    if (unkept)
        unkept->text[0] = 0;
    if (!status && path)
        sinew_costs_save(*out, path, unkept); /* next time, then */
    return status;
}

sinew_costs *costs_choose(void)
{
    sinew_costs *costs = NULL;
    char *path = sinew_costs_default_path();
    if (path && sinew_costs_new_loaded(&costs, path, NULL))
        measure(&costs, path, NULL, NULL);
    free(path);
    return costs;
}

sinew_status costs_calibrate(sinew_costs **out, sinew_error *error)
{
    char *path = sinew_costs_default_path();
    sinew_error unkept;
    sinew_status status = measure(out, path, &unkept, error);
    if (!status && unkept.text[0])
        report_warning("%s: the costs are not kept", unkept.text);
    free(path);
    return status;
}
