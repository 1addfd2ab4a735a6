/*
 * Commands: checked when they come, kept until their tick, done in the main loop, answered once or as often as asked.
 * In: bytes from bulk OUT or HID. Out: calls of the client, replies in the stream and as HID reports. A malformed
 * command gets an error and changes nothing. Leaves alone: what an opcode does.
 */
#ifndef CORDON_CORE_COMMAND_H
#define CORDON_CORE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/upstream.h"
#include "core/usb_dev.h"
#include "core/wire.h"

enum {
	/* What waits, refusals of a turn of the main loop, and answers for who asks again: the last eight at the least. */
	COMMAND_SLOTS = 24,
	COMMAND_TIMED = 8,    /* wait for a tick at most, so that they keep nobody out */
	COMMAND_WAITING = 16, /* with those that wait for what takes time; more are refused */
	COMMAND_REPORTS = 8,
	COMMAND_ARGS = WIRE_COMMAND_MAX - WIRE_COMMAND_HEAD,
	COMMAND_LEAD =
		WIRE_TICK_HZ / 500, /* 2 ms: so early what is timed to the tick is handed on */
	COMMAND_REPLY_DATA = 40,    /* with its head it fits a HID report */
};

/* With WIRE_NOT_YET as the reply's error it is asked again each turn, with the same command, until that is another. */
typedef void command_do(void *context, const struct wire_command *c, const uint8_t *args,
                        struct wire_reply *reply, uint8_t *data, size_t *data_len);

enum command_state {
	COMMAND_FREE,
	COMMAND_WAITS,
	COMMAND_RUNS,    /* its tick has come, and it takes time */
	COMMAND_REFUSED, /* to be answered with its error */
	COMMAND_DONE,    /* answered; kept for those who ask again */
};

struct command_slot {
	volatile enum command_state state;
	bool by_hid, reply_by_hid;
	struct wire_command c;
	uint8_t args[COMMAND_ARGS];
	struct wire_reply reply;
	uint8_t data[COMMAND_REPLY_DATA];
	size_t data_len;
	uint32_t order; /* of answering: the oldest answer makes room */
};

struct command {
	command_do *act;
	void *context;
	struct command_slot slot[COMMAND_SLOTS];
	volatile bool pending; /* something may be due */
	uint32_t order;
	uint32_t dropped; /* came while every slot was taken */
	/* Replies that the last report still keeps from their way: numbers since the start, which wrap. */
	uint8_t report[COMMAND_REPORTS][USB_DEV_REPORT] __attribute__((aligned(4)));
	uint32_t said, reported;
};

void command_init(struct command *c, command_do *act, void *context);

/* In the USB interrupt. `now`: ticks. */
void command_take(struct command *c, const uint8_t *data, size_t len, bool by_hid, uint64_t now);

/*
 * In the main loop: does what is due. Replies go into the stream, and by HID where the command came so, each tried again until it is
 * taken; who asks for more than COMMAND_REPORTS and fetches none loses the oldest. `hid` and `listening` are as for alerts_run.
 */
void command_run(struct command *c, struct upstream *up, bool listening,
                 bool (*hid)(void *context, const uint8_t *report), void *context, uint64_t now);

#endif
