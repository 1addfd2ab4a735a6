/* See sim_tap.h. */
#include "sim_tap.h"

#include <string.h>

#include "core/bytes.h"
#include "core/crc.h"
#include "core/upstream.h"

#define TICKS_A_MS (WIRE_TICK_HZ / 1000)

enum { NUMBERED_LEN = 1 + 8 + 2, PID_DATA0 = 0xc3 };

void sim_tap_init(struct sim_tap *t, const struct sim_tap_options *o)
{
	memset(t, 0, sizeof(*t));
	t->o = *o;
	if (!t->o.version)
		t->o.version = WIRE_VERSION;
	tap_init(&t->tap);
	t->hello_due = true;
	t->bus_switch = WIRE_SWITCH_HOST;
	t->vbus = !o->vbus_off;
}

static void close_block(struct sim_tap *t)
{
	size_t n;
	bool drop;

	if (!t->block.len)
		return;
	drop = t->o.drop_block_each &&
	       t->sequence % t->o.drop_block_each == t->o.drop_block_each - 1;
	n = wire_block_end(&t->block, t->sequence++);
	t->block.len = 0;
	if (drop)
		return;
	if (n > sizeof(t->out) - t->out_len) {
		t->lost++;
		return;
	}
	memcpy(t->out + t->out_len, t->block_bytes, n);
	t->out_len += n;
}

static void put(struct sim_tap *t, uint8_t kind, uint8_t flags, uint64_t tick, const uint8_t *body,
                size_t len)
{
	uint8_t *at = NULL;

	if (t->block.len)
		at = wire_block_put(&t->block, (enum wire_kind)kind, flags, tick, len);
	if (!at) {
		close_block(t);
		t->opened_tick = t->now_tick;
		t->urgent = false;
		wire_block_begin(&t->block, t->block_bytes, tick);
		at = wire_block_put(&t->block, (enum wire_kind)kind, flags, tick, len);
	}
	if (at)
		memcpy(at, body, len);
	t->urgent |= !wire_may_wait(kind);
}

/* As in the firmware (core/upstream.h): what is routine waits for the next millisecond's. */
static bool is_due(const struct sim_tap *t)
{
	return t->urgent || t->now_tick - t->opened_tick + TICKS_A_MS >
	                            UPSTREAM_WAIT_US * (uint64_t)(TICKS_A_MS / 1000);
}

static void hello(struct sim_tap *t, uint64_t tick)
{
	const struct wire_hello h = {
		.version = t->o.version,
		.capabilities = WIRE_CAN_LISTEN | WIRE_CAN_SWITCH,
		.tick_hz = WIRE_TICK_HZ,
		.serial = t->o.serial,
		.boot_id = t->o.boot_id,
		.firmware = 0x1234abcd,
		.calibration = 7,
		.board = 1,
		.bus_switch = t->bus_switch,
		.vbus = t->vbus,
		.range = t->range,
		.capturing = t->capturing,
		.failed_checks = t->o.selftest.failed,
	};
	uint8_t body[sizeof(h) + 16];

	put(t, WIRE_HELLO, 0, tick, body, wire_hello_put(body, &h));
	if (!t->tap.known)
		t->hello_tick = tick;
	t->tap.known = true;
	t->hello_due = false;
}

static void status(struct sim_tap *t, uint64_t tick)
{
	const struct wire_status s = {.packets = (uint32_t)t->packets, .lost_records = t->lost};
	uint8_t body[sizeof(s) + 16];

	put(t, WIRE_STATUS, 0, tick, body, wire_status_put(body, &s));
}

static void numbered(struct sim_tap *t, uint64_t tick)
{
	const struct wire_packet p = {.speed = USB_SPEED_FULL, .len_true = NUMBERED_LEN};
	uint8_t body[WIRE_PACKET_HEAD + NUMBERED_LEN], *at = body + wire_packet_put(body, &p);

	at[0] = PID_DATA0;
	store_le64(at + 1, t->packets++);
	store_le16(at + 9, crc16(at + 1, 8));
	put(t, WIRE_PACKET, 0, tick, body, sizeof(body));
}

bool sim_tap_number(const struct record *r, uint64_t *number)
{
	if (r->kind != RECORD_PACKET || r->packet_data.len != NUMBERED_LEN ||
	    r->packet_data.bytes[0] != PID_DATA0)
		return false;
	*number = load_le64(r->packet_data.bytes + 1);
	return true;
}

/* One record of the capture, if it is due. */
static bool play(struct sim_tap *t)
{
	const struct record *r = &t->o.records[t->record];
	uint8_t body[TAP_BODY_MAX];
	struct wire_record w;
	uint64_t tick;

	if (t->record >= t->o.record_count || !t->tap.known)
		return false;
	tick = t->hello_tick + tap_span_ticks(&t->tap, r->t_ns > 0 ? (uint64_t)r->t_ns : 0);
	if (tick > t->now_tick)
		return false;
	t->record++;
	if (tap_encode(&t->tap, r, body, &w))
		put(t, w.kind, w.flags, tick, body, w.len);
	return true;
}

static void answers(struct sim_tap *t)
{
	for (unsigned i = 0; i < t->replies; i++) {
		const struct sim_tap_reply *r = &t->reply[i];
		uint8_t body[32 + sizeof(r->data)];
		size_t n = wire_reply_put(body, &r->head);

		memcpy(body + n, r->data, r->len);
		put(t, WIRE_REPLY, 0, r->head.done, body, n + r->len);
	}
	t->replies = 0;
}

static uint64_t tick_of_packet(const struct sim_tap *t, uint64_t number)
{
	return t->begin_tick + number * WIRE_TICK_HZ / t->o.packets_a_second;
}

void sim_tap_run(struct sim_tap *t, uint64_t t_ns)
{
	uint64_t end = tap_span_ticks(&t->tap, t_ns);

	/* In steps of a millisecond, so that what it says is in order whatever the caller's steps are. */
	while (t->now_tick < end) {
		t->now_tick = t->now_tick + TICKS_A_MS < end ? t->now_tick + TICKS_A_MS : end;
		if (t->hello_due || t->now_tick >= t->next_hello) {
			hello(t, t->now_tick);
			t->next_hello = t->now_tick + WIRE_TICK_HZ;
		}
		answers(t);
		if (t->now_tick >= t->next_status) {
			status(t, t->now_tick);
			t->next_status = t->now_tick + WIRE_TICK_HZ / 10;
		}
		while (t->o.records && t->capturing && play(t))
			;
		while (!t->o.records && t->capturing && t->o.packets_a_second &&
		       tick_of_packet(t, t->packets) <= t->now_tick)
			numbered(t, tick_of_packet(t, t->packets));
	}
	if (is_due(t))
		close_block(t);
}

void sim_tap_taken(struct sim_tap *t, size_t n)
{
	t->out_len -= n;
	memmove(t->out, t->out + n, t->out_len);
}

/* The board is 6 mA and 20 uA off; a slope becomes a thousandth of the microamperes that it was told. */
static void calibrate(const struct sim_tap *t, const uint8_t *args, struct sim_tap_reply *r)
{
	struct wire_calibration w = {.id = 0x0000c0de,
	                             .sequence = 3,
	                             .zero_ma = 5005 + 596,
	                             .zero_ua = 5005 - 99,
	                             .slope_ma = 16384,
	                             .slope_ua = 16384,
	                             .reason = t->o.calibrate_reason};
	struct wire_calibrate c;

	wire_calibrate_get(&c, args, WIRE_CALIBRATE_BYTES);
	if (c.what == WIRE_CALIBRATE_SLOPE && c.range == WIRE_RANGE_MA)
		w.slope_ma = (uint16_t)(c.current_na / 1000000);
	if (c.what == WIRE_CALIBRATE_SLOPE && c.range == WIRE_RANGE_UA)
		w.slope_ua = (uint16_t)(c.current_na / 1000000);
	r->head.error = t->o.calibrate_error;
	if (!t->o.calibrate_error || t->o.calibrate_reason)
		r->len = wire_calibration_put(r->data, &w);
}

static void state(struct sim_tap *t, const struct wire_command *c, enum wire_setting setting,
                  uint32_t before, uint32_t after)
{
	const struct wire_state s = {.setting = (uint8_t)setting,
	                             .cause = WIRE_BY_COMMAND,
	                             .request = c->request,
	                             .before = before,
	                             .after = after};
	uint8_t body[sizeof(s) + 8];

	put(t, WIRE_STATE, 0, t->now_tick, body, wire_state_put(body, &s));
}

static void set(struct sim_tap *t, const struct wire_command *c, struct sim_tap_reply *r,
                enum wire_setting setting, uint8_t *now, uint8_t after)
{
	r->head.error = t->o.refuse_settings;
	if (r->head.error)
		return;
	state(t, c, setting, *now, after);
	*now = after;
}

void sim_tap_command(struct sim_tap *t, const uint8_t *data, size_t len, uint8_t hid[64])
{
	struct wire_command c = {0};
	struct sim_tap_reply r;
	size_t n;

	wire_command_get(&c, data, len);
	r = (struct sim_tap_reply){
		.head = {.opcode = c.opcode, .request = c.request, .done = t->now_tick}};
	switch (c.opcode) {
	case WIRE_OP_IDENTIFY:
		t->hello_due = true;
		break;
	case WIRE_OP_STATISTICS:
		break;
	case WIRE_OP_CAPTURE:
		if (!t->capturing && data[WIRE_COMMAND_HEAD] && !t->packets)
			t->begin_tick = t->now_tick;
		state(t, &c, WIRE_SET_CAPTURE, t->capturing, data[WIRE_COMMAND_HEAD]);
		t->capturing = data[WIRE_COMMAND_HEAD] != 0;
		break;
	case WIRE_OP_VBUS:
		set(t, &c, &r, WIRE_SET_VBUS, &t->vbus, data[WIRE_COMMAND_HEAD]);
		break;
	case WIRE_OP_SWITCH:
		set(t, &c, &r, WIRE_SET_SWITCH, &t->bus_switch, data[WIRE_COMMAND_HEAD]);
		break;
	case WIRE_OP_RANGE:
		set(t, &c, &r, WIRE_SET_RANGE, &t->range, data[WIRE_COMMAND_HEAD]);
		break;
	case WIRE_OP_SELFTEST:
		r.len = wire_selftest_put(r.data, &t->o.selftest);
		break;
	case WIRE_OP_CALIBRATE:
		calibrate(t, data + WIRE_COMMAND_HEAD, &r);
		break;
	default:
		r.head.error = WIRE_E_OPCODE;
		break;
	}
	if (t->replies < SIM_TAP_REPLIES)
		t->reply[t->replies++] = r;
	if (hid) {
		memset(hid, 0, 64);
		hid[0] = WIRE_REPLY;
		n = wire_reply_put(hid + 2, &r.head);
		memcpy(hid + 2 + n, r.data, r.len);
	}
}

void sim_tap_alert(struct sim_tap *t, const struct wire_alert *alert, bool in_stream,
                   uint8_t hid[64])
{
	struct wire_alert now = *alert;
	uint8_t body[sizeof(now) + 8];
	size_t n;

	now.at = t->now_tick;
	n = wire_alert_put(body, &now);
	if (in_stream)
		put(t, WIRE_ALERT, 0, now.at, body, n);
	if (!hid)
		return;
	memset(hid, 0, 64);
	hid[0] = WIRE_ALERT;
	memcpy(hid + 2, body, n);
}
