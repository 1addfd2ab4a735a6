/*
 * Capture files in, records out: pcap and pcapng, from a file, a pipe or standard input, through one window of fixed
 * size. Memory does not grow with the input and nothing is allocated per packet.
 *
 * Formats: pcap (draft-ietf-opsawg-pcap), pcapng (draft-ietf-opsawg-pcapng), the bulk stream of a tap (firmware/README.md).
 * Link types: 189 and 220 (Linux usbmon), 249 (USBPcap), 288, 293, 294, 295 (USB 2.0 packets), 147 (a tap's records, where
 * pcapng names the interface CAPTURE_TAP_NAME); others are skipped and counted. Damage ends the input: all that
 * stands before it is delivered, and capture_info says where and why.
 */
#ifndef CORDON_CAPTURE_CAPTURE_H
#define CORDON_CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/capture_test.h"
#include "usb/err.h"
#include "usb/record.h"

enum capture_format {
	CAPTURE_FORMAT_UNKNOWN, /* nothing read yet */
	CAPTURE_FORMAT_PCAP,
	CAPTURE_FORMAT_PCAPNG,
	CAPTURE_FORMAT_TAP, /* the bulk stream of a tap, as it came */
};

enum capture_state {
	CAPTURE_MORE, /* a block was consumed */
	CAPTURE_WAITING, /* nothing to read now: see capture_follow; a descriptor that does not block; or a signal came */
	CAPTURE_END,
};

/* if_name of an interface of link type 147 that is ours. */
#define CAPTURE_TAP_NAME "cordon tap"

enum {
	CAPTURE_SKIP_KINDS = 16,
	CAPTURE_TEXT_MAX = 256,
};

struct capture_skip {
	uint32_t link_type;
	uint64_t packets;
};

struct capture_info {
	enum capture_format format;
	bool big_endian;             /* of the section last begun */
	uint64_t bytes;              /* read so far */
	uint64_t packets;            /* packet blocks, of whatever link type */
	uint64_t packets_used;       /* those of a supported link type */
	uint64_t packets_unreadable; /* those of them with a broken pseudo-header: RECORD_LOST */
	uint64_t tap_records; /* in a raw dump or on interfaces of link type 147; among `packets` */
	uint64_t tap_unknown; /* those of them of a kind that is not known here */
	uint64_t tap_blocks_damaged; /* raw dumps: what began like a block and was none */
	uint64_t tap_bytes_skipped;  /* raw dumps: what was passed over to find the next block */
	uint64_t events;             /* line events from custom blocks */
	uint64_t events_dropped;     /* too many of them before the first packet */
	uint64_t lost;               /* packets that the file says are missing */
	uint32_t sections, interfaces;
	int64_t duration_ns; /* from the earliest record to the latest */

	/* By link type, in order of appearance; an interface without packets has its line too. */
	struct capture_skip skipped[CAPTURE_SKIP_KINDS];
	uint32_t skipped_kinds;
	uint64_t packets_skipped; /* all, also beyond the table */

	bool truncated;        /* the input ends inside a block or is corrupt from here on */
	const char *reason;    /* static text, NULL where not truncated */
	uint64_t truncated_at; /* byte offset of the block concerned */
	int error;             /* errno of ERR_READ */

	/* Options of the first section that has them; bytes as in the file, cut, not escaped. */
	char hardware[CAPTURE_TEXT_MAX], os[CAPTURE_TEXT_MAX];
	char application[CAPTURE_TEXT_MAX], comment[CAPTURE_TEXT_MAX];
	struct capture_test
		test; /* of the first section: what the operator said of the recording */
};

struct capture;

/* "-" is standard input. Reads nothing yet. On failure *c is NULL; errno is kept with ERR_OPEN. */
enum err capture_open(struct capture **c, const char *path);

/* The descriptor passes to the capture also where this fails. */
enum err capture_open_fd(struct capture **c, int fd);

/*
 * An input that the caller brings in pieces: what was recorded of a tap a moment ago, or its bulk stream
 * (CAPTURE_FORMAT_TAP; UNKNOWN: found out). ERR_MEMORY.
 */
enum err capture_open_fed(struct capture **c, enum capture_format format);

/* Everything that can be known by now goes to the sink; a piece of a block is kept for the next piece. */
enum err capture_feed(struct capture *c, const struct record_sink *sink, const uint8_t *data,
                      size_t len);

/*
 * A fed bulk stream stops here and will begin anew, `gap_ns` later: the tap was away. Until it has said who it is,
 * nothing is taken; then the gap is told as a loss. Also to be called at the start, with 0, which is no loss.
 */
void capture_restart(struct capture *c, int64_t gap_ns);

/* The time of a tick of this boot, on the records' clock. */
int64_t capture_tap_time(const struct capture *c, uint64_t tick);

/* It is still silent: so long it has been by now. */
void capture_away(struct capture *c, int64_t gap_ns);
void capture_free(struct capture *c);

/* Sees every byte of the input once, in order, as it is read; the bytes are borrowed. With a tap the input is read to
 * its end even behind damage. To be set before the first step. */
void capture_tap(struct capture *c, void (*tap)(void *context, const uint8_t *data, size_t len),
                 void *context);

/* The file is still being written: its end is CAPTURE_WAITING instead of CAPTURE_END. */
void capture_follow(struct capture *c, bool on);

/* What to wait on after CAPTURE_WAITING; stays the capture's. */
int capture_descriptor(const struct capture *c);

/* One block. ERR_LINK_TYPE comes with CAPTURE_END, after everything was read. */
enum err capture_step(struct capture *c, const struct record_sink *sink, enum capture_state *state);

/* The same for `blocks` blocks. */
enum err capture_steps(struct capture *c, const struct record_sink *sink, uint64_t blocks,
                       enum capture_state *state);

/* All blocks, to the end, or until nothing can be read now. */
enum err capture_run(struct capture *c, const struct record_sink *sink);

/* Valid until capture_free, and current at any time. */
const struct capture_info *capture_info(const struct capture *c);

#endif
