/*
 * The bursts and the steps of a second of one sensor are one row, where the first was, as SOFs and NAKs are folded: a room of
 * access points would push everything else out of the ring. What the tap repeats (HELLO, STATUS) makes no row.
 */
#include "tui/history_tap.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "usb/tap_checks.h"

#define FOLD_NS INT64_C(1000000000)

enum { UART_A_ROW = 48 };

static void say(struct history *h, const struct event *e, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct history *h, const struct event *e, const char *format, ...)
{
	struct history_row *r = history_row_new(h, e, HISTORY_TAP);
	va_list args;

	va_start(args, format);
	vsnprintf(r->words, sizeof(r->words), format, args);
	va_end(args);
}

static void band(struct history *h, const struct record_band *b)
{
	struct history_sensed one = {.maximum = b->maximum_nano, .sum = b->mean_nano, .bands = 1};
	enum history_sense sense = HISTORY_CURRENT;

	if (b->sensor.channel == WIRE_RADIO) {
		sense = HISTORY_RADIO;
		one.maximum -= b->floor_nano;
		one.sum -= b->floor_nano;
	} else if (b->sensor.channel != WIRE_CURRENT) {
		return;
	}
	history_sensed_add(&history_column_now(h)->sensed[sense], &one);
	history_sensed_add(&h->sensed_most[sense], &one);
	if (h->sensed_ns[sense] == HISTORY_NEVER)
		h->sensed_ns[sense] = h->now_ns;
}

/* The row that gathers these, for a second; `*ordinal` is 1 + its own. */
static struct history_row *gathering(struct history *h, const struct event *e, uint64_t *ordinal,
                                     enum history_row_kind kind, unsigned channel)
{
	struct history_row *r =
		*ordinal > history_rows_first(h) ? &h->row[(*ordinal - 1) % HISTORY_ROWS] : NULL;

	if (!r || e->t_ns - r->t_ns >= FOLD_NS) {
		r = history_row_new(h, e, kind);
		r->address = (uint8_t)channel;
		*ordinal = h->rows;
	}
	r->count++;
	r->span_ns = e->t_ns - r->t_ns;
	return r;
}

static void burst(struct history *h, const struct event *e)
{
	const struct record_burst *b = &e->record->burst;
	unsigned channel = (unsigned)b->sensor.channel;
	struct history_row *r = gathering(h, e, &h->burst_row[channel], HISTORY_BURST, channel);

	history_column_now(h)->bursts++;
	r->span_ns += (int64_t)b->length_ns;
	if (b->peak_nano > r->value_nano)
		r->value_nano = b->peak_nano;
}

static void step(struct history *h, const struct event *e)
{
	const struct record_step *s = &e->record->step;
	unsigned channel = (unsigned)s->sensor.channel;
	struct history_row *r = gathering(h, e, &h->step_row[channel], HISTORY_STEP, channel);
	int64_t low = s->before_nano < s->after_nano ? s->before_nano : s->after_nano;
	int64_t high = s->before_nano < s->after_nano ? s->after_nano : s->before_nano;

	history_column_now(h)->steps++;
	if (r->count == 1) {
		r->before_nano = s->before_nano;
		r->value_nano = s->after_nano;
		return;
	}
	if (r->count == 2 && r->before_nano > r->value_nano) {
		int64_t first = r->before_nano;

		r->before_nano = r->value_nano;
		r->value_nano = first;
	}
	if (low < r->before_nano)
		r->before_nano = low;
	if (high > r->value_nano)
		r->value_nano = high;
}

static void setting(struct history *h, const struct event *e)
{
	static const char *const names[] = {
		[WIRE_SET_CAPTURE] = "capture",     [WIRE_SET_SWITCH] = "bus switch",
		[WIRE_SET_RANGE] = "current range", [WIRE_SET_PULL_DOWNS] = "pull-downs",
		[WIRE_SET_MUX] = "multiplexer",     [WIRE_SET_GUARD] = "guard",
	};
	static const char *const ranges[] = {"mA", "uA"};
	const struct wire_state *s = &e->record->setting;
	const char *name = s->setting < sizeof(names) / sizeof(names[0]) ? names[s->setting] : NULL;

	/* The supply has a row as a line event. */
	if (s->setting == WIRE_SET_VBUS || s->setting == WIRE_SET_LEDS ||
	    s->setting == WIRE_SET_BUZZER)
		return;
	if (s->setting == WIRE_SET_OVERVOLTAGE)
		say(h, e, s->after ? "OVERVOLTAGE on the cable" : "overvoltage latch released");
	else if (s->setting == WIRE_SET_VBUS_FAULT)
		say(h, e,
		    s->after ? "VBUS fault: more current than is allowed" : "VBUS fault over");
	else if (s->setting == WIRE_SET_RANGE && s->after < 2)
		say(h, e, "current range %s", ranges[s->after]);
	else
		say(h, e, "%s %" PRIu32 " to %" PRIu32, name ? name : "setting", s->before,
		    s->after);
}

static void path(struct history *h, const struct event *e)
{
	static const char *const wires[] = {"?", "D+", "D-", "VBUS", "ground"};
	const struct record_dc_path *p = &e->record->dc_path;
	const char *wire = p->path < sizeof(wires) / sizeof(wires[0]) ? wires[p->path] : "?";

	if (h->dc_path_ns == HISTORY_NEVER)
		h->dc_path_ns = h->now_ns;
	if (p->path == WIRE_PATH_GROUND && p->open)
		h->far_ns = HISTORY_NEVER;
	else if (p->path == WIRE_PATH_GROUND && h->far_ns == HISTORY_NEVER)
		h->far_ns = h->now_ns;
	if (p->open)
		say(h, e, "wire %s is open", wire);
	else
		say(h, e, "wire %s: %.3f ohm", wire, (double)p->resistance_uohm / 1e6);
}

/* Of pins that are measured again and again, what differs from the last time. */
static void cc(struct history *h, const struct event *e)
{
	const struct record_cc *c = &e->record->cc;

	if (h->cc_known && h->cc.cc1_mv == c->cc1_mv && h->cc.cc2_mv == c->cc2_mv)
		return;
	h->cc_known = true;
	h->cc = *c;
	say(h, e, "CC1 %u mV, CC2 %u mV", c->cc1_mv, c->cc2_mv);
}

static void alert(struct history *h, const struct event *e)
{
	const struct record *r = e->record;

	say(h, e, "the tap's alarm: %s%s", tap_alert_name(r->alert.what),
	    r->flags & RECORD_BY_HID ? ", by HID alone" : "");
}

static void text(struct history *h, const struct event *e, const char *what)
{
	const struct record_text *t = &e->record->text;

	say(h, e, "%s%.*s", what, (int)(t->len < HISTORY_WORDS ? t->len : HISTORY_WORDS),
	    (const char *)t->bytes);
}

/* A run of text comes by the character: a row has so many of them, and grows until then. */
static void uart(struct history *h, const struct event *e)
{
	const struct uart_text *u = e->uart;
	unsigned n = u->run ? (u->run - 1) % UART_A_ROW + 1 : 0;
	struct history_row *r = h->uart_row > history_rows_first(h)
	                                ? &h->row[(h->uart_row - 1) % HISTORY_ROWS]
	                                : NULL;

	n = n < u->len ? n : u->len;
	if (!r || u->run <= h->uart_run || n == 1) {
		history_column_now(h)->events++;
		r = history_row_new(h, e, HISTORY_TAP);
		h->uart_row = h->rows;
	}
	h->uart_run = u->run;
	snprintf(r->words, sizeof(r->words), "text on %s at %" PRIu32 ": \"%.*s\"",
	         u->line == WIRE_DP ? "D+" : "D-", u->baud, (int)n, u->text + u->len - n);
}

void history_record(struct history *h, const struct event *e)
{
	if (e->kind == EVENT_UART) {
		uart(h, e);
		return;
	}
	switch (e->record->kind) {
	case RECORD_BAND:
		band(h, &e->record->band);
		break;
	case RECORD_BURST:
		burst(h, e);
		break;
	case RECORD_STEP:
		step(h, e);
		break;
	case RECORD_SETTING:
		setting(h, e);
		break;
	case RECORD_DC_PATH:
		path(h, e);
		break;
	case RECORD_CC:
		cc(h, e);
		break;
	case RECORD_ALERT:
		alert(h, e);
		break;
	case RECORD_STATUS:
		h->status = e->record->status;
		h->has_status = true;
		break;
	case RECORD_SELFTEST:
		say(h, e,
		    e->record->selftest.failed ? "self-test: checks failed (%04x)"
		                               : "self-test: nothing wrong",
		    e->record->selftest.failed);
		break;
	case RECORD_MARK:
		history_column_now(h)->marks++;
		text(h, e, "mark: ");
		break;
	case RECORD_PROFILE:
		text(h, e, "profile: ");
		break;
	case RECORD_CLAIM:
		text(h, e, "the seller claims ");
		break;
	case RECORD_LAYOUT:
		text(h, e, "layout from here on: ");
		break;
	default:
		break;
	}
}
