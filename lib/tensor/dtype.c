#include "sinew/tensor.h"
#include "tensor/dtype.h"

#include <string.h>

static const struct {
    const char *name;
    size_t bytes;
} dtypes[] = {
    [SINEW_DTYPE_F32] = {"F32", 4},   [SINEW_DTYPE_F16] = {"F16", 2},
    [SINEW_DTYPE_BF16] = {"BF16", 2}, [SINEW_DTYPE_F64] = {"F64", 8},
    [SINEW_DTYPE_I64] = {"I64", 8},   [SINEW_DTYPE_I32] = {"I32", 4},
    [SINEW_DTYPE_I16] = {"I16", 2},   [SINEW_DTYPE_I8] = {"I8", 1},
    [SINEW_DTYPE_U8] = {"U8", 1},     [SINEW_DTYPE_BOOL] = {"BOOL", 1},
};
enum { N_DTYPES = sizeof dtypes / sizeof *dtypes };

const char *sinew_dtype_name(sinew_dtype dtype)
{
    return (unsigned)dtype < N_DTYPES ? dtypes[dtype].name : NULL;
}

size_t sinew_dtype_bytes(sinew_dtype dtype)
{
    return (unsigned)dtype < N_DTYPES ? dtypes[dtype].bytes : 0;
}

bool sinew_dtype_named(sinew_dtype *out, const char *name)
{
    for (unsigned i = 0; i < N_DTYPES; i++)
        if (strcmp(dtypes[i].name, name) == 0) {
            *out = (sinew_dtype)i;
            return true;
        }
    return false;
}
