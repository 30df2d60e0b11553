#include "sinew/status.h"

#include "sinew_config.h"

const char *sinew_strerror(sinew_status status)
{
    switch (status) {
    case SINEW_OK:
        return "success";
    case SINEW_ERR_ARGUMENT:
        return "invalid argument";
    case SINEW_ERR_MEMORY:
        return "out of memory";
    case SINEW_ERR_DATA:
        return "malformed data";
    case SINEW_ERR_NUMERIC:
        return "no numerical answer";
    case SINEW_ERR_IO:
        return "input or output failed";
    case SINEW_ERR_MISMATCH:
        return "things that do not belong together";
    case SINEW_ERR_UNSUPPORTED:
        return "not supported";
    }
    return "unknown status";
}

const char *sinew_version(void)
{
    return SINEW_VERSION;
}
