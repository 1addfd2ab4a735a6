/*
 * One record of each kind that a tap sends, and dumps made of records: for the tests of whatever carries them.
 */
#ifndef CORDON_TESTS_TAP_RECORDS_H
#define CORDON_TESTS_TAP_RECORDS_H

#include "capture/tap_record.h"

enum { TAP_RECORDS = 30 };

extern const struct record tap_records[TAP_RECORDS];

/* All but `packet`, `bus` and `step_ns`, which are the reader's, and `flags`, which packets in a pcapng file do not have. */
bool tap_records_same(const struct record *a, const struct record *b);

/* A raw dump in the making: one block a record. */
struct tap_dump {
	uint8_t bytes[1 << 20];
	size_t len;
	uint32_t sequence; /* of the next block */
	unsigned blocks;
	uint64_t first_tick; /* stands for t = 0 */
	struct tap tap;
};

void tap_dump_init(struct tap_dump *d, uint64_t first_tick);
/* Bytes added. */
size_t tap_dump_record(struct tap_dump *d, const struct record *r);

#endif
