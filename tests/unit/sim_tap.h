/*
 * A tap that stands still where a real one would measure: for the tests of whatever listens to taps. It speaks the wire
 * protocol, obeys IDENTIFY, STATISTICS, CAPTURE, VBUS, SWITCH and RANGE, answers SELFTEST and CALIBRATE as it is told to, and sends, at a time
 * that the caller says, numbered packets at a rate or the records of a capture. What it sends depends on that time alone.
 */
#ifndef CORDON_TESTS_SIM_TAP_H
#define CORDON_TESTS_SIM_TAP_H

#include "capture/tap_record.h"

enum { SIM_TAP_BACKLOG = 1 << 20, SIM_TAP_REPLIES = 8 };

struct sim_tap_options {
	uint64_t serial;
	uint32_t boot_id;
	uint16_t version;             /* 0: ours */
	unsigned packets_a_second;    /* numbered ones, while it captures */
	unsigned drop_block_each;     /* each so many-th block is numbered and not sent; 0 none */
	const struct record *records; /* instead of numbered packets; times from the first HELLO */
	size_t record_count;
	struct wire_selftest selftest;             /* what it finds; it says so in HELLO too */
	uint8_t calibrate_error, calibrate_reason; /* 0: it keeps what it is asked for */
	uint8_t refuse_settings; /* the error that VBUS, SWITCH and RANGE are answered with; 0: they are obeyed */
	bool vbus_off; /* at the start */
};

struct sim_tap {
	struct sim_tap_options o;
	bool capturing, hello_due;
	uint8_t vbus, bus_switch, range;
	uint64_t now_tick, hello_tick, next_hello, next_status, begin_tick;
	uint64_t packets; /* numbered so far: the next one's number */
	size_t record;
	uint32_t sequence;
	struct tap tap; /* for tap_encode */
	struct sim_tap_reply {
		struct wire_reply head;
		uint8_t data[32];
		size_t len;
	} reply[SIM_TAP_REPLIES];
	unsigned replies;
	struct wire_block block;
	uint8_t block_bytes[WIRE_BLOCK_MAX];
	uint64_t opened_tick; /* of the block */
	bool urgent;          /* it has something that may not wait */
	/* Sent and not yet taken. What finds no room is lost, and told as such. */
	uint8_t out[SIM_TAP_BACKLOG];
	size_t out_len;
	uint32_t lost;
};

void sim_tap_init(struct sim_tap *t, const struct sim_tap_options *o);

/*
 * Time has come to `t_ns` since its start: what it has to say by then is in `out`, but for what a tap keeps for the next
 * millisecond (core/upstream.h). To be called each millisecond, as the firmware looks.
 */
void sim_tap_run(struct sim_tap *t, uint64_t t_ns);

/* `n` bytes of `out` are gone. */
void sim_tap_taken(struct sim_tap *t, size_t n);

/* One command as it comes over either pipe; `hid`: where it came by HID, an input report for the answer, else NULL. */
void sim_tap_command(struct sim_tap *t, const uint8_t *data, size_t len, uint8_t hid[64]);

/* An alert now: in the stream, and where `hid` is not NULL as an input report. */
void sim_tap_alert(struct sim_tap *t, const struct wire_alert *alert, bool in_stream,
                   uint8_t hid[64]);

/* The number that a packet of this tap bears; false where it is none. */
bool sim_tap_number(const struct record *r, uint64_t *number);

#endif
