/* The part of a link to a tap that knows no transport; see tap_link.h. */
#include "capture/tap_link.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* HELLO comes at the start and each second. */
#define PATIENCE_NS INT64_C(3000000000)

/* Far longer than a command and a HELLO that was under way before it take. */
#define HEED_NS INT64_C(500000000)

/* So much without a HELLO is no tap, however long it took: 60 ms of a full bus. */
enum { NOISE_BYTES = 64 * 1024 };

enum err tap_link_init(struct tap_link *t, const struct link_ops *ops, enum link_source source,
                       const char *name)
{
	*t = (struct tap_link){.link = {.ops = ops, .source = source, .speed = 1}};
	clock_align_init(&t->clock);
	snprintf(t->status.name, sizeof(t->status.name), "%s", name);
	return capture_open_fed(&t->capture, CAPTURE_FORMAT_TAP);
}

void tap_link_release(struct tap_link *t)
{
	capture_free(t->capture);
}

void tap_link_begin(struct tap_link *t, int64_t now_ns)
{
	t->returned = t->status.presence == LINK_AWAY;
	capture_restart(t->capture, 0);
	tap_alerts_begin(&t->alerts);
	t->status.presence = LINK_COMING;
	t->status.message[0] = '\0';
	t->begun_ns = now_ns;
	t->unheard_bytes = 0;
	/* The tap answers again, and does not do again, what it knows by its number: not that of an earlier program. */
	if (!t->request)
		t->request = (uint16_t)(now_ns >> 10);
}

static void say(struct tap_link *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct tap_link *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(t->status.message, sizeof(t->status.message), format, args);
	va_end(args);
}

static void tell_alert(struct tap_link *t, const struct wire_alert *alert)
{
	t->status.alert = *alert;
	t->status.alerts++;
}

static void give_overdue(struct tap_link *t, bool all)
{
	struct record r = {.kind = RECORD_ALERT, .flags = RECORD_BY_HID, .step_ns = 1};

	while (tap_alerts_overdue(&t->alerts, t->now_ns, all, &r.alert)) {
		/* Before it has said which boot this is, its ticks stand for nothing. */
		r.t_ns = t->status.presence == LINK_HERE ? capture_tap_time(t->capture, r.alert.at)
		                                         : t->latest_ns;
		if (r.t_ns > t->latest_ns)
			t->latest_ns = r.t_ns;
		t->sink->record(t->sink->context, &r);
	}
}

void tap_link_alert(struct tap_link *t, const struct wire_alert *alert)
{
	if (tap_alerts_by_hid(&t->alerts, alert, t->now_ns))
		tell_alert(t, alert);
}

void tap_link_end(struct tap_link *t)
{
	if (!t->err)
		give_overdue(t, true);
}

void tap_link_away(struct tap_link *t, const char *message)
{
	tap_link_end(t);
	if (t->status.presence == LINK_HERE)
		t->status.times_away++;
	t->status.presence = LINK_AWAY;
	say(t, "%s", message);
}

static void hello(struct tap_link *t, const struct record *r)
{
	const struct wire_hello *h = &r->hello;

	if (h->version != WIRE_VERSION) {
		t->err = ERR_VERSION;
		say(t,
		    "tap '%s' speaks version %u of the protocol, this program speaks version %u: "
		    "flash the tap with the firmware of this version, or install the program of "
		    "the tap's",
		    t->status.name, h->version, WIRE_VERSION);
		return;
	}
	t->status.hello = *h;
	t->capture_due |= t->capture_wanted && !h->capturing && t->now_ns - t->told_ns > HEED_NS;
	t->status.presence = LINK_HERE;
	t->unheard_bytes = 0;
	clock_align_add(&t->clock, r->t_ns, t->now_ns);
	t->status.drift_ppm = clock_align_ppm(&t->clock);
}

/* False: it was taken already. */
static bool take_alert(struct tap_link *t, const struct wire_alert *alert)
{
	bool first;

	if (!tap_alerts_in_stream(&t->alerts, alert, &first))
		return false;
	if (first)
		tell_alert(t, alert);
	give_overdue(t, false);
	return true;
}

static void on_record(void *context, const struct record *r)
{
	struct tap_link *t = context;

	if (t->err || (r->kind == RECORD_ALERT && !take_alert(t, &r->alert)))
		return;
	if (r->kind == RECORD_HELLO)
		hello(t, r);
	if (r->kind == RECORD_SETTING && r->setting.setting == WIRE_SET_CAPTURE)
		t->stopped = !r->setting.after;
	if (r->kind == RECORD_REPLY && r->reply.head.error) {
		t->status.refused = r->reply.head;
		t->status.refusals++;
	}
	if (t->err)
		return;
	if (r->t_ns > t->latest_ns)
		t->latest_ns = r->t_ns;
	t->heard_ns = t->now_ns;
	t->sink->record(t->sink->context, r);
}

void tap_link_feed(struct tap_link *t, const uint8_t *data, size_t len)
{
	const struct record_sink sink = {.context = t, .record = on_record};
	enum err err;

	if (t->err)
		return;
	t->unheard_bytes += len;
	if (t->returned && t->status.presence == LINK_COMING)
		capture_away(t->capture, t->now_ns - t->heard_ns);
	err = capture_feed(t->capture, &sink, data, len);
	if (err)
		t->err = err;
	t->status.damaged_blocks = capture_info(t->capture)->tap_blocks_damaged;
	t->status.lost = capture_info(t->capture)->lost;
}

bool tap_link_nag(struct tap_link *t)
{
	bool due = t->capture_due;

	t->capture_due = false;
	return due;
}

void tap_link_check(struct tap_link *t, int64_t now_ns)
{
	bool noise = t->unheard_bytes >= NOISE_BYTES;

	if (!t->err && t->status.presence == LINK_HERE)
		give_overdue(t, false);
	if (t->err || t->status.presence != LINK_COMING)
		return;
	if (!noise && now_ns - t->begun_ns < PATIENCE_NS)
		return;
	t->err = t->unheard_bytes ? ERR_PROTOCOL : ERR_SILENT;
	if (t->unheard_bytes)
		say(t, "what comes from '%s' is not the stream of a tap", t->status.name);
	else
		say(t, "tap '%s' does not answer: unplug it and plug it in again", t->status.name);
}

int64_t tap_link_due(const struct tap_link *t)
{
	if (t->status.presence == LINK_COMING)
		return t->begun_ns + PATIENCE_NS;
	return t->status.presence == LINK_HERE ? tap_alerts_due(&t->alerts) : INT64_MAX;
}

size_t tap_link_command(struct tap_link *t, enum wire_opcode opcode, const uint8_t *args,
                        size_t len, uint8_t to[WIRE_COMMAND_MAX])
{
	const struct wire_command c = {.version = WIRE_VERSION,
	                               .opcode = (uint8_t)opcode,
	                               .request = ++t->request,
	                               .len = (uint8_t)len};
	size_t head = wire_command_put(to, &c);

	if (len > WIRE_COMMAND_MAX - head)
		return 0;
	if (len)
		memcpy(to + head, args, len);
	t->told_ns = t->now_ns;
	return head + len;
}

int64_t tap_link_clock(const struct link *l, int64_t now_ns)
{
	const struct tap_link *t = (const struct tap_link *)l;

	/* While it is away, time goes on. */
	return t->latest_ns + (t->status.presence == LINK_AWAY ? now_ns - t->heard_ns : 0);
}

const struct capture_info *tap_link_info(const struct link *l)
{
	return capture_info(((const struct tap_link *)l)->capture);
}

const struct link_status *tap_link_status(const struct link *l)
{
	return &((const struct tap_link *)l)->status;
}
