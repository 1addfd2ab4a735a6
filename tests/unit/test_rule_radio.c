/* R10a, R10b, R10c: radio against onsets, against steps of current, against reports. And rooms, which prove nothing. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>

#include "detect/chance.h"
#include "sensor_room.h"

static const struct room_source beacons = {.period_ms = 102.4,
                                           .jitter_ms = 0.05,
                                           .defer_ms = 3,
                                           .length_us = {700, 1900},
                                           .radio_mv = 600,
                                           .step_ma = {103, 368}};

static unsigned coincidence(uint64_t seed, const struct room_source *s, unsigned sources,
                            unsigned aps, double data_hz, unsigned seconds, enum profile_kind kind)
{
	struct build b;
	struct room r;
	unsigned n;

	feed_powered(&b, kind);
	room_init(&r, seed);
	r.idle_ma = 67;
	r.noise_ma = 1;
	room_ambient(&r, aps, data_hz, 6);
	for (unsigned i = 0; i < sources; i++)
		room_add(&r, &s[i]);
	room_run(&r, &b, seconds * 1000);
	n = build_count(&b, "R10b");
	if (n) {
		assert_int_equal(build_find(&b, "R10b")->group, GROUP_RADIO);
		assert_int_equal(build_find(&b, "R10b")->weight, WEIGHT_STRONG);
	}
	build_release(&b);
	return n;
}

static void bursts_and_steps(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		/* Steps with their bursts in a busy room: data 200 times a second. */
		struct room_source s = beacons;

		assert_int_equal(coincidence(seed, &s, 1, 4, 200, 10, PROFILE_BARE), 1);
		s.missing = 0.3;
		assert_int_equal(coincidence(seed, &s, 1, 4, 200, 20, PROFILE_KEYBOARD), 1);
		/* A third of them are not heard: steps without a burst. */
		const struct room_source two[2] = {beacons,
		                                   {.rhythm = ROOM_POISSON,
		                                    .period_ms = 200,
		                                    .length_us = {700, 1900},
		                                    .step_ma = {103, 368}}};
		assert_int_equal(coincidence(seed, two, 2, 4, 20, 30, PROFILE_BARE), 1);
		/* The same steps and the same bursts, but not together; and steps that are too small. */
		struct room_source apart[2] = {beacons, beacons};

		apart[0].radio_mv = 0;
		apart[1].step_ma[0] = apart[1].step_ma[1] = 0;
		apart[1].period_ms = 97.3;
		assert_int_equal(coincidence(seed, apart, 2, 4, 200, 120, PROFILE_BARE), 0);
		s = beacons;
		s.step_ma[0] = s.step_ma[1] = 79;
		assert_int_equal(coincidence(seed, &s, 1, 4, 20, 30, PROFILE_BARE), 0);
		assert_int_equal(coincidence(seed, &beacons, 1, 4, 20, 30, PROFILE_HOST), 0);
	}
}

static void five_of_five_at_200_a_second(void **state)
{
	for (unsigned n = 4; n <= 5; n++) {
		struct chance_bet bet = {0};

		(void)state;
		for (unsigned i = 0; i < n; i++)
			chance_bet_add(&bet, 1, chance_of_any(200, 0.0004));
		assert_int_equal(chance_bet_log10(&bet) >= 5.0, n == 5);
	}
}

/* What a bet claims holds, wherever one stops: the capital of a fair game reaches 100 once in 100. */
static void bets_are_fair(void **state)
{
	uint64_t seed = 11;
	unsigned won = 0;

	(void)state;
	for (unsigned game = 0; game < 3000; game++) {
		struct chance_bet bet = {0};
		double p = room_uniform(&seed, 0.01, 0.5);

		for (unsigned i = 0; i < 300; i++) {
			chance_bet_add(&bet, room_uniform(&seed, 0, 1) < p, p);
			if (chance_bet_log10(&bet) >= 2) {
				won++;
				break;
			}
		}
	}
	assert_in_range(won, 1, 30 + 17); /* 30 and three of its deviations */
}

/* ---- onsets */

static void orders(struct build *b, struct room *r, struct model_hid *h, unsigned n, double lag_ms,
                   double spread_ms, uint64_t *seed)
{
	for (unsigned i = 0; i < n; i++) {
		room_run(r, b, (unsigned)room_uniform(seed, 3000, 7000));
		feed_burst(b, WIRE_RADIO, b->t_ns, 600, 300);
		room_run(r, b, (unsigned)room_uniform(seed, lag_ms, lag_ms + spread_ms));
		for (unsigned k = 0; k < 30; k++) {
			build_key(b, h, (uint16_t)(4 + k % 26), 0);
			room_run(r, b, 2);
		}
	}
}

static unsigned onset(uint64_t seed, unsigned n, double lag_ms, double spread_ms,
                      enum profile_kind kind)
{
	struct model_device *d;
	struct model_hid *h;
	struct build b;
	struct room r;
	unsigned count;

	feed_powered(&b, kind);
	room_init(&r, seed);
	r.idle_ma = 67;
	r.noise_ma = 1;
	room_ambient(&r, 4, 20, 6);
	/* Its own beacons, as strong as its orders. */
	room_add(&r, &beacons);
	d = build_device(&b, 0, USB_SPEED_LOW);
	h = build_hid(&b, d, 0, 0, HID_KIND_KEYBOARD, NULL, 0);
	orders(&b, &r, h, n, lag_ms, spread_ms, &seed);
	room_run(&r, &b, 1000);
	build_event(&b, EVENT_END, NULL);
	count = build_count(&b, "R10a");
	build_release(&b);
	return count;
}

static void orders_and_answers(void **state)
{
	unsigned found = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		found += onset(seed, 12, 2, 40, PROFILE_BARE);
		/* Long after, or too few. */
		assert_int_equal(onset(seed, 12, 200, 900, PROFILE_BARE), 0);
		assert_int_equal(onset(seed, 4, 2, 40, PROFILE_BARE), 0);
	}
	assert_in_range(found, 9, 10); /* an order beside a beacon is taken for one */
	assert_int_equal(onset(1, 12, 2, 40, PROFILE_HOST), 0);
}

/* A person types for ten minutes in a full room, beside a cable with beacons of its own. */
static void people_are_not_ordered(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct model_device *d;
		struct model_hid *h;
		struct build b;
		struct room r;

		feed_powered(&b, PROFILE_KEYBOARD);
		room_init(&r, seed);
		room_ambient(&r, 10, 50, 6);
		if (seed % 2)
			room_add(&r, &beacons);
		else
			room_add(&r, &(struct room_source){.rhythm = ROOM_POISSON,
			                                   .period_ms = 500,
			                                   .length_us = {100, 600},
			                                   .radio_mv = 700});
		d = build_device(&b, 0, USB_SPEED_LOW);
		h = build_hid(&b, d, 0, 0, HID_KIND_KEYBOARD, NULL, 0);
		for (unsigned i = 0; i < 120; i++) {
			build_key(&b, h, (uint16_t)(4 + i % 26), 0);
			room_run(&r, &b, (unsigned)room_uniform(&seed, 600, 3000));
		}
		build_event(&b, EVENT_END, NULL);
		assert_int_equal(build_count(&b, "R10a"), 0);
		build_release(&b);
		seed &= 0xff; /* drawn from as well */
	}
}

/* ---- trains */

struct train {
	double gap_ms, length_us, shift; /* shift: share of bursts that are not sent */
	unsigned reports;
	bool room_mate; /* another receiver beats all the time */
	bool pieces; /* one far away is at the detector's threshold, in short pieces all the time */
};

static unsigned train(uint64_t seed, const struct train *t, double data_hz, enum profile_kind kind,
                      bool *has_device)
{
	struct record band = {.kind = RECORD_BAND, .band.sensor.channel = WIRE_RADIO};
	struct model_device *d;
	struct model_hid *h;
	struct build b;
	struct room r;
	unsigned n;

	feed_powered(&b, kind);
	room_init(&r, seed);
	room_ambient(&r, 4, data_hz, 6);
	if (t->room_mate)
		room_add(&r, &(struct room_source){
				     .period_ms = 8, .length_us = {60, 150}, .radio_mv = 300});
	if (t->pieces)
		room_add(&r, &(struct room_source){
				     .period_ms = 7, .length_us = {6, 60}, .radio_mv = 130});
	d = build_device(&b, 0, USB_SPEED_FULL);
	h = build_hid(&b, d, 0, 0, HID_KIND_MOUSE, NULL, 0);
	for (unsigned ms = 0; ms < 3000; ms++) {
		feed_record(&b, &band, b.t_ns);
		room_run(&r, &b, 1);
	}
	for (unsigned i = 0; i < t->reports; i++) {
		int64_t report = b.t_ns + (int64_t)(t->gap_ms * 1e6);

		room_run(&r, &b, (unsigned)t->gap_ms);
		if (t->length_us > 0 && room_uniform(&seed, 0, 1) >= t->shift)
			feed_burst(&b, WIRE_RADIO,
			           report - (int64_t)(room_uniform(&seed, 0.2, 7.5) * 1e6), 300,
			           (unsigned)t->length_us);
		b.t_ns = report;
		build_input(&b, h);
	}
	n = build_count(&b, "R10c");
	if (n)
		*has_device = build_find(&b, "R10c")->has_device;
	build_release(&b);
	return n;
}

static void one_burst_a_report(void **state)
{
	bool has_device = false;

	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		assert_int_equal(train(seed, &(struct train){8, 100, 0, 120, false, false}, 20,
		                       PROFILE_BARE, &has_device),
		                 1);
		assert_true(has_device);
		assert_int_equal(train(seed, &(struct train){20, 100, 0, 120, false, false}, 20,
		                       PROFILE_KEYBOARD, &has_device),
		                 1);
		assert_int_equal(train(seed, &(struct train){8, 100, 0.1, 400, false, false}, 20,
		                       PROFILE_BARE, &has_device),
		                 1);
		assert_int_equal(train(seed, &(struct train){20, 100, 0, 120, false, true}, 20,
		                       PROFILE_BARE, &has_device),
		                 1);
		/* No radio; a radio that sends something else; a room that beats by itself; too short a train. */
		assert_int_equal(train(seed, &(struct train){8, 0, 0, 1000, false, false}, 100,
		                       PROFILE_BARE, &has_device),
		                 0);
		assert_int_equal(train(seed, &(struct train){8, 900, 0, 1000, false, false}, 20,
		                       PROFILE_BARE, &has_device),
		                 0);
		assert_int_equal(train(seed, &(struct train){8, 0, 0, 1000, true, false}, 20,
		                       PROFILE_BARE, &has_device),
		                 0);
		assert_int_equal(train(seed, &(struct train){8, 100, 0, 12, false, false}, 20,
		                       PROFILE_BARE, &has_device),
		                 0);
		assert_int_equal(train(seed, &(struct train){50, 100, 0, 200, false, false}, 20,
		                       PROFILE_BARE, &has_device),
		                 0);
		assert_int_equal(train(seed, &(struct train){8, 100, 0, 120, false, false}, 20,
		                       PROFILE_HOST, &has_device),
		                 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bursts_and_steps),
		cmocka_unit_test(five_of_five_at_200_a_second),
		cmocka_unit_test(bets_are_fair),
		cmocka_unit_test(orders_and_answers),
		cmocka_unit_test(people_are_not_ordered),
		cmocka_unit_test(one_burst_a_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
