/* See sensor_worlds.h. */
#include "sensor_worlds.h"

#include <math.h>
#include <string.h>

#include "core/vbus_code.h"
#include "hid/keys.h"

void world_room(struct room *r, uint64_t seed)
{
	room_init(r, seed);
	r->noise_ma = exp(room_uniform(&r->seed, log(0.01), log(20)));
	room_ambient(r, (unsigned)room_uniform(&r->seed, 1, 40), room_uniform(&r->seed, 0, 200),
	             (unsigned)room_uniform(&r->seed, 1, 40));
	/* Somebody's telephone or computer on the same table. */
	room_add(r, &(struct room_source){.rhythm = ROOM_POISSON,
	                                  .period_ms = room_uniform(&r->seed, 5, 2000),
	                                  .length_us = {50, 2000},
	                                  .radio_mv = room_uniform(&r->seed, 360, 700)});
}

/*
 * A beat that R3 looks for, or so near that jitter makes it doubtful: whole multiples of 102.4 ms, and the frame of GSM. A load that
 * keeps one is no chance finding: it is what is claimed.
 */
static bool is_looked_for(double period_ms)
{
	double multiple = round(period_ms / 102.4);

	return (multiple > 0 && fabs(period_ms - multiple * 102.4) < 0.3 * multiple) ||
	       fabs(period_ms - 60.0 / 13) < 0.01;
}

static double own_period(struct room *r)
{
	double period_ms;

	do
		period_ms = exp(room_uniform(&r->seed, log(3), log(2000)));
	while (is_looked_for(period_ms));
	return period_ms;
}

/* Loads that come and go at random, at a beat of their own, or at a beat that is nearly the room's. */
static void load(struct room *r)
{
	double kind = room_uniform(&r->seed, 0, 4);
	struct room_source s = {.rhythm = kind < 1 ? ROOM_POISSON : ROOM_PERIODIC,
	                        .period_ms = own_period(r),
	                        .jitter_ms = room_uniform(&r->seed, 0, 2),
	                        .length_us = {300, 3000},
	                        .step_ma = {20, 300}};

	/* Nearly 102.4 ms, and off by more than the 0.1 ms that R3a takes for it, and than the jitter makes doubtful. */
	if (kind >= 3)
		s.period_ms = 102.4 + (room_uniform(&r->seed, 0, 1) < 0.5 ? -1 : 1) *
		                              room_uniform(&r->seed, 0.3, 1.5);
	room_add(r, &s);
}

static void lamp_in_a_full_room(uint64_t seed, struct build *b)
{
	struct room r;

	feed_powered(b, PROFILE_BARE);
	world_room(&r, seed);
	r.idle_ma = room_uniform(&r.seed, 0, 60);
	load(&r);
	if (seed % 2)
		load(&r);
	room_run(&r, b, 30000);
}

/* A charger's contract: a step at each message that asks for more, then steps of a battery that fills. */
static void charging_phone(uint64_t seed, struct build *b)
{
	struct room r;
	double ma = 0, wanted;
	unsigned left;

	feed_powered(b, PROFILE_BARE);
	world_room(&r, seed);
	wanted = room_uniform(&r.seed, 100, 550);
	left = (unsigned)room_uniform(&r.seed, 50, 300);
	for (unsigned ms = 0; ms < 30000; ms++) {
		if (!--left) {
			double to = ma < wanted ? ma + room_uniform(&r.seed, 20, 150)
			                        : ma - room_uniform(&r.seed, 0, 40);
			struct record step = {.kind = RECORD_STEP,
			                      .step = {.sensor = {.channel = WIRE_CURRENT,
			                                          .range = WIRE_RANGE_MA,
			                                          .calibrated = true},
			                               .before_nano = (int64_t)(ma * 1e6),
			                               .after_nano = (int64_t)(to * 1e6)}};

			feed_record(b, &step, b->t_ns);
			ma = fmin(550, fmax(0, to));
			left = (unsigned)(ma < wanted ? room_uniform(&r.seed, 10, 600)
			                              : room_uniform(&r.seed, 500, 8000));
		}
		r.idle_ma = ma;
		room_run(&r, b, 1);
	}
}

static void type(struct build *b, struct room *r, struct model_hid *h, unsigned seconds)
{
	bool sends = room_uniform(&r->seed, 0, 1) < 0.5;
	double key = 2000, answer = -1;

	for (unsigned ms = 0; ms < seconds * 1000; ms++) {
		if (ms >= key) {
			build_key(b, h, (uint16_t)(4 + room_uniform(&r->seed, 0, 26)), 0);
			build_key(b, h, 0, 0);
			/* A search box: the computer sends for each key. */
			answer = sends ? ms + room_uniform(&r->seed, 1, 60) : -1;
			key = ms + (room_uniform(&r->seed, 0, 1) < 0.12
			                    ? room_uniform(&r->seed, 600, 4000)
			                    : room_uniform(&r->seed, 60, 400));
		}
		if (answer >= 0 && ms >= answer) {
			feed_burst(b, WIRE_RADIO, b->t_ns, 550, 300);
			answer = -1;
		}
		room_run(r, b, 1);
	}
}

static void person_at_a_keyboard(uint64_t seed, struct build *b)
{
	struct model_device *d;
	struct room r;

	feed_powered(b, PROFILE_KEYBOARD);
	world_room(&r, seed);
	r.idle_ma = 12;
	load(&r);
	room_run(&r, b, 500);
	build_line(b, LINE_ATTACH, USB_SPEED_LOW);
	d = build_device(b, 0, USB_SPEED_LOW);
	build_hashed_fill(b, d, 4);
	type(b, &r, build_hid(b, d, 0, 0, HID_KIND_KEYBOARD, NULL, 0), 60);
	build_event(b, EVENT_END, NULL);
}

/* A scanner sends report after report, in trains; the room has short bursts of its own. */
static void scanner(uint64_t seed, struct build *b)
{
	struct model_device *d;
	struct model_hid *h;
	struct room r;
	unsigned each;

	feed_powered(b, PROFILE_KEYBOARD);
	world_room(&r, seed);
	each = (unsigned)room_uniform(&r.seed, 7, 21);
	room_add(&r, &(struct room_source){.rhythm = seed % 2 ? ROOM_POISSON : ROOM_PERIODIC,
	                                   .period_ms = room_uniform(&r.seed, 6, 30),
	                                   .jitter_ms = 1,
	                                   .length_us = {60, 150},
	                                   .radio_mv = room_uniform(&r.seed, 150, 500)});
	d = build_device(b, 0, USB_SPEED_FULL);
	build_hashed_fill(b, d, 4);
	h = build_hid(b, d, 0, 0, HID_KIND_KEYBOARD, NULL, 0);
	for (unsigned code = 0; code < 5; code++) {
		room_run(&r, b, (unsigned)room_uniform(&r.seed, 1500, 4000));
		for (unsigned i = 0; i < 26; i++) {
			build_key(b, h, i % 2 ? 0 : (uint16_t)(30 + i % 10), 0);
			room_run(&r, b, each);
		}
	}
	build_event(b, EVENT_END, NULL);
}

/* Plugs that are pulled with their load, phones that come back as what they were, and gaps of all lengths. */
static void plugs(uint64_t seed, struct build *b)
{
	struct room r;

	feed_powered(b, PROFILE_DEVICE);
	b->p.has_hash = true;
	memset(b->p.structure_sha256, 7, sizeof(b->p.structure_sha256));
	world_room(&r, seed);
	for (unsigned i = 0; i < 4; i++) {
		enum usb_speed speed =
			room_uniform(&r.seed, 0, 1) < 0.5 ? USB_SPEED_FULL : USB_SPEED_LOW;
		bool again = room_uniform(&r.seed, 0, 1) < 0.5;
		double load_ma = room_uniform(&r.seed, 6, 500);

		r.idle_ma = load_ma;
		build_line(b, LINE_ATTACH, again ? USB_SPEED_FULL : speed);
		room_run(&r, b, 300);
		build_hashed_fill(b, build_device(b, i, again ? USB_SPEED_FULL : speed),
		                  again ? 7 : (uint8_t)(20 + i));
		room_run(&r, b, 1500);
		if (again) { /* it changes its mode: the load stays, and it comes back as itself */
			build_line(b, LINE_DETACH, USB_SPEED_UNKNOWN);
			room_run(&r, b, (unsigned)room_uniform(&r.seed, 5, 900));
			build_line(b, LINE_ATTACH, USB_SPEED_FULL);
			room_run(&r, b, 300);
			build_hashed_fill(b, build_device(b, i + 8, USB_SPEED_FULL), 7);
			room_run(&r, b, 1000);
		}
		/* The contacts of the data break within 20 ms of those of the supply, either way. */
		if (room_uniform(&r.seed, 0, 1) < 0.5) {
			r.idle_ma = 0;
			room_run(&r, b, (unsigned)room_uniform(&r.seed, 1, 20));
		}
		build_line(b, LINE_DETACH, USB_SPEED_UNKNOWN);
		room_run(&r, b, (unsigned)room_uniform(&r.seed, 1, 20));
		r.idle_ma = 0;
		room_run(&r, b, (unsigned)room_uniform(&r.seed, 200, 2000));
	}
}

/* Asleep, as the specification has it: 2.5 mA and no more, averaged over a second; noise on top. */
static void sleeping_device(uint64_t seed, struct build *b)
{
	struct model_device *d;
	struct room r;

	feed_powered(b, PROFILE_BARE);
	world_room(&r, seed);
	r.noise_ma = fmin(r.noise_ma, 1);
	r.idle_ma = 40;
	d = build_device(b, 0, USB_SPEED_FULL);
	d->configuration = 1;
	room_run(&r, b, 1000);
	for (unsigned i = 0; i < 4; i++) {
		build_line(b, LINE_SUSPEND, USB_SPEED_FULL);
		r.idle_ma = 40;
		room_run(&r, b, (unsigned)room_uniform(&r.seed, 1, 10));
		r.idle_ma = room_uniform(&r.seed, 0.1, 2.5);
		room_run(&r, b, (unsigned)room_uniform(&r.seed, 1000, 4000));
		build_line(b, LINE_RESUME, USB_SPEED_FULL);
		r.idle_ma = 40;
		room_run(&r, b, 300);
	}
}

/* What happens when a supply comes on: capacitors, lamps, motors, chargers that ask in steps. */
static void starts(uint64_t seed, struct build *b)
{
	struct room r;
	double first;

	feed_powered(b, PROFILE_BARE);
	world_room(&r, seed);
	r.noise_ma = fmin(r.noise_ma, 5);
	first = room_uniform(&r.seed, 0, 557);
	r.idle_ma = first;
	room_run(&r, b, (unsigned)room_uniform(&r.seed, 1, 100));
	r.idle_ma = first * room_uniform(&r.seed, 0, 1);
	room_run(&r, b, (unsigned)room_uniform(&r.seed, 1, 400));
	r.idle_ma = room_uniform(&r.seed, 0, 557); /* and stays so */
	room_run(&r, b, 2000);
}

/* The tap switches a supply that nothing but copper is on. */
static void switched_supply(uint64_t seed, struct build *b)
{
	struct vbus_code code = {.seed = (uint32_t)seed, .chips = 32, .chip_ms = 100};
	struct record reply = {.kind = RECORD_REPLY};
	uint8_t bytes[VBUS_CODE_BYTES];
	struct room r;

	feed_powered(b, PROFILE_BARE);
	world_room(&r, seed + 77);
	room_run(&r, b, 300);
	vbus_code_put(bytes, &code);
	reply.reply.head.opcode = WIRE_OP_VBUS_CODE;
	reply.reply.data = (struct record_text){bytes, sizeof(bytes)};
	feed_record(b, &reply, b->t_ns);
	room_run(&r, b, 3500);
}

const struct world worlds[] = {
	{"loads that step, in a full room", PROFILE_BARE, lamp_in_a_full_room},
	{"a phone that charges", PROFILE_BARE, charging_phone},
	{"a person at a keyboard", PROFILE_KEYBOARD, person_at_a_keyboard},
	{"a scanner among short bursts", PROFILE_KEYBOARD, scanner},
	{"plugs that are pulled", PROFILE_DEVICE, plugs},
	{"a device that sleeps", PROFILE_BARE, sleeping_device},
	{"a supply that comes on", PROFILE_BARE, starts},
	{"a supply switched by a code", PROFILE_BARE, switched_supply},
};

const unsigned worlds_count = sizeof(worlds) / sizeof(worlds[0]);
