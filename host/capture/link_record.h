/*
 * A link that records what another one brings. What it passes on has been through the file's own format and reader, so
 * that whoever watches sees exactly what a later reading of the file will show: same times, same packet numbers, same
 * losses. What the operator does goes into the same stream. A tap that was away and has lost its settings is told them anew.
 */
#ifndef CORDON_CAPTURE_LINK_RECORD_H
#define CORDON_CAPTURE_LINK_RECORD_H

#include "capture/tap_setting.h"

enum { RECORD_CLAIMS_MAX = 16 };

/* All borrowed during the call alone. */
struct record_options {
	const char *path; /* NULL: nothing is kept, all else is the same */
	uint64_t ring;    /* record_files.h */
	const struct capture_test *test;
	const char *application; /* who writes: program and rules, with their versions */
	const char *profile;     /* text of the record; NULL: none */
	size_t profile_len;
	const char *claims[RECORD_CLAIMS_MAX]; /* NAME=VALUE; NULL behind the last */
	const char *layout;                    /* of the keys; NULL: none is said */
	const struct tap_settings *settings; /* of the tap, from the beginning on; NULL: as it is */
	int64_t wall_ns; /* the clock of `now_ns` plus this is the time since 1970 */
};

/* `inner` passes to the new link also where this fails. errno is kept with ERR_OPEN, which is about `path`. */
enum err link_record(struct link **l, struct link *inner, const struct record_options *o);

/*
 * Ends the recording, and gives back the link that was recorded, which goes on. What is left of `l` tells how it was, is over
 * at the next pump, and is to be freed.
 */
struct link *link_record_release(struct link *l);

#endif
