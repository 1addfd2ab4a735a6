/* Cases of load and of the receiver's limits: as much as a bus can carry, of each kind. USB 2.0 §5.4 to §5.8, §7.1.18.1. */
#include "core/sample_keyboard.h"
#include "tests/wave/case.h"

static const double MS = 1e9;
enum { ADDRESS = 3, BULK = 64, ISOCHRONOUS = 1023 };

static void fill_at_random(struct wave_case *c, uint8_t *to, size_t len)
{
	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)(wave_random(&c->wave) >> 8);
}

static void fill(struct wave_case *c, uint8_t *to, size_t len)
{
	/* Now and then what is stuffed most, and not at all. */
	static const uint8_t patterns[] = {0xff, 0x00, 0xfc};
	unsigned kind = wave_random(&c->wave) % 8;

	fill_at_random(c, to, len);
	for (size_t i = 0; i < len && kind < sizeof(patterns); i++)
		to[i] = patterns[kind];
}

/* Two bit times from SE0 to the next K is the least; the J of the EOP is one of them. */
static void nak_storm(struct wave_case *c)
{
	case_attach(c);
	for (unsigned i = 0; i < 4000; i++)
		case_nak_in(c, ADDRESS, 1, 2);
}

static void nak_out(struct wave_case *c)
{
	uint8_t payload[BULK];

	case_attach(c);
	for (unsigned i = 0; i < 300; i++) {
		fill(c, payload, sizeof(payload));
		case_nak_out(c, ADDRESS, 1, payload, sizeof(payload), 3);
	}
}

/* As short as packets get, as close as they may come, and none of them to be folded. */
static void stalls(struct wave_case *c, unsigned polls)
{
	case_attach(c);
	for (unsigned i = 0; i < polls; i++) {
		case_token(c, USB_PID_IN, 1 + i % 100, i % 16, 2);
		case_handshake(c, USB_PID_STALL, 2);
	}
}

static void minimal(struct wave_case *c)
{
	stalls(c, 600);
}

/* The same for longer than the way up can take it whole. */
static void minimal_long(struct wave_case *c)
{
	stalls(c, 4000);
}

static void saturate(struct wave_case *c, unsigned endpoint, unsigned transactions)
{
	uint8_t payload[BULK];

	case_attach(c);
	for (unsigned i = 0; i < transactions; i++) {
		fill(c, payload, sizeof(payload));
		case_token(c, USB_PID_IN, ADDRESS, endpoint, 3);
		case_data(c, i & 1 ? USB_PID_DATA1 : USB_PID_DATA0, payload, sizeof(payload), 3);
		case_handshake(c, USB_PID_ACK, 4);
	}
}

/* One of another device's, of random data. */
static void foreign(struct wave_case *c)
{
	uint8_t payload[BULK];

	fill_at_random(c, payload, sizeof(payload));
	case_token(c, USB_PID_IN, ADDRESS, 1, 3);
	case_data(c, USB_PID_DATA0, payload, sizeof(payload), 3);
	case_handshake(c, USB_PID_ACK, 4);
}

static void dense_packet(void *context, const uint8_t *bytes, size_t len)
{
	struct wave_case *c = context;

	case_packet(c, bytes, len, 3);
	if ((bytes[0] & 3) == 2)
		foreign(c);
}

/* A keyboard enumerates on a bus that is full before, between and after: no gap anywhere. */
static void dense(struct wave_case *c, bool hidden)
{
	case_attach(c);
	for (unsigned i = 0; i < 60 + c->wave.seed % 7; i++)
		foreign(c);
	sample_keyboard(hidden, dense_packet, c);
	for (unsigned i = 0; i < 60; i++)
		foreign(c);
}

static void dense_enumeration(struct wave_case *c)
{
	dense(c, false);
}

static void dense_hidden(struct wave_case *c)
{
	dense(c, true);
}

static void bulk(struct wave_case *c)
{
	saturate(c, 1, 400);
}

static void bulk_long(struct wave_case *c)
{
	saturate(c, 1, 1200);
}

/* One bit is not as its sender meant it. */
static void flip(struct wave_case *c, uint8_t *bytes, size_t from, size_t to)
{
	size_t bit = 8 * from + wave_random(&c->wave) % (8 * (to - from));

	bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

/* A transaction in which something is wrong; whoever sees it does not answer. */
static void damaged(struct wave_case *c, unsigned kind, uint8_t *payload)
{
	enum { TOO_LONG = PACKET_RX_MAX + 50 };
	uint8_t p[TOO_LONG];
	size_t len = wave_data(p, USB_PID_DATA0, payload, BULK);

	if (kind == 0) {
		wave_token(p, USB_PID_IN, ADDRESS, 1);
		flip(c, p, 1, 3);
		case_damaged(c, p, 3, WIRE_BAD_CRC, 20);
		return;
	}
	/* Endpoint 0 is told whole whatever else is. */
	case_token(c, USB_PID_IN, ADDRESS, kind == 1 ? 0 : 1, 3);
	if (kind <= 2) {
		flip(c, p, 1, len);
		case_damaged(c, p, len, WIRE_BAD_CRC, 20);
	} else if (kind == 3) {
		case_damaged(c, p, 2, WIRE_BAD_LENGTH, 20);
	} else if (kind == 4) {
		fill_at_random(c, p + 1, TOO_LONG - 1);
		case_damaged(c, p, TOO_LONG, WIRE_BAD_LENGTH, 20);
	} else {
		case_packet(c, p, len, kind == 5 ? 20 : 3);
	}
	if (kind == 6) {
		wave_handshake(p, USB_PID_ACK);
		p[1] = 0x5a;
		case_damaged(c, p, 2, WIRE_BAD_LENGTH, 20);
	}
}

/* A full bus, one in `each` of its transactions damaged: checksums of tokens and of data, lengths of each, answers that do not come. */
static void damage(struct wave_case *c, unsigned each)
{
	enum { TRANSACTIONS = 1200, KINDS = 7 };
	uint8_t payload[BULK];

	case_attach(c);
	for (unsigned i = 0; i < TRANSACTIONS; i++) {
		unsigned kind = wave_random(&c->wave) % (KINDS + 1);

		fill(c, payload, sizeof(payload));
		/* Of the longest only some: they take the time of twelve. Two without an answer in a row would be isochronous. */
		if (i % each == 0 && kind < KINDS && (kind != 4 || i % 16 == 0)) {
			damaged(c, kind, payload);
			continue;
		}
		/* As busy as what is cut, and never cut: three in a frame, until the way up is too full for them. */
		case_token(c, USB_PID_IN, ADDRESS, i % 8 == 3 && i < TRANSACTIONS * 2 / 3 ? 0 : 1,
		           3);
		case_data(c, i & 2 ? USB_PID_DATA1 : USB_PID_DATA0, payload, sizeof(payload), 3);
		case_handshake(c, USB_PID_ACK, 4);
	}
}

/* A fifth of them, for one in eight of those that might be is not. */
static void bulk_damaged(struct wave_case *c)
{
	damage(c, 4);
}

/* Two fifths. */
static void bulk_damaged_more(struct wave_case *c)
{
	damage(c, 2);
}

/* As much as a host gets into frames of 1 ms: a SOF and 19 transactions of 64 bytes each. USB 2.0 table 5-9 */
static void frames(struct wave_case *c, unsigned endpoints)
{
	enum { FRAMES = 60, TRANSACTIONS = 19 };
	uint8_t payload[BULK];

	case_attach(c);
	for (unsigned f = 0; f < FRAMES; f++) {
		double start = c->wave.now;

		case_sof(c, f, 4);
		for (unsigned i = 0; i < TRANSACTIONS; i++) {
			fill_at_random(c, payload, sizeof(payload));
			case_token(c, i % endpoints == 2 ? USB_PID_OUT : USB_PID_IN, ADDRESS,
			           1 + i % endpoints, 3);
			case_data(c, (f + i) & 1 ? USB_PID_DATA1 : USB_PID_DATA0, payload,
			          sizeof(payload), 3);
			case_handshake(c, USB_PID_ACK, 4);
		}
		if (c->wave.now < start + 1 * MS)
			wave_wait(&c->wave, start + 1 * MS - c->wave.now);
	}
}

static void bulk_frames(struct wave_case *c)
{
	frames(c, 1);
}

/* No transaction is of the endpoint of the one before it, and some go the other way. */
static void bulk_mixed(struct wave_case *c)
{
	frames(c, 4);
}

/* Endpoint 0 is never cut. */
static void control_long(struct wave_case *c)
{
	saturate(c, 0, 1200);
}

/* Sound out in each frame, and a key now and then. */
static void isochronous(struct wave_case *c)
{
	uint8_t payload[ISOCHRONOUS];

	case_attach(c);
	for (unsigned i = 0; i < 40; i++) {
		uint8_t key[8] = {0, 0, (uint8_t)(4 + i)};
		double start = c->wave.now;

		case_sof(c, i, 5);
		fill(c, payload, sizeof(payload));
		case_token(c, USB_PID_OUT, 7, 2, 3);
		case_data(c, USB_PID_DATA0, payload, sizeof(payload), 4);
		if (i % 8 == 7) {
			case_token(c, USB_PID_IN, 5, 1, 3);
			case_data(c, USB_PID_DATA0, key, sizeof(key), 3);
			case_handshake(c, USB_PID_ACK, 8);
		}
		wave_wait(&c->wave, start + 1 * MS - c->wave.now);
	}
}

/* What a receiver has to bear is the sender's to say, by its limits: some of everything. */
static void limits(struct wave_case *c)
{
	size_t most = c->wave.speed == USB_SPEED_LOW ? 8 : BULK;
	uint8_t payload[BULK];

	case_attach(c);
	for (unsigned i = 0; i < 20; i++) {
		size_t len = wave_random(&c->wave) % (most + 1);

		fill(c, payload, len);
		case_token(c, i & 1 ? USB_PID_IN : USB_PID_SETUP, i * 7 & 127, i & 15,
		           2 + (wave_random(&c->wave) & 7) / 2.0);
		case_data(c, i & 2 ? USB_PID_DATA0 : USB_PID_DATA1, payload, len,
		          2 + (wave_random(&c->wave) & 7) / 2.0);
		case_handshake(c, USB_PID_ACK, 3 + (wave_random(&c->wave) & 15));
	}
}

const struct wave_maker wave_load[] = {
	{"nak-storm", nak_storm, WAVE_FULL},
	{"nak-out", nak_out, WAVE_FULL},
	{"minimal", minimal, WAVE_FULL},
	{"minimal-long", minimal_long, WAVE_FULL},
	{"bulk", bulk, WAVE_FULL},
	{"bulk-long", bulk_long, WAVE_FULL},
	{"bulk-damaged", bulk_damaged, WAVE_FULL},
	{"bulk-damaged-more", bulk_damaged_more, WAVE_FULL},
	{"bulk-frames", bulk_frames, WAVE_FULL},
	{"bulk-mixed", bulk_mixed, WAVE_FULL},
	{"enumeration-dense", dense_enumeration, WAVE_FULL},
	{"enumeration-dense-hidden", dense_hidden, WAVE_FULL},
	{"control-long", control_long, WAVE_FULL},
	{"isochronous", isochronous, WAVE_FULL},
	{"limits", limits, WAVE_BOTH},
	{0},
};
