/* One tap asked once: who it is, and if wanted one command with its answer. It is not told to capture. */
#ifndef CORDON_CLI_TAP_ASK_H
#define CORDON_CLI_TAP_ASK_H

#include "capture/link_usb.h"

enum { TAP_ASK_ARGS = 16, TAP_ASK_DATA = 64 };

struct tap_question {
	enum wire_opcode opcode;
	uint8_t args[TAP_ASK_ARGS];
	size_t len;
	int64_t patience_ns;
};

/* What came of asking it. */
struct tap_answer {
	enum err err;
	bool known;   /* `hello` */
	bool replied; /* `reply` and its data */
	struct wire_hello hello;
	struct wire_reply reply;
	uint8_t data[TAP_ASK_DATA];
	size_t len;
	char message[LINK_MESSAGE_MAX];
};

/* `question`: NULL where it is only to say who it is. */
void tap_ask(const struct usb_tap *t, const struct tap_question *question, struct tap_answer *a);

#endif
