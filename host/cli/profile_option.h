/* `--profile P` and `--profile device FILE`, for every command that has them. */
#ifndef CORDON_CLI_PROFILE_OPTION_H
#define CORDON_CLI_PROFILE_OPTION_H

#include "cli/command.h"
#include "detect/profile.h"

/*
 * getopt's optarg; where it is `device`, the file may be the next word, and then optind moves on. `*file` (may be NULL)
 * becomes the file's path, borrowed, or NULL. 0, or an exit code with the message said.
 */
int profile_option(const struct command *c, int argc, char **argv, struct profile *p,
                   const char **file);

#endif
