/* paths: questions about file names. */
#ifndef SINEW_CLI_PATHS_H
#define SINEW_CLI_PATHS_H

#include <stdbool.h>
#include <sys/stat.h>

/* Do both name one regular file, there already or to be made? "-" and devices never do. */
bool paths_same(const char *a, const char *b);

/* stat of the folder that the path's last part is in; false: there is none. */
bool path_stat_folder(const char *path, struct stat *out);

bool path_is_folder(const char *path);

/* What follows the last '/'. */
const char *path_base(const char *path);

/* "folder/base", the extension replaced where `extension` is not NULL. The caller frees; NULL
 * without memory. */
char *path_in_folder(const char *folder, const char *path, const char *extension);

#endif
