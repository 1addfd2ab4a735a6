/* The code of the keyed supply: balanced, not to be foreseen, kept to the tick, and refused where it is none. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>

#include "core/vbus_code.h"
#include "core/wire.h"

enum { MS = WIRE_TICK_HZ / 1000 };

static void pairs_are_one_on_and_one_off(void **state)
{
	(void)state;
	for (uint32_t seed = 0; seed < 100; seed++) {
		const struct vbus_code c = {.seed = seed, .chips = 64, .chip_ms = 1000};

		for (unsigned i = 0; i < 64; i += 2)
			assert_true(vbus_code_on(&c, i) != vbus_code_on(&c, i + 1));
		assert_false(vbus_code_on(&c, 64));
	}
}

/* Which comes first is as good as a coin: over seeds for each pair, over pairs, from a pair to the next. 4 SD. */
static void order_is_a_coin(void **state)
{
	unsigned first[32] = {0}, same = 0, all = 0;

	(void)state;
	for (uint32_t seed = 1; seed <= 2000; seed++) {
		const struct vbus_code c = {.seed = seed, .chips = 64, .chip_ms = 1000};

		for (unsigned i = 0; i < 32; i++) {
			bool on = vbus_code_on(&c, 2 * i);

			first[i] += on;
			all += on;
			same += i && on == vbus_code_on(&c, 2 * i - 2);
		}
	}
	for (unsigned i = 0; i < 32; i++)
		assert_in_range(first[i], 1000 - 4 * 23, 1000 + 4 * 23);
	assert_in_range(all, 32000 - 4 * 127, 32000 + 4 * 127);
	assert_in_range(same, 31000 - 4 * 125, 31000 + 4 * 125);
}

static void runs_by_the_tick(void **state)
{
	const struct vbus_code c = {.seed = 7, .chips = 16, .chip_ms = 250};
	struct vbus_keyer k = {0};
	uint64_t start = 123456789;
	unsigned chip = 0;
	bool on;

	(void)state;
	assert_false(vbus_keyer_due(&k, start, &on));
	vbus_keyer_start(&k, &c, start, 3);
	for (uint64_t t = start; t < start + 6000 * MS; t += MS / 4) {
		if (!vbus_keyer_due(&k, t, &on))
			continue;
		assert_int_equal(t, start + (uint64_t)chip * 250 * MS);
		assert_int_equal(on, vbus_code_on(&c, chip));
		chip++;
	}
	assert_int_equal(chip, 17); /* the last one is the end, off */
	assert_false(on || k.running);
}

static void what_is_no_code(void **state)
{
	static const struct {
		struct vbus_code c;
		bool good;
	} cases[] = {
		{{1, 0, 0}, true},        {{1, 2, 100}, true},      {{1, 3, 1000}, false},
		{{1, 4096, 60000}, true}, {{1, 4098, 1000}, false}, {{1, 2, 99}, false},
		{{1, 2, 60001}, false},
	};
	uint8_t bytes[VBUS_CODE_BYTES];
	struct vbus_code c;

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vbus_code_put(bytes, &cases[i].c);
		assert_int_equal(vbus_code_get(&c, bytes, sizeof(bytes)), cases[i].good);
		assert_memory_equal(&c, &cases[i].c, sizeof(c));
		for (size_t len = 0; len < sizeof(bytes); len++)
			assert_false(vbus_code_get(&c, bytes, len));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_are_one_on_and_one_off),
		cmocka_unit_test(order_is_a_coin),
		cmocka_unit_test(runs_by_the_tick),
		cmocka_unit_test(what_is_no_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
