/*
 * R12: a keyboard whose first keys are lock keys asks the host which system it runs (the answer comes as LEDs); b: LED
 * reports in a stream carry data out of the host.
 *
 * The probe: three presses of at least two different lock keys, within 30 s, before any other key, on a keyboard whose
 * enumeration was captured, so that they are its first keys. People press one lock key first, and often. The stream: over
 * 10 reports a second for 2 s without a pause of 200 ms; software that blinks a light stays below.
 */
#include "detect/rules.h"

#include <string.h>

enum {
	PROBE_PRESSES = 3,
	PROBE_KINDS = 2,
	STREAM_RATE = 10, /* reports a second */
};

static const int64_t probe_ns = INT64_C(30000000000);
static const int64_t pause_ns = INT64_C(200000000), stream_ns = INT64_C(2000000000);

/* HID Usage Tables 1.4, page 07 */
static const uint16_t lock_usage[] = {
	0x39, /* Caps Lock */
	0x53, /* Num Lock */
	0x47, /* Scroll Lock */
	0x82, /* Locking Caps Lock */
	0x83, /* Locking Num Lock */
	0x84, /* Locking Scroll Lock */
};

struct lock_keyboard {
	uint32_t hid_id; /* whose state this is */
	bool used, over; /* another key came, or it was said */
	uint8_t presses, kinds;
	int64_t first_ns;
	bool streaming, stream_said;
	int64_t stream_from_ns, stream_last_ns;
	uint64_t stream_packet;
	uint32_t stream_reports;
};

struct lock_state {
	struct lock_keyboard keyboard[MODEL_HIDS_MAX];
};

static unsigned lock_of(uint16_t usage)
{
	for (unsigned i = 0; i < sizeof(lock_usage) / sizeof(lock_usage[0]); i++)
		if (lock_usage[i] == usage)
			return i % 3 + 1;
	return 0;
}

/* Apart, for it is over with nearly every keyboard's first key. */
static __attribute__((noinline)) void probe(const struct rule_input *in, struct lock_keyboard *k)
{
	const struct key_report *r = in->event->keys;
	unsigned kinds = 0;
	struct finding *f;

	if (!r)
		return;
	if (!in->event->device || !in->event->device->enumerated) {
		k->over = true;
		return;
	}
	for (unsigned i = 0; i < r->presses && i < KEYS_CHANGES_MAX; i++) {
		unsigned lock = lock_of(r->press[i]);

		if (!lock || (k->presses && in->event->t_ns - k->first_ns > probe_ns)) {
			k->over = true;
			return;
		}
		if (!k->presses++)
			k->first_ns = in->event->t_ns;
		k->kinds |= (uint8_t)(1u << lock);
	}
	for (unsigned i = 0; i < 8; i++)
		kinds += k->kinds >> i & 1;
	if (k->presses < PROBE_PRESSES || kinds < PROBE_KINDS)
		return;
	k->over = true;
	f = rule_emit(in, NULL);
	f->keystroke = in->event->hid->keys_pressed;
	finding_say(f, "its first keys are lock keys, as a tool presses them to find out which "
	               "system it is plugged into");
	finding_integer(f, "lock_presses", k->presses);
	finding_integer(f, "lock_keys", kinds);
	finding_number(f, "span_s", (double)(in->event->t_ns - k->first_ns) / 1e9, 2);
}

static __attribute__((noinline)) void stream(const struct rule_input *in, struct lock_keyboard *k)
{
	int64_t t = in->event->t_ns, span;
	struct finding *f;

	if (!k->streaming || t < k->stream_last_ns || t - k->stream_last_ns > pause_ns) {
		k->streaming = true;
		k->stream_from_ns = t;
		k->stream_packet = in->event->packet;
		k->stream_reports = 0;
	}
	k->stream_last_ns = t;
	k->stream_reports++;
	span = t - k->stream_from_ns;
	/* n reports are n - 1 intervals. */
	if (k->stream_said || span < stream_ns ||
	    (double)(k->stream_reports - 1) <= (double)span / 1e9 * STREAM_RATE)
		return;
	k->stream_said = true;
	f = rule_emit(in, "b");
	f->name = "led-stream";
	finding_say(f, "the host sends it ");
	finding_say_number(f, (double)(k->stream_reports - 1) / ((double)span / 1e9), 0);
	finding_say(f, " lock-light reports a second: data leave through them");
	finding_number(f, "reports_per_s", (double)(k->stream_reports - 1) / ((double)span / 1e9),
	               1);
	finding_number(f, "span_s", (double)span / 1e9, 2);
	finding_integer(f, "first_packet", (int64_t)k->stream_packet);
}

static void match(const struct rule_input *in)
{
	struct lock_state *s = in->state;
	const struct model_hid *h = in->event->hid;
	struct lock_keyboard *k;

	if (!h)
		return;
	k = &s->keyboard[h - in->model->hid];
	if (!k->used || k->hid_id != h->id)
		*k = (struct lock_keyboard){.used = true, .hid_id = h->id};
	if (in->event->kind != EVENT_KEYS)
		stream(in, k);
	else if (!k->over)
		probe(in, k);
}

const struct rule rule_lock_keys = {
	.id = "R12",
	.name = "lock-key-probe",
	.summary = "lock keys before any other key; b: lock lights written over 10 times a second "
		   "for 2 s",
	.group = GROUP_TYPING,
	.weight = WEIGHT_STRONG,
	.events = EVENT_BIT(EVENT_KEYS) | EVENT_BIT(EVENT_LED),
	.profiles = PROFILES_ALL,
	.state_size = sizeof(struct lock_state),
	.match = match,
};
