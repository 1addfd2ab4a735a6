/*
 * Traffic in words, for tests of the USB layer: packets are made from text and pushed into a stream, transfers come
 * back as text.
 *
 * A line is packets between bars: "in 5.1 | data1 01 02 | ack". Words: in, out, setup, ping, ext A.E; ssplit, csplit
 * HUB TYPE [low], where type is control, bulk, interrupt or iso; data0, data1, data2, mdata HEX...; ack, nak, stall,
 * nyet, err, pre, sof, lpm, keepalive; reset, detach, lost; +N to let N microseconds pass. A "!" behind the word
 * damages the packet, a "?" cuts its data to half. Each packet takes one microsecond.
 */
#ifndef CORDON_TESTS_USB_WIRE_H
#define CORDON_TESTS_USB_WIRE_H

#include "usb/stream.h"

struct wire {
	struct usb_stream *stream;
	int64_t t_ns;
	uint64_t packet;
	uint16_t bus;
	enum usb_speed speed;
	unsigned transfers, events;
	struct usb_transfer last; /* its data are gone */
	/* Since the last wire_said, as "5.81 unknown ok =0102 naks=1\n", control with "setup=8006000100001200". */
	char log[8192];
	size_t log_len;
	char said[8192];
};

/* For cmocka: *state is a wire with a stream of its own. */
int wire_setup(void **state);
int wire_teardown(void **state);
void wire_say(struct wire *w, const char *text);

/* What came out since the last call. */
const char *wire_said(struct wire *w);

/* usb_stream_end, then what came out. */
const char *wire_said_at_end(struct wire *w);
const struct usb_counts *wire_counts(const struct wire *w);

/* Any record; t_ns and packet are filled in. */
void wire_record(struct wire *w, struct record *r);

#endif
