/*
 * Between the wire protocol of the tap (core/wire.h) and records: bodies to records and back, ticks to nanoseconds and
 * back, ADC counts to amperes and volts and back. One translation for raw dumps (tap_read.c), for the interface of link
 * type 147 in a pcapng file (link_tap.c), and for the writer of such files.
 */
#ifndef CORDON_CAPTURE_TAP_RECORD_H
#define CORDON_CAPTURE_TAP_RECORD_H

#include <stddef.h>

#include "core/wire.h"
#include "usb/record.h"

enum {
	TAP_EDGES_MAX = WIRE_BLOCK_MAX, /* an edge takes a byte at least */
	TAP_BODY_MAX = WIRE_BLOCK_MAX - WIRE_BLOCK_HEAD - WIRE_BLOCK_TAIL - WIRE_RECORD_HEAD,
};

/* What must be known of a tap to read its records: all of it comes from its HELLO. */
struct tap {
	bool known;
	uint32_t tick_hz;
	uint32_t boot_id;
	bool calibrated;
	/* The tick that stands for this time. A tap that starts anew counts from 0 again, and time goes on. */
	uint64_t base_tick, base_ns, last_ns;
	uint64_t newest_tick; /* of this boot: behind it lies what is to come */
	uint64_t away_ns;     /* so long it was not heard before the next boot */
	bool reopened;        /* the next HELLO begins a boot, whatever it says */
	bool unnamed;         /* this boot was told by its ticks: its HELLO is still to come */
	struct record_edge edge[TAP_EDGES_MAX]; /* of the record at hand */
};

enum tap_result {
	TAP_RECORD,
	TAP_MALFORMED, /* the body is shorter than its kind asks for, or says what cannot be */
};

void tap_init(struct tap *t);

/* Nanoseconds since some time before the first record; never over 2^62. */
uint64_t tap_time_ns(struct tap *t, uint64_t tick);

/* The same of a tick that is no record's of the stream. */
uint64_t tap_time_of(const struct tap *t, uint64_t tick);

/* Spans: rounded to the nearest, at most 2^61 ns. */
uint64_t tap_span_ns(const struct tap *t, uint64_t ticks);
uint64_t tap_span_ticks(const struct tap *t, uint64_t ns);

/*
 * To be called before tap_time_ns and tap_decode of the same record: a HELLO may change the clock and tells which
 * calibration holds from here on. True where another boot begins with it: its id is another, or its tick, which is that
 * moment's, lies before one that has been (the id of an older firmware is 1 after each power cut).
 */
bool tap_hello(struct tap *t, const struct wire_record *w);

/* The blocks' numbers have begun anew with this record: true where its tick says so too, and that another boot begins. */
bool tap_numbered_anew(struct tap *t, uint64_t tick);

/* It was not heard for so long: with its next HELLO another boot begins. */
void tap_reopened(struct tap *t, uint64_t away_ns);

/* Fills in kind, flags and what depends on the kind; `r` has the time. Borrows from `w` and from the tap's edges. */
enum tap_result tap_decode(struct tap *t, const struct wire_record *w, struct record *r);

/*
 * The body of `r` into TAP_BODY_MAX bytes; its kind and flags. False where the protocol has no place for it: URBs, ticks,
 * bodies that are too long. The tap must have seen the same HELLO records.
 */
bool tap_encode(const struct tap *t, const struct record *r, uint8_t *body, struct wire_record *w);

#endif
