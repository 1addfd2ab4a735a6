/*
 * What the links to a tap share, over USB or a socket: its stream fed into a capture, its HELLO heeded (version, clock),
 * silence and noise told from a tap, commands put into bytes. The transport is the link's own.
 */
#ifndef CORDON_CAPTURE_TAP_LINK_H
#define CORDON_CAPTURE_TAP_LINK_H

#include "capture/clock_align.h"
#include "capture/link.h"
#include "capture/tap_alerts.h"

struct tap_link {
	struct link link;
	struct capture *capture;
	struct clock_align clock;
	struct link_status status;
	struct tap_alerts alerts;
	const struct record_sink *sink;   /* during a pump */
	int64_t now_ns;                   /* of the pump at hand */
	int64_t begun_ns;                 /* since then it owes a HELLO */
	bool returned;                    /* it has been away before */
	int64_t heard_ns;                 /* when the last record came */
	int64_t latest_ns;                /* its time */
	uint64_t unheard_bytes;           /* that came without a HELLO among them */
	bool capture_wanted, capture_due; /* it shall capture; it was told to, and does not */
	int64_t told_ns;                  /* the last command */
	bool stopped;                     /* it said that it no longer captures */
	uint16_t request;
	enum err err;
};

enum err tap_link_init(struct tap_link *t, const struct link_ops *ops, enum link_source source,
                       const char *name);
void tap_link_release(struct tap_link *t);

/* The stream begins, or begins anew after tap_link_away. */
void tap_link_begin(struct tap_link *t, int64_t now_ns);
void tap_link_away(struct tap_link *t, const char *message);

/* Bytes of the stream, in a pump. What is wrong with them stands in `err`, and `status.message`. */
void tap_link_feed(struct tap_link *t, const uint8_t *data, size_t len);

/* An alert that came by HID, in a pump. */
void tap_link_alert(struct tap_link *t, const struct wire_alert *alert);

/* Nothing more will come: what the stream has not brought is given out, in a pump. */
void tap_link_end(struct tap_link *t);

/*
 * Whether the tap has to be told once more to capture: a command may be lost on the way, and each HELLO says whether it was
 * heeded. True once each time.
 */
bool tap_link_nag(struct tap_link *t);

/* Whether the tap has been silent, or noise, for too long, and alerts are overdue; and when to look again, on the clock of `now_ns`. */
void tap_link_check(struct tap_link *t, int64_t now_ns);
int64_t tap_link_due(const struct tap_link *t);

/* The command's bytes into `to`; their number. */
size_t tap_link_command(struct tap_link *t, enum wire_opcode opcode, const uint8_t *args,
                        size_t len, uint8_t to[WIRE_COMMAND_MAX]);

/* link_ops of every tap. */
int64_t tap_link_clock(const struct link *l, int64_t now_ns);
const struct capture_info *tap_link_info(const struct link *l);
const struct link_status *tap_link_status(const struct link *l);

#endif
