/* Line events in custom blocks: their clock, those before the first packet, and blocks that are something else. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "capture/reader.h"
#include "capture_image.h"

static struct collection c;
static const uint8_t ack[] = {0xd2};

static void event(struct image *i, uint64_t t, uint8_t code)
{
	image_begin(i, 0x40000bad);
	image_32(i, 62392);
	image_32(i, 0x33430000u | code);
	image_32(i, 0);
	image_32(i, (uint32_t)(t >> 32));
	image_32(i, (uint32_t)t);
	image_end(i);
}

static struct image *begin(bool big)
{
	struct image *i = image_new(big);

	image_section(i);
	image_interface(i, 288, 9);
	return i;
}

static void times_and_ordinals(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct image *i = begin(big);
		const struct seen *s = c.seen;

		event(i, 0, 5);
		event(i, 5000000000, 23);
		image_packet(i, 0, 5000000100, ack, 1);
		event(i, 5000000200, 25);
		event(i, 5000000300, 99);
		assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
		assert_int_equal(c.count, 5);
		assert_int_equal(c.info.events, 4);
		assert_int_equal(s[0].r.kind, RECORD_LINE);
		assert_int_equal(s[0].r.t_ns, -5000000100);
		assert_int_equal(s[0].r.packet, 0);
		assert_int_equal(s[0].r.line.event, LINE_CAPTURE_START);
		assert_int_equal(s[0].r.line.speed, USB_SPEED_FULL);
		assert_int_equal(s[0].r.line.code, 5);
		assert_int_equal(s[1].r.t_ns, -100);
		assert_int_equal(s[1].r.line.event, LINE_ATTACH);
		assert_int_equal(s[1].r.line.speed, USB_SPEED_LOW);
		assert_int_equal(s[2].r.kind, RECORD_PACKET);
		assert_int_equal(s[2].r.t_ns, 0);
		assert_int_equal(s[3].r.line.event, LINE_RESET);
		assert_int_equal(s[3].r.t_ns, 100);
		assert_int_equal(s[3].r.packet, 1);
		assert_int_equal(s[3].r.step_ns, 1);
		assert_int_equal(s[4].r.line.event, LINE_UNKNOWN);
		assert_int_equal(s[4].r.line.code, 99);
		assert_int_equal(c.info.duration_ns, 5000000300);
	}
}

/* A cable that shows nothing but its line states: the first of them begins the clock. */
static void events_alone(void **state)
{
	struct image *i = begin(false);

	(void)state;
	event(i, 700, 7);
	event(i, 900, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 2);
	assert_int_equal(c.seen[0].r.t_ns, 0);
	assert_int_equal(c.seen[1].r.t_ns, 200);
	assert_int_equal(c.info.packets, 0);
}

/* Room is made by keep-alives, so that resets and attachments before the first packet stay. */
static void too_many_before_the_first_packet(void **state)
{
	struct image *i = begin(false);

	(void)state;
	event(i, 1, 23);
	for (uint64_t t = 0; t < 1000; t++)
		event(i, 10 + t, 30);
	event(i, 2000, 25);
	image_packet(i, 0, 3000, ack, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, EVENTS_EARLY_MAX + 1);
	assert_int_equal(c.info.events, 1002);
	assert_int_equal(c.info.events_dropped, 1002 - EVENTS_EARLY_MAX);
	assert_int_equal(c.seen[0].r.line.event, LINE_ATTACH);
	assert_int_equal(c.seen[1].r.t_ns, 10 + 1000 - (EVENTS_EARLY_MAX - 2) - 3000);
	assert_int_equal(c.seen[EVENTS_EARLY_MAX - 1].r.line.event, LINE_RESET);
	/* With none of them, the oldest go. */
	i = begin(false);
	for (uint64_t t = 0; t < EVENTS_EARLY_MAX + 3; t++)
		event(i, t, 12);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, EVENTS_EARLY_MAX);
	assert_int_equal(c.info.events_dropped, 3);
}

static void other_custom_blocks(void **state)
{
	static const uint32_t words[][3] = {
		{62391, 0x33430019, 0}, /* another's number */
		{62392, 0x33430119, 0}, /* a later version */
		{62392, 0x47430019, 0}, /* another format of theirs */
		{62392, 0x33430019, 1}, /* no such interface */
	};
	struct image *i = begin(false);

	(void)state;
	for (size_t n = 0; n < 4; n++) {
		image_begin(i, 0x40000bad);
		for (size_t k = 0; k < 3; k++)
			image_32(i, words[n][k]);
		image_64(i, 0);
		image_end(i);
	}
	for (size_t len = 0; len < 20; len += 4) {
		image_begin(i, 0x40000bad);
		for (size_t k = 0; k < len / 4; k++)
			image_32(i, k == 0 ? 62392 : k == 1 ? 0x33430019 : 0);
		image_end(i);
	}
	image_packet(i, 0, 0, ack, 1);
	assert_int_equal(image_read(i, i->len, &c), ERR_NONE);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.info.events, 0);
	assert_false(c.info.truncated);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_and_ordinals),
		cmocka_unit_test(events_alone),
		cmocka_unit_test(too_many_before_the_first_packet),
		cmocka_unit_test(other_custom_blocks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
