/*
 * One packet of the wire: bytes to fields, damage to error bits. USB 2.0 §8.3, §8.4; LPM addendum §2 for EXT.
 *
 * Inline, because every packet passes here. What a packet means in its place is transaction.h's business.
 */
#ifndef CORDON_USB_PACKET_H
#define CORDON_USB_PACKET_H

#include <stddef.h>

#include "core/bytes.h"
#include "core/crc.h"
#include "usb/record.h"

enum usb_packet_error {
	USB_PACKET_BAD_PID = 1u << 0,    /* the PID's halves are not complements */
	USB_PACKET_BAD_CRC5 = 1u << 1,   /* token, SOF, split or extended token */
	USB_PACKET_BAD_CRC16 = 1u << 2,  /* data */
	USB_PACKET_BAD_LENGTH = 1u << 3, /* not what its PID asks for, or beyond USB_PACKET_MAX */
	USB_PACKET_BAD_RECEIVER = 1u << 4,
};

enum {
	USB_PID_LPM = 0x3, /* after EXT only, where DATA0 cannot stand. LPM addendum table 2-2 */
};

/* The PID as it stands on the wire, with its complement above it. USB 2.0 §8.3.1 */
#define USB_PID_BYTE(pid) ((pid) | (~(pid)&0xf) << 4)

enum usb_packet_kind {
	USB_PACKET_KIND_SPECIAL, /* PRE or ERR: one byte, and its place tells which */
	USB_PACKET_KIND_TOKEN,   /* address and endpoint, or frame; EXT has the form of a token */
	USB_PACKET_KIND_SPLIT,
	USB_PACKET_KIND_DATA,
	USB_PACKET_KIND_HANDSHAKE,
};

static const uint8_t usb_packet_kind[16] = {
	[USB_PID_EXT] = USB_PACKET_KIND_TOKEN,       [USB_PID_OUT] = USB_PACKET_KIND_TOKEN,
	[USB_PID_ACK] = USB_PACKET_KIND_HANDSHAKE,   [USB_PID_DATA0] = USB_PACKET_KIND_DATA,
	[USB_PID_PING] = USB_PACKET_KIND_TOKEN,      [USB_PID_SOF] = USB_PACKET_KIND_TOKEN,
	[USB_PID_NYET] = USB_PACKET_KIND_HANDSHAKE,  [USB_PID_DATA2] = USB_PACKET_KIND_DATA,
	[USB_PID_SPLIT] = USB_PACKET_KIND_SPLIT,     [USB_PID_IN] = USB_PACKET_KIND_TOKEN,
	[USB_PID_NAK] = USB_PACKET_KIND_HANDSHAKE,   [USB_PID_DATA1] = USB_PACKET_KIND_DATA,
	[USB_PID_PRE] = USB_PACKET_KIND_SPECIAL,     [USB_PID_SETUP] = USB_PACKET_KIND_TOKEN,
	[USB_PID_STALL] = USB_PACKET_KIND_HANDSHAKE, [USB_PID_MDATA] = USB_PACKET_KIND_DATA,
};

/* `field` holds the bits between PID and CRC5, first sent lowest; these take it apart. USB 2.0 §8.3.2, §8.4.2 */
static inline uint8_t usb_token_address(uint32_t field)
{
	return field & 0x7f;
}

static inline uint8_t usb_token_endpoint(uint32_t field)
{
	return field >> 7 & 0xf;
}

static inline bool usb_split_complete(uint32_t field)
{
	return field >> 7 & 1;
}

/* S: a low-speed device, for control and interrupt. USB 2.0 §8.4.2.2 */
static inline bool usb_split_low(uint32_t field)
{
	return field >> 15 & 1;
}

/* ET, USB 2.0 table 8-3 */
static inline enum usb_transfer_type usb_split_type(uint32_t field)
{
	static const uint8_t type[4] = {USB_TYPE_CONTROL, USB_TYPE_ISOCHRONOUS, USB_TYPE_BULK,
	                                USB_TYPE_INTERRUPT};
	return (enum usb_transfer_type)type[field >> 17 & 3];
}

struct usb_packet {
	uint32_t errors; /* enum usb_packet_error; where any is set, trust nothing else */
	bool empty;      /* no bytes at all: the low-speed keep-alive of some analysers */
	uint8_t pid;     /* enum usb_pid */
	uint16_t crc;    /* a data packet's, as sent; a hash of its payload where that was cut */
	uint32_t field;  /* token: 11 bits; split: 19 bits */
	const uint8_t *payload; /* data packets: borrowed from the record */
	uint32_t len;           /* bytes at `payload` */
	uint32_t len_true;      /* of the payload on the wire */
};

static inline void usb_packet_read_data(struct usb_packet *p, const struct record_packet *r)
{
	p->payload = r->bytes + 1;
	if (r->len_true < 3 || r->len_true > USB_PACKET_MAX) {
		p->errors |= USB_PACKET_BAD_LENGTH;
		return;
	}
	p->len_true = r->len_true - 3;
	if (r->len < r->len_true) {
		p->len = r->len - 1 < p->len_true ? r->len - 1 : p->len_true;
		p->crc = crc16(p->payload, p->len);
		return;
	}
	p->len = p->len_true;
	p->crc = load_le16(p->payload + p->len);
	if (p->crc != crc16(p->payload, p->len))
		p->errors |= USB_PACKET_BAD_CRC16;
}

/* `extended`: the packet after an EXT token, whose PID is one of another set; it has the form of a token. */
static inline void usb_packet_read(struct usb_packet *p, const struct record_packet *r,
                                   bool extended)
{
	enum usb_packet_kind kind;

	*p = (struct usb_packet){.errors = 0};
	if (r->flags & (PACKET_ERROR_RECEIVER | PACKET_ERROR_OVERFLOW)) {
		if (r->flags & PACKET_ERROR_RECEIVER)
			p->errors |= USB_PACKET_BAD_RECEIVER;
		if (r->flags & PACKET_ERROR_OVERFLOW)
			p->errors |= USB_PACKET_BAD_LENGTH;
	}
	if (!r->len) {
		if (r->len_true)
			p->errors |= USB_PACKET_BAD_LENGTH;
		else
			p->empty = !p->errors;
		return;
	}
	if (!usb_pid_valid(r->bytes[0])) {
		p->errors |= USB_PACKET_BAD_PID;
		return;
	}
	p->pid = r->bytes[0] & 0xf;
	kind = (enum usb_packet_kind)usb_packet_kind[p->pid];
	if (extended && p->pid == USB_PID_LPM && r->len_true == 3)
		kind = USB_PACKET_KIND_TOKEN;
	switch (kind) {
	case USB_PACKET_KIND_TOKEN:
		if (r->len_true != 3 || r->len != 3) {
			p->errors |= USB_PACKET_BAD_LENGTH;
			return;
		}
		p->field = load_le16(r->bytes + 1) & 0x7ff;
		if (!crc5_token_good(r->bytes + 1))
			p->errors |= USB_PACKET_BAD_CRC5;
		return;
	case USB_PACKET_KIND_SPLIT:
		if (r->len_true != 4 || r->len != 4) {
			p->errors |= USB_PACKET_BAD_LENGTH;
			return;
		}
		p->field = load_le16(r->bytes + 1) | (r->bytes[3] & 7u) << 16;
		if (crc5(p->field, 19) != r->bytes[3] >> 3)
			p->errors |= USB_PACKET_BAD_CRC5;
		return;
	case USB_PACKET_KIND_DATA:
		usb_packet_read_data(p, r);
		return;
	case USB_PACKET_KIND_SPECIAL:
	case USB_PACKET_KIND_HANDSHAKE:
		if (r->len_true != 1)
			p->errors |= USB_PACKET_BAD_LENGTH;
		return;
	}
}

#endif
