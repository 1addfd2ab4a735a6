/*
 * Recorded people for tests: the Aalto transcription sample in ../shared/corpus, as edges of keys. Files are other
 * people's and may be absent. Browsers stamped them in whole milliseconds, on machines of some people in
 * steps of 15.6 ms, and after their own queue: holds carry an error of a few milliseconds either way.
 */
#ifndef CORDON_TESTS_TYPING_PEOPLE_H
#define CORDON_TESTS_TYPING_PEOPLE_H

#include "sim/typist.h"

struct person {
	uint32_t id; /* participant */
	uint32_t keys;
	size_t edges;
	struct key_edge *edge; /* by time; owned */
};

#define PEOPLE_DIR "../shared/corpus/typing/aalto136M"

/* By participant number. Returns how many, 0 where the folder is absent; `*out` is to be given to people_free. */
size_t people_load(const char *dir, struct person **out);
void people_free(struct person *p, size_t count);

#endif
