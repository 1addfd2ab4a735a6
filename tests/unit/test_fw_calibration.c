/*
 * The calibration in flash: its record, and what is left of it when the power goes after every single byte that changes.
 * The flash here is a model: an erase first writes zeros and then ones, byte by byte, as chips do; the byte at which the
 * power went reads either way until it is written again.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/bytes.h"
#include "core/calibration_store.h"
#include "core/flash_dev.h"

enum { SIZE = CALIBRATION_SECTORS * FLASH_DEV_SECTOR, NEVER = -1, HANGS = 1000000000 };

static struct {
	uint8_t bytes[SIZE];
	long left; /* bytes that may still change; NEVER: the power stays */
	bool off;
	int weak;          /* the byte that reads either way; -1 none */
	uint8_t weak_bits; /* of it */
	uint32_t seed;
	unsigned busy;    /* so often it says so */
	uint32_t changed; /* in all */
	bool broken;      /* programs nothing */
} flash;

static uint8_t *place(uint32_t at)
{
	assert_in_range(at, calibration_sector[0], calibration_sector[0] + SIZE - 1);
	return &flash.bytes[at - calibration_sector[0]];
}

static uint8_t any(void)
{
	flash.seed = flash.seed * 1664525 + 1013904223;
	return (uint8_t)(flash.seed >> 24);
}

static void change(uint8_t *byte, uint8_t to)
{
	int at = (int)(byte - flash.bytes);

	if (flash.off)
		return;
	if (flash.left == 0) {
		/* Half-way: each bit that was to change has or has not, and does not stay so. */
		flash.off = true;
		flash.weak = at;
		flash.weak_bits = *byte ^ to;
		return;
	}
	if (flash.left > 0)
		flash.left--;
	if (flash.weak == at)
		flash.weak = -1;
	*byte = to;
	flash.changed++;
}

void flash_dev_read(uint32_t at, uint8_t *to, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const uint8_t *from = place(at + (uint32_t)i);

		to[i] = *from;
		if (flash.weak == from - flash.bytes)
			to[i] ^= any() & flash.weak_bits;
	}
}

void flash_dev_erase(uint32_t sector)
{
	assert_int_equal(sector % FLASH_DEV_SECTOR, 0);
	for (uint32_t i = 0; i < FLASH_DEV_SECTOR; i++)
		change(place(sector + i), 0);
	for (uint32_t i = 0; i < FLASH_DEV_SECTOR; i++)
		change(place(sector + i), 0xff);
	flash.busy = 3;
}

void flash_dev_program(uint32_t at, const uint8_t *from, size_t n)
{
	assert_true(at % FLASH_DEV_PAGE + n <= FLASH_DEV_PAGE);
	for (size_t i = 0; i < n && !flash.broken; i++) {
		uint8_t *to = place(at + (uint32_t)i);

		change(to, *to & from[i]);
	}
	flash.busy = 2;
}

bool flash_dev_busy(void)
{
	if (flash.busy == HANGS)
		return true;
	return flash.busy && flash.busy--;
}

static void power(long left)
{
	flash.left = left;
	flash.off = false;
	flash.busy = 0;
}

static int start(void **state)
{
	(void)state;
	memset(&flash, 0, sizeof(flash));
	memset(flash.bytes, 0xff, sizeof(flash.bytes));
	flash.weak = -1;
	power(NEVER);
	return 0;
}

static struct calibration curves(unsigned n)
{
	return (struct calibration){
		.curve = {{(uint16_t)(ADC_CURVE_ZERO - 100 + n), (uint16_t)(ADC_CURVE_ONE + n)},
	                  {(uint16_t)(ADC_CURVE_ZERO + n), (uint16_t)(ADC_CURVE_ONE - n)}}};
}

static bool is(const struct calibration *c, unsigned n)
{
	struct calibration other = curves(n);
	uint8_t bytes[CALIBRATION_BYTES];

	other.sequence = c->sequence;
	calibration_put(bytes, &other);
	return c->id == other.id && memcmp(c->curve, other.curve, sizeof(c->curve)) == 0;
}

static enum calibration_phase write(struct calibration_store *s, unsigned n)
{
	const struct calibration c = curves(n);
	uint64_t now = 1000;

	calibration_write(s, &c, now);
	while (calibration_step(s, now) < CALIBRATION_DONE && now < 10ull * WIRE_TICK_HZ)
		now += WIRE_TICK_HZ / 100;
	return s->phase;
}

static void records_come_back(void **state)
{
	struct calibration c = curves(7), d;
	uint8_t bytes[CALIBRATION_BYTES];

	(void)state;
	c.sequence = 0x12345678;
	assert_int_equal(calibration_put(bytes, &c), CALIBRATION_BYTES);
	assert_true(calibration_get(&d, bytes, sizeof(bytes)));
	assert_memory_equal(&c, &d, sizeof(c));
	assert_int_equal(c.id, load_le32(bytes + 20));
	/* A check value that is written down elsewhere: of "123456789" it is cbf43926; here of this record, by zlib. */
	assert_int_equal(c.id, 0x85ec6d2b);
	for (size_t len = 0; len < sizeof(bytes); len++) {
		uint8_t *exact = malloc(len ? len : 1);

		memcpy(exact, bytes, len);
		assert_false(calibration_get(&d, exact, len));
		assert_int_equal(d.id, 0);
		free(exact);
	}
	/* Each single bit counts. */
	for (size_t bit = 0; bit < 8 * sizeof(bytes); bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(calibration_get(&d, bytes, sizeof(bytes)));
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_true(calibration_get(&d, bytes, sizeof(bytes)));
}

/* A checksum does not make sense of what no board can have. */
static void what_no_board_has_is_refused(void **state)
{
	static const struct {
		uint16_t zero_ma, slope_ma, zero_ua, slope_ua;
		bool good;
	} table[] = {
		{ADC_CURVE_ZERO + CALIBRATION_ZERO_OFF_MA, ADC_CURVE_ONE, ADC_CURVE_ZERO,
	         ADC_CURVE_ONE, true},
		{ADC_CURVE_ZERO + CALIBRATION_ZERO_OFF_MA + 1, ADC_CURVE_ONE, ADC_CURVE_ZERO,
	         ADC_CURVE_ONE, false},
		{ADC_CURVE_ZERO - CALIBRATION_ZERO_OFF_MA - 1, ADC_CURVE_ONE, ADC_CURVE_ZERO,
	         ADC_CURVE_ONE, false},
		{ADC_CURVE_ZERO, ADC_CURVE_ONE, ADC_CURVE_ZERO - CALIBRATION_ZERO_OFF_UA,
	         ADC_CURVE_ONE, true},
		{ADC_CURVE_ZERO, ADC_CURVE_ONE, ADC_CURVE_ZERO - CALIBRATION_ZERO_OFF_UA - 1,
	         ADC_CURVE_ONE, false},
		{ADC_CURVE_ZERO, 18022, ADC_CURVE_ZERO, 14746, true},
		{ADC_CURVE_ZERO, 18023, ADC_CURVE_ZERO, ADC_CURVE_ONE, false},
		{ADC_CURVE_ZERO, ADC_CURVE_ONE, ADC_CURVE_ZERO, 14745, false},
		{ADC_CURVE_ZERO, 0, ADC_CURVE_ZERO, 0, false},
	};
	uint8_t bytes[CALIBRATION_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct calibration c = {.curve = {{table[i].zero_ma, table[i].slope_ma},
		                                  {table[i].zero_ua, table[i].slope_ua}}},
				   d;

		calibration_put(bytes, &c);
		assert_int_equal(calibration_is_possible(&c), table[i].good);
		assert_int_equal(calibration_get(&d, bytes, sizeof(bytes)), table[i].good);
	}
}

static void the_sectors_take_turns(void **state)
{
	struct calibration_store s, again;

	(void)state;
	assert_int_equal(calibration_load(&s), CALIBRATION_NONE);
	assert_int_equal(s.newest.id, 0);
	for (unsigned n = 1; n < 10; n++) {
		assert_int_equal(write(&s, n), CALIBRATION_DONE);
		assert_true(is(&s.newest, n));
		assert_int_equal(calibration_load(&again), CALIBRATION_GOOD);
		assert_true(is(&again.newest, n));
		assert_int_equal(again.sector, n % 2 ? 0 : 1);
		assert_int_equal(again.newest.sequence, n);
		assert_int_equal(again.newest.id, s.newest.id);
	}
}

static void sequences_wrap(void **state)
{
	struct calibration c = curves(1);
	struct calibration_store s;

	(void)state;
	c.sequence = UINT32_MAX - 1;
	calibration_put(flash.bytes, &c);
	for (unsigned n = 2; n < 6; n++) {
		assert_int_equal(calibration_load(&s), CALIBRATION_GOOD);
		assert_true(is(&s.newest, n - 1));
		assert_int_equal(write(&s, n), CALIBRATION_DONE);
	}
	assert_int_equal(s.newest.sequence, 2);
}

/* Nothing was there, one was there, both sectors were used: the power goes after each byte of the next write. */
static void a_cut_after_every_byte(void **state)
{
	unsigned cuts = 0;

	for (unsigned before = 0; before < 4; before++) {
		static uint8_t at_rest[SIZE];
		struct calibration_store s;
		unsigned olds = 0, news = 0;
		bool whole = false;

		start(state);
		calibration_load(&s);
		for (unsigned n = 1; n <= before; n++)
			write(&s, n);
		memcpy(at_rest, flash.bytes, SIZE);
		for (long cut = 0; !whole; cut++, cuts++) {
			enum calibration_kept kept;

			memcpy(flash.bytes, at_rest, SIZE);
			flash.weak = -1;
			power(NEVER);
			calibration_load(&s);
			power(cut);
			write(&s, before + 1);
			whole = !flash.off;
			power(NEVER);
			/* The weak byte reads one way and the other. */
			for (unsigned i = 0; i < 4; i++) {
				kept = calibration_load(&s);
				if (!before && kept != CALIBRATION_GOOD)
					continue;
				assert_int_equal(kept, CALIBRATION_GOOD);
				if (is(&s.newest, before))
					olds++;
				else
					news += is(&s.newest, before + 1);
				assert_true(is(&s.newest, before) || is(&s.newest, before + 1));
			}
			/* And the next write works, whatever the cut has left. */
			assert_int_equal(write(&s, 77), CALIBRATION_DONE);
			calibration_load(&s);
			assert_true(is(&s.newest, 77));
		}
		assert_true(news > 0 && (olds > 0 || !before));
	}
	assert_true(cuts > 4 * 2 * FLASH_DEV_SECTOR);
}

/* The byte that was cut reads as good for a while: the write that follows must not lose both, wherever it is cut in turn. */
static void two_cuts_one_after_the_other(void **state)
{
	struct calibration_store s;
	static uint8_t at_rest[SIZE];
	unsigned weak = 0;
	long all;

	start(state);
	calibration_load(&s);
	write(&s, 1);
	write(&s, 2);
	memcpy(at_rest, flash.bytes, SIZE);
	all = -(long)flash.changed;
	write(&s, 3);
	all += flash.changed;
	for (unsigned seed = 0; seed < 64; seed++)
		for (long cut = 0; cut < 2 * CALIBRATION_BYTES + 8; cut++) {
			memcpy(flash.bytes, at_rest, SIZE);
			flash.weak = -1;
			flash.seed = seed * 77777777;
			power(NEVER);
			calibration_load(&s);
			/* Up to its last byte: without that no reading is good. */
			power(all - 1);
			write(&s, 3);
			power(NEVER);
			assert_int_equal(calibration_load(&s), CALIBRATION_GOOD);
			weak += is(&s.newest, 3);
			power(cut);
			write(&s, 4);
			power(NEVER);
			assert_int_equal(calibration_load(&s), CALIBRATION_GOOD);
			assert_true(is(&s.newest, 2) || is(&s.newest, 3) || is(&s.newest, 4));
		}
	assert_true(weak > 100);
}

static void what_a_flash_does_not_keep_is_told(void **state)
{
	struct calibration_store s;

	(void)state;
	calibration_load(&s);
	write(&s, 1);
	flash.broken = true;
	assert_int_equal(write(&s, 2), CALIBRATION_FAILED);
	assert_true(is(&s.newest, 1));
	flash.broken = false;
	assert_int_equal(calibration_load(&s), CALIBRATION_GOOD);
	assert_true(is(&s.newest, 1));
	/* Both records gone, and not blank. */
	memset(flash.bytes, 0x55, SIZE);
	assert_int_equal(calibration_load(&s), CALIBRATION_LOST);
	assert_int_equal(write(&s, 3), CALIBRATION_DONE);
	assert_int_equal(calibration_load(&s), CALIBRATION_GOOD);
}

static void one_that_stays_busy_is_given_up(void **state)
{
	struct calibration_store s;
	const struct calibration c = curves(1);
	uint64_t now = 5;

	(void)state;
	calibration_load(&s);
	calibration_write(&s, &c, now);
	flash.busy = HANGS;
	while (calibration_step(&s, now) < CALIBRATION_DONE)
		now += WIRE_TICK_HZ / 1000;
	assert_int_equal(s.phase, CALIBRATION_FAILED);
	assert_in_range(now, WIRE_TICK_HZ, WIRE_TICK_HZ + WIRE_TICK_HZ / 100);
	assert_int_equal(s.newest.id, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(records_come_back, start),
		cmocka_unit_test_setup(what_no_board_has_is_refused, start),
		cmocka_unit_test_setup(the_sectors_take_turns, start),
		cmocka_unit_test_setup(sequences_wrap, start),
		cmocka_unit_test_setup(a_cut_after_every_byte, start),
		cmocka_unit_test_setup(two_cuts_one_after_the_other, start),
		cmocka_unit_test_setup(what_a_flash_does_not_keep_is_told, start),
		cmocka_unit_test_setup(one_that_stays_busy_is_given_up, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
