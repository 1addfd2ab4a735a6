/* The list itself; figures are such as ticks and ADC counts can hold. */
#include "tap_records.h"

#include <assert.h>
#include <string.h>

#include "core/wire.h"

static const uint8_t ack[] = {0xd2};
static const uint8_t data0[] = {0xc3, 0x80, 0x06, 0x00, 0x01, 0x00, 0x00, 0x40, 0x00, 0xdd, 0x94};
static const uint8_t later[] = {1, 2, 3, 4, 5};

static const struct record_edge edges[] = {
	{0, WIRE_DM},
	{25, WIRE_SE0},
	{1000025, WIRE_DM},
	{1000050, WIRE_SE1},
};

#define TEXT(s)                                                                                    \
	{                                                                                          \
		(const uint8_t *)(s), sizeof(s) - 1                                                \
	}

static const struct record_sensor current_ua = {
	.channel = WIRE_CURRENT, .range = WIRE_RANGE_UA, .calibrated = true};
static const struct record_sensor radio = {.channel = WIRE_RADIO, .calibrated = true};

#define MS INT64_C(1000000)

const struct record tap_records[TAP_RECORDS] = {
	{.kind = RECORD_HELLO,
         .flags = RECORD_FROM_TAP,
         .hello = {.version = 1,
                   .capabilities = 3,
                   .tick_hz = WIRE_TICK_HZ,
                   .serial = 0x1122334455667788,
                   .boot_id = 7,
                   .firmware = 0xfeedface,
                   .calibration = 12,
                   .board = 2,
                   .bus_switch = WIRE_SWITCH_HOST,
                   .vbus = 1,
                   .range = WIRE_RANGE_UA,
                   .capturing = 1,
                   .speed = 2,
                   .guard = 3,
                   .burst_threshold = {100, 200},
                   .step_threshold = 300}},
	{.kind = RECORD_PROFILE, .t_ns = 100, .text = TEXT("bare")},
	{.kind = RECORD_CLAIM, .t_ns = 100, .text = TEXT("brand=Ünnamed")},
	{.kind = RECORD_LAYOUT, .t_ns = 100, .text = TEXT("us(dvorak)")},
	{.kind = RECORD_LINE,
         .t_ns = 2 * MS,
         .flags = RECORD_FLIPPED,
         .line = {.event = LINE_ATTACH,
                  .speed = USB_SPEED_LOW,
                  .duration_ns = 2500000,
                  .lines = WIRE_DM,
                  .code = WIRE_ATTACH}},
	{.kind = RECORD_LINE,
         .t_ns = 3 * MS,
         .line = {.event = LINE_VBUS_ON, .code = 0x80 + LINE_VBUS_ON}},
	{.kind = RECORD_PACKET, .t_ns = 4 * MS, .packet_data = {ack, 1, 1, USB_SPEED_LOW, 0}},
	{.kind = RECORD_PACKET,
         .t_ns = 5 * MS,
         .packet_data = {data0, sizeof(data0), sizeof(data0), USB_SPEED_FULL, 0}},
	{.kind = RECORD_PACKET,
         .t_ns = 6 * MS,
         .packet_data = {data0, 5, 500, USB_SPEED_FULL,
                         PACKET_ERROR_RECEIVER | PACKET_ERROR_OVERFLOW | PACKET_CUT}},
	{.kind = RECORD_FOLD, .t_ns = 7 * MS, .fold = {WIRE_FOLD_NAK_IN, 5, 1, 9, 8 * MS, 0, 0}},
	{.kind = RECORD_FOLD,
         .t_ns = 16 * MS,
         .fold = {WIRE_FOLD_SOF, 0, 0, 1000, 999 * MS, 2000, 951}},
	{.kind = RECORD_COUNT, .t_ns = 17 * MS, .count = {5, 0x82, 19, 1216, 1, MS}},
	{.kind = RECORD_EDGES, .t_ns = 18 * MS, .edges = {edges, 4}},
	{.kind = RECORD_UART, .t_ns = 19 * MS, .uart = {WIRE_DM, 74880, TEXT("\r\n ets Jan")}},
	{.kind = RECORD_BAND,
         .t_ns = 20 * MS,
         .band = {{WIRE_CURRENT, WIRE_RANGE_MA, 0, true}, -50354, 67001038, 300009155, 0}},
	{.kind = RECORD_BURST, .t_ns = 21 * MS, .burst = {radio, 100708008, 50354004, 725000}},
	{.kind = RECORD_STEP, .t_ns = 22 * MS, .step = {current_ua, 201, 1000031}},
	{.kind = RECORD_DC_PATH, .t_ns = 23 * MS, .dc_path = {WIRE_PATH_DM, false, 4700000}},
	{.kind = RECORD_CC, .t_ns = 24 * MS, .cc = {410, 3300}},
	{.kind = RECORD_SETTING,
         .t_ns = 25 * MS,
         .setting = {WIRE_SET_OVERVOLTAGE, WIRE_BY_HARDWARE, 0, 0, 1}},
	{.kind = RECORD_ALERT,
         .t_ns = 26 * MS,
         .alert = {UINT16_MAX, WIRE_ALERT_KEYBOARD, 5, 123456789}},
	{.kind = RECORD_ALERT,
         .t_ns = 26 * MS,
         .alert = {0, WIRE_ALERT_OVERVOLTAGE, 0, UINT64_MAX}},
	{.kind = RECORD_STATUS, .t_ns = 27 * MS, .status = {.packets = 1000, .cpu = 30000}},
	{.kind = RECORD_SELFTEST, .t_ns = 28 * MS, .selftest = {15, 4, 77}},
	{.kind = RECORD_REPLY,
         .t_ns = 29 * MS,
         .reply = {{WIRE_OP_VBUS, WIRE_E_VALUE, 3, 99}, {later, sizeof(later)}}},
	{.kind = RECORD_MARK, .t_ns = 30 * MS, .text = TEXT("cable turned")},
	{.kind = RECORD_LOST, .t_ns = 31 * MS, .lost = {5, 41 * MS, WIRE_LOST_EVENTS, 10}},
	{.kind = RECORD_LOST, .t_ns = 42 * MS, .lost = {0, 43 * MS, WIRE_LOST_SENSOR, 500}},
	{.kind = RECORD_LOST, .t_ns = 44 * MS, .lost = {9, 45 * MS, WIRE_LOST_PACKETS, 9}},
	{.kind = RECORD_UNKNOWN, .t_ns = 46 * MS, .unknown = {0x77, {later, sizeof(later)}}},
};

static bool same_text(const struct record_text *a, const struct record_text *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool same_edges(const struct record_edges *a, const struct record_edges *b)
{
	if (a->count != b->count)
		return false;
	for (uint32_t i = 0; i < a->count; i++)
		if (a->edge[i].after_ns != b->edge[i].after_ns ||
		    a->edge[i].lines != b->edge[i].lines)
			return false;
	return true;
}

static bool same_packet(const struct record_packet *a, const struct record_packet *b)
{
	return a->len == b->len && a->len_true == b->len_true && a->speed == b->speed &&
	       a->flags == b->flags && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool same_sensor(const struct record_sensor *a, const struct record_sensor *b)
{
	return a->channel == b->channel && a->range == b->range && a->input == b->input &&
	       a->calibrated == b->calibrated;
}

/* Bodies of fixed layout as bytes, so that none of their fields is forgotten here. */
#define SAME_BODY(name, member)                                                                    \
	(wire_##name##_put(x, &a->member) == wire_##name##_put(y, &b->member) &&                   \
	 memcmp(x, y, sizeof(x)) == 0)

bool tap_records_same(const struct record *a, const struct record *b)
{
	uint8_t x[64] = {0}, y[64] = {0};

	if (a->kind != b->kind || a->t_ns != b->t_ns)
		return false;
	switch (a->kind) {
	case RECORD_PACKET:
		return same_packet(&a->packet_data, &b->packet_data);
	case RECORD_LINE:
		return a->line.event == b->line.event && a->line.speed == b->line.speed &&
		       a->line.duration_ns == b->line.duration_ns && a->line.code == b->line.code &&
		       a->line.lines == b->line.lines;
	case RECORD_LOST:
		return a->lost.packets == b->lost.packets && a->lost.until_ns == b->lost.until_ns &&
		       a->lost.what == b->lost.what && a->lost.count == b->lost.count;
	case RECORD_FOLD:
		return a->fold.what == b->fold.what && a->fold.address == b->fold.address &&
		       a->fold.endpoint == b->fold.endpoint && a->fold.count == b->fold.count &&
		       a->fold.span_ns == b->fold.span_ns && a->fold.first == b->fold.first &&
		       a->fold.last == b->fold.last;
	case RECORD_COUNT:
		return a->count.address == b->count.address &&
		       a->count.endpoint == b->count.endpoint &&
		       a->count.packets == b->count.packets && a->count.bytes == b->count.bytes &&
		       a->count.bad == b->count.bad && a->count.span_ns == b->count.span_ns;
	case RECORD_EDGES:
		return same_edges(&a->edges, &b->edges);
	case RECORD_UART:
		return a->uart.line == b->uart.line && a->uart.baud == b->uart.baud &&
		       same_text(&a->uart.text, &b->uart.text);
	case RECORD_BAND:
		return same_sensor(&a->band.sensor, &b->band.sensor) &&
		       a->band.minimum_nano == b->band.minimum_nano &&
		       a->band.mean_nano == b->band.mean_nano &&
		       a->band.maximum_nano == b->band.maximum_nano &&
		       a->band.floor_nano == b->band.floor_nano;
	case RECORD_BURST:
		return same_sensor(&a->burst.sensor, &b->burst.sensor) &&
		       a->burst.peak_nano == b->burst.peak_nano &&
		       a->burst.mean_nano == b->burst.mean_nano &&
		       a->burst.length_ns == b->burst.length_ns;
	case RECORD_STEP:
		return same_sensor(&a->step.sensor, &b->step.sensor) &&
		       a->step.before_nano == b->step.before_nano &&
		       a->step.after_nano == b->step.after_nano;
	case RECORD_DC_PATH:
		return a->dc_path.path == b->dc_path.path && a->dc_path.open == b->dc_path.open &&
		       a->dc_path.resistance_uohm == b->dc_path.resistance_uohm;
	case RECORD_CC:
		return a->cc.cc1_mv == b->cc.cc1_mv && a->cc.cc2_mv == b->cc.cc2_mv;
	case RECORD_SETTING:
		return SAME_BODY(state, setting);
	case RECORD_HELLO:
		return SAME_BODY(hello, hello);
	case RECORD_ALERT:
		return SAME_BODY(alert, alert);
	case RECORD_STATUS:
		return SAME_BODY(status, status);
	case RECORD_SELFTEST:
		return SAME_BODY(selftest, selftest);
	case RECORD_REPLY:
		return SAME_BODY(reply, reply.head) && same_text(&a->reply.data, &b->reply.data);
	case RECORD_MARK:
	case RECORD_PROFILE:
	case RECORD_CLAIM:
	case RECORD_LAYOUT:
		return same_text(&a->text, &b->text);
	case RECORD_UNKNOWN:
		return a->unknown.kind == b->unknown.kind &&
		       same_text(&a->unknown.body, &b->unknown.body);
	default:
		return false;
	}
}

void tap_dump_init(struct tap_dump *d, uint64_t first_tick)
{
	d->len = 0;
	d->sequence = 0;
	d->first_tick = first_tick;
	d->blocks = 0;
	tap_init(&d->tap);
}

size_t tap_dump_record(struct tap_dump *d, const struct record *r)
{
	uint64_t tick = d->first_tick + tap_span_ticks(&d->tap, (uint64_t)r->t_ns);
	uint8_t body[TAP_BODY_MAX], block[WIRE_BLOCK_MAX], *at;
	struct wire_record w;
	struct wire_block b;
	size_t n;

	assert(tap_encode(&d->tap, r, body, &w));
	tap_hello(&d->tap, &w);
	/* The block's own tick is another than the record's, as it is on a tap. */
	wire_block_begin(&b, block, tick + 40);
	at = wire_block_put(&b, (enum wire_kind)w.kind, w.flags, tick, w.len);
	assert(at);
	memcpy(at, body, w.len);
	n = wire_block_end(&b, d->sequence++);
	assert(d->len + n <= sizeof(d->bytes));
	memcpy(d->bytes + d->len, block, n);
	d->len += n;
	d->blocks++;
	return n;
}
