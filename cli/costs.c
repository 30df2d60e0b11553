#include "costs.h"

#include <stdlib.h>

sinew_status costs_choose(sinew_costs *out, bool again, sinew_error *error)
{
    char *path = sinew_costs_default_path();
    sinew_status status = SINEW_OK;
    if (!path && !again) {
        sinew_costs_default(out);
    } else if (again || sinew_costs_load(out, path, NULL)) {
        status = sinew_costs_measure(out, error);
        if (!status && path)
            sinew_costs_save(out, path, NULL); /* next time, then */
    }
    free(path);
    return status;
}
