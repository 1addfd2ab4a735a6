/* R10b by keyed supply: radio that follows the code, rooms that do not, and what the test claims. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/vbus_code.h"
#include "sensor_room.h"

struct play {
	unsigned chips, chip_ms, access_points, bluetooth;
	double data_hz, cable_mv; /* 0: no radio in the cable */
	double after_ms;          /* it takes so long to start */
	bool host;
	unsigned frames; /* so many in a row when it has started, and no more; 0: one each 102 ms */
};

static bool sends(const struct play *x, unsigned since)
{
	if (since <= x->after_ms)
		return false;
	return x->frames ? since <= x->after_ms + 2 * x->frames && since % 2 : since % 102 == 0;
}

static void chip(struct build *b, struct room *r, const struct play *x, bool on, unsigned *since)
{
	for (unsigned ms = 0; ms < x->chip_ms; ms++) {
		*since = on ? *since + 1 : 0;
		if (x->cable_mv > 0 && sends(x, *since))
			feed_burst(b, WIRE_RADIO, b->t_ns, x->cable_mv, 1200);
		room_run(r, b, 1);
	}
}

static unsigned play(uint32_t seed, struct play x)
{
	struct vbus_code code = {
		.seed = seed, .chips = (uint16_t)x.chips, .chip_ms = (uint16_t)x.chip_ms};
	struct record reply = {.kind = RECORD_REPLY};
	uint8_t bytes[VBUS_CODE_BYTES];
	unsigned since = 0, n;
	struct build b;
	struct room r;

	feed_powered(&b, x.host ? PROFILE_DEVICE : PROFILE_BARE);
	room_init(&r, seed);
	room_ambient(&r, x.access_points, x.data_hz, x.bluetooth);
	room_run(&r, &b, 700);
	vbus_code_put(bytes, &code);
	reply.reply.head.opcode = WIRE_OP_VBUS_CODE;
	reply.reply.data = (struct record_text){bytes, sizeof(bytes)};
	feed_record(&b, &reply, b.t_ns);
	for (unsigned i = 0; i < x.chips; i++)
		chip(&b, &r, &x, vbus_code_on(&code, i), &since);
	assert_int_equal(build_count(&b, "R10b"), 0); /* the last bursts may still come */
	room_run(&r, &b, 200);
	n = build_count(&b, "R10b");
	if (n) {
		assert_string_equal(build_find(&b, "R10b")->name, "keyed-supply");
		assert_int_equal(build_find(&b, "R10b")->group, GROUP_RADIO);
	}
	build_release(&b);
	return n;
}

static const struct play cable = {32, 1000, 40, 20, 100, 500, 300, false, 0};

static void a_cable_in_a_full_room(void **state)
{
	struct play x = cable;

	(void)state;
	for (uint32_t seed = 1; seed <= 3; seed++)
		assert_int_equal(play(seed, cable), 1);
	/* As strong as the strongest of the room. */
	x.access_points = 4;
	x.cable_mv = 330;
	assert_int_equal(play(4, x), 1);
	/* Ten pairs can say 0.001, nine cannot. */
	x = cable;
	x.chips = 20;
	assert_int_equal(play(5, x), 1);
	x.chips = 18;
	assert_int_equal(play(5, x), 0);
	x = cable;
	x.host = true;
	assert_int_equal(play(1, x), 0);
}

/* What is claimed holds: of 400 codes in a room without such a cable, no more than chance does. */
static void a_room_does_not_know_the_code(void **state)
{
	struct play x = {32, 100, 10, 6, 50, 0, 0, false, 0};
	unsigned fired = 0;

	(void)state;
	for (uint32_t seed = 1; seed <= 200; seed++)
		fired += play(seed, x);
	assert_in_range(fired, 0, 2);
}

/* Four frames a start, as strong as the room's thirty a second: what boots is on time, and nothing else tells it. */
static void frames_on_time(void **state)
{
	unsigned found = 0;

	(void)state;
	for (uint32_t seed = 1; seed <= 10; seed++) {
		struct play x = {48, 1000, 0, 0, 30, 200, 430, false, 4};

		found += play(seed, x);
	}
	assert_in_range(found, 8, 10);
}

/* A room that beats with the pairs: louder in the first chip of each. */
static void a_rhythm_is_no_code(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 20; seed++) {
		struct vbus_code code = {seed, 32, 100};
		struct record reply = {.kind = RECORD_REPLY};
		uint8_t bytes[VBUS_CODE_BYTES];
		struct build b;
		struct room r;

		feed_powered(&b, PROFILE_BARE);
		room_init(&r, seed);
		vbus_code_put(bytes, &code);
		reply.reply.head.opcode = WIRE_OP_VBUS_CODE;
		reply.reply.data = (struct record_text){bytes, sizeof(bytes)};
		feed_record(&b, &reply, b.t_ns);
		for (unsigned i = 0; i < 32; i++) {
			if (i % 2 == 0)
				feed_burst(&b, WIRE_RADIO, b.t_ns + BUILD_MS, 700, 900);
			room_run(&r, &b, 100);
		}
		room_run(&r, &b, 200);
		assert_int_equal(build_count(&b, "R10b"), 0);
		build_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cable_in_a_full_room),
		cmocka_unit_test(a_room_does_not_know_the_code),
		cmocka_unit_test(frames_on_time),
		cmocka_unit_test(a_rhythm_is_no_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
