#include "model/engines.h"

#include "sinew/filter.h"

const char *const sinew_engine_names[] = {
    [SINEW_ENGINE_AUTO] = "auto",   [SINEW_ENGINE_SCAN] = "scan",
    [SINEW_ENGINE_BLOCK] = "block", [SINEW_ENGINE_CONVOLVE] = "convolve",
    [SINEW_ENGINES] = NULL,
};
