/*
 * How far a long read has come, on stderr where that is a terminal; nothing for what takes under a second.
 */
#ifndef CORDON_CLI_PROGRESS_H
#define CORDON_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool shown;    /* stderr is a terminal */
	char name[64]; /* of the input, escaped and cut */
	uint64_t size; /* 0: unknown, a pipe */
	uint64_t done;
	int64_t begun_ms, drawn_ms;
};

void progress_begin(struct progress *p, const char *path);
void progress_add(struct progress *p, size_t bytes);
void progress_end(struct progress *p);

#endif
