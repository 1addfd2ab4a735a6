/* R1, R1u and R4: what a tap's sensors and the edges of the data lines tell of a cable whose far end is empty. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "model_build.h"

static struct record_band current(double ma, enum wire_range range, bool calibrated)
{
	return (struct record_band){
		.sensor = {.channel = WIRE_CURRENT, .range = range, .calibrated = calibrated},
		.mean_nano = (int64_t)(ma * 1e6)};
}

static void feed(struct build *b, const struct record_band *band)
{
	struct record r = {.kind = RECORD_BAND, .t_ns = b->t_ns, .band = *band};
	struct event e = {.kind = EVENT_SENSOR, .t_ns = b->t_ns, .packet = b->packet, .record = &r};

	engine_event(b->e, &e);
	b->t_ns += BUILD_MS;
	b->packet++;
}

static void powered(struct build *b, enum profile_kind kind)
{
	build_init(b, kind);
	b->m->vbus_known = b->m->vbus_on = true;
	build_line(b, LINE_VBUS_ON, USB_SPEED_UNKNOWN);
}

/* `ms` of this current, every other millisecond by `swing` more and less. */
static void draw(struct build *b, unsigned ms, double ma, double swing, enum wire_range range,
                 bool calibrated)
{
	for (unsigned i = 0; i < ms; i++) {
		struct record_band band = current(ma + (i & 1 ? swing : -swing), range, calibrated);

		feed(b, &band);
	}
}

static void one(double ma, double swing, enum wire_range range, bool calibrated, unsigned r1,
                unsigned r1u, const char *words)
{
	struct build b;

	powered(&b, PROFILE_BARE);
	draw(&b, 3000, ma, swing, range, calibrated);
	assert_int_equal(build_count(&b, "R1"), r1);
	assert_int_equal(build_count(&b, "R1u"), r1u);
	if (r1 || r1u) {
		const struct finding *f = build_find(&b, r1 ? "R1" : "R1u");

		assert_int_equal(f->weight, r1 ? WEIGHT_STRONG : WEIGHT_WEAK);
		assert_int_equal(f->group, GROUP_POWER);
		assert_non_null(strstr(f->text, words));
	}
	build_release(&b);
}

static void limits_and_classes(void **state)
{
	(void)state;
	one(0.9, 0, WIRE_RANGE_MA, true, 0, 0, "");
	one(1.19, 0, WIRE_RANGE_MA, true, 0, 0, "");
	one(1.21, 0, WIRE_RANGE_MA, true, 1, 0, "a circuit");
	one(14, 0, WIRE_RANGE_MA, true, 1, 0, "a circuit");
	one(16, 0, WIRE_RANGE_MA, true, 1, 0, "microcontroller is running");
	one(67, 2, WIRE_RANGE_MA, true, 1, 0, "microcontroller is running");
	one(67, 4, WIRE_RANGE_MA, true, 1, 0, "radio");
	one(25, 4, WIRE_RANGE_MA, true, 1, 0, "microcontroller is running");
	one(0.05, 0, WIRE_RANGE_UA, true, 0, 0, "");
	one(0.06, 0, WIRE_RANGE_UA, true, 0, 1, "60 microamperes");
	one(0.9, 0, WIRE_RANGE_UA, true, 0, 1, "900 microamperes");
	one(1.1, 0, WIRE_RANGE_UA, true, 1, 0, "a circuit");
}

/* Without a calibration the amplifiers' offsets are 12 mA and 30 uA of nothing. */
static void offsets_are_no_current(void **state)
{
	(void)state;
	one(10, 0, WIRE_RANGE_MA, false, 0, 0, "");
	one(13.1, 0, WIRE_RANGE_MA, false, 1, 0, "a circuit");
	one(0.07, 0, WIRE_RANGE_UA, false, 0, 0, "");
	one(0.09, 0, WIRE_RANGE_UA, false, 0, 1, "90 microamperes");
	one(67, 4, WIRE_RANGE_MA, false, 1, 0, "radio");
}

/* One second from when the supply has settled, and not before. */
static void a_second_is_needed(void **state)
{
	struct build b;

	(void)state;
	powered(&b, PROFILE_BARE);
	draw(&b, 1099, 20, 0, WIRE_RANGE_MA, true);
	assert_int_equal(build_count(&b, "R1"), 0);
	draw(&b, 1, 20, 0, WIRE_RANGE_MA, true);
	assert_int_equal(build_count(&b, "R1"), 1);
	/* It speaks again only of more. */
	draw(&b, 5000, 20, 0, WIRE_RANGE_MA, true);
	assert_int_equal(build_count(&b, "R1"), 1);
	draw(&b, 2000, 80, 5, WIRE_RANGE_MA, true);
	assert_int_equal(build_count(&b, "R1"), 2);
	build_release(&b);
}

static void charging_and_holes_are_no_second(void **state)
{
	struct build b;

	(void)state;
	/* A capacitor, once: a second's mean is above the limit, but its tenths are not. */
	powered(&b, PROFILE_BARE);
	draw(&b, 100, 0, 0, WIRE_RANGE_MA, true);
	draw(&b, 90, 300, 0, WIRE_RANGE_MA, true);
	draw(&b, 5000, 0, 0, WIRE_RANGE_MA, true);
	assert_int_equal(build_count(&b, "R1"), 0);
	build_release(&b);
	/* Half a second, a hole, half a second. */
	powered(&b, PROFILE_BARE);
	for (unsigned i = 0; i < 5; i++) {
		draw(&b, 900, 50, 0, WIRE_RANGE_MA, true);
		b.t_ns += 11 * BUILD_MS;
	}
	assert_int_equal(build_count(&b, "R1"), 0);
	build_release(&b);
	/* Bursts each tenth of a second over sleep: above in each tenth. */
	powered(&b, PROFILE_BARE);
	for (unsigned i = 0; i < 30; i++) {
		draw(&b, 5, 80, 0, WIRE_RANGE_MA, true);
		draw(&b, 95, 0.5, 0, WIRE_RANGE_MA, true);
	}
	assert_int_equal(build_count(&b, "R1"), 1);
	build_release(&b);
	/* Without a supply there is nothing to draw. */
	powered(&b, PROFILE_BARE);
	b.m->vbus_on = false;
	draw(&b, 3000, 50, 0, WIRE_RANGE_MA, true);
	assert_int_equal(build_count(&b, "R1"), 0);
	build_release(&b);
	/* The radio's voltage is no current. */
	powered(&b, PROFILE_BARE);
	for (unsigned i = 0; i < 3000; i++) {
		struct record_band band = current(900, WIRE_RANGE_MA, true);

		band.sensor.channel = WIRE_RADIO;
		feed(&b, &band);
	}
	assert_int_equal(build_count(&b, "R1"), 0);
	build_release(&b);
}

static void a_far_end_may_draw(void **state)
{
	static const enum profile_kind kinds[] = {PROFILE_KEYBOARD, PROFILE_DEVICE, PROFILE_HOST};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct build b;

		powered(&b, kinds[i]);
		draw(&b, 3000, 90, 10, WIRE_RANGE_MA, true);
		assert_int_equal(build_count(&b, "R1"), 0);
		build_release(&b);
	}
}

static void uart(struct build *b, enum wire_lines line, const char *text)
{
	struct uart_text t = {.line = line, .baud = 74880};

	for (; *text; text++) {
		t.text[t.len++] = *text;
		if (++t.run >= UART_RUN_MIN) {
			struct event e = {
				.kind = EVENT_UART, .t_ns = b->t_ns, .packet = 9, .uart = &t};

			engine_event(b->e, &e);
		}
	}
}

static void text_and_boot_logs(void **state)
{
	struct uart_text cut = {
		.line = WIRE_DP, .baud = 74880, .len = UART_TEXT_MAX, .run = UART_TEXT_MAX};
	struct event e = {.kind = EVENT_UART, .packet = 9, .uart = &cut};
	struct build b;
	const struct finding *f;

	(void)state;
	build_init(&b, PROFILE_BARE);
	uart(&b, WIRE_DP, "hello, world and more");
	f = build_find(&b, "R4");
	assert_int_equal(build_count(&b, "R4"), 1);
	assert_int_equal(f->weight, WEIGHT_STRONG);
	assert_int_equal(f->group, GROUP_LINE);
	assert_int_equal(f->packet, 9);
	assert_non_null(strstr(f->text, "D+"));
	build_release(&b);

	build_init(&b, PROFILE_KEYBOARD);
	uart(&b, WIRE_DM, "\r\n ets Jan  8 2013,rst cause:1");
	f = build_find(&b, "R4");
	assert_int_equal(build_count(&b, "R4"), 1);
	assert_int_equal(f->weight, WEIGHT_DECISIVE);
	assert_non_null(strstr(f->text, "D-"));
	build_release(&b);

	/* What begins as other text may turn out to be a boot log. */
	build_init(&b, PROFILE_BARE);
	uart(&b, WIRE_DM, "ESP-ROM:esp32s3 rst:0x1 (POWERON)");
	assert_int_equal(build_count(&b, "R4"), 2);
	build_release(&b);

	/* Words that only hold what a boot loader says, wherever the text that is kept of a long one begins. */
	build_init(&b, PROFILE_BARE);
	uart(&b, WIRE_DM, "thirst for targets comes first");
	memset(cut.text, 'x', sizeof(cut.text));
	memcpy(cut.text, "rst ", 4);
	e.t_ns = b.t_ns;
	engine_event(b.e, &e);
	f = build_find(&b, "R4");
	assert_int_equal(build_count(&b, "R4"), 2);
	assert_int_equal(f[0].weight, WEIGHT_STRONG);
	assert_int_equal(f[1].weight, WEIGHT_STRONG);
	build_release(&b);

	build_init(&b, PROFILE_HOST);
	uart(&b, WIRE_DM, "\r\n ets Jan  8 2013,rst cause:1");
	assert_int_equal(build_count(&b, "R4"), 0);
	build_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_and_classes),
		cmocka_unit_test(offsets_are_no_current),
		cmocka_unit_test(a_second_is_needed),
		cmocka_unit_test(charging_and_holes_are_no_second),
		cmocka_unit_test(a_far_end_may_draw),
		cmocka_unit_test(text_and_boot_logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
