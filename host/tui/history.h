/*
 * What screens need of the past: rings beside the model, sized once. Filled as a watch of lib/analysis.h; everything in
 * it bears the time at which it was known (`seen_ns`, never stepping back), so that each pane can be drawn as of any
 * moment. Strings are as they came off the wire, cut: whoever draws escapes them.
 */
#ifndef CORDON_TUI_HISTORY_H
#define CORDON_TUI_HISTORY_H

#include "detect/engine.h"
#include "detect/typing/parameters.h"
#include "report/layout.h"

enum {
	HISTORY_ROWS = 32768,
	HISTORY_STEPS = 8192,
	HISTORY_DEVICES = 512, /* versions */
	HISTORY_COLUMNS = 8192,
	HISTORY_DATA = 64, /* bytes of a transfer that are kept */
	HISTORY_TEXT = 32, /* bytes of what a report's keys print */
	HISTORY_NAME = 96,
	HISTORY_WORDS = 96,
	HISTORY_CHANNELS = WIRE_MUX + 1,
	HISTORY_INTERFACES = 8,
};

enum history_row_kind {
	HISTORY_TRANSFER,
	HISTORY_LINE,
	HISTORY_LOST,
	HISTORY_BURST, /* of one sensor, folded */
	HISTORY_STEP,
	HISTORY_TAP, /* whatever else it tells, and its operator: `words` */
};

struct history_row {
	int64_t seen_ns, t_ns;
	uint64_t packet;
	uint64_t lost; /* HISTORY_LOST; 0 unknown how many */
	uint16_t bus;
	uint8_t kind;                /* enum history_row_kind */
	uint8_t address, endpoint;   /* address: of a burst or step the channel */
	uint8_t type, status, speed; /* as in usb_transfer */
	uint8_t line;                /* enum line_event */
	bool has_setup, keys;
	struct usb_setup setup;
	uint8_t len; /* of data[] */
	uint8_t finding; /* 1 + the first finding that this row brought, 0 none; none for those beyond 255 */
	uint32_t len_true, naks;
	union {
		uint8_t data[HISTORY_DATA];
		char words[HISTORY_WORDS]; /* HISTORY_TAP; `len` is 0 */
		struct {
			uint32_t count; /* bursts or steps */
			int64_t before_nano, value_nano,
				span_ns; /* value: highest burst; before and after a step, lowest and highest of several */
		};
	};
	char text[HISTORY_TEXT]; /* keys: what it prints */
};

/* One keyboard report with news. */
struct history_step {
	int64_t seen_ns, t_ns;
	uint64_t packet;
	uint32_t hid, device; /* ids of the model */
	uint32_t key;         /* keys of this keyboard so far */
	uint8_t presses;
	bool replaced, overlap;
	float gap_ms, hold_ms; /* negative: none */
	float ratio;
	float sum[TYPING_FEATURES];
	char text[HISTORY_TEXT];
};

struct history_interface {
	uint8_t number, class_code, subclass, protocol, endpoint, interval;
	uint16_t packet_max, reports_len; /* reports_len: of its report descriptor */
	uint32_t kinds;
	bool boot, described, inferred;
};

/* A device as it was known from `seen_ns` on. */
struct history_device {
	int64_t seen_ns;
	uint32_t id;
	uint16_t bus, vid, pid;
	uint8_t address, speed;
	bool has_device, has_hash, gone, enumerated, is_hub;
	int64_t attached_ns, configured_ns, gone_ns;
	uint32_t kinds, problems;
	uint16_t max_power_ma;
	uint8_t hash[32];
	char manufacturer[HISTORY_NAME], product[HISTORY_NAME], serial[HISTORY_NAME];
	uint8_t interfaces, interfaces_more;
	struct history_interface interface[HISTORY_INTERFACES];
};

/* What a tap measures all the time. */
enum history_sense { HISTORY_CURRENT, HISTORY_RADIO, HISTORY_SENSES };

/* Of the milliseconds in a span: nanoamperes; for radio nanovolts of the detector above its floor. */
struct history_sensed {
	int64_t maximum, sum;
	uint32_t bands; /* how many milliseconds; 0: nothing was measured */
};

struct history_column {
	uint32_t transfers, bytes, keys, lost, events, bursts, steps, marks;
	struct history_sensed sensed[HISTORY_SENSES];
};

struct history_sums;

struct history {
	struct layout *layout; /* borrowed; NULL: keys are counted, and not written down */
	int64_t now_ns;        /* of the latest event */
	bool any;
	int64_t begin_ns; /* of the first */

	/* Ordinals count from 0 for ever; an item stands at ordinal % size, the last `size` of them are there. */
	uint64_t rows, steps, devices;
	struct history_row row[HISTORY_ROWS];
	struct history_step step[HISTORY_STEPS];
	struct history_device device[HISTORY_DEVICES];

	/* The whole input in columns of equal width, doubled whenever it no longer fits. From begin_ns. */
	int64_t column_ns;
	struct history_column column[HISTORY_COLUMNS];
	struct history_sums *sums; /* of these: what was asked for already */

	/* Since when each is known; HISTORY_NEVER: not yet. */
	int64_t sensed_ns[HISTORY_SENSES], dc_path_ns;
	int64_t far_ns; /* the far end stands in the tap's own socket: its ground was measured through the cable, not open since */
	struct history_sensed sensed_most[HISTORY_SENSES]; /* of all: the scale of a bar */

	/* Of the tap: what it counted last; what stood on the pins of CC. */
	struct wire_status status;
	bool has_status, cc_known;
	/* 1 + the ordinals of rows that still grow; 0 none. */
	uint64_t burst_row[HISTORY_CHANNELS], step_row[HISTORY_CHANNELS], uart_row;
	uint32_t uart_run; /* characters of the run so far */
	struct record_cc cc;

	size_t findings; /* of the engine, of which these bear their time */
	int64_t finding_seen_ns[FINDINGS_MAX];
	size_t rows_found; /* findings that a row already speaks of */

	/* Of the report that a transfer's row will tell. */
	bool keys_pending;
	char text_pending[HISTORY_TEXT];
	uint8_t locks[MODEL_HIDS_MAX];
	uint32_t locks_of[MODEL_HIDS_MAX];
};

#define HISTORY_NEVER INT64_MAX

/* NULL where memory is out. */
struct history *history_new(struct layout *l);
void history_free(struct history *h);

/* A watch of lib/analysis.h; `context` is the history. */
void history_event(void *context, const struct engine *engine, const struct event *e);

/* For those who fill it, history.c and history_tap.c. */
struct history_row *history_row_new(struct history *h, const struct event *e,
                                    enum history_row_kind kind);
struct history_column *history_column_now(struct history *h);
void history_column_add(struct history_column *to, const struct history_column *from);
void history_sensed_add(struct history_sensed *to, const struct history_sensed *from);

/* How many rows, steps and findings were known at `t_ns`: ordinals below that are of then or before. */
uint64_t history_rows_at(const struct history *h, int64_t t_ns);
uint64_t history_steps_at(const struct history *h, int64_t t_ns);
size_t history_findings_at(const struct history *h, int64_t t_ns);

/* The oldest that is still there. */
uint64_t history_rows_first(const struct history *h);
uint64_t history_steps_first(const struct history *h);

static inline const struct history_row *history_row(const struct history *h, uint64_t ordinal)
{
	return &h->row[ordinal % HISTORY_ROWS];
}

static inline const struct history_step *history_step(const struct history *h, uint64_t ordinal)
{
	return &h->step[ordinal % HISTORY_STEPS];
}

/* The devices known at `t_ns`, in order of appearance, `max` at most: returns how many. */
unsigned history_devices_at(const struct history *h, int64_t t_ns,
                            const struct history_device **out, unsigned max);

/* What happened in [from, to). */
struct history_column history_span(const struct history *h, int64_t from_ns, int64_t to_ns);

#endif
