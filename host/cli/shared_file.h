/*
 * Files that are installed with the program: scenarios, shows. They are found from where the program itself lies, so that an
 * installation may be moved: ../share/cordon, or in the source's tree where it was built.
 */
#ifndef CORDON_CLI_SHARED_FILE_H
#define CORDON_CLI_SHARED_FILE_H

enum { SHARED_PATH_MAX = 4096 };

/* The path of `name` in `out`. Where there is none, the place where it should be: opening it will say so. */
const char *shared_file(const char *name, char out[SHARED_PATH_MAX]);

#endif
