#include "config.h"

#include "config_check.h"
#include "config_keys.h"

static bool read_document(sinewd_config_file *file)
{
    sinew_keys_read(file->document, &sinewd_config_table, &file->config);
    sinewd_config_check(file);
    return file->problems.status == SINEW_OK;
}

bool sinewd_config_load(sinewd_config_file *file, const char *path)
{
    *file = (sinewd_config_file){0};
    return sinew_document_open(&file->document, path, &file->problems) && read_document(file);
}

bool sinewd_config_read(sinewd_config_file *file, const char *text, size_t n, const char *where)
{
    *file = (sinewd_config_file){0};
    return sinew_document_read(&file->document, text, n, where, &file->problems) &&
           read_document(file);
}

void sinewd_config_finish(sinewd_config_file *file)
{
    sinew_document_free(file->document);
    sinew_problems_finish(&file->problems);
}
