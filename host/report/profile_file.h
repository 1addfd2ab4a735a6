/*
 * A declared device, read from a file: `cordon analyze --profile "device FILE"`. JSON, one object:
 *
 *   {"name": "front desk scanner",
 *    "structure_sha256": "a096...",       as `cordon analyze --json` prints it; 64 hex digits
 *    "serial": "S/N:0001",                leave out where the device has none
 *    "alphabet": "0123456789<ENTER>"}     what it may type; leave out: its typing is not waived
 *
 * `alphabet` is text as a US keyboard types it, with <NAME> for keys that print nothing and <<> for "<"; letters and
 * characters that need Shift allow Shift too. Or it is a list of usages on page 07: [4, 5, 40]. `name` and
 * `structure_sha256` must be there; a field of another name is an error, so that a misspelt one is not passed over.
 */
#ifndef CORDON_REPORT_PROFILE_FILE_H
#define CORDON_REPORT_PROFILE_FILE_H

#include <stddef.h>

#include "detect/profile.h"

enum { PROFILE_ERROR_MAX = 320 };

/*
 * False with a line in `error` (e.g. cannot read profile 'x': field 'alphabet': no key types 'ä'), escaped for terminals;
 * then `p` is left as it was.
 */
bool profile_file_load(struct profile *p, const char *path, char error[PROFILE_ERROR_MAX]);

/* The same from memory; `path` is what the message calls it. */
bool profile_file_parse(struct profile *p, const char *path, const char *bytes, size_t len,
                        char error[PROFILE_ERROR_MAX]);

#endif
