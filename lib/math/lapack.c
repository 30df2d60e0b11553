#include "math/lapack.h"

#include "base/error.h"

sinew_status sinew_lapack_answer(lapack_int info, const char *wrong, sinew_error *error)
{
    if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR)
        return sinew_fail_memory(error);
    return info != 0 ? sinew_fail(error, SINEW_ERR_NUMERIC, "%s", wrong) : SINEW_OK;
}
