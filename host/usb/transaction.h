/*
 * Which packet may follow which: the transactions of USB 2.0 §8.5, §8.4.2 and §11.17 to §11.21 (splits), and of the
 * LPM addendum §2.1, as one pure function of state and input.
 */
#ifndef CORDON_USB_TRANSACTION_H
#define CORDON_USB_TRANSACTION_H

#include <assert.h>

#include "usb/packet.h"

/* What stood on the bus last, of a transaction that is not over. */
enum transaction_state {
	TRANSACTION_IDLE,
	TRANSACTION_IN,
	TRANSACTION_OUT,
	TRANSACTION_SETUP,
	TRANSACTION_PING,
	TRANSACTION_IN_DATA, /* a handshake is due, or never comes: isochronous */
	TRANSACTION_OUT_DATA,
	TRANSACTION_SETUP_DATA,
	TRANSACTION_SSPLIT,
	TRANSACTION_SSPLIT_IN,
	TRANSACTION_SSPLIT_OUT,
	TRANSACTION_SSPLIT_SETUP,
	TRANSACTION_SSPLIT_OUT_DATA,
	TRANSACTION_SSPLIT_SETUP_DATA,
	TRANSACTION_CSPLIT,
	TRANSACTION_CSPLIT_IN,
	TRANSACTION_CSPLIT_OUT,
	TRANSACTION_CSPLIT_SETUP,
	TRANSACTION_EXT,
	TRANSACTION_LPM,
	TRANSACTION_DAMAGED, /* the packet after the token was damaged; a handshake may follow */
	TRANSACTION_STATES,
};

/* A PID, or one of these. */
enum transaction_input {
	TRANSACTION_SEES_CSPLIT = 16, /* USB_PID_SPLIT is then a start-split */
	TRANSACTION_SEES_SUBTOKEN,    /* what comes after EXT */
	TRANSACTION_SEES_KEEPALIVE,
	TRANSACTION_SEES_DAMAGE,
	TRANSACTION_INPUTS,
};

enum transaction_status {
	TRANSACTION_INVALID, /* no place for this packet here; all that was open is void */
	TRANSACTION_BEGINS,  /* what was open ended without an answer */
	TRANSACTION_GOES_ON,
	TRANSACTION_DONE,
	TRANSACTION_CLOSED, /* what was open ended without an answer, and nothing begins */
	TRANSACTION_APART,  /* no part of any transaction, and disturbs none */
};

struct transaction_step {
	uint8_t next;   /* enum transaction_state */
	uint8_t status; /* enum transaction_status */
};

extern const struct transaction_step transaction_steps[TRANSACTION_STATES][TRANSACTION_INPUTS];

static inline struct transaction_step transaction_step(unsigned state, unsigned input)
{
	assert(state < TRANSACTION_STATES && input < TRANSACTION_INPUTS);
	return transaction_steps[state][input];
}

static inline unsigned transaction_input(const struct usb_packet *p, unsigned state)
{
	if (p->errors)
		return TRANSACTION_SEES_DAMAGE;
	if (p->empty)
		return TRANSACTION_SEES_KEEPALIVE;
	if (state == TRANSACTION_EXT && p->pid == USB_PID_LPM && !p->payload)
		return TRANSACTION_SEES_SUBTOKEN;
	if (p->pid == USB_PID_SPLIT && usb_split_complete(p->field))
		return TRANSACTION_SEES_CSPLIT;
	return p->pid;
}

#endif
