/*
 * Records in, transfers and bus events out. One instance for an input; memory is bounded: the tables of a raw bus (1.3
 * MiB, pages untouched until needed) come with its first packet, eight buses at most; those of URBs (4 MiB) with the first
 * URB, likewise. What a ninth bus carries counts as lost. Malformed traffic is counted, never an error.
 */
#ifndef CORDON_USB_STREAM_H
#define CORDON_USB_STREAM_H

#include "usb/transfer.h"

/* What was seen of packets; all counts are of the whole input so far. */
struct usb_counts {
	uint64_t
		packets; /* RECORD_PACKET and RECORD_URB, and what a tap saw and counted instead of sending */
	uint64_t bad_packets; /* any of the next five, each packet once */
	uint64_t bad_pid, bad_crc5, bad_crc16, bad_length, bad_receiver;
	uint64_t cut_setups;   /* kept in part: what was asked for, nobody knows */
	uint64_t lost_packets; /* from RECORD_LOST; a span of unknown count counts 1 */
	uint64_t transactions, naks, stalls, retries, splits, keepalives, sofs;
	uint64_t unpaired; /* URB halves or handshakes without their partner */
};

struct usb_stream;

/* NULL where memory is out. The sink is copied; its functions must outlive the stream. */
struct usb_stream *usb_stream_new(const struct usb_sink *sink);
void usb_stream_free(struct usb_stream *s);

void usb_stream_record(struct usb_stream *s, const struct record *r);

/* The input is over: what is half done comes out as USB_TRANSFER_INCOMPLETE. */
void usb_stream_end(struct usb_stream *s);

const struct usb_counts *usb_stream_counts(const struct usb_stream *s);

#endif
