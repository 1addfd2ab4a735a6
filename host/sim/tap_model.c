/*
 * The tap's side of a simulation. In: lines and packets (wires.h). Out: a tap's records, times within a few milliseconds
 * of order, as a tap's own are. Leaves alone: sensors (sensors.h), how lines get lost (tap_loss.c).
 */
#include "sim/tap_model.h"

#include <string.h>

#include "core/bytes.h"
#include "sim/tap_loss.h"
#include "sim/wires.h"

#define MS(n) (INT64_C(1000000) * (n))

/* As in firmware/core/line.c; HELLO as in firmware/main.c. */
static const int64_t RESET_AFTER = MS(5) / 2, GONE_AFTER = MS(100), ATTACH_AFTER = MS(2),
		     SUSPEND_AFTER = MS(3), FLUSH_EACH = MS(1), HELLO_EACH = MS(1000);

static void emit(struct tap_model *t, struct record *r, enum record_kind kind, int64_t t_ns)
{
	r->kind = kind;
	r->t_ns = t_ns;
	r->step_ns = 1;
	t->sink.record(t->sink.context, r);
}

static void event(struct tap_model *t, enum line_event what, int64_t t_ns, int64_t duration_ns)
{
	struct record r = {.line = {.event = what,
	                            .speed = t->speed,
	                            .duration_ns = (uint64_t)duration_ns,
	                            .lines = (uint8_t)t->lines}};

	tap_model_flush_edges(t);
	emit(t, &r, RECORD_LINE, t_ns);
}

void tap_model_flush_edges(struct tap_model *t)
{
	struct record r = {.edges = {.edge = t->edge, .count = t->edges}};

	if (!t->edges)
		return;
	t->edges = 0;
	emit(t, &r, RECORD_EDGES, t->edge_ns);
}

static void flush_fold(struct tap_model *t, struct tap_model_fold *f)
{
	struct record r = {.fold = f->fold};

	if (!f->fold.count)
		return;
	r.fold.span_ns = (uint64_t)(f->last_ns - f->first_ns);
	f->fold.count = 0;
	emit(t, &r, RECORD_FOLD, f->first_ns);
}

static void count(struct tap_model_fold *f, int64_t t_ns)
{
	if (!f->fold.count)
		f->first_ns = t_ns;
	f->last_ns = t_ns;
	f->fold.count++;
}

static void flush(struct tap_model *t)
{
	tap_model_flush_edges(t);
	flush_fold(t, &t->sof);
	flush_fold(t, &t->keepalive);
	flush_fold(t, &t->nak);
}

static void hello(struct tap_model *t)
{
	struct record r = {.hello = t->hello};

	r.hello.speed = (uint8_t)t->speed;
	emit(t, &r, RECORD_HELLO, t->hello_ns);
	t->hello_ns += HELLO_EACH;
}

static bool is_idle(const struct tap_model *t)
{
	return t->lines != WIRE_SE0 && t->speed != USB_SPEED_UNKNOWN &&
	       t->lines == wires_j(t->speed);
}

/* What the lines' not changing will mean, and when; INT64_MAX: nothing. */
static int64_t next_event(const struct tap_model *t, enum line_event *what)
{
	if (t->lines == WIRE_SE0 && t->attached) {
		*what = t->resetting ? LINE_DETACH : LINE_RESET;
		return t->since_ns + (t->resetting ? GONE_AFTER : RESET_AFTER);
	}
	if (is_idle(t) && !t->attached) {
		*what = LINE_ATTACH;
		return t->since_ns + ATTACH_AFTER;
	}
	if (is_idle(t) && !t->suspended) {
		*what = LINE_SUSPEND;
		return t->since_ns + SUSPEND_AFTER;
	}
	return INT64_MAX;
}

static void happen(struct tap_model *t, enum line_event what)
{
	switch (what) {
	case LINE_ATTACH:
		t->attached = true;
		t->packets = false;
		break;
	case LINE_RESET:
		t->resetting = true;
		break;
	case LINE_DETACH:
		/* Attached, reset, and then not one packet: high speed, whose levels cannot be seen here. */
		t->blind = !t->packets;
		what = t->blind ? LINE_BLIND : LINE_DETACH;
		t->attached = t->resetting = t->suspended = false;
		break;
	default:
		t->suspended = true;
		break;
	}
	event(t, what, t->since_ns, 0);
}

void tap_model_until(struct tap_model *t, int64_t t_ns)
{
	for (;;) {
		enum line_event what = LINE_UNKNOWN;
		int64_t happens = next_event(t, &what);
		bool gathered = t->edges || t->sof.fold.count || t->keepalive.fold.count ||
		                t->nak.fold.count;
		int64_t flushes = gathered ? t->flush_ns : INT64_MAX;

		if (t->hello_ns <= t_ns && t->hello_ns <= happens && t->hello_ns <= flushes) {
			hello(t);
		} else if (flushes <= t_ns && flushes <= happens) {
			flush(t);
		} else if (happens <= t_ns) {
			happen(t, what);
		} else {
			break;
		}
	}
	if (t->flush_ns <= t_ns)
		t->flush_ns = (t_ns / FLUSH_EACH + 1) * FLUSH_EACH;
}

static void set_speed(struct tap_model *t, enum usb_speed speed, int64_t t_ns)
{
	if (t->speed == speed)
		return;
	t->speed = speed;
	event(t, LINE_SPEED, t_ns, 0);
}

static void gather(struct tap_model *t, int64_t t_ns, enum wire_lines lines)
{
	if (t->edges == TAP_MODEL_EDGES)
		tap_model_flush_edges(t);
	if (!t->edges)
		t->edge_ns = t_ns;
	t->edge[t->edges++] =
		(struct record_edge){.after_ns = (uint64_t)(t_ns - t->edge_ns), .lines = lines};
}

static void release_held(struct tap_model *t);

static void change(struct tap_model *t, int64_t t_ns, enum wire_lines lines)
{
	int64_t length = t_ns - t->since_ns;

	if (lines == t->lines)
		return;
	release_held(t);
	if (t->suspended) {
		t->suspended = false;
		event(t, LINE_RESUME, t_ns, 0);
	}
	if (t->lines == WIRE_SE0 && t->resetting) {
		t->resetting = false;
		event(t, LINE_RESET_END, t_ns, length);
	}
	if (t->lines == WIRE_SE0 && t->blind) {
		t->blind = false;
		event(t, LINE_SIGHTED, t_ns, length);
	}
	t->lines = lines;
	t->since_ns = t_ns;
	/* A K of a bus that is attached is a K; else it is the J of the other speed. */
	if (lines != WIRE_SE0 && !(t->attached && length < MS(1)))
		set_speed(t, lines == WIRE_DP ? USB_SPEED_FULL : USB_SPEED_LOW, t_ns);
	gather(t, t_ns, lines);
}

static void put_packet(struct tap_model *t, int64_t t_ns, enum usb_speed speed,
                       const struct sim_packet *p, uint32_t flags)
{
	struct record r = {.packet_data = {.bytes = p->bytes,
	                                   .len = p->len,
	                                   .len_true = p->len,
	                                   .speed = speed,
	                                   .flags = flags}};

	emit(t, &r, RECORD_PACKET, t_ns);
}

static void release_held(struct tap_model *t)
{
	unsigned count = t->held_count;

	t->held_count = 0;
	for (unsigned i = 0; i < count; i++)
		put_packet(t, t->held[i].t_ns, t->held[i].speed, &t->held[i].packet, 0);
}

static void hold(struct tap_model *t, int64_t t_ns, enum usb_speed speed,
                 const struct sim_packet *p)
{
	t->held[t->held_count].t_ns = t_ns;
	t->held[t->held_count].speed = speed;
	t->held[t->held_count++].packet = *p;
}

static void fold_nak(struct tap_model *t)
{
	const uint8_t *token = t->held[0].packet.bytes;
	enum wire_fold_what what =
		(token[0] & 0xf) == USB_PID_IN ? WIRE_FOLD_NAK_IN : WIRE_FOLD_NAK_OUT;
	uint8_t address = token[1] & 0x7f,
		endpoint = (uint8_t)(token[1] >> 7 | (token[2] & 7) << 1);
	struct record_fold *f = &t->nak.fold;

	t->held_count = 0;
	if (f->count && (f->what != what || f->address != address || f->endpoint != endpoint))
		flush_fold(t, &t->nak);
	f->what = what;
	f->address = address;
	f->endpoint = endpoint;
	count(&t->nak, t->held[0].t_ns);
}

/* One step of what is folded; false: it goes up as it is. */
static bool fold(struct tap_model *t, int64_t t_ns, enum usb_speed speed,
                 const struct sim_packet *p)
{
	unsigned pid = p->bytes[0] & 0xf;
	unsigned first = t->held_count ? t->held[0].packet.bytes[0] & 0xf : 0;

	if (pid == USB_PID_SOF && !t->held_count) {
		uint16_t frame = load_le16(p->bytes + 1) & 0x7ff;

		if (!t->sof.fold.count)
			t->sof.fold.first = frame;
		t->sof.fold.what = WIRE_FOLD_SOF;
		t->sof.fold.last = frame;
		count(&t->sof, t_ns);
		return true;
	}
	if (pid == USB_PID_NAK && ((first == USB_PID_IN && t->held_count == 1) ||
	                           (first == USB_PID_OUT && t->held_count == 2))) {
		fold_nak(t);
		return true;
	}
	if (first == USB_PID_OUT && t->held_count == 1 && p->len <= 3 + WIRE_PAYLOAD_MAX &&
	    (pid == USB_PID_DATA0 || pid == USB_PID_DATA1)) {
		hold(t, t_ns, speed, p);
		return true;
	}
	release_held(t);
	if (pid == USB_PID_IN || pid == USB_PID_OUT) {
		hold(t, t_ns, speed, p);
		return true;
	}
	return false;
}

static void packet(struct tap_model *t, const struct record *r)
{
	const struct record_packet *p = &r->packet_data;
	struct sim_packet q;

	q.len = (uint16_t)p->len;
	memcpy(q.bytes, p->bytes, p->len);
	if (t->suspended) {
		t->suspended = false;
		event(t, LINE_RESUME, r->t_ns, 0);
	}
	t->packets = true;
	t->since_ns = r->t_ns + wire_duration_ns(&q, p->speed);
	if (!p->flags && fold(t, r->t_ns, p->speed, &q))
		return;
	release_held(t);
	tap_model_flush_edges(t);
	put_packet(t, r->t_ns, p->speed, &q, p->flags);
}

static void setting(struct tap_model *t, const struct record *r)
{
	struct record copy = *r;

	if (r->setting.setting == WIRE_SET_VBUS)
		t->hello.vbus = (uint8_t)r->setting.after;
	if (r->setting.setting == WIRE_SET_SWITCH)
		t->hello.bus_switch = (uint8_t)r->setting.after;
	emit(t, &copy, r->kind, r->t_ns);
}

void tap_model_record(void *context, const struct record *r)
{
	struct tap_model *t = context;

	tap_model_until(t, r->t_ns);
	switch (r->kind) {
	case RECORD_PACKET:
		packet(t, r);
		break;
	case RECORD_LINE:
		release_held(t);
		t->keepalive.fold.what = WIRE_FOLD_KEEPALIVE;
		count(&t->keepalive, r->t_ns);
		t->since_ns = r->t_ns + 1333;
		break;
	case RECORD_EDGES:
		for (uint32_t i = 0; i < r->edges.count; i++) {
			int64_t at = r->t_ns + (int64_t)r->edges.edge[i].after_ns;

			tap_model_until(t, at);
			if (!tap_loss_edge(t, at))
				change(t, at, r->edges.edge[i].lines);
		}
		break;
	case RECORD_SETTING:
		setting(t, r);
		break;
	default: {
		struct record copy = *r;

		emit(t, &copy, r->kind, r->t_ns);
	}
	}
}

void tap_model_init(struct tap_model *t, const struct record_sink *sink, uint64_t seed, double loss)
{
	memset(t, 0, sizeof(*t));
	t->sink = *sink;
	random_init(&t->random, seed);
	t->speed = USB_SPEED_UNKNOWN;
	t->hello = (struct wire_hello){
		.version = WIRE_VERSION,
		.capabilities = WIRE_CAN_LISTEN | WIRE_CAN_SENSE | WIRE_CAN_SWITCH,
		.tick_hz = WIRE_TICK_HZ,
		.serial = random_u64(&t->random),
		.boot_id = 1 + random_below(&t->random, 1000),
		.calibration = 1 + random_below(&t->random, 1000000),
		.board = 1,
		.start_cause = WIRE_BY_POWER,
		.bus_switch = WIRE_SWITCH_HOST,
		.range = WIRE_RANGE_MA,
		.capturing = 1,
	};
	t->flush_ns = FLUSH_EACH;
	tap_loss_init(t, loss);
}
