/* A tap without a board: the firmware's own device stack, commands and upstream ring, fed from elsewhere than pins. */
#ifndef CORDON_TESTS_KERNEL_VTAP_H
#define CORDON_TESTS_KERNEL_VTAP_H

#include "core/command.h"
#include "core/upstream.h"
#include "core/usb_dev.h"
#include "tests/kernel/redir.h"

struct vtap {
	struct upstream up;
	struct usb_dev usb;
	struct command command;
	uint64_t now; /* tick */
	uint32_t boot_id;
	uint16_t version; /* of the protocol, as it claims */
	bool capturing, vbus;
	uint64_t capture_since; /* tick; of the last start */
	uint64_t reports;
};

/* The device for redir_plug; there is one tap a process. */
const struct redir_device *vtap_device(struct vtap *t);

/* From here on `now` has to be set before each turn. */
void vtap_init(struct vtap *t, uint64_t serial, uint32_t boot_id, uint16_t version);

/* Once a millisecond: HELLO each second, a status report each 100 ms, what was put goes on its way. */
void vtap_millisecond(struct vtap *t, uint64_t ms);

/* Where the stream comes from. What finds no room is lost and said so, as in the firmware. */
struct vtap_source {
	/* Everything up to `tick`, counted from the start of the capture. */
	void (*until)(struct vtap_source *s, struct vtap *t, uint64_t tick);
	uint64_t records, unsent; /* put so far; of these, without room in the ring */
	bool over;
};

/* A raw dump, in its own time; NULL with a message where it cannot be read. */
struct vtap_source *vtap_source_dump(const char *path);
/* Bulk transactions of a full-speed device, `bytes_s` bytes of the wire protocol a second for so many seconds. */
struct vtap_source *vtap_source_rate(uint32_t bytes_s, uint32_t seconds);

#endif
