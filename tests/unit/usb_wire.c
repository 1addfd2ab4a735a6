/* Text to packets to transfers to text: see usb_wire.h. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/crc.h"
#include "usb_wire.h"

static void say(struct wire *w, const char *format, unsigned value)
{
	w->log_len +=
		(size_t)snprintf(w->log + w->log_len, sizeof(w->log) - w->log_len, format, value);
	assert(w->log_len < sizeof(w->log));
}

static void on_transfer(void *context, const struct usb_transfer *t)
{
	static const char *const types[] = {"iso", "interrupt", "control", "bulk", "unknown"};
	static const char *const statuses[] = {"ok", "stall", "failed", "incomplete"};
	struct wire *w = context;

	w->transfers++;
	w->last = *t;
	say(w, "%u.", t->address);
	say(w, "%02x ", t->endpoint);
	say(w, types[t->type], 0);
	say(w, " ", 0);
	say(w, statuses[t->status], 0);
	if (t->has_setup) {
		const struct usb_setup *s = &t->setup;

		say(w, " setup=%02x", s->bmRequestType);
		say(w, "%02x", s->bRequest);
		say(w, "%04x", (unsigned)(s->wValue >> 8 | (s->wValue & 0xff) << 8));
		say(w, "%04x", (unsigned)(s->wIndex >> 8 | (s->wIndex & 0xff) << 8));
		say(w, "%04x", (unsigned)(s->wLength >> 8 | (s->wLength & 0xff) << 8));
	}
	if (t->len)
		say(w, " =", 0);
	for (uint32_t i = 0; i < t->len && i < 32; i++)
		say(w, "%02x", t->data[i]);
	if (t->len > 32)
		say(w, "... %u", t->len);
	if (t->len != t->len_true)
		say(w, " of %u", t->len_true);
	if (t->naks)
		say(w, " naks=%u", t->naks);
	say(w, "\n", 0);
}

static void on_bus(void *context, const struct usb_bus_event *e)
{
	(void)e;
	((struct wire *)context)->events++;
}

/* Of two, so that a test may compare them, the one that is free. */
int wire_setup(void **state)
{
	static struct wire wires[2];
	struct wire *w = wires[0].stream ? &wires[1] : &wires[0];
	const struct usb_sink sink = {.context = w, .transfer = on_transfer, .bus = on_bus};

	memset(w, 0, sizeof(*w));
	w->speed = USB_SPEED_FULL;
	w->stream = usb_stream_new(&sink);
	*state = w;
	return w->stream ? 0 : -1;
}

int wire_teardown(void **state)
{
	struct wire *w = *state;

	usb_stream_free(w->stream);
	w->stream = NULL;
	return 0;
}

void wire_record(struct wire *w, struct record *r)
{
	r->bus = w->bus;
	r->t_ns = w->t_ns += 1000;
	r->packet = ++w->packet;
	r->step_ns = 1;
	usb_stream_record(w->stream, r);
}

static void packet(struct wire *w, const uint8_t *bytes, size_t len, bool damage, bool cut)
{
	size_t kept = cut ? len / 2 : len;
	uint8_t *copy = malloc(kept ? kept : 1);
	struct record r = {.kind = RECORD_PACKET};

	assert(copy);
	if (kept)
		memcpy(copy, bytes, kept);
	if (damage)
		copy[kept - 1] ^= 0x80;
	r.packet_data = (struct record_packet){.bytes = copy,
	                                       .len = (uint32_t)kept,
	                                       .len_true = (uint32_t)len,
	                                       .speed = w->speed,
	                                       .flags = cut ? PACKET_CUT : 0};
	wire_record(w, &r);
	/* Borrowed no longer. */
	free(copy);
}

static const struct {
	const char *word;
	uint8_t pid;
	char form;
} words[] = {
	{"in", USB_PID_IN, 't'},        {"out", USB_PID_OUT, 't'},
	{"setup", USB_PID_SETUP, 't'},  {"ping", USB_PID_PING, 't'},
	{"ext", USB_PID_EXT, 't'},      {"sof", USB_PID_SOF, 't'},
	{"lpm", USB_PID_DATA0, 't'},    {"ssplit", USB_PID_SPLIT, 's'},
	{"csplit", USB_PID_SPLIT, 'c'}, {"data0", USB_PID_DATA0, 'd'},
	{"data1", USB_PID_DATA1, 'd'},  {"data2", USB_PID_DATA2, 'd'},
	{"mdata", USB_PID_MDATA, 'd'},  {"ack", USB_PID_ACK, 'h'},
	{"nak", USB_PID_NAK, 'h'},      {"stall", USB_PID_STALL, 'h'},
	{"nyet", USB_PID_NYET, 'h'},    {"err", USB_PID_PRE, 'h'},
	{"pre", USB_PID_PRE, 'h'},
};

static uint32_t split_field(const char *rest, bool complete)
{
	static const char *const types[4] = {"control", "iso", "bulk", "interrupt"};
	unsigned hub = 0, type = 0;
	char name[16] = "", low[8] = "";

	sscanf(rest, "%u %15s %7s", &hub, name, low);
	for (unsigned i = 0; i < 4; i++)
		if (!strcmp(name, types[i]))
			type = i;
	return hub | (unsigned)complete << 7 | 1u << 8 | (low[0] ? 1u << 15 : 0) | type << 17;
}

static size_t build(uint8_t *out, uint8_t pid, char form, const char *rest)
{
	unsigned address = 0, endpoint = 0, value;
	uint32_t field;
	size_t n = 1;
	int used;

	out[0] = (uint8_t)(pid | (~pid & 0xfu) << 4);
	switch (form) {
	case 't':
		sscanf(rest, "%u.%u", &address, &endpoint);
		field = address | endpoint << 7;
		store_le16(out + 1, (uint16_t)(field | (uint32_t)crc5(field, 11) << 11));
		return 3;
	case 's':
	case 'c':
		field = split_field(rest, form == 'c');
		store_le16(out + 1, (uint16_t)field);
		out[3] = (uint8_t)(field >> 16 | (uint32_t)crc5(field, 19) << 3);
		return 4;
	case 'd':
		for (; sscanf(rest, "%2x%n", &value, &used) == 1; rest += used)
			out[n++] = (uint8_t)value;
		store_le16(out + n, crc16(out + 1, n - 1));
		return n + 2;
	default:
		return 1;
	}
}

static void line(struct wire *w, enum line_event event)
{
	struct record r = {.kind = RECORD_LINE, .line = {.event = event}};

	wire_record(w, &r);
}

static void one(struct wire *w, const char *text)
{
	uint8_t bytes[USB_PACKET_MAX];
	char word[16] = "", *mark;
	bool damage = false, cut = false;
	int used = 0;

	if (sscanf(text, " %15s%n", word, &used) != 1)
		return;
	if (word[0] == '+') {
		w->t_ns += strtoll(word + 1, NULL, 10) * 1000;
		return;
	}
	if ((mark = strpbrk(word, "!?"))) {
		damage = *mark == '!';
		cut = *mark == '?';
		*mark = 0;
	}
	if (!strcmp(word, "keepalive")) {
		packet(w, NULL, 0, false, false);
	} else if (!strcmp(word, "reset")) {
		line(w, LINE_RESET);
	} else if (!strcmp(word, "detach")) {
		line(w, LINE_DETACH);
	} else if (!strcmp(word, "lost")) {
		struct record r = {.kind = RECORD_LOST, .lost = {.packets = 3}};

		wire_record(w, &r);
	} else {
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (!strcmp(word, words[i].word)) {
				size_t n = build(bytes, words[i].pid, words[i].form, text + used);

				packet(w, bytes, n, damage, cut);
				return;
			}
		assert(!"an unknown word");
	}
}

void wire_say(struct wire *w, const char *text)
{
	char piece[4096];

	while (*text) {
		size_t n = strcspn(text, "|");

		assert(n < sizeof(piece));
		memcpy(piece, text, n);
		piece[n] = 0;
		one(w, piece);
		text += n + (text[n] == '|');
	}
}

const char *wire_said(struct wire *w)
{
	memcpy(w->said, w->log, w->log_len);
	w->said[w->log_len] = 0;
	w->log_len = 0;
	return w->said;
}

const char *wire_said_at_end(struct wire *w)
{
	usb_stream_end(w->stream);
	return wire_said(w);
}

const struct usb_counts *wire_counts(const struct wire *w)
{
	return usb_stream_counts(w->stream);
}
